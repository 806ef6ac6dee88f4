#include "proto/member/defender.h"

#include "proto/member/reporter.h"
#include "proto/member/sender.h"

/* A Nack names the ballot that is refused and the one that this acceptor has promised. */
static bool refuse_frame(struct member *m, enum refusal why)
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

	reporter_tell(m, &(struct event){
				 .kind = EVENT_REFUSED,
				 .type = refused->type,
				 .ballot = refused->ballot,
				 .slot = refused->slot,
				 .peer = refused->from,
				 .why = why,
				 .other = m->paxos.promised,
			 });
	sender_send(m, &nack);
	return true;
}

bool defender_refuses(struct member *m)
{
	const policy_id now = paxos_policy_now(&m->paxos);
	const struct defence_case heard = {
		.m = &m->frame.message,
		.f = policy_f(now, m->config.paxos.nodes),
		.proven = m->witness->proven,
	};
	enum refusal why = defences_refuse(&m->defences, now, &heard);

	return why != REFUSE_NOTHING && refuse_frame(m, why);
}
