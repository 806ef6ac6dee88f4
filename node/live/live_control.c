/* What nodes are told. A control has a number and is repeated until each node that is up has
 * answered. A node obeys rising numbers only, so each gets the next one when it has answered the
 * one before. */
#include "node/io/live_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"

#define AGAIN_US      50000
#define AGAIN_MOST_US 400000
#define PATIENCE_US   5000000

/* Who is told to end does not answer; on another machine its silence is all that can be seen. */
#define DEATH_US 600000

static bool refuse(struct live *l, const char *sentence)
{
	snprintf(l->cluster.why, sizeof(l->cluster.why), "%s", sentence);
	return false;
}

static uint64_t next_number(struct live *l)
{
	const uint64_t now = real_time_us();
	l->number = now > l->number ? now : l->number + 1;
	return l->number;
}

/* What a node that cannot hear us now has to learn later; false if it makes no sense later. */
static bool owe(struct live *l, node_id id, const struct control *control)
{
	struct live_owed *owed = &l->node[id].owed;
	switch (control->kind) {
	case CONTROL_CLOCK:
		owed->clock_is_owed = true;
		owed->clock = control->clock;
		return true;
	case CONTROL_GATE:
		owed->gate_is_owed = true;
		owed->gate = control->count;
		return true;
	case CONTROL_LINK:
		for (node_id peer = 1; peer <= l->roster.nodes; peer++)
			if (control->peer == NODE_NONE || control->peer == peer) {
				owed->links_owed |= set_of(peer);
				owed->link[peer] = control->link;
			}
		owed->links_owed &= ~set_of(id);
		return true;
	default:
		return false;
	}
}

static void send_pending(struct live *l, const struct live_pending *p, node_set to)
{
	struct control control = p->control;
	control.to = to;
	const size_t length = control_encode(&l->context, &control, &crypto_ed25519,
					     &l->operator_secret, l->frame, sizeof(l->frame));
	bus_send(&l->bus, l->frame, length);
}

static void forget(struct live *l, unsigned at)
{
	free(l->pending[at].value);
	l->pendings--;
	memmove(&l->pending[at], &l->pending[at + 1], (l->pendings - at) * sizeof(l->pending[0]));
}

void live_drop_pending(struct live *l)
{
	while (l->pendings > 0)
		forget(l, l->pendings - 1);
}

/* Nodes for which an earlier control still waits. */
static node_set busy_before(const struct live *l, unsigned at)
{
	node_set busy = 0;
	for (unsigned i = 0; i < at; i++)
		busy |= l->pending[i].waiting;
	return busy;
}

static bool is_an_end(enum control_kind kind)
{
	return kind == CONTROL_CRASH || kind == CONTROL_EXIT;
}

static void give_up(struct live *l, unsigned at)
{
	struct live_pending *p = &l->pending[at];
	char who[NODES_MAX * 5] = "";
	for (node_set left = p->waiting; left != 0; left &= left - 1) {
		const size_t used = strlen(who);
		if (is_an_end(p->control.kind) && l->node[set_lowest(left)].dir[0] == '\0') {
			live_has_ended(l, set_lowest(left));
			continue;
		}
		snprintf(who + used, sizeof(who) - used, " n%u", set_lowest(left));
		live_say(l, set_lowest(left),
			 (struct event){
				 .kind = EVENT_DISOBEYED, .number = p->told, .drop = DROP_LOSS});
	}
	if (who[0] != '\0')
		snprintf(l->cluster.why, sizeof(l->cluster.why), "no answer to '%s' from%s",
			 control_name(p->control.kind), who);
	forget(l, at);
}

void live_send_due(struct live *l, uint64_t real_us)
{
	for (unsigned i = 0; i < l->pendings;) {
		struct live_pending *p = &l->pending[i];
		if (p->waiting == 0) {
			forget(l, i);
			continue;
		}
		if (p->until_us <= real_us) {
			give_up(l, i);
			continue;
		}
		const node_set ready = p->waiting & ~busy_before(l, i);
		if (p->send_us <= real_us) {
			if (ready != 0)
				send_pending(l, p, ready);
			p->send_us = real_us + p->wait_us;
			if (ready != 0 && p->wait_us < AGAIN_MOST_US)
				p->wait_us *= 2;
		}
		i++;
	}
}

static node_set reachable(struct live *l, node_set to, const struct control *control)
{
	node_set now = 0;
	for (node_set left = to; left != 0; left &= left - 1) {
		const node_id id = set_lowest(left);
		if (l->node[id].down || l->node[id].stopped)
			owe(l, id, control);
		else
			now |= set_of(id);
	}
	return now;
}

static bool can_be_owed(enum control_kind kind)
{
	return kind == CONTROL_CLOCK || kind == CONTROL_GATE || kind == CONTROL_LINK;
}

static bool check_control(struct live *l, const struct control *control)
{
	if (!l->can_act)
		return refuse(l, l->why_not);
	if (control->to == 0 || (control->to & ~set_first(l->roster.nodes)) != 0)
		return refuse(l, "there is no such node");
	if (l->pendings == PENDING_CONTROLS_MAX)
		return refuse(l, "too many commands wait for an answer");
	if (can_be_owed(control->kind))
		return true;
	for (node_set left = control->to; left != 0; left &= left - 1) {
		const node_id id = set_lowest(left);
		if (!l->node[id].down && !l->node[id].stopped)
			return true;
	}
	const node_id id = set_lowest(control->to);
	snprintf(l->cluster.why, sizeof(l->cluster.why), "n%u is %s", id,
		 l->node[id].down ? "down: restart it first" : "stopped: continue it first");
	return false;
}

