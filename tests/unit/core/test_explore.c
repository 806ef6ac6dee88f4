/* The core, exhaustively: three nodes, one slot, two proposers with a value each, every order in
 * which messages may arrive, be lost or come twice, every moment at which a timer may fire or a
 * node may crash and come back with what it stored. Built with the smallest limits there are.
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
static uint64_t states, decided;
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
		if (found != VALUE_NONE && found != value)
			fail_msg("two values are chosen");
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

static void carry_out(struct world *w, unsigned i)
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
		unsigned l = letter_of(&out.send[s]);
		w->sent[l / 64] |= (uint64_t)1 << (l % 64);
	}
	value_ref chosen = decision(w);
	for (unsigned e = 0; e < out.events; e++)
		if (out.event[e].kind == EVENT_CHOSEN)
			assert_int_equal(out.event[e].value, chosen);
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

static void after(const struct world *w, unsigned i, const struct paxos_input *in)
{
	static struct world next;

	next = *w;
	paxos_step(&next.node[i], in, &out);
	for (unsigned e = 0; e < out.events; e++)
		if (out.event[e].kind == EVENT_PREPARING && next.ballots++ == ballots_max)
			return;
	carry_out(&next, i);
	visit(&next);
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
	states = decided = 0;
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
	while (stack_count > 0) {
		static struct world w;
		w = stack[--stack_count];
		expand(&w);
	}
	free(seen);
	free(stack);
	stack = NULL;
	stack_room = 0;
	printf("%llu states, %u messages\n", (unsigned long long)states, letters_count);
	assert_true(decided > 0);
}

static void no_schedule_of_single_mode_breaks_agreement(void **state)
{
	(void)state;
	bare = false;
	explore(MODE_SINGLE, 2, 0);
}

static void no_schedule_of_multi_mode_breaks_agreement(void **state)
{
	(void)state;
	bare = false;
	explore(MODE_MULTI, 2, 0);
}

static void no_crashes_at_any_point_break_agreement(void **state)
{
	(void)state;
	bare = false;
	explore(MODE_SINGLE, 2, 1);
	bare = true;
	explore(MODE_SINGLE, 3, 2);
}

static void no_schedule_of_four_ballots_breaks_agreement(void **state)
{
	(void)state;
	bare = true;
	explore(MODE_SINGLE, 4, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_schedule_of_single_mode_breaks_agreement),
		cmocka_unit_test(no_schedule_of_multi_mode_breaks_agreement),
		cmocka_unit_test(no_schedule_of_four_ballots_breaks_agreement),
		cmocka_unit_test(no_crashes_at_any_point_break_agreement),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
