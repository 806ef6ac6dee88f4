/* The hardened core, exhaustively: one slot, n - 1 honest nodes, and one liar that is limited by
 * its key only. Every order in which messages may arrive or be lost is visited, and with them
 * everything that the liar may sign at any moment. What an honest node sent stays in the network
 * for ever; what the liar may sign is there from the moment on at which it could.
 *
 * Proofs are symbols: an honest message is proven by having been sent, a vote by a quorum of Echoes
 * that could be shown by now. Under `justify` alone a vote counts as proven if its ballot's owner
 * signed it; proto/member/proofs.c asks for more.
 *
 * A value is chosen when a quorum has voted for it in one ballot, the liar for whatever it likes.
 * The rows are those of "anything its key allows". */
#define SLOTS_OPEN_MAX   1
#define PENDING_MAX      1
#define NODES_MAX        4
#define POLICY_LINES_MAX 2
#define SUMMARIES_MAX    1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The same sources as everywhere, under other limits. */
#include "proto/core/acceptor.c"
#include "proto/core/backoff.c"
#include "proto/core/decision.c"
#include "proto/core/early.c"
#include "proto/core/gossip.c"
#include "proto/core/learner.c"
#include "proto/core/lease.c"
#include "proto/core/letter.c"
#include "proto/core/level.c"
#include "proto/core/lines.c"
#include "proto/core/message.c"
#include "proto/core/note.c"
#include "proto/core/on_accept.c"
#include "proto/core/on_accepted.c"
#include "proto/core/on_commit.c"
#include "proto/core/on_echo.c"
#include "proto/core/on_nack.c"
#include "proto/core/on_new_view.c"
#include "proto/core/on_prepare.c"
#include "proto/core/on_promise.c"
#include "proto/core/on_summary.c"
#include "proto/core/on_sync.c"
#include "proto/core/output.c"
#include "proto/core/patience.c"
#include "proto/core/paxos.c"
#include "proto/core/paxos_state.c"
#include "proto/core/policy.c"
#include "proto/core/proposer.c"
#include "proto/core/queue.c"
#include "proto/core/round.c"
#include "proto/core/summary.c"
#include "proto/core/tail.c"
#include "proto/core/view.c"
#include "proto/core/words.c"

#define LETTERS_MAX 1024
#define SEEN_BITS   23
#define STACK_MAX   (1u << 20)
#define VALUES      2 /* value_ref 2 is A, 3 is B */
#define ROUNDS_MAX  3
#define TOLD        NODES_MAX

/* A signed message. Its number, from 1, is its proof. */
struct letter {
	enum message_type type;
	node_id from;
	node_set to;
	struct ballot ballot;
	value_ref value; /* Promise: of its claim, VALUE_NONE = none */
	struct ballot claim_at;
	uint32_t view;          /* Accept: the NewView's letter */
	uint32_t promise[TOLD]; /* NewView */
};

static struct letter letters[LETTERS_MAX];
static unsigned letters_count;

struct world {
	struct paxos node[NODES_MAX]; /* by id - 1; the last is the liar's, and not used */
	uint64_t sent[LETTERS_MAX / 64];
	uint64_t votes; /* every vote of the honest: bit of ballot, value, voter */
	uint8_t proposed;
};

static uint8_t nodes, liar;
static unsigned quorum;
static policy_id policy;
static struct ballot allowed[4];
static unsigned allowed_count;
static struct paxos_output out;
static uint64_t (*seen)[2];
static struct world *stack;
static size_t stack_count;
static uint64_t states;
static bool broken;

static unsigned letter_number(const struct letter *l)
{
	for (unsigned i = 0; i < letters_count; i++)
		if (memcmp(&letters[i], l, sizeof *l) == 0)
			return i + 1;
	assert_true(letters_count < LETTERS_MAX);
	letters[letters_count] = *l;
	return ++letters_count;
}

