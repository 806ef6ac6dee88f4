/* What leaves a node before its sync, exhaustively: three nodes, one slot, two proposers with a
 * value each, every order in which messages may arrive, be lost or come twice, every moment at
 * which a timer may fire or a node may crash. A node hears itself at once, as a member does, and
 * may crash between the messages of a step that leave early (proto/core/early.c) and the sync of
 * what the step owes; then it comes back with what was stored before the step. Built with the
 * smallest limits there are.
 *
 * A message, once sent, stays in the network for ever and may arrive at any time or never: that is
 * loss, delay, duplication and reordering in one. Time is taken out of the state: a timer that is
 * set may fire now. What remains is finite once ballots are bounded, and all of it is visited. */
#define SLOTS_OPEN_MAX 1
#define PENDING_MAX    1
#define NODES_MAX      3
#define SUMMARIES_MAX  1

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
#include "proto/core/proposer.c"
#include "proto/core/queue.c"
#include "proto/core/round.c"
#include "proto/core/summary.c"
#include "proto/core/tail.c"
#include "proto/core/view.c"
#include "proto/core/words.c"

#define NODES        3
#define VALUES       2 /* value_ref 2 is n1's, 3 is n2's */
#define MESSAGES_MAX 256
#define SEEN_BITS    24

static unsigned ballots_max, crashes_max;
static bool bare; /* without what only hastens: Nacks, Commits and retransmission */
/* What a node that crashes before a sync has stored of its promises is what came with
 * its last vote, and no more. */
static bool sync_is_late;
static bool (*leaves_early)(const struct paxos *p, const struct message *m, struct ballot stored,
			    slot_number waits_from) = paxos_is_early;

struct letter {
	struct message m;
	struct claim claim;
};

static struct letter letters[MESSAGES_MAX];
static unsigned letters_count;

struct world {
	struct paxos node[NODES];
	uint64_t sent[MESSAGES_MAX / 64]; /* which letters are in the network */
	uint64_t votes;                   /* every vote ever cast: bit of (ballot, value, voter) */
	uint8_t proposed;                 /* bit i: node i was asked */
	uint8_t ballots;                  /* begun so far */
	uint8_t crashes;
};

static struct paxos_output out;
static uint64_t (*seen)[2];
static uint64_t states, decided, early_crashes;
static bool broken; /* two values are chosen, or one is taken for chosen that is not */
static struct world *stack;
static size_t stack_count, stack_room;

static unsigned letter_of(const struct message *m)
{
	struct letter l;

	memset(&l, 0, sizeof l);
	l.m.type = m->type;
	l.m.from = m->from;
	l.m.to = m->to;
	l.m.ballot = m->ballot;
	l.m.slot = m->slot;
	l.m.low = m->low;
	l.m.promised = m->promised;
	l.m.why = m->why;
	l.m.value = m->value;
	l.m.claims = m->claims;
	if (m->claims > 0)
		l.claim = m->claim[0];
	for (unsigned i = 0; i < letters_count; i++)
		if (memcmp(&letters[i], &l, sizeof l) == 0)
			return i;
	assert_true(letters_count < MESSAGES_MAX);
	letters[letters_count] = l;
	return letters_count++;
}

static unsigned vote_bit(struct ballot b, value_ref value, unsigned voter)
{
	unsigned bit = (((b.round - 1) * 2 + (b.node - 1u)) * VALUES + (value - 2)) * NODES + voter;
	assert_true(b.round >= 1 && b.node >= 1 && b.node <= 2 && bit < 64);
	return bit;
}

/* The value that a quorum accepted in one ballot; VALUE_NONE; and there must never be two. */
static value_ref decision(const struct world *w)
{
	value_ref found = VALUE_NONE;

	for (unsigned bit = 0; bit + NODES <= 64; bit += NODES) {
		unsigned voters = (unsigned)__builtin_popcountll(w->votes >> bit & 7);
		value_ref value = 2 + bit / NODES % VALUES;
		if (voters < 2)
			continue;
		broken |= found != VALUE_NONE && found != value;
		found = value;
	}
	return found;
}

