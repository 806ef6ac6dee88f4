/* Local states: one form for all nodes that will do the same, one number for each form. */
#include <string.h>

#include "proto/check/small.h"

/* --- one form -------------------------------------------------------------------------------- */

static node_set rename_set(node_set set, const struct renaming *r)
{
	node_set out = 0;

	for (; set != 0; set &= set - 1)
		out |= set_of(r->node[set_lowest(set)]);
	return out;
}

/* Ballots are copied part by part, here and below, so that no byte between the parts is copied. */
static void put_ballot(struct ballot *to, struct ballot from)
{
	to->round = from.round;
	to->node = from.node;
}

static void tidy_slot(struct paxos_slot *to, const struct paxos_slot *from,
		      const struct renaming *r)
{
	to->slot = from->slot;
	put_ballot(&to->voted_at, from->voted_at);
	to->voted = r->value[from->voted];
	put_ballot(&to->chosen_at, from->chosen_at);
	to->chosen = r->value[from->chosen];
	to->said = rename_set(from->said, r);
	put_ballot(&to->claim_at, from->claim_at);
	to->claim = r->value[from->claim];
	to->claim_by = r->node[from->claim_by];
	to->proposed = r->value[from->proposed];
	to->accepted_by = rename_set(from->accepted_by, r);
	to->pending = from->pending;
}

/* What it echoed, and the learner's words. Words that come together as those of a quorum are
 * counted at once and need not be kept: none of them is ever missing. Proofs are symbols. */
static void tidy_hard(struct paxos_hard *to, const struct paxos_hard *from, policy_id policy,
		      const struct renaming *r)
{
	put_ballot(&to->echoed_at, from->echoed_at);
	to->echoed = r->value[from->echoed];
	if ((policy & LOUD) != 0)
		return;
	for (unsigned i = 0; i < CHECK_NODES_MAX; i++) {
		struct paxos_word *word = &to->accepted[r->node[i + 1] - 1];

		put_ballot(&word->ballot, from->accepted[i].ballot);
		word->value = r->value[from->accepted[i].value];
	}
}

/* The queue begins at its first place. It is asked once a slot, and never for more than there are
 * places: what was asked first has the first one. */
static void tidy_pending(struct paxos *to, const struct paxos *from, const struct renaming *r)
{
	for (unsigned i = 0; i < PENDING_MAX; i++) {
		if ((from->pending_free >> i & 1) != 0)
			continue;
		to->pending[i].value = r->value[from->pending[i].value];
		to->pending[i].asked = from->pending[i].asked;
		to->pending[i].slot = from->pending[i].slot;
		to->pending[i].order = i + 1;
	}
	for (unsigned i = 0; i < from->queue_count; i++)
		to->queue[i] = from->queue[(from->queue_first + i) % PENDING_MAX];
	to->queue_count = from->queue_count;
	to->pending_count = from->pending_count;
	to->pending_free = from->pending_free;
	to->pending_order = PENDING_MAX;
}

/* The votes that bind its ballot; an Accept that it sends again says them again. */
static void tidy_view(struct paxos *to, const struct paxos *from, const struct renaming *r)
{
	if (from->role != ROLE_LEADING)
		return;
	to->view_slot = from->view_slot;
	to->view_claims = from->view_claims;
	for (unsigned i = 0; i < from->view_claims; i++) {
		to->view_claim[i].slot = from->view_claim[i].slot;
		put_ballot(&to->view_claim[i].ballot, from->view_claim[i].ballot);
		to->view_claim[i].value = r->value[from->view_claim[i].value];
	}
}

/* Time, luck and patience only decide when something is tried: a timer that is set may fire now,
 * and everything that counts tries is forgotten. */
