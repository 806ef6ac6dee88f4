/* One liar at work: its honest half is a core under inputs that chance draws, and whatever that
 * core says or hears passes through the attacks that are armed. tests/data/runs/liar.txt says what
 * became of it: how many messages went out as they were, changed or not at all, and a digest of
 * them all. REWRITE=1 build/tests/test_liar_chance writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/attack.h"
#include "tests/support/core_digest.h"
#include "tests/support/drawn_inputs.h"
#include "tests/support/lines.h"
#include "tests/support/lone_node.h"

#define NODES 4 /* unless the seed says otherwise */
#define STEPS 300
#define SEEDS 24

static uint64_t digest;
static struct liar liar;
static struct values *values;
static uint32_t attacks;
static unsigned said, lied, bytes_sent, heard, unheard;
static proof_ref proofs;
static bool has_lied; /* since the liar was armed */

static policy_id policy_at(void *member, slot_number slot)
{
	(void)member;
	return paxos_policy(&p, slot);
}

/* It can write another name into a message, and only one attack does. */
static proof_ref send(void *member, const struct message *m)
{
	(void)member;
	assert_true(m->from == SELF || (attacks & ATTACK_SPOOF) != 0);
	assert_true(m->to != 0 && (m->to & ~set_first(p.config.nodes)) == 0);
	digest = digest_message(digest ^ m->from, m);
	said++;
	return ++proofs;
}

static void send_bytes(void *member, node_set to, const uint8_t *bytes, size_t length)
{
	(void)member;
	assert_true(length > 0 && to != 0 && has_lied);
	digest = digest64(digest ^ to, bytes, length);
	bytes_sent++;
}

static bool accuse(void *member, unsigned how, node_set to)
{
	(void)member;
	digest = digest_word(digest, (uint64_t)how << 32 | to);
	return to % 4 != 0;
}

static void tell(void *member, const struct event *event)
{
	(void)member;
	assert_int_equal(event->kind, EVENT_LIED);
	assert_true((event->attack & ~attacks) == 0 && event->attack != 0);
	digest = digest_event(digest, event);
	lied++;
	has_lied = true;
}

/* What the honest half says goes out through the liar; its own Promise it hears from the liar. */
static void speak(void)
{
	for (unsigned i = 0; i < out.sends; i++) {
		struct message m = out.send[i];

		if (m.to == set_of(SELF))
			continue;
		m.to &= ~set_of(SELF);
		liar_out(&liar, &m, p.now);
	}
}

/* A Promise to itself, as the attacks change it. */
static void promise_oneself(void)
{
	static struct claim list[SLOTS_OPEN_MAX];
	struct message m = {.type = MSG_PROMISE,
			    .from = SELF,
			    .to = set_of(SELF),
			    .ballot = p.ballot,
			    .slot = p.from,
			    .low = p.base,
			    .claim = list,
			    .claims = (uint16_t)draw(2)};

	list[0] = (struct claim){.slot = p.base, .ballot = at(1, 1), .value = VALUE_NOOP};
	liar_own_promise(&liar, &m, p.now);
	digest = digest_message(digest, &m);
}

/* The value that a liar says in this one's place. */
static value_ref twin_of(value_ref value)
{
	uint8_t bytes[VALUE_SHOWN_MAX];
	uint32_t length;
	const uint8_t *of = values_bytes(values, value, &length);

	if (length >= sizeof bytes)
		length = VALUE_PREFIX_SHOWN;
	if (length > 0)
		memcpy(bytes, of, length);
	bytes[length] = '\'';
	return values_intern(values, bytes, length + 1);
}

/* A colluder asks for votes as it would: for a value, for its twin, and again. */
static void ask_as_colluder(struct message *m)
{
	static struct message last;

	*m = (struct message){.type = MSG_ACCEPT, .from = 3, .to = set_of(SELF)};
	m->ballot = at(1 + (uint32_t)draw(3), 3);
	m->slot = p.base + draw(3);
	m->value = (value_ref)(10 + draw(DRAWN_VALUES));
	m->proof = (proof_ref)(1 + draw(1000));
	if (draw(2) == 0 && last.type == MSG_ACCEPT && last.slot >= p.base) {
		m->ballot = last.ballot;
		m->slot = last.slot;
		m->value = last.value;
	}
	last = *m;
	if (draw(2) == 0)
		m->value = twin_of(m->value);
}

static void step(struct paxos_output *scratch)
{
	static uint8_t frame[64];
	struct message m;
	const struct paxos_input in = drawn_input(&m);

	if (in.kind == INPUT_MESSAGE) {
		if (SELF != 3 && set_has(liar.order.colluders, 3) && draw(4) == 0)
			ask_as_colluder(&m);
		const struct liar_heard h = {&m, m.from, frame, 16 + draw(sizeof frame - 16)};

		for (unsigned i = 0; i < sizeof frame; i++)
			frame[i] = (uint8_t)(m.slot + i);
		scratch->sends = 0;
		const bool is_heard = liar_in(&liar, &h, p.now);
		heard += is_heard;
		unheard += !is_heard;
		digest = digest_message(digest ^ is_heard, &m);
		if (!is_heard)
			return;
	}
	paxos_step(&p, &in, &out);
	digest = digest_step(digest, false);
	speak();
	if (liar.wake_at != 0 && draw(3) == 0) {
		if (liar.wake_at > p.now && draw(4) != 0)
			p.now = liar.wake_at;
		liar_timer(&liar, p.now);
		assert_true(liar.wake_at == 0 || liar.wake_at > p.now);
	}
	if (draw(12) == 0)
		promise_oneself();
	digest = digest_word(digest, liar.wake_at);
}

