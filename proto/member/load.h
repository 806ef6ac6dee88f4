/* The load generator inside a node: proposes values itself, so many at a time or at a rate, and
 * measures how long each takes. Pure, like the member that it drives: the process and the simulator
 * bring the time and the chance.
 *
 * A driver that has been given an order (struct member_output, load) calls load_begin. Then it
 * calls load_observe with every output that it carries out, load_propose whenever it has carried
 * out all, and both again when load_wake says so, at the latest.
 *
 * A value tells its number, by which its place among those on their way is found at once, and the
 * tag of its run: "17 of 8c1f0a9b", and dots up to its size. A value that is too short for
 * that begins with the number, in binary, low byte first, and the tag, as far as there is room. So
 * of one byte only 256 values are different: where several alike are on their way, the one that was
 * proposed first counts as chosen first. */
#ifndef PROTO_MEMBER_LOAD_H
#define PROTO_MEMBER_LOAD_H

#include "proto/core/load.h"
#include "proto/member/histogram.h"
#include "proto/member/member.h"

#define LOAD_PLACES_MAX (2 * LOAD_OUTSTANDING_MAX)
#define LOAD_TAG_BYTES  8 /* as text */

struct load {
	struct load_order order; /* number 0: there was none yet */
	bool running;
	uint64_t changes; /* rises when there is something new to report */
	uint64_t tag;
	char tag_text[LOAD_TAG_BYTES];
	time_us started, at; /* when it began, and when it was looked after last */
	uint32_t proposed;   /* of order.count, so far */
	uint32_t number;     /* of the value that was proposed last */
	uint32_t in_flight;
	uint64_t chosen, lost, slots;
	uint64_t behind_us; /* what the value that was proposed last had waited for its turn */
	time_us sample_from;
	struct load_sample sample_now;
	struct load_sample sample; /* the last whole one */
	/* A value is in the place of its number modulo `places`, a power of two. A number whose
	 * place is taken by a value that takes long is left out. */
	uint32_t places;
	struct load_flying {
		uint32_t number; /* 0 = this place is free */
		time_us from;
	} flying[LOAD_PLACES_MAX];
	struct histogram latency, latency_now; /* of all values, and of the sample at hand */
	uint8_t value[VALUE_BYTES_MAX];
};

/* There was no load yet. Memory that is zero is that already. */
void load_init(struct load *load);

/* A load that runs is replaced by another one: its values that are on their way count no more. An
 * order to propose nothing ends it. `tag`: random, or at least another one each time. */
void load_begin(struct load *load, const struct load_order *order, uint64_t tag, time_us now);

/* Looks for the run's values among what this node now knows to be chosen. */
void load_observe(struct load *load, const struct member_write *write, unsigned writes,
		  time_us now);

/* Proposes what may be outstanding, and what has come if values come at a rate. All outputs of the
 * member must have been observed: what is on its way and no longer waits in the member was given up
 * there. False: nothing was proposed, and the member's output is as it was. */
bool load_propose(struct load *load, struct member *member, time_us now);

/* When load_propose is to be called although nothing happens; 0 = never. */
time_us load_wake(const struct load *load);

void load_report_make(const struct load *load, struct load_report *out);

#endif
