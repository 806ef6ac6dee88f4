/* What each gate holds back, and every message that waits: at a gate until it is told, or on a link
 * until it is due. A row a message, those to one node in the order in which they come to it. */
#include <stdio.h>
#include <string.h>

#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"
#include "tui/view/wire.h"

/* Where the columns begin; the value has what is left between slot and age. */
enum { AT_TO = 2, AT_FROM = 8, AT_TYPE = 14, AT_BALLOT = 24 };

#define RULES_ROWS 2
#define LEAST_ROOM 6 /* for a value; with less there is no value, no age and no id */

/* What depends on the width, and on the numbers that are to be shown. */
struct columns {
	int ballot; /* columns of a ballot; 0: there is no room for it, and for nothing behind it */
	int at_slot;
	int slot;  /* columns of a slot's number; 0: there is no room for it */
	int value; /* where values begin */
	int room;  /* columns of a value; 0: there is none for what comes behind the slot */
	int at_age, at_id;
};

/* How long it has waited; of one that is not at the gate yet, when it is due. */
static void show_age(const struct scene *s, const struct flight *f, char out[40])
{
	char time[24];

	time_show(f->due > 0 ? f->due : s->now > f->sent_at ? s->now - f->sent_at : 0, time);
	snprintf(out, 40, f->due > 0 ? "at %s" : "%s", time);
}

static int wider(int width, int than)
{
	return width > than ? width : than;
}

static struct columns columns_of(const struct canvas *c, const struct scene *s,
				 const struct flight *const *list, unsigned count)
{
	struct columns of = {.ballot = 6, .slot = 4};
	int age = 7, id = 10;
	char text[40];

	for (unsigned i = 0; i < count; i++) {
		ballot_show(list[i]->ballot, text);
		of.ballot = wider((int)strlen(text), of.ballot);
		of.slot = wider(
			snprintf(text, sizeof(text), "%llu", (unsigned long long)list[i]->slot),
			of.slot);
		show_age(s, list[i], text);
		age = wider(utf8_columns(text), age);
		flight_name(list[i], text);
		id = wider((int)strlen(text), id);
	}
	of.at_slot = AT_BALLOT + of.ballot + 1;
	of.value = of.at_slot + of.slot + 2;
	of.at_id = c->width - id - 1;
	of.at_age = of.at_id - age - 2;
	of.room = of.at_age - of.value - 1;
	if (of.room < LEAST_ROOM)
		of.room = 0;
	if (of.at_slot + of.slot > c->width)
		of.slot = 0;
	if (AT_BALLOT + of.ballot > c->width)
		of.ballot = 0;
	return of;
}

static void draw_rules(const struct model *m, const struct scene *s, struct canvas *c)
{
	char text[NODES_MAX * 64] = "", rule[300];
	unsigned gates = 0;

	for (node_id id = 1; id <= m->nodes; id++) {
		const struct gate_rule *gate = &m->node[id].gate;
		const size_t used = strlen(text);

		if (!gate->on)
			continue;
		gate_show(gate, id, m->nodes, rule, sizeof(rule));
		snprintf(text + used, sizeof(text) - used, "%sn%u holds %s", gates > 0 ? "; " : "",
			 id, rule);
		gates++;
	}
	if (gates == 0)
		snprintf(text, sizeof(text),
			 "No gate holds anything: H holds what comes to n%u, :gate on 2>3 promise "
			 "holds less.",
			 s->selected);
	draw_paragraph(c, PLAIN, text, m->nodes);
}

static void draw_head(struct canvas *c, const struct columns *of, int y)
{
	const struct style faint = STYLE(INK_FAINT, 0);

	canvas_text(c, AT_TO, y, faint, "TO");
	canvas_text(c, AT_FROM, y, faint, "FROM");
	canvas_text(c, AT_TYPE, y, faint, "TYPE");
	if (of->ballot > 0)
		canvas_text(c, AT_BALLOT, y, faint, "BALLOT");
	if (of->slot > 0)
		canvas_text(c, of->at_slot + of->slot - 4, y, faint, "SLOT");
	if (of->room == 0)
		return;
	canvas_text(c, of->value, y, faint, "VALUE");
	canvas_text(c, of->at_age, y, faint, "AGE");
	canvas_text(c, of->at_id, y, faint, "ID");
}