static void add_ref(void *context, uint32_t of)
{
	(void)context;
	digest = digest_word(digest, of);
}

static void run(const char *policy, enum paxos_mode mode, uint64_t seed)
{
	static struct paxos_output scratch;
	const struct liar_means means = {
		.paxos = &p,
		.values = values,
		.scratch = &scratch,
		.policy = policy_at,
		.send = send,
		.send_again = send_bytes,
		.send_bytes = send_bytes,
		.accuse = accuse,
		.tell = tell,
	};
	struct attack_order order = {.attacks = attacks,
				     .colluders = seed % 8 == 4 ? set_of(3) : 0,
				     .victims = seed == 3    ? set_of(1) | set_of(4)
						: seed == 8  ? set_of(1)
						: seed == 11 ? set_of(1) | set_of(3)
							     : 0,
				     .from_round = seed == 2 ? 3 : 0,
				     .seed = seed};

	const uint8_t nodes = (uint8_t)(seed < 5 ? NODES : 3 + seed % 3);

	drawn_begin(seed * 31 + attacks, false);
	lone_self = (node_id)(seed < 4 ? 2 : 1 + seed % nodes);
	begin(nodes, mode, policy);
	liar_init(&liar);
	has_lied = false;
	assert_false(liar_is_armed(&liar));
	assert_true(liar_arm(&liar, &means, &order, p.now));
	for (unsigned i = 0; i < STEPS && p.base + SLOTS_OPEN_MAX < DRAWN_SLOTS; i++) {
		step(&scratch);
		if (i == STEPS / 2) {
			liar_new_epoch(&liar, p.now);
			order.seed += seed % 2;
			assert_true(liar_arm(&liar, &means, &order, p.now));
		}
		if (i % 32 == 0) {
			liar_refs(&liar, add_ref, NULL);
			liar_proofs(&liar, add_ref, NULL);
		}
	}
}

static struct values *drawn_values(uint32_t room)
{
	struct values *table = values_init(malloc(values_size(room, 1 << 18)), room, 1 << 18);

	for (unsigned i = 0; i < 40; i++) { /* so that the drawn references are values */
		char text[80] = "a value ";

		snprintf(text, sizeof text, "%.*s%u", i % 3 == 0 ? 70 : 1,
			 "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv",
			 i);
		values_intern(table, (const uint8_t *)text, (uint32_t)strlen(text));
	}
	return table;
}

static void a_liar_lies_as_before(void **state)
{
	static const struct {
		const char *policy;
		bool full; /* there is no room for the value that it would tell */
	} cases[] = {
		{"none", false}, {"sign+justify", false}, {"sign+echo+cert", false},
		{"all", false},  {"reject", false},       {"sign+quorum", false},
		{"none", true},  {"sign+echo", true},
	};
	struct values *roomy = drawn_values(4096), *full = drawn_values(40);

	(void)state;
	lines_begin("tests/data/runs/liar.txt");
	for (unsigned bit = 0; bit <= ATTACKS; bit++)
		for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			attacks = bit == ATTACKS ? ATTACK_EQUIVOCATE | ATTACK_MUTATE | ATTACK_LIE |
							   ATTACK_CLIMB
						 : (uint32_t)1 << bit;
			values = cases[i].full ? full : roomy;
			digest = 0;
			said = lied = bytes_sent = heard = unheard = 0;
			proofs = 10000;
			for (uint64_t seed = 1; seed <= SEEDS; seed++)
				run(cases[i].policy, seed % 2 == 0 ? MODE_SINGLE : MODE_MULTI,
				    seed);
			lines_add("%-12s %-15s: said %5u, lied %4u, bytes %4u, heard %4u, unheard "
				  "%3u, %016llx%s\n",
				  bit == ATTACKS ? "four" : attack_name(bit), cases[i].policy, said,
				  lied, bytes_sent, heard, unheard, (unsigned long long)digest,
				  cases[i].full ? ", no room" : "");
		}
	free(roomy);
	free(full);
	lines_end();
}

/* Nobody is made to lie in a way that there is none of, or with whom there is not. */
static void an_order_without_sense_is_refused(void **state)
{
	const struct liar_means means = {.paxos = &p, .policy = policy_at, .tell = tell};

	(void)state;
	lone_self = 2;
	begin(NODES, MODE_SINGLE, "none");
	liar_init(&liar);
	attacks = ATTACK_MUTE;
	for (unsigned i = 0; i < 4; i++) {
		const struct attack_order order = {
			.attacks = i == 1 ? ATTACKS_ALL + 1 : ATTACK_MUTE,
			.colluders = i == 2 ? set_of(NODES + 1) : set_of(NODES),
			.victims = i == 3 ? set_of(NODES + 1) : set_of(NODES)};

		assert_int_equal(liar_arm(&liar, &means, &order, 1), i == 0);
		assert_true(liar_is_armed(&liar));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_liar_lies_as_before),
		cmocka_unit_test(an_order_without_sense_is_refused),
	};

	return cmocka_run_group_tests_name("liar_chance", tests, NULL, NULL);
}
