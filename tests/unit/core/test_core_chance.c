/* One node under inputs that chance draws: messages of every type in any order, values, timers,
 * links. Every step is held to a reference that is written from the paper and knows nothing of the
 * code: what an acceptor may say, when a value may be counted as chosen, what a proposer must
 * propose. Beside that each line of tests/data/runs/core.txt is a digest of all that the node put
 * out: REWRITE=1 build/tests/test_core_chance writes them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/core_digest.h"
#include "tests/support/drawn_inputs.h"
#include "tests/support/lines.h"
#include "tests/support/lone_node.h"

#define SLOTS   DRAWN_SLOTS
#define BALLOTS 400 /* that are told apart: round and node */
#define STEPS   260
#define SEEDS   80
#define VALUES  DRAWN_VALUES

static uint64_t digest;

/* What the reference remembers. */
static struct {
	struct ballot promised;
	struct ballot voted_at[SLOTS], echoed_at[SLOTS];
	value_ref voted[SLOTS], echoed[SLOTS], chosen[SLOTS];
	node_set accepted[SLOTS][BALLOTS][VALUES + 2]; /* who said so */
	bool asked[SLOTS][BALLOTS][VALUES + 2];        /* by the ballot's owner */
	value_ref proposed[SLOTS][BALLOTS];            /* by this node */
	struct ballot claim_at[SLOTS];                 /* in the Promises that this ballot counts */
	value_ref claim[SLOTS];
	struct ballot claims_of; /* the ballot whose Promises these are */
	node_set promises;
	bool left[SLOTS]; /* voted or echoed in under a policy that does not hold any more */
	unsigned count[EVENT_KINDS];
} ref;

static unsigned value_place(value_ref value)
{
	return value == VALUE_NOOP                  ? VALUES
	       : value >= 10 && value < 10 + VALUES ? value - 10
						    : VALUES + 1;
}

static unsigned ballot_place(struct ballot b)
{
	const uint64_t place = (uint64_t)b.round * 8 + b.node;

	if (b.round == ROUND_MAX)
		return BALLOTS - 8 + b.node;
	return place < BALLOTS - 8 ? (unsigned)place : BALLOTS - 8;
}

/* The reference. */

static void note_heard(const struct message *m)
{
	if (m->slot >= SLOTS)
		return;
	if (m->type == MSG_ACCEPTED)
		ref.accepted[m->slot][ballot_place(m->ballot)][value_place(m->value)] |=
			set_of(m->from);
	if (m->type == MSG_ACCEPT)
		ref.asked[m->slot][ballot_place(m->ballot)][value_place(m->value)] = true;
	for (unsigned i = 0; m->type == MSG_COMMIT && i < m->told; i++)
		if (m->tell[i].type == MSG_ACCEPTED)
			note_heard(&m->tell[i]);
}

/* "an acceptor can accept a proposal numbered n iff it has not responded to a prepare request
 * having a number greater than n", and it votes for one value in a ballot. */
static void check_write(const struct paxos_write *w, struct ballot before)
{
	if (w->kind == WRITE_CHOSEN) {
		assert_true(ref.chosen[w->slot] == VALUE_NONE || ref.chosen[w->slot] == w->value);
		ref.chosen[w->slot] = w->value;
		return;
	}
	assert_true(out.must_sync);
	if (w->kind == WRITE_PROMISED) {
		assert_true(ballot_cmp(w->ballot, ref.promised) > 0);
		ref.promised = w->ballot;
		return;
	}
	assert_true(ballot_cmp(w->ballot, before) >= 0);
	assert_false(ref.left[w->slot]);
	if (w->kind == WRITE_ECHO) {
		assert_true(ballot_cmp(w->ballot, ref.echoed_at[w->slot]) > 0);
		ref.echoed_at[w->slot] = w->ballot;
		ref.echoed[w->slot] = w->value;
		return;
	}
	const int order = ballot_cmp(w->ballot, ref.voted_at[w->slot]);
	assert_true(order > 0 || (order == 0 && ref.voted[w->slot] == w->value));
	ref.voted_at[w->slot] = w->ballot;
	ref.voted[w->slot] = w->value;
	ref.accepted[w->slot][ballot_place(w->ballot)][value_place(w->value)] |= set_of(SELF);
	if (w->ballot.node != SELF && !policy_has(paxos_policy(&p, w->slot), DEFENCE_ECHO))
		assert_true(ref.asked[w->slot][ballot_place(w->ballot)][value_place(w->value)]);
}

