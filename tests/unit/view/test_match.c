/* What a search finds, and that what is opened has every field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tests/support/story.h"
#include "tui/report/detail.h"
#include "tui/view/match.h"

static void every_form_of_a_word_finds_what_it_says(void **state)
{
	static const struct ballot ballots[] = {{2, 1}, {0, 0}};
	const struct subject what = {.words = "n3 got PROMISE 2.1 (accepted 1.1=Apple) from n12",
				     .nodes = set_of(3) | set_of(12),
				     .slot = 7,
				     .ballot = ballots,
				     .ballots = 2,
				     .type = MSG_PROMISE};
	static const struct {
		const char *query;
		bool found;
	} cases[] = {
		{"", true},
		{"n3", true},
		{"n12", true},
		{"n1", false},
		{"n31", false},
		{"n99", false},
		{"s7", true},
		{"s77", false},
		{"2.1", true},
		{"1.1", false},
		{"0.0", true},
		{"PROMISE", true},
		{"ACCEPTED", false},
		{"accepted", true},
		{"APPLE", true},
		{"pear", false},
		{"!pear", true},
		{"!n3", false},
		{"n3 apple s7", true},
		{"n3 pear", false},
		{"\"from n1\"", true},
		{"\"n1\"", true},
		{"!\"from n2\"", true},
		{"!PREPARE", true},
		{"  n3  ", true},
		{"!", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (match(cases[i].query, &what) != cases[i].found)
			fail_msg("\"%s\": not %d", cases[i].query, cases[i].found);
}

static void an_event_is_about_the_nodes_at_its_ends(void **state)
{
	struct model *m = story_new(5);
	unsigned sent = 0;

	(void)state;
	story_takeover(m);
	for (uint64_t i = 0; i < m->events; i++) {
		const struct event *e = model_event_at(m, i);

		if (e->kind == EVENT_RECEIVED)
			for (node_id n = 1; n <= 5; n++) {
				char query[8];

				snprintf(query, sizeof(query), "n%u", n);
				assert_int_equal(match_event(m, i, query),
						 n == e->node || n == e->peer);
			}
		if (e->kind == EVENT_SENT && set_count(e->to) > 1) {
			sent++;
			for (node_id n = 1; n <= 5; n++) {
				char query[8];

				snprintf(query, sizeof(query), "n%u", n);
				assert_int_equal(match_event(m, i, query),
						 n == e->node || set_has(e->to, n));
			}
		}
	}
	assert_true(sent > 0);
	assert_true(match_slot(m, 0, "B 2.2 n3"));
	assert_false(match_slot(m, 0, "s1"));
	assert_true(match_node(m, 5, "down n5"));
	assert_false(match_node(m, 4, "down"));
	story_free(m);
}

static char *detail_of(const struct model *m, uint64_t i)
{
	char *text = NULL;
	size_t length;
	FILE *to = open_memstream(&text, &length);

	detail_event(m, i, to);
	fclose(to);
	return text;
}

static void has(const char *text, const char *words)
{
	if (strstr(text, words) == NULL)
		fail_msg("no \"%s\" in\n%s", words, text);
}

static void an_event_is_opened_with_its_message_and_its_cause(void **state)
{
	struct model *m = story_new(5);
	uint64_t i;
	char *text;

	(void)state;
	story_takeover(m);
	for (i = m->events; i-- > 0;)
		if (model_event_at(m, i)->kind == EVENT_RECEIVED &&
		    model_event_at(m, i)->type == MSG_PROMISE)
			break;
	text = detail_of(m, i);
	has(text, "  what        received\n");
	has(text, "  node        n1, in its life 1, its event ");
	has(text, "  type        PROMISE\n");
	has(text, "  peer        n3\n");
	has(text, "  ballot      3.1\n");
	has(text, "  other       2.2\n");
	has(text, "  value       B (1 byte)\n");
	has(text, "\nFOLLOWS FROM\n  0.120");
	has(text, "n3 sent PROMISE 3.1 (accepted 2.2=B) to n1\n");
	has(text, "n3 got PREPARE 3.1 from n1\n"); /* from which that follows */
	has(text, "\nTHE WAY OF ITS MESSAGE");
	free(text);
	story_free(m);
}

static void a_value_is_opened_whole(void **state)
{
	static const char value[] = "a long value \x01 of bytes \xff that no row has room for";
	struct model *m = story_new(5);
	struct event e = {.kind = EVENT_QUEUED, .node = 1, .boot = 1, .at = 5000, .count = 1};
	char *text;

	(void)state;
	e.slot = SLOT_NONE;
	e.seq = m->node[1].seq + 1;
	e.value = values_intern(m->values, (const uint8_t *)value, sizeof(value) - 1);
	model_event(m, &e);
	text = detail_of(m, m->events - 1);
	has(text, "a long value \\x01 of bytes \\xff that no row has room for (50 bytes)\n");
	has(text, "  slot        none\n");
	has(text, "FOLLOWS FROM\n  no message");
	free(text);
	story_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_word_finds_what_it_says),
		cmocka_unit_test(an_event_is_about_the_nodes_at_its_ends),
		cmocka_unit_test(an_event_is_opened_with_its_message_and_its_cause),
		cmocka_unit_test(a_value_is_opened_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
