/* The liar sends old messages of other nodes again, signatures and all, in any order and to any
 * node. */
#include <string.h>

#include "proto/fault/attack_tools.h"

#define BURST 4

static void plan_next(struct liar *l)
{
	liar_plan(l, ATTACK_REPLAY, l->now + 1000 + liar_draw(l, 40000));
}

static bool replay_in(struct liar *l, const struct liar_heard *h)
{
	/* A replayed message is nothing new. */
	if (h->sender != h->m->from || liar_is_ours(l, h->sender) || h->length > LIAR_WORD_BYTES)
		return true;
	struct liar_word *word = &l->word[l->words++ % LIAR_WORDS_MAX];
	word->length = (uint16_t)h->length;
	memcpy(word->bytes, h->bytes, h->length);
	l->replays = BURST;
	if (!liar_is_planned(l, ATTACK_REPLAY))
		plan_next(l);
	return true;
}

static void replay_timer(struct liar *l)
{
	const struct liar_word *word = &l->word[liar_draw(l, LIAR_WORDS_MAX)];
	node_set to = liar_victims(l);

	if (word->length != 0 && to != 0) {
		liar_lied(l, ATTACK_REPLAY, NULL, to);
		l->means.send_again(l->means.member, to, word->bytes, word->length);
	}
	if (--l->replays > 0)
		plan_next(l);
}

const struct attack attack_REPLAY = {
	.aim = "An old message says nothing new; a copy of it must change nothing.",
	.in = replay_in,
	.timer = replay_timer,
};
