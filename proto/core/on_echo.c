#include "proto/core/step.h"

/* How many distinct nodes said just this. */
unsigned count_words(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		     value_ref value)
{
	unsigned count = 0;

	for (unsigned i = 0; i < p->config.nodes; i++)
		count += word[i].value == value && ballot_cmp(word[i].ballot, ballot) == 0;
	return count;
}

void attach_words(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		  value_ref value, struct paxos_output *out, struct message *m)
{
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (word[i].value == value && ballot_cmp(word[i].ballot, ballot) == 0 &&
		    word[i].proof != PROOF_NONE)
			attach(out, m, word[i].proof);
}

/* A repeated Echo to all asks for ours, which it may have missed. */
static void echo_back(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	const struct paxos_slot *s = open_slot(p, m->slot);
	const struct paxos_hard *h = hard_slot(p, m->slot);

	if (set_count(m->to) <= 1 || m->from == p->config.self)
		return;
	if (h->echoed == m->value && ballot_cmp(h->echoed_at, m->ballot) == 0 &&
	    h->asked != PROOF_NONE) {
		struct message *reply = send(p, out, MSG_ECHO, set_of(m->from));
		reply->ballot = m->ballot;
		reply->slot = m->slot;
		reply->value = m->value;
		attach(out, reply, h->asked);
	}
	if (s->voted == m->value && ballot_cmp(s->voted_at, m->ballot) == 0) {
		struct message *reply = send(p, out, MSG_ACCEPTED, set_of(m->from));
		reply->ballot = m->ballot;
		reply->slot = m->slot;
		reply->value = m->value;
	}
}

/* Rule 5: vote on a quorum of matching Echoes from distinct nodes, once in a ballot and slot. The
 * Echoes are the vote's certificate: two quorums share an honest node, which echoes one value, so
 * in a ballot and slot at most one value can ever be voted for by the honest. */
void on_echo(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (!is_open(p, m->slot) || !under(p, m->slot, DEFENCE_ECHO))
		return;
	struct paxos_slot *s = open_slot(p, m->slot);
	struct paxos_hard *h = hard_slot(p, m->slot);
	struct paxos_word *word = &h->echo[m->from - 1];
	int order = ballot_cmp(m->ballot, word->ballot);

	if (order == 0 && word->value == m->value && word->proof != PROOF_NONE)
		echo_back(p, m, out);
	if (order <= 0)
		return;
	*word = (struct paxos_word){m->ballot, m->value, m->proof};
	struct event *e = report(out, EVENT_COUNTED);
	e->type = MSG_ECHO;
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->peer = m->from;
	e->count = count_words(p, h->echo, m->ballot, m->value);
	e->quorum = paxos_quorum(p, m->slot);
	e->value = m->value;
	if (e->count < e->quorum || ballot_cmp(m->ballot, p->promised) < 0 ||
	    s->chosen != VALUE_NONE)
		return;
	if (s->voted != VALUE_NONE && ballot_cmp(s->voted_at, m->ballot) >= 0)
		return;
	vote(p, m, out);
}
