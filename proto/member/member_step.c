#include "proto/member/member_step.h"

#include <assert.h>
#include <string.h>

#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/member/admission.h"
#include "proto/member/incoming.h"
#include "proto/member/reads.h"
#include "proto/member/reporter.h"
#include "proto/member/sender.h"

/* Writes are carried out later, so the proofs that belong to one are copied into the outbox. */
static struct proof_entry keep_proofs(struct member *m, const struct paxos_write *w)
{
	size_t length = proof_table_write(&m->proofs.table, w->proof_list, w->proofs);
	size_t capacity;
	uint8_t *room = outbox_frame_room(&m->outbox, &capacity);

	if (length == 0 || length > capacity)
		return (struct proof_entry){NULL, 0};
	memcpy(room, m->proofs.table.bytes, length);
	outbox_keep(&m->outbox, length);
	return (struct proof_entry){room, length};
}

static void note_write(struct member *m, const struct paxos_write *w)
{
	struct proof_entry proofs = keep_proofs(m, w);

	if (w->kind == WRITE_VOTE && w->slot < m->waits_from)
		m->waits_from = w->slot;
	if (w->kind == WRITE_VOTE)
		history_vote(&m->history, w->slot, w->ballot, w->value);
	else if (w->kind == WRITE_CHOSEN)
		history_chosen(&m->history, w->slot, w->ballot, w->value);
	struct member_write *write = outbox_write(&m->outbox, w, m->values);
	write->epoch = m->config.wire.epoch;
	write->proofs = proofs.bytes;
	write->proofs_length = (uint32_t)proofs.length;
}

/* Of a batch the core knows no more than that it is a value: its proposals are answered one by one
 * (proto/member/proposals.c). */
static void tell_events(struct member *m)
{
	struct paxos_output *out = &m->step;

	if (m->config.quiet && batcher_is_idle(&m->batcher)) {
		for (unsigned i = 0; m->config.told != NULL && i < out->events; i++)
			reporter_watch(m, &out->event[i]);
		reporter_keep_quiet(m, out->events);
		return;
	}
	for (unsigned i = 0; i < out->events; i++)
		if (!batcher_hears(&m->batcher, &out->event[i]))
			reporter_tell(m, &out->event[i]);
}

/* It crashes before what this step owes is synced, with what it said to itself: nothing of that is
 * written, told or sent but what may leave before the sync. What earlier steps owe is carried out:
 * there may have been a sync between them. */
static void forget_step(struct member *m, const struct paxos_write *lost)
{
	const struct paxos_output *out = &m->step;

	for (unsigned i = 0; i < out->writes; i++)
		if (out->write[i].kind == WRITE_VOTE && out->write[i].slot < m->waits_from)
			m->waits_from = out->write[i].slot;
	for (unsigned i = 0; i < out->sends; i++)
		sender_send_early(m, &out->send[i]);
	m->event_seq -= outbox_take_back(&m->outbox, &m->step_began);
	reporter_tell(m, &(struct event){.kind = EVENT_FORGOT,
					 .ballot = lost->ballot,
					 .slot = lost->slot,
					 .value = lost->value,
					 .count = m->crash_point});
	m->outbox.out.fate = FATE_FORGET;
}

/* Writes come first: no message of this step may leave before they are stored. */
static void step_core(struct member *m, struct paxos_input *in)
{
	struct paxos_output *out = &m->step;
	const policy_id now = paxos_policy_now(&m->paxos);

	if (m->outbox.out.fate == FATE_FORGET)
		return;
	in->now = drift_own(&m->drift, m->now);
	in->gated = m->config.gate.types[GATE_OWN];
	if (policy_has(now, DEFENCE_WINDOW))
		in->round_floor =
			1 + window_edge(&m->defences.window, policy_f(now, m->config.paxos.nodes));
	mistake_step(m->mistake, &m->paxos, in, out);
	if (m->config.stepped != NULL)
		m->config.stepped(m->config.stepped_user, &m->paxos, in, out);
	const struct paxos_write *lost = crash_point_meets(m->crash_point, out);
	if (lost != NULL) {
		forget_step(m, lost);
		return;
	}
	m->outbox.out.must_sync |= out->must_sync;
	m->core_wake = out->wake_at;
	for (unsigned i = 0; i < out->writes; i++)
		note_write(m, &out->write[i]);
	for (unsigned i = 0; i < out->events; i++) {
		history_event(&m->history, &out->event[i]);
		reads_hear(m, &out->event[i]);
	}
	for (unsigned i = 0; i < out->events; i++)
		if (out->event[i].due != 0)
			out->event[i].due = drift_world(&m->drift, out->event[i].due);
	tell_events(m);
	for (unsigned i = 0; i < out->sends; i++)
		sender_send(m, &out->send[i]);
	if (out->log_to != 0)
		outbox_log(&m->outbox, out->log_to, out->log_from, out->log_count);
}

static void hear_itself(struct member *m)
{
	while (m->loops_done < m->loops) {
		const struct loop *own = &m->loop[m->loops_done++];
		struct paxos_input said = {.kind = INPUT_MESSAGE, .message = &m->frame.message};

		if (!admission_judge_own(m, own->bytes, own->length))
			continue;
		if (incoming_is_gated_frame(m))
			incoming_hold(m, own->bytes, own->length, 0, 0);
		else
			step_core(m, &said);
	}
	m->loops = m->loops_done = 0;
}

/* Counts the chain on, to the next place where the log is summarized. False: the base is not there
 * yet. Over slots that the core was brought over the chain was told. */
static bool count_chain(struct member *m, struct paxos_input *in)
{
	const struct paxos *p = &m->paxos;
	const slot_number interval = paxos_interval(p);
	uint32_t length;

	if (interval == 0)
		return false;
	if (m->chain.end < p->low) {
		memcpy(m->chain.digest, values_bytes(m->values, p->low_summary.chain, &length),
		       DIGEST_BYTES);
		m->chain.end = p->low;
	}
	while (m->chain.end < p->base) {
		const value_ref value = history_chosen_in(&m->history, m->chain.end);
		const uint8_t *bytes = values_bytes(m->values, value, &length);

		assert(value != VALUE_NONE);
		chain_add(&m->chain, bytes, length);
		if (m->chain.end % interval != 0)
			continue;
		*in = (struct paxos_input){.kind = INPUT_CHAIN, .slot = m->chain.end - 1};
		in->value = values_intern(m->values, m->chain.digest, DIGEST_BYTES);
		if (in->value != VALUE_NONE)
			return true;
	}
	return false;
}

void member_step(struct member *m, struct paxos_input *in)
{
	struct paxos_input chain;

	m->step_began = outbox_mark(&m->outbox);
	step_core(m, in);
	hear_itself(m);
	while (m->outbox.out.fate != FATE_FORGET && count_chain(m, &chain)) {
		step_core(m, &chain);
		hear_itself(m);
	}
	if (m->outbox.out.fate != FATE_FORGET)
		reads_follow(m);
}

void member_hear_strays(struct member *m)
{
	if (member_is_full(m))
		m->loops = 0;
	m->step_began = outbox_mark(&m->outbox);
	hear_itself(m);
}
