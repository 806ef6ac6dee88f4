/* The header: what this is (LIVE, SIM or REPLAY), how fast, when, and whether all is well. */
#include <stdio.h>
#include <string.h>

#include "tui/pane.h"

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

static void rate_show(const struct clock_rule *clock, bool paused, char *out, size_t size)
{
	if (paused)
		snprintf(out, size, "PAUSED");
	else if (clock->den == 0)
		snprintf(out, size, "full speed");
	else if (clock->den == 1)
		snprintf(out, size, "%ux", clock->num);
	else
		snprintf(out, size, "%u/%ux", clock->num, clock->den);
}

/* One of the two banners, right-aligned to x; returns where it begins. */
static int banner(struct canvas *c, int x, const char *label, const char *word, struct style style)
{
	int width = text_width(label) + 1 + text_width(word) + 2;

	x -= width;
	canvas_text(c, x + 1, 0, STYLE(INK_TEXT, style.ink == INK_BAD ? ATTR_BOLD : 0), label);
	canvas_text(c, x + 2 + text_width(label), 0, style, word);
	return x;
}

static int safety(const struct model *m, struct canvas *c, int x)
{
	char what[40];

	snprintf(what, sizeof(what), "VIOLATED: %s", property_name(m->violation.property));
	if (m->safety == SAFETY_VIOLATED)
		return banner(c, x, "SAFETY", c->width >= 60 ? what : "VIOLATED",
			      STYLE(INK_BAD, ATTR_BOLD | ATTR_REVERSE));
	return banner(c, x, "SAFETY", "OK", STYLE(INK_GOOD, ATTR_BOLD));
}

/* "STALLED: ballot race": the words before the colon name the cause that is proved. */
static void stalled(const struct model *m, const struct canvas *c, char *out, size_t size)
{
	size_t length = strcspn(m->progress_why, ":");
	size_t room = c->width >= 110 ? 24 : m->safety == SAFETY_VIOLATED ? 0 : 14;

	if (m->progress_why[length] == ':' && length > 0 && length <= room)
		snprintf(out, size, "STALLED: %.*s", (int)length, m->progress_why);
	else
		snprintf(out, size, "STALLED");
}

static int progress(const struct model *m, struct canvas *c, int x)
{
	char what[40];

	stalled(m, c, what, sizeof(what));
	switch (m->progress) {
	case PROGRESS_STALLED:
		return banner(c, x, "PROGRESS", what, STYLE(INK_WARN, ATTR_BOLD | ATTR_REVERSE));
	case PROGRESS_OK:
		return banner(c, x, "PROGRESS", "OK", STYLE(INK_GOOD, ATTR_BOLD));
	case PROGRESS_IDLE:
		break;
	}
	return banner(c, x, "PROGRESS", "idle", STYLE(INK_FAINT, 0));
}

void pane_header(const struct model *m, const struct scene *s, struct canvas *c)
{
	char rate[32], when[24], text[160];
	int right = c->width, x = 1;

	time_show(s->now, when);
	rate_show(&m->clock, s->paused, rate, sizeof(rate));
	if (c->width >= 50) {
		right = progress(m, c, right);
		canvas_text(c, --right, 0, STYLE(INK_FRAME, 0), "│");
	}
	right = safety(m, c, right);
	canvas_text(c, --right, 0, STYLE(INK_FRAME, 0), "│");
	struct canvas left = canvas_part(c, 0, 0, right, 1);

	if (c->width >= 40)
		x = canvas_text(&left, x, 0, STYLE(INK_TITLE, ATTR_BOLD), "PAXOS ");
	x = canvas_text(&left, x, 0, STYLE(s->paused ? INK_WARN : INK_TEXT, ATTR_BOLD),
			s->paused ? "‖ " : "► ");
	x = canvas_print(&left, x, 0, STYLE(INK_TEXT, ATTR_BOLD), "%s ", kind_word(s->kind));
	x = canvas_print(&left, x, 0,
			 STYLE(s->paused ? INK_WARN : INK_TEXT, s->paused ? ATTR_BOLD : 0), "%s",
			 rate);
	snprintf(text, sizeof(text), "  t=%s", when);
	if (x + text_width(text) < right)
		x = canvas_text(&left, x, 0, PLAIN, text);
	if (!s->can_act && s->why_not != NULL && x + 12 < right)
		x = canvas_text(&left, x, 0, STYLE(INK_WARN, ATTR_BOLD), "  READ-ONLY");
	snprintf(text, sizeof(text), "  %u nodes quorum %u", m->nodes, m->quorum);
	if (x + text_width(text) >= right)
		snprintf(text, sizeof(text), "  quorum %u/%u", m->quorum, m->nodes);
	if (x + text_width(text) < right)
		x = canvas_text(&left, x, 0, PLAIN, text);
	snprintf(text, sizeof(text), "  %s", s->name);
	if (x + text_width(text) < right)
		x = canvas_text(&left, x, 0, STYLE(INK_FAINT, 0), text);
	snprintf(text, sizeof(text), "  %s mode", m->mode == MODE_MULTI ? "multi" : "single");
	if (x + text_width(text) < right)
		x = canvas_text(&left, x, 0, PLAIN, text);
	snprintf(text, sizeof(text), "  %llu events", (unsigned long long)m->events);
	if (x + text_width(text) + 2 < right && c->width >= 110)
		canvas_text(&left, x, 0, STYLE(INK_FAINT, 0), text);
}

struct canvas frame(struct canvas *c, int x, int y, int width, int height, bool focus,
		    const char *title)
{
	struct style line = STYLE(INK_FRAME, 0);

	canvas_box(c, x, y, width, height, line);
	if (width > 6) {
		struct canvas head = canvas_part(c, x + 1, y, width - 2, 1);
		int end = canvas_print(&head, 0, 0, STYLE(INK_TITLE, ATTR_BOLD), " %s ", title);

		if (focus)
			canvas_restyle(&head, 0, 0, end,
				       STYLE(INK_TITLE, ATTR_BOLD | ATTR_REVERSE));
	}
	return canvas_part(c, x + 2, y + 1, width - 4, height - 2);
}
