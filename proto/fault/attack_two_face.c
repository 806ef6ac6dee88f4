/* Two honest nodes with one key. One side of a partition meets the member's own protocol state, the
 * other side a second one, which knows nothing of what the first one votes. */
#include "proto/fault/attack.h"

#define GHOST_WORDS 8

/* Who meets the second one: the victims, or the upper half of the others. */
static node_set other_side(const struct liar *l)
{
	node_set honest = liar_honest(l);
	node_set side = honest;

	if (l->order.victims != 0)
		return l->order.victims & honest;
	for (unsigned i = 0; i < set_count(honest) / 2; i++)
		side &= side - 1;
	return side;
}

static void plan(struct liar *l, time_us at)
{
	l->ghost_at = at;
	if (at != 0 && (l->wake_at == 0 || at < l->wake_at))
		l->wake_at = at;
}

/* One step; what it says to itself is added to word[]. Returns how many there are then. */
static unsigned ghost_step(struct liar *l, struct paxos_input *in, struct message *word,
			   unsigned words)
{
	struct paxos_output *out = l->means.scratch;

	in->now = l->now;
	paxos_step(&l->ghost, in, out);
	plan(l, out->wake_at);
	for (unsigned i = 0; i < out->sends; i++) {
		struct message *m = &out->send[i];
		bool hears = set_has(m->to, liar_self(l));

		m->to &= (other_side(l) | l->order.colluders) & ~set_of(liar_self(l));
		m->proof = liar_say(l, ATTACK_TWO_FACE, m);
		if (hears && words < GHOST_WORDS)
			word[words++] = *m;
	}
	return words;
}

/* What it says to itself under defences it hears as a message of its own. Promises with claims it
 * never says to itself: it does not propose. */
static void ghost_hears(struct liar *l, struct paxos_input *in)
{
	struct message word[GHOST_WORDS];
	unsigned words = ghost_step(l, in, word, 0);

	for (unsigned i = 0; i < words; i++) {
		struct paxos_input said = {.kind = INPUT_MESSAGE, .message = &word[i]};

		word[i].proofs = word[i].told = 0;
		words = ghost_step(l, &said, word, words);
	}
}

static void two_face_armed(struct liar *l)
{
	l->ghost = *l->means.paxos;
	plan(l, 0);
}

static bool two_face_out(struct liar *l, struct message *m)
{
	m->to &= ~other_side(l);
	return true;
}

static bool two_face_in(struct liar *l, const struct liar_heard *h)
{
	struct paxos_input in = {.kind = INPUT_MESSAGE, .message = h->m};

	if (set_has(other_side(l), h->sender)) {
		ghost_hears(l, &in);
		return false;
	}
	/* A colluder speaks to both. */
	if (liar_is_ours(l, h->sender))
		ghost_hears(l, &in);
	return true;
}

static void two_face_timer(struct liar *l)
{
	struct paxos_input in = {.kind = INPUT_TIMER};

	if (l->ghost_at == 0)
		return;
	if (l->ghost_at > l->now)
		plan(l, l->ghost_at);
	else
		ghost_hears(l, &in);
}

const struct attack attack_TWO_FACE = {
	.armed = two_face_armed, .out = two_face_out, .in = two_face_in, .timer = two_face_timer};
