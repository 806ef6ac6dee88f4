/* What is on the wire: a row a message, its token sliding from sender to receiver by virtual time.
 * It arrives only when the receiver says so; what is lost stops where it was lost, with the cause.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/view/identity.h"
#include "tui/pane.h"

#define ROWS_MAX 128

/* A row of the pane: one flight, or several that differ in their receiver only. */
struct wire_row {
	const struct flight *flight;
	node_set many_from, many_to; /* folded: all of them */
	bool ended;
};

static bool has_ended(const struct flight *f)
{
	return f->state == FLIGHT_ARRIVED || f->state == FLIGHT_LOST;
}

/* On its way to a node that is not there: nobody will tell what became of it. */
static bool is_void(const struct model *m, const struct flight *f)
{
	return !has_ended(f) && f->due == 0 && m->node[f->to].life == LIFE_DOWN;
}

static bool in_flight(const struct model *m, const struct flight *f)
{
	return !has_ended(f) && !is_void(m, f);
}

/* What is over stays for a while, and longer if it was lost: that is what one wants to see. */
static bool is_shown(const struct model *m, const struct scene *s, const struct flight *f)
{
	time_us end = f->ended_at != 0 ? f->ended_at : f->sent_at;
	time_us stay = f->state == FLIGHT_ARRIVED ? s->second_us : 3 * s->second_us;

	if (in_flight(m, f))
		return true;
	return end + stay > s->now;
}

unsigned wire_count(const struct model *m, const struct scene *s)
{
	unsigned count = 0;

	(void)s;
	for (uint32_t i = 0; i < m->flights; i++)
		count += in_flight(m, &m->flight[i]);
	return count;
}

static int by_age(const void *a, const void *b)
{
	const struct flight *x = ((const struct wire_row *)a)->flight;
	const struct flight *y = ((const struct wire_row *)b)->flight;

	if (x->sent_at != y->sent_at)
		return x->sent_at < y->sent_at ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->id.number != y->id.number)
		return x->id.number < y->id.number ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->copy - y->copy;
}

/* Of those shown, what is in flight first, then what ended last; at most ROWS_MAX, oldest first. */
static unsigned collect(const struct model *m, const struct scene *s, struct wire_row *row)
{
	unsigned count = 0;

	for (int ended = 0; ended < 2; ended++)
		for (uint32_t i = m->flights; i-- > 0 && count < ROWS_MAX;) {
			const struct flight *f = &m->flight[i];

			if (is_shown(m, s, f) && in_flight(m, f) != (ended != 0))
				row[count++] = (struct wire_row){f, set_of(f->from), set_of(f->to),
								 ended != 0};
		}
	qsort(row, count, sizeof(row[0]), by_age);
	return count;
}

static bool same_words(const struct wire_row *a, const struct wire_row *b)
{
	return a->flight->type == b->flight->type && a->flight->slot == b->flight->slot &&
	       ballot_cmp(a->flight->ballot, b->flight->ballot) == 0 && a->ended == b->ended &&
	       a->flight->state == b->flight->state && a->flight->value == b->flight->value &&
	       a->flight->drop == b->flight->drop;
}

/* Broadcasts become one row, and so do the answers to one node. */
static unsigned fold(struct wire_row *row, unsigned count, bool ended_only)
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

/* Drops what ended first until the rest fits; returns how many rows are left. */
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

/* How far along it is, in thousandths. */
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

static void label_of(const struct model *m, const struct flight *f, char *out, size_t size)
{
	char type[16], ballot[16], value[VALUE_SHOWN_MAX + 1], other[16];

	message_shout(f->type, type);
	ballot_show(f->ballot, ballot);
	ballot_show(f->other, other);
	values_show(m->values, f->value, value);
	if (strlen(value) > 20)
		memcpy(value + 17, "...", 4);
	if (f->type == MSG_SYNC)
		snprintf(out, size, "%s from slot %llu", type, (unsigned long long)f->slot);
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
	if (text_width(text) > c->width / 3)
		snprintf(text, sizeof(text), "%u nodes", set_count(row->many_to));
	x = c->width - text_width(text);
	draw_words(c, x, y, STYLE(INK_TEXT, attrs), text, NODES_MAX);
	return x - 1;
}

static int draw_start(struct canvas *c, int y, const struct wire_row *row, unsigned attrs)
{
	char text[100];

	if (set_count(row->many_from) == 1)
		return draw_node(c, 0, y, attrs, row->flight->from);
	set_show(row->many_from, text, sizeof(text));
	if (text_width(text) > c->width / 3)
		snprintf(text, sizeof(text), "%u nodes", set_count(row->many_from));
	return draw_words(c, 0, y, STYLE(INK_TEXT, attrs), text, NODES_MAX);
}

static void draw_row(const struct model *m, const struct scene *s, struct canvas *c, int y,
		     const struct wire_row *row)
{
	const struct flight *f = row->flight;
	node_id owner = f->ballot.node != NODE_NONE ? f->ballot.node : f->from;
	bool lost = f->state == FLIGHT_LOST, nobody = is_void(m, f);
	unsigned attrs = row->ended ? 0 : ATTR_BOLD;
	struct style trail = STYLE(node_ink(owner), row->ended ? ATTR_DIM : 0);
	char label[160], cause[64] = "";
	int x0 = draw_start(c, y, row, attrs), x1 = draw_end(c, y, row, attrs) - 1;

	label_of(m, f, label, sizeof(label));
	if (lost)
		snprintf(cause, sizeof(cause), " %s", drop_words(f->drop));
	else if (nobody)
		snprintf(cause, sizeof(cause), " n%u is DOWN", f->to);
	else if (f->state == FLIGHT_HELD && f->due == 0)
		snprintf(cause, sizeof(cause), " HELD");
	int length = text_width(label) + 3, room = x1 - x0 + 1 - length - text_width(cause);
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

void pane_wire(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct wire_row row[ROWS_MAX];
	unsigned count = collect(m, s, row), room = (unsigned)(c->height > 0 ? c->height : 0);
	unsigned more = 0;

	/* what is still on its way has the room first, each message in a row of its own */
	if (count > room)
		count = fold(row, count, true);
	count = forget_ended(row, count, room);
	if (count > room)
		count = fold(row, count, false);
	if (count > room && room > 0) {
		more = count - (room - 1);
		count = room - 1;
	}
	for (unsigned i = 0; i < count; i++)
		draw_row(m, s, c, (int)i, &row[i]);
	if (more > 0)
		canvas_print(c, 0, (int)count, STYLE(INK_FAINT, 0), "and %u more", more);
	if (count == 0)
		canvas_text(c, 0, 0, STYLE(INK_FAINT, 0),
			    s->now == 0 ? "" : "Nothing is on the wire.");
}
