/* A function for each row of proto/core/controls.def. */
#include <assert.h>
#include <string.h>

#include "proto/core/read_entry.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/member/controls.h"
#include "proto/member/incoming.h"
#include "proto/member/liar_host.h"
#include "proto/member/member_step.h"
#include "proto/member/proposals.h"
#include "proto/member/reads.h"
#include "proto/member/receiver.h"
#include "proto/member/reporter.h"
#include "proto/member/timing.h"

#define MILLION 1000000u

/* The empty value is the no-op. Only a leader proposes it, to fill a gap. A read is no value that
 * anybody proposes. */
static enum drop do_propose(struct member *m, const struct control *c)
{
	if (c->value_length == 0 || c->value_length > VALUE_BYTES_MAX ||
	    is_read_entry(c->value, c->value_length))
		return DROP_REFUSED;
	return proposals_ask(m, c->slot, c->value, c->value_length, c->number);
}

static enum drop do_read(struct member *m, const struct control *c)
{
	uint8_t entry[READ_ENTRY_BYTES];

	if (c->count > 1)
		return DROP_REFUSED;
	if (c->count == 1 || mistake_answers_alone(m->mistake)) {
		reads_answer_own(m);
		return DROP_NOTHING;
	}
	enum drop why = reads_wait(m, c->number, entry);
	if (why == DROP_NOTHING) {
		why = proposals_ask(m, SLOT_NONE, entry, sizeof entry, c->number);
		if (why != DROP_NOTHING)
			reads_drop(m);
	}
	return why;
}

static enum drop do_link(struct member *m, const struct control *c)
{
	const node_id self = m->config.paxos.self;
	const struct link_rule *rule = &c->link;

	if (c->peer > m->config.paxos.nodes || c->peer == self || rule->loss_ppm > MILLION ||
	    rule->duplicate_ppm > MILLION || rule->reorder_ppm > MILLION)
		return DROP_REFUSED;
	for (node_id peer = 1; peer <= m->config.paxos.nodes; peer++)
		if (peer != self && (c->peer == NODE_NONE || c->peer == peer))
			incoming_set_link(m, peer, rule);
	return DROP_NOTHING;
}

static enum drop do_clock(struct member *m, const struct control *c)
{
	m->config.clock = c->clock;
	m->advancing = false;
	reporter_tell(m, &(struct event){.kind = EVENT_TIMED, .clock = c->clock});
	return DROP_NOTHING;
}

static enum drop do_advance(struct member *m, const struct control *c)
{
	struct held *held = NULL;

	if (!clock_is_paused(&m->config.clock) || c->due < m->now)
		return DROP_REFUSED;
	if (c->peer == NODE_NONE) {
		timing_advance(m, c->due);
		return DROP_NOTHING;
	}
	if (c->peer == m->config.paxos.self && c->id.source != NODE_NONE) {
		held = inbox_find(&m->inbox, c->id, c->copy);
		if (held == NULL || held->due > c->due)
			return DROP_REFUSED;
	}
	timing_move(m, c->due);
	if (held != NULL && incoming_is_gated(m, &held->event))
		incoming_stop_at_gate(m, held);
	else if (held != NULL)
		receiver_take_in(m, held);
	else if (c->peer == m->config.paxos.self)
		timing_run_timers(m);
	return DROP_NOTHING;
}

/* An event for each set of types that is held, with the nodes from which it is. */
static void tell_gate(struct member *m)
{
	const struct gate_rule *gate = &m->config.gate;
	const node_id self = m->config.paxos.self;
	node_set left = set_first(m->config.paxos.nodes);
	uint32_t told = 0;

	while (left != 0) {
		const node_id first = set_lowest(left);
		const type_set types = gate->types[first == self ? GATE_OWN : first];
		struct event e = {.kind = EVENT_GATED, .types = types};

		for (node_id id = first; id <= m->config.paxos.nodes; id++)
			if (gate->types[id == self ? GATE_OWN : id] == types)
				e.to |= set_of(id);
		left &= ~e.to;
		e.count = (told == 0 ? 1u : 2u) + (gate->keep ? 2u : 0u);
		if (types == 0)
			continue;
		reporter_tell(m, &e);
		told++;
	}
	if (told == 0)
		reporter_tell(m, &(struct event){.kind = EVENT_GATED});
}

