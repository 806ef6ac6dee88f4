/* What a journal keeps of an output: any field that another run may give otherwise changes the mark
 * of its part, and that part is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/member/output_marks.h"

static struct member_frame frame[2];
static struct member_write write[2];
static struct event event[2];
static struct member_log owed[2];
static struct member_output out;
static struct values *values;

static void begin(void)
{
	for (unsigned i = 0; i < 2; i++) {
		frame[i] = (struct member_frame){
			.to = 6, .bytes = (const uint8_t *)"frames", .length = 5};
		write[i] = (struct member_write){.kind = MEMBER_VOTE,
						 .epoch = 1,
						 .slot = i,
						 .ballot = {2, 1},
						 .value = (const uint8_t *)"apples",
						 .value_length = 5,
						 .proofs = (const uint8_t *)"proofs",
						 .proofs_length = 5};
		event[i] = (struct event){.kind = EVENT_ACCEPTED,
					  .node = 2,
					  .boot = 1,
					  .seq = 7 + i,
					  .at = 100,
					  .slot = i,
					  .ballot = {2, 1},
					  .value = VALUE_NOOP};
		owed[i] = (struct member_log){.to = 4, .from = 3, .count = 2};
	}
	out = (struct member_output){.must_sync = true,
				     .write = write,
				     .writes = 2,
				     .frame = frame,
				     .frames = 2,
				     .log = owed,
				     .logs = 2,
				     .event = event,
				     .events = 2,
				     .wake_at = 50};
}

/* So many fields can be changed, each by itself. */
#define CHANGES 36

/* Makes another output of it; says in which part. */
static enum output_part change(unsigned which)
{
	switch (which) {
	case 0:
		frame[1].to = 2;
		return PART_FRAME;
	case 1:
		frame[1].bytes = (const uint8_t *)"flames";
		return PART_FRAME;
	case 2:
		frame[1].length = 6;
		return PART_FRAME;
	case 3:
		frame[1].to |= 1;
		frame[1].early = true;
		return PART_FRAME;
	case 4:
		write[1].kind = MEMBER_CHOSEN;
		return PART_WRITE;
	case 5:
		write[1].epoch = 2;
		return PART_WRITE;
	case 6:
		write[1].slot = 5;
		return PART_WRITE;
	case 7:
		write[1].ballot.round = 3;
		return PART_WRITE;
	case 8:
		write[1].ballot.node = 3;
		return PART_WRITE;
	case 9:
		write[1].value = (const uint8_t *)"ample";
		return PART_WRITE;
	case 10:
		write[1].value_length = 6;
		return PART_WRITE;
	case 11:
		write[1].proofs = (const uint8_t *)"prove";
		return PART_WRITE;
	case 12:
		write[1].proofs_length = 6;
		return PART_WRITE;
	case 13:
		event[1].kind = EVENT_PROMISED;
		return PART_EVENT;
	case 14:
		event[1].node = 3;
		return PART_EVENT;
	case 15:
		event[1].boot = 2;
		return PART_EVENT;
	case 16:
		event[1].seq = 9;
		return PART_EVENT;
	case 17:
		event[1].at = 101;
		return PART_EVENT;
	case 18:
		event[1].slot = 3;
		return PART_EVENT;
	case 19:
		event[1].ballot.round = 3;
		return PART_EVENT;
	case 20:
		event[1].value = VALUE_NONE;
		return PART_EVENT;
	case 21:
		out.must_sync = false;
		return PART_REST;
	case 22:
		out.settings_changed = true;
		return PART_REST;
	case 23:
		out.fate = FATE_CRASH;
		return PART_REST;
	case 24:
		out.wake_at = 51;
		return PART_REST;
	case 25:
		out.events_left_out = 1;
		return PART_REST;
	case 26:
		out.load.number = 1;
		return PART_REST;
	case 27:
		out.load.count = 1;
		return PART_REST;
	case 28:
		owed[0].to = 2;
		return PART_REST;
	case 29:
		owed[1].to = 2;
		return PART_REST;
	case 30:
		owed[1].from = 4;
		return PART_REST;
	case 31:
		owed[1].count = 3;
		return PART_REST;
	case 32:
		out.logs = 1;
		return PART_REST;
	case 33:
		out.frames = 1;
		return PART_FRAME;
	case 34:
		out.writes = 1;
		return PART_WRITE;
	case 35:
		out.events = 1;
		return PART_EVENT;
	}
	fail();
	return PART_NONE;
}

static void whatever_differs_is_named(void **state)
{
	struct output_marks *as = malloc(sizeof *as), *is = malloc(sizeof *is);
	unsigned which;

	(void)state;
	values = values_init(malloc(values_size(16, 1024)), 16, 1024);
	begin();
	output_marks_make(&out, values, as);
	begin();
	output_marks_make(&out, values, is);
	assert_int_equal(output_marks_differ(as, is, &which), PART_NONE);
	for (unsigned i = 0; i < CHANGES; i++) {
		begin();
		const enum output_part part = change(i);

		output_marks_make(&out, values, is);
		assert_int_equal(output_marks_differ(as, is, &which), part);
		assert_int_equal(which, part != PART_REST);
		assert_int_equal(output_marks_differ(is, as, &which), part);
		assert_int_equal(which, part != PART_REST);
		assert_true(as->all != is->all);
	}
	free(values);
	free(as);
	free(is);
}

/* They stand in journals, which are read again by later programs. */
static void marks_are_the_same_for_ever(void **state)
{
	struct output_marks *is = malloc(sizeof *is);

	(void)state;
	values = values_init(malloc(values_size(16, 1024)), 16, 1024);
	begin();
	frame[1].early = true;
	output_marks_make(&out, values, is);
	assert_int_equal(is->frames, 2);
	assert_int_equal(is->writes, 2);
	assert_int_equal(is->events, 2);
	assert_int_equal(is->all, UINT64_C(0x45b9cf67810ac570));
	free(values);
	free(is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_differs_is_named),
		cmocka_unit_test(marks_are_the_same_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
