/* The header: what the cluster is (LIVE, SIM or REPLAY), how fast its time runs, what time it is
 * there, and whether all is well. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "tui/view/pane.h"

static const char *kind_word(enum cluster_kind kind)
{
	switch (kind) {
	case CLUSTER_SIMULATED:
		return "SIM";
	case CLUSTER_RECORDED:
		return "REPLAY";
	case CLUSTER_LIVE:
	case CLUSTER_ATTACHED:
		break;
	}
	return "LIVE";
}

/* `times`: above 1, so much faster than the clock says, in a story that hurries. */
static void rate_show(const struct clock_rule *clock, bool paused, unsigned times, char *out,
		      size_t size)
{
	if (!paused && times > 1 && clock->den > 1 && times >= clock->den / clock->num)
		snprintf(out, size, "%llux", (unsigned long long)clock->num * times / clock->den);
	else if (!paused && times > 1 && clock->den != 0)
		snprintf(out, size, "%llu/%ux", (unsigned long long)clock->num * times, clock->den);
	else if (paused)
		snprintf(out, size, "PAUSED");
	else if (clock->den == 0)
		snprintf(out, size, "full speed");
	else if (clock->den == 1)
		snprintf(out, size, "%ux", clock->num);
	else
		snprintf(out, size, "%u/%ux", clock->num, clock->den);
}

/* One of the two banners, right-aligned to x, "" = without a label; returns where it begins. */
static int banner(struct canvas *c, int x, const char *label, const char *word, struct style style)
{
	int width = utf8_columns(label) + (label[0] != 0) + utf8_columns(word) + 2;

	x -= width;
	canvas_text(c, x + 1, 0, STYLE(INK_TEXT, style.ink == INK_BAD ? ATTR_BOLD : 0), label);
	canvas_text(c, x + width - 1 - utf8_columns(word), 0, style, word);
	return x;
}

static int safety(const struct model *m, struct canvas *c, int x, const char *label)
{
	const struct model_violation *v = &m->violation;
	char what[80];

	if (c->width >= 100 && v->slot != SLOT_NONE)
		snprintf(what, sizeof(what), "VIOLATED in slot %llu: %s",
			 (unsigned long long)v->slot, property_name(v->property));
	else if (v->slot != SLOT_NONE)
		snprintf(what, sizeof(what), "VIOLATED in slot %llu", (unsigned long long)v->slot);
	else
		snprintf(what, sizeof(what), "VIOLATED: %s", property_name(v->property));
	if (m->safety == SAFETY_VIOLATED)
		return banner(c, x, label, c->width >= 60 && label[0] != 0 ? what : "VIOLATED",
			      STYLE(INK_BAD, ATTR_BOLD | ATTR_REVERSE));
	return banner(c, x, label, "OK", STYLE(INK_GOOD, ATTR_BOLD));
}

/* "STALLED: ballot race", "n3 lags": of the model's sentence only what stands before the colon, the
 * cause that it proved. */
static void stalled(const struct model *m, const struct canvas *c, char *out, size_t size)
{
	size_t length = strcspn(m->progress_why, ":");
	size_t room = c->width >= 110 ? 24 : m->safety == SAFETY_VIOLATED ? 0 : 14;

	if (m->progress == PROGRESS_BEHIND)
		snprintf(out, size, "%.*s", (int)length, m->progress_why);
	else if (m->progress_why[length] == ':' && length > 0 && length <= room)
		snprintf(out, size, "STALLED: %.*s", (int)length, m->progress_why);
	else
		snprintf(out, size, "STALLED");
}

static int progress(const struct model *m, struct canvas *c, int x)
{
	char what[40];

	stalled(m, c, what, sizeof(what));
	switch (m->progress) {
	case PROGRESS_BEHIND:
	case PROGRESS_STALLED:
		return banner(c, x, "PROGRESS", what, STYLE(INK_WARN, ATTR_BOLD | ATTR_REVERSE));
	case PROGRESS_OK:
		return banner(c, x, "PROGRESS", "OK", STYLE(INK_GOOD, ATTR_BOLD));
	case PROGRESS_IDLE:
		break;
	}
	return banner(c, x, "PROGRESS", "idle", STYLE(INK_FAINT, 0));
}

/* What must not be left out, however narrow the screen is; "" = nothing. */
static const char *standing(const struct scene *s)
{
	if (s->kind == CLUSTER_RECORDED)
		return "REPLAY";
	if (s->past)
		return "PAST";
	return !s->can_act && s->why_not != NULL ? "READ-ONLY" : "";
}

