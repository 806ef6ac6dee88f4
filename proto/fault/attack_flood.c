/* The liar sends far too many messages. It sends kinds that cost a reader more than the writer:
 * questions for the log, and refusals of what nobody asked. */
#include "proto/fault/attack_tools.h"

#define EVERY_US 5000
#define BURST    8

static void flood_armed(struct liar *l)
{
	liar_plan(l, ATTACK_FLOOD, l->now + 1);
}

static void flood_timer(struct liar *l)
{
	struct message m = {.from = liar_self(l), .to = liar_victims(l), .why = REFUSE_AHEAD};

	liar_plan(l, ATTACK_FLOOD, l->now + EVERY_US);
	if (m.to == 0)
		return;
	for (unsigned i = 0; i < BURST; i++) {
		m.type = i == 0 ? MSG_SYNC : MSG_NACK;
		m.slot = i == 0 ? 0 : l->means.paxos->base + liar_draw(l, 4);
		m.ballot = (struct ballot){1 + (uint32_t)liar_draw(l, 8), set_lowest(m.to)};
		m.promised = m.ballot;
		m.ask = m.unsure = i == 0 ? m.to : 0;
		/* Before the first of them: whoever judges must know that a liar speaks. */
		if (i == 0)
			liar_lied(l, ATTACK_FLOOD, &m, m.to);
		l->means.send(l->means.member, &m);
	}
}

const struct attack attack_FLOOD = {
	.aim = "It wants the others to have no time for anything else.",
	.armed = flood_armed,
	.timer = flood_timer,
};
