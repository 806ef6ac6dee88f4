/* Which votes are proven, and by what: certificates_find is compared with rule 3 written down once
 * more, as a definition that looks at everything, for messages that chance attaches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/paxos_state.h"
#include "proto/fault/link.h"
#include "proto/member/certificates.h"
#include "proto/wire/fields.h"

#define NODES    4
#define SLOTS    2
#define ROUNDS   3
#define VALUES   2 /* 1 and 2 */
#define ATTACHED 22
#define CASES    3000

static uint64_t random_state;
static struct proofs *p;
static struct paxos *paxos;
static struct verifier verifier;
static struct frame frame;
static proof_ref proof[ATTACHED];
static int known[SLOTS][ROUNDS + 1][NODES + 1][VALUES + 1]; /* 0: not looked at; 1: no; 2: yes */

/* Of this case: few ballots, slots and values, so that what belongs together often is there. */
static struct {
	uint32_t rounds;
	uint64_t slots, odd_values, claims;
} scale;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static void set_up_policy(policy_id policy)
{
	const struct paxos_config config = {
		.self = 1, .nodes = NODES, .quorum = 3, .policy = policy};

	paxos_init(paxos, &config);
	verifier = (struct verifier){.paxos = paxos};
}

static int set_up(void **state)
{
	(void)state;
	p = malloc(sizeof *p);
	paxos = malloc(sizeof *paxos);
	proofs_init(p, malloc(proofs_size()));
	for (unsigned i = 0; i < ATTACHED; i++) {
		uint8_t bytes[4 + 1 + SIGNATURE_BYTES] = {0};
		struct byte_writer w = {bytes, sizeof bytes, false};

		write_u32(&w, 1 + SIGNATURE_BYTES);
		write_u8(&w, (uint8_t)i);
		proof[i] = proof_table_keep(&p->table, bytes, sizeof bytes);
		assert_int_not_equal(proof[i], PROOF_NONE);
	}
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(p->table.kept);
	free(p);
	free(paxos);
	return 0;
}

/* Messages first to first + count - 1 in a row, as one proof; none of them is kept by itself. */
static proof_ref many(unsigned first, unsigned count)
{
	uint8_t bytes[8 * (4 + 1 + SIGNATURE_BYTES)] = {0};
	struct byte_writer w = {bytes, sizeof bytes, false};

	for (unsigned i = first; i < first + count; i++) {
		uint8_t signature[SIGNATURE_BYTES] = {0};
		write_u32(&w, 1 + SIGNATURE_BYTES);
		write_u8(&w, (uint8_t)(100 + i));
		write_bytes(&w, signature, sizeof signature);
	}
	return proof_table_keep(&p->table, bytes, count * (size_t)(4 + 1 + SIGNATURE_BYTES));
}

/* Votes of one ballot are proven by the same Promises: told once for each slot, they would be more
 * than a message may have. */
static void what_several_proofs_share_is_written_once(void **state)
{
	const proof_ref list[] = {many(0, 5), many(2, 6), many(0, 5), proof[0], proof[0]};
	const size_t one = 4 + 1 + SIGNATURE_BYTES;

	(void)state;
	for (unsigned again = 0; again < 3; again++)
		assert_int_equal(proof_table_write(&p->table, list, 5), (8 + 1) * one);
	assert_int_equal(p->table.bytes[7 * one + 4], 107);
}

static struct ballot any_ballot(void)
{
	const uint32_t round = (uint32_t)(1 + draw(scale.rounds));

	return (struct ballot){round, (node_id)(draw(5) == 0 ? 1 + draw(2) : 1 + round % 2)};
}

static value_ref any_value(void)
{
	return draw(8) < scale.odd_values ? 2 : 1;
}

static void draw_claims(struct message *m, struct claim *list)
{
	m->claim = list;
	for (slot_number slot = m->slot; slot < scale.slots; slot++) {
		if (draw(8) >= scale.claims)
			continue;
		list[m->claims++] =
			(struct claim){.slot = slot, .ballot = any_ballot(), .value = any_value()};
	}
}

