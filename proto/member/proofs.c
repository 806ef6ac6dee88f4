/* Reading what is attached to a message. A hardened acceptor believes no sender: it believes what a
 * quorum has signed, and computes the rest itself.
 *
 * A worked example: a NewView among 4 nodes of which one may lie (f = 1), so a quorum is 3; with
 * `sign`, `quorum`, `echo` and `justify`. "2.1" is the ballot with round 2 whose owner is n1.
 *
 * What happened in slot 7 so far:
 *
 *   ballot 2.1  n1 asked for votes for A. n1, n2 and n3 echoed that: Echo(2.1, A). Having three
 *               Echoes, n1 and n2 voted for A and sent Accepted. n4 is the liar, and may have told
 *               anybody that it voted too. So A may have been chosen: two honest votes and a third.
 *   ballot 3.3  n3 prepares. From these Promises it makes its NewView:
 *
 *   NewView 3.3 from slot 7   signed by n3   claims: {slot 7: voted for A at 2.1}
 *   attached, each signed by the node that it names:
 *     Promise 3.3 by n2       claims: {slot 7: voted for A at 2.1}
 *     Promise 3.3 by n3       claims: none, which is as good as "I have not voted"
 *     Promise 3.3 by n4       claims: {slot 7: voted for B at 1.4}        a lie
 *     Echo 2.1 = A by n1, by n2, by n3                                    the certificate
 *
 * How another node checks it:
 *
 *   1. Admission (admission.c): n3 owns ballot 3.3, and has signed the NewView.
 *   2. Every attached message is read as a plain message (read_attached, take_attached). Its
 *      signature must be that of the node that it names: one that fails spoils the whole NewView,
 *      for an honest owner attaches none such. Long values stand as digests in what is signed;
 *      their bytes come with the NewView's own claims.
 *   3. Every claim is looked at, from the lowest ballot to the highest (certificates.c):
 *        B at 1.4   nobody echoed it: not proven.
 *        A at 2.1   three different nodes echoed it: proven. Two quorums share an honest node, and
 *                   an honest node echoes one value in a ballot, so no other value at 2.1 can be.
 *   4. The NewView gets a name, which Accepts use to point to it: a digest of what n3 signed and of
 *      what is attached (name_view).
 *   5. The core counts Promises by different nodes (proto/core/on_new_view.c). Those of n2 and n3
 *      count. That of n4 counts too, though B is not proven: the proven vote for A stands above it
 *      and binds anyway (claim_is_sheltered). Three Promises: a quorum.
 *   6. The highest proven vote binds the slot ("Paxos Made Simple", 2.2, P2c): in slot 7 ballot 3.3
 *      may only ask for A. Slots above 7 are free.
 *
 * What a liar could try instead:
 *
 *   - n4 claims B at 2.4, above 2.1. No Echoes prove it and nothing shelters it, so its Promise is
 *     not counted. Two Promises are left: the NewView is refused until one by n1 is attached.
 *   - n3 leaves A out of its own claims, and attaches a Promise of n1 in place of n4's. A still
 *     binds, for the Promises of n1 and n2 tell it. Any three of four Promises have one of these
 *     two among them, and n3 cannot alter what others signed.
 *   - n3 asks for B at 3.3 all the same. Its Accept names this NewView, so everybody refuses it,
 * and both messages together prove the lie to the whole cluster (proto/wire/evidence.def).
 *
 * Under `justify` without `echo` there are no Echoes to prove A at 2.1. Then the certificate is the
 * Accept 2.1 = A, signed by n1, and the three Promises for 2.1 that left n1 free to ask for A. Had
 * one of these told a vote at 1.x, the proof of that vote would be attached as well, and so on
 * down: certificates.c begins with that. */
#include "proto/member/proofs.h"

#include <string.h>

#include "proto/member/certificates.h"

size_t proofs_size(void)
{
	return proof_table_size();
}

void proofs_init(struct proofs *p, void *memory)
{
	proof_table_init(&p->table, memory);
}

/* The values of the message at hand, by the digests that stand for long ones in what is attached.
 */
struct known_values {
	unsigned count;
	struct known_value value[SLOTS_OPEN_MAX + 1];
};

