/* A store under writes that chance draws, over several lives: whatever was written is there again,
 * field by field, and nothing else. The reference is a plain table in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/store/store.h"
#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "tests/support/test_dir.h"

#define SLOTS   20
#define LIVES   10
#define BATCHES 7
#define WRITES  6
#define SEEDS   12

static const struct store_owner owner = {.cluster = "cluster", .node = 2};

static uint64_t random_state;
static uint8_t text[SLOTS * 8][300]; /* the bytes of values and proofs, by number */
static uint32_t text_length[SLOTS * 8];

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

/* Number of a text, 0 = none. */
struct row {
	struct ballot at;
	unsigned value, proofs;
	struct ballot proofs_at;
};

static struct {
	struct ballot promised;
	struct row vote[SLOTS], chosen[SLOTS], echo[SLOTS];
	bool has_settings;
	struct store_settings settings;
	struct known_life lives[NODES_MAX + 1];
	uint32_t life[LIVES + 1];
	uint64_t ended[LIVES + 1];
} ref;

static void make_texts(void)
{
	for (unsigned i = 1; i < SLOTS * 8; i++) {
		text_length[i] = i % 5 == 0 ? (uint32_t)sizeof text[i] : 1 + i % 40;
		for (unsigned k = 0; k < text_length[i]; k++)
			text[i][k] = (uint8_t)(i + k * k);
	}
	text_length[1] = 0; /* the no-op */
}

static unsigned any_text(void)
{
	return 1 + (unsigned)draw(SLOTS * 8 - 1);
}

static struct ballot above(struct ballot b)
{
	return (struct ballot){b.round + 1 + (uint32_t)draw(3), (node_id)(1 + draw(3))};
}

static void give_proofs(struct member_write *w, unsigned number)
{
	w->proofs = number == 0 ? NULL : text[number];
	w->proofs_length = number == 0 ? 0 : text_length[number];
}

static struct member_write draw_write(void)
{
	const slot_number slot = draw(SLOTS);
	struct member_write w = {.slot = slot, .epoch = 1};
	struct row *row = NULL;

	uint64_t which = draw(5);

	if (which == 4 && ref.chosen[slot].value != 0)
		which = 0; /* what is chosen is written once */
	switch (which) {
	case 0:
		w.kind = MEMBER_PROMISED;
		w.slot = 0;
		w.ballot = ref.promised = above(ref.promised);
		return w;
	case 1:
		w.kind = MEMBER_ECHO;
		row = &ref.echo[slot];
		break;
	case 2:
	case 3:
		w.kind = MEMBER_VOTE;
		row = &ref.vote[slot];
		break;
	default:
		w.kind = MEMBER_CHOSEN;
		row = &ref.chosen[slot];
		break;
	}
	row->at = above(row->at);
	row->value = any_text();
	if (w.kind == MEMBER_CHOSEN && ref.vote[slot].value != 0 && draw(3) != 0) {
		row->value = ref.vote[slot].value;
		row->at = ref.vote[slot].at;
	}
	if (w.kind != MEMBER_ECHO && draw(2) == 0) {
		const unsigned proofs = any_text();

		row->proofs = proofs == 1 ? 2 : proofs;
		row->proofs_at = row->at;
		give_proofs(&w, row->proofs);
	}
	w.ballot = row->at;
	w.value = text[row->value];
	w.value_length = text_length[row->value];
	return w;
}

static struct link_rule draw_link(void)
{
	return (struct link_rule){draw(2) == 0,
				  draw(1000),
				  draw(1000),
				  (uint32_t)draw(1000000),
				  (uint32_t)draw(1000000),
				  (uint32_t)draw(1000000)};
}

/* As a control does it. */
static void draw_one_setting(void)
{
	struct store_settings *s = &ref.settings;

	s->number++;
	switch (draw(6)) {
	case 0:
		s->out_of.from++;
		break;
	case 1:
		s->out_of.bits ^= (uint64_t)1 << draw(64);
		break;
	case 2:
		s->line[draw(s->lines)].policy ^= 1;
		break;
	case 3:
		s->line[s->lines % 4] = (struct policy_line){1000 + draw(9), (policy_id)draw(9)};
		s->lines = (uint8_t)(1 + s->lines % 4);
		break;
	case 4:
		s->gate = (struct gate_rule){0};
		break;
	default:
		s->link[1 + draw(NODES_MAX)] = draw_link();
		break;
	}
}

