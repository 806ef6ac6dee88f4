#include "node/keeper.h"

#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"

/* A peer is greeted so often at most for what it says, and given the orders so often. */
#define SUSPECT_US 250000
#define GIVE_US    20000

/* A greeting without an answer is sent again after this time, then twice that, ..., up to: */
#define GREET_US      50000
#define GREET_MOST_US 10000000

/* Links are set by the hundred: those that no operator waits for are written together. */
#define LAZY_US 50000

/* Orders for others that are given in one go, besides all those for the peer itself. */
#define GIVE_OTHERS_MAX 256

static enum status name_file(const struct node *node, char path[PATH_BYTES])
{
	return path_join(node->dir, "orders", path);
}

static enum status read_file(struct node *node, const char *path, uint8_t *bytes)
{
	size_t length = 0;
	if (!file_exists(path))
		return STATUS_OK;
	const enum status status = file_read(path, ORDERS_BYTES_MAX, bytes, &length);
	if (status == STATUS_OK)
		orders_read(node->keeper.orders, &node->context, &crypto_ed25519,
			    &node->roster.operator_key, bytes, length);
	return status;
}

/* Where a peer of this machine keeps its orders: beside its data socket. */
static bool name_peers_file(const struct node *node, node_id peer, char path[PATH_BYTES])
{
	static const char scheme[] = "ipc://", socket[] = "/data";
	const char *data = node->roster.node[peer].data;
	const size_t length = strlen(data);
	char dir[PATH_BYTES];
	if (strncmp(data, scheme, strlen(scheme)) != 0 ||
	    length < strlen(scheme) + sizeof(socket) || length - strlen(scheme) >= sizeof(dir) ||
	    strcmp(data + length - strlen(socket), socket) != 0)
		return false;
	memcpy(dir, data + strlen(scheme), length - strlen(scheme) + 1);
	dir[length - strlen(scheme) - strlen(socket)] = '\0';
	return path_join(dir, "orders", path) == STATUS_OK;
}

/* What peers of this machine keep need not wait for a greeting: a gate, say, holds from the first
 * message on. A file that cannot be read is no reason not to start. */
static void read_peers_files(struct node *node, uint8_t *bytes)
{
	const uint64_t before = orders_sum(node->keeper.orders);
	char path[PATH_BYTES];
	for (node_id peer = 1; peer <= node->roster.nodes; peer++)
		if (peer != node->self && name_peers_file(node, peer, path))
			(void)!read_file(node, path, bytes);
	if (orders_sum(node->keeper.orders) != before)
		node->keeper.save_us = real_time_us();
}

enum status keeper_open(struct node *node)
{
	char path[PATH_BYTES];
	uint8_t *bytes = malloc(ORDERS_BYTES_MAX);
	node->keeper.orders = calloc(1, sizeof(*node->keeper.orders));
	enum status status = name_file(node, path);
	if (bytes == NULL || node->keeper.orders == NULL)
		status = status_fail(STATUS_UNAVAILABLE, "out of memory");
	if (status == STATUS_OK)
		status = read_file(node, path, bytes);
	if (status == STATUS_OK)
		read_peers_files(node, bytes);
	free(bytes);
	return status;
}

static enum status save_orders(struct node *node)
{
	char path[PATH_BYTES];
	enum status status = name_file(node, path);
	uint8_t *bytes = malloc(ORDERS_BYTES_MAX);
	if (bytes == NULL)
		status = status_fail(STATUS_UNAVAILABLE, "out of memory");
	if (status == STATUS_OK)
		status = file_write(path, bytes, orders_write(node->keeper.orders, bytes));
	free(bytes);
	node->keeper.save_us = 0;
	return status;
}

/* A clock rule counts from when it came to this node, whose clock may be another than the giver's.
 */
static enum drop order_in(struct node *node, const struct control *control)
{
	struct control order = *control;
	if (order.kind == CONTROL_CLOCK)
		order.clock = clock_arrived(&order.clock, real_time_us(), node->now);
	return member_order_in(node->member, node->now, &order);
}

/* Changes of defences that came before their epoch, or before an earlier change. */
static void obey_later_policies(struct node *node, const struct control *control)
{
	const struct orders *o = node->keeper.orders;
	for (unsigned i = 0; i < o->count; i++) {
		const struct control *kept = &o->of[i].control;
		if (kept->kind != CONTROL_POLICY || kept->count != control->count ||
		    !set_has(kept->to, node->self) || kept->number <= control->number)
			continue;
		order_in(node, kept);
	}
}

/* A change of defences of this epoch that the operator gave without waiting for this node; or the
 * later one of two operators' orders that begin this same epoch: that one holds. */