/* Takes out of a node's state what must not matter to safety: time, luck and patience. */
static void normalise(struct paxos *p)
{
	p->now = 0;
	p->random = 0;
	p->resends = p->losses = p->unheard = 0;
	p->proposer_at = p->proposer_at != 0;
	memset(&p->gossip, 0, sizeof p->gossip);
	memset(&p->round, 0, sizeof p->round);
	memset(&p->tail, 0, sizeof p->tail);
	p->tail.slot = SLOT_NONE;
	p->pending_order = 0;
	p->pending[0].order = 0;
}

/* What a node says to itself, in the order in which it says it. */
static struct letter own[32];
static unsigned own_count;

static void put_letter(struct world *w, unsigned i, const struct message *m)
{
	const node_set self = set_of((node_id)(i + 1));
	struct message part = *m;

	if (set_has(m->to, (node_id)(i + 1))) {
		assert_true(own_count < sizeof own / sizeof own[0]);
		own[own_count].m = *m;
		if (m->claims > 0)
			own[own_count].claim = m->claim[0];
		own_count++;
	}
	part.to &= ~self;
	if (part.to == 0)
		return;
	const unsigned l = letter_of(&part);
	w->sent[l / 64] |= (uint64_t)1 << (l % 64);
}

/* Is the node's vote another than the one that it has stored? */
static bool has_new_vote(const struct paxos *p, const struct paxos *stored)
{
	return p->base != stored->base ||
	       ballot_cmp(p->open[0].voted_at, stored->open[0].voted_at) != 0;
}

static struct ballot promise_on_disk(const struct paxos *stored)
{
	return sync_is_late ? stored->open[0].voted_at : stored->promised;
}

/* `early`: this world, if the node crashes before anything of the step is stored. */
static void carry_out(struct world *w, unsigned i, const struct paxos *stored, struct world *early)
{
	struct paxos *p = &w->node[i];

	for (unsigned e = 0; e < out.events; e++) {
		const struct event *event = &out.event[e];
		if (event->kind == EVENT_ACCEPTED && event->slot == 0)
			w->votes |= (uint64_t)1 << vote_bit(event->ballot, event->value, i);
	}
	for (unsigned s = 0; s < out.sends; s++) {
		enum message_type type = out.send[s].type;
		if (type == MSG_SYNC || (bare && (type == MSG_NACK || type == MSG_COMMIT)))
			continue;
		put_letter(w, i, &out.send[s]);
		if (leaves_early(p, &out.send[s], promise_on_disk(stored),
				 has_new_vote(p, stored) ? 0 : SLOT_NONE)) {
			const unsigned before = own_count;
			put_letter(early, i, &out.send[s]);
			own_count = before;
		}
	}
	value_ref chosen = decision(w);
	for (unsigned e = 0; e < out.events; e++)
		if (out.event[e].kind == EVENT_CHOSEN)
			broken |= out.event[e].value != chosen;
	if (chosen != VALUE_NONE)
		decided++;
	normalise(p);
}

static void visit(const struct world *w)
{
	uint64_t hash[2] = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu};
	const uint8_t *bytes = (const uint8_t *)w;

	for (size_t i = 0; i < sizeof *w; i += 8) {
		uint64_t word = 0;
		memcpy(&word, bytes + i, sizeof *w - i < 8 ? sizeof *w - i : 8);
		for (unsigned k = 0; k < 2; k++) {
			hash[k] = (hash[k] ^ word) *
				  (k == 0 ? 0xff51afd7ed558ccdu : 0xc4ceb9fe1a85ec53u);
			hash[k] ^= hash[k] >> 32;
		}
	}
	size_t mask = ((size_t)1 << SEEN_BITS) - 1;
	size_t at = hash[0] & mask;
	while (seen[at][0] != 0 || seen[at][1] != 0) {
		if (seen[at][0] == hash[0] && seen[at][1] == hash[1])
			return;
		at = (at + 1) & mask;
	}
	assert_true(states < mask / 4 * 3);
	seen[at][0] = hash[0];
	seen[at][1] = hash[1];
	states++;
	if (stack_count == stack_room) {
		stack_room = stack_room == 0 ? 4096 : 2 * stack_room;
		struct world *more = realloc(stack, stack_room * sizeof *stack);
		assert_non_null(more);
		stack = more;
	}
	stack[stack_count++] = *w;
}

