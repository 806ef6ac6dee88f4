/* The liar is two honest nodes with one key. One side of a partition talks to the member's own
 * protocol state. The other side talks to a second state, the ghost, which knows nothing of the
 * votes of the first. Each of them keeps every rule; together they vote twice. */
#include "proto/fault/attack_tools.h"

#define GHOST_WORDS 8

/* The nodes that talk to the ghost: the victims, or the upper half of the honest nodes. */
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

/* One step of the ghost. Its messages to itself are added to word[]. Returns how many there are. */
static unsigned ghost_step(struct liar *l, struct paxos_input *in, struct message *word,
			   unsigned words)
{
	struct paxos_output *out = l->means.scratch;

	in->now = l->now;
	paxos_step(&l->ghost, in, out);
	liar_plan(l, ATTACK_TWO_FACE, out->wake_at);
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

/* The ghost takes a step, and hears its messages to itself. It does not propose, so none of them is
 * a Promise with votes. */
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
	liar_plan(l, ATTACK_TWO_FACE, 0);
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

	ghost_hears(l, &in);
}

static void two_face_refs(const struct liar *l, void (*use)(void *context, value_ref ref),
			  void *context)
{
	paxos_refs(&l->ghost, use, context);
}

static void two_face_proofs(const struct liar *l, void (*use)(void *context, proof_ref ref),
			    void *context)
{
	paxos_proofs(&l->ghost, use, context);
}

const struct attack attack_TWO_FACE = {
	.aim = "To either side of the partition it is another node: both may find a quorum.",
	.armed = two_face_armed,
	.out = two_face_out,
	.in = two_face_in,
	.timer = two_face_timer,
	.refs = two_face_refs,
	.proofs = two_face_proofs,
};
