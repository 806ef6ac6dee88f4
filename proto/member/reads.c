#include "proto/member/reads.h"

#include <assert.h>

#include "proto/core/batch.h"
#include "proto/member/member_state.h"
#include "proto/member/reporter.h"

void reads_begin(struct reads *r, slot_number end, uint64_t since)
{
	r->end = end;
	r->last = VALUE_NONE;
	r->last_slot = SLOT_NONE;
	r->unknown = end > 0;
	for (unsigned i = 0; i < READS_MAX; i++) {
		if (r->wait[i].entry == VALUE_NONE || r->wait[i].control > since)
			continue;
		r->wait[i].entry = VALUE_NONE;
		r->waiting--;
	}
}

/* Answers with the value of these bytes, which stands in that slot; length 0: nothing was written,
 * or nobody knows what. */
static void answer(struct member *m, uint64_t number, enum because because, const uint8_t *value,
		   uint32_t length, slot_number slot)
{
	struct event e = {
		.kind = EVENT_READ, .number = number, .because = because, .slot = SLOT_NONE};

	if (length > 0) {
		e.slot = slot;
		e.value = values_intern(m->values, value, length);
	}
	reporter_tell(m, &e);
}

/* Answers with what was written last in the slots that are counted in. */
static void answer_now(struct member *m, uint64_t number, enum because because)
{
	const struct reads *r = &m->reads;
	const uint8_t *value = NULL;
	uint32_t length = 0, slot_length;
	const uint8_t *slot = values_bytes(m->values, r->last, &slot_length);

	if (r->last != VALUE_NONE)
		read_entry_last_write(slot, slot_length, &value, &length);
	answer(m, number, r->unknown && length == 0 ? BECAUSE_SKIPPED : because, value, length,
	       r->last_slot);
}

void reads_answer_own(struct member *m)
{
	const uint64_t number = ++m->reads.number;

	reporter_tell(m, &(struct event){
				 .kind = EVENT_READING, .number = number, .because = BECAUSE_OWN});
	answer_now(m, number, BECAUSE_OWN);
}

enum drop reads_wait(struct member *m, uint64_t control, uint8_t entry[READ_ENTRY_BYTES])
{
	struct reads *r = &m->reads;
	const struct read_entry read = {m->config.paxos.self, m->config.boot, r->number + 1};
	unsigned place = 0;

	if (r->waiting == READS_MAX)
		return DROP_QUEUE;
	while (r->wait[place].entry != VALUE_NONE)
		place++;
	read_entry_write(&read, entry);
	const value_ref value = values_intern(m->values, entry, READ_ENTRY_BYTES);
	if (value == VALUE_NONE)
		return DROP_FULL;
	r->number++;
	r->waiting++;
	r->wait[place] = (struct read_waits){value, r->number, control};
	reporter_tell(m, &(struct event){.kind = EVENT_READING,
					 .value = value,
					 .number = r->number,
					 .because = BECAUSE_ORDERED});
	return DROP_NOTHING;
}

static struct read_waits *wait_for(struct reads *r, uint64_t number)
{
	for (unsigned i = 0; i < READS_MAX; i++)
		if (r->wait[i].entry != VALUE_NONE && r->wait[i].number == number)
			return &r->wait[i];
	return NULL;
}

static void stop_waiting(struct reads *r, struct read_waits *w)
{
	w->entry = VALUE_NONE;
	r->waiting--;
}

void reads_drop(struct member *m)
{
	stop_waiting(&m->reads, wait_for(&m->reads, m->reads.number));
}

/* Answers the reads of this node that stand in the slot, each with what was written before it,
 * there or in a slot below. */
static void answer_entries(struct member *m, slot_number slot, const uint8_t *bytes,
			   uint32_t length)
{
	struct batch_reader b = batch_read(bytes, length);
	const uint8_t *one, *last = NULL;
	uint32_t one_length, last_length = 0;
	struct read_entry entry;

	while (batch_next(&b, &one, &one_length)) {
		if (!read_entry_read(one, one_length, &entry)) {
			last = one;
			last_length = one_length;
			continue;
		}
		if (entry.node != m->config.paxos.self || entry.boot != m->config.boot)
			continue;
		struct read_waits *w = wait_for(&m->reads, entry.number);
		if (w == NULL)
			continue;
		stop_waiting(&m->reads, w);
		if (last != NULL)
			answer(m, entry.number, BECAUSE_ORDERED, last, last_length, slot);
		else
			answer_now(m, entry.number, BECAUSE_ORDERED);
	}
}

static void count_in(struct member *m, slot_number slot, value_ref value)
{
	struct reads *r = &m->reads;
	const uint8_t *written;
	uint32_t length, written_length;
	const uint8_t *bytes = values_bytes(m->values, value, &length);

	if (r->waiting > 0)
		answer_entries(m, slot, bytes, length);
	if (!read_entry_last_write(bytes, length, &written, &written_length))
		return;
	r->last = value;
	r->last_slot = slot;
	r->unknown = false;
}

void reads_follow(struct member *m)
{
	struct reads *r = &m->reads;

	/* It was brought over slots whose values nobody told. */
	if (r->end < m->paxos.low) {
		r->end = m->paxos.low;
		r->last = VALUE_NONE;
		r->unknown = true;
	}
	for (; r->end < m->paxos.base; r->end++) {
		const value_ref value = history_chosen_in(&m->history, r->end);

		assert(value != VALUE_NONE);
		count_in(m, r->end, value);
	}
}

void reads_hear(struct member *m, const struct event *event)
{
	struct reads *r = &m->reads;

	if (event->kind != EVENT_LOST || r->waiting == 0)
		return;
	for (unsigned i = 0; i < READS_MAX; i++) {
		if (r->wait[i].entry != event->value || event->value == VALUE_NONE)
			continue;
		const uint64_t number = r->wait[i].number;
		stop_waiting(r, &r->wait[i]);
		answer(m, number, BECAUSE_SKIPPED, NULL, 0, SLOT_NONE);
	}
}

void reads_mark(const struct reads *r, struct values *values)
{
	values_mark(values, r->last);
	for (unsigned i = 0; i < READS_MAX; i++)
		values_mark(values, r->wait[i].entry);
}
