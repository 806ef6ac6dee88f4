#include "proto/wire/orders.h"

#include <string.h>

/* Two operators may give controls in the same microsecond: what the controls say orders those. */
static bool is_later(const struct control *a, const struct control *b)
{
	if (a->number != b->number)
		return a->number > b->number;
	if (a->to != b->to)
		return a->to > b->to;
	if (a->peer != b->peer)
		return a->peer > b->peer;
	if (a->count != b->count)
		return a->count > b->count;
	if (a->slot != b->slot)
		return a->slot > b->slot;
	return a->policy > b->policy;
}

static bool is_same(const struct control *a, const struct control *b)
{
	return a->kind == b->kind && a->number == b->number && !is_later(a, b) && !is_later(b, a);
}

/* Does `a`, at a node that both are for, make `b` void? */
static bool order_replaces(const struct control *a, const struct control *b)
{
	if (a->kind == CONTROL_EPOCH && b->kind == CONTROL_POLICY)
		return b->count < a->count;
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case CONTROL_EPOCH:
		return a->count > b->count || (a->count == b->count && is_later(a, b));
	case CONTROL_POLICY:
		return a->count == b->count && a->slot <= b->slot && is_later(a, b);
	case CONTROL_LINK:
		return (a->peer == NODE_NONE || a->peer == b->peer) && is_later(a, b);
	default:
		return is_later(a, b);
	}
}

/* The nodes of `control` for which no kept order replaces it. */
static node_set holds_for(const struct orders *o, const struct control *control)
{
	node_set holds = control->to;

	for (unsigned i = 0; i < o->count; i++)
		if (order_replaces(&o->of[i].control, control))
			holds &= ~o->of[i].control.to;
	return holds;
}

enum order_age orders_judge(const struct orders *o, const struct control *control)
{
	for (unsigned i = 0; i < o->count; i++)
		if (is_same(&o->of[i].control, control))
			return ORDER_SAME;
	return holds_for(o, control) != 0 ? ORDER_NEW : ORDER_OLD;
}

static void forget_replaced(struct orders *o, const struct control *control)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < o->count; i++) {
		struct order *old = &o->of[i];
		if (order_replaces(control, &old->control))
			old->holds &= ~control->to;
		if (old->holds == 0)
			continue;
		if (kept != i)
			o->of[kept] = *old;
		kept++;
	}
	o->count = kept;
}

bool orders_keep(struct orders *o, const struct control *control, const uint8_t *bytes,
		 size_t length)
{
	if (length > ORDER_BYTES_MAX)
		return false;
	const node_set holds = holds_for(o, control);
	forget_replaced(o, control);
	if (o->count == ORDERS_MAX)
		return false;
	unsigned at = o->count++;
	for (; at > 0 && is_later(&o->of[at - 1].control, control); at--)
		o->of[at] = o->of[at - 1];
	struct order *new = &o->of[at];
	*new = (struct order){.control = *control, .holds = holds, .length = (uint16_t)length};
	if (length > 0)
		memcpy(new->bytes, bytes, length);
	return true;
}

uint64_t orders_sum(const struct orders *o)
{
	uint64_t sum = o->count;

	for (unsigned i = 0; i < o->count; i++) {
		const struct control *c = &o->of[i].control;
		uint64_t mixed = c->number ^ (uint64_t)c->kind << 56 ^ (uint64_t)c->peer << 48 ^
				 (uint64_t)c->to << 16;
		mixed *= UINT64_C(0x9e3779b97f4a7c15);
		mixed ^= mixed >> 29;
		mixed *= UINT64_C(0xbf58476d1ce4e5b9);
		sum += mixed ^ mixed >> 32;
	}
	return sum;
}

/* As a core that has touched nothing would take them, one after the other. */
unsigned orders_lines(const struct orders *o, node_id node, uint32_t epoch, policy_id first,
		      struct policy_line line[POLICY_LINES_MAX])
{
	unsigned lines = 1;

	for (unsigned i = 0; i < o->count; i++)
		if (o->of[i].control.kind == CONTROL_EPOCH && o->of[i].control.count == epoch &&
		    set_has(o->of[i].holds, node))
			first = o->of[i].control.policy;
	memset(line, 0, POLICY_LINES_MAX * sizeof *line);
	line[0] = (struct policy_line){0, first};
	for (unsigned i = 0; i < o->count; i++) {
		const struct control *c = &o->of[i].control;
		if (c->kind != CONTROL_POLICY || c->count != epoch ||
		    !set_has(o->of[i].holds, node))
			continue;
		const unsigned put = policy_lines_put(line, lines, c->slot, c->policy);
		lines = put != 0 ? put : lines;
	}
	return lines;
}

enum drop order_open(const struct wire_context *context, const uint8_t *bytes, size_t length,
		     const struct crypto *crypto, const struct public_key *operator_key,
		     struct control *out)
{
	const enum drop why = control_decode(context, bytes, length, crypto, operator_key, out);

	if (why != DROP_NOTHING)
		return why;
	return control_stands(out->kind) ? DROP_NOTHING : DROP_TYPE;
}

size_t orders_write(const struct orders *o, uint8_t bytes[ORDERS_BYTES_MAX])
{
	size_t length = 0;

	for (unsigned i = 0; i < o->count; i++) {
		const struct order *order = &o->of[i];
		bytes[length++] = (uint8_t)order->length;
		bytes[length++] = (uint8_t)(order->length >> 8);
		memcpy(bytes + length, order->bytes, order->length);
		length += order->length;
	}
	return length;
}

void orders_read(struct orders *o, const struct wire_context *context, const struct crypto *crypto,
		 const struct public_key *operator_key, const uint8_t *bytes, size_t length)
{
	struct control control;

	for (size_t at = 0; at + 2 <= length;) {
		const size_t size = bytes[at] | (size_t)bytes[at + 1] << 8;
		at += 2;
		if (size > length - at)
			return;
		if (order_open(context, bytes + at, size, crypto, operator_key, &control) ==
			    DROP_NOTHING &&
		    orders_judge(o, &control) == ORDER_NEW)
			orders_keep(o, &control, bytes + at, size);
		at += size;
	}
}
