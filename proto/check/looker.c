/* A looker: finds the worlds that follow others, as far as the steps to them are known. */
#include <stddef.h>
#include <string.h>

#include "proto/check/small.h"

size_t check_looker_bytes(void)
{
	return sizeof(struct check_looker);
}

/* Takes over what may have changed since the last time. Letters, facts and groups only grow. */
static void refresh(struct check *own, const struct check *c)
{
	if (!own->only_looks || own->letters != c->letters || own->facts != c->facts ||
	    own->groups != c->groups)
		memcpy(own, c, offsetof(struct check, lies));
	own->space = c->space;
	own->state = CHECK_RUNNING;
	own->only_looks = true;
	own->lacks = false;
}

static bool note_step(struct check *c, void *user, const struct view *v, unsigned node,
		      bool is_letter, unsigned which, uint32_t step)
{
	struct check_looker *l = user;

	(void)is_letter;
	(void)which;
	if (l->steps == LOOK_STEPS ||
	    ((step & STEP_NEWS) != 0 &&
	     rules_judge(c, v->facts, v->key[node], STEP_LOCAL(step)) != CHECK_RULE_NONE &&
	     !c->bounds.stalls)) {
		c->lacks = true;
		return false;
	}
	struct next_world *next = &l->step[l->steps];
	memcpy(next->key, v->key, sizeof next->key);
	next->key[node] = STEP_LOCAL(step);
	if (!world_canonical(c, next->key))
		return false;
	next->hash = space_hash(&c->space, next->key);
	space_prefetch(&c->space, next->hash);
	l->steps++;
	return true;
}

/* Keeps of the last steps those whose worlds are not there yet. */
static uint32_t keep_news(struct check_looker *l, uint32_t first)
{
	const struct space *s = &l->c.space;
	uint32_t kept = first;

	for (uint32_t i = first; i < l->steps; i++)
		space_prefetch_key(s, l->step[i].hash);
	for (uint32_t i = first; i < l->steps; i++)
		if (!space_has(s, l->step[i].key, l->step[i].hash))
			l->step[kept++] = l->step[i];
	l->steps = kept;
	return kept - first;
}

static void look_at(struct check_looker *l, uint32_t world, struct looked *out)
{
	struct check *c = &l->c;
	struct view v;

	*out = (struct looked){.first = l->steps};
	c->lacks = false;
	c->chosen = c->slots_chosen = 0;
	world_look(c, space_key(&c->space, world), &v);
	out->whole = !c->lacks && world_follow(c, &v, note_step, l) && !c->lacks;
	if (!out->whole) {
		l->steps = out->first;
		return;
	}
	out->steps = l->steps - out->first;
	out->news = keep_news(l, out->first);
	out->chosen = c->chosen;
	out->slots_chosen = c->slots_chosen;
}

void check_look(const struct check *c, struct check_looker *l, unsigned part, unsigned parts)
{
	const uint64_t waiting = c->space.count - c->at;
	const uint64_t most = (uint64_t)parts * LOOK_WORLDS;
	const uint64_t all = waiting < most ? waiting : most;

	refresh(&l->c, c);
	l->first = c->at + (uint32_t)(all * part / parts);
	l->count = c->at + (uint32_t)(all * (part + 1) / parts) - l->first;
	l->steps = 0;
	for (uint32_t i = 0; i < l->count; i++)
		look_at(l, l->first + i, &l->world[i]);
}