static bool is_followed_late(const struct node *node, const struct control *control)
{
	struct policy_line line[POLICY_LINES_MAX];
	uint32_t epoch;
	member_policies(node->member, &epoch, line);
	if (control->kind == CONTROL_EPOCH)
		return control->count == epoch;
	return control->kind == CONTROL_POLICY && control->count == epoch &&
	       set_has(control->to, node->self) && !set_has(control->asked, node->self);
}

/* What the kept orders say of the policies of this epoch holds, whatever this node has touched. */
static void follow_lines(struct node *node)
{
	struct policy_line is[POLICY_LINES_MAX], line[POLICY_LINES_MAX];
	uint32_t epoch;
	const unsigned had = member_policies(node->member, &epoch, is);
	const unsigned lines =
		orders_lines(node->keeper.orders, node->self, epoch, is[0].policy, line);
	if (lines != had || memcmp(line, is, lines * sizeof(*line)) != 0)
		member_lines_in(node->member, node->now, line, lines);
}

/* Obeys an order that is new. What this node refuses it does not keep. */
static enum drop obey_new_order(struct node *node, const struct control *control,
				const uint8_t *bytes, size_t length)
{
	enum drop verdict = DROP_NOTHING;
	if (set_has(control->to, node->self))
		verdict = order_in(node, control);
	const bool is_late = verdict == DROP_REFUSED && is_followed_late(node, control);
	if (verdict != DROP_NOTHING && !is_late)
		return verdict;
	if (!orders_keep(node->keeper.orders, control, bytes, length))
		return DROP_FULL;
	if (is_late)
		follow_lines(node);
	if (control->kind == CONTROL_EPOCH || control->kind == CONTROL_POLICY)
		obey_later_policies(node, control);
	if (node->keeper.save_us == 0)
		node->keeper.save_us = real_time_us() + LAZY_US;
	return DROP_NOTHING;
}

/* A link that this node sets for itself is in its store before it answers. */
static bool is_saved_at_once(const struct node *node, const struct control *control)
{
	return control->kind != CONTROL_LINK ||
	       (set_has(control->asked, node->self) && !set_has(control->to, node->self));
}

static enum status take_order(struct node *node, const struct control *control,
			      const uint8_t *bytes, size_t length, bool answers)
{
	enum status status = STATUS_OK;
	enum drop verdict = DROP_NOTHING;
	switch (orders_judge(node->keeper.orders, control)) {
	case ORDER_NEW:
		verdict = obey_new_order(node, control, bytes, length);
		if (verdict == DROP_NOTHING && is_saved_at_once(node, control))
			status = save_orders(node);
		break;
	case ORDER_SAME:
		break;
	case ORDER_OLD:
		verdict = DROP_NUMBER;
		break;
	}
	if (answers && set_has(control->asked, node->self))
		member_answer_control(node->member, node->now, control->number, verdict);
	return status;
}

enum status keeper_take(struct node *node, const struct control *control, const uint8_t *bytes,
			size_t length)
{
	return take_order(node, control, bytes, length, true);
}

/* Is this order already what the member does? */
static bool is_done(const struct node *node, const struct control *control)
{
	struct store_settings is;
	const struct gate_rule gate = control_gate(control);
	member_settings(node->member, &is.clock, is.link, &is.gate, &is.number);
	switch (control->kind) {
	case CONTROL_CLOCK:
		return memcmp(&is.clock, &control->clock, sizeof(is.clock)) == 0;
	case CONTROL_GATE:
		return gate_rule_equal(&is.gate, &gate);
	case CONTROL_LINK:
		return control->peer != NODE_NONE &&
		       link_rule_equal(&is.link[control->peer], &control->link);
	default:
		return false;
	}
}

/* An order to all links stands before later ones to single links: those are carried out again with
 * it, in their order, unless it is older than what the store says. */
void keeper_resume(struct node *node)
{
	const struct orders *o = node->keeper.orders;
	bool is_late = false;
	for (unsigned i = 0; i < o->count; i++) {
		const struct control *control = &o->of[i].control;
		if (!set_has(o->of[i].holds, node->self) || is_done(node, control))
			continue;
		if (order_in(node, control) == DROP_REFUSED)
			is_late |= is_followed_late(node, control);
	}
	if (is_late)
		follow_lines(node);
	keeper_greet(node);
}

static void send_greeting(struct node *node, node_set to, bool is_answer)
{
	uint8_t frame[64];
	const struct greeting greeting = {.node = node->self,
					  .to = to,
					  .orders = orders_sum(node->keeper.orders),
					  .is_answer = is_answer};
	if (to == 0)
		return;
	mesh_send(&node->mesh, to, frame,
		  greeting_encode(&node->context, &greeting, frame, sizeof(frame)));
	node->talks = true;
}

