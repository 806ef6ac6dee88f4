/* What is on the wire: a row a message, whose label slides from sender to receiver by virtual time.
 * It reaches the receiver only when the receiver has told that the message came in. A lost message
 * stops on its way, with the cause. */
#include <stdio.h>
#include <string.h>

#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"
#include "tui/view/wire.h"

#define ROWS_MAX 128

/* A row of the pane: one flight, or several that differ in their receiver only. */
struct wire_row {
	const struct flight *flight;
	node_set many_from, many_to; /* all senders and receivers of the flights in this row */
	bool ended;                  /* arrived or lost; drawn for a while longer */
};

/* Takes at most ROWS_MAX of the flights, the newest, and those in flight before those that ended.
 */
static unsigned collect(const struct model *m, const struct scene *s, struct wire_row *row)
{
	const struct flight *list[WIRE_MAX];
	const unsigned all = wire_list(m, s, list);
	unsigned count = 0, open = 0;

	for (unsigned i = 0; i < all; i++)
		open += flight_is_open(m, list[i]);
	unsigned skip_open = open > ROWS_MAX ? open - ROWS_MAX : 0;
	unsigned skip_ended = all - skip_open > ROWS_MAX ? all - skip_open - ROWS_MAX : 0;
	for (unsigned i = 0; i < all; i++) {
		const bool ended = !flight_is_open(m, list[i]);
		unsigned *skip = ended ? &skip_ended : &skip_open;

		if (*skip > 0)
			--*skip;
		else
			row[count++] = (struct wire_row){list[i], set_of(list[i]->from),
							 set_of(list[i]->to), ended};
	}
	return count;
}

static bool same_words(const struct wire_row *a, const struct wire_row *b)
{
	return a->flight->type == b->flight->type && a->flight->slot == b->flight->slot &&
	       ballot_cmp(a->flight->ballot, b->flight->ballot) == 0 && a->ended == b->ended &&
	       a->flight->state == b->flight->state && a->flight->value == b->flight->value &&
	       a->flight->drop == b->flight->drop;
}

/* Makes one row of the messages of a broadcast, and one of equal answers to one node; with
 * `ended_only`, of messages that have ended. Returns how many rows are left. */
static unsigned fold_rows(struct wire_row *row, unsigned count, bool ended_only)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned k = 0;

		for (; k < kept; k++)
			if ((row[i].ended || !ended_only) && same_words(&row[k], &row[i]) &&
			    (row[k].many_from == row[i].many_from ||
			     row[k].many_to == row[i].many_to))
				break;
		if (k == kept) {
			row[kept++] = row[i];
			continue;
		}
		row[k].many_from |= row[i].many_from;
		row[k].many_to |= row[i].many_to;
		if (row[i].flight->due > row[k].flight->due)
			row[k].flight = row[i].flight;
	}
	return kept;
}

/* Drops rows of messages that have ended, the oldest first, until the rest fits or none of them is
 * left; returns how many rows there are then. */
static unsigned forget_ended(struct wire_row *row, unsigned count, unsigned room)
{
	while (count > room) {
		unsigned i = 0;

		while (i < count && !row[i].ended)
			i++;
		if (i == count)
			break;
		memmove(&row[i], &row[i + 1], (count - i - 1) * sizeof(row[0]));
		count--;
	}
	return count;
}

/* How much of its way a message has behind it, in thousandths. */
static int progress_of(const struct flight *f, time_us now)
{
	time_us until = f->state == FLIGHT_LOST ? f->ended_at : now;

	if (f->state == FLIGHT_ARRIVED)
		return 1000;
	if (f->due <= f->sent_at)
		return f->state == FLIGHT_LOST ? 400 : f->state == FLIGHT_HELD ? 1000 : 60;
	if (until <= f->sent_at)
		return 0;
	if (until >= f->due)
		return f->state == FLIGHT_LOST ? 800 : 1000;
	return (int)((until - f->sent_at) * 1000 / (f->due - f->sent_at));
}

static void label_of(const struct model *m, const struct alike *alike, const struct flight *f,
		     char *out, size_t size)
{
	char type[16], ballot[16], value[FITTED_MAX], other[16];

	message_shout(f->type, type);
	ballot_show(f->ballot, ballot);
	ballot_show(f->other, other);
	alike_fit(m, alike, f->value, 20, value);
	if (f->type == MSG_SYNC)
		snprintf(out, size, "%s from slot %llu", type, (unsigned long long)f->slot);
	else if (f->type == MSG_SUMMARY)
		snprintf(out, size, "%s up to slot %llu", type, (unsigned long long)f->slot);
	else if (f->type == MSG_EVIDENCE) /* its value is the proof's bytes */
		snprintf(out, size, "%s", type);
	else if (f->type == MSG_NACK)
		snprintf(out, size, "%s %s promised %s", type, ballot, other);
	else if (f->type == MSG_PROMISE && !ballot_is_none(f->other))
		snprintf(out, size, "%s %s voted %s=%s", type, ballot, other, value);
	else if (f->value != VALUE_NONE)
		snprintf(out, size, "%s %s=%s", type, ballot, value);
	else
		snprintf(out, size, "%s %s", type, ballot);
}

/* The end of a row: "■ n2", or a crowd "n2 n3 n4", right-aligned; returns where it begins. */
static int draw_end(struct canvas *c, int y, const struct wire_row *row, unsigned attrs)
{
	int x = c->width - 4 - (row->flight->to > 9);

	if (set_count(row->many_to) == 1) {
		canvas_put(c, x, y, STYLE(node_ink(row->flight->to), attrs),
			   node_shape(row->flight->to));
		canvas_print(c, x + 2, y, STYLE(INK_TEXT, attrs), "n%u", row->flight->to);
		return x;
	}
	char text[100];

	set_show(row->many_to, text, sizeof(text));
	if (utf8_columns(text) > c->width / 3)
		snprintf(text, sizeof(text), "%u nodes", set_count(row->many_to));
	x = c->width - utf8_columns(text);
	draw_words(c, x, y, STYLE(INK_TEXT, attrs), text, NODES_MAX);
	return x - 1;
}

