/* The quorum lamps of the newest ballot: which acceptors promised and accepted, whose answers its
 * owner has received (those count), how many are missing to a quorum, which value the ballot's
 * owner proposes and why it may. */
#include <stdio.h>

#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

/* `received`: the owner has the answer, so it counts; else it is on its way, or was lost. */
static void draw_lamp(struct canvas *c, int x, int y, enum lamp lamp, node_id owner, bool received)
{
	switch (lamp) {
	case LAMP_OFF:
		canvas_put(c, x, y, STYLE(INK_FAINT, 0), 0x00b7);
		break;
	case LAMP_ASKED:
		canvas_put(c, x, y, STYLE(node_ink(owner), 0), 0x25cb);
		break;
	case LAMP_YES:
		canvas_put(c, x, y, STYLE(node_ink(owner), ATTR_BOLD), received ? 0x25cf : 0x2022);
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

/* Draws the lamps of all acceptors in as many lines as they take; returns the line below. */
static int draw_lamps(const struct model *m, struct canvas *c, int y, const char *label,
		      const enum lamp lamp[NODES_MAX + 1], node_set received, node_id owner,
		      int step)
{
	int a_line = (c->width - 8) / step > 0 ? (c->width - 8) / step : 1;

	canvas_text(c, 0, y, STYLE(INK_TEXT, ATTR_BOLD), label);
	for (node_id n = 1; n <= m->nodes; n++)
		draw_lamp(c, 8 + (n - 1) % a_line * step + (step >= 3), y + (n - 1) / a_line,
			  lamp[n], owner, set_has(received, n));
	return y + (m->nodes - 1) / a_line + 1;
}

/* "quorum  2/3 given 4": so many answers the owner has received, of so many that it needs; so many
 * were given. */
static void draw_tally(struct canvas *c, int y, unsigned given, unsigned received, unsigned quorum)
{
	char count[24], gave[24];
	bool yes = quorum != 0 && received >= quorum;
	int x, width;

	snprintf(count, sizeof(count), yes ? "%u/%u YES" : "%u/%u", received, quorum);
	snprintf(gave, sizeof(gave), given != 0 ? " given %u" : "", given);
	width = utf8_columns(count) + utf8_columns(gave);
	x = c->width - width >= 8 ? 8 : c->width - width >= 0 ? c->width - width : 0;
	if (x >= 7)
		canvas_text(c, 0, y, STYLE(INK_FAINT, 0), "quorum");
	x = canvas_text(c, x, y, STYLE(yes ? INK_GOOD : INK_TEXT, ATTR_BOLD), count);
	canvas_text(c, x, y, STYLE(INK_FAINT, 0), gave);
}

/* Why the ballot's owner may propose its value (the rule of phase 2a), in the longest words that
 * fit. */
static void because_words(const struct model_ballot *b, int room, char *out, size_t size)
{
	char at[16];

	ballot_show(b->forced_at, at);
	if (b->because == BECAUSE_FORCED) {
		snprintf(out, size, " adopted from %s (P2c)", at);
		if (utf8_columns(out) > room)
			snprintf(out, size, " adopted (P2c)");
		if (utf8_columns(out) > room)
			snprintf(out, size, " adopted");
	} else if (b->because == BECAUSE_FREE) {
		snprintf(out, size, " its own");
	} else if (b->because == BECAUSE_GAP) {
		snprintf(out, size, " fills a gap");
	}
	if (utf8_columns(out) > room)
		out[0] = 0;
}

/* The value that the ballot proposes, and why; before phase 2, what its owner was asked for. */
static void draw_origin(const struct model *m, const struct scene *s, const struct model_ballot *b,
			struct canvas *c, int y)
{
	const value_ref wanted = m->node[b->ballot.node].wanted;
	const bool proposes = b->value != VALUE_NONE;
	struct style own = STYLE(node_ink(b->ballot.node), proposes ? ATTR_BOLD : 0);
	struct alike alike;
	char value[FITTED_MAX], text[64] = "";
	int x = canvas_text(c, 0, y, STYLE(INK_TEXT, ATTR_BOLD),
			    proposes ? "value   " : "wants   ");

	if (!proposes && (ballot_is_none(b->ballot) || wanted == VALUE_NONE)) {
		canvas_text(c, x, y, STYLE(INK_FAINT, 0),
			    ballot_is_none(b->ballot) ? "-" : "not known");
		return;
	}
	alike_collect(m, s, &alike);
	alike_fit(m, &alike, proposes ? b->value : wanted, c->width - x, value);
	if (proposes)
		because_words(b, c->width - x - utf8_columns(value), text, sizeof(text));
	x = canvas_text(c, x, y, own, value);
	canvas_text(c, x, y, STYLE(b->because == BECAUSE_FORCED ? INK_WARN : INK_FAINT, 0), text);
}

static void draw_one_ballot(const struct model *m, const struct scene *s,
			    const struct model_ballot *b, struct canvas *c)
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
	const unsigned quorum = b->quorum != 0 ? b->quorum : m->quorum;

	y = draw_lamps(m, c, 1, "PROMISE", b->promise, b->promised_to, b->ballot.node, step);
	draw_tally(c, y++, b->promises, set_count(b->promised_to), quorum);
	y = draw_lamps(m, c, y, "ACCEPT", b->accept, b->accepted_to, b->ballot.node, step);
	draw_tally(c, y++, b->accepts, set_count(b->accepted_to), quorum);
	draw_origin(m, s, b, c, y++);
	if (b->preempted && c->height > y) {
		ballot_show(b->preempted_by, other);
		canvas_print(c, 0, y, STYLE(INK_WARN, ATTR_BOLD), "preempted by %s", other);
	}
}

void pane_ballot(const struct model *m, const struct scene *s, struct canvas *c)
{
	draw_one_ballot(m, s, &m->ballot, c);
}

/* Every proposer's newest ballot, one below the other, so that two proposers that overtake each
 * other are seen at once. */
void pane_ballots(const struct model *m, const struct scene *s, struct canvas *c)
{
	int y = 0;

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
		draw_one_ballot(m, s, b, &body);
		y += 8;
	}
	if (y == 0)
		canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), "nobody has prepared a ballot yet");
}
