/* A long value travels once, in the Accept. Votes and the first word of a decision name it by its
 * digest, and a member takes that for a value which it heard in that very slot and ballot, and for
 * no other. What it does not have it asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/core/policy.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/member/member.h"

#define NODES_OF_MOST 4
#define FRAMES        1024
#define SLOTS         64
#define LONG          1000
#define NOT_LONG      900 /* bytes, of a frame without the value */

static unsigned nodes;
static const char *defences;
static struct public_key keys[NODES_MAX + 1];
static struct secret_key secrets[NODES_MAX + 1];
static struct member *m[NODES_OF_MOST + 1];
static struct values *values;
static struct wire_context wire = {.cluster = "refer", .epoch = 1};
static time_us now;

/* What a member has stored: what is chosen, and its latest promise and vote. */
static struct disk {
	struct ballot promised, voted_at, at[SLOTS];
	slot_number voted_in;
	value_ref voted, chosen[SLOTS];
} disk[NODES_OF_MOST + 1];

static struct sent {
	node_id from;
	node_set to;
	size_t length;
	uint8_t bytes[VALUE_BYTES_MAX + 4096];
} queue[FRAMES];
static unsigned first, queued;
static size_t longest[MSG_TYPES]; /* frame of each type that went through */

/* Frames of this type from one node to another are kept from it. */
static struct {
	enum message_type type;
	node_id from, to;
	struct sent last;
	unsigned count;
} away;

static struct member_config config_of(node_id id)
{
	struct member_config c = {
		.paxos = paxos_config_default(id, (uint8_t)nodes, MODE_MULTI),
		.wire = wire,
		.crypto = &crypto_symbolic,
		.key = secrets[id],
		.boot = 1,
		.clock = {.num = 1, .den = 0},
		.random = id,
	};
	const char *bad;
	size_t length;

	assert_true(policy_parse(defences, &c.policy, &bad, &length));
	memcpy(c.keys, keys, sizeof keys);
	for (node_id peer = 1; peer <= nodes; peer++)
		c.link[peer] = link_rule_default();
	return c;
}

static void start_all(unsigned count, const char *policy)
{
	nodes = count;
	defences = policy;
	wire.nodes = (uint8_t)count;
	now = 10;
	memset(&away, 0, sizeof away);
	memset(disk, 0, sizeof disk);
	memset(longest, 0, sizeof longest);
	first = queued = 0;
	values = values_init(malloc(values_size(256, 1 << 20)), 256, 1 << 20);
	for (node_id id = 1; id <= nodes; id++)
		key_pair_symbolic(id, &keys[id], &secrets[id]);
	for (node_id id = 1; id <= nodes; id++) {
		const struct member_config c = config_of(id);
		m[id] = member_init(malloc(member_size(&c)), &c);
		member_start(m[id], 0);
		member_clear(m[id]);
	}
}

static void end_all(void)
{
	for (node_id id = 1; id <= nodes; id++)
		free(m[id]);
	free(values);
}

static void store(node_id id, const struct member_output *out)
{
	for (unsigned i = 0; i < out->writes; i++) {
		const struct member_write *w = &out->write[i];
		const value_ref value = values_intern(values, w->value, w->value_length);

		if (w->kind == MEMBER_PROMISED)
			disk[id].promised = w->ballot;
		if (w->kind == MEMBER_VOTE) {
			disk[id].voted = value;
			disk[id].voted_at = w->ballot;
			disk[id].voted_in = w->slot;
		}
		if (w->kind == MEMBER_CHOSEN && w->slot < SLOTS) {
			disk[id].chosen[w->slot] = value;
			disk[id].at[w->slot] = w->ballot;
		}
	}
}