static void tidy_paxos(struct paxos *to, const struct paxos *from, const struct renaming *r)
{
	to->config = from->config;
	to->config.self = r->node[from->config.self];
	to->config.seed = 0;
	put_ballot(&to->promised, from->promised);
	to->base = from->base;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++) {
		tidy_slot(&to->open[i], &from->open[i], r);
		tidy_hard(&to->hard[i], &from->hard[i], from->config.policy, r);
		if ((from->config.policy & LOUD) != 0)
			to->open[i].said = 0;
	}
	to->lines = 1;
	to->line[0].policy = from->line[0].policy;
	to->unresolved = from->unresolved;
	to->role = from->role;
	put_ballot(&to->ballot, from->ballot);
	put_ballot(&to->seen, from->seen);
	to->from = from->from;
	to->next = from->next;
	to->promised_by = rename_set(from->promised_by, r);
	to->refused_by = rename_set(from->refused_by, r);
	to->settling = from->settling;
	to->exhausted = from->exhausted;
	to->proposer_at = from->proposer_at != 0;
	tidy_pending(to, from, r);
	tidy_view(to, from, r);
	to->tail.slot = SLOT_NONE;
}

static void rename_image(struct image *i, const struct renaming *r)
{
	for (unsigned s = 0; s < CHECK_SLOTS_MAX; s++) {
		i->voted[s] = r->value[i->voted[s]];
		i->chosen[s] = r->value[i->chosen[s]];
		i->echoed[s] = r->value[i->echoed[s]];
	}
}

void local_tidy(struct local_core *to, const struct local_core *from, const struct renaming *r)
{
	memset(to, 0, sizeof *to);
	tidy_paxos(&to->paxos, &from->paxos, r);
	to->synced = from->synced;
	to->loose = from->loose;
	to->meant = from->meant;
	rename_image(&to->synced, r);
	rename_image(&to->loose, r);
	for (unsigned s = 0; s < CHECK_SLOTS_MAX; s++)
		to->meant.voted[s] = r->value[to->meant.voted[s]];
	to->ballots = from->ballots;
	to->crashes = from->crashes;
	to->asked = from->asked;
	to->broken = from->broken;
	to->lured = from->lured;
	memcpy(to->sent, from->sent, sizeof to->sent);
	memcpy(to->facts, from->facts, sizeof to->facts);
}

/* --- one number ------------------------------------------------------------------------------ */

