/* The step: one input, then the node's messages to itself, until there is nothing left to do.
 *
 * A message to oneself is handled where it stands in the output, in the same step, so that what a
 * node tells itself is never lost, late or out of order, and costs no transport; unless somebody
 * wants to hold it back, and says so with the input. */
#include "proto/core/paxos.h"

#include <string.h>

#include "proto/core/step.h"

static message_handler *const handlers[MSG_TYPES] = {
#define HANDLED_BY_CORE(handler)                         handler
#define HANDLED_BY_MEMBER                                NULL
#define MESSAGE(name, code, text, handled, fields, help) [code] = handled,
#include "proto/core/messages.def"
#undef MESSAGE
#undef HANDLED_BY_MEMBER
#undef HANDLED_BY_CORE
};

/* Liveness reads what safety has noted, and then the proposer does what can be done. */
static void follow_up(struct paxos *p, struct paxos_output *out)
{
	const struct paxos_note note = p->note;

	memset(&p->note, 0, sizeof p->note);
	gossip_read(p, &note, out);
	patience_read(p, &note, out);
	if (note.has_quorum)
		proposer_lead(p, out);
	if (note.pursue)
		proposer_pursue(p, out);
}

static void handle_message(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	if (m->type >= MSG_TYPES || handlers[m->type] == NULL)
		return;
	/* A Promise tells how far its sender has learned, whether the Promise counts or not. */
	if (m->type == MSG_PROMISE)
		level_heard_low(p, m->from, m->low, SLOT_NONE);
	if (paxos_keeps_out_of(p, m))
		return;
	handlers[m->type](p, m, out);
	follow_up(p, out);
}

/* Handles the messages that the node sends to itself, and the messages that come of them. In the
 * output stay the messages to other nodes, and those to itself that have to be signed first, or
 * that a gate holds. */
static void handle_own_messages(struct paxos *p, type_set gated, struct paxos_output *out)
{
	const node_set self = set_of(p->config.self);

	for (unsigned i = 0; i != out->sends; i++) {
		if (!set_has(out->send[i].to, p->config.self) ||
		    slot_is_under(p, out->send[i].slot, HARDENED) ||
		    (gated >> out->send[i].type & 1) != 0)
			continue;
		out->send[i].to &= ~self;
		const struct message m = out->send[i];
		handle_message(p, &m, out);
	}
	unsigned kept = 0;
	for (unsigned i = 0; i != out->sends; i++)
		if (out->send[i].to != 0)
			out->send[kept++] = out->send[i];
	out->sends = (uint16_t)kept;
}

void paxos_step(struct paxos *p, const struct paxos_input *in, struct paxos_output *out)
{
	out->must_sync = false;
	out->writes = out->sends = out->events = out->proofs = 0;
	out->log_to = 0;
	p->now = higher_of(p->now, in->now);
	p->round_floor = in->round_floor;

	switch (in->kind) {
	case INPUT_START:
		learner_advance(p);
		follow_up(p, out);
		if (in->again && nodes_others(p) != 0) {
			gossip_wake_up(p, nodes_others(p));
			gossip_turn(p, out);
		}
		break;
	case INPUT_MESSAGE:
		handle_message(p, in->message, out);
		break;
	case INPUT_PROPOSE:
		if (queue_add(p, in->value, in->slot, out)) {
			patience_hurry(p);
			proposer_pursue(p, out);
		}
		break;
	case INPUT_TIMER:
		gossip_timer(p, out);
		patience_timer(p, out);
		follow_up(p, out);
		break;
	case INPUT_LINK_UP:
		gossip_wake_up(p, set_of(in->peer) & nodes_others(p));
		patience_link_up(p, out);
		follow_up(p, out);
		break;
	case INPUT_CHAIN:
		summary_count(p, in->slot, in->value, out);
		break;
	}
	handle_own_messages(p, in->gated, out);
	out->wake_at = time_sooner(patience_wake(p), gossip_wake(p));
}
