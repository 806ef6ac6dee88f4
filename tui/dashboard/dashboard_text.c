/* What commands print where there is no screen, in a popup that scrolls. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/live/live.h"
#include "tui/dashboard/dashboard.h"
#include "tui/print/topics.h"
#include "tui/report/margin_report.h"
#include "tui/report/state_json.h"

#define TOPIC_COLUMNS 10000 /* the popup breaks lines where it ends */

/* Memory that is written like a file. */
struct page {
	char *text;
	size_t length;
	FILE *to;
};

static bool page_begin(struct dashboard *d, struct page *p)
{
	*p = (struct page){0};
	p->to = open_memstream(&p->text, &p->length);
	if (p->to == NULL)
		dashboard_say(d, true, "not enough memory");
	return p->to != NULL;
}

/* NULL: there was not enough memory, which is said. */
static char *page_end(struct dashboard *d, struct page *p)
{
	if (fclose(p->to) == 0)
		return p->text;
	free(p->text);
	dashboard_say(d, true, "not enough memory");
	return NULL;
}

void dashboard_show(struct dashboard *d, const char *title, bool dated, char *text)
{
	if (text == NULL)
		return;
	free(d->text);
	d->text = text;
	d->scene.text = text;
	d->scene.text_title = title;
	d->scene.text_is_dated = dated;
	d->scene.text_at = d->scene.now;
	d->scene.text_scroll = 0;
	d->scene.page_filter[0] = 0;
	d->scene.page_at = 0;
	d->scene.popup = POPUP_TEXT;
	d->dirty = true;
}

void key_help(struct dashboard *d)
{
	struct scene *s = &d->scene;
	const bool open = s->popup == POPUP_HELP;

	if (!open)
		s->popup_under = s->popup;
	s->popup = open ? s->popup_under : POPUP_HELP;
	s->help_scroll = 0;
	s->help_filter[0] = 0;
	s->page_at = 0;
}

void dashboard_explain(struct dashboard *d, const char *word)
{
	struct page page;
	const char *nearest = NULL;
	char *text;
	bool found;

	if (word[0] == 0) {
		key_help(d);
		return;
	}
	if (!page_begin(d, &page))
		return;
	found = topic_print(page.to, TOPIC_COLUMNS, word, &nearest);
	text = page_end(d, &page);
	if (found) {
		dashboard_show(d, "HELP", false, text);
		return;
	}
	free(text);
	if (nearest != NULL)
		dashboard_say(d, true, "nothing here is called \"%.40s\"; did you mean \"%s\"?",
			      word, nearest);
	else
		dashboard_say(d, true, "nothing here is called \"%.40s\"; ? lists what is", word);
}

void dashboard_show_state(struct dashboard *d)
{
	struct page page;

	if (!page_begin(d, &page))
		return;
	state_print(d->model, page.to);
	dashboard_show(d, "STATE", true, page_end(d, &page));
}

/* What was found last; the header shows it in short. */
void key_margin(struct dashboard *d)
{
	struct page page;

	if (d->scene.margin == NULL) {
		dashboard_say(d, false, "the safe margin is being searched");
		return;
	}
	if (!page_begin(d, &page))
		return;
	margin_print(d->scene.margin, page.to);
	dashboard_show(d, "MARGIN", false, page_end(d, &page));
}

void key_read(struct dashboard *d)
{
	play_stay(d->play);
	dashboard_show(d, "STORY", false, strdup(d->scene.story_text));
}

void dashboard_show_roster(struct dashboard *d)
{
	const struct roster *roster = live_roster(d->cluster);
	struct page page;

	if (!page_begin(d, &page))
		return;
	if (roster != NULL)
		roster_print(roster, page.to);
	else
		fprintf(page.to, "%u simulated nodes, without keys and addresses\n",
			d->model->nodes);
	dashboard_show(d, "ROSTER", false, page_end(d, &page));
}
