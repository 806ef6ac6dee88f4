#include "proto/core/read_entry.h"
#include "proto/fault/mistake.h"
#include "proto/member/member_state.h"
#include "proto/member/proposals.h"
#include "proto/member/reporter.h"

enum drop reads_ask(struct member *m, bool own, uint64_t control)
{
	struct reads *r = &m->reads;
	struct read_entry entry = {m->config.paxos.self, m->config.boot, r->number + 1};
	uint8_t bytes[READ_ENTRY_BYTES];
	unsigned place = 0;

	own |= mistake_answers_alone(m->mistake);
	if (own) {
		r->number++;
		reporter_tell(m, &(struct event){.kind = EVENT_READING,
						 .number = r->number,
						 .because = BECAUSE_OWN});
		reads_answer(m, r->number, BECAUSE_OWN);
		return DROP_NOTHING;
	}
	if (r->waiting == READS_MAX)
		return DROP_QUEUE;
	while (r->wait[place].entry != VALUE_NONE)
		place++;
	read_entry_write(&entry, bytes);
	const value_ref value = values_intern(m->values, bytes, sizeof bytes);
	if (value == VALUE_NONE)
		return DROP_FULL;
	/* It waits before it is proposed: a cluster of one node decides it at once. */
	r->number++;
	r->waiting++;
	r->wait[place] = (struct read_waits){value, r->number, control};
	reporter_tell(m, &(struct event){.kind = EVENT_READING,
					 .value = value,
					 .number = r->number,
					 .because = BECAUSE_ORDERED});
	const enum drop why = proposals_ask(m, SLOT_NONE, bytes, sizeof bytes, control);
	if (why != DROP_NOTHING) {
		r->wait[place].entry = VALUE_NONE;
		r->waiting--;
	}
	return why;
}
