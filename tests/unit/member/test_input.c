/* Each input of a member, as bytes and as the call that it stands for: what is written is read,
 * what no program writes is refused, and a member that is given what another one heard does the
 * same. tests/data/runs/inputs.txt says how the bytes are: REWRITE=1 build/tests/test_input writes
 * it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/member/input.h"
#include "proto/wire/control_frame.h"
#include "tests/support/lines.h"
#include "tests/support/core_digest.h"

#define NODES 3

static uint8_t bytes[MEMBER_INPUT_BYTES_MAX], again[MEMBER_INPUT_BYTES_MAX];
static struct member_input_room room;
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static size_t write_input(const struct member_input *in, uint8_t *into)
{
	struct byte_writer w = {into, MEMBER_INPUT_BYTES_MAX, false};

	member_input_write(&w, in);
	assert_false(w.full);
	return MEMBER_INPUT_BYTES_MAX - w.left;
}

static bool read_input(size_t length, struct member_input *out)
{
	struct byte_reader r = {bytes, length, DROP_NOTHING};

	return member_input_read(&r, &room, out);
}

static bool comes_back(const struct member_input *in)
{
	struct member_input out;

	return read_input(write_input(in, bytes), &out);
}

/* --- inputs of every kind, with everything in them ------------------------------------------- */

static struct member_config drawn_config(void)
{
	struct member_config c = {.boot = (uint16_t)(1 + draw(UINT16_MAX))};
	struct paxos_config *p = &c.paxos;

	p->nodes = (uint8_t)(1 + draw(NODES_MAX));
	p->self = (node_id)(1 + draw(p->nodes));
	p->quorum = (uint8_t)(1 + draw(p->nodes));
	p->mode = draw(2) == 0 ? MODE_SINGLE : MODE_MULTI;
	p->seed = random_next(&random_state);
	p->resend_us = draw(1000000);
	p->resend_us_max = draw(1000000);
	p->backoff_us = draw(1000000);
	p->backoff_us_max = draw(1000000);
	p->gossip_us = draw(1000000);
	p->gossip_us_max = draw(1000000);
	p->policy = (policy_id)draw(1 << 24);
	p->keep = draw(1000);
	for (unsigned i = 0; i < sizeof c.wire.cluster; i++)
		c.wire.cluster[i] = (uint8_t)draw(256);
	c.wire.epoch = (uint32_t)draw(UINT32_MAX);
	c.wire.nodes = p->nodes;
	for (node_id id = 1; id <= p->nodes; id++) {
		for (unsigned i = 0; i < sizeof c.keys[id].bytes; i++)
			c.keys[id].bytes[i] = (uint8_t)draw(256);
		c.lives[id].boot = (uint16_t)draw(UINT16_MAX);
		c.lives[id].number = (uint32_t)draw(UINT32_MAX);
		c.lives[id].stored = random_next(&random_state);
		c.link[id] = (struct link_rule){draw(2) == 0,
						draw(1000),
						draw(1000),
						(uint32_t)draw(1000001),
						(uint32_t)draw(1000001),
						(uint32_t)draw(1000001)};
	}
	c.life = (uint32_t)draw(UINT32_MAX);
	c.seat_epoch = (uint32_t)draw(UINT32_MAX);
	c.seat_slot = draw(1000);
	c.out_of = (struct slot_bits){draw(1000), random_next(&random_state)};
	c.pid = (uint32_t)draw(UINT32_MAX);
	c.batch = (struct batch_rule){(uint32_t)draw(BATCH_VALUES_MAX + 1),
				      (uint32_t)draw(VALUE_BYTES_MAX + 1),
				      (uint32_t)draw(PENDING_MAX + 1)};
	c.policy = (policy_id)draw(1 << 24);
	c.lines = (uint8_t)draw(POLICY_LINES_MAX + 1);
	for (unsigned i = 0; i < c.lines; i++)
		c.line[i] = (struct policy_line){draw(1000), (policy_id)draw(1 << 24)};
	c.clock = (struct clock_rule){draw(1000), draw(1000), (uint32_t)draw(9), (uint32_t)draw(9)};
	gate_rule_set(&c.gate, (node_id)draw(NODES_MAX + 1), TYPES_ALL, true);
	c.gate.keep = draw(2) == 0;
	c.number = random_next(&random_state);
	c.random = random_next(&random_state);
	c.quiet = draw(2) == 0;
	c.sign = draw(2) == 0;
	c.mistake = (unsigned)draw(MISTAKES);
	c.inbox_bytes = draw((uint64_t)UINT32_MAX + 1);
	c.outbox_bytes = draw((uint64_t)UINT32_MAX + 1);
	return c;
}

