/* The table of attacks, and the driver: it hands every message and every timer of a member to those
 * attacks that are armed there, in the order of their bits. */
#include "proto/fault/attack.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack_tools.h"

#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help, see) | ATTACK_##name
static_assert((0u
#include "proto/fault/attacks.def"
	       ) == ATTACKS_ALL,
	      "the bits of attacks leave no gap");
#undef ATTACK

static const struct attack_row {
	const char *name;
	const char *help, *see;
	const char *parameters;
	const char *stopped_by;
	enum attack_breaks breaks;
	const struct attack *attack;
} rows[ATTACKS] = {
#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help, see)                         \
	[bit] = {text, help, see, parameters, stopped_by, BREAKS_##breaks, &attack_##name},
#include "proto/fault/attacks.def"
#undef ATTACK
};

static const struct attack_row *row_of(unsigned bit)
{
	static const struct attack nothing;
	static const struct attack_row none = {.breaks = BREAKS_NOTHING, .attack = &nothing};

	return bit < ATTACKS ? &rows[bit] : &none;
}

const char *attack_name(unsigned bit)
{
	return row_of(bit)->name;
}

const char *attack_help(unsigned bit)
{
	return row_of(bit)->help;
}

const char *attack_see(unsigned bit)
{
	return row_of(bit)->see;
}

const char *attack_parameters(unsigned bit)
{
	return row_of(bit)->parameters;
}

const char *attack_stopped_by(unsigned bit)
{
	return row_of(bit)->stopped_by;
}

const char *attack_aim(unsigned bit)
{
	return row_of(bit)->attack->aim;
}

enum attack_breaks attack_breaks(unsigned bit)
{
	return row_of(bit)->breaks;
}

bool attack_is_noise(unsigned bit)
{
	const char *stopped_by = row_of(bit)->stopped_by;

	return attack_breaks(bit) == BREAKS_NOTHING && stopped_by != NULL && stopped_by[0] == 0;
}

unsigned attack_find(const char *name, size_t length)
{
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if (strlen(rows[bit].name) == length && memcmp(rows[bit].name, name, length) == 0)
			return bit;
	return ATTACKS;
}

void attacks_show(uint32_t attacks, char out[ATTACKS_SHOWN_MAX])
{
	size_t used = 0;

	snprintf(out, ATTACKS_SHOWN_MAX, "none");
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((attacks >> bit & 1) != 0)
			used += (size_t)snprintf(out + used, ATTACKS_SHOWN_MAX - used, "%s%s",
						 used == 0 ? "" : "+", rows[bit].name);
}

void lie_show(uint32_t attacks, char out[ATTACKS_SHOWN_MAX])
{
	attacks_show(attacks, out);
	if (attacks == 0)
		snprintf(out, ATTACKS_SHOWN_MAX, "by hand");
}

void liar_init(struct liar *l)
{
	memset(l, 0, offsetof(struct liar, ghost));
}

bool liar_arm(struct liar *l, const struct liar_means *means, const struct attack_order *order,
	      time_us now)
{
	uint32_t before = l->order.attacks;
	node_set all = set_first(means->paxos->config.nodes);

	if ((order->attacks & ~ATTACKS_ALL) != 0 || (order->colluders & ~all) != 0 ||
	    (order->victims & ~all) != 0)
		return false;
	if (before == 0 || order->seed != l->order.seed) {
		liar_init(l);
		before = 0;
		for (unsigned i = 0; i < LIAR_WORDS_MAX; i++)
			l->word[i].length = 0;
	}
	l->means = *means;
	l->now = now;
	l->order = *order;
	l->order.colluders |= set_of(means->paxos->config.self);
	/* Colluders agree on the order's seed, not on every throw of the dice. */
	if (before == 0)
		l->random = order->seed ^ (uint64_t)means->paxos->config.self << 56;
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((order->attacks & ~before & (uint32_t)1 << bit) != 0 &&
		    rows[bit].attack->armed != NULL)
			rows[bit].attack->armed(l);
	return true;
}

void liar_new_epoch(struct liar *l, time_us now)
{
	l->now = now;
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((l->order.attacks >> bit & 1) != 0 && rows[bit].attack->armed != NULL)
			rows[bit].attack->armed(l);
}

void liar_out(struct liar *l, const struct message *m, time_us now)
{
	struct message said = *m;

	l->now = now;
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		if ((l->order.attacks >> bit & 1) == 0 || rows[bit].attack->out == NULL)
			continue;
		if (!rows[bit].attack->out(l, &said) || said.to == 0)
			return;
	}
	l->means.send(l->means.member, &said);
}

void liar_own_promise(struct liar *l, struct message *m, time_us now)
{
	l->now = now;
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((l->order.attacks >> bit & 1) != 0 && rows[bit].attack->own_promise != NULL)
			rows[bit].attack->own_promise(l, m);
}

bool liar_in(struct liar *l, const struct liar_heard *h, time_us now)
{
	l->now = now;
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((l->order.attacks >> bit & 1) != 0 && rows[bit].attack->in != NULL &&
		    !rows[bit].attack->in(l, h))
			return false;
	return true;
}

void liar_timer(struct liar *l, time_us now)
{
	l->now = now;
	l->wake_at = 0;
	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		const time_us at = l->timer_at[bit];

		if ((l->order.attacks >> bit & 1) == 0 || at == 0)
			continue;
		if (at > now) {
			liar_plan(l, (enum attack_bit)(1u << bit), at);
			continue;
		}
		l->timer_at[bit] = 0;
		rows[bit].attack->timer(l);
	}
}

void liar_refs(const struct liar *l, void (*use)(void *context, value_ref ref), void *context)
{
	if (!liar_is_armed(l))
		return;
	for (unsigned i = 0; i < LIAR_SWAPS_MAX; i++) {
		use(context, l->swap[i].meant);
		use(context, l->swap[i].said);
	}
	use(context, l->stale.value);
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((l->order.attacks >> bit & 1) != 0 && rows[bit].attack->refs != NULL)
			rows[bit].attack->refs(l, use, context);
}

void liar_proofs(const struct liar *l, void (*use)(void *context, proof_ref ref), void *context)
{
	if (!liar_is_armed(l))
		return;
	for (unsigned i = 0; i < LIAR_SWAPS_MAX; i++) {
		use(context, l->swap[i].accept);
		use(context, l->swap[i].view);
	}
	for (unsigned i = 0; i < l->stale_proofs; i++)
		use(context, l->stale_proof[i]);
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((l->order.attacks >> bit & 1) != 0 && rows[bit].attack->proofs != NULL)
			rows[bit].attack->proofs(l, use, context);
}