static bool is_sent(const struct world *w, unsigned number)
{
	return (w->sent[(number - 1) / 64] >> (number - 1) % 64 & 1) != 0;
}

static unsigned ballot_place(struct ballot b)
{
	for (unsigned i = 0; i < allowed_count; i++)
		if (ballot_cmp(allowed[i], b) == 0)
			return i;
	return UINT32_MAX;
}

static uint64_t vote_bit(unsigned place, value_ref value, node_id voter)
{
	return (uint64_t)1 << ((place * VALUES + value - 2) * NODES_MAX + voter - 1);
}

static bool is_chosen(const struct world *w, unsigned place, value_ref value)
{
	unsigned voters = 1;

	for (node_id i = 1; i <= nodes; i++)
		voters += i != liar && (w->votes & vote_bit(place, value, i)) != 0;
	return voters >= quorum && voters > 1;
}

static bool is_violated(const struct world *w)
{
	bool chosen[VALUES] = {false};

	for (unsigned place = 0; place < allowed_count; place++)
		for (value_ref v = 2; v < 2 + VALUES; v++)
			chosen[v - 2] |= is_chosen(w, place, v);
	return chosen[0] && chosen[1];
}

/* An Accept for this value in this ballot is there, or the liar could sign one. */
static bool is_asked(const struct world *w, struct ballot b, value_ref value)
{
	if (b.node == liar)
		return true;
	for (unsigned i = 1; i <= letters_count; i++)
		if (letters[i - 1].type == MSG_ACCEPT && letters[i - 1].value == value &&
		    ballot_cmp(letters[i - 1].ballot, b) == 0 && is_sent(w, i))
			return true;
	return false;
}

static node_set echoed_by(const struct world *w, struct ballot b, value_ref value)
{
	node_set who = is_asked(w, b, value) ? set_of(liar) : 0;

	for (unsigned i = 1; i <= letters_count; i++)
		if (letters[i - 1].type == MSG_ECHO && letters[i - 1].value == value &&
		    ballot_cmp(letters[i - 1].ballot, b) == 0 && is_sent(w, i))
			who |= set_of(letters[i - 1].from);
	return who;
}

static bool can_be_shown(const struct world *w, struct ballot b, value_ref value)
{
	if (policy_has(policy, DEFENCE_ECHO))
		return set_count(echoed_by(w, b, value)) >= quorum;
	return is_asked(w, b, value);
}

/* What only decides when something is tried is no part of the state. Nor is what comes again
 * whenever it is needed: a NewView comes with each Accept that rests on it, Echoes as a quorum. */
static void forget(struct paxos *p)
{
	struct paxos_hard *h = &p->hard[0];
	struct ballot echoed_at = h->echoed_at;
	value_ref echoed = h->echoed;
	proof_ref claim_cert = h->claim_cert;

	memset(h, 0, sizeof *h);
	h->echoed_at = echoed_at;
	h->echoed = echoed;
	h->claim_cert = claim_cert;
	memset(&p->view, 0, sizeof p->view);
	if (p->role != ROLE_PREPARING) {
		memset(p->promise_proof, 0, sizeof p->promise_proof);
		memset(p->view_claim, 0, sizeof p->view_claim);
		p->view_slot = p->view_claims = 0;
		p->view_by = p->promised_by = 0;
		p->open[0].claim = VALUE_NONE;
		p->open[0].claim_at = BALLOT_NONE;
		p->open[0].claim_by = NODE_NONE;
		h->claim_cert = PROOF_NONE;
	}
	p->random = 0;
	p->now = 0;
	p->proposer_at = p->role == ROLE_WAITING;
	memset(&p->gossip, 0, sizeof p->gossip);
	memset(&p->round, 0, sizeof p->round);
	p->resends = p->losses = p->unheard = 0;
	p->refused_by = 0;
	memset(&p->tail, 0, sizeof p->tail);
	p->tail.slot = SLOT_NONE;
}

