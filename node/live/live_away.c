#include "node/live/live_away.h"

#include <stdlib.h>

#include "node/live/live_event.h"
#include "node/store/store.h"
#include "proto/wire/orders.h"

/* Every node keeps the orders for all. */
static void read_all_orders(const struct live *l, struct orders *orders, uint8_t *bytes)
{
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		char path[PATH_BYTES];
		size_t length = 0;
		if (l->node[id].dir[0] != '\0' &&
		    path_join(l->node[id].dir, "orders", path) == STATUS_OK && file_exists(path) &&
		    file_read(path, ORDERS_BYTES_MAX, bytes, &length) == STATUS_OK)
			orders_read(orders, &l->context, &crypto_ed25519, &l->roster.operator_key,
				    bytes, length);
	}
}

static void apply_rules(const struct orders *orders, node_id id, struct away *out)
{
	for (unsigned i = 0; i < orders->count; i++) {
		const struct control *order = &orders->of[i].control;
		if (!set_has(orders->of[i].holds, id))
			continue;
		if (order->kind == CONTROL_GATE)
			out->gate = control_gate(order);
		if (order->kind != CONTROL_LINK)
			continue;
		for (node_id from = 1; from <= NODES_MAX; from++)
			if (order->peer == NODE_NONE || order->peer == from)
				out->link[from] = order->link;
	}
}

void live_read_ordered(struct live *l)
{
	struct orders *orders = calloc(1, sizeof(*orders));
	uint8_t *bytes = malloc(ORDERS_BYTES_MAX);
	struct policy_line line[POLICY_LINES_MAX];
	uint32_t epoch = l->roster.epoch;
	if (orders != NULL && bytes != NULL) {
		read_all_orders(l, orders, bytes);
		for (unsigned i = 0; i < orders->count; i++)
			if (orders->of[i].control.kind == CONTROL_EPOCH &&
			    orders->of[i].control.count > epoch)
				epoch = orders->of[i].control.count;
		const unsigned lines = orders_lines(orders, 1, epoch, l->roster.policy, line);
		l->ordered_epoch = epoch;
		l->ordered_policy = line[lines - 1].policy;
	}
	free(orders);
	free(bytes);
}

bool live_away(struct cluster *c, node_id id, struct away *out)
{
	struct live *l = live_of(c);
	struct orders *orders = calloc(1, sizeof(*orders));
	uint8_t *bytes = malloc(ORDERS_BYTES_MAX);
	const struct live_node *node = &l->node[id];
	const bool good = orders != NULL && bytes != NULL;
	*out = (struct away){.touched_is_known = false};
	for (node_id from = 1; from <= NODES_MAX; from++)
		out->link[from] = l->roster.link;
	if (good) {
		read_all_orders(l, orders, bytes);
		apply_rules(orders, id, out);
		out->touched_is_known =
			node->down && node->dir[0] != '\0' &&
			store_peek_untouched(node->dir, live_epoch(l), &out->untouched);
	}
	free(orders);
	free(bytes);
	return good;
}
