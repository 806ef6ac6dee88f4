/* A member's table of proofs, or that of values, is full: what the member refers to stays, under
 * the same references, and all else is forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/member/member_memory.h"
#include "proto/member/member_step.h"

#define NODES     4
#define REFS_HELD 2048

static struct member *m;
static struct values *kept; /* the table at hand */
static uint32_t held[REFS_HELD];
static unsigned helds;

static void set_up_member(void)
{
	struct member_config config = {
		.paxos = paxos_config_default(2, NODES, MODE_MULTI),
		.wire = {.cluster = "memory", .epoch = 1, .nodes = NODES},
		.crypto = &crypto_symbolic,
		.boot = 1,
		.clock = {.num = 1, .den = 1},
	};

	for (node_id id = 1; id <= NODES; id++)
		config.link[id] = link_rule_default();
	m = member_init(malloc(member_size(&config)), &config);
	member_start(m, 0);
	member_clear(m);
}

static uint32_t text_of(unsigned number, uint8_t text[40])
{
	return (uint32_t)snprintf((char *)text, 40, "number %u", number);
}

/* A proof or a value that is referred to from there. */
static void hold(uint32_t *there)
{
	uint8_t text[40];
	const uint32_t length = text_of(helds, text);

	assert_true(helds < REFS_HELD);
	*there = held[helds++] = values_intern(kept, text, length);
}

static void hold_summary(struct paxos_summary *s)
{
	hold(&s->cert);
	for (unsigned i = 0; i < NODES; i++)
		hold(&s->word[i].proof);
}

static void hold_slot(struct paxos_hard *h)
{
	proof_ref *const one[] = {&h->asked,         &h->chosen_cert,   &h->claim_cert,
				  &h->rival_cert[0], &h->rival_cert[1], &h->early_proof,
				  &h->early_view};

	for (unsigned i = 0; i < sizeof one / sizeof one[0]; i++)
		hold(one[i]);
	h->certs = 3;
	for (unsigned i = 0; i < h->certs; i++)
		hold(&h->cert[i]);
	for (unsigned i = 0; i < NODES; i++) {
		hold(&h->echo[i].proof);
		hold(&h->accepted[i].proof);
	}
}

static void hold_proofs(void)
{
	struct paxos *p = &m->paxos;

	helds = 0;
	kept = m->proofs.table.kept;
	hold_slot(&p->hard[0]);
	hold_slot(&p->hard[SLOTS_OPEN_MAX - 1]);
	hold(&p->view.view);
	hold(&p->view.proofs);
	for (unsigned i = 0; i < NODES; i++)
		hold(&p->promise_proof[i]);
	p->view_claims = 2;
	hold(&p->view_claim[0].cert);
	hold(&p->view_claim[1].cert);
	p->tail.certs = 2;
	hold(&p->tail.cert[0]);
	hold(&p->tail.cert[1]);
	hold_summary(&p->low_summary);
	hold_summary(&p->summary[0]);
	hold_summary(&p->summary[SUMMARIES_MAX - 1]);
	hold(&m->defences.window.seen[1].proof);
	hold(&m->defences.window.seen[NODES_MAX].proof);
}

static bool has_room(void)
{
	return values_has_room(kept, TOLD_MAX + SLOTS_OPEN_MAX, 2 * PROOFS_BYTES_MAX);
}

static void assert_all_held(void)
{
	for (unsigned i = 0; i < helds; i++) {
		uint8_t text[40];
		const uint32_t length = text_of(i, text);

		if (values_find(kept, text, length) != held[i])
			fail_msg("number %u is gone", i);
	}
}

/* Few of many bytes, or many of few. */
static void proofs_that_are_held_outlive_the_others(void **state)
{
	static uint8_t other[VALUE_BYTES_MAX];

	(void)state;
	for (unsigned few = 0; few < 2; few++) {
		const uint32_t length = few != 0 ? sizeof other : 8;

		set_up_member();
		hold_proofs();
		for (uint32_t i = 0; values_sweeps(kept) == 0; i++) {
			memcpy(other, &i, sizeof i);
			assert_int_not_equal(values_intern(kept, other, length), VALUE_NONE);
			const bool is_full = !has_room();
			member_memory_make_room(m);
			assert_int_equal(values_sweeps(kept), is_full);
		}
		assert_true(has_room());
		assert_all_held();
		assert_int_equal(values_find(kept, other, length), VALUE_NONE);
		free(m);
	}
}