/* All that an input may carry; a kind takes of it what its row says. */
static struct member_input drawn_input_of(enum member_input_kind kind)
{
	static struct member_config config;
	static struct control control;
	static struct policy_line line[POLICY_LINES_MAX];
	static struct output_marks marks;
	static uint8_t text[3][100];
	struct member_input in = {.kind = kind, .now = random_next(&random_state)};

	config = drawn_config();
	in.config = &config;
	in.nodes = (node_set)draw(UINT32_MAX);
	in.node = (node_id)draw(NODES_MAX + 1);
	in.slot = random_next(&random_state);
	in.at = (struct ballot){(uint32_t)draw(UINT32_MAX), (node_id)draw(NODES_MAX + 1)};
	in.other = (struct ballot){(uint32_t)draw(UINT32_MAX), (node_id)draw(NODES_MAX + 1)};
	in.number = random_next(&random_state);
	in.drop = (enum drop)draw(DROPS);
	control = (struct control){.kind = CONTROL_PROPOSE,
				   .to = 1 + (node_set)draw(7),
				   .number = draw(1000),
				   .slot = draw(1000),
				   .value = text[0],
				   .value_length = (uint32_t)(1 + draw(20))};
	in.control = &control;
	in.lines = 1 + (unsigned)draw(POLICY_LINES_MAX);
	in.line = line;
	for (unsigned i = 0; i < in.lines; i++)
		line[i] = (struct policy_line){draw(1000), (policy_id)draw(1 << 24)};
	in.life.boot = (uint16_t)draw(UINT16_MAX);
	in.life.number = (uint32_t)draw(UINT32_MAX);
	in.life.stored = random_next(&random_state);
	marks.all = random_next(&random_state);
	marks.frames = (uint16_t)draw(OUTBOX_FRAMES + 1);
	marks.writes = (uint16_t)draw(OUTBOX_WRITES + 1);
	marks.events = (uint16_t)draw(OUTBOX_EVENTS + 1);
	for (unsigned i = 0; i < OUTPUT_MARKS_MAX; i++)
		marks.mark[i] = (uint32_t)draw(UINT32_MAX);
	in.marks = &marks;
	for (unsigned t = 0; t < 3; t++)
		for (unsigned i = 0; i < sizeof text[t]; i++)
			text[t][i] = (uint8_t)draw(256);
	in.bytes = (struct input_bytes){text[0], (uint32_t)draw(sizeof text[0] + 1)};
	if (kind == IN_LOW || kind == IN_SUMMARY)
		in.bytes.length = DIGEST_BYTES;
	in.more = (struct input_bytes){text[1], (uint32_t)draw(sizeof text[1] + 1)};
	in.proofs = (struct input_bytes){text[2], (uint32_t)draw(sizeof text[2] + 1)};
	return in;
}

#define SAME(field) assert_true(a->field == b->field)

