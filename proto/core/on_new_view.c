#include <string.h>

#include "proto/core/step.h"

/* A proven vote of the NewView's own list that stands above this claim: being bound by it is being
 * bound enough, so what is below needs no proof of its own. */
static bool is_sheltered(const struct message *view, const struct claim *claim)
{
	for (unsigned i = 0; i < view->claims; i++) {
		const struct claim *c = &view->claim[i];
		int order = ballot_cmp(c->ballot, claim->ballot);

		if (c->slot == claim->slot && c->certified &&
		    ballot_cmp(c->ballot, view->ballot) < 0 &&
		    (order > 0 || (order == 0 && c->value == claim->value)))
			return true;
	}
	return false;
}

/* A promise that counts for a NewView: for its ballot, about every slot from its slot on, and every
 * vote that it tells up to the next change of policy is below the ballot and proven, or below one
 * that is. A bad promise is dropped, not read as "none". */
static bool is_good(const struct paxos *p, const struct message *view,
		    const struct message *promise)
{
	if (promise->type != MSG_PROMISE || ballot_cmp(promise->ballot, view->ballot) != 0 ||
	    promise->slot > view->slot || promise->low > view->slot)
		return false;
	for (unsigned i = 0; i < promise->claims; i++) {
		const struct claim *c = &promise->claim[i];

		if (c->slot < view->slot || c->slot >= border(p, view->slot))
			continue;
		if (ballot_cmp(c->ballot, view->ballot) >= 0 ||
		    (!c->certified && !is_sheltered(view, c)))
			return false;
	}
	return true;
}

/* The highest proven vote in each open slot binds. */
static void bind_to(const struct paxos *p, const struct message *view, const struct message *told,
		    struct ballot highest[SLOTS_OPEN_MAX], struct paxos_view *v)
{
	for (unsigned i = 0; i < told->claims; i++) {
		const struct claim *c = &told->claim[i];
		unsigned at = c->slot % SLOTS_OPEN_MAX;

		if (c->slot < view->slot || c->slot >= border(p, view->slot) || !c->certified ||
		    ballot_cmp(c->ballot, view->ballot) >= 0)
			continue;
		if (c->slot >= v->end)
			v->end = c->slot + 1;
		if (!is_open(p, c->slot) || ballot_cmp(c->ballot, highest[at]) <= 0)
			continue;
		highest[at] = c->ballot;
		v->bound[at] = c->value;
	}
}

/* False: the value of a vote that binds is not known. */
static bool merge(const struct paxos *p, const struct message *m, struct paxos_view *v)
{
	struct ballot highest[SLOTS_OPEN_MAX];

	memset(highest, 0, sizeof highest);
	bind_to(p, m, m, highest, v);
	for (unsigned i = 0; i < m->told; i++)
		if (is_good(p, m, &m->tell[i]))
			bind_to(p, m, &m->tell[i], highest, v);
	for (unsigned at = 0; at < SLOTS_OPEN_MAX; at++)
		if (v->bound[at] == VALUE_UNKNOWN)
			return false;
	return true;
}

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

/* Rule 3: a ballot is bound by the votes that a quorum of signed Promises for it tells. Everybody
 * recomputes what the owner may propose, from distinct signers' promises and nothing else. */
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

	if (!under(p, m->slot, DEFENCE_JUSTIFY))
		return;
	if (ballot_cmp(m->ballot, p->promised) < 0) {
		refuse(p, m, REFUSE_PROMISED, out);
		return;
	}
	for (unsigned i = 0; i < m->told; i++)
		if (is_good(p, m, &m->tell[i]))
			good |= set_of(m->tell[i].from);
	/* No Nack: it would ask for just this again. */
	if (set_count(good) < paxos_quorum(p, m->slot) || !merge(p, m, &v)) {
		struct event *e = report(out, EVENT_REFUSED);
		e->type = MSG_NEW_VIEW;
		e->ballot = m->ballot;
		e->slot = m->slot;
		e->peer = m->from;
		e->why = REFUSE_UNJUSTIFIED;
		e->other = p->promised;
		return;
	}
	p->view = v;
	take_early(p, out);
}

/* Rule 3: forced value = that of the highest vote told; none told = free; a gap below the highest
 * certified slot = no-op (in single mode every slot stands for itself and has no gaps). */
bool is_justified(const struct paxos *p, const struct message *m)
{
	const struct paxos_view *v = &p->view;
	value_ref bound = v->bound[m->slot % SLOTS_OPEN_MAX];

	if (ballot_is_none(v->ballot) || ballot_cmp(v->ballot, m->ballot) != 0 ||
	    v->view != m->view || m->slot < v->from || m->slot >= border(p, v->from))
		return false;
	if (m->slot >= v->end)
		return true;
	if (m->slot >= v->known || m->slot + SLOTS_OPEN_MAX < v->known)
		return false;
	if (bound == VALUE_NONE)
		return p->config.mode == MODE_SINGLE || m->value == VALUE_NOOP;
	return m->value == bound;
}

/* The same NewView each time, however much was learned since: Accepts name it by its digest. */
void send_new_view(struct paxos *p, node_set to, struct paxos_output *out)
{
	struct message *m = send(p, out, MSG_NEW_VIEW, to);

	m->ballot = p->ballot;
	m->slot = p->view_slot;
	m->claims = p->view_claims;
	m->claim = p->view_claim;
	for (node_set left = p->view_by; left != 0; left &= left - 1)
		attach(out, m, p->promise_proof[set_lowest(left) - 1]);
	for (unsigned i = 0; i < p->view_claims; i++) {
		const struct claim *c = &p->view_claim[i];

		if (c->cert != PROOF_NONE)
			attach(out, m, c->cert);
		for (unsigned k = 0; k < 2 && is_open(p, c->slot); k++)
			if (hard_slot(p, c->slot)->rival_cert[k] != PROOF_NONE)
				attach(out, m, hard_slot(p, c->slot)->rival_cert[k]);
	}
}