/* The banners at the right; returns where they begin. */
static int banners(const struct model *m, struct canvas *c, const char *label)
{
	int right = c->width;

	canvas_clear(c);
	if (c->width >= 50 && label[0] != 0) {
		right = progress(m, c, right);
		canvas_text(c, --right, 0, STYLE(INK_FRAME, 0), "│");
	}
	right = safety(m, c, right, label);
	canvas_text(c, --right, 0, STYLE(INK_FRAME, 0), "│");
	return right;
}

/* "SIM"; of a story "PLAY withhold.pxs:17", in so many columns: a file name that is too long ends
 * in an ellipsis, and the line is always there. */
static void kind_text(const struct scene *s, int room, char *out, size_t size)
{
	char line[16] = "";
	const char *end = s->story_file;

	if (s->story == STORY_NONE && s->tree != NULL && s->tree->here > 0) {
		snprintf(out, size, s->past ? "PAST of FORK %u" : "FORK %u", s->tree->here);
		return;
	}
	if (s->story == STORY_NONE) {
		snprintf(out, size, "%s",
			 s->past && s->kind != CLUSTER_RECORDED ? "PAST" : kind_word(s->kind));
		return;
	}
	if (s->story_line > 0)
		snprintf(line, sizeof(line), ":%u", s->story_line);
	room -= 5 + utf8_columns(line);
	if (utf8_columns(s->story_file) <= room) {
		snprintf(out, size, "PLAY %s%s", s->story_file, line);
		return;
	}
	for (int x = 0; x + 1 < room; x++)
		utf8_next(&end);
	snprintf(out, size, "PLAY %.*s…%s", (int)(end - s->story_file), s->story_file, line);
}

/* Which moment is shown, and which one is now, or the last: "214 of 371". */
static void moment_show(const struct scene *s, char *out, size_t size)
{
	const unsigned long long at = s->past_at, end = s->past_end;

	if (s->past_wanted != s->past_at)
		snprintf(out, size, "reading %llu of %llu", at, (unsigned long long)s->past_wanted);
	else if (s->past_plays && s->past_den == 1)
		snprintf(out, size, "%llu of %llu %ux", at, end, s->past_num);
	else if (s->past_plays)
		snprintf(out, size, "%llu of %llu %u/%ux", at, end, s->past_num, s->past_den);
	else
		snprintf(out, size, "%llu of %llu", at, end);
}

/* Name, kind and rate, as far as `keep` columns stay free behind them; returns the column after. */
static int draw_kind(const struct model *m, const struct scene *s, struct canvas *left, int keep)
{
	const int right = left->width - keep;
	const bool hurries = s->story != STORY_NONE && s->story_times > 1;
	char rate[80], kind[PATH_MAX];
	int x = 1;

	if (s->past)
		moment_show(s, rate, sizeof(rate));
	else
		rate_show(&m->clock, s->paused, hurries ? s->story_times : 1, rate, sizeof(rate));
	kind_text(s, right - x - 3 - utf8_columns(rate), kind, sizeof(kind));
	int width = 2 + utf8_columns(kind) + 1 + utf8_columns(rate);

	if (keep > 0 && x + width > right) {
		width -= utf8_columns(rate) + 1;
		rate[0] = 0;
	}
	if (keep > 0 && x + width > right)
		return 0;
	if (left->width >= 28 && s->story == STORY_NONE && (keep == 0 || x + 6 + width <= right))
		x = canvas_text(left, x, 0, STYLE(INK_TITLE, ATTR_BOLD), "PAXOS ");
	x = canvas_text(left, x, 0, STYLE(s->paused ? INK_WARN : INK_TEXT, ATTR_BOLD),
			s->paused ? "‖ " : "► ");
	x = canvas_text(left, x, 0, STYLE(INK_TEXT, ATTR_BOLD), kind);
	if (rate[0] == 0)
		return x;
	return canvas_text(
		left, x + 1, 0,
		STYLE(s->paused ? INK_WARN : INK_TEXT, s->paused || hurries ? ATTR_BOLD : 0), rate);
}

/* "n3 silent since t=12.345", "n2, n3 silent"; false: no node is. */
static bool silence_show(const struct model *m, char *out, size_t size)
{
	node_set silent = 0;
	char who[NODES_MAX * 4], when[24];
	uint64_t since_us;

	for (unsigned id = 1; id <= m->nodes; id++)
		if (model_is_silent(m, (node_id)id, &since_us) && m->node[id].silent_since_us != 0)
			silent |= set_of((node_id)id);
	set_show(silent, who, sizeof(who));
	text_write(out, size, "%s silent", who);
	if (set_count(silent) == 1) {
		time_show(m->node[set_lowest(silent)].silent_since, when);
		text_append(out, size, " since t=%s", when);
	}
	return silent != 0;
}