static void assert_same_config(const struct member_config *a, const struct member_config *b)
{
	SAME(paxos.self);
	SAME(paxos.nodes);
	SAME(paxos.quorum);
	SAME(paxos.mode);
	SAME(paxos.seed);
	SAME(paxos.resend_us);
	SAME(paxos.resend_us_max);
	SAME(paxos.backoff_us);
	SAME(paxos.backoff_us_max);
	SAME(paxos.gossip_us);
	SAME(paxos.gossip_us_max);
	SAME(paxos.policy);
	SAME(paxos.keep);
	assert_memory_equal(a->wire.cluster, b->wire.cluster, sizeof a->wire.cluster);
	SAME(wire.epoch);
	SAME(wire.nodes);
	for (node_id id = 1; id <= a->paxos.nodes; id++) {
		assert_memory_equal(a->keys[id].bytes, b->keys[id].bytes, sizeof a->keys[id].bytes);
		SAME(lives[id].boot);
		SAME(lives[id].number);
		SAME(lives[id].stored);
		assert_true(link_rule_equal(&a->link[id], &b->link[id]));
	}
	SAME(boot);
	SAME(life);
	SAME(seat_epoch);
	SAME(seat_slot);
	SAME(out_of.from);
	SAME(out_of.bits);
	SAME(pid);
	SAME(batch.count);
	SAME(batch.bytes);
	SAME(batch.pipeline);
	SAME(policy);
	SAME(lines);
	for (unsigned i = 0; i < a->lines; i++) {
		SAME(line[i].from);
		SAME(line[i].policy);
	}
	SAME(clock.real_us);
	SAME(clock.virtual_us);
	SAME(clock.num);
	SAME(clock.den);
	assert_true(gate_rule_equal(&a->gate, &b->gate));
	SAME(gate.keep);
	SAME(number);
	SAME(random);
	SAME(quiet);
	SAME(sign);
	SAME(mistake);
	SAME(inbox_bytes);
	SAME(outbox_bytes);
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/inputs.txt");
	for (enum member_input_kind kind = IN_NONE + 1; kind < MEMBER_INPUT_KINDS; kind++) {
		uint64_t digest = 0;
		size_t written = 0;

		random_state = kind;
		for (unsigned i = 0; i < 30; i++) {
			const struct member_input in = drawn_input_of(kind);
			const size_t length = write_input(&in, bytes);
			struct member_input out;

			digest = digest64(digest, bytes, length);
			written += length;
			assert_true(read_input(length, &out));
			assert_int_equal(out.kind, kind);
			assert_int_equal(write_input(&out, again), length);
			assert_memory_equal(again, bytes, length);
			if (kind == IN_CONFIG)
				assert_same_config(in.config, out.config);
			for (size_t cut = 0; cut < length; cut += 1 + cut / 8)
				assert_false(read_input(cut, &out));
			bytes[length] = 0;
			assert_false(read_input(length + 1, &out));
		}
		lines_add("%-9s %7zu bytes, %016llx\n", member_input_name(kind), written,
			  (unsigned long long)digest);
	}
	lines_end();
}

/* --- what no program writes ------------------------------------------------------------------ */

static struct member_config sound;

static bool config_comes_back(void)
{
	const bool comes = comes_back(&(struct member_input){.kind = IN_CONFIG, .config = &sound});

	random_state = 77;
	sound = drawn_config();
	return comes;
}

/* With this in it the settings are read, or not. */
#define CONFIG_WITH(field, value, is_read)                                                         \
	do {                                                                                       \
		sound.field = value;                                                               \
		assert_int_equal(config_comes_back(), is_read);                                    \
	} while (0)

