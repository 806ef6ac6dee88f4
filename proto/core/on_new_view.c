#include <string.h>

#include "proto/core/step.h"

/* Does this Promise count for the NewView? It must be for the NewView's ballot and about every slot
 * from the NewView's slot on. Every vote that it tells, up to the next change of policy, must be
 * below the ballot, and must be proven or below a proven one. Rule 3: "a bad promise is dropped,
 * not read as 'none'". */
static bool is_good(const struct paxos *p, const struct message *view,
		    const struct message *promise)
{
	if (promise->type != MSG_PROMISE || ballot_cmp(promise->ballot, view->ballot) != 0 ||
	    promise->slot > view->slot || promise->low > view->slot)
		return false;
	for (unsigned i = 0; i != promise->claims; i++) {
		const struct claim *c = &promise->claim[i];

		if (c->slot < view->slot || c->slot >= policy_line_end(p, view->slot))
			continue;
		if (ballot_cmp(c->ballot, view->ballot) >= 0 ||
		    (!c->certified &&
		     !claim_is_sheltered(c, view->claim, view->claims, view->ballot)))
			return false;
	}
	return true;
}

/* The highest proven vote in each open slot binds. */
static void bind_to(const struct paxos *p, const struct message *view, const struct message *told,
		    struct ballot highest[SLOTS_OPEN_MAX], struct paxos_view *v)
{
	for (unsigned i = 0; i != told->claims; i++) {
		const struct claim *c = &told->claim[i];
		const unsigned at = (unsigned)(c->slot % SLOTS_OPEN_MAX);

		if (c->slot < view->slot || c->slot >= policy_line_end(p, view->slot) ||
		    !c->certified || ballot_cmp(c->ballot, view->ballot) >= 0)
			continue;
		if (c->slot >= v->end)
			v->end = c->slot + 1;
		if (!slot_is_open(p, c->slot) || ballot_cmp(c->ballot, highest[at]) <= 0)
			continue;
		highest[at] = c->ballot;
		v->bound[at] = c->value;
	}
}

/* The view that the good Promises add up to. False: a vote binds whose value is not known. */
static bool view_of_promises(const struct paxos *p, const struct message *m, struct paxos_view *v)
{
	struct ballot highest[SLOTS_OPEN_MAX];

	memset(highest, 0, sizeof highest);
	bind_to(p, m, m, highest, v);
	for (unsigned i = 0; i != m->told; i++)
		if (is_good(p, m, &m->tell[i]))
			bind_to(p, m, &m->tell[i], highest, v);
	for (unsigned at = 0; at != SLOTS_OPEN_MAX; at++)
		if (v->bound[at] == VALUE_UNKNOWN)
			return false;
	return true;
}

/* Accepts that came before this NewView are handled now. */
static void take_early(struct paxos *p, struct paxos_output *out)
{
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		struct paxos_hard *h = hard_slot(p, slot);
		const struct message m = {
			.type = MSG_ACCEPT,
			.from = h->early_at.node,
			.ballot = h->early_at,
			.slot = slot,
			.value = h->early,
			.proof = h->early_proof,
			.view = h->early_view,
		};

		if (h->early == VALUE_NONE || ballot_cmp(h->early_at, p->view.ballot) != 0)
			continue;
		h->early = VALUE_NONE;
		on_accept(p, &m, out);
	}
}

/* Rule 3: "Accept(b, s, v, J): J = q Promises for b from distinct signers, every claim with vb < b
 * and a valid certificate ... Multi-slot: J is sent once a ballot as NewView(b, J), Accepts carry
 * hash(J)."
 *
 * Every acceptor recomputes what the ballot's owner may propose, from the Promises of distinct
 * acceptors and from nothing else. So an owner that ignores a vote it was told is not followed. */
void on_new_view(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_view v = {
		.ballot = m->ballot,
		.view = m->view,
		.from = m->slot,
		.end = m->slot,
		.known = p->base + SLOTS_OPEN_MAX,
		.proofs = m->proofs > 0 ? m->proof_list[0] : PROOF_NONE,
	};
	node_set good = 0;

	if (!slot_is_under(p, m->slot, DEFENCE_JUSTIFY))
		return;
	if (ballot_cmp(m->ballot, p->promised) < 0) {
		output_refusal(p, m, REFUSE_PROMISED, out);
		return;
	}
	for (unsigned i = 0; i != m->told; i++)
		if (is_good(p, m, &m->tell[i]))
			good |= set_of(m->tell[i].from);
	/* No Nack: it would make the owner send just this NewView again. */
	if (set_count(good) < paxos_promises(p, m->slot) || !view_of_promises(p, m, &v)) {
		output_refused(p, m, REFUSE_UNJUSTIFIED, out);
		return;
	}
	p->view = v;
	take_early(p, out);
}
