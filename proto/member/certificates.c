/* Rule 3: a ballot is bound by votes that are proven, by no others. "Proven" does not mean that the
 * vote was cast. It means that an acceptor might have cast it and be honest: its ballot's owner
 * asked for it, and was allowed to.
 *
 * There are two kinds of certificates. Under `echo` it is a quorum of Echoes: since two quorums
 * share an honest node, which echoes one value in a ballot, there is one value at most. Under
 * `justify` alone it is the owner's Accept with the Promises that allowed it. Votes that those
 * Promises tell are proven in the same way, one ballot further down; so this kind is a chain, which
 * grows with every ballot in which the slot was contested. And it is weaker: a lying owner may have
 * two certified values in one ballot.
 *
 * A chain, with quorum 3 (proofs.c has the beginning of this story):
 *
 *   A at 3.3   Accept 3.3 = A by n3; Promises for 3.3 by n2 (voted for A at 2.1), by n3, by n4
 *   A at 2.1   Accept 2.1 = A by n1; Promises for 2.1 by n1, n2, n3, which tell no vote: A was free
 */
#include "proto/member/certificates.h"

#include <string.h>

/* Votes in one chain: two in a ballot at most, and as many ballots as fit into a proof. */
#define CHAIN_MAX 256

static bool is_about(const struct message *m, enum message_type type, const struct vote *vote)
{
	return m->type == type && m->slot == vote->slot && m->value == vote->value &&
	       ballot_cmp(m->ballot, vote->ballot) == 0;
}

bool certificates_is_asked(const struct proofs *p, const struct vote *vote)
{
	for (unsigned i = 0; i != p->told; i++)
		if (is_about(&p->message[i], MSG_ACCEPT, vote))
			return true;
	return false;
}

/* The Accept is its owner's Echo (proto/core/on_accept.c). */
static bool is_echo(const struct message *m, const struct vote *vote)
{
	return is_about(m, MSG_ECHO, vote) ||
	       (is_about(m, MSG_ACCEPT, vote) && message_is_owners(m));
}

/* Under `echo`: a quorum of distinct nodes echoed the Accept (rule 5). *cert: these Echoes. */
static bool is_echoed(struct proofs *p, const struct verifier *v, const struct vote *vote,
		      proof_ref *cert)
{
	proof_ref list[NODES_MAX];
	node_set who = 0;
	unsigned count = 0;

	for (unsigned i = 0; i != p->told; i++) {
		const struct message *m = &p->message[i];

		if (!is_echo(m, vote) || set_has(who, m->from))
			continue;
		who |= set_of(m->from);
		list[count++] = m->proof;
	}
	if (count < paxos_quorum(v->paxos, vote->slot))
		return false;
	*cert = proof_table_keep(&p->table, p->table.bytes,
				 proof_table_write(&p->table, list, count));
	return *cert != PROOF_NONE;
}

/* The vote that a Promise tells of a slot; NULL: none. */
static const struct claim *claim_in(const struct message *promise, slot_number slot)
{
	for (unsigned i = 0; i != promise->claims; i++)
		if (promise->claim[i].slot == slot)
			return &promise->claim[i];
	return NULL;
}

/* May a Promise for the ballot `below` tell this vote, which is lower, and be counted in its slot?
 */
static bool may_be_told(const struct proofs *p, const struct claim *c, struct ballot below)
{
	return c->certified || claim_is_sheltered(c, p->claim, p->claims, below);
}

/* How many distinct nodes promised the vote's ballot and tell that, in its slot, they had voted at
 * `highest`, which is below that ballot, or lower, or never. */
static unsigned count_promises(const struct proofs *p, const struct vote *vote,
			       struct ballot highest)
{
	node_set who = 0;

	for (unsigned i = 0; i != p->told; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c;

		if (m->type != MSG_PROMISE || ballot_cmp(m->ballot, vote->ballot) != 0 ||
		    m->slot > vote->slot || m->low > vote->slot)
			continue;
		c = claim_in(m, vote->slot);
		if (c == NULL ||
		    (ballot_cmp(c->ballot, highest) <= 0 && may_be_told(p, c, vote->ballot)))
			who |= set_of(m->from);
	}
	return set_count(who);
}

static bool is_promise_for(const struct message *m, struct ballot ballot)
{
	return m->type == MSG_PROMISE && ballot_cmp(m->ballot, ballot) == 0;
}

/* The highest ballot at which the Promises for the vote's ballot tell a proven vote for its value;
 * none if there is none. */
static struct ballot forced_by(const struct proofs *p, const struct vote *vote)
{
	struct ballot highest = BALLOT_NONE;

	for (unsigned i = 0; i != p->told; i++) {
		const struct claim *c = claim_in(&p->message[i], vote->slot);

		if (is_promise_for(&p->message[i], vote->ballot) && c != NULL && c->certified &&
		    c->value == vote->value && ballot_cmp(c->ballot, vote->ballot) < 0 &&
		    ballot_cmp(c->ballot, highest) > 0)
			highest = c->ballot;
	}
	return highest;
}

