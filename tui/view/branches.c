#include "tui/view/branches.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"

void branches_order(const struct branch_tree *tree, unsigned order[BRANCHES_MAX],
		    unsigned depth[BRANCHES_MAX])
{
	unsigned used = 0;

	for (unsigned i = 0; i < tree->count; i++) {
		unsigned at = used;

		/* Behind the branch that it left and all that stand deeper below that one. */
		for (unsigned k = 0; i > 0 && k < used; k++)
			if (order[k] == tree->branch[i].from) {
				for (at = k + 1; at < used && depth[at] > depth[k];)
					at++;
				break;
			}
		memmove(&order[at + 1], &order[at], (used - at) * sizeof(*order));
		memmove(&depth[at + 1], &depth[at], (used - at) * sizeof(*depth));
		order[at] = i;
		depth[at] = 0;
		for (unsigned b = i; b > 0; b = tree->branch[b].from)
			depth[at]++;
		used++;
	}
}

unsigned branches_other(const struct branch_tree *tree, unsigned cursor)
{
	if (tree->count < 2)
		return BRANCHES_MAX;
	if (cursor < tree->count && cursor != tree->here)
		return cursor;
	return tree->here > 0 ? tree->branch[tree->here].from : tree->count - 1;
}

unsigned branches_parted(const struct branch_tree *tree, unsigned a, unsigned b)
{
	unsigned left[2] = {BRANCHES_MAX, BRANCHES_MAX};

	/* Numbers rise from a branch to those that left it: the higher one of two different ones is
	 * not what the other left. */
	while (a != b) {
		unsigned *higher = a > b ? &a : &b;

		left[a < b] = *higher;
		*higher = tree->branch[*higher].from;
	}
	if (left[0] == BRANCHES_MAX || left[1] == BRANCHES_MAX)
		return left[left[0] == BRANCHES_MAX];
	return left[tree->branch[left[1]].events < tree->branch[left[0]].events];
}

/* --- outcomes ------------------------------------------------------------------------------ */

value_ref slot_value(const struct model *m, slot_number slot)
{
	const struct model_slot *s = model_slot(m, slot);

	if (s == NULL || s->decided != VALUE_NONE)
		return s == NULL ? VALUE_NONE : s->decided;
	for (node_id id = 1; id <= m->nodes; id++)
		if (s->vote[id].chosen != VALUE_NONE)
			return s->vote[id].chosen;
	return VALUE_NONE;
}

bool branch_outcome(const struct model *m, char *out, size_t size)
{
	unsigned shown = 0;

	if (m->safety == SAFETY_VIOLATED) {
		text_write(out, size, "VIOLATED: %s", property_name(m->violation.property));
		return true;
	}
	out[0] = 0;
	for (slot_number i = m->slot_first; i < m->slot_end && shown < 8; i++) {
		char value[VALUE_SHOWN_MAX + 1];
		const value_ref ref = slot_value(m, i);

		if (ref == VALUE_NONE)
			continue;
		values_show(m->values, ref, value);
		text_append(out, size, shown++ == 0 ? "slot %llu: %s" : ", %llu: %s",
			    (unsigned long long)i, value);
	}
	if (shown == 0)
		text_write(out, size, "nothing is chosen");
	return false;
}

/* --- differences --------------------------------------------------------------------------- */

/* As it is shown: of a long value a model may know no more. */
static uint64_t digest_of_value(const struct model *m, value_ref value)
{
	char text[VALUE_SHOWN_MAX + 1];

	if (value <= VALUE_NOOP)
		return value;
	values_show(m->values, value, text);
	return digest64(0, (const uint8_t *)text, strlen(text));
}

static bool same_value(const struct model *a, value_ref of_a, const struct model *b, value_ref of_b)
{
	return digest_of_value(a, of_a) == digest_of_value(b, of_b);
}

bool slot_differs(const struct model *a, const struct model *b, slot_number slot)
{
	return !same_value(a, slot_value(a, slot), b, slot_value(b, slot));
}

static bool stands_otherwise(const struct model *a, const struct model *b, slot_number slot,
			     node_id node)
{
	static const struct model_vote nothing;
	const struct model_slot *in_a = model_slot(a, slot), *in_b = model_slot(b, slot);
	const struct model_vote *v = in_a != NULL ? &in_a->vote[node] : &nothing;
	const struct model_vote *w = in_b != NULL ? &in_b->vote[node] : &nothing;

	return ballot_cmp(v->voted_at, w->voted_at) != 0 || !same_value(a, v->voted, b, w->voted) ||
	       !same_value(a, v->chosen, b, w->chosen);
}

