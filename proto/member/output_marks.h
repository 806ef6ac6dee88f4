/* Digests of what a member owes: by them two runs of its life are compared, output by output, and
 * the first part that differs is named. Not against somebody who makes digests agree on purpose. */
#ifndef PROTO_MEMBER_OUTPUT_MARKS_H
#define PROTO_MEMBER_OUTPUT_MARKS_H

#include "proto/member/outbox.h"

#define OUTPUT_MARKS_MAX (OUTBOX_FRAMES + OUTBOX_WRITES + OUTBOX_EVENTS)

struct output_marks {
	uint64_t all; /* of everything that is owed */
	uint16_t frames, writes, events;
	uint32_t mark[OUTPUT_MARKS_MAX]; /* of each frame, then each write, then each event */
};

/* `values`: what the events refer to. */
void output_marks_make(const struct member_output *out, const struct values *values,
		       struct output_marks *marks);

enum output_part { PART_NONE, PART_FRAME, PART_WRITE, PART_EVENT, PART_REST };

/* The first part in which they differ, and which of its kind, from 0. PART_REST: something that is
 * neither frame nor write nor event: a log to be read, settings, the time to wake. */
enum output_part output_marks_differ(const struct output_marks *a, const struct output_marks *b,
				     unsigned *which);

#endif
