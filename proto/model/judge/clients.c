#include "proto/model/judge/clients.h"

#include <string.h>

#include "proto/core/batch.h"
#include "proto/core/read_entry.h"

_Static_assert(CLIENT_OPS < LINEAR_OPS, "there is room for writes that were not seen");

void clients_begin(struct clients *c)
{
	memset(c, 0, sizeof *c);
}

static unsigned kept(const struct clients *c)
{
	return (unsigned)lower_of(c->ops, CLIENT_OPS);
}

static struct client_op *add(struct clients *c, const struct event *e, uint64_t index)
{
	struct client_op *op = &c->op[c->ops++ % CLIENT_OPS];

	*op = (struct client_op){.node = e->node,
				 .value = e->value,
				 .slot = SLOT_NONE,
				 .because = e->because,
				 .number = e->number,
				 .called_at = e->at,
				 .called = index};
	return op;
}

/* A batch is no proposal, but several; a read writes nothing. */
static bool is_write(const struct values *values, value_ref value)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(values, value, &length);

	return value != VALUE_NONE && value != VALUE_NOOP && !is_read_entry(bytes, length) &&
	       batch_count(bytes, length) == 0;
}

static void answer(struct client_op *op, time_us at, uint64_t index)
{
	op->answered = true;
	op->answered_at = at;
	op->answer = index;
}

/* A write that won is answered once no slot below it is unknown. */
static void answer_writes(struct clients *c, node_id node, time_us at, uint64_t index)
{
	for (unsigned i = 0; i < kept(c); i++) {
		struct client_op *op = &c->op[i];
		if (op->node == node && op->won && !op->answered && op->slot < c->known[node].end)
			answer(op, at, index);
	}
}

/* No slot below `end` is unknown at the node any more, nor are those that it learned above. */
static void raise_end(struct clients *c, node_id node)
{
	for (; (c->known[node].above & 1) != 0; c->known[node].above >>= 1)
		c->known[node].end++;
}

void clients_known(struct clients *c, node_id node, slot_number end, time_us at, uint64_t index)
{
	const slot_number moved = higher_of(end, c->known[node].end) - c->known[node].end;

	c->known[node].above = moved < 64 ? c->known[node].above >> moved : 0;
	c->known[node].end += moved;
	raise_end(c, node);
	answer_writes(c, node, at, index);
}

static void learned(struct clients *c, const struct event *e, uint64_t index)
{
	/* of a slot that it knows already: more than any */
	const slot_number above = e->slot - c->known[e->node].end;

	if (above >= 64)
		return;
	c->known[e->node].above |= (uint64_t)1 << above;
	raise_end(c, e->node);
	answer_writes(c, e->node, e->at, index);
}

/* The oldest write of the value at the node that is not known to be chosen. */
static void won(struct clients *c, const struct event *e, uint64_t index)
{
	struct client_op *first = NULL;

	for (unsigned i = 0; i < kept(c); i++) {
		struct client_op *op = &c->op[i];
		if (op->writes && !op->won && op->node == e->node && op->value == e->value &&
		    (first == NULL || op->called < first->called))
			first = op;
	}
	if (first == NULL)
		return;
	first->won = true;
	first->slot = e->slot;
	answer_writes(c, e->node, e->at, index);
}

/* The latest read of this number: a node counts anew in each life. */
static bool is_answered(struct clients *c, const struct event *e, uint64_t index)
{
	struct client_op *last = NULL;

	for (unsigned i = 0; i < kept(c); i++) {
		struct client_op *op = &c->op[i];
		if (!op->writes && op->node == e->node && op->number == e->number &&
		    (last == NULL || op->called > last->called))
			last = op;
	}
	if (last == NULL || last->answered || e->because == BECAUSE_SKIPPED)
		return false;
	last->value = e->value;
	last->slot = e->slot;
	last->because = e->because;
	answer(last, e->at, index);
	return true;
}

bool clients_are_told(enum event_kind kind)
{
	return kind == EVENT_WON || kind == EVENT_PLACED || kind == EVENT_CHOSEN ||
	       kind == EVENT_SUMMARIZED || kind == EVENT_BROUGHT || kind == EVENT_READ;
}

bool clients_event(struct clients *c, const struct values *values, const struct event *e,
		   uint64_t index)
{
	switch (e->kind) {
	case EVENT_QUEUED:
		if (is_write(values, e->value))
			add(c, e, index)->writes = true;
		return false;
	case EVENT_WON:
	case EVENT_PLACED:
		won(c, e, index);
		return false;
	case EVENT_CHOSEN:
		learned(c, e, index);
		return false;
	case EVENT_SUMMARIZED:
	case EVENT_BROUGHT:
		clients_known(c, e->node, e->slot + 1, e->at, index);
		return false;
	case EVENT_READING:
		add(c, e, index)->value = VALUE_NONE;
		return false;
	case EVENT_READ:
		return is_answered(c, e, index);
	default:
		return false;
	}
}

static bool is_before(const struct client_op *a, const struct client_op *b)
{
	return a->answered_at <= b->called_at && a->answer < b->called;
}

static bool is_written(const struct linear_op *op, unsigned ops, value_ref value)
{
	for (unsigned i = 0; i < ops; i++)
		if (op[i].writes && op[i].value == value)
			return true;
	return false;
}

/* A write by somebody whom nobody saw, for each value that was read and that no operation wrote. A
 * read for which there is no room tells nothing. */
static unsigned add_unseen(struct linear_op op[LINEAR_OPS], unsigned ops)
{
	const unsigned seen = ops;

	for (unsigned i = 0; i < seen; i++) {
		if (op[i].writes || !op[i].answered || op[i].value == VALUE_NONE ||
		    is_written(op, ops, op[i].value))
			continue;
		if (ops == LINEAR_OPS)
			op[i].answered = false;
		else
			op[ops++] = (struct linear_op){.writes = true, .value = op[i].value};
	}
	return ops;
}

static uint64_t all_of(unsigned ops)
{
	return ops == LINEAR_OPS ? UINT64_MAX : ((uint64_t)1 << ops) - 1;
}

enum linear_verdict clients_judge(const struct clients *c, node_set liars, uint64_t *proof)
{
	struct linear_op op[LINEAR_OPS];
	const unsigned seen = kept(c);

	for (unsigned i = 0; i < seen; i++) {
		const struct client_op *from = &c->op[i];
		op[i] = (struct linear_op){
			.writes = from->writes,
			.answered = from->answered && !set_has(liars, from->node),
			.value = from->value,
		};
		for (unsigned k = 0; k < seen; k++)
			if (c->op[k].answered && is_before(&c->op[k], from))
				op[i].before |= (uint64_t)1 << k;
	}
	const unsigned ops = add_unseen(op, seen);
	const enum linear_verdict said = linear_judge(op, ops, all_of(ops), LINEAR_ANY);
	if (said == LINEAR_NO)
		*proof = linear_shortest(op, ops, all_of(ops), LINEAR_ANY) & all_of(seen);
	return said;
}

unsigned clients_proof(const struct clients *c, uint64_t proof, struct client_op out[CLIENT_OPS])
{
	unsigned count = 0;

	for (; proof != 0; proof &= proof - 1) {
		const struct client_op *op = &c->op[__builtin_ctzll(proof)];
		unsigned at = count++;
		for (; at > 0 && out[at - 1].called > op->called; at--)
			out[at] = out[at - 1];
		out[at] = *op;
	}
	return count;
}