static enum drop do_gate(struct member *m, const struct control *c)
{
	if (c->count > 1)
		return DROP_REFUSED;
	m->config.gate = control_gate(c);
	tell_gate(m);
	incoming_open_gate(m);
	return DROP_NOTHING;
}

static enum drop do_move(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);
	struct held *before = inbox_find(&m->inbox, c->other, c->other_copy);

	return held == NULL || before == NULL ? DROP_REFUSED : incoming_move(m, held, before);
}

static enum drop do_deliver(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);

	if (held == NULL)
		return DROP_REFUSED;
	receiver_take_in(m, held);
	return DROP_NOTHING;
}

static enum drop do_discard(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);

	if (held == NULL)
		return DROP_REFUSED;
	incoming_discard(m, held, DROP_BY_HAND);
	return DROP_NOTHING;
}

static enum drop do_duplicate(struct member *m, const struct control *c)
{
	struct held *held = inbox_find(&m->inbox, c->id, c->copy);

	return held == NULL ? DROP_REFUSED : incoming_copy(m, held);
}

static enum drop do_crash(struct member *m, const struct control *c)
{
	(void)c;
	m->outbox.out.fate = FATE_CRASH;
	return DROP_NOTHING;
}

static enum drop do_exit(struct member *m, const struct control *c)
{
	(void)c;
	m->outbox.out.fate = FATE_EXIT;
	return DROP_NOTHING;
}

static enum drop do_load(struct member *m, const struct control *c)
{
	const struct load_order order = {c->number,      c->count, c->size_bytes,
					 c->outstanding, c->rate,  c->batch};

	if (c->count != 0 && !load_is_sound(&order))
		return DROP_REFUSED;
	m->outbox.out.load = order;
	if (c->count != 0)
		batcher_set_drivers(&m->batcher, &c->batch);
	return DROP_NOTHING;
}

static enum drop do_attack(struct member *m, const struct control *c)
{
	return liar_host_arm(m, &c->attack);
}

static enum drop do_forge(struct member *m, const struct control *c)
{
	if (c->slot == SLOT_NONE || c->value_length > VALUE_BYTES_MAX)
		return DROP_REFUSED;
	return liar_host_forge(m, &c->word, c->slot, c->value, c->value_length);
}

/* What the program does wrong when it is configured, and when it is back from its store, it does
 * now: a restart ends a mistake as it ends an attack. */
static enum drop do_mistake(struct member *m, const struct control *c)
{
	if (c->count >= MISTAKES)
		return DROP_REFUSED;
	m->mistake = c->count;
	m->paxos.config.quorum = m->config.paxos.quorum;
	mistake_config(m->mistake, &m->paxos.config);
	mistake_restored(m->mistake, &m->paxos);
	reporter_tell(m, &(struct event){.kind = EVENT_MISTAKEN, .count = m->mistake});
	return DROP_NOTHING;
}

static enum drop do_crash_before(struct member *m, const struct control *c)
{
	if (c->count >= CRASH_POINTS)
		return DROP_REFUSED;
	m->crash_point = c->count;
	reporter_tell(m, &(struct event){.kind = EVENT_DOOMED, .count = m->crash_point});
	return DROP_NOTHING;
}

static enum drop do_slow_disk(struct member *m, const struct control *c)
{
	if (c->count > SYNC_US_MAX)
		return DROP_REFUSED;
	m->sync_us = c->count;
	reporter_tell(m, &(struct event){.kind = EVENT_SLOWED, .count = m->sync_us});
	return DROP_NOTHING;
}

static enum drop do_drift(struct member *m, const struct control *c)
{
	const int64_t jump_us = (int64_t)c->due;