static void draw_settings(void)
{
	struct store_settings *s = &ref.settings;

	if (ref.has_settings && draw(2) == 0) {
		draw_one_setting();
		return;
	}
	ref.has_settings = true;
	*s = (struct store_settings){
		.clock = {draw(1000), draw(1000), (uint32_t)draw(9), (uint32_t)draw(9)},
		.number = draw(1000000),
		.epoch = 1,
		.lines = (uint8_t)(1 + draw(3)),
		.out_of = {draw(1000), random_next(&random_state)}};
	for (node_id i = 0; i <= NODES_MAX; i++)
		if (draw(4) == 0)
			gate_rule_set(&s->gate, i, (type_set)(draw(TYPES_ALL + 1u) & TYPES_ALL),
				      true);
	s->gate.keep = s->gate.on && draw(2) == 0;
	for (unsigned i = 0; i <= NODES_MAX; i++)
		s->link[i] = draw_link();
	for (unsigned i = 0; i < s->lines; i++)
		s->line[i] = (struct policy_line){10 * i, (policy_id)draw(1024)};
}

static void write_batch(struct store *store)
{
	struct member_write write[WRITES];
	const unsigned count = (unsigned)draw(WRITES + 1);
	const bool changes = draw(3) == 0;

	for (unsigned i = 0; i < count; i++)
		write[i] = draw_write();
	if (changes)
		draw_settings();
	if (draw(2) == 0) {
		const unsigned id = 1 + (unsigned)draw(NODES_MAX);
		struct known_life *life = &ref.lives[id];

		if (draw(3) != 0)
			life->boot++;
		if (draw(3) != 0)
			life->number = (uint32_t)draw(UINT32_MAX);
		if (draw(3) != 0)
			life->stored += draw(9);
		assert_int_equal(store_keep_lives(store, ref.lives), STATUS_OK);
	}
	assert_int_equal(
		store_write(store, write, count, changes ? &ref.settings : NULL, draw(3) == 0),
		STATUS_OK);
}

static void assert_text(const uint8_t *bytes, uint32_t length, unsigned number)
{
	assert_int_equal(length, text_length[number]);
	if (length > 0)
		assert_memory_equal(bytes, text[number], length);
}

static void check_chosen(struct store *store)
{
	struct store_choice choice;

	for (slot_number slot = 0; slot < SLOTS; slot++) {
		const struct row *row = &ref.chosen[slot];

		assert_int_equal(store_chosen(store, slot, &choice), STATUS_OK);
		assert_int_equal(choice.value != NULL, row->value != 0);
		if (row->value == 0)
			continue;
		assert_text(choice.value, choice.length, row->value);
		assert_int_equal(ballot_cmp(choice.at, row->at), 0);
		assert_int_equal(choice.proofs_length > 0, row->proofs != 0);
		if (row->proofs != 0)
			assert_text(choice.proofs, choice.proofs_length, row->proofs);
	}
}

static void check_settings(const struct store *store)
{
	const struct store_settings *s = &ref.settings;
	struct store_settings back;

	assert_int_equal(store_settings(store, &back), ref.has_settings);
	if (!ref.has_settings)
		return;
	assert_int_equal(back.clock.real_us, s->clock.real_us);
	assert_int_equal(back.clock.virtual_us, s->clock.virtual_us);
	assert_int_equal(back.clock.num, s->clock.num);
	assert_int_equal(back.clock.den, s->clock.den);
	assert_true(gate_rule_equal(&back.gate, &s->gate));
	assert_int_equal(back.number, s->number);
	assert_int_equal(back.epoch, s->epoch);
	assert_int_equal(back.lines, s->lines);
	assert_int_equal(back.out_of.from, s->out_of.from);
	assert_int_equal(back.out_of.bits, s->out_of.bits);
	for (unsigned i = 0; i < s->lines; i++) {
		assert_int_equal(back.line[i].from, s->line[i].from);
		assert_int_equal(back.line[i].policy, s->line[i].policy);
	}
	for (unsigned i = 1; i <= NODES_MAX; i++)
		assert_true(link_rule_equal(&back.link[i], &s->link[i]));
}

static void check_lives(const struct store *store, unsigned boot)
{
	struct known_life back[NODES_MAX + 1];
	struct store_past past;

	store_lives(store, back);
	for (unsigned i = 1; i <= NODES_MAX; i++) {
		assert_int_equal(back[i].boot, ref.lives[i].boot);
		assert_int_equal(back[i].number, ref.lives[i].number);
		assert_int_equal(back[i].stored, ref.lives[i].stored);
	}
	assert_int_equal(store_boot(store), boot);
	for (unsigned i = 1; i < boot; i++) {
		assert_true(store_remembers(store, ref.life[i], &past));
		assert_int_equal(past.stored, ref.ended[i]);
		past = store_past_of_boot(store, (uint16_t)i);
		assert_int_equal(past.life, ref.life[i]);
		assert_int_equal(past.stored, ref.ended[i]);
	}
	assert_false(store_remembers(store, store_life(store), &past));
	assert_int_equal(store_past_of_boot(store, (uint16_t)boot).life, 0);
}