static void crash(const struct world *w, unsigned i)
{
	static struct world next;
	const struct paxos *p = &w->node[i];

	next = *w;
	next.crashes++;
	paxos_init(&next.node[i], &p->config);
	paxos_restore(&next.node[i], p->base, p->promised);
	if (p->base == 0 && p->open[0].voted != VALUE_NONE)
		paxos_restore_vote(&next.node[i], 0, p->open[0].voted_at, p->open[0].voted);
	normalise(&next.node[i]);
	visit(&next);
}

/* False: that would be a ballot too many. */
static bool step_node(struct world *w, unsigned i, const struct paxos_input *in,
		      const struct paxos *stored, struct world *early)
{
	paxos_step(&w->node[i], in, &out);
	for (unsigned e = 0; e < out.events; e++)
		if (out.event[e].kind == EVENT_PREPARING && w->ballots++ == ballots_max)
			return false;
	carry_out(w, i, stored, early);
	return true;
}

static void after(const struct world *w, unsigned i, const struct paxos_input *in)
{
	static struct world next, early;

	next = early = *w;
	own_count = 0;
	if (!step_node(&next, i, in, &w->node[i], &early))
		return;
	for (unsigned k = 0; k < own_count; k++) {
		static struct letter letter;
		letter = own[k];
		letter.m.claim = &letter.claim;
		if (!step_node(&next, i,
			       &(struct paxos_input){.kind = INPUT_MESSAGE, .message = &letter.m},
			       &w->node[i], &early))
			return;
	}
	if (w->crashes < crashes_max && memcmp(early.sent, w->sent, sizeof early.sent) != 0) {
		early.ballots = next.ballots;
		early.proposed = next.proposed;
		early.node[i].promised = promise_on_disk(&early.node[i]);
		early_crashes++;
		crash(&early, i);
	}
	visit(&next);
}

static void expand(const struct world *w)
{
	for (unsigned i = 0; i < NODES; i++) {
		if (i < VALUES && (w->proposed >> i & 1) == 0) {
			static struct world asked;
			asked = *w;
			asked.proposed |= (uint8_t)(1u << i);
			after(&asked, i,
			      &(struct paxos_input){
				      .kind = INPUT_PROPOSE, .value = 2 + i, .slot = 0});
		}
		if (w->node[i].proposer_at != 0 && (!bare || w->node[i].role == ROLE_WAITING))
			after(w, i, &(struct paxos_input){.kind = INPUT_TIMER, .now = 1});
		if (w->crashes < crashes_max)
			crash(w, i);
	}
	for (unsigned l = 0; l < letters_count; l++) {
		if ((w->sent[l / 64] >> (l % 64) & 1) == 0)
			continue;
		struct letter letter = letters[l];
		letter.m.claim = &letter.claim;
		for (unsigned i = 0; i < NODES; i++)
			if (set_has(letter.m.to, (node_id)(i + 1)))
				after(w, i,
				      &(struct paxos_input){.kind = INPUT_MESSAGE,
							    .message = &letter.m});
	}
}

