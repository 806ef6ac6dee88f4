#include "proto/sim/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/memory.h"
#include "proto/core/text.h"
#include "proto/fault/link.h"

uint64_t stage_draw(struct stage *s, uint64_t below)
{
	return random_next(&s->random) % below;
}

void stage_narrate(const struct stage *s, const char *format, ...)
{
	char line[160];
	va_list args;

	if (s->act == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	s->act(s->act_user, s->world->now, line);
}

size_t stage_judges_size(const struct invariants_config *law, unsigned epochs)
{
	return epochs * memory_aligned(invariants_size(law));
}

void stage_begin(struct stage *s, void *memory, const struct invariants_config *law,
		 unsigned epochs)
{
	uint8_t *at = memory;

	s->law = *law;
	s->epochs_max = epochs;
	s->epochs = s->lines = 1;
	s->line[0] = (struct policy_line){0, law->policy};
	for (unsigned i = 0; i < epochs; i++)
		s->judge_of[i] = (void *)(at + i * memory_aligned(invariants_size(law)));
	s->judge = invariants_init(s->judge_of[0], law);
}

const struct invariants *stage_verdict(const struct stage *s)
{
	for (unsigned i = 0; i < s->epochs; i++)
		if (invariants_broken(s->judge_of[i]) != INVARIANT_NONE)
			return s->judge_of[i];
	return s->judge;
}

bool stage_is_full(const struct stage *s)
{
	bool full = false;

	for (unsigned i = 0; i < s->epochs; i++)
		full |= invariants_is_full(s->judge_of[i]);
	return full;
}

static struct invariants *judge_of_epoch(const struct stage *s, uint32_t epoch)
{
	return s->judge_of[epoch - 1];
}

static uint32_t epoch_of_member(const struct stage *s, node_id node)
{
	struct policy_line line[POLICY_LINES_MAX];
	uint32_t epoch;

	member_policies(s->world->node[node].member, &epoch, line);
	return epoch;
}

static struct invariants *judge_of_member(const struct stage *s, node_id node)
{
	return s->epochs == 1 ? s->judge : judge_of_epoch(s, epoch_of_member(s, node));
}

void stage_stepped(void *user, const struct paxos *p, const struct paxos_input *in,
		   const struct paxos_output *out)
{
	struct stage *s = user;

	struct invariants *judge = judge_of_member(s, paxos_self(p));

	s->core_steps++;
	/* A message of a node to itself is no message that was delivered. */
	s->messages += in->kind == INPUT_MESSAGE && in->message->from != paxos_self(p);
	/* A node that begins an epoch remembers nothing of what it did there in a life of which
	 * nothing reached the disk. */
	if (in->kind == INPUT_START && !in->again)
		invariants_back(judge, p);
	invariants_step(judge, p, in, out);
}

void stage_durable(void *user, node_id node, const struct paxos_write *write)
{
	const struct stage *s = user;

	invariants_durable(judge_of_epoch(s, s->world->node[node].disk.epoch), node, write);
}

static void stage_sent(void *user, node_id sender, const struct message *message)
{
	const struct stage *s = user;

	invariants_sent(judge_of_epoch(s, s->world->node[sender].config.wire.epoch), sender,
			message);
}

static void stage_back(void *user, const struct paxos *p)
{
	const struct stage *s = user;

	invariants_back(judge_of_epoch(s, s->world->node[paxos_self(p)].disk.epoch), p);
}

/* Are clients of the latest epoch told of what happens at the node, and believe it? */
static bool has_clients(const struct stage *s, node_id node)
{
	return !set_has(s->law.liars, node) &&
	       (s->epochs == 1 || epoch_of_member(s, node) == s->epochs);
}

static void clients_hear(struct stage *s, const struct event *event)
{
	uint64_t proof;

	s->heard++;
	if (!clients_event(&s->clients, s->world->values, event, s->heard))
		return;
	s->reads++;
	if (s->stale == 0 && clients_judge(&s->clients, s->law.liars, &proof) == LINEAR_NO)
		s->stale = proof;
}

/* What clients ask for begins at once; what they are told waits for the disk, as all that leaves a
 * node does. A crash on the way takes it. */
static void stage_told(void *user, const struct event *e)
{
	struct stage *s = user;
	struct stage_answers *waits = &s->answers[e->node];

	/* Its entry may be chosen like any value that somebody proposes. */
	for (unsigned i = 0; i < s->epochs && e->kind == EVENT_READING; i++)
		invariants_proposed(s->judge_of[i], e->value);
	if (e->kind == EVENT_STARTED || e->kind == EVENT_EPOCH)
		waits->count = 0;
	else if (!has_clients(s, e->node))
		return;
	else if (e->kind == EVENT_QUEUED || e->kind == EVENT_READING)
		clients_hear(s, e);
	else if (clients_are_told(e->kind) && waits->count < STAGE_ANSWERS_MAX)
		waits->answer[waits->count++] =
			(struct stage_answer){e->kind, e->because, e->value, e->slot, e->number};
}

static void stage_carried(void *user, node_id node, const struct member_output *out)
{
	struct stage *s = user;
	struct stage_answers *told = &s->answers[node];

	(void)out;
	for (unsigned i = 0; i < told->count && has_clients(s, node); i++) {
		const struct stage_answer *a = &told->answer[i];
		clients_hear(s, &(struct event){.kind = a->kind,
						.node = node,
						.at = s->world->now,
						.because = a->because,
						.value = a->value,
						.slot = a->slot,
						.number = a->number});
	}
	told->count = 0;
}

struct world_watch stage_watch(struct stage *s)
{
	return (struct world_watch){.user = s,
				    .stepped = stage_stepped,
				    .told = stage_told,
				    .carried = stage_carried,
				    .durable = stage_durable,
				    .sent = stage_sent,
				    .back = stage_back};
}

void stage_control(struct stage *s, node_id node, struct control *control)
{
	control->to = set_of(node);
	control->number = ++s->control_number;
	world_control(s->world, node, control);
}

bool stage_link_is_news(struct stage *s, node_id from, node_id to, const struct link_rule *rule)
{
	struct world_node *receiver = &s->world->node[to];
	struct link_rule now[NODES_MAX + 1];
	struct clock_rule clock;
	uint64_t number;
	struct gate_rule gate;

	if (from == to)
		return false;
	if (!receiver->up || receiver->stopped) {
		receiver->config.link[from] = *rule;
		return false;
	}
	member_settings(receiver->member, &clock, now, &gate, &number);
	return !link_rule_equal(&now[from], rule);
}

void stage_link(struct stage *s, node_id from, node_id to, const struct link_rule *rule)
{
	struct control control = {.kind = CONTROL_LINK, .peer = from, .link = *rule};

	stage_control(s, to, &control);
}

value_ref stage_propose(struct stage *s, node_id node, slot_number slot, const char *text)
{
	struct control control = {
		.kind = CONTROL_PROPOSE,
		.slot = slot,
		.value = (const uint8_t *)text,
		.value_length = (uint32_t)strlen(text),
	};
	value_ref value = values_intern(s->world->values, control.value, control.value_length);

	if (value == VALUE_NONE || !s->world->node[node].up ||
	    member_waiting(s->world->node[node].member) >= PENDING_MAX)
		return VALUE_NONE;
	for (unsigned i = 0; i < s->epochs; i++)
		invariants_proposed(s->judge_of[i], value);
	stage_narrate(s, "n%u is asked to propose %s", node, text);
	stage_control(s, node, &control);
	return value;
}

void stage_read(struct stage *s, node_id node)
{
	struct control control = {.kind = CONTROL_READ};

	if (!s->world->node[node].up || member_waiting(s->world->node[node].member) >= PENDING_MAX)
		return;
	stage_narrate(s, "n%u is asked what was written last", node);
	stage_control(s, node, &control);
}

bool stage_is_stale(const struct stage *s, char *why, size_t size)
{
	struct client_op op[CLIENT_OPS];
	char value[VALUE_SHOWN_MAX + 1];

	if (s->stale == 0)
		return false;
	const unsigned ops = clients_proof(&s->clients, s->stale, op);
	text_write(why, size, "linearizable: no order explains what was read:");
	for (unsigned i = 0; i < ops; i++) {
		values_show(s->world->values, op[i].value, value);
		text_append(why, size, "%s n%u %s %s", i == 0 ? "" : ", then", op[i].node,
			    op[i].writes ? "wrote" : "read",
			    op[i].value == VALUE_NONE ? "nothing" : value);
	}
	return true;
}

void stage_restart(struct stage *s, node_id node)
{
	stage_narrate(s, "n%u restarts", node);
	world_start(s->world, node);
	stage_catch_up(s, node);
}

/* The first slot from which on this node has touched nothing, in the latest epoch. */
static slot_number untouched_by(const struct stage *s, node_id node)
{
	const struct world_node *n = &s->world->node[node];

	if (n->up)
		return epoch_of_member(s, node) == s->epochs
			       ? paxos_untouched(member_paxos(n->member))
			       : 0;
	return n->disk.epoch == s->epochs ? n->disk.end : 0;
}

/* The first slot, from `from` on, that is under another policy at the node than the latest epoch
 * asks for; SLOT_NONE: there is none. Policies change only where a line of either begins. */
static slot_number first_difference(const struct stage *s, node_id node, slot_number from)
{
	struct policy_line line[POLICY_LINES_MAX];
	slot_number first = SLOT_NONE;
	uint32_t epoch;
	unsigned lines = member_policies(s->world->node[node].member, &epoch, line);

	for (unsigned i = 0; i < lines + s->lines; i++) {
		slot_number slot = i < lines ? line[i].from : s->line[i - lines].from;

		if (slot < from)
			slot = from;
		if (slot < first &&
		    policy_of_slot(line, lines, slot) != policy_of_slot(s->line, s->lines, slot))
			first = slot;
	}
	return first;
}

void stage_catch_up(struct stage *s, node_id node)
{
	const struct world_node *n = &s->world->node[node];
	slot_number slot = 0;

	if (set_has(s->away, node))
		return;
	if (n->up && !n->stopped && epoch_of_member(s, node) < s->epochs)
		stage_control(s, node,
			      &(struct control){.kind = CONTROL_EPOCH,
						.count = s->epochs,
						.policy = s->line[0].policy});
	/* One that has as many lines as it can hold refuses at every slot there is. */
	while (n->up && !n->stopped && (slot = first_difference(s, node, slot)) < s->law.slots) {
		stage_control(s, node,
			      &(struct control){.kind = CONTROL_POLICY,
						.slot = slot,
						.policy = policy_of_slot(s->line, s->lines, slot)});
		slot++;
	}
	/* It refuses to change what it has touched; but the others did not wait for it. */
	if (n->up && !n->stopped && first_difference(s, node, 0) != SLOT_NONE) {
		stage_narrate(s, "n%u has touched slots under the defences before", node);
		s->late++;
		world_lines(s->world, node, s->line, s->lines);
	}
}

static void catch_up_all(struct stage *s)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		stage_catch_up(s, id);
}

