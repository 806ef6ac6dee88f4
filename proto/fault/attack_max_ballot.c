/* The liar prepares the highest round there is. An acceptor that promises it can promise no higher
 * ballot, so no proposer can ever get a quorum of promises again. */
#include "proto/fault/attack_tools.h"

static void prepare_highest(struct liar *l, node_set to)
{
	struct message m = {
		.type = MSG_PREPARE,
		.from = liar_self(l),
		.to = to,
		.ballot = {ROUND_MAX, liar_self(l)},
		.slot = l->means.paxos->base,
	};

	liar_say(l, ATTACK_MAX_BALLOT, &m);
}

static void max_ballot_armed(struct liar *l)
{
	liar_plan(l, ATTACK_MAX_BALLOT, l->now + 1);
}

static void max_ballot_timer(struct liar *l)
{
	prepare_highest(l, liar_honest(l));
}

/* A proposer that still prepares a lower round has not heard of it. The liar tells all again. */
static bool max_ballot_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;

	if (m->type != MSG_PREPARE || liar_is_ours(l, m->from) || m->ballot.round == ROUND_MAX)
		return true;
	prepare_highest(l, liar_honest(l));
	return false;
}

const struct attack attack_MAX_BALLOT = {
	.aim = "There is no ballot above that: no other node could ever propose again.",
	.armed = max_ballot_armed,
	.in = max_ballot_in,
	.timer = max_ballot_timer,
};