static void draw_case(bool echoes)
{
	scale.rounds = (uint32_t)(1 + draw(ROUNDS));
	scale.slots = 1 + draw(SLOTS);
	scale.odd_values = draw(4);
	scale.claims = draw(6);
	p->told = p->claims = 0;
	while (p->told < ATTACHED) {
		struct message *m = &p->message[p->told];

		*m = (struct message){.from = (node_id)(1 + draw(NODES)),
				      .ballot = any_ballot(),
				      .slot = draw(scale.slots),
				      .value = any_value(),
				      .proof = proof[p->told]};
		if (draw(4) == 0) {
			m->type = MSG_ACCEPT;
			m->from = m->ballot.node;
		} else if (echoes && draw(5) != 0) {
			m->type = MSG_ECHO;
		} else {
			m->type = MSG_PROMISE;
			m->slot = draw(5) == 0;
			m->low = draw(8) == 0;
			m->value = VALUE_NONE;
			draw_claims(m, &p->claim[p->claims]);
			p->claims += m->claims;
		}
		p->told++;
	}
	/* What stands behind was attached to the message before this one. */
	for (uint64_t less = draw(4); less > 0; less--)
		p->claims -= p->message[--p->told].claims;
	frame.message = (struct message){.type = MSG_NEW_VIEW, .from = 1};
	draw_claims(&frame.message, frame.claim);
}

/* The definition. */

static bool is_proven(slot_number slot, struct ballot ballot, value_ref value, bool echoes);

static const struct claim *tells(const struct message *m, slot_number slot)
{
	for (unsigned i = 0; i < m->claims; i++)
		if (m->claim[i].slot == slot)
			return &m->claim[i];
	return NULL;
}

/* A claim that nothing proves does no harm where a proven vote of its slot, below the ballot,
 * stands at it or above it. */
static bool is_harmless(const struct claim *c, struct ballot below)
{
	for (unsigned i = 0; i < p->claims; i++) {
		const struct claim *other = &p->claim[i];
		const int order = ballot_cmp(other->ballot, c->ballot);

		if (other->slot == c->slot && ballot_cmp(other->ballot, below) < 0 &&
		    (order > 0 || (order == 0 && other->value == c->value)) &&
		    is_proven(c->slot, other->ballot, other->value, false))
			return true;
	}
	return false;
}

static unsigned promises_up_to(slot_number slot, struct ballot ballot, struct ballot highest)
{
	node_set who = 0;

	for (unsigned i = 0; i < p->told; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c = tells(m, slot);

		if (m->type != MSG_PROMISE || ballot_cmp(m->ballot, ballot) != 0 ||
		    m->slot > slot || m->low > slot)
			continue;
		if (c != NULL &&
		    (ballot_cmp(c->ballot, ballot) >= 0 || ballot_cmp(c->ballot, highest) > 0 ||
		     !(is_proven(slot, c->ballot, c->value, false) || is_harmless(c, ballot))))
			continue;
		who |= set_of(m->from);
	}
	return set_count(who);
}

/* Free, or forced by some proven vote that the Promises tell for this value. */
static bool is_allowed(slot_number slot, struct ballot ballot, value_ref value)
{
	if (promises_up_to(slot, ballot, BALLOT_NONE) >= 3)
		return true;
	for (unsigned i = 0; i < p->told; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c = tells(m, slot);

		if (m->type == MSG_PROMISE && ballot_cmp(m->ballot, ballot) == 0 && c != NULL &&
		    c->value == value && ballot_cmp(c->ballot, ballot) < 0 &&
		    is_proven(slot, c->ballot, value, false) &&
		    promises_up_to(slot, ballot, c->ballot) >= 3)
			return true;
	}
	return false;
}

static node_set who_says(enum message_type type, slot_number slot, struct ballot ballot,
			 value_ref value)
{
	node_set who = 0;

	for (unsigned i = 0; i < p->told; i++)
		if (p->message[i].type == type && p->message[i].slot == slot &&
		    p->message[i].value == value && ballot_cmp(p->message[i].ballot, ballot) == 0)
			who |= set_of(p->message[i].from);
	return who;
}

/* The owner's Accept is its Echo. */
static node_set who_echoes(slot_number slot, struct ballot ballot, value_ref value)
{
	return who_says(MSG_ECHO, slot, ballot, value) |
	       (who_says(MSG_ACCEPT, slot, ballot, value) & set_of(ballot.node));
}

static bool is_proven(slot_number slot, struct ballot ballot, value_ref value, bool echoes)
{
	int *is = &known[slot][ballot.round][ballot.node][value];

	if (*is == 0) {
		const bool yes = echoes ? set_count(who_echoes(slot, ballot, value)) >= 3
					: who_says(MSG_ACCEPT, slot, ballot, value) != 0 &&
						  is_allowed(slot, ballot, value);
		*is = yes ? 2 : 1;
	}
	return *is == 2;
}

