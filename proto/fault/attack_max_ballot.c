/* Whoever has promised the highest round there is can promise nothing more, and nobody can ever
 * propose again. */
#include "proto/fault/attack.h"

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

static void plan(struct liar *l, time_us at)
{
	l->climb_at = at;
	if (l->wake_at == 0 || at < l->wake_at)
		l->wake_at = at;
}

static void max_ballot_armed(struct liar *l)
{
	plan(l, l->now + 1);
}

static void max_ballot_timer(struct liar *l)
{
	if (l->climb_at == 0)
		return;
	if (l->climb_at > l->now) {
		plan(l, l->climb_at);
		return;
	}
	l->climb_at = 0;
	prepare_highest(l, liar_honest(l));
}

/* Somebody has not heard it: it goes on trying with a lower round. */
static bool max_ballot_in(struct liar *l, const struct liar_heard *h)
{
	const struct message *m = h->m;

	if (m->type != MSG_PREPARE || liar_is_ours(l, m->from) || m->ballot.round == ROUND_MAX)
		return true;
	prepare_highest(l, liar_honest(l));
	return false;
}

const struct attack attack_MAX_BALLOT = {
	.armed = max_ballot_armed, .in = max_ballot_in, .timer = max_ballot_timer};
