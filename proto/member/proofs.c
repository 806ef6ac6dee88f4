#include "proto/member/proofs.h"

#include <string.h>

/* Votes in one chain: two in a ballot at most, as many ballots as fit into a proof. */
#define CHAIN_MAX 256

size_t proofs_size(void)
{
	return values_size(PROOFS_KEPT_MAX, PROOFS_KEPT_BYTES);
}

void proofs_init(struct proofs *p, void *table)
{
	p->kept = values_init(table, PROOFS_KEPT_MAX, PROOFS_KEPT_BYTES);
	p->told = p->claims = 0;
}

proof_ref proofs_keep(struct proofs *p, const uint8_t *bytes, size_t length)
{
	if (length == 0 || length > VALUE_BYTES_MAX)
		return PROOF_NONE;
	return values_intern(p->kept, bytes, (uint32_t)length);
}

proof_ref proofs_own(struct proofs *p, const struct frame *frame)
{
	uint8_t bytes[PROOF_BYTES_MAX];

	return proofs_keep(p, bytes, frame_proof(frame, bytes));
}

proof_ref proofs_take(struct proofs *p, const struct believing *b, const struct frame *frame)
{
	uint8_t bytes[PROOF_BYTES_MAX];

	if (!frame->is_signed)
		return PROOF_NONE;
	size_t length = frame_proof(frame, bytes);
	proof_ref known = values_find(p->kept, bytes, (uint32_t)length);
	if (known != PROOF_NONE)
		return known;
	if (!frame_verify(frame, b->crypto, &b->keys[frame->message.from]))
		return PROOF_NONE;
	return proofs_keep(p, bytes, length);
}

/* A proof may be several messages in a row, and the same message may be in several proofs. */
static size_t write_once(struct proofs *p, proof_ref ref, uint64_t seen[], size_t used)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(p->kept, ref, &length);
	struct proof_list left = {bytes, length};
	struct proof_entry entry;

	while (proof_skip(&left, &entry)) {
		proof_ref one = entry.length == length
					? ref
					: values_find(p->kept, entry.bytes, (uint32_t)entry.length);
		bool again = one != PROOF_NONE && (seen[one / 64] >> one % 64 & 1) != 0;

		if (again || entry.length > sizeof p->bytes - used)
			continue;
		if (one != PROOF_NONE)
			seen[one / 64] |= (uint64_t)1 << one % 64;
		memcpy(p->bytes + used, entry.bytes, entry.length);
		used += entry.length;
	}
	return used;
}

size_t proofs_write(struct proofs *p, const proof_ref *list, unsigned count)
{
	uint64_t seen[(PROOFS_KEPT_MAX + 2 + 63) / 64] = {0};
	size_t used = 0;

	for (unsigned i = 0; i < count; i++)
		used = write_once(p, list[i], seen, used);
	return used;
}

/* The long values of the message at hand, by the digests that stand for them in its proofs. */
struct known {
	unsigned count;
	struct known_value value[SLOTS_OPEN_MAX + 1];
};

static void know(struct known *known, const struct values *values, value_ref ref)
{
	uint32_t length;

	if (ref == VALUE_NONE || ref == VALUE_UNKNOWN)
		return;
	const uint8_t *bytes = values_bytes(values, ref, &length);
	if (length <= VALUE_INLINE_MAX)
		return;
	crypto_digest(bytes, length, known->value[known->count].digest);
	known->value[known->count++].value = ref;
}

static bool is_owners(const struct message *m)
{
	if (m->type != MSG_PREPARE && m->type != MSG_ACCEPT && m->type != MSG_NEW_VIEW)
		return true;
	return m->ballot.node == m->from;
}

/* One of the proofs: signed by whom it says, under the policy of its slot. */
static enum drop take_told(struct proofs *p, const struct believing *b, struct frame *frame)
{
	struct message *m = &p->message[p->told];

