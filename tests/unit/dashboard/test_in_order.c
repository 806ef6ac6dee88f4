/* Lines that are held until their causes have come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/model/say/say.h"
#include "tests/support/handmade.h"
#include "tui/dashboard/in_order.h"

struct bench {
	struct handmade *h;
	struct in_order *o;
	char *text;
	size_t length;
	FILE *out;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->h = handmade_new(3, true);
	b->o = calloc(1, sizeof(*b->o));
	b->out = open_memstream(&b->text, &b->length);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	fclose(b->out);
	free(b->text);
	free(b->o);
	handmade_free(b->h);
	free(b);
	return 0;
}

static void hear(struct bench *b, struct event e, uint64_t real_us)
{
	char text[256];

	handmade_tell(b->h, e);
	event_words(b->h->m, &e, text, sizeof(text));
	snprintf(text + strlen(text), 2, "\n");
	in_order_add(b->o, b->h->m, b->h->m->events - 1, real_us, text, b->out);
}

static const struct event sent = {.kind = EVENT_SENT,
				  .node = 1,
				  .id = {1, 1, 1},
				  .to = 2, /* n2 */
				  .type = MSG_PREPARE,
				  .ballot = {1, 1}};
static const struct event got = {.kind = EVENT_RECEIVED,
				 .node = 2,
				 .peer = 1,
				 .id = {1, 1, 1},
				 .type = MSG_PREPARE,
				 .ballot = {1, 1}};

static const char *printed(struct bench *b, uint64_t until_us)
{
	in_order_print(b->o, b->h->m, until_us, b->out);
	fflush(b->out);
	return b->text;
}

static void a_line_waits_for_its_cause(void **state)
{
	struct bench *b = *state;

	hear(b, got, 1000);
	assert_string_equal(printed(b, 999), "");
	assert_int_equal(in_order_due(b->o), 1000 + IN_ORDER_US);
	hear(b, sent, 2000);
	assert_string_equal(printed(b, 1000),
			    "0.000 n1 sent PREPARE 1.1 to n2\n0.000 n2 got PREPARE 1.1 from n1\n");
	assert_int_equal(b->o->count, 0);
	assert_true(in_order_due(b->o) == UINT64_MAX);
}

/* The clock of n2 is behind that of n1: the cause counts, and the time is told that is not before
 * it. */
static void times_do_not_fall(void **state)
{
	struct bench *b = *state;
	struct event e = got;

	b->h->ticks = false;
	e.at = 3000;
	hear(b, e, 1000);
	e = sent;
	e.at = 8000;
	hear(b, e, 2000);
	assert_string_equal(printed(b, UINT64_MAX),
			    "0.008 n1 sent PREPARE 1.1 to n2\n0.008 n2 got PREPARE 1.1 from n1\n");
}

static void a_line_whose_cause_never_comes_is_printed(void **state)
{
	struct bench *b = *state;

	hear(b, got, 1000);
	hear(b, (struct event){.kind = EVENT_CRASHED, .node = 3}, 5000);
	assert_string_equal(printed(b, 1000), "0.000 n2 got PREPARE 1.1 from n1\n");
	assert_string_equal(printed(b, UINT64_MAX),
			    "0.000 n2 got PREPARE 1.1 from n1\n0.000 n3 CRASHED\n");
}

static void no_line_is_lost_where_there_is_no_room(void **state)
{
	struct bench *b = *state;
	unsigned lines = 0;

	for (unsigned i = 0; i < 3 * IN_ORDER_LINES + 7; i++)
		hear(b, (struct event){.kind = EVENT_CRASHED, .node = 3, .boot = 1}, i);
	for (const char *c = printed(b, UINT64_MAX); *c != 0; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 3 * IN_ORDER_LINES + 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_line_waits_for_its_cause, set_up, tear_down),
		cmocka_unit_test_setup_teardown(times_do_not_fall, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_line_whose_cause_never_comes_is_printed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(no_line_is_lost_where_there_is_no_room, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
