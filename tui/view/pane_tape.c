/* The tape: what has happened so far in one line, oldest at the left, with marks where ballots
 * began, values were chosen, nodes fell and links broke. Its scale is events, not time: idle hours
 * take no room. */
#include <stdio.h>
#include <string.h>

#include "tui/view/identity.h"
#include "tui/pane.h"

#define TAPE_EVENTS 2000 /* so far back it looks at most */

/* What is written on the tape for an event; "" = nothing. */
static struct style mark_of(const struct model *m, const struct event *event, char *out,
			    size_t size)
{
	char ballot[16], value[VALUE_SHOWN_MAX + 1];

	out[0] = 0;
	switch (event->kind) {
	case EVENT_PREPARING:
		ballot_show(event->ballot, ballot);
		snprintf(out, size, "%s", ballot);
		return STYLE(node_ink(event->node), ATTR_BOLD);
	case EVENT_CHOSEN:
		if (event->because != BECAUSE_COUNTED)
			break;
		values_show(m->values, event->value, value);
		snprintf(out, size, "%.8s", value);
		return STYLE(INK_GOOD, ATTR_BOLD | ATTR_REVERSE);
	case EVENT_CRASHED:
		snprintf(out, size, "n%u down", event->node);
		return STYLE(INK_BAD, 0);
	case EVENT_STOPPED:
		snprintf(out, size, "n%u stop", event->node);
		return STYLE(INK_BAD, 0);
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

static void draw_marks(const struct model *m, struct canvas *c, int end)
{
	uint64_t last = m->events, first = last > TAPE_EVENTS ? last - TAPE_EVENTS : 0;
	int free_to = end + 1;
	char newer[32] = "";

	while (first < last && model_event_at(m, first) == NULL)
		first++;
	for (uint64_t i = last; i-- > first;) {
		const struct event *event = model_event_at(m, i);
		char text[32];
		struct style style = mark_of(m, event, text, sizeof(text));
		int width = text_width(text);
		int x = 1 + (int)((uint64_t)(end - 1) * (i - first) / (last - first));

		/* a partition is many cuts, and one mark */
		if (width == 0 || strcmp(text, newer) == 0)
			continue;
		if (x + width > end)
			x = end - width;
		/* a neighbour that is too close pushes it aside, but not far */
		if (x + width >= free_to && x + width < free_to + 12)
			x = free_to - width - 1;
		if (x < 1 || x + width >= free_to)
			continue;
		canvas_text(c, x, 0, style, text);
		free_to = x;
		memcpy(newer, text, sizeof(newer));
	}
}

void pane_tape(const struct model *m, const struct scene *s, struct canvas *c)
{
	const char *word = s->paused                      ? " ‖ PAUSED "
			   : s->kind == CLUSTER_SIMULATED ? "► SIM "
							  : "► LIVE ";
	int end = c->width - text_width(word);

	for (int x = 1; x < end; x++)
		canvas_put(c, x, 0, STYLE(INK_FRAME, 0), 0x2500);
	if (m->events > 0 && end > 20)
		draw_marks(m, c, end - 1);
	canvas_text(c, end, 0, STYLE(s->paused ? INK_WARN : INK_TEXT, ATTR_BOLD), word);
}
