/* Wrong histories by chance, for the judge of invariants. Chance draws what nodes do; what the
 * judge objects to is taken back, and the history goes on, so that it grows deep and every row sees
 * right and wrong changes side by side. A reference of its own holds each history that the judge
 * let pass to what the paper demands; and tests/data/runs/judge.txt says how often each row
 * objected, and in which words first. REWRITE=1 build/tests/test_judge_chance writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/core/invariants_history.h"
#include "proto/fault/link.h"
#include "tests/support/lines.h"

#define SLOTS  5
#define VALUES 6 /* 2 to 4 are proposed */
#define SEEDS  40
#define STEPS  1800
#define VOTES  512

static uint64_t random_state, digest;
static struct invariants *judge;
static void *before;
static size_t judge_size;
static struct paxos node[6], node_before;
static struct paxos_output out;
static unsigned refused[INVARIANTS];
static char first_words[INVARIANTS][320];

/* Durable votes of honest nodes, and who cast them. */
static struct {
	slot_number slot;
	struct ballot ballot;
	value_ref value;
	node_set voters;
} vote_list[VOTES];
static unsigned votes, steps;

static uint64_t draw(uint64_t below)
{
	return below == 0 ? 0 : random_next(&random_state) % below;
}

static struct ballot any_ballot(void)
{
	return (struct ballot){(uint32_t)(1 + draw(1 + steps / 250)),
			       (node_id)(1 + draw(judge->config.nodes))};
}

static value_ref value_in(struct ballot b, slot_number slot)
{
	if (draw(20) == 0)
		return VALUE_NOOP;
	if (draw(7) == 0)
		return (value_ref)(2 + draw(VALUES - 2));
	return (value_ref)(2 + (b.round % 3 == 0 ? b.node % 3 : slot % 3));
}

static struct paxos_slot *slot_at(node_id id, slot_number slot)
{
	return &node[id].open[slot % SLOTS_OPEN_MAX];
}

static struct paxos_hard *hard_at(node_id id, slot_number slot)
{
	return &node[id].hard[slot % SLOTS_OPEN_MAX];
}

/* What the judge says, and whether it lets the change pass. */
static bool passes(node_id id)
{
	const enum invariant broken = invariants_broken(judge);

	if (broken == INVARIANT_NONE && !invariants_is_full(judge))
		return true;
	refused[broken]++; /* none is broken: the history is full */
	if (broken == INVARIANT_NONE)
		assert_string_equal(invariants_why(judge), "");
	if (first_words[broken][0] == 0)
		snprintf(first_words[broken], sizeof first_words[broken], "%s",
			 invariants_why(judge));
	digest = digest64(digest, (const uint8_t *)invariants_why(judge),
			  strlen(invariants_why(judge)));
	memcpy(judge, before, judge_size);
	node[id] = node_before;
	return false;
}

static void keep(node_id id)
{
	memcpy(before, judge, judge_size);
	node_before = node[id];
}

static void apply(node_id id, const struct paxos_write *w)
{
	switch (w->kind) {
	case WRITE_PROMISED:
		node[id].promised = w->ballot;
		break;
	case WRITE_VOTE:
		slot_at(id, w->slot)->voted_at = w->ballot;
		slot_at(id, w->slot)->voted = w->value;
		break;
	case WRITE_CHOSEN:
		slot_at(id, w->slot)->chosen = w->value;
		break;
	case WRITE_ECHO:
		hard_at(id, w->slot)->echoed_at = w->ballot;
		hard_at(id, w->slot)->echoed = w->value;
		break;
	case WRITE_SUMMARY:
	case WRITE_LOW:
		break;
	}
}

static void note_vote(node_id id, const struct paxos_write *w)
{
	unsigned i = 0;

	if (w->kind != WRITE_VOTE)
		return;
	while (i < votes && (vote_list[i].slot != w->slot || vote_list[i].value != w->value ||
			     ballot_cmp(vote_list[i].ballot, w->ballot) != 0))
		i++;
	assert_true(i < VOTES);
	if (i == votes) {
		vote_list[votes].slot = w->slot;
		vote_list[votes].ballot = w->ballot;
		vote_list[votes].value = w->value;
		vote_list[votes++].voters = 0;
	}
	vote_list[i].voters |= set_of(id);
}