/* Which of the attached messages are in a certificate: each once. */
static uint32_t messages_in(proof_ref cert)
{
	uint32_t length, set = 0;
	const uint8_t *bytes = values_bytes(p->table.kept, cert, &length);
	struct proof_list left = {bytes, length};
	struct proof_entry entry;

	while (proof_skip(&left, &entry)) {
		const uint32_t one = (uint32_t)1 << entry.bytes[4];

		assert_int_equal(set & one, 0);
		set |= one;
	}
	assert_int_equal(left.left, 0);
	return set;
}

/* The first Echo of each node, or the owner's Accept; or the Accept and the Promises of the ballot,
 * and the same of the votes that forced it, which are the highest proven ones for its value. */
static uint32_t needed(slot_number slot, struct ballot ballot, value_ref value, bool echoes)
{
	struct ballot highest = BALLOT_NONE;
	uint32_t set = 0;
	node_set who = 0;

	for (unsigned i = 0; i < p->told && echoes; i++) {
		const struct message *m = &p->message[i];

		const bool is_echo =
			m->type == MSG_ECHO || (m->type == MSG_ACCEPT && m->from == ballot.node);

		if (is_echo && m->slot == slot && m->value == value &&
		    ballot_cmp(m->ballot, ballot) == 0 && !set_has(who, m->from)) {
			who |= set_of(m->from);
			set |= (uint32_t)1 << i;
		}
	}
	for (unsigned i = 0; i < p->told && !echoes; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c = tells(m, slot);

		if (m->type == MSG_ACCEPT && m->slot == slot && m->value == value &&
		    ballot_cmp(m->ballot, ballot) == 0)
			set |= (uint32_t)1 << i;
		if (m->type != MSG_PROMISE || ballot_cmp(m->ballot, ballot) != 0)
			continue;
		set |= (uint32_t)1 << i;
		if (c != NULL && c->value == value && ballot_cmp(c->ballot, ballot) < 0 &&
		    ballot_cmp(c->ballot, highest) > 0 && is_proven(slot, c->ballot, value, false))
			highest = c->ballot;
	}
	for (unsigned i = 0; i < p->told && !ballot_is_none(highest); i++) {
		const struct message *m = &p->message[i];
		const struct claim *c = tells(m, slot);

		if (m->type == MSG_PROMISE && ballot_cmp(m->ballot, ballot) == 0 && c != NULL &&
		    ballot_cmp(c->ballot, highest) == 0 &&
		    is_proven(slot, c->ballot, c->value, false))
			set |= needed(slot, highest, c->value, false);
	}
	return set;
}

static unsigned check_claims(const struct claim *list, unsigned count, bool echoes)
{
	unsigned proven = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct claim *c = &list[i];

		assert_int_equal(c->certified, is_proven(c->slot, c->ballot, c->value, echoes));
		if (!c->certified) {
			assert_int_equal(c->cert, PROOF_NONE);
			continue;
		}
		proven++;
		assert_int_equal(messages_in(c->cert),
				 needed(c->slot, c->ballot, c->value, echoes));
	}
	return proven;
}

static void check_cases(policy_id policy, bool echoes)
{
	unsigned proven = 0, total = 0;

	set_up_policy(policy);
	for (unsigned i = 0; i < CASES; i++) {
		random_state = i;
		memset(known, 0, sizeof known);
		draw_case(echoes);
		for (unsigned k = 0; k < 4; k++) {
			const struct vote vote = {draw(SLOTS), any_ballot(),
						  (value_ref)(1 + k % 2)};

			assert_int_equal(certificates_is_asked(p, &vote),
					 who_says(MSG_ACCEPT, vote.slot, vote.ballot, vote.value) !=
						 0);
		}
		certificates_find(p, &verifier, &frame);
		proven += check_claims(p->claim, p->claims, echoes);
		proven += check_claims(frame.claim, frame.message.claims, echoes);
		total += p->claims + frame.message.claims;
	}
	/* enough of both that the comparison means something */
	assert_in_range(100 * proven / total, 3, 97);
}

static void under_echo_a_quorum_of_echoes_proves_a_vote(void **state)
{
	(void)state;
	check_cases(DEFENCE_SIGN | DEFENCE_ECHO | DEFENCE_JUSTIFY, true);
}

static void under_justify_alone_a_chain_of_accepts_and_promises_proves_a_vote(void **state)
{
	(void)state;
	check_cases(DEFENCE_SIGN | DEFENCE_JUSTIFY, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_several_proofs_share_is_written_once),
		cmocka_unit_test(under_echo_a_quorum_of_echoes_proves_a_vote),
		cmocka_unit_test(under_justify_alone_a_chain_of_accepts_and_promises_proves_a_vote),
	};

	return cmocka_run_group_tests_name("certificates", tests, set_up, tear_down);
}