static int draw_start(struct canvas *c, int y, const struct wire_row *row, unsigned attrs)
{
	char text[100];

	if (set_count(row->many_from) == 1)
		return draw_node(c, 0, y, attrs, row->flight->from);
	set_show(row->many_from, text, sizeof(text));
	if (utf8_columns(text) > c->width / 3)
		snprintf(text, sizeof(text), "%u nodes", set_count(row->many_from));
	return draw_words(c, 0, y, STYLE(INK_TEXT, attrs), text, NODES_MAX);
}

static void draw_row(const struct model *m, const struct scene *s, const struct alike *alike,
		     struct canvas *c, int y, const struct wire_row *row)
{
	const struct flight *f = row->flight;
	node_id owner = f->ballot.node != NODE_NONE ? f->ballot.node : f->from;
	bool lost = f->state == FLIGHT_LOST, nobody = flight_is_void(m, f);
	unsigned attrs = row->ended ? 0 : ATTR_BOLD;
	struct style trail = STYLE(node_ink(owner), row->ended ? ATTR_DIM : 0);
	char label[160], cause[64] = "";
	int x0 = draw_start(c, y, row, attrs), x1 = draw_end(c, y, row, attrs) - 1;

	label_of(m, alike, f, label, sizeof(label));
	if (lost)
		snprintf(cause, sizeof(cause), " %s", drop_words(f->drop));
	else if (nobody)
		snprintf(cause, sizeof(cause), " n%u is DOWN", f->to);
	else if (f->state == FLIGHT_HELD && f->due == 0)
		snprintf(cause, sizeof(cause), " HELD");
	int length = utf8_columns(label) + 3, room = x1 - x0 + 1 - length - utf8_columns(cause);
	int at = x0 + (room > 0 ? room * (nobody ? 1000 : progress_of(f, s->now)) / 1000 : 0);

	for (int x = x0; x < at; x++)
		canvas_put(c, x, y, trail, 0x2501);
	struct canvas track = canvas_part(c, 0, y, x1 + 1, 1);
	int x = canvas_print(&track, at, 0, STYLE(node_ink(owner), attrs), " %s ", label);

	canvas_put(&track, x, 0, STYLE(node_ink(owner), attrs), 0x25ba);
	x++;
	if (lost || nobody) {
		canvas_put(&track, x - 1, 0, STYLE(INK_BAD, ATTR_BOLD), lost ? 0x2573 : 0x00d7);
		draw_words(&track, x, 0, STYLE(INK_BAD, 0), cause, 0);
		return;
	}
	x = canvas_text(&track, x, 0, STYLE(INK_WARN, ATTR_BOLD), cause);
	for (; x <= x1; x++)
		canvas_put(&track, x, 0, STYLE(INK_FRAME, 0), 0x2500);
}

/* With a cursor each message has a row of its own, and the rows scroll. False: there is none. */
static bool draw_list(const struct model *m, const struct scene *s, const struct alike *alike,
		      struct canvas *c)
{
	const struct flight *list[WIRE_MAX];
	const unsigned count = wire_list(m, s, list),
		       rows = (unsigned)(c->height > 0 ? c->height : 0);
	struct canvas beside = canvas_part(c, 2, 0, c->width - 2, c->height);
	unsigned at, first;

	if (!wire_cursor(s, list, count, &at))
		return false;
	first = at < rows / 2 ? 0 : at - rows / 2;
	if (first + rows > count)
		first = count > rows ? count - rows : 0;
	for (unsigned i = first; i < count && i < first + rows; i++) {
		const struct flight *f = list[i];
		const struct wire_row row = {f, set_of(f->from), set_of(f->to),
					     !flight_is_open(m, f)};

		draw_row(m, s, alike, &beside, (int)(i - first), &row);
		if (i == at)
			canvas_put(c, 0, (int)(i - first), STYLE(INK_KEY, ATTR_BOLD), 0x25ba);
	}
	return true;
}

void pane_wire(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct wire_row row[ROWS_MAX];
	unsigned count = collect(m, s, row), room = (unsigned)(c->height > 0 ? c->height : 0);
	unsigned more = 0;
	struct alike alike;

	alike_collect(m, s, &alike);
	if (draw_list(m, s, &alike, c))
		return;
	/* Messages that are still on their way come first, each in a row of its own. Only when
	 * these alone are too many are they folded, too. */
	if (count > room)
		count = fold_rows(row, count, true);
	count = forget_ended(row, count, room);
	if (count > room)
		count = fold_rows(row, count, false);
	if (count > room && room > 0) {
		more = count - (room - 1);
		count = room - 1;
	}
	for (unsigned i = 0; i < count; i++)
		draw_row(m, s, &alike, c, (int)i, &row[i]);
	if (more > 0)
		canvas_print(c, 0, (int)count, STYLE(INK_FAINT, 0), "and %u more", more);
	if (count == 0 && s->wire_filter[0] != 0)
		canvas_print(c, 0, 0, STYLE(INK_FAINT, 0), "No message on the wire passes \"%s\".",
			     s->wire_filter);
	else if (count == 0)
		canvas_text(c, 0, 0, STYLE(INK_FAINT, 0),
			    s->now == 0 ? "" : "Nothing is on the wire.");
}