	if (p->told == TOLD_MAX || p->claims + frame->message.claims > TOLD_CLAIMS_MAX)
		return DROP_OVERSIZED;
	if (!is_owners(&frame->message) ||
	    frame->policy != paxos_policy(b->paxos, frame->message.slot))
		return DROP_PROOF;
	*m = frame->message;
	m->proof = proofs_take(p, b, frame);
	if (m->proof == PROOF_NONE)
		return DROP_PROOF;
	m->claim = &p->claim[p->claims];
	for (unsigned i = 0; i < m->claims; i++) {
		struct claim *c = &p->claim[p->claims++];

		*c = frame->message.claim[i];
		c->certified = false;
		c->cert = PROOF_NONE;
	}
	p->told++;
	return DROP_NOTHING;
}

static enum drop read_told(struct proofs *p, const struct believing *b, const struct frame *frame)
{
	struct proof_list left = {frame->proofs, frame->proofs_length};
	struct known known = {.count = 0};
	struct proof_entry entry;
	struct frame told;

	p->told = p->claims = 0;
	know(&known, b->values, frame->message.value);
	for (unsigned i = 0; i < frame->message.claims; i++)
		know(&known, b->values, frame->message.claim[i].value);
	while (left.left > 0) {
		enum drop why = proof_next(b->wire, &left, b->values, known.value, known.count,
					   &told, &entry);
		if (why == DROP_NOTHING)
			why = take_told(p, b, &told);
		if (why != DROP_NOTHING)
			return why;
	}
	return DROP_NOTHING;
}

static unsigned quorum_of(const struct believing *b, slot_number slot)
{
	return paxos_quorum(b->paxos, slot);
}

/* A vote as it is claimed. */
struct vote_fact {
	slot_number slot;
	struct ballot ballot;
	value_ref value;
};

static bool is_about(const struct message *m, enum message_type type, const struct vote_fact *v)
{
	return m->type == type && m->slot == v->slot && m->value == v->value &&
	       ballot_cmp(m->ballot, v->ballot) == 0;
}

/* Under `echo`: a quorum of distinct nodes echoed it (rule 5). *cert: these Echoes. */
static bool is_echoed(struct proofs *p, const struct believing *b, const struct vote_fact *v,
		      proof_ref *cert)
{
	proof_ref list[NODES_MAX];
	node_set who = 0;
	unsigned count = 0;

	for (unsigned i = 0; i < p->told; i++) {
		const struct message *m = &p->message[i];

		if (!is_about(m, MSG_ECHO, v) || set_has(who, m->from))
			continue;
		who |= set_of(m->from);
		list[count++] = m->proof;
	}
	if (count < quorum_of(b, v->slot))
		return false;
	*cert = proofs_keep(p, p->bytes, proofs_write(p, list, count));
	return *cert != PROOF_NONE;
}

/* A proven vote that stands at or above the claim and below the ballot. */
static bool is_sheltered(const struct proofs *p, const struct claim *claim, struct ballot below)
{
	for (unsigned i = 0; i < p->claims; i++) {
		const struct claim *c = &p->claim[i];
		int order = ballot_cmp(c->ballot, claim->ballot);

		if (c->slot == claim->slot && c->certified && ballot_cmp(c->ballot, below) < 0 &&
		    (order > 0 || (order == 0 && c->value == claim->value)))
			return true;
	}
	return false;
}

/* What a promise says about a slot. */
static const struct claim *claim_in(const struct message *promise, slot_number slot)
{
	for (unsigned i = 0; i < promise->claims; i++)
		if (promise->claim[i].slot == slot)
			return &promise->claim[i];
	return NULL;
}

/* May this vote be told of before the ballot? Every slot stands for itself. */
static bool is_good(const struct proofs *p, const struct claim *c, struct ballot below)
{
	return c == NULL ||
	       (ballot_cmp(c->ballot, below) < 0 && (c->certified || is_sheltered(p, c, below)));
}

/* How many distinct nodes promised the ballot and voted in the slot at most at `highest` before. */
static unsigned count_promises(const struct proofs *p, const struct vote_fact *v,
			       struct ballot highest)
{
	node_set who = 0;