static struct message message_of(const struct world *w, const struct letter *l, uint32_t number,
				 struct claim *claim)
{
	struct message m = {
		.type = l->type,
		.from = l->from,
		.to = l->to,
		.ballot = l->ballot,
		.value = l->type == MSG_PROMISE ? VALUE_NONE : l->value,
		.proof = number,
		.view = l->type == MSG_NEW_VIEW ? number : l->view,
		.claim = claim,
	};

	if (l->type == MSG_PROMISE && l->value != VALUE_NONE) {
		bool certified = can_be_shown(w, l->claim_at, l->value);
		*claim = (struct claim){0, l->claim_at, l->value, certified, certified};
		m.claims = 1;
	}
	return m;
}

#define OWN_MAX 32

static uint32_t own[OWN_MAX];
static unsigned owns;

/* The core's words go into the network; those to itself are noted. */
static void send_out(struct world *w, node_id id)
{
	uint32_t view = 0;

	for (unsigned i = 0; i < out.writes; i++)
		if (out.write[i].kind == WRITE_VOTE) {
			unsigned place = ballot_place(out.write[i].ballot);
			assert_true(place < allowed_count);
			w->votes |= vote_bit(place, out.write[i].value, id);
		}
	for (unsigned i = 0; i < out.sends; i++) {
		const struct message *m = &out.send[i];
		struct letter l;

		if (m->type == MSG_NACK || m->type == MSG_SYNC || m->type == MSG_COMMIT ||
		    m->type == MSG_ACCEPTED)
			continue;
		memset(&l, 0, sizeof l);
		l.type = m->type;
		l.from = id;
		l.to = m->to;
		l.ballot = m->ballot;
		l.value = m->value;
		if (m->claims > 0 && m->type == MSG_PROMISE) {
			l.claim_at = m->claim[0].ballot;
			l.value = m->claim[0].value;
		}
		for (unsigned k = 0; k < m->proofs && m->type == MSG_NEW_VIEW && k < quorum; k++)
			l.promise[k] = m->proof_list[k];
		if (m->type == MSG_ACCEPT)
			l.view = view;
		unsigned number = letter_number(&l);
		w->sent[(number - 1) / 64] |= (uint64_t)1 << (number - 1) % 64;
		if (m->type == MSG_NEW_VIEW)
			view = number;
		if (set_has(m->to, id)) {
			assert_true(owns < OWN_MAX);
			own[owns++] = number;
		}
	}
}

static void take(struct world *w, node_id id, const struct message *m)
{
	struct paxos_input in = {.kind = INPUT_MESSAGE, .message = m};

	paxos_step(&w->node[id - 1], &in, &out);
	send_out(w, id);
}

/* A NewView is told with its promises, as they are proven by now, and with the highest as its own
 * claim. */
static void take_one(struct world *w, node_id id, const struct letter *l, uint32_t number)
{
	struct claim claim[TOLD + 1];
	struct message tell[TOLD];
	struct message m = message_of(w, l, number, &claim[TOLD]);

	m.tell = tell;
	for (unsigned i = 0; i < TOLD && l->type == MSG_NEW_VIEW && l->promise[i] != 0; i++) {
		const struct letter *p = &letters[l->promise[i] - 1];
		tell[m.told++] = message_of(w, p, l->promise[i], &claim[i]);
		if (tell[i].claims > 0 && claim[i].certified &&
		    (m.claims == 0 || ballot_cmp(claim[i].ballot, claim[TOLD].ballot) > 0)) {
			claim[TOLD] = claim[i];
			m.claims = 1;
		}
	}
	m.claim = &claim[TOLD];
	take(w, id, &m);
}

/* What it tells itself it hears before anything else. */
static void settle_own(struct world *w, node_id id)
{
	for (unsigned i = 0; i < owns; i++)
		take_one(w, id, &letters[own[i] - 1], own[i]);
	owns = 0;
}