static void settings_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	(void)config_comes_back();
	assert_true(config_comes_back());
	assert_true(sound.paxos.nodes > 1 && sound.paxos.nodes < NODES_MAX);
	CONFIG_WITH(paxos.self, 0, false);
	CONFIG_WITH(paxos.self, 1, true);
	CONFIG_WITH(paxos.self, sound.paxos.nodes, true);
	CONFIG_WITH(paxos.self, (node_id)(sound.paxos.nodes + 1), false);
	CONFIG_WITH(paxos.quorum, 0, false);
	CONFIG_WITH(paxos.quorum, 1, true);
	CONFIG_WITH(paxos.quorum, sound.paxos.nodes, true);
	CONFIG_WITH(paxos.quorum, (uint8_t)(sound.paxos.nodes + 1), false);
	CONFIG_WITH(paxos.mode, MODE_MULTI, true);
	CONFIG_WITH(paxos.mode, MODE_MULTI + 1, false);
	CONFIG_WITH(wire.nodes, (uint8_t)(sound.paxos.nodes + 1), false);
	CONFIG_WITH(boot, 0, false);
	CONFIG_WITH(boot, 1, true);
	CONFIG_WITH(batch.count, BATCH_VALUES_MAX, true);
	CONFIG_WITH(batch.count, BATCH_VALUES_MAX + 1, false);
	CONFIG_WITH(lines, POLICY_LINES_MAX, true);
	CONFIG_WITH(mistake, MISTAKES - 1, true);
	CONFIG_WITH(mistake, MISTAKES, false);
	CONFIG_WITH(inbox_bytes, UINT32_MAX, true);
	CONFIG_WITH(inbox_bytes, (size_t)UINT32_MAX + 1, false);
	CONFIG_WITH(outbox_bytes, UINT32_MAX, true);
	CONFIG_WITH(outbox_bytes, (size_t)UINT32_MAX + 1, false);
	for (unsigned nodes = 0; nodes <= NODES_MAX + 1; nodes += nodes == 1 ? NODES_MAX - 1 : 1) {
		struct member_input out;
		uint8_t *at = bytes + 1; /* self, nodes, quorum: no more is needed of so many */

		random_state = 5;
		do
			sound = drawn_config();
		while (sound.paxos.nodes != (nodes == 1 ? 1 : NODES_MAX));
		sound.paxos.self = sound.paxos.quorum = 1;
		const size_t length = write_input(
			&(struct member_input){.kind = IN_CONFIG, .config = &sound}, bytes);
		at[1] = (uint8_t)nodes;
		assert_int_equal(read_input(length, &out), nodes == 1 || nodes == NODES_MAX);
	}
}

static void a_kind_that_there_is_none_of_is_refused(void **state)
{
	struct member_input out;

	(void)state;
	for (unsigned kind = 0; kind < 256; kind++) {
		bytes[0] = (uint8_t)kind;
		assert_false(read_input(1, &out));
		if (kind == IN_NONE || kind >= MEMBER_INPUT_KINDS)
			assert_int_equal(out.kind, IN_NONE);
	}
	assert_string_equal(member_input_name(IN_NONE), "?");
	assert_string_equal(member_input_help(IN_NONE), "");
	assert_string_equal(member_input_name(MEMBER_INPUT_KINDS), "?");
	assert_string_equal(member_input_help(MEMBER_INPUT_KINDS), "");
	assert_string_equal(member_input_name(MEMBER_INPUT_KINDS - 1), "proposed");
	assert_string_not_equal(member_input_help(MEMBER_INPUT_KINDS - 1), "");
	for (enum member_input_kind kind = IN_NONE + 1; kind < MEMBER_INPUT_KINDS; kind++)
		assert_int_equal(member_input_counts(kind), kind != IN_CLEAR && kind != IN_STAMP);
}

static void numbers_out_of_bounds_are_refused(void **state)
{
	struct output_marks marks = {.all = 1};
	struct policy_line line[POLICY_LINES_MAX + 1] = {{0, 0}};

	(void)state;
	for (unsigned drop = DROPS - 1; drop <= DROPS; drop++)
		assert_int_equal(comes_back(&(struct member_input){.kind = IN_ANSWER,
								   .drop = (enum drop)drop}),
				 drop < DROPS);
	for (unsigned lines = 0; lines <= POLICY_LINES_MAX + 1; lines++)
		assert_int_equal(comes_back(&(struct member_input){
					 .kind = IN_LINES, .line = line, .lines = lines}),
				 lines >= 1 && lines <= POLICY_LINES_MAX);
	for (unsigned i = 0; i < 6; i++) {
		static uint8_t much[4 * (OUTPUT_MARKS_MAX + 1)];
		struct byte_writer w = {bytes, sizeof bytes, false};
		struct member_input out;

		marks.frames = (uint16_t)(i / 2 == 0 ? OUTBOX_FRAMES + i % 2 : 3);
		marks.writes = (uint16_t)(i / 2 == 1 ? OUTBOX_WRITES + i % 2 : 2);
		marks.events = (uint16_t)(i / 2 == 2 ? OUTBOX_EVENTS + i % 2 : 1);
		write_u8(&w, IN_CLEAR);
		write_u64(&w, marks.all);
		write_u16(&w, marks.frames);
		write_u16(&w, marks.writes);
		write_u16(&w, marks.events);
		write_bytes(&w, much, 4 * ((size_t)marks.frames + marks.writes + marks.events));
		assert_int_equal(read_input(sizeof bytes - w.left, &out), i % 2 == 0);
	}
}

