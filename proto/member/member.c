/* The driver of a member: decides which input the core gets next. Everything that it calls stands
 * in files below, which do not call back. */
#include "proto/member/member.h"

#include <assert.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/member/admission.h"
#include "proto/member/controls.h"
#include "proto/member/hears.h"
#include "proto/member/incoming.h"
#include "proto/member/lives.h"
#include "proto/member/member_memory.h"
#include "proto/member/member_step.h"
#include "proto/member/proposals.h"
#include "proto/member/receiver.h"
#include "proto/member/reporter.h"
#include "proto/member/sender.h"
#include "proto/member/timing.h"

/* Does all that can be done now: tells the core of better links, takes in the frames that are due,
 * and gives the core and the liar their time. */
static void member_work(struct member *m)
{
	struct held *held;

	while (m->links_up != 0 && !member_is_full(m)) {
		struct paxos_input in = {.kind = INPUT_LINK_UP, .peer = set_lowest(m->links_up)};
		m->links_up &= m->links_up - 1;
		member_step(m, &in);
	}
	while ((held = inbox_first(&m->inbox)) != NULL && timing_frame_is_due(m, held) &&
	       !member_is_full(m)) {
		if (incoming_is_gated(m, &held->event))
			incoming_stop_at_gate(m, held);
		else
			receiver_take_in(m, held);
	}
	if (member_is_full(m)) {
		member_hear_strays(m);
		return;
	}
	if (timing_core_is_due(m)) {
		struct paxos_input in = {.kind = INPUT_TIMER};
		member_step(m, &in);
	}
	if (timing_liar_is_due(m))
		liar_timer(&m->liar, m->now);
	proposals_work(m);
	member_hear_strays(m);
	m->advancing = false;
}

/* What comes before each input: time goes on, and room is made for what the input may bring. */
static void member_come_to(struct member *m, time_us now)
{
	timing_come_to(m, now);
	member_memory_make_room(m);
}

void member_start(struct member *m, time_us now)
{
	struct paxos_input in = {.kind = INPUT_START, .again = m->config.boot > 1};

	MEMBER_HEARS(m, .kind = IN_START, .now = now);
	m->now = now;
	mistake_restored(m->mistake, &m->paxos);
	reporter_tell(m, &(struct event){.kind = EVENT_STARTED, .count = (uint32_t)m->paxos.base});
	if (m->mistake != MISTAKE_NONE)
		reporter_tell(m, &(struct event){.kind = EVENT_MISTAKEN, .count = m->mistake});
	if (m->paxos.part_from != 0)
		reporter_tell(m, &(struct event){.kind = EVENT_SEATED, .slot = m->paxos.part_from});
	member_step(m, &in);
}

/* The frame at hand, without a delay, need not be held if nothing stands between the wire and the
 * core. */
static bool goes_through(const struct member *m)
{
	const struct held *first = inbox_first(&m->inbox);

	return !incoming_is_gated_frame(m) && !clock_is_paused(&m->config.clock) &&
	       (first == NULL || first->due > m->now) && !member_is_full(m);
}

/* A life that is believed from now on is stored before anything that rests on it is sent. */
static enum drop judge_life(struct member *m)
{
	bool is_new;
	enum drop why = lives_judge(&m->lives, &m->frame, &is_new);

	if (why == DROP_NOTHING)
		lives_hear(&m->lives, m->config.paxos.self, &m->frame.hearsay, &is_new);
	m->outbox.out.must_sync |= is_new;
	m->life_waits |= is_new;
	return why;
}

void member_frame_in(struct member *m, time_us now, const uint8_t *bytes, size_t length)
{
	node_id sender;
	node_set to;
	bool known = false;

	MEMBER_HEARS(m, .kind = IN_FRAME, .now = now, .bytes = {bytes, (uint32_t)length});
	if (m->outbox.out.fate == FATE_FORGET)
		return;
	member_come_to(m, now);
	if (!frame_peek(bytes, length, &sender, &to)) {
		reporter_tell_dropped(m, NULL, 0, DROP_SHORT);
		return;
	}
	if (!set_has(to, m->config.paxos.self))
		return;
	enum drop why = admission_judge(m, bytes, length, &known);
	if (why == DROP_NOTHING && m->config.life != 0)
		why = judge_life(m);
	if (why != DROP_NOTHING) {
		reporter_tell_dropped(m, known ? &m->frame : NULL, 0, why);
		return;
	}
	struct link_verdict verdict =
		link_decide(&m->config.link[m->frame.sender], random_next(&m->random),
			    clock_is_unlimited(&m->config.clock));
	if (verdict.drop != DROP_NOTHING) {
		reporter_tell_dropped(m, &m->frame, 0, verdict.drop);
		return;
	}
	bool at_once = verdict.delay_us == 0 && goes_through(m);
	if (!at_once)
		incoming_hold(m, bytes, length, verdict.delay_us, 0);
	if (verdict.duplicate)
		incoming_hold(m, bytes, length, verdict.copy_delay_us, 1);
	if (at_once)
		receiver_handle(m, bytes, length, 0);
	/* The original knows that there is a copy: the operator may make another by hand. */
	else if (verdict.duplicate) {
		struct held *held = inbox_find(&m->inbox, m->frame.id, 0);
		if (held != NULL)
			held->copies = 1;
	}
	if (verdict.duplicate)
		member_work(m);
	else
		proposals_work_asked(m);
}

