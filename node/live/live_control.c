#include "node/live/live_control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/live/live_ask.h"
#include "node/live/live_event.h"
#include "node/live/live_pending.h"
#include "node/live/live_process.h"
#include "proto/core/text.h"

#define AGAIN_US      50000
#define AGAIN_MOST_US 400000
#define PATIENCE_US   5000000

/* A node that is told to end does not answer; of one on another machine nothing is seen but
 * that its connection breaks. */
#define DEATH_US 600000

static bool refuse_control(struct live *l, const char *sentence)
{
	text_write(l->cluster.why, sizeof(l->cluster.why), "%s", sentence);
	return false;
}

static uint64_t next_number(struct live *l)
{
	const uint64_t now = real_time_us();
	l->number = now > l->number ? now : l->number + 1;
	return l->number;
}

/* A standing order goes out as it was given, for all that it is meant for: nodes that are up keep
 * these bytes for those that are not (proto/wire/orders.h). Other controls go to the nodes that are
 * to answer. */
static void send_pending(struct live *l, const struct live_pending *p, node_set to)
{
	struct control control = p->control;
	if (!control_stands(control.kind))
		control.to = control.asked = to;
	const size_t length = control_encode(&l->context, &control, &crypto_ed25519,
					     &l->operator_secret, l->frame, sizeof(l->frame));
	bus_send(&l->bus, l->frame, length);
}

static bool is_an_end(enum control_kind kind)
{
	return kind == CONTROL_CRASH || kind == CONTROL_EXIT;
}

/* A connection broke when the node was told to end, and not by our hand. Where none did, the node
 * may be out of reach and live on. */
static bool has_obeyed_to_end(const struct live *l, const struct live_pending *p)
{
	return is_an_end(p->control.kind) && bus_peers(&l->bus) < p->peers &&
	       l->renewals == p->renewals;
}

static void give_up_on(struct live *l, unsigned at)
{
	struct live_pending *p = &l->pending[at];
	char who[NODES_MAX * 5] = "";
	for (node_set left = p->waiting; left != 0; left &= left - 1) {
		const size_t used = strlen(who);
		if (l->node[set_lowest(left)].dir[0] == '\0' && has_obeyed_to_end(l, p)) {
			live_has_ended(l, set_lowest(left));
			continue;
		}
		snprintf(who + used, sizeof(who) - used, " n%u", set_lowest(left));
		live_say(l, set_lowest(left),
			 (struct event){
				 .kind = EVENT_DISOBEYED, .number = p->told, .drop = DROP_LOSS});
	}
	if (who[0] != '\0')
		text_write(l->cluster.why, sizeof(l->cluster.why), "no answer to '%s' from%s",
			   control_name(p->control.kind), who);
	live_pending_forget(l, at);
}

/* The nodes that are to get the control now: those that have answered the ones before. A standing
 * order goes to all at once, so it waits for the slowest. */
static node_set ready_for(const struct live *l, unsigned at)
{
	const node_set waiting = l->pending[at].waiting, busy = live_pending_before(l, at);
	if (!control_stands(l->pending[at].control.kind))
		return waiting & ~busy;
	return (waiting & busy) != 0 ? 0 : waiting;
}

void live_send_due(struct live *l, uint64_t real_us)
{
	for (unsigned i = 0; i < l->pendings;) {
		struct live_pending *p = &l->pending[i];
		if (p->waiting == 0) {
			live_pending_forget(l, i);
			continue;
		}
		if (p->until_us <= real_us) {
			give_up_on(l, i);
			continue;
		}
		const node_set ready = ready_for(l, i);
		if (p->send_us <= real_us) {
			if (ready != 0) {
				send_pending(l, p, ready);
				live_owes(l, ready, real_us);
			}
			p->send_us = real_us + p->wait_us;
			if (ready != 0 && p->wait_us < AGAIN_MOST_US)
				p->wait_us *= 2;
		}
		i++;
	}
}

static node_set nodes_running(const struct live *l, node_set to)
{
	node_set now = 0;
	for (node_set left = to; left != 0; left &= left - 1) {
		const node_id id = set_lowest(left);
		if (!l->node[id].down && !l->node[id].stopped && !l->node[id].silent)
			now |= set_of(id);
	}
	return now;
}

/* The nodes whose answer says that the control will be obeyed. If a node is away, that takes all
 * the others: each of them can give it the order when it is back. */
static node_set who_answers(const struct live *l, const struct control *control)
{
	const node_set reachable = live_reachable(l);
	if (!control_stands(control->kind))
		return nodes_running(l, control->to);
	return (control->to & ~reachable) == 0 ? control->to : reachable;
}

static bool check_control(struct live *l, const struct control *control)
{
	if (!l->can_act)
		return refuse_control(l, l->why_not);
	if (control->to == 0 || (control->to & ~set_first(l->roster.nodes)) != 0)
		return refuse_control(l, "there is no such node");
	if (l->pendings == PENDING_CONTROLS_MAX)
		return refuse_control(l, "too many commands wait for an answer");
	if (control_stands(control->kind))
		return live_reachable(l) != 0 || refuse_control(l, "no node is up");
	if (nodes_running(l, control->to) != 0)
		return true;
	const node_id id = set_lowest(control->to);
	text_write(l->cluster.why, sizeof(l->cluster.why), "n%u is %s", id,
		   l->node[id].down      ? "down: restart it first"
		   : l->node[id].stopped ? "stopped: continue it first"
					 : "silent: it is down, or out of reach from here");
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
			return refuse_control(l, "out of memory");
		memcpy(value, control->value, control->value_length);
	}
	const uint64_t now = real_time_us();
	control->number = next_number(l);
	control->asked = who_answers(l, control);
	struct live_pending *p = &l->pending[l->pendings++];
	*p = (struct live_pending){
		.control = *control,
		.value = value,
		.told = control->number,
		.since_us = now,
		.peers = bus_peers(&l->bus),
		.renewals = l->renewals,
		.waiting = control->asked,
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
		node->load_number = control->number;
		node->has_load = false;
	}
	live_send_due(l, now);
	return true;
}

/* The node refused the control's number: it is not above the number of a control of another
 * operator, who was quicker. Or the node obeyed the control before, and that answer was lost. If no
 * event of the node is missing since the control was sent, the node did refuse. And a control that
 * does no harm twice is given twice. */
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
	/* The other operator's clock may be ahead of the one here: the snapshot says by how much.
	 */
	live_ask(l, id);
}

void live_answered(struct live *l, struct event *answer)
{
	const node_id id = answer->node;
	for (unsigned i = 0; i < l->pendings; i++) {
		struct live_pending *p = &l->pending[i];
		if (p->control.number != answer->number && p->told != answer->number)
			continue;
		/* The order came to this node again, for another's sake. */
		if (!set_has(p->waiting, id)) {
			answer->number = 0;
			return;
		}
		/* The answer to an earlier number of this control comes late. */
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
			live_pending_answered(l, id, p);
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
		live_pending_answered(l, id, p);
	}
}
