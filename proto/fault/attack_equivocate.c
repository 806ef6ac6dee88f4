/* Consistency 1 of the origin. A liar owns a ballot and has its quorum of promises. It proposes one
 * value to some acceptors and another one, the twin, to the others. It votes for both values and
 * announces both as chosen.
 *
 * Quorums may be too large for both values to win in one ballot. Then the liar brings one value to
 * a quorum and lets a single node learn it, the witness. The next proposer hears from the liar that
 * the liar voted for the twin. */
#include "proto/fault/attack_tools.h"

#define VOTED_US 15000 /* then acceptors that were asked have voted */

/* The liar tells two stories in the ballots that it or a colluder owns. NULL: not here. */
static struct liar_swap *swap_of_message(struct liar *l, const struct message *m)
{
	struct liar_swap *swap;

	if (!liar_is_ours(l, m->ballot.node) || !liar_wants(l, m->ballot))
		return NULL;
	swap = liar_find_swap(l, m->slot, m->ballot);
	if (swap != NULL || m->type != MSG_ACCEPT || m->from != liar_self(l))
		return swap;
	return liar_swap(l, m->slot, m->ballot, m->value, liar_twin(l, m->value));
}

/* The same message, about the twin. An Echo brings the Accept for the twin with it. */
static void tell_twin(struct liar *l, const struct message *m, struct liar_swap *swap, node_set to)
{
	struct message twin = *m;

	twin.to = to;
	twin.value = swap->said;
	if (m->type == MSG_ECHO && swap->accept != PROOF_NONE) {
		twin.proofs = 1;
		twin.proof_list = &swap->accept;
	}
	proof_ref proof = liar_say(l, ATTACK_EQUIVOCATE, &twin);

	if (m->type == MSG_ACCEPT && proof != PROOF_NONE)
		swap->accept = proof;
}

/* The nodes that hear of the vote for the first value. As few as will do: the next proposer is to
 * find the twin. */
static node_set nodes_to_hear_vote(const struct liar_split *split)
{
	return split->both ? split->truth : set_of(set_lowest(split->truth));
}

static bool equivocate_out_vote(struct liar *l, struct message *m)
{
	struct liar_swap *swap = swap_of_message(l, m);
	struct liar_split split = liar_split(l, m->slot);
	node_set colluders = l->order.colluders & ~set_of(liar_self(l));
	bool tells_twin = true;

	if (swap == NULL || m->value != swap->meant)
		return true;
	if (m->type == MSG_ACCEPTED && ballot_cmp(l->means.paxos->view.ballot, m->ballot) == 0)
		swap->view = l->means.paxos->view.proofs;
	if (m->type == MSG_COMMIT)
		tells_twin = split.both && !liar_told_all(l, m->slot);
	/* An acceptor that is asked again tells its vote again. Ask each one once. */
	if (m->type == MSG_ACCEPT && split.twin == 0) {
		m->to &= ~swap->told;
		swap->told |= m->to;
		liar_plan(l, ATTACK_EQUIVOCATE, l->now + VOTED_US);
	}
	node_set twins = m->to & (split.twin | (m->type == MSG_ACCEPT ? colluders : 0));
	m->to &= ~split.twin;
	if (m->type == MSG_COMMIT || m->type == MSG_ACCEPTED)
		m->to &= nodes_to_hear_vote(&split) | colluders;
	/* An Echo brings the Accept. A colluder may not yet have heard the Accept for the twin. */
	if (m->type == MSG_ECHO && swap->accept == PROOF_NONE)
		tells_twin = false;
	if (tells_twin && twins != 0)
		tell_twin(l, m, swap, twins);
	return true;
}

/* Does the liar tell this proposer of the twin? Where the first value needs every vote there is, no
 * node is kept for the twin; then every proposer is told. */
static bool is_told_twin(const struct liar *l, slot_number slot, node_id whom)
{
	struct liar_split split = liar_split(l, slot);

	return split.twin == 0 || set_has(split.twin, whom);
}

/* Where a vote must be proven, the liar needs an Accept for the twin. It signs one even if it asked
 * nobody to accept the twin. */
static void sign_twin(struct liar *l, struct liar_swap *swap, node_id whom)
{
	const struct message accept = {
		.type = MSG_ACCEPT,
		.from = liar_self(l),
		.ballot = swap->ballot,
		.slot = swap->slot,
	};

	if (swap->accept == PROOF_NONE && swap->ballot.node == liar_self(l))
		tell_twin(l, &accept, swap, set_of(whom));
}

/* The Promise says "I voted for the twin". That is true as well. */
static bool equivocate_out_promise(struct liar *l, struct message *m)
{
	node_id whom = set_lowest(m->to);
	struct liar_swap *best = NULL;

	for (unsigned i = 0; i < LIAR_SWAPS_MAX; i++) {
		struct liar_swap *s = &l->swap[i];
		if (s->said != VALUE_NONE && s->slot >= m->slot &&
		    ballot_cmp(s->ballot, m->ballot) < 0 &&
		    (best == NULL || s->slot < best->slot ||
		     (s->slot == best->slot && ballot_cmp(s->ballot, best->ballot) > 0)))
			best = s;
	}
	if (best == NULL || !is_told_twin(l, best->slot, whom))
		return true;
	/* The liar may have voted later in that slot, above the twin. It does not hide that. */
	for (unsigned i = 0; i < m->claims; i++)
		if (m->claim[i].slot == best->slot &&
		    ballot_cmp(m->claim[i].ballot, best->ballot) > 0)
			return true;
	sign_twin(l, best, whom);
	liar_pretend(l, m);
	l->claim[0] = (struct claim){.slot = best->slot,
				     .ballot = best->ballot,
				     .value = best->said,
				     .cert = best->accept};
	m->claim = l->claim;
	m->claims = 1;
	if (best->accept != PROOF_NONE && best->view != PROOF_NONE) {
		l->proof[0] = best->accept;
		l->proof[1] = best->view;
		m->proof_list = l->proof;
		m->proofs = 2;
	}
	liar_lied(l, ATTACK_EQUIVOCATE, m, m->to);
	return true;
}