static void hold_chains(struct paxos_summary *s)
{
	hold(&s->chain);
	for (unsigned i = 0; i < NODES; i++)
		hold(&s->word[i].chain);
}

static void hold_values_of_slot(unsigned i)
{
	struct paxos *p = &m->paxos;

	hold(&p->open[i].voted);
	hold(&p->open[i].chosen);
	hold(&p->open[i].claim);
	hold(&p->open[i].proposed);
	hold(&p->view.bound[i]);
	hold(&p->hard[i].echoed);
	hold(&p->hard[i].early);
	for (unsigned k = 0; k < NODES; k++) {
		hold(&p->hard[i].echo[k].value);
		hold(&p->hard[i].accepted[k].value);
	}
}

static void hold_values(void)
{
	struct paxos *p = &m->paxos;

	helds = 0;
	kept = m->values;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++)
		hold_values_of_slot(i);
	p->pending_free &= ~((uint64_t)1 << 63 | 1);
	hold(&p->pending[0].value);
	hold(&p->pending[PENDING_MAX - 1].value);
	p->tail.slot = 0;
	hold(&p->tail.value);
	p->view_claims = 2;
	hold(&p->view_claim[0].value);
	hold(&p->view_claim[1].value);
	hold_chains(&p->low_summary);
	hold_chains(&p->summary[0]);
	hold_chains(&p->summary[SUMMARIES_MAX - 1]);
	hold(&m->reads.last);
	hold(&m->reads.wait[0].entry);
	hold(&m->reads.wait[READS_MAX - 1].entry);
	m->inbox.count = 1;
	hold(&inbox_at(&m->inbox, 0)->event.value);
	hold(&m->asked[0].value);
	hold(&m->asked[PENDING_MAX - 1].value);
}

static void values_that_are_held_outlive_the_others(void **state)
{
	static uint8_t other[VALUE_BYTES_MAX];

	(void)state;
	for (unsigned few = 0; few < 2; few++) {
		const uint32_t length = few != 0 ? sizeof other : 1000;
		size_t bytes = 0;

		set_up_member();
		hold_values();
		bytes = values_filled(kept);
		for (uint32_t i = 0; values_sweeps(kept) == 0; i++) {
			memcpy(other, &i, sizeof i);
			assert_int_not_equal(values_intern(kept, other, length), VALUE_NONE);
			const bool is_full = values_filled(kept) > (size_t)2 << 20;
			member_memory_make_room(m);
			assert_int_equal(values_sweeps(kept), is_full);
		}
		assert_int_equal(values_filled(kept), bytes);
		assert_all_held();
		free(m);
	}
}

/* What is still to be told refers to values and proofs, which nobody else may. */
static void nothing_is_forgotten_before_it_is_told(void **state)
{
	static uint8_t other[VALUE_BYTES_MAX];

	(void)state;
	set_up_member();
	member_tick(m, 1);
	assert_true(member_propose(m, 1, (const uint8_t *)"a", 1));
	assert_true(member_output(m)->frames > 0);
	for (uint32_t i = 0; i < 100; i++) {
		memcpy(other, &i, sizeof i);
		assert_int_not_equal(values_intern(m->values, other, sizeof other), VALUE_NONE);
		values_intern(m->proofs.table.kept, other, sizeof other);
	}
	for (uint32_t i = 100; i < 120; i++) {
		memcpy(other, &i, sizeof i);
		values_intern(m->proofs.table.kept, other, sizeof other);
	}
	member_memory_make_room(m);
	assert_int_equal(values_sweeps(m->values), 0);
	assert_int_equal(values_sweeps(m->proofs.table.kept), 0);
	member_clear(m);
	member_memory_make_room(m);
	assert_int_equal(values_sweeps(m->values), 1);
	assert_int_equal(values_sweeps(m->proofs.table.kept), 1);
	free(m);
}