bool live_control(struct cluster *c, struct control *control)
{
	struct live *l = live_of(c);
	if (!check_control(l, control))
		return false;
	uint8_t *value = NULL;
	if (control->value_length > 0) {
		value = malloc(control->value_length);
		if (value == NULL)
			return refuse(l, "out of memory");
		memcpy(value, control->value, control->value_length);
	}
	const uint64_t now = real_time_us();
	control->number = next_number(l);
	struct live_pending *p = &l->pending[l->pendings++];
	*p = (struct live_pending){
		.control = *control,
		.value = value,
		.told = control->number,
		.since_us = now,
		.waiting = reachable(l, control->to, control),
		.send_us = now,
		.wait_us = AGAIN_US,
		.until_us = now + (is_an_end(control->kind) ? DEATH_US : PATIENCE_US),
	};
	p->control.value = value;
	if (control->kind == CONTROL_CLOCK)
		l->clock = control->clock;
	for (node_set left = p->waiting; left != 0 && control->kind == CONTROL_LOAD;
	     left &= left - 1) {
		struct live_node *node = &l->node[set_lowest(left)];
		node->load_is_due = true;
		node->load_number = control->number;
		node->has_load = false;
	}
	live_send_due(l, now);
	return true;
}

static void no_longer_waits(struct live *l, node_id id, struct live_pending *p)
{
	p->waiting &= ~set_of(id);
	if (l->node[id].load_number == p->control.number)
		l->node[id].load_is_due = false;
	/* The next one in the queue need not wait for its time. */
	for (unsigned i = 0; i < l->pendings; i++)
		if (set_has(l->pending[i].waiting, id)) {
			l->pending[i].send_us = 0;
			break;
		}
}

/* Its number was not above that of a control of another operator, who was quicker. Was it refused,
 * or obeyed before, and the answer lost? If nothing that the node said since is missing, refused.
 * And what may be done twice may be asked for twice. */
static bool can_be_given_again(const struct live *l, node_id id, const struct live_pending *p)
{
	switch (p->control.kind) {
	case CONTROL_LINK:
	case CONTROL_CLOCK:
	case CONTROL_ADVANCE:
	case CONTROL_GATE:
		return true;
	default:
		return p->waiting == set_of(id) && l->node[id].missed_us < p->since_us;
	}
}

static void give_again(struct live *l, node_id id, struct live_pending *p)
{
	const uint64_t number = p->control.number;
	p->control.number = next_number(l);
	p->since_us = real_time_us();
	p->send_us = 0;
	if (l->node[id].load_number == number)
		l->node[id].load_number = p->control.number;
	/* Its clock may be ahead of ours: the snapshot says by how much. */
	live_ask(l, id);
}

void live_answered(struct live *l, struct event *answer)
{
	const node_id id = answer->node;
	for (unsigned i = 0; i < l->pendings; i++) {
		struct live_pending *p = &l->pending[i];
		if (!set_has(p->waiting, id) ||
		    (p->control.number != answer->number && p->told != answer->number))
			continue;
		/* an answer to a number of before comes late */
		if (p->control.number != answer->number) {
			answer->number = 0;
			return;
		}
		if (answer->kind == EVENT_DISOBEYED && answer->drop == DROP_NUMBER &&
		    can_be_given_again(l, id, p)) {
			answer->number = 0;
			give_again(l, id, p);
		} else {
			answer->number = p->told;
			no_longer_waits(l, id, p);
		}
		return;
	}
}

void live_answered_upto(struct live *l, node_id id, uint64_t number)
{
	for (unsigned i = 0; i < l->pendings; i++) {
		struct live_pending *p = &l->pending[i];
		struct event answer = {.kind = EVENT_OBEYED, .number = p->told};
		if (p->control.number > number || !set_has(p->waiting, id))
			continue;
		if (p->control.number < number) {
			if (can_be_given_again(l, id, p)) {
				give_again(l, id, p);
				continue;
			}
			answer = (struct event){
				.kind = EVENT_DISOBEYED, .number = p->told, .drop = DROP_LOSS};
		}
		live_say(l, id, answer);
		no_longer_waits(l, id, p);
	}
}

void live_excuse(struct live *l, node_id id)
{
	for (unsigned i = 0; i < l->pendings; i++)
		if (set_has(l->pending[i].waiting, id)) {
			owe(l, id, &l->pending[i].control);
			l->pending[i].waiting &= ~set_of(id);
		}
}

void live_settle_owed(struct live *l, node_id id)
{
	const struct live_owed owed = l->node[id].owed;
	l->node[id].owed = (struct live_owed){0};
	struct control control = {.to = set_of(id)};
	if (!l->can_act || l->node[id].down || l->node[id].stopped)
		return;
	if (owed.clock_is_owed) {
		control.kind = CONTROL_CLOCK;
		control.clock = owed.clock;
		live_control(&l->cluster, &control);
	}
	if (owed.gate_is_owed) {
		control.kind = CONTROL_GATE;
		control.count = owed.gate;
		live_control(&l->cluster, &control);
	}
	for (node_set left = owed.links_owed; left != 0; left &= left - 1) {
		control.kind = CONTROL_LINK;
		control.peer = set_lowest(left);
		control.link = owed.link[control.peer];
		live_control(&l->cluster, &control);
	}
}