/* Where the first value needs every vote there is, all honest nodes tell of it. An honest proposer
 * has voted for it itself and proposes it again. So the liar brings the twin: it gives its ballot
 * up, */
static void equivocate_timer(struct liar *l)
{
	const struct paxos *p = l->means.paxos;
	const struct message refusal = {
		.type = MSG_NACK,
		.from = liar_self(l),
		.to = set_of(liar_self(l)),
		.ballot = p->ballot,
		.slot = p->from,
		.promised = {p->ballot.round + 1, liar_self(l)},
		.why = REFUSE_PROMISED,
	};

	if (p->role == ROLE_LEADING && p->ballot.round < ROUND_MAX)
		l->means.send(l->means.member, &refusal);
}

/* and is the first that its next ballot hears of a vote from: its own one for the twin. A tie is
 * the proposer's to break. */
static void equivocate_own_promise(struct liar *l, struct message *m)
{
	struct liar_split split = liar_split(l, m->slot);

	if (split.twin == 0 && l->order.victims == 0)
		equivocate_out_promise(l, m);
}

static bool equivocate_out(struct liar *l, struct message *m)
{
	switch (m->type) {
	case MSG_ACCEPT:
	case MSG_ECHO:
	case MSG_ACCEPTED:
		return equivocate_out_vote(l, m);
	case MSG_COMMIT:
		liar_keep_secret(l, m);
		return equivocate_out_vote(l, m);
	case MSG_PROMISE:
		return equivocate_out_promise(l, m);
	default:
		return true;
	}
}

/* The value that this one is the twin of; VALUE_NONE if it does not look like a twin. */
static value_ref twin_of(struct liar *l, value_ref value)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(l->means.values, value, &length);

	if (length < 2 || bytes[length - 1] != '\'')
		return VALUE_NONE;
	return values_intern(l->means.values, bytes, length - 1);
}

/* The colluder's Accept for the twin comes after the liar's honest half has echoed the first value.
 * The Echo for the twin is sent now. */
static void echo_late(struct liar *l, const struct message *accept, struct liar_swap *swap)
{
	const struct paxos *p = l->means.paxos;
	const struct paxos_hard *h = &p->hard[accept->slot % SLOTS_OPEN_MAX];
	struct message echo = {
		.type = MSG_ECHO,
		.from = liar_self(l),
		.ballot = accept->ballot,
		.slot = accept->slot,
	};

	if (paxos_slot(p, accept->slot) != NULL && h->echoed == swap->meant &&
	    ballot_cmp(h->echoed_at, accept->ballot) == 0)
		tell_twin(l, &echo, swap, liar_split(l, accept->slot).twin);
}

/* An acceptor that has echoed or voted is asked for the twin too: perhaps it echoes or votes twice.
 * The witness is not asked, for it must go on believing in the first value. */
static void ask_again(struct liar *l, const struct message *m)
{
	struct liar_swap *swap = liar_find_swap(l, m->slot, m->ballot);
	struct liar_split split = liar_split(l, m->slot);
	node_set asked = split.truth & ~set_of(set_lowest(split.truth));
	struct message twin = {
		.type = MSG_ACCEPT,
		.from = liar_self(l),
		.to = set_of(m->from),
		.ballot = m->ballot,
		.slot = m->slot,
	};

	if (swap == NULL || m->value != swap->meant || m->ballot.node != liar_self(l) ||
	    split.both || !set_has(asked & ~swap->asked, m->from))
		return;
	swap->asked |= set_of(m->from);
	twin.value = swap->said;
	liar_say(l, ATTACK_EQUIVOCATE, &twin);
}

/* A colluder's Accept comes twice, in any order: for its value and for the twin. The honest half
 * hears the one for the value only. */
static bool hear_colluder(struct liar *l, const struct message *m)
{
	struct liar_swap *swap = liar_find_swap(l, m->slot, m->ballot);
	value_ref original = twin_of(l, m->value);

	if (swap == NULL && original != VALUE_NONE)
		swap = liar_swap(l, m->slot, m->ballot, original, m->value);
	else if (swap == NULL)
		swap = liar_swap(l, m->slot, m->ballot, m->value, liar_twin(l, m->value));
	if (swap == NULL)
		return true;
	if (m->value != swap->said) {
		/* The twin of a long value is short, so the value cannot be read from it. */
		if (liar_twin(l, m->value) == swap->said)
			swap->meant = m->value;
		return true;
	}
	bool late = swap->accept == PROOF_NONE;
	swap->accept = m->proof;
	if (late)
		echo_late(l, m, swap);
	return false;
}

static bool equivocate_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;

	if (m->type == MSG_ECHO || m->type == MSG_ACCEPTED)
		ask_again(l, m);
	if (m->type != MSG_ACCEPT)
		return true;
	if (m->from != liar_self(l) && liar_is_ours(l, m->from) && liar_wants(l, m->ballot))
		return hear_colluder(l, m);
	return !liar_vote(l, ATTACK_EQUIVOCATE, m);
}

const struct attack attack_EQUIVOCATE = {
	.aim = "Nodes that are told two values, and vote for both, can make both chosen.",
	.out = equivocate_out,
	.own_promise = equivocate_own_promise,
	.timer = equivocate_timer,
	.in = equivocate_in,
};
