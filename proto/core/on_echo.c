#include "proto/core/step.h"

/* An acceptor that sends its Echo to everybody a second time may have missed this node's Echo and
 * vote: it gets both again. It has the Accept of the owner, who sends no Echo. */
static void echo_back(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	const struct paxos_slot *s = open_slot(p, m->slot);
	const struct paxos_hard *h = hard_slot(p, m->slot);

	if (set_count(m->to) <= 1 || m->from == p->config.self)
		return;
	if (h->echoed == m->value && ballot_cmp(h->echoed_at, m->ballot) == 0 &&
	    h->asked != PROOF_NONE && m->ballot.node != p->config.self) {
		struct message *reply = output_send(p, out, MSG_ECHO, set_of(m->from));
		reply->ballot = m->ballot;
		reply->slot = m->slot;
		reply->value = m->value;
		output_attach(out, reply, h->asked);
	}
	if (s->voted == m->value && ballot_cmp(s->voted_at, m->ballot) == 0) {
		struct message *reply = output_send(p, out, MSG_ACCEPTED, set_of(m->from));
		reply->ballot = m->ballot;
		reply->slot = m->slot;
		reply->value = m->value;
	}
}

/* Rule 5: "Accepted(b, s, v): q matching Echoes, not voted in (b, s). Persist maxBal, vote AND the
 * q Echoes (= voteCert), then send."
 *
 * The Echoes are from distinct acceptors. Two quorums share an honest acceptor, and an honest
 * acceptor echoes one value in a ballot and slot. So honest acceptors vote for at most one value
 * there, whatever the ballot's owner sends. */
void echo_count(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_slot *s = open_slot(p, m->slot);
	struct paxos_hard *h = hard_slot(p, m->slot);
	struct paxos_word *word = &h->echo[m->from - 1];

	if (ballot_cmp(m->ballot, word->ballot) <= 0)
		return;
	*word = (struct paxos_word){m->ballot, m->value, m->proof};
	struct event *e = output_report(out, EVENT_COUNTED);
	e->type = MSG_ECHO;
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->peer = m->from;
	e->count = words_count(p, h->echo, m->ballot, m->value);
	e->quorum = paxos_quorum(p, m->slot);
	e->value = m->value;
	if (e->count < e->quorum || ballot_cmp(m->ballot, p->promised) < 0 ||
	    s->chosen != VALUE_NONE)
		return;
	if (s->voted != VALUE_NONE &&
	    (ballot_cmp(s->voted_at, m->ballot) >= 0 ||
	     (s->voted != m->value && slot_is_under(p, m->slot, DEFENCE_REJECT))))
		return;
	acceptor_vote(p, m, out);
}

/* The Accept that the Echo carries is the owner's. */
static void count_owner(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	for (unsigned i = 0; i < m->told; i++) {
		struct message accept = m->tell[i];

		if (accept.type != MSG_ACCEPT || accept.slot != m->slot ||
		    accept.value != m->value || accept.from != m->ballot.node ||
		    ballot_cmp(accept.ballot, m->ballot) != 0)
			continue;
		echo_count(p, &accept, out);
		return;
	}
}

void on_echo(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (!slot_is_open(p, m->slot) || !slot_is_under(p, m->slot, DEFENCE_ECHO))
		return;
	const struct paxos_slot *s = open_slot(p, m->slot);
	struct paxos_hard *h = hard_slot(p, m->slot);
	const struct paxos_word *word = &h->echo[m->from - 1];
	int order = ballot_cmp(m->ballot, word->ballot);

	if (m->late) {
		h->late |= set_of(m->from);
		return;
	}
	const bool was_late = order > 0 && set_has(h->late, m->from) && s->voted == m->value &&
			      ballot_cmp(s->voted_at, m->ballot) == 0;
	if (was_late || (order == 0 && word->value == m->value && word->proof != PROOF_NONE))
		echo_back(p, m, out);
	echo_count(p, m, out);
	count_owner(p, m, out);
}
