/* What happened, in words: WHY, the event list, and the proof of a violation. */
#include <stdio.h>
#include <string.h>

#include "tui/view/identity.h"
#include "tui/pane.h"

void pane_why(const struct model *m, const struct scene *s, struct canvas *c)
{
	char text[1024];
	uint64_t i = s->following ? why_newest(m) : s->event_at;

	if (m->safety == SAFETY_VIOLATED && s->following) {
		draw_paragraph(c, STYLE(INK_BAD, ATTR_BOLD), m->violation.words, m->nodes);
		return;
	}
	if (m->progress == PROGRESS_STALLED && s->following && m->progress_why[0] != 0) {
		snprintf(text, sizeof(text), "STALLED: %s", m->progress_why);
		draw_paragraph(c, STYLE(INK_WARN, ATTR_BOLD), text, m->nodes);
		return;
	}
	if (i != EVENT_UNSEEN && why_explain(m, i, text, sizeof(text))) {
		draw_paragraph(c, PLAIN, text, m->nodes);
		return;
	}
	if (!s->following) {
		const struct event *event = model_event_at(m, i);

		if (event != NULL) {
			event_words(m, event, text, sizeof(text));
			draw_paragraph(c, PLAIN, text, m->nodes);
		}
		return;
	}
	if (s->can_act)
		draw_paragraph(c, STYLE(INK_FAINT, 0),
			       "Nobody has proposed anything yet.  Press p to have the selected "
			       "node propose a value.",
			       m->nodes);
	else
		draw_paragraph(c, STYLE(INK_FAINT, 0), "Nobody has proposed anything yet.",
			       m->nodes);
}

/* Bookkeeping that the short list in the main view leaves out. */
static bool is_noise(const struct event *event)
{
	switch (event->kind) {
	case EVENT_HELD:
	case EVENT_COUNTED:
	case EVENT_OBEYED:
	case EVENT_RESENT:
	case EVENT_MISSED:
		return true;
	default:
		return false;
	}
}

static void event_row(const struct model *m, const struct scene *s, struct canvas *c, int y,
		      uint64_t i, const struct event *event)
{
	char when[24], words[256];
	bool cursor = !s->following && i == s->event_at;

	time_show(event->at, when);
	event_words(m, event, words, sizeof(words));
	int x = canvas_print(c, 0, y, STYLE(INK_FAINT, 0), "%9s ", when);

	if (cursor)
		canvas_put(c, x - 1, y, STYLE(INK_KEY, ATTR_BOLD), 0x25ba);
	x = draw_words(c, x, y, STYLE(INK_TEXT, cursor ? ATTR_BOLD | ATTR_UNDERLINE : 0), words,
		       m->nodes);
	if (x > c->width && c->width > 0)
		canvas_put(c, c->width - 1, y, STYLE(INK_FAINT, 0), 0x2026);
}

/* The newest at the bottom; with a cursor, the cursor stays within. */
void pane_events(const struct model *m, const struct scene *s, struct canvas *c)
{
	bool all = s->view == VIEW_events || s->filter[0] != 0 || !s->following;
	uint64_t i = m->events;
	int y = c->height;

	if (m->events == 0) {
		canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), "No events yet.");
		return;
	}
	i--;
	if (!s->following) {
		uint64_t ahead = s->event_at;

		for (int k = 0; k < c->height / 2 && ahead != EVENT_UNSEEN; k++) {
			i = ahead;
			ahead = scene_event_after(m, s, ahead + 1);
		}
	}
	while (y > 0 && (i = scene_event_before(m, s, i)) != EVENT_UNSEEN) {
		const struct event *event = model_event_at(m, i);

		if (all || !is_noise(event)) {
			event_row(m, s, c, --y, i, event);
			canvas_click(c, 0, y, c->width, 1,
				     KEYCODE_EVENT + (unsigned)((m->events - 1 - i) & 0xfff));
		}
		if (i == 0)
			break;
		i--;
	}
	if (y == c->height)
		canvas_print(c, 0, 0, STYLE(INK_FAINT, 0), "No event has \"%s\" in it.", s->filter);
}

void pane_proof(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct model_violation *v = &m->violation;
	int y = 0;

	(void)s;
	for (unsigned i = 0; i < 2 && v->property == PROPERTY_AGREEMENT; i++) {
		char value[VALUE_SHOWN_MAX + 1], ballot[16], who[100], text[320];

		values_show(m->values, v->value[i], value);
		ballot_show(v->ballot[i], ballot);
		set_show(v->quorum[i], who, sizeof(who));
		snprintf(text, sizeof(text), "%s chosen at %s by %s", value, ballot, who);
		draw_words(c, 0, y++, PLAIN, text, m->nodes);
	}
	struct canvas rest = canvas_part(c, 0, y, c->width, c->height - y);
	char both[NODES_MAX * 4], lied[NODES_MAX * 4], text[2 * NODES_MAX * 4 + 40];

	if (v->property != PROPERTY_AGREEMENT) {
		draw_paragraph(&rest, STYLE(INK_BAD, ATTR_BOLD), v->words, m->nodes);
		return;
	}
	set_show(v->quorum[0] & v->quorum[1], both, sizeof(both));
	set_show(v->liars, lied, sizeof(lied));
	snprintf(text, sizeof(text), "in both: %s;  who lied of these: %s", both, lied);
	draw_paragraph(&rest, STYLE(INK_BAD, ATTR_BOLD), text, m->nodes);
}