/* Carries out what the member owes, and what is owed when logs are answered. */
static void collect(node_id id)
{
	for (bool again = true; again;) {
		const struct member_output *out = member_output(m[id]);
		const struct member_log log =
			out->logs > 0 ? out->log[0] : (struct member_log){.count = 0};

		again = log.count > 0;
		store(id, out);
		for (unsigned i = 0; i < out->frames; i++) {
			struct sent *s = &queue[queued++ % FRAMES];
			assert_true(queued - first <= FRAMES);
			assert_true(out->frame[i].length <= sizeof s->bytes);
			s->from = id;
			s->to = out->frame[i].to;
			s->length = out->frame[i].length;
			memcpy(s->bytes, out->frame[i].bytes, s->length);
		}
		member_clear(m[id]);
		for (slot_number slot = log.from; slot < log.from + log.count; slot++) {
			uint32_t length;
			const uint8_t *bytes = values_bytes(values, disk[id].chosen[slot], &length);
			member_commit(m[id], log.to, slot, disk[id].at[slot], bytes, length);
		}
	}
}

static struct frame *read_frame(const struct sent *s)
{
	static struct frame frame;

	assert_int_equal(frame_decode(&wire, s->bytes, s->length, values, &frame), DROP_NOTHING);
	return &frame;
}

static void carry_all(void)
{
	for (node_id id = 1; id <= nodes; id++)
		collect(id);
	while (first != queued) {
		static struct sent s;
		s = queue[first++ % FRAMES];
		const enum message_type type = read_frame(&s)->message.type;

		if (s.length > longest[type])
			longest[type] = s.length;
		for (node_id id = 1; id <= nodes; id++) {
			if (!set_has(s.to, id) || id == s.from)
				continue;
			if (type == away.type && s.from == away.from && id == away.to) {
				away.last = s;
				away.count++;
				continue;
			}
			member_frame_in(m[id], now, s.bytes, s.length);
			collect(id);
		}
	}
}

static void keep_away(enum message_type type, node_id from, node_id to)
{
	memset(&away, 0, sizeof away);
	away.type = type;
	away.from = from;
	away.to = to;
}

static const uint8_t *text_of(char of, uint32_t length)
{
	static uint8_t text[VALUE_BYTES_MAX];

	memset(text, of, length);
	return text;
}

/* n1 leads. */
static void decide(char of, uint32_t length)
{
	assert_true(member_propose(m[1], now, text_of(of, length), length));
	carry_all();
}

static void wait_us(time_us us)
{
	now += us;
	for (node_id id = 1; id <= nodes; id++)
		member_tick(m[id], now);
	carry_all();
}

static slot_number base_of(node_id id)
{
	return paxos_base(member_paxos(m[id]));
}

static uint64_t lacks(node_id id)
{
	return member_counts(m[id])->dropped[DROP_LACKS];
}

static void assert_chosen(node_id id, slot_number slot, char of, uint32_t length)
{
	uint32_t has;
	const uint8_t *bytes = values_bytes(values, disk[id].chosen[slot], &has);

	assert_int_equal(has, length);
	assert_memory_equal(bytes, text_of(of, length), length);
}

static void a_value_travels_once(void **state)
{
	static const struct {
		unsigned nodes;
		const char *defences;
		uint32_t length;
	} runs[] = {
		{3, "none", 65},
		{3, "none", LONG},
		{3, "none", VALUE_BYTES_MAX},
		{4, "sign", LONG},
		{4, "sign", VALUE_BYTES_MAX},
		{4, "all", LONG},
	};

	(void)state;
	for (unsigned r = 0; r < sizeof runs / sizeof *runs; r++) {
		start_all(runs[r].nodes, runs[r].defences);
		decide('a', runs[r].length);
		decide('b', runs[r].length);
		for (node_id id = 1; id <= nodes; id++) {
			assert_int_equal(base_of(id), 2);
			assert_chosen(id, 0, 'a', runs[r].length);
			assert_chosen(id, 1, 'b', runs[r].length);
			assert_int_equal(lacks(id), 0);
		}
		assert_true(longest[MSG_ACCEPT] > runs[r].length);
		if (runs[r].length >= LONG) {
			assert_true(longest[MSG_ACCEPTED] < NOT_LONG);
			assert_true(longest[MSG_COMMIT] < NOT_LONG);
		}
		end_all();
	}
}

