/* Turns of several lookers: each finds the worlds that follow others, as far as the steps to them
 * are known, and claims those that are new. What was not known is found out in between by one, in
 * the order of the worlds, so that everything gets the number that it would have got from one. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "proto/check/small.h"

static_assert(CHECK_LOOKERS_MAX * LOOK_STEPS <= SPACE_CLAIMS_MAX, "each step has a claim");

size_t check_looker_bytes(void)
{
	return sizeof(struct check_looker);
}

/* Takes over what may have changed since the last time. Letters, facts and groups only grow. */
static void refresh(struct check *own, const struct check *c)
{
	const uint32_t spare_row = own->spare_row;

	if (!own->only_looks || own->letters != c->letters || own->facts != c->facts ||
	    own->groups != c->groups)
		memcpy(own, c, offsetof(struct check, lies));
	own->space = c->space;
	own->looker = c->looker;
	own->lookers = c->lookers;
	own->claims = c->claims;
	own->look_from = c->look_from;
	own->look_to = c->look_to;
	own->whole = c->whole;
	own->spare_row = spare_row;
	own->locals = c->locals;
	own->state = CHECK_RUNNING;
	own->only_looks = true;
	own->lacks = false;
}

/* The worlds of a turn are dealt out by so many that stand side by side. */
#define DEALT 64

static struct check_looker *looker_of(const struct check *c, uint32_t world)
{
	return c->looker[(world - c->look_from) / DEALT % c->lookers];
}

static struct looked *looked_of(const struct check *c, uint32_t world)
{
	const uint32_t i = world - c->look_from;

	return &looker_of(c, world)->world[i / DEALT / c->lookers * DEALT + i % DEALT];
}

static bool note_step(struct check *c, void *user, const struct view *v, unsigned node,
		      bool is_letter, unsigned which, uint32_t step)
{
	struct check_looker *l = user;

	(void)is_letter;
	(void)which;
	if (l->steps == LOOK_STEPS) {
		c->lacks |= c->only_looks;
		return false;
	}
	if (!check_judge(c, v, node, step))
		return false;
	struct space_next *next = &l->step[l->steps];
	memcpy(next->key, v->key, sizeof next->key);
	next->key[node] = STEP_LOCAL(step);
	if (!world_canonical(c, next->key))
		return false;
	next->hash = space_hash(&c->space, next->key);
	next->from = l->at;
	next->step = (uint16_t)(l->steps - l->its_first);
	space_prefetch(&c->space, next->hash);
	l->steps++;
	return true;
}

/* --- each ------------------------------------------------------------------------------------ */

/* Is the state new, for all that anybody knows by now? */
static bool is_news(struct check *c, struct check_looker *l, uint32_t step)
{
	uint32_t beaten;

	if (!c->claims)
		return !space_has(&c->space, l->step[step].key, l->step[step].hash);
	if (!space_claim(&c->space, l->part * LOOK_STEPS + step, &beaten))
		return false;
	if (beaten != SPACE_NONE) {
		struct space_next *other =
			&c->looker[beaten / LOOK_STEPS]->step[beaten % LOOK_STEPS];

		other->lost = true;
		__atomic_fetch_add(&looked_of(c, other->from)->lost, 1, __ATOMIC_RELAXED);
	}
	return true;
}

/* Keeps of the last steps those whose worlds are not there yet. */
static uint32_t keep_news(struct check *c, struct check_looker *l)
{
	uint32_t kept = l->its_first;

	for (uint32_t i = kept; i < l->steps; i++)
		space_prefetch_key(&c->space, l->step[i].hash);
	for (uint32_t i = kept; i < l->steps; i++) {
		if (kept != i)
			l->step[kept] = l->step[i];
		kept += is_news(c, l, kept);
	}
	l->steps = kept;
	return kept - l->its_first;
}

static void look_at(struct check_looker *l, struct looked *out)
{
	struct check *c = &l->c;
	struct view v;

	*out = (struct looked){.first = l->steps};
	l->its_first = l->steps;
	c->lacks = false;
	c->chosen = c->slots_chosen = 0;
	world_look(c, space_key(&c->space, l->at), &v);
	out->whole = !c->lacks && world_follow(c, &v, note_step, l) && !c->lacks;
	if (!out->whole) {
		l->steps = out->first;
		return;
	}
	out->steps = l->steps - out->first;
	out->chosen = c->chosen;
	out->slots_chosen = c->slots_chosen;
	out->news = keep_news(c, l);
}