static void take_letter(struct world *w, node_id id, const struct letter *l, uint32_t number)
{
	take_one(w, id, l, number);
	settle_own(w, id);
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

static void push(struct world *w)
{
	uint64_t a = 1, b = 2, word;

	for (node_id id = 1; id <= nodes; id++)
		if (id != liar)
			forget(&w->node[id - 1]);
	for (size_t i = 0; i + sizeof word <= sizeof *w; i += sizeof word) {
		memcpy(&word, (const uint8_t *)w + i, sizeof word);
		a = mix(a, word);
		b = mix(b ^ 0x5851f42d4c957f2du, word);
	}
	for (uint64_t at = a;; at++) {
		uint64_t *place = seen[at & ((1u << SEEN_BITS) - 1)];
		if (place[0] == a && place[1] == b)
			return;
		if (place[0] != 0 || place[1] != 0)
			continue;
		place[0] = a;
		place[1] = b;
		break;
	}
	states++;
	assert_true(states < (1u << SEEN_BITS) * 9ull / 10);
	broken |= is_violated(w);
	assert_true(stack_count < STACK_MAX);
	stack[stack_count++] = *w;
}

/* A ballot that is not to be looked at is not begun. */
static bool keeps_to_ballots(const struct world *w)
{
	for (node_id id = 1; id <= nodes; id++)
		if (id != liar && !ballot_is_none(w->node[id - 1].ballot) &&
		    ballot_place(w->node[id - 1].ballot) >= allowed_count)
			return false;
	return true;
}

static void propose_or_retry(const struct world *from, node_id id)
{
	const struct paxos *p = &from->node[id - 1];
	struct paxos_input in = {.kind = INPUT_TIMER, .now = 1};
	struct world w = *from;

	if ((from->proposed >> id & 1) == 0) {
		in.kind = INPUT_PROPOSE;
		in.value = 1u + id;
		in.slot = SLOT_NONE;
		w.proposed |= (uint8_t)(1u << id);
	} else if (p->role != ROLE_WAITING) {
		return;
	}
	paxos_step(&w.node[id - 1], &in, &out);
	send_out(&w, id);
	settle_own(&w, id);
	if (keeps_to_ballots(&w))
		push(&w);
}

static void hear(const struct world *from, node_id id, const struct letter *l, uint32_t number)
{
	struct world w = *from;

	if (l->view != 0)
		take_letter(&w, id, &letters[l->view - 1], l->view);
	take_letter(&w, id, l, number);
	push(&w);
}

/* Fewer Echoes than a quorum change nothing, so they come together. */
static void hear_echoes(const struct world *from, node_id id)
{
	for (unsigned place = 0; place < allowed_count; place++)
		for (value_ref v = 2; v < 2 + VALUES; v++) {
			node_set who = echoed_by(from, allowed[place], v);
			struct world w = *from;

			if (set_count(who) < quorum)
				continue;
			for (node_set left = who; left != 0; left &= left - 1) {
				const struct message m = {
					.type = MSG_ECHO,
					.from = set_lowest(left),
					.to = set_of(id),
					.ballot = allowed[place],
					.value = v,
					.proof = 1,
				};
				take(&w, id, &m);
				settle_own(&w, id);
			}
			push(&w);
		}
}

/* The letters of one node for a ballot, and what the liar could add to them. */
static unsigned promises_for(const struct world *w, struct ballot b, node_id from,
			     uint32_t list[16])
{
	unsigned count = 0;
	struct letter l;

	for (unsigned i = 1; i <= letters_count && from != liar; i++)
		if (letters[i - 1].type == MSG_PROMISE && letters[i - 1].from == from &&
		    ballot_cmp(letters[i - 1].ballot, b) == 0 && is_sent(w, i) && count < 16)
			list[count++] = i;
	if (from != liar)
		return count;
	memset(&l, 0, sizeof l);
	l.type = MSG_PROMISE;
	l.from = liar;
	l.to = set_of(b.node);
	l.ballot = b;
	list[count++] = letter_number(&l);
	for (unsigned place = 0; place < allowed_count; place++)
		for (value_ref v = 2; v < 2 + VALUES; v++) {
			if (ballot_cmp(allowed[place], b) >= 0)
				continue;
			if (policy_has(policy, DEFENCE_JUSTIFY) &&
			    !can_be_shown(w, allowed[place], v))
				continue;
			l.claim_at = allowed[place];
			l.value = v;
			list[count++] = letter_number(&l);
		}
	return count;
}

/* Every NewView and Accept that the liar could sign for its ballot: each quorum of promises. */
static void hear_lying_owner(const struct world *w, node_id id, struct ballot b)
{
	struct letter l;

	memset(&l, 0, sizeof l);
	l.from = liar;
	l.to = set_first(nodes);
	l.ballot = b;
	l.type = MSG_PREPARE;
	hear(w, id, &l, letter_number(&l));
	l.type = MSG_ACCEPT;
	if (!policy_has(policy, DEFENCE_JUSTIFY)) {
		for (l.value = 2; l.value < 2 + VALUES; l.value++)
			hear(w, id, &l, letter_number(&l));
		return;
	}
	for (node_id without = 1; without <= nodes; without++) {
		uint32_t list[NODES_MAX][16];
		unsigned counts[NODES_MAX], at[NODES_MAX] = {0}, some = 0;
		bool all = true;

		/* A quorum: everybody but `without`, or everybody. */
		if (quorum == nodes && without > 1)
			break;
		for (node_id i = 1; i <= nodes; i++) {
			if (i == without && quorum < nodes)
				continue;
			counts[some] = promises_for(w, b, i, list[some]);
			all &= counts[some++] > 0;
		}
		while (all) {
			struct letter view = l;
			unsigned k = 0;

			view.type = MSG_NEW_VIEW;
			memset(view.promise, 0, sizeof view.promise);
			for (unsigned i = 0; i < some; i++)
				view.promise[i] = list[i][at[i]];
			unsigned number = letter_number(&view);
			/* The NewView and an Accept that rests on it. */
			for (value_ref v = 2; v < 2 + VALUES; v++) {
				l.value = v;
				l.view = number;
				hear(w, id, &l, letter_number(&l));
			}
			while (k < some && ++at[k] == counts[k])
				at[k++] = 0;
			all = k < some;
		}
	}
}

static void hear_liar(const struct world *w, node_id id)
{
	for (unsigned place = 0; place < allowed_count; place++) {
		struct ballot b = allowed[place];
		uint32_t list[16];

		if (b.node == liar)
			hear_lying_owner(w, id, b);
		if (b.node != id || ballot_cmp(w->node[id - 1].ballot, b) != 0 ||
		    w->node[id - 1].role != ROLE_PREPARING)
			continue;
		unsigned count = promises_for(w, b, liar, list);
		for (unsigned i = 0; i < count; i++)
			hear(w, id, &letters[list[i] - 1], list[i]);
	}
}

static bool has_ballot(node_id id)
{
	for (unsigned i = 0; i < allowed_count; i++)
		if (allowed[i].node == id)
			return true;
	return false;
}

static void follow(const struct world *w)
{
	for (node_id id = 1; id <= nodes && !broken; id++) {
		if (id == liar)
			continue;
		if (has_ballot(id))
			propose_or_retry(w, id);
		for (unsigned i = 1; i <= letters_count; i++)
			if (letters[i - 1].type != MSG_ECHO &&
			    letters[i - 1].type != MSG_NEW_VIEW && letters[i - 1].from != id &&
			    set_has(letters[i - 1].to, id) && is_sent(w, i))
				hear(w, id, &letters[i - 1], i);
		if (policy_has(policy, DEFENCE_ECHO))
			hear_echoes(w, id);
		hear_liar(w, id);
	}
}

/* Everything that can happen in these ballots; true: two values can be chosen. */
static bool can_break(uint8_t n, const char *defences, const struct ballot *ballots, unsigned count)
{
	static struct world w;
	const char *bad;
	size_t length;

	memset(&w, 0, sizeof w);
	memset(seen, 0, sizeof *seen << SEEN_BITS);
	nodes = liar = n;
	assert_true(policy_parse(defences, &policy, &bad, &length));
	quorum = policy_quorum(policy, n);
	allowed_count = count;
	memcpy(allowed, ballots, count * sizeof *ballots);
	letters_count = 0;
	states = 0;
	stack_count = 0;
	broken = false;
	for (node_id id = 1; id < n; id++) {
		struct paxos_config c = paxos_config_default(id, n, MODE_SINGLE);
		c.policy = policy;
		c.seed = 0;
		paxos_init(&w.node[id - 1], &c);
	}
	push(&w);
	while (stack_count > 0 && !broken) {
		w = stack[--stack_count];
		follow(&w);
	}
	return broken;
}

/* Who owns the ballots, lowest first: the liar is n. */
static const struct ballot liar_then_honest[] = {{1, 4}, {2, 1}};
static const struct ballot honest_then_liar[] = {{1, 1}, {2, 4}};
static const struct ballot both_honest[] = {{1, 1}, {2, 2}};
static const struct ballot both_the_liars[] = {{1, 4}, {2, 4}};

static bool any_breaks(uint8_t n, const char *defences)
{
	const struct ballot *const cases[] = {liar_then_honest, honest_then_liar, both_honest,
					      both_the_liars};

	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ballot ballots[2] = {cases[i][0], cases[i][1]};

		for (unsigned k = 0; k < 2; k++)
			if (ballots[k].node == 4)
				ballots[k].node = n;
		if (can_break(n, defences, ballots, 2))
			return true;
		printf("n=%u %s, ballots %u.%u %u.%u: %llu states, safe\n", n, defences,
		       ballots[0].round, ballots[0].node, ballots[1].round, ballots[1].node,
		       (unsigned long long)states);
	}
	return false;
}