void stage_go_away(struct stage *s, node_set of)
{
	while (of != 0 && set_count(s->away) < (s->world->options.nodes - 1u) / 2) {
		unsigned skip = (unsigned)stage_draw(s, set_count(of));
		node_set left = of;
		while (skip-- > 0)
			left &= left - 1;
		const node_id node = set_lowest(left);
		of &= ~set_of(node);
		s->away |= set_of(node);
		stage_narrate(s, "n%u is out of the operator's reach", node);
		if (stage_draw(s, 2) == 0)
			return;
	}
}

void stage_come_near(struct stage *s)
{
	s->away = 0;
	catch_up_all(s);
}

/* The honest nodes in reach are a quorum of the policy: the others alone decide nothing under
 * another one, and without those that voted under it the cluster goes on. */
static bool is_enough(const struct stage *s, policy_id policy)
{
	const unsigned nodes = s->world->options.nodes;

	return nodes - set_count(s->away | s->law.liars) >= policy_quorum(policy, nodes);
}

bool stage_defend(struct stage *s, policy_id policy)
{
	slot_number from = 0;

	if (!is_enough(s, policy))
		return false;
	for (node_id id = 1; id <= s->world->options.nodes; id++)
		if (!set_has(s->away, id) && untouched_by(s, id) > from)
			from = untouched_by(s, id);
	/* The same lines as the core of a node keeps (paxos_set_policy). */
	if (s->line[s->lines - 1].policy == policy && s->line[s->lines - 1].from <= from)
		return true;
	while (s->lines > 0 && s->line[s->lines - 1].from >= from)
		s->lines--;
	if (s->lines == 0 || s->line[s->lines - 1].policy != policy) {
		if (s->lines == POLICY_LINES_MAX)
			return false;
		s->line[s->lines++] = (struct policy_line){from, policy};
	}
	invariants_policy(s->judge, from, policy);
	catch_up_all(s);
	return true;
}

bool stage_epoch(struct stage *s, policy_id policy)
{
	struct invariants_config law = s->law;

	if (s->epochs == s->epochs_max)
		return false;
	clients_begin(&s->clients);
	s->stale = 0;
	law.policy = policy;
	law.quorum = (uint8_t)policy_quorum(policy, law.nodes);
	s->judge = invariants_init(s->judge_of[s->epochs++], &law);
	s->lines = 1;
	s->line[0] = (struct policy_line){0, policy};
	catch_up_all(s);
	return true;
}

void stage_say_framed(node_id holder, node_id accused, char *why, size_t size)
{
	snprintf(why, size, "framed: n%u holds evidence against n%u, which is honest", holder,
		 accused);
}

uint64_t stage_count_chosen(const struct stage *s)
{
	uint64_t chosen = 0;

	for (unsigned i = 0; i < s->epochs; i++)
		for (slot_number slot = 0; slot < s->world->options.slots_max; slot++)
			chosen += invariants_chosen(s->judge_of[i], slot) != VALUE_NONE;
	return chosen;
}