/* "MARGIN 2 crashes | 1 lie", if there is room; returns the column after it. */
static int draw_margin(const struct scene *s, struct canvas *c, int x, int right)
{
	char text[80] = "  ";

	if (s->margin == NULL)
		return x;
	margin_words(s->margin, text + 2, sizeof(text) - 2);
	const struct margin_way *stall = &s->margin->way[MARGIN_CRASHES];
	const struct margin_way *lies = &s->margin->way[MARGIN_LIES];
	const bool gone = (stall->found && stall->count == 0) || (lies->found && lies->count == 0);

	if (x + utf8_columns(text) >= right)
		return x;
	return canvas_text(c, x, 0, gone ? STYLE(INK_WARN, ATTR_BOLD) : PLAIN, text);
}

void pane_header(const struct model *m, const struct scene *s, struct canvas *c)
{
	const char *must = standing(s);
	const int words = utf8_columns(must);
	int right = banners(m, c, "SAFETY"), keep, x;
	char when[24], text[160];

	if (words > 0 && right < words + 1)
		right = banners(m, c, "");
	struct canvas left = canvas_part(c, 0, 0, right, 1);

	keep = must[0] == 0 || s->past ? 0 : words + 2;
	x = draw_kind(m, s, &left, keep);
	if (words > 0 && (x == 0 || x > right)) {
		canvas_clear(&left);
		canvas_text(&left, right > words ? 1 : 0, 0, STYLE(INK_WARN, ATTR_BOLD), must);
		return;
	}
	time_show(s->now, when);
	snprintf(text, sizeof(text), "  t=%s", when);
	if (x + utf8_columns(text) + keep < right)
		x = canvas_text(&left, x, 0, PLAIN, text);
	if (keep > 0)
		x = canvas_print(&left, x, 0, STYLE(INK_WARN, ATTR_BOLD), "  %s", must);
	for (unsigned id = 1; id <= m->nodes; id++)
		if (model_skew(m, (node_id)id, text + 2, sizeof(text) - 2)) {
			text[0] = text[1] = ' ';
			if (x + utf8_columns(text) < right)
				x = canvas_text(&left, x, 0, STYLE(INK_WARN, ATTR_BOLD), text);
			break;
		}
	if (silence_show(m, text + 2, sizeof(text) - 2)) {
		text[0] = text[1] = ' ';
		if (x + utf8_columns(text) < right)
			x = canvas_text(&left, x, 0, STYLE(INK_WARN, ATTR_BOLD), text);
	}
	snprintf(text, sizeof(text), "  %u node%s quorum %u", m->nodes, m->nodes == 1 ? "" : "s",
		 m->quorum);
	if (x + utf8_columns(text) >= right)
		snprintf(text, sizeof(text), "  quorum %u/%u", m->quorum, m->nodes);
	if (x + utf8_columns(text) < right)
		x = canvas_text(&left, x, 0, PLAIN, text);
	x = draw_margin(s, &left, x, right);
	snprintf(text, sizeof(text), "  %s", s->name);
	if (x + utf8_columns(text) < right)
		x = canvas_text(&left, x, 0, STYLE(INK_FAINT, 0), text);
	snprintf(text, sizeof(text), "  %s mode", m->mode == MODE_MULTI ? "multi" : "single");
	if (x + utf8_columns(text) < right)
		x = canvas_text(&left, x, 0, PLAIN, text);
	snprintf(text, sizeof(text), "  %llu event%s", (unsigned long long)m->events,
		 m->events == 1 ? "" : "s");
	if (x + utf8_columns(text) + 2 < right && c->width >= 110)
		canvas_text(&left, x, 0, STYLE(INK_FAINT, 0), text);
}

void pane_title(struct canvas *c, int x, int y, int width, bool focus, const char *title)
{
	struct canvas head = canvas_part(c, x + 1, y, width - 2, 1);
	int end;

	if (width <= 6)
		return;
	end = canvas_print(&head, 0, 0, STYLE(INK_TITLE, ATTR_BOLD), " %s ", title);
	if (focus)
		canvas_restyle(&head, 0, 0, end, STYLE(INK_TITLE, ATTR_BOLD | ATTR_REVERSE));
}

struct canvas pane_frame(struct canvas *c, int x, int y, int width, int height, bool focus,
			 const char *title)
{
	struct style line = STYLE(INK_FRAME, 0);

	canvas_box(c, x, y, width, height, line);
	pane_title(c, x, y, width, focus, title);
	return canvas_part(c, x + 2, y + 1, width - 4, height - 2);
}