/* A ballot from the slot on is about the slots below this one. */
static slot_number ballot_end(slot_number slot)
{
	for (unsigned i = 1; i < p.lines; i++)
		if (p.line[i].from > slot)
			return p.line[i].from;
	return SLOTS;
}

static void check_promise_sent(const struct message *m)
{
	unsigned votes = 0;

	assert_int_equal(ballot_cmp(m->ballot, ref.promised), 0);
	assert_int_equal(m->low, p.base);
	for (slot_number slot = m->slot; slot < SLOTS && slot < ballot_end(m->slot); slot++)
		assert_true(slot < p.base || !ref.left[slot]);
	for (slot_number slot = m->slot > p.base ? m->slot : p.base;
	     slot < SLOTS && slot < p.base + SLOTS_OPEN_MAX; slot++) {
		if (ref.voted[slot] == VALUE_NONE)
			continue;
		assert_true(votes < m->claims);
		assert_int_equal(m->claim[votes].slot, slot);
		assert_int_equal(m->claim[votes].value, ref.voted[slot]);
		assert_int_equal(ballot_cmp(m->claim[votes].ballot, ref.voted_at[slot]), 0);
		votes++;
	}
	assert_int_equal(votes, m->claims);
}

/* "v is the value of the highest-numbered proposal among the responses, or is any value if the
 * responses reported no proposals." */
static void check_accept_sent(const struct message *m)
{
	value_ref *once = &ref.proposed[m->slot][ballot_place(m->ballot)];

	assert_int_equal(m->ballot.node, SELF);
	assert_true(*once == VALUE_NONE || *once == m->value);
	if (*once == VALUE_NONE && ballot_cmp(ref.claims_of, m->ballot) == 0 &&
	    ref.claim[m->slot] != VALUE_NONE)
		assert_int_equal(m->value, ref.claim[m->slot]);
	*once = m->value;
}

static void check_sent(const struct message *m)
{
	assert_int_equal(m->from, SELF);
	assert_true(m->to != 0 && (m->to & ~set_first(p.config.nodes)) == 0);
	switch (m->type) {
	case MSG_PREPARE:
		assert_int_equal(m->ballot.node, SELF);
		break;
	case MSG_PROMISE:
		check_promise_sent(m);
		break;
	case MSG_ACCEPT:
		check_accept_sent(m);
		break;
	case MSG_ACCEPTED:
		assert_int_equal(ref.voted[m->slot], m->value);
		assert_int_equal(ballot_cmp(ref.voted_at[m->slot], m->ballot), 0);
		break;
	case MSG_ECHO:
		assert_int_equal(ref.echoed[m->slot], m->value);
		assert_int_equal(ballot_cmp(ref.echoed_at[m->slot], m->ballot), 0);
		break;
	case MSG_COMMIT:
		assert_int_equal(ref.chosen[m->slot], m->value);
		break;
	case MSG_NACK:
		assert_int_equal(ballot_cmp(m->promised, ref.promised), 0);
		break;
	default:
		break;
	}
}

static void add_claim(const struct claim *c)
{
	if (c->slot >= SLOTS || ballot_cmp(c->ballot, ref.claim_at[c->slot]) <= 0)
		return;
	ref.claim_at[c->slot] = c->ballot;
	ref.claim[c->slot] = c->value;
}

/* The proposer says which Promise it counts: that which it was just given, or its own. */
static void note_counted(const struct event *e, const struct message *m)
{
	if (ballot_cmp(ref.claims_of, e->ballot) != 0) {
		memset(ref.claim_at, 0, sizeof ref.claim_at);
		memset(ref.claim, 0, sizeof ref.claim);
		ref.claims_of = e->ballot;
		ref.promises = 0;
	}
	assert_false(set_has(ref.promises, e->peer));
	ref.promises |= set_of(e->peer);
	assert_int_equal(e->count, set_count(ref.promises));
	if (m != NULL && m->type == MSG_PROMISE && m->from == e->peer) {
		assert_true(m->low <= (p.from > p.base ? p.from : p.base));
		for (unsigned i = 0; i < m->claims; i++)
			add_claim(&m->claim[i]);
		return;
	}
	for (slot_number slot = e->slot; slot < SLOTS; slot++)
		if (ref.voted[slot] != VALUE_NONE && slot >= p.base)
			add_claim(&(struct claim){.slot = slot,
						  .ballot = ref.voted_at[slot],
						  .value = ref.voted[slot]});
}

