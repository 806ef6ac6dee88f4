/* Reads: what was written last?
 *
 * The log is read as a register. Its value is the last one that somebody proposed and that stands
 * in the log, as far as that has no gap; no-ops and reads change nothing. A read is an entry of its
 * own that goes through the log (proto/core/read_entry.h), in single and in multi mode, under any
 * defences. When the node knows every slot up to its entry, the answer is what was written last
 * before the entry. Whatever was answered before the read was asked stands before it, for the entry
 * took a slot that was still free then: so no answer is stale.
 *
 * A node that answers from what it knows itself asks nobody. It cannot know what a quorum decided
 * without it. */
#ifndef PROTO_MEMBER_READS_H
#define PROTO_MEMBER_READS_H

#include "proto/core/event.h"
#include "proto/core/values.h"

#define READS_MAX 64 /* that wait at a member */

struct read_waits {
	value_ref entry; /* VALUE_NONE: this place is free */
	uint64_t number;
	uint64_t control; /* of the operator, that asks for it */
};

struct reads {
	slot_number end; /* what stands in the slots below is counted in */
	value_ref last;  /* what was written last there: the slot's whole value */
	slot_number last_slot;
	bool unknown;    /* something may have been written in slots that nobody told */
	uint64_t number; /* of the latest read in this life */
	unsigned waiting;
	struct read_waits wait[READS_MAX];
};

struct member;

/* A log that is empty, or of which the slots below `end` are known to be decided; of reads that
 * wait those stay that a control above `since` asks for. */
void reads_begin(struct reads *r, slot_number end, uint64_t since);

/* A control asks for a read. DROP_NOTHING, or why it is refused. `own`: the node is to answer from
 * what it knows itself. */
enum drop reads_ask(struct member *m, bool own, uint64_t control);

/* Answers with what was written last in the slots that are counted in. */
void reads_answer(struct member *m, uint64_t number, enum because because);

/* After each step of the core: counts in the slots that are closed now, and answers. */
void reads_follow(struct member *m);

/* A proposal is given up, as the event says: perhaps it was a read. */
void reads_hear(struct member *m, const struct event *event);

void reads_mark(const struct reads *r, struct values *values);

#endif
