#include "proto/model/judge/margin.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"

/* --- what it depends on ------------------------------------------------------------------------
 */

/* The number of a value in the slot; above MARGIN_VALUES there is no room. */
static uint8_t number_of(const struct model *m, value_ref value, value_ref seen[MARGIN_VALUES],
			 struct margin_slot *out)
{
	unsigned i = 0;

	if (value == VALUE_NONE)
		return 0;
	while (i < MARGIN_VALUES && seen[i] != VALUE_NONE && seen[i] != value)
		i++;
	if (i < MARGIN_VALUES && seen[i] == VALUE_NONE) {
		seen[i] = value;
		values_show(m->values, value, out->name[i]);
	}
	return (uint8_t)(i + 1);
}

static void look_at_slot(const struct model *m, const struct model_slot *s, struct margin_slot *out)
{
	value_ref seen[MARGIN_VALUES] = {VALUE_NONE};

	out->slot = s->slot;
	out->policy = model_policy_at(m, s->slot);
	out->quorum = (uint8_t)model_quorum_at(m, s->slot);
	for (node_id id = 1; id <= m->nodes; id++) {
		out->voted[id] = number_of(m, s->vote[id].voted, seen, out);
		if (out->voted[id] != 0)
			out->voted_at[id] = s->vote[id].voted_at;
		out->known[id] = number_of(m, s->vote[id].chosen, seen, out);
	}
	out->decided = number_of(m, s->decided, seen, out);
}

void margin_look(const struct model *m, struct margin_case *out)
{
	memset(out, 0, sizeof *out);
	out->nodes = m->nodes;
	out->violated = m->safety == SAFETY_VIOLATED;
	out->stuck = m->stuck;
	out->quorum = (uint8_t)model_quorum_of(m, m->policy);
	out->policy = m->policy;
	out->liars = m->liars | m->proven | model_armed(m);
	for (node_id id = 1; id <= m->nodes; id++) {
		const struct model_node *n = &m->node[id];

		if (n->life == LIFE_UP)
			out->up |= set_of(id);
		if (n->mistake != 0)
			out->liars |= set_of(id);
		out->promised[id] = n->promised;
		for (node_id from = 1; from <= m->nodes; from++)
			if (from != id && !n->link[from].cut)
				out->hears[id] |= set_of(from);
	}
	for (slot_number s = m->slot_end; s > m->slot_first && out->slots < MARGIN_SLOTS; s--) {
		const struct model_slot *slot = model_slot(m, s - 1);

		if (slot != NULL)
			look_at_slot(m, slot, &out->slot[out->slots++]);
	}
	out->slot[out->slots] =
		(struct margin_slot){.slot = SLOT_NONE, .policy = m->policy, .quorum = out->quorum};
	out->slots++;
}

/* --- lies to a violation -----------------------------------------------------------------------
 */

/* Nodes that a liar may still tell a value. */
static node_set unknowing(const struct margin_case *c, const struct margin_slot *slot,
			  node_set liars)
{
	node_set out = 0;

	for (node_id id = 1; id <= c->nodes; id++)
		if (!set_has(liars, id) && slot->known[id] == 0)
			out |= set_of(id);
	return out;
}

static bool anybody_knows(const struct margin_case *c, const struct margin_slot *slot,
			  node_set liars)
{
	bool known = slot->decided != 0;

	for (node_id id = 1; id <= c->nodes; id++)
		known |= !set_has(liars, id) && slot->known[id] != 0;
	return known;
}

/* Where nodes believe what is not signed, or one that says that a value is chosen. */
static bool by_one_word(const struct margin_case *c, const struct margin_slot *slot, node_set liars,
			struct margin_way *way)
{
	const node_set open = unknowing(c, slot, liars);
	const bool known = anybody_knows(c, slot, liars);
	const node_id liar = set_lowest(liars), one = set_lowest(open);
	const node_id other = set_lowest(open & ~set_of(one));

	/* cert needs sign: without sign there is no cert */
	if (liars == 0 || one == NODE_NONE || (!known && other == NODE_NONE) ||
	    policy_has(slot->policy, DEFENCE_CERT))
		return false;
	text_write(
		way->step[way->steps++], sizeof way->step[0],
		"It tells n%u that %s is chosen (false-commit): without the defence cert that is "
		"believed.",
		one, known ? "another value" : "A");
	if (!known)
		text_write(way->step[way->steps++], sizeof way->step[0],
			   "It tells n%u that B is chosen. One word of n%u was enough.", other,
			   liar);
	return true;
}

static void say_beginning(const struct margin_slot *slot, node_set liars, struct margin_way *way)
{
	char who[NODES_MAX * 4], where[64], policy[POLICY_SHOWN_MAX];

	set_show(liars, who, sizeof who);
	policy_show(slot->policy, policy);
	if (slot->slot == SLOT_NONE)
		text_write(where, sizeof where, "In a slot that nobody has touched");
	else
		text_write(where, sizeof where, "In slot %llu", (unsigned long long)slot->slot);
	text_write(way->step[way->steps++], sizeof way->step[0],
		   "%s (quorum %u, defences %s) %s lie%s.", where, slot->quorum, policy, who,
		   set_count(liars) == 1 ? "s" : "");
}