	for (unsigned i = 0; i < p->told; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c;

		if (m->type != MSG_PROMISE || ballot_cmp(m->ballot, v->ballot) != 0 ||
		    m->slot > v->slot || m->low > v->slot)
			continue;
		c = claim_in(m, v->slot);
		if (!is_good(p, c, v->ballot))
			continue;
		if (c == NULL || ballot_cmp(c->ballot, highest) <= 0)
			who |= set_of(m->from);
	}
	return set_count(who);
}

static bool is_promise_for(const struct message *m, struct ballot ballot)
{
	return m->type == MSG_PROMISE && ballot_cmp(m->ballot, ballot) == 0;
}

/* The highest proven vote for its value that the promises of its ballot tell; none if none. */
static struct ballot forced_by(const struct proofs *p, const struct vote_fact *v)
{
	struct ballot highest = BALLOT_NONE;

	for (unsigned i = 0; i < p->told; i++) {
		const struct claim *c = claim_in(&p->message[i], v->slot);

		if (is_promise_for(&p->message[i], v->ballot) && c != NULL && c->certified &&
		    c->value == v->value && ballot_cmp(c->ballot, v->ballot) < 0 &&
		    ballot_cmp(c->ballot, highest) > 0)
			highest = c->ballot;
	}
	return highest;
}

/* Under `justify` alone: the ballot's owner signed the Accept, and a quorum of Promises for that
 * ballot left the value free or forced it, by claims that are proven in the same way one ballot
 * further down. So a certificate grows with every ballot in which the slot was contested; Echoes
 * spare that, and without them two values may be certified in one ballot of a lying owner. */
static bool is_forced(const struct proofs *p, const struct believing *b, const struct vote_fact *v)
{
	unsigned quorum = quorum_of(b, v->slot);
	bool asked = false;

	for (unsigned i = 0; i < p->told && !asked; i++)
		asked = is_about(&p->message[i], MSG_ACCEPT, v);
	if (!asked)
		return false;
	if (count_promises(p, v, BALLOT_NONE) >= quorum)
		return true;
	/* The higher the vote that forces, the more promises agree with it: one need be tried. */
	struct ballot highest = forced_by(p, v);
	return !ballot_is_none(highest) && count_promises(p, v, highest) >= quorum;
}

/* What a proof rests on: votes that it proves, and the messages that prove them. */
struct chain {
	unsigned votes, proofs;
	struct vote_fact vote[CHAIN_MAX];
	proof_ref proof[TOLD_MAX];
};

static void add_vote(struct chain *chain, const struct claim *c)
{
	for (unsigned i = 0; i < chain->votes; i++)
		if (chain->vote[i].value == c->value &&
		    ballot_cmp(chain->vote[i].ballot, c->ballot) == 0)
			return;
	if (chain->votes < CHAIN_MAX)
		chain->vote[chain->votes++] = (struct vote_fact){c->slot, c->ballot, c->value};
}

static void add_proof(struct chain *chain, proof_ref proof)
{
	if (chain->proofs < TOLD_MAX)
		chain->proof[chain->proofs++] = proof;
}

/* The Accept, and the Promises that it was made on. They may tell both votes of the ballot that
 * forced it, if its owner lied: then both are to be proven. */
static void add_link(const struct proofs *p, struct chain *chain, struct vote_fact v)
{
	const struct ballot highest = forced_by(p, &v);

	for (unsigned i = 0; i < p->told; i++) {
		const struct message *m = &p->message[i];
		const struct claim *c = claim_in(m, v.slot);

		if (is_about(m, MSG_ACCEPT, &v))
			add_proof(chain, m->proof);
		if (!is_promise_for(m, v.ballot))
			continue;
		add_proof(chain, m->proof);
		if (c != NULL && c->certified && ballot_cmp(c->ballot, highest) == 0)
			add_vote(chain, c);
	}
}

/* What proves a forced vote, and no more: a link for each vote that may have forced another. */
static proof_ref chain_of(struct proofs *p, const struct claim *c)
{
	struct chain chain = {.votes = 0};

	add_vote(&chain, c);
	for (unsigned i = 0; i < chain.votes; i++)
		add_link(p, &chain, chain.vote[i]);
	return proofs_keep(p, p->bytes, proofs_write(p, chain.proof, chain.proofs));
}

