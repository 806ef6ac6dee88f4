/* Worlds: the same one under all names, what it looks like to its nodes, and the steps from it. */
#include <string.h>

#include "proto/check/small.h"

/* Liars keep their names. */
unsigned world_renamed_seat(const struct check *c, unsigned renaming, unsigned seat)
{
	return seat < c->bounds.nodes ? c->renaming[renaming].node[seat + 1] - 1u : seat;
}

/* The two faces of a liar are alike. */
static void order_faces(const struct check *c, uint32_t *key)
{
	for (unsigned i = c->bounds.nodes; i < c->seats; i++) {
		const unsigned first = i - c->bounds.liars;
		const uint32_t face = key[i];

		if (key[first] <= face)
			continue;
		key[i] = key[first];
		key[first] = face;
	}
}

/* The least of all renamings stands for all of them. False: there is no room. */
bool world_canonical(struct check *c, uint32_t *key)
{
	const unsigned n = c->seats;
	uint32_t image[SEATS_MAX] = {0}, least[SEATS_MAX];

	if (!c->bounds.no_symmetry)
		order_faces(c, key);
	memcpy(least, key, n * sizeof *key);
	for (unsigned g = 1; g < c->renamings; g++) {
		for (unsigned i = 0; i < n; i++) {
			const uint32_t other = local_renamed(c, key[i], g);
			if (other == LOCAL_NONE)
				return false;
			image[world_renamed_seat(c, g, i)] = other;
		}
		order_faces(c, image);
		for (unsigned i = 0; i < n; i++)
			if (image[i] != least[i]) {
				if (image[i] < least[i])
					memcpy(least, image, n * sizeof *key);
				break;
			}
	}
	memcpy(key, least, n * sizeof *key);
	return true;
}

void world_look(struct check *c, const uint32_t *key, struct view *v)
{
	const unsigned letters = letter_words(c), facts = fact_words(c);

	/* all words: while a world is looked at, there come to be more letters and facts */
	memset(v->sent, 0, sizeof v->sent);
	memset(v->facts, 0, sizeof v->facts);
	v->ballots = v->crashes = v->lured = 0;
	memcpy(v->key, key, c->seats * sizeof *key);
	for (unsigned i = 0; i < c->seats; i++) {
		const struct local_hot *l = &c->hot[key[i]];

		for (unsigned w = 0; w < letters; w++)
			v->sent[w] |= l->word[w].sent;
		for (unsigned w = 0; w < facts; w++)
			v->facts[w] |= l->word[w].facts;
		v->ballots += l->ballots;
		v->crashes += l->crashes;
		v->lured |= l->lured;
	}
	lies_add(c, v->sent, v->facts, v->net);
}

static bool is_within(const struct check *c, const struct view *v, unsigned node, uint32_t next)
{
	const struct local_hot *was = &c->hot[v->key[node]], *is = &c->hot[next];

	return v->ballots + is->ballots - was->ballots +
			       (unsigned)__builtin_popcount(v->lured | is->lured) <=
		       c->bounds.ballots &&
	       v->crashes + is->crashes - was->crashes <= c->bounds.crashes;
}

static bool offer(struct check *c, const struct view *v, unsigned node, bool is_letter,
		  unsigned which, uint32_t step, use_step *use, void *user)
{
	if (step == LOCAL_NONE)
		return false;
	if (step == v->key[node] ||
	    ((step & STEP_NEWS) != 0 && !is_within(c, v, node, STEP_LOCAL(step))))
		return true;
	return use(c, user, v, node, is_letter, which, step);
}

/* All steps of one node, in a fixed order. */
static bool follow_node(struct check *c, const struct view *v, unsigned node, use_step *use,
			void *user)
{
	const uint32_t local = v->key[node];
	const unsigned words = letter_words(c);
	const node_id name = seat_node(c, node);

	if (is_dummy(c, name))
		return true;
	for (unsigned act = 0; act < ACTS_MAX; act++)
		if (!offer(c, v, node, false, act, turn_act(c, local, act), use, user) ||
		    !offer(c, v, node, false, act | STEP_CUT, turn_act_cut(c, local, act), use,
			   user))
			return false;
	for (unsigned w = 0; w < words; w++) {
		/* others find out more of them meanwhile */
		const uint64_t idle =
			__atomic_load_n(&c->hot[local].word[w].idle, __ATOMIC_RELAXED);
		uint64_t left = v->net[w] & c->addressed[name][w] & ~idle;

		for (; left != 0; left &= left - 1) {
			const unsigned letter = w * 64 + (unsigned)__builtin_ctzll(left);

			if (!offer(c, v, node, true, letter, turn_letter(c, local, letter), use,
				   user) ||
			    !offer(c, v, node, true, letter | STEP_CUT,
				   turn_letter_cut(c, local, letter), use, user))
				return false;
		}
	}
	return true;
}

bool world_follow(struct check *c, const struct view *v, use_step *use, void *user)
{
	for (unsigned node = 0; node < c->seats; node++)
		if (!follow_node(c, v, node, use, user))
			return false;
	return true;
}
