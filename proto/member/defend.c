/* Defences that only refuse (proto/fault/defence.h), where an acceptor refuses: who is refused is
 * told why. */
#include "proto/member/parts.h"

static bool refuse_for(struct member *m, enum refusal why)
{
	const struct message *refused = &m->frame.message;
	const struct message nack = {
		.type = MSG_NACK,
		.from = m->config.paxos.self,
		.to = set_of(refused->from),
		.ballot = refused->ballot,
		.slot = refused->slot,
		.promised = m->paxos.promised,
		.why = why,
	};

	tell(m, &(struct event){
			.kind = EVENT_REFUSED,
			.type = refused->type,
			.ballot = refused->ballot,
			.slot = refused->slot,
			.peer = refused->from,
			.why = why,
			.other = m->paxos.promised,
		});
	send_message(m, &nack);
	return true;
}

/* What is signed shows what its signer has seen; so does what is attached. */
static void note_rounds(struct member *m, const struct message *message)
{
	window_note(&m->window, message);
	for (unsigned i = 0; i < message->told; i++)
		window_note(&m->window, &message->tell[i]);
}

bool defend(struct member *m)
{
	const struct message *message = &m->frame.message;
	const policy_id now = paxos_policy_now(&m->paxos);

	if (now == POLICY_NONE)
		return false;
	if (policy_has(now, DEFENCE_WINDOW) && message->proof != PROOF_NONE) {
		note_rounds(m, message);
		m->out_of_window |= message->type == MSG_NACK && message->why == REFUSE_WINDOW;
		if (window_refuses(&m->window, policy_f(now, m->config.paxos.nodes), message))
			return refuse_for(m, REFUSE_WINDOW);
	}
	if (policy_has(now, DEFENCE_QUARANTINE) && quarantine_refuses(m->witness->proven, message))
		return refuse_for(m, REFUSE_QUARANTINED);
	if (policy_has(now, DEFENCE_BUDGET) && budget_refuses(&m->budget, message))
		return refuse_for(m, REFUSE_BUDGET);
	return false;
}
