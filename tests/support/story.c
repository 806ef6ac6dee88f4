#include "tests/support/story.h"

#include <stdlib.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"

static uint64_t seq[NODES_MAX + 1], number[NODES_MAX + 1];

struct model *story_new(uint8_t nodes)
{
	size_t size = values_size(256, 16384);
	struct model *m = malloc(model_size());
	struct values *values = values_init(malloc(size), 256, 16384);

	memset(seq, 0, sizeof(seq));
	memset(number, 0, sizeof(number));
	model_init(m, values, nodes);
	for (node_id n = 1; n <= nodes; n++) {
		struct snapshot *s = calloc(1, sizeof(*s));

		s->node = n;
		s->boot = 1;
		s->at = 1000;
		s->nodes = nodes;
		s->quorum = (uint8_t)(nodes / 2 + 1);
		s->clock = (struct clock_rule){0, 0, 1, 100};
		s->pid = 4000u + n;
		for (node_id p = 1; p <= nodes; p++)
			s->link[p] = link_rule_default();
		model_snapshot(m, s);
		free(s);
	}
	return m;
}

void story_free(struct model *m)
{
	free(m->values);
	free(m);
}

static value_ref value(struct model *m, const char *text)
{
	return values_intern(m->values, (const uint8_t *)text, (uint32_t)strlen(text));
}

static void say(struct model *m, time_us at, node_id node, struct event event)
{
	event.node = node;
	event.boot = 1;
	event.seq = event.kind == EVENT_CRASHED ? 0 : ++seq[node];
	event.at = at;
	model_event(m, &event);
}

/* A message to every node of `to`, on the wire from `at`; returns its number. */
static struct event sent(struct model *m, time_us at, node_id from, node_set to, struct event e)
{
	e.kind = EVENT_SENT;
	e.id = (struct message_id){from, 1, ++number[from]};
	e.to = to;
	say(m, at, from, e);
	e.peer = from;
	return e;
}

static void held(struct model *m, time_us at, time_us due, node_id node, struct event e)
{
	e.kind = EVENT_HELD;
	e.due = due;
	say(m, at, node, e);
}

static void received(struct model *m, time_us at, node_id node, struct event e)
{
	e.kind = EVENT_RECEIVED;
	say(m, at, node, e);
}

static void dropped(struct model *m, time_us at, node_id node, struct event e, enum drop why)
{
	e.kind = EVENT_DROPPED;
	e.drop = why;
	say(m, at, node, e);
}

static void counted(struct model *m, time_us at, node_id node, node_id peer, uint32_t count,
		    struct event e)
{
	say(m, at, node,
	    (struct event){.kind = EVENT_COUNTED,
			   .type = e.type,
			   .ballot = e.ballot,
			   .slot = e.slot,
			   .peer = peer,
			   .count = count,
			   .quorum = 3,
			   .other = e.other,
			   .value = e.value});
}

/* The Promise of a node, with its vote in the slot; a liar withholds it. */
static struct event promise_of(const struct model *m, node_id node, struct ballot ballot,
			       slot_number slot)
{
	struct event promise = {.type = MSG_PROMISE, .ballot = ballot, .slot = slot};
	const struct model_slot *known = model_slot(m, slot);

	if (known != NULL && m->node[node].attacks == 0 &&
	    !ballot_is_none(known->vote[node].voted_at)) {
		promise.other = known->vote[node].voted_at;
		promise.value = known->vote[node].voted;
		promise.count = 1;
	}
	return promise;
}

/* Phase 1 of `ballot` at its owner: the nodes of `yes` promise. */
static void phase_one(struct model *m, time_us at, struct ballot ballot, slot_number slot,
		      node_set to, node_set yes)
{
	node_id p = ballot.node;
	struct event prepare = {.type = MSG_PREPARE, .ballot = ballot, .slot = slot};
	uint32_t count = 1;

	say(m, at, p, (struct event){.kind = EVENT_PREPARING, .ballot = ballot, .slot = slot});
	say(m, at, p,
	    (struct event){.kind = EVENT_PROMISED, .ballot = ballot, .slot = slot, .peer = p});
	counted(m, at, p, p, count++,
		(struct event){.type = MSG_PROMISE, .ballot = ballot, .slot = slot});
	prepare = sent(m, at, p, to, prepare);
	for (node_set left = to & ~yes; left != 0; left &= left - 1)
		if (m->node[set_lowest(left)].life == LIFE_UP)
			dropped(m, at + 100, set_lowest(left), prepare, DROP_LOSS);
	for (node_set left = yes; left != 0; left &= left - 1) {
		node_id n = set_lowest(left);
		struct event promise = promise_of(m, n, ballot, slot);

		held(m, at + 100, at + 5000, n, prepare);
		received(m, at + 5000, n, prepare);
		say(m, at + 5000, n,
		    (struct event){
			    .kind = EVENT_PROMISED, .ballot = ballot, .slot = slot, .peer = p});
		promise = sent(m, at + 5000, n, set_of(p), promise);
		held(m, at + 5100, at + 10000, p, promise);
	}
	for (node_set left = yes; left != 0; left &= left - 1) {
		node_id n = set_lowest(left);
		struct event promise = promise_of(m, n, ballot, slot);

		promise.id = (struct message_id){n, 1, number[n]};
		promise.peer = n;
		promise.to = set_of(p);
		received(m, at + 10000, p, promise);
		if (count <= 3)
			counted(m, at + 10000, p, n, count++, promise);
	}
}