/* "a learner must find out that a proposal has been accepted by a majority of acceptors" */
static void check_chosen(const struct event *e, unsigned quorum)
{
	node_set by;

	if (e->because != BECAUSE_COUNTED)
		return;
	by = ref.accepted[e->slot][ballot_place(e->ballot)][value_place(e->value)];
	assert_true(set_count(by) >= quorum);
}

static void check_step(const struct message *m)
{
	/* What a step writes is one change: its last promise may come after its vote. */
	const struct ballot before = ref.promised;

	for (unsigned i = 0; i < out.events; i++) {
		const struct event *e = &out.event[i];

		ref.count[e->kind]++;
		if (e->kind == EVENT_COUNTED && e->type == MSG_PROMISE)
			note_counted(e, m);
	}
	for (unsigned i = 0; i < out.writes; i++)
		check_write(&out.write[i], before);
	for (unsigned i = 0; i < out.events; i++)
		if (out.event[i].kind == EVENT_CHOSEN)
			check_chosen(&out.event[i], paxos_quorum(&p, out.event[i].slot));
	for (unsigned i = 0; i < out.sends; i++)
		check_sent(&out.send[i]);
	assert_int_equal(ballot_cmp(p.promised, ref.promised), 0);
	for (slot_number slot = 0; slot < p.base && slot < SLOTS; slot++)
		assert_true(ref.chosen[slot] != VALUE_NONE);
}

/* What the node has to hear of itself, signed: it asks, it votes, it counts. */
static void hear_oneself(unsigned depth)
{
	static struct message own[4][8];
	static struct claim own_claims[4][SLOTS_OPEN_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < out.sends && count < 8 && depth < 4; i++) {
		struct message *m = &own[depth][count];

		if (!set_has(out.send[i].to, SELF))
			continue;
		*m = out.send[i];
		m->proof = (proof_ref)(5000 + m->type);
		m->view = 4000;
		m->told = 0;
		if (m->claims > 0)
			memcpy(own_claims[depth], m->claim, m->claims * sizeof *m->claim);
		m->claim = own_claims[depth];
		for (unsigned k = 0; k < m->claims; k++)
			own_claims[depth][k].certified = true;
		if (m->type == MSG_NEW_VIEW)
			drawn_told(m, MSG_PROMISE);
		if (m->type == MSG_ACCEPT)
			drawn_note_accept(m);
		count++;
	}
	for (unsigned i = 0; i < count; i++) {
		note_heard(&own[depth][i]);
		hear(&own[depth][i]);
		check_step(&own[depth][i]);
		digest = digest_step(digest, false);
		hear_oneself(depth + 1);
	}
}

/* A change of defences holds from a slot on that this node has not touched. */
static void change_policy(void)
{
	static const char *const texts[] = {"none",      "sign",   "all",
					    "sign+echo", "quorum", "sign+justify"};
	const slot_number from = p.base + draw(10);
	const policy_id policy = policy_of(texts[draw(6)]);
	const policy_id was = paxos_policy(&p, from);
	const bool is_last = from >= p.line[p.lines - 1].from;

	if (!paxos_set_policy(&p, from, policy)) {
		assert_int_equal(paxos_policy(&p, from), was);
		return;
	}
	assert_int_equal(paxos_policy(&p, from), policy);
	assert_int_equal(paxos_policy_now(&p), policy);
	for (slot_number slot = from; slot < SLOTS && !(is_last && was == policy); slot++)
		assert_true(ref.voted[slot] == VALUE_NONE && ref.echoed[slot] == VALUE_NONE &&
			    ref.chosen[slot] == VALUE_NONE);
}

/* What was heard and proposed in the slot under the policy before counts for nothing. */
static void forget_slot(slot_number slot)
{
	ref.left[slot] |= ref.voted[slot] != VALUE_NONE || ref.echoed[slot] != VALUE_NONE;
	memset(ref.accepted[slot], 0, sizeof ref.accepted[slot]);
	memset(ref.asked[slot], 0, sizeof ref.asked[slot]);
	ref.claim_at[slot] = BALLOT_NONE;
	ref.claim[slot] = VALUE_NONE;
}