/* The value of a slot is no longer than a value may be, a chain is as long as a digest; a frame is
 * looked at by whom it is for. */
static void bytes_of_a_wrong_length_are_refused(void **state)
{
	static const uint8_t text[VALUE_BYTES_MAX + 1];
	static const struct {
		enum member_input_kind kind;
		bool is_value, is_chain, has_more;
	} rows[] = {
		{IN_SLOT, true, false, true},     {IN_ECHO, true, false, false},
		{IN_LOW, false, true, false},     {IN_SUMMARY, false, true, false},
		{IN_CLOSED, true, false, false},  {IN_FRAME, false, false, false},
		{IN_PROPOSE, true, false, false}, {IN_COMMIT, true, false, false},
		{IN_LATEST, true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct member_input in = {.kind = rows[i].kind};

		for (uint32_t length = DIGEST_BYTES - 1; length <= DIGEST_BYTES + 1; length++) {
			in.bytes = (struct input_bytes){text, length};
			assert_int_equal(comes_back(&in),
					 !rows[i].is_chain || length == DIGEST_BYTES);
		}
		in.bytes.length = rows[i].is_chain ? DIGEST_BYTES : VALUE_BYTES_MAX;
		in.more = in.proofs = (struct input_bytes){text, VALUE_BYTES_MAX};
		assert_true(comes_back(&in));
		in.proofs.length++;
		assert_true(comes_back(&in));
		in.more.length++;
		assert_int_equal(comes_back(&in), !rows[i].has_more);
		in.more.length--;
		in.bytes.length++;
		assert_int_equal(comes_back(&in), !rows[i].is_value && !rows[i].is_chain);
		/* none is as good as empty */
		in.bytes = in.more = in.proofs = (struct input_bytes){NULL, 7};
		assert_int_equal(comes_back(&in), !rows[i].is_chain);
	}
}

/* --- a member, and another that is given what it heard --------------------------------------- */

static struct member *heard_by, *given, *peer;
static struct secret_key secret[NODES + 1];
static unsigned seen[MEMBER_INPUT_KINDS];

static struct member_config member_of(node_id self)
{
	struct member_config c = {
		.paxos = paxos_config_default(self, NODES, MODE_MULTI),
		.wire = {.cluster = "inputs", .epoch = 1, .nodes = NODES},
		.crypto = &crypto_symbolic,
		.boot = 2,
		.clock = {.num = 1, .den = 1},
		.random = self,
	};

	c.paxos.keep = 64;
	for (node_id id = 1; id <= NODES; id++) {
		key_pair_symbolic(id, &c.keys[id], &secret[id]);
		c.link[id] = link_rule_default();
	}
	c.key = secret[self];
	return c;
}

/* As the journal does it. */
static void hear(void *user, const struct member_input *in)
{
	struct member_input told = *in, out;
	struct output_marks marks;
	static struct output_marks of_given;
	unsigned which;

	(void)user;
	seen[in->kind]++;
	if (in->kind == IN_CLEAR) {
		output_marks_make(member_output(heard_by), member_values(heard_by), &marks);
		told.marks = &marks;
	}
	assert_true(read_input(write_input(&told, bytes), &out));
	if (out.kind == IN_CONFIG) {
		static struct member_config config;

		config = *out.config;
		config.crypto = &crypto_symbolic;
		config.key = secret[config.paxos.self];
		given = member_init(malloc(member_size(&config)), &config);
		return;
	}
	if (out.kind == IN_CLEAR) {
		output_marks_make(member_output(given), member_values(given), &of_given);
		assert_int_equal(output_marks_differ(out.marks, &of_given, &which), PART_NONE);
	}
	member_input_give(given, &out);
}

static uint64_t digest_ballot(uint64_t digest, struct ballot b)
{
	return digest_word(digest_word(digest, b.round), b.node);
}

/* By its fields: what lies between them is nothing. */
static uint64_t digest_hard(const struct paxos_hard *h)
{
	uint64_t digest = digest_ballot(0, h->echoed_at);

	digest = digest_word(digest_word(digest, h->echoed), h->asked);
	for (unsigned i = 0; i < NODES_MAX; i++) {
		const struct paxos_word of[] = {h->echo[i], h->accepted[i]};

		for (unsigned k = 0; k < 2; k++) {
			digest = digest_ballot(digest, of[k].ballot);
			digest = digest_word(digest_word(digest, of[k].value), of[k].proof);
		}
	}
	digest = digest_word(digest_word(digest, h->late), h->certs);
	for (unsigned i = 0; i < h->certs; i++)
		digest = digest_word(digest, h->cert[i]);
	digest = digest_word(digest_word(digest, h->chosen_cert), h->claim_cert);
	digest = digest_word(digest_word(digest, h->rival_cert[0]), h->rival_cert[1]);
	digest = digest_word(digest_ballot(digest, h->early_at), h->early);
	return digest_word(digest_word(digest, h->early_proof), h->early_view);
}

/* All that can be seen of them is the same. */
static void assert_alike(void)
{
	static uint8_t told[2][REPORT_BYTES_MAX];
	static struct snapshot s;
	size_t length[2];

	for (unsigned i = 0; i < 2; i++) {
		struct member *m = i == 0 ? heard_by : given;
		const struct wire_context context = {
			.cluster = "inputs", .epoch = 1, .nodes = NODES};

		member_snapshot(m, &s);
		s.pid = 0;
		length[i] =
			snapshot_encode(&context, &s, member_values(m), told[i], sizeof told[i]);
		assert_true(length[i] > 0);
	}
	assert_int_equal(length[0], length[1]);
	assert_memory_equal(told[0], told[1], length[0]);
	assert_true(member_chain_end(heard_by) == member_chain_end(given));
	assert_int_equal(member_waiting(heard_by), member_waiting(given));
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		assert_true(digest_hard(&member_paxos(heard_by)->hard[i]) ==
			    digest_hard(&member_paxos(given)->hard[i]));
	for (node_id id = 1; id <= NODES; id++)
		assert_true(member_lives(heard_by)[id].stored == member_lives(given)[id].stored);
}

static void restore(void)
{
	static const uint8_t chain[2][DIGEST_BYTES] = {"low", "summary"};
	struct member *m = heard_by;

	member_restore(m, 200, (struct ballot){7, 2});
	member_restore_slot(m, 200, (struct ballot){6, 1}, (const uint8_t *)"voted", 5,
			    (struct ballot){0, 0}, NULL, 0);
	member_restore_slot(m, 201, (struct ballot){6, 1}, (const uint8_t *)"vote", 4,
			    (struct ballot){6, 1}, (const uint8_t *)"chosen", 6);
	assert_alike();
	member_restore_hard(m, 202, (struct ballot){6, 3}, (const uint8_t *)"echo", 4,
			    (const uint8_t *)"proofs", 6);
	assert_alike();
	member_restore_chosen_proofs(m, 201, (const uint8_t *)"why", 3);
	assert_alike();
	member_restore_low(m, 64, chain[0], (const uint8_t *)"of low", 6);
	assert_alike();
	member_restore_summary(m, 128, chain[1], (const uint8_t *)"of summary", 10);
	assert_alike();
	while (member_chain_end(m) != SLOT_NONE) {
		member_restore_closed(m, (const uint8_t *)"closed", 6);
		assert_alike();
	}
	(void)member_restore_latest(m, 199, (const uint8_t *)"latest", 6);
	assert_alike();
	member_start(m, 1000);
}

static void carry(struct member *from, struct member *to, time_us now)
{
	const struct member_output *out = member_output(from);

	for (unsigned i = 0; i < out->frames; i++)
		member_frame_in(to, now, out->frame[i].bytes, out->frame[i].length);
}

static void live(time_us now, uint64_t number)
{
	struct control c = {.to = set_of(1), .number = number, .slot = SLOT_NONE};
	const struct policy_line line = {0, 0};
	const struct known_life life = {(uint16_t)(2 + number), (uint32_t)number, 5};

	switch (draw(12)) {
	case 0:
		c.kind = CONTROL_PROPOSE;
		c.value = (const uint8_t *)"asked";
		c.value_length = 5;
		member_control_in(heard_by, now, &c);
		break;
	case 1:
		c.kind = CONTROL_CLOCK;
		c.clock = (struct clock_rule){now, now, 1, 1 + (uint32_t)draw(3)};
		(void)member_order_in(heard_by, now, &c);
		break;
	case 2:
		member_lines_in(heard_by, now, &line, 1);
		break;
	case 3:
		member_answer_control(heard_by, now, number,
				      draw(2) == 0 ? DROP_NOTHING : DROP_FULL);
		break;
	case 4:
		(void)member_propose(heard_by, now, (const uint8_t *)&number, sizeof number);
		break;
	case 5:
		c.kind = CONTROL_LOAD;
		c.count = 9;
		c.size_bytes = 8;
		c.outstanding = 2;
		c.batch = (struct batch_rule){2, 0, 1};
		member_control_in(heard_by, now, &c);
		break;
	case 6:
		(void)member_proposed_all(heard_by, now);
		break;
	case 7:
		member_commit_proven(heard_by, set_of(2), draw(90), (struct ballot){3, 2},
				     (const uint8_t *)"old", 3, (const uint8_t *)"proof", 5);
		break;
	case 8:
		(void)member_greeted(heard_by, 2, &life, (uint32_t)number - 1);
		break;
	case 9:
		member_set_quiet(heard_by, draw(4) == 0);
		break;
	default:
		member_tick(heard_by, now);
		member_tick(peer, now);
	}
}

static void what_a_member_heard_makes_another_one_do_the_same(void **state)
{
	static struct member_config config, of_peer;

	(void)state;
	random_state = 9;
	config = member_of(1);
	config.heard = hear;
	hear(NULL, &(struct member_input){.kind = IN_CONFIG, .config = &config});
	heard_by = member_init(malloc(member_size(&config)), &config);
	restore();
	of_peer = member_of(2);
	of_peer.paxos.keep = 0;
	peer = member_init(malloc(member_size(&of_peer)), &of_peer);
	member_restore(peer, 200, (struct ballot){7, 2});
	member_start(peer, 1000);
	for (unsigned i = 1; i < 1500; i++) {
		const time_us now = 1000 + 700 * (time_us)i;

		live(now, i);
		assert_alike();
		if (draw(3) == 0)
			continue; /* and more comes in */
		member_stamp(heard_by, i);
		carry(heard_by, peer, now);
		member_clear(heard_by);
		carry(peer, heard_by, now);
		member_clear(peer);
	}
	assert_true(member_paxos(heard_by)->base > 220);
	for (enum member_input_kind kind = IN_NONE + 1; kind < MEMBER_INPUT_KINDS; kind++)
		if (seen[kind] == 0)
			fail_msg("nothing came as \"%s\"", member_input_name(kind));
	free(heard_by);
	free(given);
	free(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(settings_that_make_no_sense_are_refused),
		cmocka_unit_test(a_kind_that_there_is_none_of_is_refused),
		cmocka_unit_test(numbers_out_of_bounds_are_refused),
		cmocka_unit_test(bytes_of_a_wrong_length_are_refused),
		cmocka_unit_test(what_a_member_heard_makes_another_one_do_the_same),
	};

	return cmocka_run_group_tests_name("member_input", tests, NULL, NULL);
}