/* Some vote or echo that other nodes have in the slot. */
static bool join_others(struct paxos_write *w, bool echoed)
{
	const node_id other = (node_id)(1 + draw(judge->config.nodes));
	const struct paxos_slot *s = slot_at(other, w->slot);
	const struct paxos_hard *h = hard_at(other, w->slot);

	w->ballot = echoed ? h->echoed_at : s->voted_at;
	w->value = echoed ? h->echoed : s->voted;
	return w->value != VALUE_NONE;
}

/* What some proposer asks for in the slot, or what is chosen there. */
static bool join_history(struct paxos_write *w)
{
	const struct slot_history *s = &judge->slot[w->slot];

	if (w->slot >= SLOTS)
		return false;
	if (s->chosen != VALUE_NONE && (w->kind == WRITE_CHOSEN || draw(2) == 0)) {
		w->ballot = s->chosen_at;
		w->value = s->chosen;
		return true;
	}
	for (const struct tally *t = first_tally(judge, w->slot); t != NULL;
	     t = next_tally(judge, t))
		if (t->proposed && draw(2) == 0) {
			w->ballot = t->ballot;
			w->value = t->value;
			return true;
		}
	return false;
}

static struct paxos_write any_write(node_id id)
{
	static proof_ref proofs[5];
	struct paxos_write w = {.slot = draw(SLOTS), .proof_list = proofs};

	if (draw(300) == 0)
		w.slot = SLOTS;
	w.ballot = draw(3) == 0 ? node[id].promised : any_ballot();
	w.value = value_in(w.ballot, w.slot);
	switch (draw(8)) {
	case 0:
		w.kind = WRITE_PROMISED;
		w.slot = 0;
		w.value = VALUE_NONE;
		w.ballot = any_ballot();
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		w.kind = WRITE_VOTE;
		if (draw(4) != 0 && !join_history(&w) && draw(3) != 0)
			(void)join_others(&w, draw(2) == 0);
		break;
	case 5:
		w.kind = WRITE_CHOSEN;
		if (draw(4) != 0 && !join_history(&w) && draw(2) != 0)
			(void)join_others(&w, false);
		break;
	default:
		w.kind = WRITE_ECHO;
		if (draw(4) != 0 && !join_history(&w) && draw(3) != 0)
			(void)join_others(&w, true);
		break;
	}
	if (w.value == VALUE_NONE && w.kind != WRITE_PROMISED)
		w.value = 2;
	w.proofs = (uint8_t)(draw(5) == 0 ? draw(5) : judge->config.quorum);
	for (unsigned i = 0; i < w.proofs; i++)
		proofs[i] = (proof_ref)(draw(30) == 0 ? draw(3) : i + 1);
	return w;
}

/* A step with up to two writes; then, mostly, what it wrote reaches the disk. */
static void do_step(node_id id)
{
	struct message heard = {.type = MSG_SYNC, .slot = draw(SLOTS)};
	const struct paxos_input in = {.kind = draw(3) == 0 ? INPUT_TIMER : INPUT_MESSAGE,
				       .message = &heard};

	keep(id);
	out.writes = (uint16_t)draw(3);
	for (unsigned i = 0; i < out.writes; i++) {
		out.write[i] = any_write(id);
		if (out.write[i].kind != WRITE_PROMISED && draw(5) != 0 &&
		    ballot_cmp(out.write[i].ballot, node[id].promised) > 0 && out.writes < 3) {
			out.write[out.writes] = (struct paxos_write){.kind = WRITE_PROMISED,
								     .ballot = out.write[i].ballot};
			apply(id, &out.write[out.writes++]);
		}
		apply(id, &out.write[i]);
	}
	invariants_step(judge, &node[id], &in, &out);
	if (!passes(id))
		return;
	for (unsigned i = 0; i < out.writes; i++) {
		if (draw(6) == 0)
			continue;
		keep(id);
		invariants_durable(judge, id, &out.write[i]);
		if (passes(id) && !set_has(judge->config.liars, id))
			note_vote(id, &out.write[i]);
	}
}