static void assert_value(struct member *m, value_ref value, unsigned number)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(member_values(m), value, &length);

	assert_int_equal(value != VALUE_NONE, number != 0);
	if (number != 0)
		assert_text(bytes, length, number);
}

static void check_slot(struct member *m, slot_number slot, bool is_open)
{
	const struct paxos *p = member_paxos(m);
	const struct row *vote = &ref.vote[slot], *chosen = &ref.chosen[slot];
	const struct paxos_hard *h = &p->hard[slot % SLOTS_OPEN_MAX];

	if (!is_open)
		return;
	const struct paxos_slot *s = paxos_slot(p, slot);
	assert_value(m, s->voted, vote->value);
	assert_value(m, s->chosen, chosen->value);
	assert_value(m, h->echoed, ref.echo[slot].value);
	if (vote->value != 0)
		assert_int_equal(ballot_cmp(s->voted_at, vote->at), 0);
	if (chosen->value != 0)
		assert_int_equal(ballot_cmp(s->chosen_at, chosen->at), 0);
	if (ref.echo[slot].value != 0)
		assert_int_equal(ballot_cmp(h->echoed_at, ref.echo[slot].at), 0);
	/* a proof of an earlier vote proves nothing of the latest */
	const bool proven = vote->proofs != 0 && ballot_cmp(vote->proofs_at, vote->at) == 0;
	assert_int_equal(h->certs, proven);
	assert_int_equal(h->chosen_cert != PROOF_NONE, chosen->proofs != 0);
}

static void check_restored(struct store *store)
{
	static struct member_config config;
	static struct snapshot snapshot;
	slot_number base = 0;

	config.paxos = paxos_config_default(2, 3, MODE_MULTI);
	config.wire.nodes = 3;
	config.crypto = &crypto_symbolic;
	config.boot = store_boot(store);
	struct member *m = member_init(calloc(1, member_size(&config)), &config);
	assert_int_equal(store_restore(store, m), STATUS_OK);
	while (base < SLOTS && ref.chosen[base].value != 0)
		base++;
	const struct paxos *p = member_paxos(m);
	assert_int_equal(p->base, base);
	assert_int_equal(ballot_cmp(p->promised, ref.promised), 0);
	for (slot_number slot = 0; slot < SLOTS; slot++)
		check_slot(m, slot, slot >= base);
	member_snapshot(m, &snapshot);
	for (unsigned i = 0; i < snapshot.slots; i++) {
		const struct snapshot_slot *told = &snapshot.slot[i];

		assert_true(told->slot < SLOTS);
		assert_value(m, told->voted, ref.vote[told->slot].value);
		assert_value(m, told->chosen, ref.chosen[told->slot].value);
	}
	free(m);
}

/* A look from outside: each row once, as it was written. */
static void look_at_row(void *user, const struct store_row *row)
{
	const struct row *rows[] = {
		[STORE_VOTE] = ref.vote, [STORE_CHOSEN] = ref.chosen, [STORE_ECHO] = ref.echo};
	const struct row *is = &rows[row->table][row->slot];
	unsigned *left = user;

	assert_true(row->slot < SLOTS && is->value != 0);
	assert_int_equal(ballot_cmp(row->at, is->at), 0);
	assert_text(row->value, row->length, is->value);
	(*left)--;
}

static void check_from_outside(void)
{
	slot_number untouched, end = 0;
	struct store_peeked peeked;
	unsigned left = 0;

	for (slot_number slot = 0; slot < SLOTS; slot++) {
		const unsigned before = left;

		left += ref.vote[slot].value != 0;
		left += ref.chosen[slot].value != 0;
		left += ref.echo[slot].value != 0;
		end = left > before ? slot + 1 : end;
	}
	if (store_peek(test_dir, &peeked, look_at_row, &left) != STATUS_OK)
		fail_msg("%s", status_text());
	assert_int_equal(left, 0);
	assert_int_equal(ballot_cmp(peeked.promised, ref.promised), 0);
	assert_int_equal(peeked.low, 0);
	if (peeked.epoch == 0) /* nothing was written */
		assert_int_equal(end, 0);
	else
		assert_int_equal(peeked.epoch, 1);
	assert_true(store_peek_untouched(test_dir, 1, &untouched));
	assert_int_equal(untouched, end);
	assert_true(store_peek_untouched(test_dir, 2, &untouched));
	assert_int_equal(untouched, 0);
}

