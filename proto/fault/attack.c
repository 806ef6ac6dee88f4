#include "proto/fault/attack.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"

static const struct {
	const char *name;
	const char *help;
	const char *parameters;
	const char *stopped_by;
	enum attack_breaks breaks;
	const struct attack *attack;
} rows[ATTACKS] = {
#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help)                              \
	[bit] = {text, help, parameters, stopped_by, BREAKS_##breaks, &attack_##name},
#include "proto/fault/attacks.def"
#undef ATTACK
};

const char *attack_name(unsigned bit)
{
	return bit < ATTACKS ? rows[bit].name : NULL;
}

const char *attack_help(unsigned bit)
{
	return bit < ATTACKS ? rows[bit].help : NULL;
}

const char *attack_parameters(unsigned bit)
{
	return bit < ATTACKS ? rows[bit].parameters : NULL;
}

const char *attack_stopped_by(unsigned bit)
{
	return bit < ATTACKS ? rows[bit].stopped_by : NULL;
}

enum attack_breaks attack_breaks(unsigned bit)
{
	return bit < ATTACKS ? rows[bit].breaks : BREAKS_NOTHING;
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
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((l->order.attacks >> bit & 1) != 0 && rows[bit].attack->timer != NULL)
			rows[bit].attack->timer(l);
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
	if ((l->order.attacks & ATTACK_TWO_FACE) != 0)
		paxos_refs(&l->ghost, use, context);
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
	if ((l->order.attacks & ATTACK_TWO_FACE) != 0)
		paxos_proofs(&l->ghost, use, context);
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

	/* Of a long value a short twin. */
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

/* Its honest half would tell the decision, or refuse because of what it hides: under `reject` that
 * may be a vote of its own. */
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

/* Who has its vote all the same: whom it told that it has seen nothing, and its colluders. */
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
	/* Whom it or a colluder will have to pretend to is not known yet. */
	if (m->ballot.node != liar_self(l))
		m->to &= set_of(m->ballot.node) | ~liar_victims(l);
	for (node_set left = m->to; left != 0; left &= left - 1) {
		const struct liar_pretence *said = &l->pretence[set_lowest(left)];

		if (!ballot_is_none(said->ballot) && m->slot >= said->from)
			m->to &= ~set_of(set_lowest(left));
	}
}
