/* What a model refers to outlives a sweep of its table of values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tests/support/handmade.h"

static int begin(void **state)
{
	*state = handmade_new(5, false);
	return 0;
}

static int end(void **state)
{
	handmade_free(*state);
	return 0;
}

/* A value of its own in every place where a model keeps one. */
static unsigned places;
static struct {
	value_ref *at, is;
} place[256];

static void put_value(struct values *values, value_ref *at)
{
	char text[16];

	snprintf(text, sizeof text, "place %u", places);
	place[places].is = *at =
		values_intern(values, (const uint8_t *)text, (uint32_t)strlen(text));
	place[places++].at = at;
}

static void a_sweep_takes_no_value_from_any_place_of_a_model(void **state)
{
	struct handmade *w = *state;
	struct model *m = w->m;
	uint32_t length;

	values_init(m->values, 256, 16384);
	places = 0;
	m->events = 1;
	put_value(m->values, &m->event[0].value);
	m->flights = 2;
	put_value(m->values, &m->flight[0].value);
	put_value(m->values, &m->flight[1].value);
	m->slot[3].slot = 3;
	put_value(m->values, &m->slot[3].decided);
	for (unsigned t = 0; t < MODEL_TALLIES; t++)
		put_value(m->values, &m->slot[3].tally[t].value);
	for (unsigned id = 1; id <= m->nodes; id += m->nodes - 1u) {
		struct model_vote *v = &m->slot[3].vote[id];
		value_ref *const of[] = {
			&v->voted,         &v->echoed,          &v->chosen,
			&v->unproposed,    &v->claim.value,     &v->claim.before,
			&v->counted_value, &m->node[id].wanted, &m->ballots[id].value};

		for (unsigned i = 0; i < sizeof of / sizeof *of; i++)
			put_value(m->values, of[i]);
		for (unsigned i = 0; i < MODEL_LOST; i++)
			put_value(m->values, &m->node[id].lost_value[i]);
		for (unsigned i = 0; i < REMARKS; i++)
			put_value(m->values, &m->node[id].remark[i].value);
	}
	m->chains = 1;
	put_value(m->values, &m->chain[0].value[0]);
	put_value(m->values, &m->chain[0].value[1]);
	put_value(m->values, &m->clients.op[0].value);
	put_value(m->values, &m->clients.op[CLIENT_OPS - 1].value);
	m->violation.ops = 2;
	put_value(m->values, &m->violation.op[0].value);
	put_value(m->values, &m->violation.op[1].value);
	put_value(m->values, &m->violation.value[0]);
	put_value(m->values, &m->violation.value[1]);
	put_value(m->values, &m->ballot.value);
	values_unmark(m->values);
	model_mark_values(m);
	values_sweep(m->values);
	for (unsigned i = 0; i < 32; i++)
		values_intern(m->values, (const uint8_t[]){(uint8_t)i}, 1);
	for (unsigned i = 0; i < places; i++) {
		char text[16];

		snprintf(text, sizeof text, "place %u", i);
		assert_int_equal(*place[i].at, place[i].is);
		assert_memory_equal(values_bytes(m->values, place[i].is, &length), text,
				    strlen(text));
	}
}

static void values_that_the_model_shows_survive_a_sweep(void **state)
{
	struct handmade *w = *state;
	char shown[VALUE_SHOWN_MAX + 1];
	handmade_start(w);
	handmade_accepted(w, 1, ballot_of(1, 1), w->a);
	values_unmark(w->m->values);
	model_mark_values(w->m);
	values_sweep(w->m->values);
	values_show(w->m->values, model_slot(w->m, 0)->vote[1].voted, shown);
	assert_string_equal(shown, "A");
	value_ref other = values_intern(w->m->values, (const uint8_t *)"C", 1);
	assert_int_not_equal(other, w->a);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_sweep_takes_no_value_from_any_place_of_a_model),
		TEST(values_that_the_model_shows_survive_a_sweep),
	};

	return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