static void what_was_written_is_there_in_every_later_life(void **state)
{
	struct store *store;

	(void)state;
	make_texts();
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		random_state = seed;
		memset(&ref, 0, sizeof ref);
		test_dir_make(NULL);
		for (unsigned boot = 1; boot <= LIVES; boot++) {
			assert_int_equal(store_open(test_dir, &owner, boot > 1, &store), STATUS_OK);
			ref.life[boot] = store_life(store);
			check_settings(store);
			check_lives(store, boot);
			check_chosen(store);
			check_restored(store);
			for (unsigned i = 0; i < BATCHES; i++) {
				write_batch(store);
				check_chosen(store);
			}
			assert_int_equal(store_flush(store), STATUS_OK);
			assert_false(store_is_dirty(store));
			ref.ended[boot] = store_stored(store);
			store_close(store);
			check_from_outside();
		}
		test_dir_remove(NULL);
	}
}

/* In memory only what is chosen is kept, the same. */
static void a_store_in_memory_keeps_the_same_choices(void **state)
{
	struct store *store;

	(void)state;
	make_texts();
	for (uint64_t seed = 10; seed < 20; seed++) {
		random_state = seed;
		memset(&ref, 0, sizeof ref);
		assert_int_equal(store_open_memory(&store), STATUS_OK);
		for (unsigned i = 0; i < 20; i++) {
			struct member_write write[WRITES];
			const unsigned count = (unsigned)draw(WRITES + 1);

			for (unsigned k = 0; k < count; k++)
				write[k] = draw_write();
			assert_int_equal(store_write(store, write, count, NULL, true), STATUS_OK);
			check_chosen(store);
		}
		assert_int_equal(store_stored(store), 0);
		store_close(store);
	}
}

/* --- The store in memory: what is chosen, over pages of slots, with slots let go and epochs. */

#define FAR_SLOTS 24 /* places in the log, far apart and near the ends of pages */

static slot_number far_slot(unsigned i)
{
	static const slot_number in_page[] = {0, 1, 4094, 4095};

	return (slot_number)(i / 4) * 4096 + in_page[i % 4];
}

static void check_memory(struct store *store, const unsigned chosen[FAR_SLOTS])
{
	for (unsigned i = 0; i < FAR_SLOTS; i++) {
		struct store_choice is;

		assert_int_equal(store_chosen(store, far_slot(i), &is), STATUS_OK);
		if (chosen[i] == 0) {
			assert_null(is.value);
			continue;
		}
		assert_non_null(is.value);
		assert_int_equal(is.length, text_length[chosen[i]]);
		assert_memory_equal(is.value, text[chosen[i]], is.length);
		assert_int_equal(is.at.round, chosen[i]);
		assert_int_equal(is.proofs_length, text_length[chosen[i] / 2]);
		assert_memory_equal(is.proofs, text[chosen[i] / 2], is.proofs_length);
	}
}

static void a_store_in_memory_has_what_was_chosen_and_kept(void **state)
{
	(void)state;
	make_texts();
	for (uint64_t seed = 1; seed <= 8; seed++) {
		unsigned chosen[FAR_SLOTS] = {0}, low = 0;
		struct store *store;
		uint32_t epoch = 1;

		random_state = seed;
		assert_int_equal(store_open_memory(&store), STATUS_OK);
		for (unsigned step = 0; step < 300; step++) {
			const unsigned i = low + (unsigned)draw(FAR_SLOTS - low);
			struct member_write w = {.epoch = epoch, .slot = far_slot(i)};

			if (draw(40) == 0) {
				w.epoch = ++epoch;
				memset(chosen, 0, sizeof chosen);
				low = 0;
			}
			if (draw(25) == 0) {
				w.kind = MEMBER_LOW;
				for (; low < i; low++)
					chosen[low] = 0;
			} else {
				chosen[i] = (unsigned)(2 + draw(SLOTS * 8 - 2));
				w.kind = MEMBER_CHOSEN;
				w.ballot = (struct ballot){chosen[i], 1};
				w.value = text[chosen[i]];
				w.value_length = text_length[chosen[i]];
				w.proofs = text[chosen[i] / 2];
				w.proofs_length = text_length[chosen[i] / 2];
			}
			assert_int_equal(store_write(store, &w, 1, NULL, draw(2) == 0), STATUS_OK);
			check_memory(store, chosen);
		}
		store_close(store);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_in_memory_has_what_was_chosen_and_kept),
		cmocka_unit_test(what_was_written_is_there_in_every_later_life),
		cmocka_unit_test(a_store_in_memory_keeps_the_same_choices),
	};

	return cmocka_run_group_tests_name("store_chance", tests, NULL, NULL);
}