/* A summary that is older than what the chain has, or above the base, is not where it goes on. */
static void a_chain_goes_on_from_the_last_summary_below_the_base(void **state)
{
	static const struct {
		slot_number end, then;
	} told[] = {{8, 8}, {4, 8}, {8, 8}, {41, 8}, {16, 16}, {40, 40}, {39, 40}};

	(void)state;
	set_up_member();
	member_restore(m, 40, (struct ballot){3, 1});
	uint8_t last = 0;
	for (uint8_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		uint8_t chain[DIGEST_BYTES];
		const slot_number before = m->chain.end;

		memset(chain, i + 1, sizeof chain);
		member_restore_summary(m, told[i].end, chain, (const uint8_t *)"why", 3);
		assert_int_equal(m->chain.end, told[i].then);
		last = told[i].then != before ? i + 1 : last;
		assert_int_equal(m->chain.digest[0], last);
		assert_int_equal(m->chain.digest[DIGEST_BYTES - 1], last);
	}
	free(m);
}

/* What was written last is searched from the base down; reads write nothing. */
static void a_node_that_is_back_knows_what_was_written_last(void **state)
{
	const struct read_entry read = {2, 1, 1};
	uint8_t entry[READ_ENTRY_BYTES];
	uint32_t length;

	(void)state;
	set_up_member();
	member_restore(m, 9, (struct ballot){3, 1});
	read_entry_write(&read, entry);
	assert_false(member_restore_latest(m, 8, entry, sizeof entry));
	assert_true(m->reads.unknown);
	assert_int_equal(m->reads.last, VALUE_NONE);
	assert_false(member_restore_latest(m, 7, NULL, 0));
	assert_true(member_restore_latest(m, 6, (const uint8_t *)"pear", 4));
	assert_int_equal(m->reads.last_slot, 6);
	assert_false(m->reads.unknown);
	assert_memory_equal(values_bytes(m->values, m->reads.last, &length), "pear", 4);
	free(m);
	set_up_member();
	member_restore(m, 1, (struct ballot){3, 1});
	assert_true(m->reads.unknown);
	assert_false(member_restore_latest(m, 0, NULL, 0));
	assert_false(m->reads.unknown); /* nothing was written at all */
	free(m);
}

/* All open slots but the first are known to be chosen, with the longest values there are. Whatever
 * is forgotten meanwhile, they are counted when the first one is chosen: kill -9 at full load left
 * such a store, from which no node came up again. */
static void what_is_chosen_above_a_gap_is_kept_until_the_gap_is_closed(void **state)
{
	static uint8_t value[VALUE_BYTES_MAX];
	const struct ballot at = {1, 1};
	uint32_t length;

	(void)state;
	set_up_member();
	member_restore(m, 0, at);
	for (slot_number slot = 1; slot < SLOTS_OPEN_MAX; slot++) {
		memcpy(value, &slot, sizeof slot);
		member_restore_slot(m, slot, at, value, sizeof value, at, value, sizeof value);
	}
	member_memory_make_room(m);
	assert_int_equal(values_sweeps(m->values), 1);
	memset(value, 0, sizeof value);
	struct message commit = {.type = MSG_COMMIT,
				 .from = 1,
				 .to = set_of(2),
				 .ballot = at,
				 .value = values_intern(m->values, value, sizeof value)};
	member_step(m, &(struct paxos_input){.kind = INPUT_MESSAGE, .message = &commit});
	assert_int_equal(m->paxos.base, SLOTS_OPEN_MAX);
	assert_int_equal(m->reads.last_slot, SLOTS_OPEN_MAX - 1);
	const uint8_t *last = values_bytes(m->values, m->reads.last, &length);
	assert_int_equal(length, sizeof value);
	assert_int_equal(last[0], SLOTS_OPEN_MAX - 1);
	/* now only the newest are kept */
	member_clear(m);
	const uint64_t sweeps = values_sweeps(m->values);
	for (uint32_t i = 1; values_sweeps(m->values) == sweeps; i++) {
		memcpy(value + 8, &i, sizeof i);
		values_intern(m->values, value, sizeof value);
		member_memory_make_room(m);
	}
	assert_true(values_filled(m->values) <= HISTORY_BYTES_MAX + 4 * sizeof value);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_that_are_held_outlive_the_others),
		cmocka_unit_test(values_that_are_held_outlive_the_others),
		cmocka_unit_test(what_is_chosen_above_a_gap_is_kept_until_the_gap_is_closed),
		cmocka_unit_test(nothing_is_forgotten_before_it_is_told),
		cmocka_unit_test(a_chain_goes_on_from_the_last_summary_below_the_base),
		cmocka_unit_test(a_node_that_is_back_knows_what_was_written_last),
	};

	return cmocka_run_group_tests_name("member_memory", tests, NULL, NULL);
}
