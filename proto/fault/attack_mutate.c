/* The liar changes one field of a message of its honest half: a higher round, another slot, an
 * older value, one vote less. Some nodes get the honest message, others the mutant. */
#include "proto/fault/attack_tools.h"

static value_ref other_value(struct liar *l, value_ref value)
{
	if (l->swaps > 0 && liar_draw(l, 2) == 0) {
		value_ref old = l->swap[liar_draw(l, LIAR_SWAPS_MAX)].meant;
		if (old != VALUE_NONE && old != value)
			return old;
	}
	return liar_twin(l, value);
}

static bool change_value(struct liar *l, struct message *m)
{
	value_ref other = other_value(l, m->value);

	if (other == VALUE_NONE)
		return false;
	m->value = other;
	return true;
}

static bool change_claim(struct liar *l, struct message *m)
{
	if (m->claims == 0)
		return false;
	for (unsigned i = 0; i < m->claims; i++)
		l->claim[i] = m->claim[i];
	struct claim *c = &l->claim[liar_draw(l, m->claims)];
	m->claim = l->claim;
	switch (liar_draw(l, 3)) {
	case 0:
		m->claims--;
		return true;
	case 1:
		c->value = other_value(l, c->value);
		return c->value != VALUE_NONE;
	default:
		if (c->ballot.round == ROUND_MAX)
			return false;
		c->ballot.round++;
		return true;
	}
}

/* A message whose field is changed must still be one that can be written. */
static bool change_field(struct liar *l, struct message *m)
{
	unsigned fields = message_fields(m->type);

	switch (liar_draw(l, 5)) {
	case 0:
		if ((fields & FIELD_BALLOT) == 0 || m->ballot.round == ROUND_MAX)
			return false;
		m->ballot.round++;
		return true;
	case 1:
		if ((fields & FIELD_SLOT) == 0 || m->claims > 0 || m->slot >= SLOT_NONE - 2)
			return false;
		m->slot += m->slot > 0 && liar_draw(l, 2) == 0 ? (slot_number)-1 : 1;
		return true;
	case 2:
		if ((fields & FIELD_LOW) == 0)
			return false;
		m->low = m->low > 0 && liar_draw(l, 2) == 0 ? m->low - 1 : m->low + 1;
		return true;
	case 3:
		return (fields & FIELD_VALUE) != 0 && m->type != MSG_EVIDENCE && change_value(l, m);
	default:
		return change_claim(l, m);
	}
}

static bool mutate_out(struct liar *l, struct message *m)
{
	struct message mutant = *m;
	node_set some = m->to & liar_victims(l) & (node_set)liar_draw(l, (uint64_t)1 << 32);

	if (!liar_wants(l, m->ballot) || some == 0 || liar_draw(l, 2) == 0)
		return true;
	/* Remembers the value, to say it again where it does not belong. */
	if ((message_fields(m->type) & FIELD_VALUE) != 0 && m->type != MSG_EVIDENCE)
		l->swap[l->swaps++ % LIAR_SWAPS_MAX] = (struct liar_swap){.meant = m->value};
	if (!change_field(l, &mutant))
		return true;
	m->to &= ~some;
	mutant.to = some;
	liar_say(l, ATTACK_MUTATE, &mutant);
	return true;
}

const struct attack attack_MUTATE = {
	.aim = "One field is not what an honest node would have said.",
	.out = mutate_out,
};