bool node_differs(const struct model *a, const struct model *b, slot_number slot, node_id node)
{
	return a->node[node].life != b->node[node].life ||
	       ballot_cmp(a->node[node].promised, b->node[node].promised) != 0 ||
	       stands_otherwise(a, b, slot, node);
}

slot_number slot_that_differs(const struct model *a, const struct model *b)
{
	const slot_number first = a->slot_first > b->slot_first ? a->slot_first : b->slot_first;
	const slot_number end = a->slot_end > b->slot_end ? a->slot_end : b->slot_end;
	const slot_number both = a->slot_end < b->slot_end ? a->slot_end : b->slot_end;

	for (slot_number slot = first; slot < end; slot++) {
		if (slot_differs(a, b, slot))
			return slot;
		for (node_id id = 1; id <= a->nodes; id++)
			if (stands_otherwise(a, b, slot, id))
				return slot;
	}
	return both > first ? both - 1 : first;
}

/* What an event is, but for when it was and which number its message had. */
static uint64_t digest_of_event(const struct model *m, const struct event *e)
{
	const uint64_t part[] = {
		e->kind,        e->node,         e->type,
		e->peer,        e->to,           e->slot,
		e->count,       e->ballot.round, e->ballot.node,
		e->other.round, e->other.node,   e->why,
		e->drop,        e->because,      e->policy,
		e->attack,      e->types,        digest_of_value(m, e->value),
	};

	return digest64(1, (const uint8_t *)part, sizeof(part));
}

/* Time is stopped where a branch leaves: that is no difference. */
static bool is_told(const struct event *e)
{
	return !event_is_noise(e->kind) && e->kind != EVENT_TIMED;
}

static bool is_later(const struct branch_shown *parted, const struct event *e)
{
	const struct branch_last *last = &parted->last[e->node];

	if (e->seq == 0)
		return e->at > parted->at;
	return e->boot > last->boot || (e->boot == last->boot && e->seq > last->seq);
}

static void collect(const struct model *m, const struct branch_shown *parted, struct future *out)
{
	unsigned count = 0;

	for (uint64_t i = model_event_last(m); i != EVENT_UNSEEN && count < FUTURE_MAX;
	     i = model_event_earlier(m, i)) {
		const struct event *e = model_event_at(m, i);

		if (is_told(e) && is_later(parted, e))
			out->event[count++] = i;
	}
	out->count = count;
	for (unsigned i = 0; i < count / 2; i++) {
		const uint64_t event = out->event[i];

		out->event[i] = out->event[count - 1 - i];
		out->event[count - 1 - i] = event;
	}
}

/* How often something happened, by its digest. */
#define COUNTS (2 * FUTURE_MAX)
struct counts {
	uint64_t digest[COUNTS];
	unsigned count[COUNTS];
	bool used[COUNTS];
};

static unsigned *count_of(struct counts *c, uint64_t digest)
{
	unsigned i = (unsigned)(digest % COUNTS);

	while (c->used[i] && c->digest[i] != digest)
		i = (i + 1) % COUNTS;
	c->used[i] = true;
	c->digest[i] = digest;
	return &c->count[i];
}

static void mark(const struct model *m, struct future *f, const struct model *other,
		 const struct future *of_other)
{
	struct counts counts;

	memset(counts.count, 0, sizeof(counts.count));
	memset(counts.used, 0, sizeof(counts.used));
	for (unsigned i = 0; i < of_other->count; i++)
		++*count_of(&counts,
			    digest_of_event(other, model_event_at(other, of_other->event[i])));
	for (unsigned i = 0; i < f->count; i++) {
		unsigned *left =
			count_of(&counts, digest_of_event(m, model_event_at(m, f->event[i])));

		f->differs[i] = *left == 0;
		*left -= *left > 0;
	}
}

unsigned futures_compare(const struct model *a, const struct model *b,
			 const struct branch_shown *parted, struct future *of_a,
			 struct future *of_b)
{
	unsigned same = 0;

	collect(a, parted, of_a);
	collect(b, parted, of_b);
	mark(a, of_a, b, of_b);
	mark(b, of_b, a, of_a);
	while (same < of_a->count && same < of_b->count && !of_a->differs[same] &&
	       !of_b->differs[same])
		same++;
	return same;
}
