/* Letters and facts have numbers, so that sets of them are bits. Facts are looked for one after the
 * other: there are few, and they are asked for only when the core makes a step that was not known.
 */
#include <assert.h>
#include <string.h>

#include "proto/check/small.h"
#include "proto/core/text.h"

void check_stop(struct check *c, const char *what)
{
	c->lacks |= c->only_looks;
	if (c->state != CHECK_RUNNING || c->only_looks)
		return;
	c->state = CHECK_FULL;
	text_write(c->why, sizeof c->why, "%s", what);
}

static_assert(sizeof(struct letter) > 16 && sizeof(struct letter) <= 24, "three parts");
static_assert(LETTER_SLOTS > LETTERS_MAX, "a search in the table comes to an end");

/* A letter as two whole words and a rest. */
static void letter_parts(const struct letter *l, uint64_t part[3])
{
	const uint8_t *bytes = (const uint8_t *)l;

	part[2] = 0;
	memcpy(&part[0], bytes, 8);
	memcpy(&part[1], bytes + 8, 8);
	memcpy(&part[2], bytes + 16, sizeof *l - 16);
}

static bool is_letter(const struct letter *l, const uint64_t part[3])
{
	uint64_t other[3];

	letter_parts(l, other);
	return ((other[0] ^ part[0]) | (other[1] ^ part[1]) | (other[2] ^ part[2])) == 0;
}

/* Where it stands in the table, or could. */
static uint16_t *letter_place(struct check *c, const struct letter *l)
{
	uint64_t part[3], h = 0;

	letter_parts(l, part);
	for (unsigned i = 0; i < 3; i++)
		h = (h ^ part[i] ^ h >> 32) * 0xff51afd7ed558ccdu;
	for (uint64_t at = h >> 40;; at++) {
		uint16_t *place = &c->letter_table[at % LETTER_SLOTS];

		if (*place == 0 || is_letter(&c->letter[*place - 1], part))
			return place;
	}
}

unsigned net_letter(struct check *c, const struct letter *l)
{
	uint16_t *const place = letter_place(c, l);

	if (*place != 0)
		return *place - 1u;
	if (c->only_looks) {
		c->lacks = true;
		return UINT32_MAX;
	}
	if (c->letters == LETTERS_MAX) {
		check_stop(c, "there are more different messages than it has numbers for");
		return UINT32_MAX;
	}
	c->letter[c->letters] = *l;
	bit_set(c->addressed[l->to], c->letters);
	*place = (uint16_t)++c->letters;
	return c->letters - 1;
}

const struct fact_group *net_group(const struct check *c, enum fact_kind kind, unsigned slot,
				   unsigned ballot, unsigned value)
{
	FOR_GROUPS(c, g)
	if (g->kind == kind && g->slot == slot && g->ballot == ballot && g->value == value)
		return g;
	return NULL;
}

unsigned net_count(const struct check *c, const struct fact_group *g,
		   const uint64_t facts[FACT_WORDS])
{
	const unsigned words = fact_words(c);
	unsigned count = 0;

	for (unsigned w = 0; w < words; w++)
		count += (unsigned)__builtin_popcountll(g->facts[w] & facts[w]);
	return count;
}

/* Puts a new fact into its group. False: there are too many groups. */
static bool join_group(struct check *c, unsigned fact)
{
	const struct fact *f = &c->fact[fact];
	const unsigned value = f->kind == FACT_VOTED ? f->value : 0;
	struct fact_group *g = (struct fact_group *)net_group(c, (enum fact_kind)f->kind, f->slot,
							      f->ballot, value);

	if (g == NULL) {
		if (c->groups == GROUPS_MAX)
			return false;
		g = &c->group[c->groups++];
		*g = (struct fact_group){f->kind, f->slot, (uint8_t)value, f->ballot, {0}};
	}
	bit_set(g->facts, fact);
	c->group_of[fact] = (uint16_t)(g - c->group);
	return true;
}

unsigned net_fact(struct check *c, const struct fact *f)
{
	for (unsigned i = 0; i < c->facts; i++)
		if (memcmp(&c->fact[i], f, sizeof *f) == 0)
			return i;
	if (c->only_looks) {
		c->lacks = true;
		return UINT32_MAX;
	}
	if (c->facts < FACTS_MAX) {
		c->fact[c->facts] = *f;
		if (join_group(c, c->facts))
			return c->facts++;
	}
	check_stop(c, "nodes can do more different things than it has numbers for");
	return UINT32_MAX;
}

static void read_claims(struct letter *out, const struct claim *claim, unsigned claims)
{
	for (unsigned i = 0; i < claims; i++) {
		if (claim[i].slot >= CHECK_SLOTS_MAX)
			continue;
		out->claim_at[claim[i].slot] = small_ballot(claim[i].ballot);
		out->claim[claim[i].slot] = (uint8_t)claim[i].value;
	}
}

/* An honest node's votes rest on proofs, which it keeps, and so does what it proposes. */
void net_read(const struct check *c, const struct paxos *p, const struct message *m,
	      struct letter *out)
{
	memset(out, 0, sizeof *out);
	out->type = (uint8_t)m->type;
	out->from = m->from;
	out->why = (uint8_t)m->why;
	out->low = (uint8_t)m->low;
	out->slot = (uint8_t)m->slot;
	out->value = (uint8_t)m->value;
	out->ballot = small_ballot(m->ballot);
	out->promised = small_ballot(m->promised);
	out->proven = !is_liar(c, m->from);
	read_claims(out, m->claim, m->claims);
	if (m->type == MSG_ACCEPT && is_under(c, DEFENCE_JUSTIFY))
		read_claims(out, p->view_claim, p->view_claims);
}

static void send_to(struct check *c, struct letter *l, node_id to, uint64_t sent[LETTER_WORDS])
{
	l->to = to;
	const unsigned number = net_letter(c, l);
	if (number != UINT32_MAX)
		bit_set(sent, number);
}

void net_send(struct check *c, const struct paxos *p, const struct message *m, node_set to,
	      uint64_t sent[LETTER_WORDS])
{
	struct letter l;

	net_read(c, p, m, &l);
	if (m->type == MSG_ECHO || (m->type == MSG_ACCEPTED && is_under(c, LOUD))) {
		send_to(c, &l, 0, sent);
		return;
	}
	for (node_set left = to & ~set_of(m->from); left != 0; left &= left - 1)
		send_to(c, &l, set_lowest(left), sent);
}

struct message net_message(const struct letter *l, struct claim *claim)
{
	struct message m = {
		.type = (enum message_type)l->type,
		.from = l->from,
		.to = set_of(l->to),
		.ballot = large_ballot(l->ballot),
		.slot = l->slot,
		.low = l->low,
		.promised = large_ballot(l->promised),
		.why = (enum refusal)l->why,
		.value = l->value,
		.claim = claim,
	};

	for (unsigned s = 0; s < CHECK_SLOTS_MAX; s++)
		if (l->claim_at[s] != 0)
			claim[m.claims++] = (struct claim){.slot = s,
							   .ballot = large_ballot(l->claim_at[s]),
							   .value = l->claim[s],
							   .certified = l->proven != 0};
	return m;
}
