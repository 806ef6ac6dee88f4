/* What is said of events that chance makes up, kind by kind: the line of the list, why it is so,
 * and what a reader is told who asks about a step that decides nothing. Every field of an event
 * takes few values, those at which a sentence becomes another one. tests/data/runs/event_words.txt
 * has the sentences, to be read: REWRITE=1 build/tests/test_words_chance writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/model/say/say.h"
#include "tests/support/handmade.h"
#include "tests/support/lines.h"

#define NODES    5
#define VARIANTS 14
#define MIXED    120 /* of which only digests are kept: what came before is of any kind */

static struct handmade *h;
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static bool one_in(unsigned n)
{
	return draw(n) == 0;
}

static node_id any_node(void)
{
	return (node_id)(1 + draw(NODES));
}

static struct ballot any_ballot(void)
{
	if (one_in(12))
		return BALLOT_NONE;
	return ballot_of(one_in(12) ? ROUND_MAX : (uint32_t)(1 + draw(4)), any_node());
}

static struct link_rule any_link(void)
{
	static const uint32_t ppm[] = {0, 0, 10000, 12300, 250000, 1000000};
	static const uint32_t delay_us[] = {0, 1000, 2600, 100000};
	struct link_rule rule = link_rule_default();

	rule.cut = one_in(4);
	rule.loss_ppm = ppm[draw(6)];
	rule.duplicate_ppm = ppm[draw(6)];
	rule.delay_us = delay_us[draw(4)];
	return rule;
}

/* One of those that an event of this kind has. */
static enum because any_because(enum event_kind kind)
{
	switch (kind) {
	case EVENT_PROPOSING:
		return (enum because)(BECAUSE_FREE + draw(3));
	case EVENT_CHOSEN:
		return (enum because)(BECAUSE_COUNTED + draw(3));
	case EVENT_LOST:
		return (enum because)(BECAUSE_TAKEN + draw(4));
	case EVENT_READING:
	case EVENT_READ:
		return (enum because)(BECAUSE_SKIPPED + draw(3));
	default:
		return (enum because)draw(BECAUSES);
	}
}

static struct event any_event(enum event_kind kind)
{
	const value_ref values[] = {VALUE_NONE, VALUE_NOOP, h->a, h->b};
	const node_id node = any_node();
	struct event e = {
		.kind = kind,
		.node = node,
		.boot = h->m->node[node].boot,
		.id = {any_node(), 1, 1 + draw(9)},
		.copy = one_in(5),
		.type = (enum message_type)draw(MSG_TYPES),
		.peer = one_in(5) ? NODE_NONE : any_node(),
		.to = (node_set)draw(1u << NODES) & set_first(NODES),
		.slot = one_in(6) ? SLOT_NONE : draw(4),
		.ballot = any_ballot(),
		.other = any_ballot(),
		.value = values[draw(4)],
		.why = (enum refusal)draw(REFUSALS),
		.count = (uint32_t)draw(5),
		.quorum = (uint32_t)(2 + draw(3)),
		.because = any_because(kind),
		.due = one_in(2) ? 0 : 1234567,
		.drop = (enum drop)draw(DROPS),
		.number = draw(3),
		.link = any_link(),
		.clock = {.num = (uint32_t)draw(3), .den = (uint32_t)draw(3)},
		.policy = (policy_id)draw(1u << DEFENCES),
		.attack = one_in(3) ? 0 : (uint32_t)draw(64),
		.types = one_in(2) ? 0 : (uint32_t)(draw(TYPES_ALL) & TYPES_ALL),
	};

	if (kind == EVENT_STARTED && one_in(2))
		e.boot++;
	if (kind == EVENT_COUNTED)
		e.type = one_in(2) ? MSG_PROMISE : MSG_ACCEPTED;
	if (kind == EVENT_REFUSED)
		e.type = one_in(2) ? MSG_PREPARE : MSG_ACCEPT;
	return e;
}

/* n1 leads, three accepted its first value, two of them its second; n4 is down, n5 has voted
 * otherwise. */
