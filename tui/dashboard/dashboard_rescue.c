/* w: what would have kept the property that is broken? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/record/recorded.h"
#include "proto/core/text.h"
#include "tui/dashboard/dashboard.h"
#include "tui/dashboard/repeat.h"

static const char title[] = "WHAT WOULD HAVE KEPT IT";

/* The session message by message, for where its commands and times alone lead elsewhere. */
static bool write_in_order(struct dashboard *d, char path[PATH_BYTES])
{
	struct cluster_info info;
	char why[200], *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	if (to == NULL)
		return false;
	d->cluster->ops->info(d->cluster, &info);
	const bool good = repeat_write(&d->session, d->live, &info, to, why, sizeof(why));
	const bool whole = fclose(to) == 0 && good &&
			   state_file("paxos-tui", ".pxs", path) == STATUS_OK &&
			   file_write(path, (const uint8_t *)text, length) == STATUS_OK;

	free(text);
	return whole;
}

/* What the search begins with. False: nothing does this again. */
static bool find_scenarios(struct dashboard *d, struct rescuer *r)
{
	struct cluster_info info;

	*r = (struct rescuer){.process = PROCESS_NONE};
	d->cluster->ops->info(d->cluster, &info);
	if (info.kind == CLUSTER_RECORDED) {
		text_write(r->scenario[0], PATH_BYTES, "%s", recorded_path(d->cluster));
		r->scenarios = 1;
		return true;
	}
	if (d->play != NULL) {
		snprintf(r->scenario[0], PATH_BYTES, "%s", play_path(d->play, &r->seed));
		r->seeded = true;
		r->scenarios = 1;
		return true;
	}
	if (d->breaks[0] != 0)
		snprintf(r->scenario[r->scenarios++], PATH_BYTES, "%s", d->breaks);
	if (!d->pump.simulated && write_in_order(d, r->scenario[r->scenarios]))
		r->scenarios++;
	return r->scenarios > 0;
}

static void show_words(struct dashboard *d)
{
	dashboard_show(d, title, false,
		       strdup(d->rescue != NULL ? d->rescue : "The simulator is searching...\n"));
}

void key_rescue(struct dashboard *d)
{
	const uint64_t event = d->live->violation.event[1];
	const bool is_asked =
		(d->rescue != NULL || rescuer_fd(&d->rescuer) >= 0) && d->rescue_event == event;

	if (!is_asked) {
		rescuer_end(&d->rescuer);
		free(d->rescue);
		d->rescue = NULL;
		d->rescue_event = event;
		if (!find_scenarios(d, &d->rescuer)) {
			dashboard_say(d, true,
				      "no search: not all that was done to this cluster is known, "
				      "or it was not done here");
			return;
		}
		if (rescuer_start(&d->rescuer) != STATUS_OK) {
			dashboard_say(d, true, "no search: %s", status_text());
			return;
		}
	}
	show_words(d);
}

void rescue_watch(struct dashboard *d)
{
	struct scene *s = &d->scene;
	char *words = rescuer_look(&d->rescuer);

	if (words == NULL)
		return;
	free(d->rescue);
	d->rescue = words;
	if (s->popup == POPUP_TEXT && s->text_title == title) {
		const int scroll = s->text_scroll;

		show_words(d);
		s->text_scroll = scroll;
	} else if (rescuer_fd(&d->rescuer) < 0) {
		dashboard_say(d, false, "w: what would have kept it is found");
	}
}