static int set_up(void **state)
{
	(void)state;
	seen = malloc(sizeof *seen << SEEN_BITS);
	stack = malloc(STACK_MAX * sizeof *stack);
	return seen == NULL || stack == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	free(seen);
	free(stack);
	return 0;
}

static void four_nodes_break_without_echo_or_without_justify(void **state)
{
	(void)state;
	assert_true(any_breaks(4, "sign+cert"));
	assert_true(any_breaks(4, "sign+cert+echo"));
	assert_true(any_breaks(4, "sign+cert+justify"));
}

static void four_nodes_with_echo_and_justify_are_safe(void **state)
{
	(void)state;
	assert_false(any_breaks(4, "sign+cert+echo+justify"));
}

static void three_nodes_break_under_every_majority_defence(void **state)
{
	(void)state;
	assert_true(any_breaks(3, "sign+cert"));
	assert_true(any_breaks(3, "sign+cert+echo"));
	assert_true(any_breaks(3, "sign+cert+justify"));
	assert_true(any_breaks(3, "sign+cert+echo+justify"));
}

static void three_nodes_of_whom_all_must_agree_are_safe(void **state)
{
	(void)state;
	assert_false(any_breaks(3, "sign+cert+quorum(f=1)+echo+justify"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_nodes_break_without_echo_or_without_justify),
		cmocka_unit_test(four_nodes_with_echo_and_justify_are_safe),
		cmocka_unit_test(three_nodes_break_under_every_majority_defence),
		cmocka_unit_test(three_nodes_of_whom_all_must_agree_are_safe),
	};

	return cmocka_run_group_tests_name("explore_liar", tests, set_up, tear_down);
}