static void begin_story(void)
{
	h = handmade_new(NODES, true);
	handmade_start(h);
	handmade_queued(h, 1, h->a);
	handmade_tell(
		h, (struct event){.kind = EVENT_PREPARING, .node = 1, .ballot = ballot_of(2, 1)});
	for (node_id id = 1; id <= 3; id++)
		handmade_tell(h, (struct event){.kind = EVENT_PROMISED,
						.node = id,
						.peer = 1,
						.ballot = ballot_of(2, 1)});
	handmade_accepted(h, 5, ballot_of(1, 2), h->b);
	handmade_tell(h, (struct event){.kind = EVENT_PROPOSING,
					.node = 1,
					.ballot = ballot_of(2, 1),
					.value = h->a,
					.because = BECAUSE_FREE});
	for (node_id id = 1; id <= 3; id++)
		handmade_accepted(h, id, ballot_of(2, 1), h->a);
	for (slot_number slot = 1; slot < 3; slot++)
		for (node_id id = 1; id <= 4 - slot; id++)
			handmade_tell(h, (struct event){.kind = EVENT_ACCEPTED,
							.node = id,
							.slot = slot,
							.ballot = ballot_of(2, 1),
							.value = h->b});
	handmade_tell(h, (struct event){.kind = EVENT_CHOSEN,
					.node = 1,
					.ballot = ballot_of(2, 1),
					.value = h->a,
					.because = BECAUSE_COUNTED});
	handmade_tell(h, (struct event){.kind = EVENT_CRASHED, .node = 4});
}

static void add_words(const char *mark, char *words)
{
	for (char *end; (end = strchr(words, '\n')) != NULL;)
		*end = '/';
	lines_add("%s%s\n", mark, words);
}

static uint64_t digest_words(uint64_t before, bool told, const char *words)
{
	return told ? digest64(before, (const uint8_t *)words, strlen(words)) : before;
}

static enum event_kind any_kind(void)
{
	return (enum event_kind)(1 + draw(EVENT_KINDS - 1));
}

static uint64_t digest_after_anything(enum event_kind kind)
{
	char words[1000];
	uint64_t digest = 0;

	begin_story();
	h->ticks = one_in(2);
	for (unsigned left = (unsigned)draw(8); left > 0; left--) {
		struct event e = any_event(left == 1 || one_in(3) ? kind : any_kind());

		e.at = h->now + draw(3) / 2;
		handmade_tell(h, e);
	}
	for (unsigned back = 1; back <= 2; back++) {
		const uint64_t i = h->m->events - back;

		event_line_marked(h->m, i, words, sizeof words);
		digest = digest_words(digest, true, words);
		digest = digest_words(digest, why_explain(h->m, i, words, sizeof words), words);
		digest = digest_words(digest, why_aside(h->m, i, words, sizeof words), words);
	}
	for (node_id id = 1; id <= NODES; id++)
		digest = digest_words(digest, model_trouble(h->m, id, words, sizeof words), words);
	digest = digest * 31 + why_newest(h->m, false);
	digest = digest * 31 + why_newest(h->m, true);
	handmade_free(h);
	return digest;
}

static void every_event_is_put_into_words_as_before(void **state)
{
	char words[1000];

	(void)state;
	lines_begin("tests/data/runs/event_words.txt");
	for (unsigned kind = EVENT_NONE; kind < EVENT_KINDS; kind++) {
		if (kind != EVENT_NONE && strcmp(event_name((enum event_kind)kind), "?") == 0)
			continue;
		lines_add("%s\n", event_name((enum event_kind)kind));
		random_state = kind;
		for (unsigned i = 0; i < VARIANTS; i++) {
			begin_story();
			for (uint64_t before = draw(3); before > 0; before--)
				handmade_tell(h, any_event((enum event_kind)kind));
			handmade_tell(h, any_event((enum event_kind)kind));
			event_line(h->m, h->m->events - 1, words, sizeof words);
			add_words("  ", words);
			if (why_explain(h->m, h->m->events - 1, words, sizeof words))
				add_words("      why: ", words);
			if (why_aside(h->m, h->m->events - 1, words, sizeof words))
				add_words("    aside: ", words);
			handmade_free(h);
		}
		uint64_t digest = 0;
		for (unsigned i = 0; i < MIXED; i++)
			digest = digest * 31 + digest_after_anything((enum event_kind)kind);
		lines_add("  after anything: %016llx\n", (unsigned long long)digest);
	}
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_put_into_words_as_before),
	};

	return cmocka_run_group_tests_name("words_chance", tests, NULL, NULL);
}