static void known_values_add(struct known_values *known, const struct values *values, value_ref ref)
{
	uint32_t length;

	if (ref == VALUE_UNKNOWN)
		return;
	values_bytes(values, ref, &length);
	if (length <= VALUE_INLINE_MAX)
		return;
	memcpy(known->value[known->count].digest, values_digest(values, ref, crypto_digest),
	       DIGEST_BYTES);
	known->value[known->count++].value = ref;
}

static void known_values_of(const struct message *m, const struct values *values,
			    struct known_values *out)
{
	out->count = 0;
	known_values_add(out, values, m->value);
	for (unsigned i = 0; i != m->claims; i++)
		known_values_add(out, values, m->claim[i].value);
}

/* One attached message: it joins p->message[], and its claims join p->claim[], not proven yet.
 *
 * One that is under another policy than its slot is left out: it was true when its sender took it
 * in, and a change of defences that was heard late has made it worthless since. To a Prepare it
 * shows which rounds its signer has seen (window), and that under any policy. */
static enum drop take_attached(struct proofs *p, const struct verifier *v, enum message_type to,
			       struct frame *frame)
{
	struct message *m = &p->message[p->told];

	if (p->told == TOLD_MAX || p->claims + frame->message.claims > TOLD_CLAIMS_MAX)
		return DROP_OVERSIZED;
	if (!message_is_owners(&frame->message))
		return DROP_PROOF;
	if (to != MSG_PREPARE && frame->policy != paxos_policy(v->paxos, frame->message.slot))
		return DROP_NOTHING;
	*m = frame->message;
	m->proof = proof_table_take(&p->table, v, frame);
	if (m->proof == PROOF_NONE)
		return DROP_PROOF;
	m->claim = &p->claim[p->claims];
	for (unsigned i = 0; i != m->claims; i++) {
		struct claim *c = &p->claim[p->claims++];

		*c = frame->message.claim[i];
		c->certified = false;
		c->cert = PROOF_NONE;
	}
	p->told++;
	return DROP_NOTHING;
}

static enum drop read_attached(struct proofs *p, const struct verifier *v,
			       const struct frame *frame)
{
	struct known_values known; /* not cleared: it is large */
	struct proof_list left = {frame->proofs, frame->proofs_length};
	struct proof_entry entry;
	struct frame attached;

	known_values_of(&frame->message, v->values, &known);
	p->told = p->claims = 0;
	while (left.left > 0) {
		enum drop why = proof_next(v->wire, &left, v->values, known.value, known.count,
					   &attached, &entry);
		if (why == DROP_NOTHING)
			why = take_attached(p, v, frame->message.type, &attached);
		if (why != DROP_NOTHING)
			return why;
	}
	return DROP_NOTHING;
}

/* Rule 4: an Echo repeats what the owner of its ballot asked for, so the owner's Accept is
 * attached.
 */
static enum drop read_echo(const struct proofs *p, const struct message *m)
{
	const struct vote vote = {m->slot, m->ballot, m->value};

	return certificates_is_asked(p, &vote) ? DROP_NOTHING : DROP_PROOF;
}

/* An Accept names its NewView by a digest, which stands in the Accept. A NewView has the name that
 * its bytes give it. */
static void name_view(struct proofs *p, struct frame *frame)
{
	uint8_t digest[DIGEST_BYTES];

	if (frame->message.type == MSG_NEW_VIEW)
		frame_view_digest(frame, digest);
	else
		memcpy(digest, frame->view, DIGEST_BYTES);
	frame->message.view = proof_table_keep(&p->table, digest, DIGEST_BYTES);
}

enum drop proofs_read(struct proofs *p, const struct verifier *v, struct frame *frame)
{
	struct message *m = &frame->message;
	const policy_id policy = paxos_policy(v->paxos, m->slot);
	enum drop why = read_attached(p, v, frame);

	if (why != DROP_NOTHING)
		return why;
	p->all = proof_table_keep(&p->table, frame->proofs, frame->proofs_length);
	for (unsigned i = 0; i != m->claims; i++) {
		frame->claim[i].certified = false;
		frame->claim[i].cert = PROOF_NONE;
	}
	if (policy_has(policy, DEFENCE_JUSTIFY) &&
	    (m->type == MSG_PROMISE || m->type == MSG_NEW_VIEW))
		certificates_find(p, v, frame);
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