static uint64_t hash_of(const struct local_core *core)
{
	const uint8_t *bytes = (const uint8_t *)core;
	uint64_t h = 0x9e3779b97f4a7c15u, word;
	size_t i = 0;

	for (; i + sizeof word <= sizeof *core; i += sizeof word) {
		memcpy(&word, bytes + i, sizeof word);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

uint32_t local_intern(struct check *c, const struct local_core *core)
{
	const uint64_t hash = hash_of(core);
	uint64_t at = hash & (c->local_slots - 1);

	for (; c->local_table[at] != 0; at = (at + 1) & (c->local_slots - 1)) {
		const uint32_t i = c->local_table[at] - 1;
		if (c->local[i].hash == hash && memcmp(&c->local[i].core, core, sizeof *core) == 0)
			return i;
	}
	if (c->only_looks) {
		c->lacks = true;
		return LOCAL_NONE;
	}
	if (c->locals == c->locals_max) {
		check_stop(c, "the memory does not hold the states of single nodes");
		return LOCAL_NONE;
	}
	struct local *l = &c->local[c->locals];
	memcpy(&l->core, core, sizeof *core);
	l->hash = hash;
	struct local_hot *hot = &c->hot[c->locals];
	hot->ballots = core->ballots;
	hot->crashes = core->crashes;
	hot->broken = core->broken;
	hot->lured = core->lured;
	for (unsigned w = 0; w < LETTER_WORDS; w++) {
		hot->word[w].sent = core->sent[w];
		hot->word[w].facts = core->facts[w];
	}
	c->local_table[at] = ++c->locals;
	return c->locals - 1;
}

void local_find_again(struct check *c)
{
	for (uint32_t i = 0; i < c->locals; i++) {
		uint64_t at = c->local[i].hash & (c->local_slots - 1);

		while (c->local_table[at] != 0)
			at = (at + 1) & (c->local_slots - 1);
		c->local_table[at] = i + 1;
	}
}

/* --- other names ----------------------------------------------------------------------------- */

static unsigned renamed_letter(struct check *c, struct renaming *r, unsigned number)
{
	struct letter l = c->letter[number];

	if (r->letter[number] != 0)
		return r->letter[number] - 1u;
	l.from = r->node[l.from];
	l.to = r->node[l.to];
	l.value = r->value[l.value];
	for (unsigned s = 0; s < CHECK_SLOTS_MAX; s++)
		l.claim[s] = r->value[l.claim[s]];
	const unsigned image = net_letter(c, &l);
	if (image != UINT32_MAX)
		r->letter[number] = (uint16_t)(image + 1);
	return image;
}

static unsigned renamed_fact(struct check *c, struct renaming *r, unsigned number)
{
	struct fact f = c->fact[number];

	if (r->fact[number] != 0)
		return r->fact[number] - 1u;
	f.node = r->node[f.node];
	f.value = r->value[f.value];
	const unsigned image = net_fact(c, &f);
	if (image != UINT32_MAX)
		r->fact[number] = (uint16_t)(image + 1);
	return image;
}

uint32_t local_renamed(struct check *c, uint32_t local, unsigned renaming)
{
	const struct local *l = &c->local[local];
	struct renaming *r = &c->renaming[renaming];
	struct local_core core;

	if (renaming == 0)
		return local;
	uint32_t *const place = &c->image[renaming][local];
	const uint32_t known = __atomic_load_n(place, __ATOMIC_RELAXED);
	if (known != 0)
		return known - 1;
	local_tidy(&core, &l->core, r);
	memset(core.sent, 0, sizeof core.sent);
	memset(core.facts, 0, sizeof core.facts);
	for (unsigned i = 0; i < c->letters && c->state == CHECK_RUNNING; i++)
		if (bit_is_set(l->core.sent, i)) {
			const unsigned image = renamed_letter(c, r, i);
			if (image != UINT32_MAX)
				bit_set(core.sent, image);
		}
	for (unsigned i = 0; i < c->facts && c->state == CHECK_RUNNING; i++)
		if (bit_is_set(l->core.facts, i)) {
			const unsigned image = renamed_fact(c, r, i);
			if (image != UINT32_MAX)
				bit_set(core.facts, image);
		}
	if (c->state != CHECK_RUNNING || c->lacks)
		return LOCAL_NONE;
	const uint32_t other = local_intern(c, &core);
	if (other != LOCAL_NONE)
		__atomic_store_n(place, other + 1, __ATOMIC_RELAXED);
	return other;
}

/* The next order of the numbers from..to, in the order of words; false: that was the last, and they
 * are in their first order again. */
static bool next_order(uint8_t *order, unsigned from, unsigned to)
{
	unsigned i = to, k = to;

	while (i > from && order[i - 1] > order[i])
		i--;
	for (unsigned a = i, b = to; a < b; a++, b--) {
		const uint8_t swap = order[a];
		order[a] = order[b];
		order[b] = swap;
	}
	if (i <= from)
		return false;
	for (k = i; order[k] < order[i - 1]; k++)
		continue;
	const uint8_t swap = order[i - 1];
	order[i - 1] = order[k];
	order[k] = swap;
	return true;
}

static unsigned orders_of(unsigned count)
{
	unsigned orders = 1;

	for (; count > 1; count--)
		orders *= count;
	return orders;
}

/* A node that may own a ballot is told from all others by the order of ballots. The others, and
 * the values, can change their names with each other: all of them, so that one renaming after
 * another is a renaming too. Where there are too many, the last values keep their names. */
void renamings_make(struct check *c)
{
	const unsigned first = c->bounds.proposers + 1u;
	const unsigned last = c->bounds.nodes - c->bounds.liars;
	unsigned values = c->bounds.values;
	struct renaming r;

	while (orders_of(last + 1 - first) * orders_of(values) > RENAMINGS_MAX)
		values--;
	memset(&r, 0, sizeof r);
	for (unsigned i = 0; i < sizeof r.node; i++)
		r.node[i] = (node_id)i;
	for (unsigned i = 0; i < sizeof r.value; i++)
		r.value[i] = (uint8_t)i;
	do {
		do {
			c->renaming[c->renamings++] = r;
		} while (!c->bounds.no_symmetry &&
			 next_order(r.value, CHECK_VALUE_FIRST, CHECK_VALUE_FIRST + values - 1));
	} while (!c->bounds.no_symmetry && next_order(r.node, first, last));
}
