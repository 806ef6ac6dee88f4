#include "proto/fault/attack_tools.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"

void liar_plan(struct liar *l, enum attack_bit attack, time_us at)
{
	l->timer_at[__builtin_ctz(attack)] = at;
	if (at != 0 && (l->wake_at == 0 || at < l->wake_at))
		l->wake_at = at;
}

bool liar_is_planned(const struct liar *l, enum attack_bit attack)
{
	return l->timer_at[__builtin_ctz(attack)] != 0;
}

node_id liar_self(const struct liar *l)
{
	return l->means.paxos->config.self;
}

node_set liar_honest(const struct liar *l)
{
	return set_first(l->means.paxos->config.nodes) & ~l->order.colluders;
}

node_set liar_victims(const struct liar *l)
{
	node_set honest = liar_honest(l);

	return l->order.victims == 0 ? honest : l->order.victims & honest;
}

uint64_t liar_draw(struct liar *l, uint64_t below)
{
	return random_next(&l->random) % below;
}

bool liar_wants(const struct liar *l, struct ballot ballot)
{
	return ballot.round >= l->order.from_round;
}

bool liar_is_ours(const struct liar *l, node_id node)
{
	return set_has(l->order.colluders, node);
}

bool liar_told_all(const struct liar *l, slot_number slot)
{
	policy_id policy = l->means.policy(l->means.member, slot);

	return policy_has(policy, DEFENCE_ECHO) || policy_has(policy, DEFENCE_CERT);
}

struct liar_split liar_split(const struct liar *l, slot_number slot)
{
	node_set honest = liar_honest(l);
	unsigned count = set_count(honest);
	unsigned liars = set_count(l->order.colluders);
	unsigned quorum =
		policy_quorum(l->means.policy(l->means.member, slot), l->means.paxos->config.nodes);
	unsigned needed = quorum > liars ? quorum - liars : 1;
	struct liar_split split = {.both = 2 * needed <= count};

	if (l->order.victims != 0) {
		split.twin = l->order.victims & honest;
		split.truth = honest & ~split.twin;
		split.both = set_count(split.twin) >= needed && set_count(split.truth) >= needed;
		return split;
	}
	if (split.both)
		needed = count / 2;
	split.twin = honest;
	for (unsigned i = 0; i < needed && split.twin != 0; i++)
		split.twin &= split.twin - 1;
	split.truth = honest & ~split.twin;
	return split;
}

value_ref liar_twin(struct liar *l, value_ref value)
{
	uint8_t bytes[VALUE_SHOWN_MAX];
	uint32_t length;
	const uint8_t *of = values_bytes(l->means.values, value, &length);

	/* A long value has a short twin: its beginning. */
	if (length > sizeof bytes - 1)
		length = VALUE_PREFIX_SHOWN;
	if (length > 0)
		memcpy(bytes, of, length);
	bytes[length] = '\'';
	return values_intern(l->means.values, bytes, length + 1);
}

struct liar_swap *liar_find_swap(struct liar *l, slot_number slot, struct ballot ballot)
{
	for (unsigned i = 0; i < LIAR_SWAPS_MAX; i++)
		if (l->swap[i].said != VALUE_NONE && l->swap[i].slot == slot &&
		    ballot_cmp(l->swap[i].ballot, ballot) == 0)
			return &l->swap[i];
	return NULL;
}

struct liar_swap *liar_swap(struct liar *l, slot_number slot, struct ballot ballot, value_ref meant,
			    value_ref said)
{
	struct liar_swap *swap = liar_find_swap(l, slot, ballot);

	if (swap != NULL || said == VALUE_NONE)
		return swap;
	swap = &l->swap[l->swaps++ % LIAR_SWAPS_MAX];
	*swap = (struct liar_swap){.slot = slot, .ballot = ballot, .meant = meant, .said = said};
	return swap;
}

void liar_lied(struct liar *l, enum attack_bit attack, const struct message *m, node_set to)
{
	struct event e = {.kind = EVENT_LIED, .attack = (uint32_t)attack, .to = to};

	if (m != NULL) {
		event_of_message(&e, m);
		e.kind = EVENT_LIED;
		e.to = to;
		e.peer = m->from == liar_self(l) ? NODE_NONE : m->from;
	}
	l->means.tell(l->means.member, &e);
}

proof_ref liar_say(struct liar *l, enum attack_bit attack, const struct message *m)
{
	if (m->to == 0)
		return PROOF_NONE;
	liar_lied(l, attack, m, m->to);
	return l->means.send(l->means.member, m);
}

void liar_pretend(struct liar *l, struct message *m)
{
	node_id whom = set_lowest(m->to);

	l->pretence[whom] = (struct liar_pretence){.ballot = m->ballot, .from = m->slot};
	m->claims = 0;
	m->proofs = 0;
	if (m->low > m->slot)
		m->low = m->slot;
}

/* Would the honest half not vote, because it knows the decision or because of something that the
 * liar hides? Under `reject` that may be an earlier vote of its own. */
static bool knows_better(const struct liar *l, const struct message *accept)
{
	const struct paxos *p = l->means.paxos;
	const struct paxos_slot *s = paxos_slot(p, accept->slot);
	policy_id policy = l->means.policy(l->means.member, accept->slot);

	if (s == NULL)
		return accept->slot < p->base;
	return s->chosen != VALUE_NONE || (policy_has(policy, DEFENCE_REJECT) &&
					   s->voted != VALUE_NONE && s->voted != accept->value);
}

/* Does the owner of this Accept get the liar's vote all the same? The liar's colluders do, and an
 * owner to which the liar said that it has seen nothing. */
static bool has_its_word(const struct liar *l, const struct message *accept)
{
	const struct liar_pretence *said = &l->pretence[accept->from];

	if (accept->from != liar_self(l) && liar_is_ours(l, accept->from))
		return true;
	return ballot_cmp(said->ballot, accept->ballot) == 0 && accept->slot >= said->from;
}

bool liar_vote(struct liar *l, enum attack_bit attack, const struct message *accept)
{
	struct message m = {
		.type = MSG_ACCEPTED,
		.from = liar_self(l),
		.to = set_of(accept->from),
		.ballot = accept->ballot,
		.slot = accept->slot,
		.value = accept->value,
	};

	if (!has_its_word(l, accept) || !knows_better(l, accept))
		return false;
	if (liar_told_all(l, accept->slot))
		m.to = set_first(l->means.paxos->config.nodes) & ~set_of(m.from);
	if (policy_has(l->means.policy(l->means.member, accept->slot), DEFENCE_ECHO)) {
		struct message echo = m;

		echo.type = MSG_ECHO;
		if (accept->proof != PROOF_NONE) {
			echo.proofs = 1;
			echo.proof_list = &accept->proof;
		}
		liar_say(l, attack, &echo);
	}
	liar_say(l, attack, &m);
	return true;
}

void liar_keep_secret(struct liar *l, struct message *m)
{
	/* It is not yet known to which proposer the liar or a colluder will have to pretend. */
	if (m->ballot.node != liar_self(l))
		m->to &= set_of(m->ballot.node) | ~liar_victims(l);
	for (node_set left = m->to; left != 0; left &= left - 1) {
		const struct liar_pretence *said = &l->pretence[set_lowest(left)];

		if (!ballot_is_none(said->ballot) && m->slot >= said->from)
			m->to &= ~set_of(set_lowest(left));
	}
}
