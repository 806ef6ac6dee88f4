/* A member's table of proofs is full: what the core, the window and the liar refer to stays, under
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

#define NODES    4
#define PROOFS_HELD 512

static struct member *m;
static proof_ref held[PROOFS_HELD];
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

static uint32_t proof_of(unsigned number, uint8_t text[40])
{
	return (uint32_t)snprintf((char *)text, 40, "proof %u", number);
}

/* A proof that is referred to from there. */
static void hold(proof_ref *there)
{
	uint8_t text[40];
	const uint32_t length = proof_of(helds, text);

	assert_true(helds < PROOFS_HELD);
	*there = held[helds++] = values_intern(m->proofs.table.kept, text, length);
}

static void hold_summary(struct paxos_summary *s)
{
	hold(&s->cert);
	for (unsigned i = 0; i < NODES; i++)
		hold(&s->word[i].proof);
}

static void hold_slot(struct paxos_hard *h)
{
	proof_ref *const one[] = {&h->asked,         &h->chosen_cert, &h->claim_cert,
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

static void hold_all(void)
{
	struct paxos *p = &m->paxos;

	helds = 0;
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
	return values_has_room(m->proofs.table.kept, TOLD_MAX + SLOTS_OPEN_MAX,
			       2 * PROOFS_BYTES_MAX);
}

static void assert_all_held(void)
{
	for (unsigned i = 0; i < helds; i++) {
		uint8_t text[40];
		const uint32_t length = proof_of(i, text);

		if (values_find(m->proofs.table.kept, text, length) != held[i])
			fail_msg("proof %u is gone", i);
	}
}

/* Few of many bytes, or many of few. */
static void proofs_that_are_held_outlive_the_others(void **state)
{
	static uint8_t other[VALUE_BYTES_MAX];

	(void)state;
	for (unsigned few = 0; few < 2; few++) {
		const uint32_t length = few != 0 ? sizeof other : 8;
		struct values *kept;

		set_up_member();
		hold_all();
		kept = m->proofs.table.kept;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_that_are_held_outlive_the_others),
	};

	return cmocka_run_group_tests_name("member_memory", tests, NULL, NULL);
}