static bool certify(struct proofs *p, const struct believing *b, struct claim *c)
{
	const struct vote_fact v = {c->slot, c->ballot, c->value};

	if (c->certified)
		return false;
	if (policy_has(paxos_policy(b->paxos, c->slot), DEFENCE_ECHO)) {
		c->certified = is_echoed(p, b, &v, &c->cert);
	} else if (is_forced(p, b, &v)) {
		c->cert = chain_of(p, c);
		c->certified = c->cert != PROOF_NONE;
	}
	return c->certified;
}

static int claim_cmp(const struct claim *a, const struct claim *b)
{
	int order = ballot_cmp(a->ballot, b->ballot);

	if (order == 0 && a->slot != b->slot)
		order = a->slot < b->slot ? -1 : 1;
	if (order == 0 && a->value != b->value)
		order = a->value < b->value ? -1 : 1;
	return order;
}

/* Rule 3: every claim of the message and of what is attached to it, as far as it is proven. A vote
 * is proven by votes in lower ballots only, so they are looked at from the lowest on, and each once
 * however many promises tell it. */
static void certify_all(struct proofs *p, const struct believing *b, struct frame *frame)
{
	const unsigned claims = p->claims;
	uint16_t order[TOLD_CLAIMS_MAX];

	for (unsigned i = 0; i < claims; i++) {
		unsigned at = i;

		for (; at > 0 && claim_cmp(&p->claim[order[at - 1]], &p->claim[i]) > 0; at--)
			order[at] = order[at - 1];
		order[at] = (uint16_t)i;
	}
	for (unsigned i = 0; i < claims; i++) {
		struct claim *c = &p->claim[order[i]];
		const struct claim *same = i > 0 ? &p->claim[order[i - 1]] : NULL;

		if (same == NULL || claim_cmp(same, c) != 0) {
			certify(p, b, c);
			continue;
		}
		c->certified = same->certified;
		c->cert = same->cert;
	}
	for (unsigned i = 0; i < frame->message.claims; i++)
		certify(p, b, &frame->claim[i]);
}

static enum drop read_echo(const struct proofs *p, const struct message *m)
{
	const struct vote_fact v = {m->slot, m->ballot, m->value};

	for (unsigned i = 0; i < p->told; i++)
		if (is_about(&p->message[i], MSG_ACCEPT, &v))
			return DROP_NOTHING;
	return DROP_PROOF;
}

static void name_view(struct proofs *p, struct frame *frame)
{
	uint8_t digest[DIGEST_BYTES];

	if (frame->message.type == MSG_NEW_VIEW)
		frame_view_digest(frame, digest);
	else
		memcpy(digest, frame->view, DIGEST_BYTES);
	frame->message.view = proofs_keep(p, digest, DIGEST_BYTES);
}

enum drop proofs_read(struct proofs *p, const struct believing *b, struct frame *frame)
{
	struct message *m = &frame->message;
	const policy_id policy = paxos_policy(b->paxos, m->slot);
	enum drop why = read_told(p, b, frame);

	if (why != DROP_NOTHING)
		return why;
	p->all = proofs_keep(p, frame->proofs, frame->proofs_length);
	for (unsigned i = 0; i < m->claims; i++) {
		frame->claim[i].certified = false;
		frame->claim[i].cert = PROOF_NONE;
	}
	if (policy_has(policy, DEFENCE_JUSTIFY) &&
	    (m->type == MSG_PROMISE || m->type == MSG_NEW_VIEW))
		certify_all(p, b, frame);
	if (policy_has(policy, DEFENCE_JUSTIFY) &&
	    (m->type == MSG_ACCEPT || m->type == MSG_NEW_VIEW))
		name_view(p, frame);
	if (m->type == MSG_ECHO)
		why = read_echo(p, m);
	m->told = (uint16_t)p->told;
	m->tell = p->message;
	m->proofs = p->all != PROOF_NONE;
	m->proof_list = &p->all;
	return why;
}