static void give_order(struct node *node, node_id peer, const struct order *order)
{
	uint8_t frame[ORDER_BYTES_MAX + 64];
	mesh_send(&node->mesh, set_of(peer), frame,
		  order_encode(&node->context, set_of(peer), order->bytes, order->length, frame,
			       sizeof(frame)));
}

/* Gives the peer its own orders, rising by number, then those that it keeps for others. False: not
 * now, for they were just given, or the peer can be heard and not yet spoken to. */
static bool give_orders(struct node *node, node_id peer, uint64_t real_us)
{
	const struct orders *o = node->keeper.orders;
	unsigned others = 0;
	if (real_us < node->keeper.given_us[peer] + GIVE_US || !set_has(node->mesh.connected, peer))
		return false;
	node->keeper.given_us[peer] = real_us;
	for (unsigned i = 0; i < o->count; i++)
		if (set_has(o->of[i].holds, peer))
			give_order(node, peer, &o->of[i]);
	for (unsigned i = 0; i < o->count && others < GIVE_OTHERS_MAX; i++)
		if (!set_has(o->of[i].holds, peer)) {
			give_order(node, peer, &o->of[i]);
			others++;
		}
	return true;
}

/* Greets these peers then, and again until they answer. */
static void greet_peers(struct node *node, node_set peers, uint64_t from_us)
{
	node->keeper.unanswered |= peers;
	node->keeper.greet_us = from_us;
	node->keeper.greet_wait_us = GREET_US;
}

static void hear_greeting(struct node *node, const struct greeting *greeting)
{
	const node_id peer = greeting->node;
	const uint64_t real_us = real_time_us();
	if (!set_has(greeting->to, node->self) || peer == node->self)
		return;
	node->keeper.unanswered &= ~set_of(peer);
	/* What was given may have been lost: whether it was, another greeting tells. */
	if (greeting->orders != orders_sum(node->keeper.orders) &&
	    !give_orders(node, peer, real_us))
		greet_peers(node, set_of(peer), real_us + GREET_US);
	if (!greeting->is_answer)
		send_greeting(node, set_of(peer), true);
}

enum status keeper_hear(struct node *node, const uint8_t *bytes, size_t length)
{
	struct greeting greeting;
	struct control control;
	const uint8_t *frame;
	size_t size;
	node_set to;
	if (greeting_decode(&node->context, bytes, length, &greeting) == DROP_NOTHING) {
		hear_greeting(node, &greeting);
		return STATUS_OK;
	}
	enum drop why = order_decode(&node->context, bytes, length, &to, &frame, &size);
	if (why == DROP_NOTHING && !set_has(to, node->self))
		return STATUS_OK;
	if (why == DROP_NOTHING)
		why = order_open(&node->context, frame, size, &crypto_ed25519,
				 &node->roster.operator_key, &control);
	if (why != DROP_NOTHING) {
		member_answer_control(node->member, node->now, 0, why);
		return STATUS_OK;
	}
	/* The operator was answered long ago, or will be when it repeats the order. */
	return take_order(node, &control, frame, size, false);
}

void keeper_suspect(struct node *node, node_id peer)
{
	const uint64_t real_us = real_time_us();
	if (peer == NODE_NONE || peer > node->roster.nodes || peer == node->self ||
	    real_us < node->keeper.suspected_us[peer] + SUSPECT_US)
		return;
	node->keeper.suspected_us[peer] = real_us;
	send_greeting(node, set_of(peer), false);
}

void keeper_greet(struct node *node)
{
	greet_peers(node, set_first(node->roster.nodes) & ~set_of(node->self), real_time_us());
}

enum status keeper_turn(struct node *node, uint64_t real_us)
{
	struct keeper *k = &node->keeper;
	const node_set connected = node->mesh.connected;
	if ((connected & ~k->connected) != 0)
		greet_peers(node, connected & ~k->connected, real_us);
	k->connected = connected;
	if (k->unanswered != 0 && real_us >= k->greet_us) {
		send_greeting(node, k->unanswered, false);
		k->greet_us = real_us + k->greet_wait_us;
		k->greet_wait_us *= 2;
		if (k->greet_wait_us > GREET_MOST_US)
			k->unanswered = 0;
	}
	return k->save_us != 0 && real_us >= k->save_us ? save_orders(node) : STATUS_OK;
}

uint64_t keeper_deadline(const struct node *node)
{
	const struct keeper *k = &node->keeper;
	const uint64_t greet_us = k->unanswered != 0 ? k->greet_us : WAIT_FOREVER;
	const uint64_t save_us = k->save_us != 0 ? k->save_us : WAIT_FOREVER;
	return greet_us < save_us ? greet_us : save_us;
}

void keeper_close(struct node *node)
{
	free(node->keeper.orders);
	node->keeper.orders = NULL;
}