static struct message any_message(node_id id)
{
	static struct claim list[SLOTS];
	struct message m = {.type = (enum message_type)(1 + draw(MSG_SUMMARY - 1)),
			    .from = id,
			    .slot = draw(40) == 0 ? SLOTS : draw(SLOTS),
			    .ballot = draw(2) == 0 ? node[id].promised : any_ballot(),
			    .claim = list};

	if (draw(3) == 0)
		m.type = node[id].promised.node == id ? MSG_ACCEPT : MSG_PROMISE;
	if (m.type == MSG_PROMISE && draw(3) != 0)
		m.ballot = node[id].promised;
	if (m.type == MSG_ACCEPT && draw(4) != 0 && node[id].promised.node == id)
		m.ballot = node[id].promised;
	m.value = value_in(m.ballot, m.slot);
	m.promised = draw(3) == 0 ? any_ballot() : node[id].promised;
	m.low = draw(6) == 0 ? draw(3) : node[id].base;
	if (m.slot < SLOTS && (m.type == MSG_ACCEPTED || m.type == MSG_ECHO) && draw(5) != 0) {
		const struct paxos_slot *s = slot_at(id, m.slot);
		const struct paxos_hard *h = hard_at(id, m.slot);

		m.ballot = m.type == MSG_ECHO ? h->echoed_at : s->voted_at;
		m.value = m.type == MSG_ECHO ? h->echoed : s->voted;
	}
	if (m.slot < SLOTS && m.type == MSG_COMMIT && draw(4) != 0)
		m.value = slot_at(id, m.slot)->chosen;
	for (slot_number slot = m.slot; m.type == MSG_PROMISE && slot < SLOTS; slot++) {
		const struct paxos_slot *s = slot_at(id, slot);

		if (s->voted == VALUE_NONE || draw(9) == 0)
			continue;
		list[m.claims++] = (struct claim){
			.slot = slot, .ballot = s->voted_at, .value = value_in(m.ballot, slot)};
		if (draw(9) != 0)
			list[m.claims - 1].value = s->voted;
	}
	return m;
}

static void send(node_id id)
{
	struct message m = any_message(id);

	keep(id);
	if (set_has(judge->config.liars, id) && draw(8) == 0)
		m.from = (node_id)(1 + draw(judge->config.nodes));
	invariants_sent(judge, id, &m);
	(void)passes(id);
}

/* As its disk has it, or with less. */
static void come_back(node_id id)
{
	const slot_number slot = draw(SLOTS);

	keep(id);
	if (draw(4) == 0)
		node[id].promised = any_ballot();
	if (draw(4) == 0)
		slot_at(id, slot)->voted_at = BALLOT_NONE;
	if (draw(4) == 0)
		hard_at(id, slot)->echoed_at = BALLOT_NONE;
	invariants_back(judge, &node[id]);
	(void)passes(id);
}

/* A state that no write explains. */
static void tamper(node_id id)
{
	const struct paxos_input in = {.kind = INPUT_TIMER};
	const slot_number slot = judge->node[id].turn % SLOTS_OPEN_MAX;

	keep(id);
	out.writes = 0;
	switch (draw(8)) {
	case 0:
		node[id].promised.round++;
		break;
	case 1:
		slot_at(id, slot)->voted_at.round++;
		break;
	case 2:
		slot_at(id, slot)->chosen++;
		break;
	case 3:
		hard_at(id, slot)->echoed_at.round++;
		break;
	case 4:
		hard_at(id, slot)->echoed++;
		break;
	case 5:
		slot_at(id, slot)->voted++;
		break;
	default:
		break;
	}
	invariants_step(judge, &node[id], &in, &out);
	if (invariants_broken(judge) == INVARIANT_NONE)
		node[id] = node_before;
	(void)passes(id);
	/* Of a node's many open slots only the first few are of the log. */
	if (judge->node[id].turn % SLOTS_OPEN_MAX >= SLOTS)
		judge->node[id].turn = 0;
}

/* "Only a single value is chosen", by votes of honest nodes that reached their disks. */
static void assert_agreement(unsigned quorum)
{
	for (unsigned i = 0; i < votes; i++)
		for (unsigned k = 0; k < i; k++)
			if (vote_list[i].slot == vote_list[k].slot &&
			    vote_list[i].value != vote_list[k].value)
				assert_false(set_count(vote_list[i].voters) >= quorum &&
					     set_count(vote_list[k].voters) >= quorum);
}