static struct event propose(struct model *m, time_us at, struct ballot ballot, slot_number slot,
			    value_ref v, struct ballot forced_at, node_id forced_by, node_set to)
{
	node_id p = ballot.node;
	struct event accept = {
		.type = MSG_ACCEPT, .ballot = ballot, .slot = slot, .value = v, .peer = p};

	say(m, at, p, (struct event){.kind = EVENT_LEADING, .ballot = ballot, .slot = slot});
	say(m, at, p,
	    (struct event){.kind = EVENT_PROPOSING,
			   .ballot = ballot,
			   .slot = slot,
			   .value = v,
			   .other = forced_at,
			   .peer = forced_by,
			   .because = forced_by != 0 ? BECAUSE_FORCED : BECAUSE_FREE});
	say(m, at, p,
	    (struct event){.kind = EVENT_ACCEPTED, .ballot = ballot, .slot = slot, .value = v});
	return sent(m, at, p, to, accept);
}

void story_first_value(struct model *m)
{
	struct ballot b = {1, 1};
	value_ref a = value(m, "A");
	node_set others = set_first(m->nodes) & ~set_of(1);
	uint32_t count = 1;
	struct event accept, accepted[4];

	say(m, 10000, 1,
	    (struct event){.kind = EVENT_QUEUED, .slot = SLOT_NONE, .value = a, .count = 1});
	phase_one(m, 10000, b, 0, others, set_of(2) | set_of(3));
	accept = propose(m, 20000, b, 0, a, BALLOT_NONE, 0, others);
	counted(m, 20000, 1, 1, count++,
		(struct event){.type = MSG_ACCEPTED, .ballot = b, .value = a});
	for (node_id n = 2; n <= 3; n++) {
		held(m, 20100, 25000, n, accept);
		received(m, 25000, n, accept);
		say(m, 25000, n,
		    (struct event){.kind = EVENT_ACCEPTED, .ballot = b, .slot = 0, .value = a});
		accepted[n] = sent(m, 25000, n, set_of(1),
				   (struct event){.type = MSG_ACCEPTED, .ballot = b, .value = a});
		held(m, 25100, 30000, 1, accepted[n]);
	}
	for (node_id n = 2; n <= 3; n++) {
		received(m, 30000, 1, accepted[n]);
		counted(m, 30000, 1, n, count++, accepted[n]);
	}
	say(m, 30000, 1,
	    (struct event){.kind = EVENT_CHOSEN,
			   .ballot = b,
			   .slot = 0,
			   .value = a,
			   .because = BECAUSE_COUNTED});
	say(m, 30000, 1, (struct event){.kind = EVENT_WON, .slot = 0, .value = a});
	say(m, 30000, 1, (struct event){.kind = EVENT_RESIGNED, .ballot = b});
	model_time(m, 40000);
}