/* The verdict on a control, as an event. */
static void answer_control(struct member *m, uint64_t number, enum drop verdict)
{
	if (verdict != DROP_NOTHING)
		m->counts.dropped[verdict]++;
	reporter_tell(m, &(struct event){
				 .kind = verdict == DROP_NOTHING ? EVENT_OBEYED : EVENT_DISOBEYED,
				 .number = number,
				 .drop = verdict,
			 });
}

/* The numbers of controls rise. The last one again is a retransmission: it gets the same answer,
 * and nothing is done twice. */
void member_control_in(struct member *m, time_us now, const struct control *control)
{
	MEMBER_HEARS(m, .kind = IN_CONTROL, .now = now, .control = control);
	member_come_to(m, now);
	if (control->number <= m->number) {
		answer_control(m, control->number,
			       control->number == m->number ? m->number_verdict : DROP_NUMBER);
		return;
	}
	if (member_is_full(m)) {
		answer_control(m, control->number, DROP_FULL);
		return;
	}
	m->number_verdict = controls_obey(m, control);
	m->number = control->number;
	/* A control that was refused changed nothing. If it comes again after a restart, it is
	 * judged anew. */
	if (m->number_verdict == DROP_NOTHING) {
		m->config.number = control->number;
		m->outbox.out.settings_changed = true;
	}
	answer_control(m, control->number, m->number_verdict);
	member_work(m);
}

/* The caller has seen to it that the order is later than what it replaces (proto/wire/orders.h), so
 * its number need not be above that of every other control. */
enum drop member_order_in(struct member *m, time_us now, const struct control *order)
{
	MEMBER_HEARS(m, .kind = IN_ORDER, .now = now, .control = order);
	member_come_to(m, now);
	const enum drop verdict = member_is_full(m) ? DROP_FULL : controls_obey(m, order);
	if (verdict == DROP_NOTHING) {
		if (order->number > m->number) {
			m->number = m->config.number = order->number;
			m->number_verdict = verdict;
		}
		m->outbox.out.settings_changed = true;
	}
	member_work(m);
	return verdict;
}

void member_lines_in(struct member *m, time_us now, const struct policy_line *line, unsigned lines)
{
	struct paxos_input in = {.kind = INPUT_TIMER};

	MEMBER_HEARS(m, .kind = IN_LINES, .now = now, .line = line, .lines = lines);
	member_come_to(m, now);
	paxos_follow_lines(&m->paxos, line, lines);
	m->config.policy = m->config.paxos.policy = line[0].policy;
	for (unsigned i = 0; i < lines; i++)
		reporter_tell(m, &(struct event){.kind = EVENT_POLICY,
						 .slot = line[i].from,
						 .policy = line[i].policy});
	m->outbox.out.settings_changed = true;
	if (!member_is_full(m))
		member_step(m, &in);
	member_work(m);
}

void member_answer_control(struct member *m, time_us now, uint64_t number, enum drop verdict)
{
	MEMBER_HEARS(m, .kind = IN_ANSWER, .now = now, .number = number, .drop = verdict);
	member_come_to(m, now);
	answer_control(m, number, verdict);
}

void member_tick(struct member *m, time_us now)
{
	MEMBER_HEARS(m, .kind = IN_TICK, .now = now);
	member_come_to(m, now);
	member_work(m);
}

/* No input, for it changes nothing but the number of events: a journal that goes on would keep it.
 */
void member_say(struct member *m, time_us now, const struct event *event)
{
	member_come_to(m, now);
	reporter_tell(m, event);
}

bool member_propose(struct member *m, time_us now, const uint8_t *value, uint32_t length)
{
	MEMBER_HEARS(m, .kind = IN_PROPOSE, .now = now, .bytes = {value, length});
	member_come_to(m, now);
	if (length == 0 || length > VALUE_BYTES_MAX || member_is_full(m) ||
	    proposals_drive(m, value, length) != DROP_NOTHING)
		return false;
	proposals_work_asked(m);
	return true;
}