/* A change of which the node hears late holds whatever the node has touched. */
static void hear_of_policy_late(void)
{
	static const char *const texts[] = {"none", "sign", "sign+echo", "quorum", "sign+justify"};
	struct policy_line line[POLICY_LINES_MAX];
	policy_id before[SLOTS];

	for (slot_number slot = 0; slot < SLOTS; slot++)
		before[slot] = paxos_policy(&p, slot);
	memcpy(line, p.line, sizeof line);
	const unsigned lines = policy_lines_put(
		line, p.lines, (p.base > 2 ? p.base - 2 : 0) + draw(9), policy_of(texts[draw(5)]));
	if (lines == 0)
		return;
	paxos_follow_lines(&p, line, lines);
	for (slot_number slot = p.base; slot < SLOTS; slot++)
		if (before[slot] != paxos_policy(&p, slot) && ref.chosen[slot] == VALUE_NONE)
			forget_slot(slot);
	for (slot_number slot = p.base; slot < SLOTS; slot++) {
		const struct message accept = {.type = MSG_ACCEPT, .slot = slot};
		const struct message prepare = {.type = MSG_PREPARE, .slot = slot};
		bool is_left = false;

		for (slot_number i = slot; i < SLOTS && i < ballot_end(slot); i++)
			is_left |= ref.left[i];
		assert_int_equal(paxos_keeps_out_of(&p, &accept), ref.left[slot]);
		assert_int_equal(paxos_keeps_out_of(&p, &prepare), is_left);
	}
	const struct slot_bits left = paxos_out_of(&p);
	digest = digest_word(digest_word(digest, left.from), left.bits);
}

static void run(const char *policy, const char *next, uint8_t nodes, enum paxos_mode mode)
{
	const bool late = next != NULL && strcmp(next, "late") == 0;
	struct message m;

	begin(nodes, mode, policy);
	if (nodes == 4)
		p.config.gossip_us = 0;
	if (next != NULL && !late)
		assert_true(paxos_set_policy(&p, 3, policy_of(next)));
	for (unsigned i = 0; i < STEPS && p.base + SLOTS_OPEN_MAX < SLOTS; i++) {
		if (late && draw(25) == 0)
			hear_of_policy_late();
		const struct paxos_input in = drawn_input(&m);
		const struct message *heard = in.kind == INPUT_MESSAGE ? &m : NULL;

		if (heard != NULL)
			note_heard(heard);
		if (next != NULL && !late && draw(50) == 0)
			change_policy();
		paxos_step(&p, &in, &out);
		check_step(heard);
		digest = digest_step(digest, i % 8 == 0);
		if (draw(4) != 0)
			hear_oneself(0);
	}
}

static const struct {
	const char *policy, *next;
} policies[] = {
	{"none", NULL},
	{"none", "all"},
	{"sign", NULL},
	{"sign+quorum", NULL},
	{"reject", NULL},
	{"budget", NULL},
	{"sign+lease", NULL},
	{"sign+window", NULL},
	{"sign+cert", NULL},
	{"sign+echo", NULL},
	{"sign+justify", NULL},
	{"sign+justify+cert", "none"},
	{"sign+quorum+echo+cert", NULL},
	{"sign+echo+justify", NULL},
	{"all", NULL},
	{"all", "none"},
	{"none", "late"},
	{"sign+echo", "late"},
	{"sign+justify", "late"},
};

static void a_node_does_what_the_paper_says_whatever_it_hears(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/core.txt");
	for (unsigned i = 0; i < sizeof policies / sizeof policies[0]; i++)
		for (enum paxos_mode mode = MODE_SINGLE; mode <= MODE_MULTI; mode++) {
			digest = 0;
			memset(ref.count, 0, sizeof ref.count);
			for (uint64_t seed = 1; seed <= SEEDS; seed++) {
				const size_t counts = sizeof ref.count;
				unsigned kept[EVENT_KINDS];

				memcpy(kept, ref.count, counts);
				memset(&ref, 0, sizeof ref);
				memcpy(ref.count, kept, counts);
				drawn_begin(1000 * i + 100 * mode + seed, seed % 6 == 5);
				run(policies[i].policy, policies[i].next,
				    (uint8_t)(seed < 3 ? 2 : 3 + seed % 3), mode);
			}
			lines_add("%-22s %-5s %s: %3u promised %3u accepted %3u echoed %3u chosen "
				  "%3u refused %3u preempted %3u led, %016llx\n",
				  policies[i].policy,
				  policies[i].next == NULL ? "" : policies[i].next,
				  mode == MODE_SINGLE ? "single" : "multi ",
				  ref.count[EVENT_PROMISED], ref.count[EVENT_ACCEPTED],
				  ref.count[EVENT_ECHOED], ref.count[EVENT_CHOSEN],
				  ref.count[EVENT_REFUSED], ref.count[EVENT_PREEMPTED],
				  ref.count[EVENT_LEADING], (unsigned long long)digest);
		}
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_does_what_the_paper_says_whatever_it_hears),
	};

	return cmocka_run_group_tests_name("core_chance", tests, NULL, NULL);
}