static void add_state(void)
{
	for (slot_number slot = 0; slot < SLOTS; slot++) {
		const uint64_t of[] = {invariants_chosen(judge, slot), judge->slot[slot].known,
				       judge->slot[slot].chosen_at.round,
				       invariants_chosen_upto(judge), judge->slots_end};

		digest = digest64(digest, (const uint8_t *)of, sizeof of);
		for (const struct tally *t = first_tally(judge, slot); t != NULL;
		     t = next_tally(judge, t)) {
			const uint64_t tally[] = {t->ballot.round, t->ballot.node, t->value,
						  t->proposed,     t->voters,      t->echoers};

			digest = digest64(digest, (const uint8_t *)tally, sizeof tally);
		}
	}
}

static void run(const struct invariants_config *config, uint64_t seed)
{
	random_state = seed;
	judge_size = invariants_size(config);
	judge = invariants_init(malloc(judge_size), config);
	before = malloc(judge_size);
	votes = 0;
	for (value_ref value = 2; value < VALUES - 1; value++)
		invariants_proposed(judge, value);
	for (node_id id = 1; id <= config->nodes; id++) {
		struct paxos_config of = paxos_config_default(id, config->nodes, MODE_MULTI);
		of.policy = config->policy;

		paxos_init(&node[id], &of);
		/* All follow what holds. */
		if (config->policy_changes)
			paxos_set_policy(&node[id], 3, DEFENCE_SIGN | DEFENCE_QUORUM);
	}
	if (config->policy_changes)
		invariants_policy(judge, 3, DEFENCE_SIGN | DEFENCE_QUORUM);
	for (steps = 0; steps < STEPS; steps++) {
		const node_id id = (node_id)(1 + draw(config->nodes));
		const uint64_t which = draw(12);

		if (which < 6)
			do_step(id);
		else if (which < 10)
			send(id);
		else if (which < 11)
			come_back(id);
		else
			tamper(id);
		add_state();
	}
	assert_agreement(config->nodes / 2 + 1u);
	free(before);
	free(judge);
}

static const struct {
	uint8_t nodes, quorum;
	node_set liars;
	policy_id policy;
	bool changes;
	uint32_t ballots;
} settings[] = {
	{3, 2, 0, POLICY_NONE, false, 160},
	{4, 3, 1 << 3, DEFENCE_SIGN | DEFENCE_JUSTIFY, false, 11},
	{4, 3, 0, DEFENCE_SIGN, true, 160},
	{4, 3, 0, DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT,
	 false, 160},
	{4, 3, 1 << 3,
	 DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT, false, 160},
	{4, 3, 1 << 3, DEFENCE_SIGN | DEFENCE_ECHO, true, 160},
	{4, 3, 1 << 3, DEFENCE_SIGN | DEFENCE_JUSTIFY | DEFENCE_CERT, false, 160},
	{5, 3, 1 << 4, POLICY_NONE, false, 160},
	{3, 2, 1 << 2, DEFENCE_SIGN, false, 160},
};

static void the_judge_objects_to_what_is_wrong_and_to_nothing_else(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/judge.txt");
	for (unsigned i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		const struct invariants_config config = {
			.nodes = settings[i].nodes,
			.quorum = settings[i].quorum,
			.slots = SLOTS,
			.ballots = settings[i].ballots,
			.values = VALUES,
			.liars = settings[i].liars,
			.policy = settings[i].policy,
			.policy_changes = settings[i].changes,
		};

		digest = 0;
		memset(refused, 0, sizeof refused);
		memset(first_words, 0, sizeof first_words);
		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			run(&config, 100 * i + seed);
		lines_add("%u nodes, quorum %u, liars %x, policy %x, %u rows: %016llx\n",
			  config.nodes, config.quorum, config.liars, config.policy,
			  invariants_judged(&config), (unsigned long long)digest);
		for (unsigned row = 0; row < INVARIANTS; row++)
			if (refused[row] > 0)
				lines_add("    %5u %s\n", refused[row], first_words[row]);
	}
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_judge_objects_to_what_is_wrong_and_to_nothing_else),
	};

	return cmocka_run_group_tests_name("judge_chance", tests, NULL, NULL);
}