/* Under `justify` alone: the owner asked for the vote, and a quorum of Promises for its ballot left
 * the value free, or forced it by a proven vote. */
static bool is_forced(const struct proofs *p, const struct verifier *v, const struct vote *vote)
{
	const unsigned quorum = paxos_quorum(v->paxos, vote->slot);

	if (!certificates_is_asked(p, vote))
		return false;
	if (count_promises(p, vote, BALLOT_NONE) >= quorum)
		return true;
	/* The higher the vote that forces, the more Promises agree with it: one try is enough. */
	struct ballot highest = forced_by(p, vote);
	return !ballot_is_none(highest) && count_promises(p, vote, highest) >= quorum;
}

/* A certificate in the making: the votes that it proves, and the messages that prove them. */
struct chain {
	unsigned votes, proofs;
	struct vote vote[CHAIN_MAX];
	proof_ref proof[TOLD_MAX];
};

static void add_vote(struct chain *chain, const struct claim *c)
{
	for (unsigned i = 0; i != chain->votes; i++)
		if (chain->vote[i].value == c->value &&
		    ballot_cmp(chain->vote[i].ballot, c->ballot) == 0)
			return;
	if (chain->votes < CHAIN_MAX)
		chain->vote[chain->votes++] = (struct vote){c->slot, c->ballot, c->value};
}

static void add_proof(struct chain *chain, proof_ref proof)
{
	if (chain->proofs < TOLD_MAX)
		chain->proof[chain->proofs++] = proof;
}

/* The link of one vote: its Accept, and the Promises for its ballot. The vote that forced it needs
 * a link too. If the owner of that vote's ballot lied, the Promises may tell two votes of it: then
 * both need one. */
static void add_link(const struct proofs *p, struct chain *chain, struct vote vote)
{
	const struct ballot highest = forced_by(p, &vote);

	for (unsigned i = 0; i != p->told; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c = claim_in(m, vote.slot);

		if (is_about(m, MSG_ACCEPT, &vote))
			add_proof(chain, m->proof);
		if (!is_promise_for(m, vote.ballot))
			continue;
		add_proof(chain, m->proof);
		if (c != NULL && c->certified && ballot_cmp(c->ballot, highest) == 0)
			add_vote(chain, c);
	}
}

/* What proves a forced vote, and no more: every attached message may be there for another claim. */
static proof_ref chain_of(struct proofs *p, const struct claim *c)
{
	struct chain chain;

	memset(&chain, 0, sizeof chain);
	add_vote(&chain, c);
	for (unsigned i = 0; i != chain.votes; i++)
		add_link(p, &chain, chain.vote[i]);
	return proof_table_keep(&p->table, p->table.bytes,
				proof_table_write(&p->table, chain.proof, chain.proofs));
}

static void certify_claim(struct proofs *p, const struct verifier *v, struct claim *c)
{
	const struct vote vote = {c->slot, c->ballot, c->value};

	if (c->certified)
		return;
	if (policy_has(paxos_policy(v->paxos, c->slot), DEFENCE_ECHO)) {
		c->certified = is_echoed(p, v, &vote, &c->cert);
	} else if (is_forced(p, v, &vote)) {
		c->cert = chain_of(p, c);
		c->certified = c->cert != PROOF_NONE;
	}
}

static int claim_cmp(const struct claim *a, const struct claim *b)
{
	int order = ballot_cmp(a->ballot, b->ballot);

	if (order == 0)
		order = number_cmp(a->slot, b->slot);
	return order != 0 ? order : number_cmp(a->value, b->value);
}

/* A vote is proven by votes at lower ballots only, so the lowest comes first. A vote that many
 * Promises tell is looked at once. */
void certificates_find(struct proofs *p, const struct verifier *v, struct frame *frame)
{
	const unsigned claims = p->claims;
	uint16_t order[TOLD_CLAIMS_MAX];

	for (unsigned i = 0; i != claims; i++) {
		unsigned at = i;

		for (; at > 0 && claim_cmp(&p->claim[order[at - 1]], &p->claim[i]) > 0; at--)
			order[at] = order[at - 1];
		order[at] = (uint16_t)i;
	}
	for (unsigned i = 0; i != claims; i++) {
		struct claim *c = &p->claim[order[i]];
		const struct claim *before = i == 0 ? c : &p->claim[order[i - 1]];

		if (before != c && claim_cmp(before, c) == 0) {
			c->certified = before->certified;
			c->cert = before->cert;
		} else {
			certify_claim(p, v, c);
		}
	}
	for (unsigned i = 0; i != frame->message.claims; i++)
		certify_claim(p, v, &frame->claim[i]);
}