/* A Promise tells the highest vote of its sender. */
static void show_value(const struct model *m, const struct alike *alike, const struct flight *f,
		       int width, char *out, size_t size)
{
	char value[FITTED_MAX], other[16];
	const bool votes = f->type == MSG_PROMISE && !ballot_is_none(f->other);

	out[0] = 0;
	ballot_show(f->other, other);
	if (f->type == MSG_NACK)
		snprintf(out, size, "promised %s", other);
	if (f->value == VALUE_NONE || width < 4)
		return;
	alike_fit(m, alike, f->value, votes ? width - 8 - (int)strlen(other) : width, value);
	if (votes)
		snprintf(out, size, "voted %s=%s", other, value);
	else
		snprintf(out, size, "%s", value);
}

static void draw_held(const struct model *m, const struct scene *s, const struct alike *alike,
		      struct canvas *c, const struct columns *of, int y, const struct flight *f,
		      bool here)
{
	const unsigned attrs = f->due == 0 ? ATTR_BOLD : 0;
	const node_id owner = f->ballot.node != NODE_NONE ? f->ballot.node : f->from;
	char type[16], value[FITTED_MAX + 40], age[40], name[40];

	if (here)
		canvas_put(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), 0x25ba);
	draw_node(c, AT_TO, y, attrs, f->to);
	if (f->from == f->to)
		canvas_text(c, AT_FROM, y, STYLE(INK_TEXT, attrs), "own");
	else
		draw_node(c, AT_FROM, y, attrs, f->from);
	message_shout(f->type, type);
	canvas_text(c, AT_TYPE, y, STYLE(node_ink(owner), attrs), type);
	if (!ballot_is_none(f->ballot) && of->ballot > 0)
		draw_ballot(c, AT_BALLOT, y, attrs, f->ballot);
	if (f->type != MSG_EVIDENCE && of->slot > 0)
		canvas_print(c, of->at_slot, y, STYLE(INK_TEXT, attrs), "%*llu", of->slot,
			     (unsigned long long)f->slot);
	if (of->room == 0)
		return;
	struct canvas part = canvas_part(c, of->value, y, of->room, 1);

	show_value(m, alike, f, of->room, value, sizeof(value));
	canvas_text(&part, 0, 0, STYLE(INK_TEXT, attrs), value);
	show_age(s, f, age);
	flight_name(f, name);
	canvas_text(c, of->at_age, y, STYLE(INK_FAINT, 0), age);
	canvas_text(c, of->at_id, y, STYLE(INK_TEXT, 0), name);
}

void pane_gate(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct flight *list[WIRE_MAX];
	const unsigned count = wire_list(m, s, list);
	struct canvas rules = canvas_part(c, 0, 0, c->width, RULES_ROWS);
	struct alike alike;
	unsigned at = 0, first;
	const int top = RULES_ROWS + 1, rows = c->height - top;

	draw_rules(m, s, &rules);
	const struct columns of = columns_of(c, s, list, count);

	draw_head(c, &of, RULES_ROWS);
	if (count == 0)
		canvas_text(c, AT_TO, top, STYLE(INK_FAINT, 0),
			    s->wire_filter[0] != 0 ? "No held message passes the filter."
						   : "No message is held.");
	if (count == 0 || rows <= 0)
		return;
	if (!wire_cursor(s, list, count, &at))
		at = 0;
	first = at < (unsigned)rows / 2 ? 0 : at - (unsigned)rows / 2;
	if (first + (unsigned)rows > count)
		first = count > (unsigned)rows ? count - (unsigned)rows : 0;
	alike_collect(m, s, &alike);
	for (unsigned i = first; i < count && i - first < (unsigned)rows; i++)
		draw_held(m, s, &alike, c, &of, top + (int)(i - first), list[i], i == at);
}
