/* The quorum lamps of the ballot that anybody works on: who promised, who accepted, what is missing
 * to a quorum, and which value it pushes and why it may. */
#include <stdio.h>
#include <string.h>

#include "tui/view/identity.h"
#include "tui/pane.h"

static void draw_lamp(struct canvas *c, int x, int y, enum lamp lamp, node_id owner)
{
	switch (lamp) {
	case LAMP_OFF:
		canvas_put(c, x, y, STYLE(INK_FAINT, 0), 0x00b7);
		break;
	case LAMP_ASKED:
		canvas_put(c, x, y, STYLE(node_ink(owner), 0), 0x25cb);
		break;
	case LAMP_YES:
		canvas_put(c, x, y, STYLE(node_ink(owner), ATTR_BOLD), 0x25cf);
		break;
	case LAMP_NO:
		canvas_put(c, x, y, STYLE(INK_BAD, ATTR_BOLD), '!');
		break;
	case LAMP_LOST:
		canvas_put(c, x, y, STYLE(INK_BAD, ATTR_BOLD), 0x2573);
		break;
	case LAMP_DOWN:
		canvas_put(c, x, y, STYLE(INK_BAD, 0), 0x00d7);
		break;
	}
}

/* Columns from lamp to lamp: room for "n1 " if it can be had. */
static int lamp_step(const struct model *m, int width)
{
	int room = (width - 8) / (m->nodes != 0 ? m->nodes : 1);

	if (room >= 3)
		return m->nodes > 9 ? (room >= 4 ? 4 : 2) : 3;
	return room >= 2 ? 2 : 1;
}

/* In as many lines as it takes; returns the line below. */
static int lamps(const struct model *m, struct canvas *c, int y, const char *label,
		 const enum lamp lamp[NODES_MAX + 1], node_id owner, int step)
{
	int a_line = (c->width - 8) / step > 0 ? (c->width - 8) / step : 1;

	canvas_text(c, 0, y, STYLE(INK_TEXT, ATTR_BOLD), label);
	for (node_id n = 1; n <= m->nodes; n++)
		draw_lamp(c, 8 + (n - 1) % a_line * step + (step >= 3), y + (n - 1) / a_line,
			  lamp[n], owner);
	return y + (m->nodes - 1) / a_line + 1;
}

static void tally(struct canvas *c, int y, unsigned have, unsigned quorum)
{
	/* "quorum 31/16 YES" needs a column more */
	int x = canvas_print(c, have > 9 && quorum > 9 ? 7 : 8, y, STYLE(INK_FAINT, 0), "quorum ");
	bool yes = quorum != 0 && have >= quorum;

	x = canvas_print(c, x, y, STYLE(yes ? INK_GOOD : INK_TEXT, ATTR_BOLD), "%u/%u", have,
			 quorum);
	if (yes)
		canvas_text(c, x, y, STYLE(INK_GOOD, ATTR_BOLD), " YES");
}

/* Why the ballot may push its value, in the longest words that fit. */
static void because_words(const struct model_ballot *b, int room, char *out, size_t size)
{
	char at[16];

	ballot_show(b->forced_at, at);
	if (b->because == BECAUSE_FORCED) {
		snprintf(out, size, " adopted from %s (P2c)", at);
		if (text_width(out) > room)
			snprintf(out, size, " adopted (P2c)");
		if (text_width(out) > room)
			snprintf(out, size, " adopted");
	} else if (b->because == BECAUSE_FREE) {
		snprintf(out, size, " its own");
	} else if (b->because == BECAUSE_GAP) {
		snprintf(out, size, " fills a gap");
	}
	if (text_width(out) > room)
		out[0] = 0;
}

static void origin(const struct model *m, const struct model_ballot *b, struct canvas *c, int y)
{
	char value[VALUE_SHOWN_MAX + 1], text[64] = "";
	int x = canvas_text(c, 0, y, STYLE(INK_TEXT, ATTR_BOLD), "value   ");

	if (b->value == VALUE_NONE) {
		canvas_text(c, x, y, STYLE(INK_FAINT, 0),
			    ballot_is_none(b->ballot) ? "-" : "not yet known");
		return;
	}
	values_show(m->values, b->value, value);
	because_words(b, c->width - x - text_width(value), text, sizeof(text));
	x = canvas_text(c, x, y, STYLE(node_ink(b->ballot.node), ATTR_BOLD), value);
	if (x > c->width)
		canvas_put(c, c->width - 1, y, STYLE(node_ink(b->ballot.node), 0), 0x2026);
	canvas_text(c, x, y, STYLE(b->because == BECAUSE_FORCED ? INK_WARN : INK_FAINT, 0), text);
}

static void one_ballot(const struct model *m, const struct model_ballot *b, struct canvas *c)
{
	int step = lamp_step(m, c->width), y;
	char other[16];

	if (step >= 3)
		for (node_id n = 1; n <= m->nodes; n++)
			canvas_print(c, 8 + (n - 1) * step, 0,
				     STYLE(n == b->ballot.node ? (int)node_ink(n) : INK_FAINT,
					   n == b->ballot.node ? ATTR_BOLD : 0),
				     "n%u", n);
	else
		canvas_print(c, 8, 0, STYLE(INK_FAINT, 0), "n1 to n%u", m->nodes);
	y = lamps(m, c, 1, "PROMISE", b->promise, b->ballot.node, step);
	tally(c, y++, b->promises, b->quorum != 0 ? b->quorum : m->quorum);
	y = lamps(m, c, y, "ACCEPT", b->accept, b->ballot.node, step);
	tally(c, y++, b->accepts, b->quorum != 0 ? b->quorum : m->quorum);
	origin(m, b, c, y++);
	if (b->preempted && c->height > y) {
		ballot_show(b->preempted_by, other);
		canvas_print(c, 0, y, STYLE(INK_WARN, ATTR_BOLD), "preempted by %s", other);
	}
}

void pane_ballot(const struct model *m, const struct scene *s, struct canvas *c)
{
	(void)s;
	one_ballot(m, &m->ballot, c);
}

/* Every proposer's newest ballot, one below the other: duels in one look. */
void pane_ballots(const struct model *m, const struct scene *s, struct canvas *c)
{
	int y = 0;

	(void)s;
	for (node_id n = 1; n <= m->nodes && y + 6 <= c->height; n++) {
		const struct model_ballot *b = &m->ballots[n];

		if (ballot_is_none(b->ballot))
			continue;
		struct canvas head = canvas_part(c, 0, y, c->width, 1);
		struct canvas body = canvas_part(c, 0, y + 1, c->width, 6);
		int x = draw_ballot(&head, 0, 0, ATTR_BOLD, b->ballot);

		x = canvas_text(&head, x, 0, PLAIN, " by ");
		x = draw_node(&head, x, 0, ATTR_BOLD, n);
		canvas_text(&head, x + 1, 0, STYLE(b->finished ? INK_FAINT : INK_TEXT, 0),
			    b->preempted  ? "preempted"
			    : b->finished ? "done"
					  : "at work");
		one_ballot(m, b, &body);
		y += 8;
	}
	if (y == 0)
		canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), "nobody has prepared a ballot yet");
}