/* n3 never got the Accept, so it asks, and is told the whole value. */
static void what_never_came_is_asked_for(void **state)
{
	static const char *const policies[] = {"none", "sign"};

	(void)state;
	for (unsigned p = 0; p < 2; p++) {
		start_all(3, policies[p]);
		decide('a', LONG);
		keep_away(MSG_ACCEPT, 1, 3);
		decide('b', LONG);
		assert_int_equal(away.count, 1);
		assert_int_equal(lacks(3), 1);
		/* at once: nothing had to be waited for */
		assert_int_equal(base_of(3), 2);
		assert_chosen(3, 1, 'b', LONG);
		assert_true(longest[MSG_COMMIT] > LONG);
		end_all();
	}
}

/* The byte before the end of the body is part of the digest. */
static void change_digest(struct sent *s)
{
	const struct frame *frame = read_frame(s);

	s->bytes[frame->body - s->bytes + (ptrdiff_t)frame->body_length - 1] ^= 1;
}

static void a_decision_with_another_digest_is_refused(void **state)
{
	(void)state;
	start_all(3, "none");
	keep_away(MSG_COMMIT, 1, 3);
	decide('a', LONG);
	assert_int_equal(away.count, 1);
	const struct sent genuine = away.last;
	struct sent forged = genuine;
	change_digest(&forged);
	member_frame_in(m[3], now, forged.bytes, forged.length);
	assert_int_equal(lacks(3), 1);
	assert_int_equal(base_of(3), 0);
	member_clear(m[3]);
	member_frame_in(m[3], now, genuine.bytes, genuine.length);
	collect(3);
	assert_int_equal(lacks(3), 1);
	assert_int_equal(base_of(3), 1);
	assert_chosen(3, 0, 'a', LONG);
	end_all();
}

/* It names the value for which n3 voted, but not where n3 voted for it. */
static void a_value_of_another_slot_or_ballot_is_refused(void **state)
{
	(void)state;
	start_all(3, "none");
	keep_away(MSG_COMMIT, 1, 3);
	decide('a', LONG);
	for (unsigned other = 0; other < 2; other++) {
		struct frame frame = *read_frame(&away.last);
		static uint8_t bytes[4096];

		frame.message.value = values_intern(values, text_of('a', LONG), LONG);
		frame.message.refers = true;
		frame.message.claim = NULL;
		frame.id.number += 100 + other;
		if (other == 0)
			frame.message.ballot.round++;
		else
			frame.message.slot++;
		const size_t length = frame_encode(&wire, &frame, values, &crypto_symbolic, NULL,
						   bytes, sizeof bytes);
		member_frame_in(m[3], now, bytes, length);
		store(3, member_output(m[3]));
		assert_int_equal(lacks(3), 1 + other);
		assert_int_equal(base_of(3), 0);
		assert_true(disk[3].chosen[0] == VALUE_NONE && disk[3].chosen[1] == VALUE_NONE);
		member_clear(m[3]);
	}
	end_all();
}

/* The only vote that n1 hears besides its own. */
static void a_vote_with_another_digest_is_not_counted(void **state)
{
	(void)state;
	start_all(3, "none");
	decide('a', LONG);
	keep_away(MSG_ACCEPTED, 2, 1);
	assert_true(member_propose(m[1], now, text_of('b', LONG), LONG));
	collect(1);
	/* n3 hears nothing */
	struct sent accept = queue[first++ % FRAMES];
	member_frame_in(m[2], now, accept.bytes, accept.length);
	collect(2);
	struct sent vote = queue[(queued - 1) % FRAMES];
	assert_int_equal(read_frame(&vote)->message.type, MSG_ACCEPTED);
	struct sent forged = vote;
	change_digest(&forged);
	member_frame_in(m[1], now, forged.bytes, forged.length);
	assert_int_equal(lacks(1), 1);
	assert_int_equal(base_of(1), 1);
	member_frame_in(m[1], now, vote.bytes, vote.length);
	assert_int_equal(base_of(1), 2);
	end_all();
}

