#include "node/live/live_ask.h"

#include "node/io/clock.h"
#include "node/live/live_event.h"
#include "node/live/live_pending.h"

/* A question is asked again so often, until an answer comes or hope is lost. */
#define ASK_FIRST_US 20000
#define ASK_MOST_US  500000
#define ASK_UNTIL_US 10000000

/* A node that does not answer for so long may not be connected. */
#define RENEW_US 1000000

/* Nobody here sees the end of such a node. */
static bool is_far(const struct live_node *node)
{
	return node->dir[0] == '\0';
}

void live_ask(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	const uint64_t now = real_time_us();
	if (node->down && !is_far(node))
		return;
	/* Whoever asks again and again before there is an answer does not put this off. */
	if (node->ask_us == 0)
		node->renew_us = now + RENEW_US;
	node->ask_us = now;
	node->ask_wait_us = ASK_FIRST_US;
	node->asked_until_us = now + ASK_UNTIL_US;
	if (node->heard_us == 0)
		node->heard_us = now;
	if (node->owed_us == 0)
		node->owed_us = now;
}

void live_owes(struct live *l, node_set nodes, uint64_t real_us)
{
	for (node_set left = nodes; left != 0; left &= left - 1)
		if (l->node[set_lowest(left)].owed_us == 0)
			l->node[set_lowest(left)].owed_us = real_us;
}

void live_heard(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	const uint64_t now = real_time_us();
	node->heard_us = now;
	node->owed_us = node->ask_us != 0 ? now : 0;
	/* Its snapshot says that it is back. */
	if (node->silent)
		node->ask_us = now;
}

/* When the node is to be asked next if nothing happens; WAIT_FOREVER: never. */
static uint64_t next_question(const struct live_node *node)
{
	if (node->ask_us != 0)
		return node->ask_us;
	return is_far(node) ? node->heard_us + LIVE_BEAT_US : WAIT_FOREVER;
}

static bool may_fall_silent(const struct live_node *node)
{
	return is_far(node) && node->owed_us != 0 && !node->silent && !node->down;
}

static void ask_later(struct live *l, node_id id, uint64_t real_us)
{
	struct live_node *node = &l->node[id];
	const bool is_hopeless = real_us >= node->asked_until_us;
	if (real_us >= node->renew_us && !node->stopped) {
		bus_reconnect(&l->bus, l->roster.node[id].control, &node->connection);
		l->renewals++;
		node->renew_us = real_us + (is_hopeless ? LIVE_BEAT_US : 2 * RENEW_US);
	}
	if (!is_hopeless)
		node->ask_us = real_us + node->ask_wait_us;
	else
		node->ask_us = is_far(node) ? real_us + LIVE_AWAY_US : 0;
	node->ask_wait_us = 3 * node->ask_wait_us / 2;
	if (node->ask_wait_us > ASK_MOST_US)
		node->ask_wait_us = ASK_MOST_US;
}

static void ask_those_due(struct live *l, uint64_t real_us)
{
	node_set to = 0;
	uint8_t query[64];
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		if (next_question(&l->node[id]) > real_us)
			continue;
		if (l->node[id].ask_us == 0)
			live_ask(l, id);
		to |= set_of(id);
		ask_later(l, id, real_us);
	}
	if (to != 0)
		bus_send(&l->bus, query,
			 query_encode(&l->context, to, QUERY_SNAPSHOT | QUERY_PROOFS, query,
				      sizeof(query)));
}

void live_is_silent(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	if (node->silent)
		return;
	node->silent = true;
	live_say(l, id,
		 (struct event){.kind = EVENT_SILENT,
				.number = node->heard_us,
				.due = clock_at(&l->clock, node->heard_us)});
	live_excuse(l, id);
	if (node->ask_us == 0)
		live_ask(l, id);
}

void live_ask_due(struct live *l, uint64_t real_us)
{
	ask_those_due(l, real_us);
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (may_fall_silent(&l->node[id]) &&
		    real_us >= l->node[id].owed_us + LIVE_SILENT_US)
			live_is_silent(l, id);
}

uint64_t live_ask_deadline(const struct live *l)
{
	uint64_t next_us = WAIT_FOREVER;
	for (node_id id = 1; id <= l->roster.nodes; id++) {
		const struct live_node *node = &l->node[id];
		const uint64_t ask_us = next_question(node);
		const uint64_t silent_us =
			may_fall_silent(node) ? node->owed_us + LIVE_SILENT_US : WAIT_FOREVER;
		next_us = ask_us < next_us ? ask_us : next_us;
		next_us = silent_us < next_us ? silent_us : next_us;
	}
	return next_us;
}

void live_nudge(struct live *l, node_id id)
{
	uint8_t query[64];
	bus_send(&l->bus, query,
		 query_encode(&l->context, set_of(id), QUERY_ORDERS, query, sizeof(query)));
}