static void explore(enum paxos_mode mode, unsigned ballots, unsigned crashes)
{
	static struct world first;

	ballots_max = ballots;
	crashes_max = crashes;
	letters_count = 0;
	states = decided = early_crashes = 0;
	broken = false;
	stack_count = 0;
	seen = calloc((size_t)1 << SEEN_BITS, sizeof *seen);
	assert_non_null(seen);
	memset(&first, 0, sizeof first);
	for (unsigned i = 0; i < NODES; i++) {
		struct paxos_config config = paxos_config_default((node_id)(i + 1), NODES, mode);
		paxos_init(&first.node[i], &config);
		normalise(&first.node[i]);
	}
	visit(&first);
	while (stack_count > 0 && !broken) {
		static struct world w;
		w = stack[--stack_count];
		expand(&w);
	}
	free(seen);
	free(stack);
	stack = NULL;
	stack_room = 0;
	printf("%llu states, %u messages, %llu crashes before a sync%s\n",
	       (unsigned long long)states, letters_count, (unsigned long long)early_crashes,
	       broken ? ": broken" : "");
	assert_true(decided > 0);
}

/* A driver that sends first what may leave early, and crashes then. */
static void no_crash_between_an_early_message_and_the_sync_breaks_agreement(void **state)
{
	(void)state;
	bare = false;
	explore(MODE_SINGLE, 2, 1);
	assert_false(broken);
	assert_true(early_crashes > 0);
	explore(MODE_MULTI, 2, 1);
	assert_false(broken);
	assert_true(early_crashes > 0);
	bare = true;
	explore(MODE_SINGLE, 2, 2);
	assert_false(broken);
	/* nothing is early whose ballot is not stored */
	sync_is_late = true;
	explore(MODE_SINGLE, 2, 1);
	assert_false(broken);
	sync_is_late = false;
}

static bool any_accept(const struct paxos *p, const struct message *m, struct ballot stored,
		       slot_number waits_from)
{
	(void)p, (void)stored, (void)waits_from;
	return m->type == MSG_ACCEPT;
}

static bool an_accepted(const struct paxos *p, const struct message *m, struct ballot stored,
			slot_number waits_from)
{
	(void)p, (void)stored, (void)waits_from;
	return m->type == MSG_ACCEPTED;
}

static bool a_promise(const struct paxos *p, const struct message *m, struct ballot stored,
		      slot_number waits_from)
{
	(void)p, (void)stored, (void)waits_from;
	return m->type == MSG_PROMISE;
}

/* Planted: what must not leave early leaves early. */
static void an_accept_without_a_stored_promise_and_a_vote_that_is_not_stored_break_it(void **state)
{
	bool (*const evil[])(const struct paxos *, const struct message *, struct ballot,
			     slot_number) = {any_accept, an_accepted, a_promise};
	(void)state;
	bare = sync_is_late = true;
	for (unsigned i = 0; i < sizeof evil / sizeof evil[0]; i++) {
		leaves_early = evil[i];
		explore(MODE_SINGLE, 2, 1);
		assert_true(broken);
	}
	leaves_early = paxos_is_early;
	sync_is_late = false;
}

/* A Commit rests on the votes in its slot, and by its `low` on those in all slots below that. */
static void a_commit_waits_for_all_votes_that_it_rests_on(void **state)
{
	static struct paxos p;
	const struct message commit = {.type = MSG_COMMIT, .slot = 4, .low = 7};
	const struct ballot none = BALLOT_NONE;

	(void)state;
	paxos_init(&p, &(struct paxos_config){.self = 1, .nodes = 3, .quorum = 2});
	assert_true(paxos_is_early(&p, &commit, none, SLOT_NONE));
	assert_true(paxos_is_early(&p, &commit, none, 7));
	assert_false(paxos_is_early(&p, &commit, none, 6));
	assert_false(paxos_is_early(&p, &commit, none, 4));
	const struct message gap = {.type = MSG_COMMIT, .slot = 4, .low = 2};
	assert_true(paxos_is_early(&p, &gap, none, 5));
	assert_false(paxos_is_early(&p, &gap, none, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_waits_for_all_votes_that_it_rests_on),
		cmocka_unit_test(no_crash_between_an_early_message_and_the_sync_breaks_agreement),
		cmocka_unit_test(
			an_accept_without_a_stored_promise_and_a_vote_that_is_not_stored_break_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