void story_takeover(struct model *m)
{
	struct ballot two = {2, 2}, three = {3, 1};
	value_ref a = value(m, "A"), b = value(m, "B");
	struct link_rule cut = link_rule_default();
	struct event accept;

	say(m, 60000, 2,
	    (struct event){.kind = EVENT_QUEUED, .slot = SLOT_NONE, .value = b, .count = 1});
	phase_one(m, 60000, two, 0, set_first(5) & ~set_of(2), set_of(3) | set_of(4) | set_of(5));
	accept = propose(m, 70000, two, 0, b, BALLOT_NONE, 0, set_first(5) & ~set_of(2));
	held(m, 70100, 75000, 3, accept);
	dropped(m, 70100, 4, accept, DROP_LOSS);
	dropped(m, 70100, 1, accept, DROP_LOSS);
	received(m, 75000, 3, accept);
	say(m, 75000, 3, (struct event){.kind = EVENT_ACCEPTED, .ballot = two, .value = b});
	say(m, 80000, 5, (struct event){.kind = EVENT_CRASHED});
	cut.cut = true;
	say(m, 90000, 4, (struct event){.kind = EVENT_LINKED, .peer = 1, .link = cut});
	say(m, 110000, 1,
	    (struct event){.kind = EVENT_QUEUED, .slot = SLOT_NONE, .value = a, .count = 1});
	phase_one(m, 115000, three, 0, set_first(5) & ~set_of(1), set_of(2) | set_of(3));
	say(m, 125000, 2,
	    (struct event){.kind = EVENT_PREEMPTED,
			   .ballot = two,
			   .other = three,
			   .peer = 1,
			   .due = 150000});
	accept = propose(m, 129000, three, 0, b, two, 3, set_first(5) & ~set_of(1));
	counted(m, 129000, 1, 1, 1,
		(struct event){.type = MSG_ACCEPTED, .ballot = three, .value = b});
	held(m, 129100, 134000, 2, accept);
	held(m, 129100, 135500, 3, accept);
	dropped(m, 129100, 4, accept, DROP_CUT);
	model_time(m, 132000);
}

/* Phase 2 of `ballot` at its owner: the nodes of `voters`, one of them the owner, vote, and it
 * knows the value to be chosen. */
static void phase_two(struct model *m, time_us at, struct ballot ballot, slot_number slot,
		      value_ref v, node_set voters)
{
	node_id p = ballot.node;
	node_set others = voters & ~set_of(p);
	uint32_t count = 1;
	struct event accept = propose(m, at, ballot, slot, v, BALLOT_NONE, 0, others);

	counted(m, at, p, p, count++,
		(struct event){.type = MSG_ACCEPTED, .ballot = ballot, .slot = slot, .value = v});
	for (node_set left = others; left != 0; left &= left - 1) {
		node_id n = set_lowest(left);
		struct event accepted = {
			.type = MSG_ACCEPTED, .ballot = ballot, .slot = slot, .value = v};

		held(m, at + 100, at + 5000, n, accept);
		received(m, at + 5000, n, accept);
		say(m, at + 5000, n,
		    (struct event){
			    .kind = EVENT_ACCEPTED, .ballot = ballot, .slot = slot, .value = v});
		accepted = sent(m, at + 5000, n, set_of(p), accepted);
		held(m, at + 5100, at + 10000, p, accepted);
		received(m, at + 10000, p, accepted);
		counted(m, at + 10000, p, n, count++, accepted);
	}
	say(m, at + 10000, p,
	    (struct event){.kind = EVENT_CHOSEN,
			   .ballot = ballot,
			   .slot = slot,
			   .value = v,
			   .because = BECAUSE_COUNTED});
}

void story_hidden_vote(struct model *m)
{
	struct ballot one = {1, 1}, two = {2, 2};
	value_ref a = value(m, "apple"), b = value(m, "pear");
	node_set first = set_of(1) | set_of(3) | set_of(4);
	node_set second = set_of(2) | set_of(3) | set_of(5);

	say(m, 5000, 3,
	    (struct event){.kind = EVENT_ARMED, .attack = ATTACK_WITHHOLD, .to = set_of(3)});
	say(m, 10000, 1,
	    (struct event){.kind = EVENT_QUEUED, .slot = SLOT_NONE, .value = a, .count = 1});
	phase_one(m, 10000, one, 0, first & ~set_of(1), first & ~set_of(1));
	phase_two(m, 20000, one, 0, a, first);
	say(m, 40000, 2, (struct event){.kind = EVENT_QUEUED, .slot = 0, .value = b, .count = 1});
	say(m, 44000, 3,
	    (struct event){.kind = EVENT_LIED,
			   .type = MSG_PROMISE,
			   .ballot = two,
			   .to = set_of(2),
			   .attack = ATTACK_WITHHOLD});
	phase_one(m, 45000, two, 0, second & ~set_of(2), second & ~set_of(2));
	phase_two(m, 60000, two, 0, b, second);
	model_time(m, 75000);
}

struct scene story_scene(const struct model *m)
{
	struct scene s = {.kind = CLUSTER_LIVE,
			  .name = "lab5",
			  .can_act = true,
			  .now = m->now,
			  .second_us = 10000,
			  .selected = 1,
			  .link_from = 1,
			  .link_to = 2,
			  .following = true};
	return s;
}