static bool breaks(struct margin_search *s, const struct margin_case *c,
		   const struct margin_slot *slot, node_set liars, struct margin_way *way)
{
	bool full = false;

	*way = (struct margin_way){.unexplored = way->unexplored, .slot = slot->slot};
	say_beginning(slot, liars, way);
	if (by_one_word(c, slot, liars, way)) {
		way->found = true;
	} else if (c->nodes > MARGIN_NODES_MAX) {
		way->unexplored = true;
	} else if (liars != 0 && margin_slot_breaks(s, c, slot, liars, &full)) {
		margin_tell(s, way);
		way->found = true;
	}
	way->unexplored |= full;
	return way->found;
}

static node_set next_of_size(node_set set)
{
	const node_set lowest = set & (~set + 1), carried = set + lowest;

	return carried == 0 ? 0 : (((carried ^ set) >> 2) / lowest) | carried;
}

/* `count` more liars. In a slot that nobody has touched all sets of so many are alike. */
static bool lies_suffice(struct margin_search *s, const struct margin_case *c, unsigned count,
			 struct margin_way *way)
{
	const node_set all = set_first(c->nodes);

	for (unsigned i = 0; i < c->slots; i++) {
		const bool fresh = c->slot[i].slot == SLOT_NONE || c->nodes > MARGIN_NODES_MAX;

		for (node_set more = set_first(count); more <= all; more = next_of_size(more)) {
			if ((more & c->liars) == 0) {
				if (breaks(s, c, &c->slot[i], c->liars | more, way))
					return true;
				if (fresh)
					break;
			}
			if (more == 0)
				break;
		}
	}
	return false;
}

static void find_lies(struct margin_search *s, const struct margin_case *c, struct margin_way *way)
{
	const unsigned honest = c->nodes - set_count(c->liars & set_first(c->nodes));

	for (unsigned count = 0; count <= MARGIN_BOUND && count < honest; count++)
		if (lies_suffice(s, c, count, way)) {
			way->count = count;
			return;
		}
	way->found = false;
	way->steps = 0;
}

/* A schedule alone, without any fault. */
static void find_split(struct margin_search *s, const struct margin_case *c, struct margin *out)
{
	bool full = false;

	for (unsigned i = 0; i < c->slots && c->nodes <= MARGIN_NODES_MAX; i++) {
		const struct margin_slot *slot = &c->slot[i];
		struct margin_way way = {.found = true, .slot = slot->slot};

		if (!policy_has(slot->policy, DEFENCE_REJECT) || slot->decided != 0 ||
		    anybody_knows(c, slot, 0) || !margin_slot_breaks(s, c, slot, 0, &full))
			continue;
		text_write(way.step[way.steps++], sizeof way.step[0],
			   "Nobody lies and nothing fails: a schedule is enough.");
		margin_tell(s, &way);
		if (way.steps == MARGIN_STEPS_MAX)
			way.steps--;
		text_write(way.step[way.steps++], sizeof way.step[0],
			   "Under reject each acceptor is bound to its vote, and no value has a "
			   "quorum left.");
		for (unsigned kind = MARGIN_CRASHES; kind <= MARGIN_MUTE; kind++)
			if (!out->way[kind].found || out->way[kind].count > 0)
				out->way[kind] = way;
		return;
	}
}

void margin_find(void *memory, const struct margin_case *c, struct margin *out)
{
	struct margin_search *s = memory;

	memset(out, 0, sizeof *out);
	memset(memory, 0, margin_memory_size());
	margin_stall(c, out);
	if (c->violated) {
		struct margin_way *way = &out->way[MARGIN_LIES];

		*way = (struct margin_way){.found = true, .steps = 1};
		text_write(way->step[0], sizeof way->step[0], "Safety is violated already.");
	} else {
		find_split(s, c, out);
		find_lies(s, c, &out->way[MARGIN_LIES]);
	}
	out->states = margin_states(s);
}

/* --- words ------------------------------------------------------------------------------------ */

static void say_count(const struct margin_way *way, const char *one, const char *many, char *out,
		      size_t size)
{
	if (way->found)
		text_append(out, size, "%u %s", way->count, way->count == 1 ? one : many);
	else if (way->unexplored)
		text_append(out, size, "? %s", many);
	else
		text_append(out, size, ">%u %s", MARGIN_BOUND, many);
}

void margin_words(const struct margin *m, char *out, size_t size)
{
	text_write(out, size, "MARGIN ");
	say_count(&m->way[MARGIN_CRASHES], "crash", "crashes", out, size);
	text_append(out, size, " | ");
	say_count(&m->way[MARGIN_LIES], "lie", "lies", out, size);
}

void margin_sentence(const struct margin *m, enum margin_kind kind, char *out, size_t size)
{
	static const struct {
		const char *one, *many;
	} words[MARGIN_KINDS] = {
		[MARGIN_CRASHES] = {"crash", "crashes"},
		[MARGIN_CUTS] = {"cut link", "cut links"},
		[MARGIN_MUTE] = {"lie", "lies"},
		[MARGIN_LIES] = {"lie", "lies"},
	};
	const struct margin_way *way = &m->way[kind];
	const char *end = kind == MARGIN_LIES ? "a violation" : "a stall";

	if (way->found && way->count == 0)
		text_write(out, size, "no %s more separates it from %s", words[kind].one, end);
	else if (way->found)
		text_write(out, size, "%u %s more separate%s it from %s", way->count,
			   way->count == 1 ? words[kind].one : words[kind].many,
			   way->count == 1 ? "s" : "", end);
	else if (way->unexplored)
		text_write(out, size,
			   "how many lies separate it from a violation is not known: of more than "
			   "%u nodes, or so many states, not all is explored",
			   MARGIN_NODES_MAX);
	else
		text_write(out, size, "%u %s more do not lead to %s", MARGIN_BOUND,
			   words[kind].many, end);
}