/* A vote is stored with its value, so a node that was killed knows what is meant. */
static void a_vote_outlives_a_crash(void **state)
{
	(void)state;
	start_all(3, "none");
	keep_away(MSG_COMMIT, 1, 3);
	decide('a', LONG);
	assert_int_equal(disk[3].voted_in, 0);
	struct member_config c = config_of(3);
	c.boot = 2;
	free(m[3]);
	m[3] = member_init(malloc(member_size(&c)), &c);
	member_restore(m[3], 0, disk[3].promised);
	member_restore_slot(m[3], 0, disk[3].voted_at, text_of('a', LONG), LONG, BALLOT_NONE, NULL,
			    0);
	member_start(m[3], now);
	member_clear(m[3]);
	member_frame_in(m[3], now, away.last.bytes, away.last.length);
	collect(3);
	assert_int_equal(lacks(3), 0);
	assert_int_equal(base_of(3), 1);
	assert_chosen(3, 0, 'a', LONG);
	end_all();
}

/* n3 comes back with nothing, and hears the next decision: it learns both, which are told whole. */
static void who_comes_late_learns_all(void **state)
{
	(void)state;
	start_all(3, "none");
	keep_away(MSG_ACCEPT, 1, 3);
	for (char of = 'a'; of < 'm'; of++)
		decide(of, LONG);
	wait_us(1000000);
	assert_int_equal(base_of(3), 12);
	for (slot_number slot = 0; slot < 12; slot++)
		assert_chosen(3, slot, (char)('a' + slot), LONG);
	end_all();
}

/* A liar may say one thing to some and another to others: it names nothing. */
static void a_liar_tells_in_full(void **state)
{
	struct control arm = {.kind = CONTROL_ATTACK,
			      .to = 1,
			      .number = 1,
			      .attack = {.attacks = ATTACK_CLIMB, .colluders = set_of(1)}};

	(void)state;
	start_all(3, "none");
	decide('a', LONG);
	assert_true(longest[MSG_COMMIT] < NOT_LONG);
	member_control_in(m[1], now, &arm);
	decide('b', LONG);
	assert_true(longest[MSG_COMMIT] > LONG);
	for (node_id id = 1; id <= nodes; id++)
		assert_int_equal(base_of(id), 2);
	end_all();
}

/* Whatever is lost: when links work again, all know the same values. */
static void whatever_is_lost_all_learn_the_same(void **state)
{
	uint64_t word = 7;

	(void)state;
	for (unsigned run = 0; run < 60; run++) {
		static const enum message_type types[] = {MSG_ACCEPT, MSG_ACCEPTED, MSG_COMMIT,
							  MSG_ECHO};
		const bool hard = run % 3 == 0;

		const unsigned many = hard ? 4 : 3;

		start_all(many, hard ? "all" : "none");
		decide('a', 100);
		for (unsigned i = 0; i < 6; i++) {
			word = word * 6364136223846793005u + 1442695040888963407u;
			const node_id from = (node_id)(1 + (word >> 33) % many);
			keep_away(types[(word >> 40) % 4], from,
				  (node_id)(1 + (from + (word >> 50) % (many - 1)) % many));
			decide((char)('b' + i), (uint32_t)(60 + (word >> 56)));
		}
		memset(&away, 0, sizeof away);
		for (unsigned i = 0; i < 200 && (base_of(1) < 7 || base_of(2) < base_of(1) ||
						 base_of(3) < base_of(1));
		     i++)
			wait_us(50000);
		for (node_id id = 1; id <= 3; id++) {
			assert_int_equal(base_of(id), base_of(1));
			assert_true(base_of(id) >= 7);
			for (slot_number slot = 0; slot < base_of(1); slot++)
				assert_true(disk[id].chosen[slot] == disk[1].chosen[slot]);
		}
		end_all();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_travels_once),
		cmocka_unit_test(what_never_came_is_asked_for),
		cmocka_unit_test(a_decision_with_another_digest_is_refused),
		cmocka_unit_test(a_value_of_another_slot_or_ballot_is_refused),
		cmocka_unit_test(a_vote_with_another_digest_is_not_counted),
		cmocka_unit_test(a_vote_outlives_a_crash),
		cmocka_unit_test(who_comes_late_learns_all),
		cmocka_unit_test(a_liar_tells_in_full),
		cmocka_unit_test(whatever_is_lost_all_learn_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
