/* Far too many messages, of kinds that cost their readers more than their writer: questions for the
 * log, and answers to nothing. */
#include "proto/fault/attack.h"

#define EVERY_US 5000
#define BURST    8

static void plan(struct liar *l, time_us at)
{
	l->flood_at = at;
	if (l->wake_at == 0 || at < l->wake_at)
		l->wake_at = at;
}

static void flood_armed(struct liar *l)
{
	plan(l, l->now + 1);
}

static void flood_timer(struct liar *l)
{
	struct message m = {.from = liar_self(l), .to = liar_victims(l), .why = REFUSE_AHEAD};

	if (l->flood_at > l->now) {
		plan(l, l->flood_at);
		return;
	}
	plan(l, l->now + EVERY_US);
	if (m.to == 0)
		return;
	for (unsigned i = 0; i < BURST; i++) {
		m.type = i == 0 ? MSG_SYNC : MSG_NACK;
		m.slot = i == 0 ? 0 : l->means.paxos->base + liar_draw(l, 4);
		m.ballot = (struct ballot){1 + (uint32_t)liar_draw(l, 8), set_lowest(m.to)};
		m.promised = m.ballot;
		l->means.send(l->means.member, &m);
	}
	liar_lied(l, ATTACK_FLOOD, &m, m.to);
}

const struct attack attack_FLOOD = {.armed = flood_armed, .timer = flood_timer};
