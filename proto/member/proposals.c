#include "proto/member/proposals.h"

#include <string.h>

#include "proto/core/batch.h"
#include "proto/member/member_step.h"
#include "proto/member/reads.h"
#include "proto/member/reporter.h"

/* Whether slots are signed may change with each policy. */
static void look_at_policy(struct member *m)
{
	m->batcher.signs = m->config.sign ||
			   policy_has(paxos_policy(&m->paxos, paxos_base(&m->paxos)), DEFENCE_SIGN);
}

static void note_asked(struct member *m, uint64_t number, slot_number slot, value_ref value)
{
	m->asked[m->asked_count++ % PENDING_MAX] = (struct asked){number, slot, value};
}

/* Into the core, in this slot or in any. */
static enum drop propose_at_once(struct member *m, slot_number slot, const uint8_t *value,
				 uint32_t length, uint64_t number)
{
	struct paxos_input in = {.kind = INPUT_PROPOSE, .slot = slot};

	if (paxos_pending_count(&m->paxos) == PENDING_MAX)
		return DROP_QUEUE;
	in.value = values_intern(m->values, value, length);
	if (in.value == VALUE_NONE)
		return DROP_FULL;
	if (number != 0)
		note_asked(m, number, slot, in.value);
	member_step(m, &in);
	return DROP_NOTHING;
}

static enum drop propose_in_slot(struct member *m, slot_number slot, const uint8_t *value,
				 uint32_t length, uint64_t number)
{
	uint8_t *room = m->batcher.scratch;
	struct batch_writer w = batch_write(room, VALUE_BYTES_MAX);

	if (batch_count(value, length) == 0)
		return propose_at_once(m, slot, value, length, number);
	/* It is no batch, and must not be read as one. */
	if (!batch_add(&w, value, length))
		return DROP_REFUSED;
	const uint8_t *wrapped = batch_end(&w, &length);
	return propose_at_once(m, slot, wrapped, length, number);
}

static enum drop propose_anywhere(struct member *m, const uint8_t *value, uint32_t length,
				  uint64_t number)
{
	const enum batcher_kind kind = number == 0 ? BATCHER_DRIVERS : BATCHER_ASKED;

	look_at_policy(m);
	if (batcher_lets_through(&m->batcher, paxos_pending_count(&m->paxos), value, length, kind))
		return propose_at_once(m, SLOT_NONE, value, length, number);
	const enum drop why = batcher_judge(&m->batcher, value, length, kind);
	if (why != DROP_NOTHING)
		return why;
	const value_ref told = number == 0 ? VALUE_NOOP : values_intern(m->values, value, length);
	if (told == VALUE_NONE)
		return DROP_FULL;
	batcher_push(&m->batcher, value, length, number);
	if (number != 0)
		reporter_tell(m, &(struct event){.kind = EVENT_QUEUED,
						 .slot = SLOT_NONE,
						 .value = told,
						 .count = proposals_pending(m)});
	return DROP_NOTHING;
}

enum drop proposals_ask(struct member *m, slot_number slot, const uint8_t *value, uint32_t length,
			uint64_t number)
{
	return slot == SLOT_NONE ? propose_anywhere(m, value, length, number)
				 : propose_in_slot(m, slot, value, length, number);
}

enum drop proposals_drive(struct member *m, const uint8_t *value, uint32_t length)
{
	return propose_anywhere(m, value, length, 0);
}

/* Without room the rest waits for the next turn. */
static void tell_answers(struct member *m)
{
	struct batcher_answer answer;

	while (!member_is_full(m) && batcher_answer(&m->batcher, &answer)) {
		const value_ref value = values_intern(m->values, answer.value, answer.length);
		note_asked(m, answer.number, SLOT_NONE, value);
		answer.event.value = value;
		if (answer.event.kind != EVENT_NONE)
			reporter_tell(m, &answer.event);
		reads_hear(m, &answer.event);
	}
}

static bool is_ready(const struct member *m)
{
	return !m->has_no_value && batcher_is_ready(&m->batcher, paxos_pending_count(&m->paxos));
}

static void feed_core(struct member *m)
{
	struct paxos_input in = {.kind = INPUT_PROPOSE, .slot = SLOT_NONE};
	uint32_t length;
	const uint8_t *bytes = batcher_pack(&m->batcher, &length);

	in.value = values_intern(m->values, bytes, length);
	m->has_no_value = in.value == VALUE_NONE;
	if (m->has_no_value)
		return;
	batcher_feed(&m->batcher, in.value);
	if (m->batcher.next.shares)
		reporter_tell(m, &(struct event){.kind = EVENT_BATCHED,
						 .value = in.value,
						 .count = m->batcher.next.count});
	member_step(m, &in);
	batcher_fed(&m->batcher);
}

/* Tells answers, and feeds the core; not with what the driver proposed, if that is to wait. True:
 * the core was fed. */
static bool work(struct member *m, bool drivers_wait)
{
	bool fed = false;

	if (batcher_is_idle(&m->batcher))
		return false;
	m->has_no_value = false;
	look_at_policy(m);
	for (;;) {
		tell_answers(m);
		if (member_is_full(m) || !is_ready(m) ||
		    (drivers_wait && batcher_heads_drivers(&m->batcher)))
			break;
		feed_core(m);
		fed = true;
	}
	return fed;
}

bool proposals_work(struct member *m)
{
	return work(m, false);
}

void proposals_work_asked(struct member *m)
{
	work(m, true);
}

bool proposals_are_due(const struct member *m)
{
	return m->batcher.answering > 0 || is_ready(m);
}

uint32_t proposals_pending(const struct member *m)
{
	return paxos_pending_count(&m->paxos) + m->batcher.more;
}

void proposals_new_epoch(struct member *m, uint64_t since)
{
	batcher_new_epoch(&m->batcher, since);
}

/* What waits was asked for in the new epoch, as far as anybody can tell. */
static void tell_waiting(struct member *m)
{
	const uint8_t *value;
	uint32_t length;

	for (uint32_t i = 0; batcher_waits(&m->batcher, i, &value, &length); i++)
		reporter_tell(m, &(struct event){.kind = EVENT_QUEUED,
						 .slot = SLOT_NONE,
						 .value = values_intern(m->values, value, length),
						 .count = i + 1});
}

void proposals_again(struct member *m, uint64_t since)
{
	struct asked asked[PENDING_MAX];
	const unsigned end = m->asked_count;

	tell_waiting(m);
	memcpy(asked, m->asked, sizeof asked);
	for (unsigned i = end > PENDING_MAX ? end - PENDING_MAX : 0; i < end; i++) {
		const struct asked *a = &asked[i % PENDING_MAX];
		struct paxos_input in = {.kind = INPUT_PROPOSE, .slot = a->slot, .value = a->value};
		if (a->number > since)
			member_step(m, &in);
	}
}
