/* NewView: what the Promises of a quorum bind a ballot to (rule 3). */
#include "proto/core/step.h"

/* Does the ballot's view allow this Accept?
 *
 * Rule 3: "Forced value = vv of the highest vb; no claim = free; a gap below the highest CERTIFIED
 * slot = no-op." In single mode every slot stands for itself, and there are no gaps. */
bool view_allows(const struct paxos *p, const struct message *m)
{
	const struct paxos_view *v = &p->view;
	value_ref bound = v->bound[m->slot % SLOTS_OPEN_MAX];

	if (ballot_is_none(v->ballot) || ballot_cmp(v->ballot, m->ballot) != 0 ||
	    v->view != m->view || m->slot < v->from || m->slot >= policy_line_end(p, v->from))
		return false;
	if (m->slot >= v->end)
		return true;
	if (m->slot >= v->known || m->slot + SLOTS_OPEN_MAX < v->known)
		return false;
	if (bound == VALUE_NONE)
		return p->config.mode == MODE_SINGLE || m->value == VALUE_NOOP;
	return m->value == bound;
}

/* The owner sends the same NewView each time, however much it has learned since: its Accepts name
 * the NewView by a digest. */
void view_send(struct paxos *p, node_set to, struct paxos_output *out)
{
	struct message *m = output_send(p, out, MSG_NEW_VIEW, to);

	m->ballot = p->ballot;
	m->slot = p->view_slot;
	m->claims = p->view_claims;
	m->claim = p->view_claim;
	for (node_set left = p->view_by; left != 0; left &= left - 1)
		output_attach(out, m, p->promise_proof[set_lowest(left) - 1]);
	for (unsigned i = 0; i != p->view_claims; i++) {
		const struct claim *c = &p->view_claim[i];

		if (c->cert != PROOF_NONE)
			output_attach(out, m, c->cert);
		for (unsigned k = 0; k < 2 && slot_is_open(p, c->slot); k++)
			if (hard_slot(p, c->slot)->rival_cert[k] != PROOF_NONE)
				output_attach(out, m, hard_slot(p, c->slot)->rival_cert[k]);
	}
}

/* The owner makes its NewView: the claims that bind its ballot, and whose Promises told them. Every
 * acceptor can recompute the claims from the Promises. */
void view_make(struct paxos *p, struct paxos_output *out)
{
	p->view_slot = higher_of(p->from, p->base);
	p->view_by = p->promised_by;
	p->view_claims = 0;
	p->view_again = 0;
	for (slot_number slot = p->view_slot; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (s->claim != VALUE_NONE)
			p->view_claim[p->view_claims++] = (struct claim){
				.slot = slot,
				.ballot = s->claim_at,
				.value = s->claim,
				.cert = hard_slot(p, slot)->claim_cert,
			};
	}
	view_send(p, nodes_all(p), out);
}