	if ((c->count != 0 && (c->count < DRIFT_MIN || c->count > DRIFT_MAX)) ||
	    jump_us > DRIFT_JUMP_MAX_US || jump_us < -DRIFT_JUMP_MAX_US)
		return DROP_REFUSED;
	drift_set(&m->drift, m->now, c->count, jump_us);
	reporter_tell(m, &(struct event){.kind = EVENT_DRIFTED,
					 .count = m->drift.rate,
					 .due = m->drift.since,
					 .number = m->drift.own_since});
	return DROP_NOTHING;
}

static bool is_usable(policy_id policy)
{
	return policy_is_known(policy) && policy_missing(policy) == 0 && policy_clash(policy) == 0;
}

/* The policy holds from a slot on that this node has not touched. Those of its defences that hold
 * at once do so from now on. */
static enum drop do_policy(struct member *m, const struct control *c)
{
	if (!is_usable(c->policy) || c->slot == SLOT_NONE ||
	    (c->count != 0 && c->count != m->config.wire.epoch) ||
	    !paxos_set_policy(&m->paxos, c->slot, c->policy))
		return DROP_REFUSED;
	reporter_tell(m,
		      &(struct event){.kind = EVENT_POLICY, .slot = c->slot, .policy = c->policy});
	/* its own ballot may have ended with that, and it begins another one at once */
	member_step(m, &(struct paxos_input){.kind = INPUT_TIMER});
	return DROP_NOTHING;
}

/* The same nodes begin another run. Keys, links and clock stay, everything else begins anew. Frames
 * that are still on their way belong to the old epoch, so admission will throw them away. */
static enum drop do_epoch(struct member *m, const struct control *c)
{
	struct paxos_input in = {.kind = INPUT_START};

	if (!is_usable(c->policy) || c->count <= m->config.wire.epoch)
		return DROP_REFUSED;
	m->config.wire.epoch = c->count;
	m->config.policy = m->config.paxos.policy = c->policy;
	paxos_init(&m->paxos, &m->config.paxos);
	mistake_config(m->mistake, &m->paxos.config);
	if (m->config.seat_epoch == c->count)
		paxos_keep_out(&m->paxos, m->config.seat_slot, (struct slot_bits){0});
	history_init(&m->history);
	chain_begin(&m->chain);
	reads_begin(&m->reads, 0, c->number);
	witness_init(m->witness);
	m->proofs_shared = 0;
	m->has_lied = false;
	m->defences = (struct defence_memory){0};
	m->view_ballot = BALLOT_NONE;
	if (liar_is_armed(&m->liar))
		liar_new_epoch(&m->liar, m->now);
	proposals_new_epoch(m, c->number);
	reporter_tell(m,
		      &(struct event){.kind = EVENT_EPOCH, .count = c->count, .policy = c->policy});
	member_step(m, &in);
	proposals_again(m, c->number);
	return DROP_NOTHING;
}

enum drop controls_obey(struct member *m, const struct control *control)
{
	static enum drop (*const rows[CONTROL_KINDS])(struct member *, const struct control *) = {
		[CONTROL_PROPOSE] = do_propose,     [CONTROL_LINK] = do_link,
		[CONTROL_CLOCK] = do_clock,         [CONTROL_ADVANCE] = do_advance,
		[CONTROL_GATE] = do_gate,           [CONTROL_DELIVER] = do_deliver,
		[CONTROL_DISCARD] = do_discard,     [CONTROL_DUPLICATE] = do_duplicate,
		[CONTROL_CRASH] = do_crash,         [CONTROL_EXIT] = do_exit,
		[CONTROL_LOAD] = do_load,           [CONTROL_ATTACK] = do_attack,
		[CONTROL_POLICY] = do_policy,       [CONTROL_EPOCH] = do_epoch,
		[CONTROL_MISTAKE] = do_mistake,     [CONTROL_READ] = do_read,
		[CONTROL_MOVE] = do_move,           [CONTROL_CRASH_BEFORE] = do_crash_before,
		[CONTROL_SLOW_DISK] = do_slow_disk, [CONTROL_DRIFT] = do_drift,
		[CONTROL_FORGE] = do_forge,
	};

	if ((unsigned)control->kind >= CONTROL_KINDS || rows[control->kind] == NULL)
		return DROP_REFUSED;
	return rows[control->kind](m, control);
}
