/* Old messages of others, signatures and all, come again, in any order and to anybody. */
#include <string.h>

#include "proto/fault/attack.h"

#define BURST 4

static void plan(struct liar *l, time_us at)
{
	l->replay_at = at;
	if (l->wake_at == 0 || at < l->wake_at)
		l->wake_at = at;
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
	if (l->replay_at == 0)
		plan(l, l->now + 1000 + liar_draw(l, 40000));
	return true;
}

static void replay_timer(struct liar *l)
{
	if (l->replay_at == 0)
		return;
	if (l->replay_at > l->now) {
		plan(l, l->replay_at);
		return;
	}
	l->replay_at = 0;
	const struct liar_word *word = &l->word[liar_draw(l, LIAR_WORDS_MAX)];
	node_set to = liar_victims(l);

	if (word->length != 0 && to != 0) {
		liar_lied(l, ATTACK_REPLAY, NULL, to);
		l->means.send_again(l->means.member, to, word->bytes, word->length);
	}
	if (--l->replays > 0)
		plan(l, l->now + 1000 + liar_draw(l, 40000));
}

const struct attack attack_REPLAY = {.in = replay_in, .timer = replay_timer};