/* For each world of a part, in their order. */
#define FOR_PART(c, part, world)                                                                   \
	for (uint32_t world = (c)->look_from + (part)*DEALT; world < (c)->look_to;                 \
	     world +=                                                                              \
	     (world - (c)->look_from + 1) % DEALT == 0 ? ((c)->lookers - 1) * DEALT + 1 : 1)

void check_turn_look(const struct check *c, unsigned part)
{
	struct check_looker *l = c->looker[part];

	FOR_PART(c, part, world)
	{
		l->at = world;
		look_at(l, looked_of(c, world));
	}
}

void check_turn_enter(struct check *c, unsigned part)
{
	const struct check_looker *l = c->looker[part];

	FOR_PART(c, part, world)
	{
		const struct looked *w = looked_of(c, world);
		uint32_t number = w->number;

		if (world >= c->settled)
			return;
		for (uint32_t k = w->first; k < w->first + w->news; k++) {
			space_prefetch(&c->space, l->step[k + LOOK_AHEAD].hash);
			if (!l->step[k].lost)
				space_enter(&c->space, &l->step[k], number++);
		}
	}
}

/* --- one ------------------------------------------------------------------------------------- */

void check_turn_begin(struct check *c, struct check_looker *const looker[], unsigned count)
{
	const uint32_t waiting = c->space.count - c->at, most = count * LOOK_WORLDS;

	c->looker = looker;
	c->lookers = count;
	c->look_from = c->settled = c->at;
	c->look_to = c->at + (waiting < most ? waiting : most);
	for (unsigned i = 0; i < count; i++) {
		looker[i]->part = i;
		looker[i]->steps = 0;
		c->claimed[i] = looker[i]->step;
	}
	c->space.claimed = c->claimed;
	c->space.claims_each = LOOK_STEPS;
	c->claims = !c->bounds.stalls && space_claims(&c->space, (uint64_t)count * LOOK_STEPS);
	for (unsigned i = 0; i < count; i++)
		refresh(&looker[i]->c, c);
}

/* A world to which a looker could not find all steps. False: the turn is settled up to here only,
 * for something is broken or full. */
static bool complete(struct check *c, uint32_t world, struct looked *w)
{
	struct check_looker *l = looker_of(c, world);
	const uint64_t steps = c->steps;
	struct view v;

	l->at = world;
	w->first = l->its_first = l->steps;
	world_look(c, space_key(&c->space, l->at), &v);
	if (world_follow(c, &v, note_step, l)) {
		w->news = keep_news(c, l);
		return true;
	}
	l->steps = w->first;
	if (c->state == CHECK_BROKEN)
		c->aim = l->at;
	else if (c->state == CHECK_RUNNING) /* the looker is full */
		c->steps = steps;
	return false;
}

static void number(struct check *c, struct looked *w)
{
	check_enter_level(c);
	w->number = c->space.count;
	c->space.count += w->news - w->lost;
	c->steps += w->steps;
	c->chosen |= w->chosen;
	c->slots_chosen |= w->slots_chosen;
	c->at++;
}

void check_turn_settle(struct check *c)
{
	bool good = c->claims;

	while (good && c->settled < c->look_to) {
		struct looked *w = looked_of(c, c->settled);

		good = w->whole || complete(c, c->settled, w);
		c->settled += good;
	}
	while (c->at < c->settled)
		number(c, looked_of(c, c->at));
}

static void take_world(struct check *c, const struct check_looker *l, const struct looked *w)
{
	check_enter_level(c);
	for (uint32_t i = w->first; i < w->first + w->news; i++) {
		/* ahead, so that what it needs is there in time */
		space_prefetch(&c->space, l->step[i + LOOK_AHEAD].hash);
		space_prefetch_key(&c->space, l->step[i + LOOK_AHEAD / 2].hash);
		if (!check_add(c, &l->step[i]))
			return;
	}
	c->steps += w->steps;
	c->chosen |= w->chosen;
	c->slots_chosen |= w->slots_chosen;
	c->at++;
}

enum check_state check_turn_end(struct check *c)
{
	while (c->state == CHECK_RUNNING && c->at < c->look_to) {
		const struct looked *w = looked_of(c, c->at);

		if (c->bounds.stalls && c->hopeful <= c->at)
			check_judge_progress(c);
		else if (w->whole)
			take_world(c, looker_of(c, c->at), w);
		else
			check_expand(c);
	}
	if (c->state == CHECK_RUNNING && c->at == c->space.count)
		return check_run(c, LOOK_WORLDS);
	if (c->state == CHECK_BROKEN)
		check_name(c);
	return c->state;
}
