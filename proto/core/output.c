/* What the caller owes after this step: sends, writes, reports. Each call adds one thing. */
#include <assert.h>

#include "proto/core/step.h"

struct message *output_send(struct paxos *p, struct paxos_output *out, enum message_type type,
			    node_set to)
{
	assert(out->sends < OUT_SENDS_MAX);
	struct message *m = &out->send[out->sends++];
	*m = (struct message){.type = type, .from = p->config.self, .to = to};
	return m;
}

struct event *output_report(struct paxos_output *out, enum event_kind kind)
{
	assert(out->events < OUT_EVENTS_MAX);
	struct event *e = &out->event[out->events++];
	*e = (struct event){.kind = kind};
	return e;
}

/* Proofs of one message follow each other in the output. */
void output_attach(struct paxos_output *out, struct message *m, proof_ref proof)
{
	assert(out->proofs < OUT_PROOFS_MAX);
	if (m->proofs == 0)
		m->proof_list = &out->proof[out->proofs];
	assert(&m->proof_list[m->proofs] == &out->proof[out->proofs]);
	out->proof[out->proofs++] = proof;
	m->proofs++;
}

void output_write(struct paxos_output *out, const struct paxos_write *write)
{
	/* Of the promises of a step only the last one needs to be stored. */
	if (write->kind == WRITE_PROMISED)
		for (unsigned i = 0; i < out->writes; i++)
			if (out->write[i].kind == WRITE_PROMISED) {
				out->write[i] = *write;
				return;
			}
	assert(out->writes < OUT_WRITES_MAX);
	out->write[out->writes++] = *write;
}

/* Summaries that are proven have their words with them. */
void output_attach_summary(const struct paxos *p, const struct paxos_summary *s,
			   struct paxos_output *out, struct message *m)
{
	if (s->cert != PROOF_NONE)
		output_attach(out, m, s->cert);
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (s->word[i].chain == s->chain && s->word[i].proof != PROOF_NONE)
			output_attach(out, m, s->word[i].proof);
}

static void send_low(struct paxos *p, node_set to, struct paxos_output *out)
{
	struct message *m = output_send(p, out, MSG_SUMMARY, to);

	m->slot = p->low - 1;
	m->value = p->low_summary.chain;
	output_attach_summary(p, &p->low_summary, out, m);
}

/* The caller is to send Commits for closed slots from `first` on, if there are any. Once a step.
 * For slots that are not kept, their summary is sent. */
void output_log(struct paxos *p, node_set to, slot_number first, unsigned most,
		struct paxos_output *out)
{
	if (first >= p->base || out->log_to != 0)
		return;
	if (first < p->low) {
		send_low(p, to, out);
		first = p->low;
		if (first == p->base)
			return;
	}
	slot_number there = p->base - first;
	out->log_to = to;
	out->log_from = first;
	out->log_count = (uint16_t)(there < most ? there : most);
}

/* Reports that a message was refused, without an answer to its sender. */
void output_refused(const struct paxos *p, const struct message *m, enum refusal why,
		    struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_REFUSED);

	e->type = m->type;
	e->ballot = m->ballot;
	e->slot = m->slot;
	e->peer = m->from;
	e->why = why;
	e->other = p->promised;
}

/* Answers a message by a Nack, and reports why. */
void output_refusal(struct paxos *p, const struct message *m, enum refusal why,
		    struct paxos_output *out)
{
	struct message *nack = output_send(p, out, MSG_NACK, set_of(m->from));
	nack->ballot = m->ballot;
	nack->slot = m->slot;
	nack->promised = p->promised;
	nack->why = why;
	output_refused(p, m, why, out);
}
