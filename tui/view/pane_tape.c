/* The tape: what has happened so far in one line, oldest at the left, with marks where ballots
 * began, values were chosen, nodes fell and links broke. Its scale is events, not time: idle hours
 * take no room. */
#include <stdio.h>
#include <string.h>

#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define TAPE_EVENTS 2000 /* how many of the newest events the tape looks at */

/* What is written on the tape for an event; "" = nothing. */
static struct style mark_of(const struct model *m, const struct alike *alike,
			    const struct event *event, char *out, size_t size)
{
	char ballot[16], value[FITTED_MAX];

	out[0] = 0;
	switch (event->kind) {
	case EVENT_PREPARING:
		ballot_show(event->ballot, ballot);
		snprintf(out, size, "%s", ballot);
		return STYLE(node_ink(event->node), ATTR_BOLD);
	case EVENT_CHOSEN:
		if (event->because != BECAUSE_COUNTED)
			break;
		alike_fit(m, alike, event->value, 8, value);
		snprintf(out, size, "%s", value);
		return STYLE(INK_GOOD, ATTR_BOLD | ATTR_REVERSE);
	case EVENT_CRASHED:
		snprintf(out, size, "n%u down", event->node);
		return STYLE(INK_BAD, 0);
	case EVENT_STOPPED:
		snprintf(out, size, "n%u stop", event->node);
		return STYLE(INK_BAD, 0);
	case EVENT_SILENT:
		snprintf(out, size, "n%u ?", event->node);
		return STYLE(INK_WARN, 0);
	case EVENT_STARTED:
		if (event->boot > 1)
			snprintf(out, size, "n%u up", event->node);
		return STYLE(INK_GOOD, 0);
	case EVENT_LINKED:
		if (event->link.cut)
			snprintf(out, size, "cut");
		return STYLE(INK_BAD, 0);
	default:
		break;
	}
	return PLAIN;
}

static void draw_marks(const struct model *m, const struct scene *s, struct canvas *c, int end)
{
	const uint64_t kept = m->events < MODEL_EVENTS ? m->events : MODEL_EVENTS;
	const uint64_t shown = kept < TAPE_EVENTS ? kept : TAPE_EVENTS;
	uint64_t i = model_event_last(m);
	int free_to = end + 1;
	struct alike alike;
	char newer[FITTED_MAX] = "";

	alike_collect(m, s, &alike);
	for (uint64_t at = shown; at-- > 0; i = model_event_earlier(m, i))
		if (model_event_at(m, i)->kind == EVENT_CHOSEN)
			alike_add(m, &alike, model_event_at(m, i)->value);
	i = model_event_last(m);
	for (uint64_t at = shown; at-- > 0; i = model_event_earlier(m, i)) {
		const struct event *event = model_event_at(m, i);
		char text[FITTED_MAX];
		struct style style = mark_of(m, &alike, event, text, sizeof(text));
		int width = utf8_columns(text);
		int x = 1 + (int)((uint64_t)(end - 1) * at / shown);

		/* A partition is many cuts, one event each, and gets one mark. */
		if (width == 0 || strcmp(text, newer) == 0)
			continue;
		if (x + width > end)
			x = end - width;
		/* A mark that would touch its right neighbour moves to the left, but not so far
		 * that it stands at another time. */
		if (x + width >= free_to && x + width < free_to + 12)
			x = free_to - width - 1;
		if (x < 1 || x + width >= free_to)
			continue;
		canvas_text(c, x, 0, style, text);
		free_to = x;
		memcpy(newer, text, sizeof(newer));
	}
}

/* Where a moment stands on the tape of all that was recorded. */
static int place_of(const struct scene *s, uint64_t moment, int end)
{
	return s->past_end == 0 ? 1 : 1 + (int)((uint64_t)(end - 1) * moment / s->past_end);
}

/* The moment that is shown between the beginning and now, with the marks that its user made. */
static void draw_past(const struct scene *s, struct canvas *c, int end)
{
	const int here = place_of(s, s->past_at, end);

	for (int x = 1; x < here; x++)
		canvas_put(c, x, 0, STYLE(INK_TEXT, 0), 0x2501);
	if (s->past_violated != 0)
		canvas_put(c, place_of(s, s->past_violated, end), 0, STYLE(INK_BAD, ATTR_BOLD),
			   '!');
	for (unsigned name = 'A'; name <= 'z'; name++)
		if (s->past_mark[name] != 0 && s->past_mark[name] - 1 <= s->past_end)
			canvas_put(c, place_of(s, s->past_mark[name] - 1, end), 0,
				   STYLE(INK_KEY, ATTR_BOLD), name);
	canvas_put(c, here, 0, STYLE(INK_WARN, ATTR_BOLD | ATTR_REVERSE),
		   s->past_plays ? '>' : '|');
}

/* A click goes to the moment; who keeps the button down and moves sees all between. */
static void make_clicks(struct canvas *c, int end)
{
	for (int x = 1; x <= end; x++)
		canvas_click(c, x, 0, 1, 1,
			     (unsigned)(KEYCODE_TAPE + (end > 1 ? 1000 * (x - 1) / (end - 1) : 0)));
	canvas_drag(c, 1, 0, end);
}

void pane_tape(const struct model *m, const struct scene *s, struct canvas *c)
{
	const char *word = s->kind == CLUSTER_RECORDED    ? " REPLAY "
			   : s->past                      ? " ‖ PAST "
			   : s->paused                    ? " ‖ PAUSED "
			   : s->kind == CLUSTER_SIMULATED ? "► SIM "
							  : "► LIVE ";
	int end = c->width - utf8_columns(word);

	for (int x = 1; x < end; x++)
		canvas_put(c, x, 0, STYLE(INK_FRAME, 0), 0x2500);
	if (s->past)
		draw_past(s, c, end - 1);
	else if (m->events > 0 && end > 20)
		draw_marks(m, s, c, end - 1);
	if (s->recorded)
		make_clicks(c, end - 1);
	canvas_text(c, end, 0, STYLE(s->paused ? INK_WARN : INK_TEXT, ATTR_BOLD), word);
}
