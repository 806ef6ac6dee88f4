#include "proto/member/receiver.h"

#include "proto/member/admission.h"
#include "proto/member/defender.h"
#include "proto/member/liar_host.h"
#include "proto/member/member_step.h"
#include "proto/member/referral.h"
#include "proto/member/reporter.h"
#include "proto/member/testimony.h"

/* Boot and number of a message rise with every message that its source sends. */
static void count_received(struct member *m, const struct message_id *id)
{
	uint64_t age = (uint64_t)id->boot << 48 | (id->number & 0xffffffffffff);

	m->counts.received++;
	if (age < m->newest[id->source])
		m->counts.overtaken++;
	else
		m->newest[id->source] = age;
}

/* A message EVIDENCE is about no slot, so the core does not hear it. */
static void handle_evidence(struct member *m, uint8_t copy)
{
	enum drop why = testimony_take(m, &m->frame);

	if (why == DROP_NOTHING)
		reporter_tell_frame(m, EVENT_RECEIVED, &m->frame, copy, 0);
	else
		reporter_tell_dropped(m, &m->frame, copy, why);
	testimony_share(m);
}

void receiver_handle(struct member *m, const uint8_t *bytes, size_t length, uint8_t copy)
{
	struct paxos_input in = {.kind = INPUT_MESSAGE, .message = &m->frame.message};

	count_received(m, &m->frame.id);
	if (m->frame.message.type == MSG_EVIDENCE) {
		handle_evidence(m, copy);
		return;
	}
	enum drop why = admission_read_proofs(m);
	if (why != DROP_NOTHING) {
		reporter_tell_dropped(m, &m->frame, copy, why);
		return;
	}
	if (m->frame.message.value == VALUE_UNKNOWN) {
		referral_lacks(m, copy);
		return;
	}
	reporter_tell_frame(m, EVENT_RECEIVED, &m->frame, copy, 0);
	const bool late = m->frame.message.late;
	if (m->frame.message.proof != PROOF_NONE || late)
		testimony_hear(m, &m->frame);
	/* A node that says Sync may have been down: it has missed proofs, too. */
	const bool is_back = m->frame.message.type == MSG_SYNC;
	const node_id from = m->frame.message.from;
	const uint16_t boot = m->frame.id.boot;
	/* The step writes frames of its own into m->frame, but the core has read the message by
	 * then. */
	if ((!liar_is_armed(&m->liar) || liar_host_hears(m, bytes, length)) &&
	    (late || !defender_refuses(m)))
		member_step(m, &in);
	testimony_share(m);
	if (is_back)
		testimony_share_again(m, from, boot);
	member_hear_strays(m);
}

/* What it says to itself it believes, as it does within its step. */
static void take_in_own(struct member *m, struct held *held)
{
	struct paxos_input said = {.kind = INPUT_MESSAGE, .message = &m->frame.message};
	const bool good = admission_judge_own(m, inbox_bytes(&m->inbox, held), held->length);
	const uint8_t copy = held->event.copy;

	inbox_remove(&m->inbox, held);
	if (!good)
		return;
	reporter_tell_frame(m, EVENT_RECEIVED, &m->frame, copy, 0);
	member_step(m, &said);
}

void receiver_take_in(struct member *m, struct held *held)
{
	if (held->event.peer == m->config.paxos.self) {
		take_in_own(m, held);
		return;
	}
	const uint8_t copy = held->event.copy;
	bool known = false;
	const uint8_t *bytes = inbox_bytes(&m->inbox, held);
	const size_t length = held->length;
	enum drop why = admission_judge(m, bytes, length, &known);

	/* The bytes stay where they are until another frame is put in. */
	inbox_remove(&m->inbox, held);
	if (why != DROP_NOTHING)
		reporter_tell_dropped(m, known ? &m->frame : NULL, copy, why);
	else
		receiver_handle(m, bytes, length, copy);
}