bool member_proposed_all(struct member *m, time_us now)
{
	if (batcher_is_idle(&m->batcher))
		return false;
	MEMBER_HEARS(m, .kind = IN_PROPOSED, .now = now);
	member_come_to(m, now);
	return !member_is_full(m) && proposals_work(m);
}

uint32_t member_waiting(const struct member *m)
{
	return paxos_pending_count(&m->paxos) + (m->batcher.end - m->batcher.packed);
}

void member_commit_proven(struct member *m, node_set to, slot_number slot, struct ballot at,
			  const uint8_t *value, uint32_t length, const uint8_t *proofs,
			  uint32_t proofs_length)
{
	MEMBER_HEARS(m, .kind = IN_COMMIT, .nodes = to, .slot = slot, .at = at,
		     .bytes = {value, length}, .proofs = {proofs, proofs_length});
	to &= ~set_of(m->config.paxos.self);
	if (to == 0)
		return;
	const proof_ref proof = proof_table_keep(&m->proofs.table, proofs, proofs_length);
	const struct message message = {
		.type = MSG_COMMIT,
		.from = m->config.paxos.self,
		.to = to,
		.ballot = at,
		.slot = slot,
		.low = m->paxos.base,
		.value = values_intern(m->values, value, length),
		.proofs = proof != PROOF_NONE,
		.proof_list = &proof,
	};

	/* Without room for the value the Commit is lost like any message, and asked for again. */
	if (message.value != VALUE_NONE)
		sender_send(m, &message);
}

void member_commit(struct member *m, node_set to, slot_number slot, struct ballot at,
		   const uint8_t *value, uint32_t length)
{
	member_commit_proven(m, to, slot, at, value, length, NULL, 0);
}

const struct member_output *member_output(struct member *m)
{
	m->outbox.out.wake_at = proposals_are_due(m) ? m->now : timing_wake_at(m);
	m->outbox.out.kept_changed =
		(m->config.gate.keep || m->kept) &&
		(m->inbox.changes != m->kept_changes || m->config.gate.keep != m->kept);
	/* A frame of another epoch rests on the epoch. */
	if (m->outbox.out.settings_changed)
		outbox_hold_back(&m->outbox);
	return &m->outbox.out;
}

void member_clear(struct member *m)
{
	MEMBER_HEARS(m, .kind = IN_CLEAR);
	/* What a member says to itself stands in the outbox. */
	assert(m->loops == 0);
	outbox_clear(&m->outbox);
	m->kept_changes = m->inbox.changes;
	m->kept = m->config.gate.keep;
	m->stored = m->paxos.promised;
	m->waits_from = SLOT_NONE;
	m->life_waits = false;
}

void member_stamp(struct member *m, uint64_t stored)
{
	MEMBER_HEARS(m, .kind = IN_STAMP, .number = stored);
	outbox_stamp(&m->outbox, m->config.paxos.self, stored);
}

bool member_greeted(struct member *m, node_id peer, const struct known_life *begun, uint32_t past)
{
	MEMBER_HEARS(m, .kind = IN_GREETED, .node = peer, .life = *begun, .number = past);
	return lives_greet(&m->lives, peer, begun, past);
}

const struct known_life *member_lives(const struct member *m)
{
	return m->lives.known;
}

void member_set_quiet(struct member *m, bool quiet)
{
	if (m->config.quiet == quiet)
		return;
	MEMBER_HEARS(m, .kind = IN_QUIET, .number = quiet);
	m->config.quiet = quiet;
}

void member_settings(const struct member *m, struct clock_rule *clock,
		     struct link_rule link[NODES_MAX + 1], struct gate_rule *gate, uint64_t *number)
{
	*clock = m->config.clock;
	memcpy(link, m->config.link, sizeof m->config.link);
	*gate = m->config.gate;
	*number = m->config.number;
}

unsigned member_policies(const struct member *m, uint32_t *epoch,
			 struct policy_line line[POLICY_LINES_MAX])
{
	*epoch = m->config.wire.epoch;
	memcpy(line, m->paxos.line, sizeof m->paxos.line);
	return m->paxos.lines;
}

time_us member_sync_us(const struct member *m)
{
	return clock_is_paused(&m->config.clock) ? 0 : m->sync_us;
}

struct slot_bits member_out_of(const struct member *m)
{
	return paxos_out_of(&m->paxos);
}

const struct member_counts *member_counts(const struct member *m)
{
	return &m->counts;
}

const struct paxos *member_paxos(const struct member *m)
{
	return &m->paxos;
}

struct values *member_values(struct member *m)
{
	return m->values;
}
