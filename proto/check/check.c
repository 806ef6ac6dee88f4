/* The search: world after world, all steps of all nodes in each, and the way back to the first. */
#include "proto/check/check.h"

#include <assert.h>
#include <string.h>

#include "proto/check/small.h"
#include "proto/fault/mistake.h"

static_assert(NODES_MAX == CHECK_NODES_MAX, "a core with the explorer's own limits");
static_assert(SLOTS_OPEN_MAX > CHECK_SLOTS_MAX, "no window ends at a slot that is asked for");
static_assert(PENDING_MAX >= CHECK_SLOTS_MAX, "a value for each slot can wait");

#define BATCH_MAX 4096

/* --- memory ---------------------------------------------------------------------------------- */

/* Half of the memory is for states of single nodes. There are a hundred times fewer of them than
 * worlds, and each takes as much as a hundred worlds. */
#define LOCAL_SHARE 2

static size_t rounded(size_t size)
{
	return (size + 63) / 64 * 64;
}

size_t check_least_bytes(void)
{
	return rounded(sizeof(struct check)) +
	       1024 * (sizeof(struct local) + sizeof(struct local_hot));
}

/* Parts of the caller's memory, one after the other. */
static void *part(uint8_t **at, size_t bytes)
{
	void *found = *at;

	*at += rounded(bytes);
	return found;
}

bool check_lay_out(struct check *c, size_t bytes)
{
	const size_t own = rounded(sizeof *c);
	const size_t each = sizeof(struct local) + sizeof(struct local_hot) + 2 * sizeof *c->rows +
			    (3 + c->renamings) * sizeof(uint32_t);
	uint8_t *at = (uint8_t *)c + own, *const end = (uint8_t *)c + bytes;

	c->locals_max = (uint32_t)((bytes - own) / LOCAL_SHARE / each);
	for (c->local_slots = 1024; c->local_slots < (uint64_t)c->locals_max * 3 / 2;)
		c->local_slots *= 2;
	c->rows_max = 2 * c->locals_max;
	c->local_table = part(&at, c->local_slots * sizeof *c->local_table);
	c->local = part(&at, c->locals_max * sizeof *c->local);
	c->hot = part(&at, c->locals_max * sizeof *c->hot);
	for (unsigned g = 0; g < c->renamings; g++)
		c->image[g] = part(&at, c->locals_max * sizeof *c->image[g]);
	c->rows = part(&at, c->rows_max * sizeof *c->rows);
	if (at >= end)
		return false;
	space_begin(&c->space, at, (size_t)(end - at), c->seats, c->bounds.compact,
		    c->bounds.states);
	return true;
}

/* No more worlds can be kept. */
static void stop_for_room(struct check *c)
{
	if (c->space.room == c->bounds.states)
		check_stop(c, "there are more states than --states allows");
	else
		check_stop(c, "the memory does not hold all worlds");
}

/* --- the search ------------------------------------------------------------------------------ */

/* The worlds that follow a world, put in together, so that the memory that the table needs is
 * fetched for all of them at once. */
struct batch {
	unsigned count;
	uint16_t steps; /* of the world, so far */
	struct space_next world[BATCH_MAX];
};

bool check_add(struct check *c, const struct space_next *next)
{
	const enum space_found found =
		space_add(&c->space, next->key, next->hash, next->from, next->step);

	if (found == SPACE_FULL)
		stop_for_room(c);
	if (found == SPACE_WAITING)
		check_stop(c, "the memory does not hold all worlds that wait");
	return found == SPACE_NEW || found == SPACE_OLD;
}

static bool flush(struct check *c, struct batch *b)
{
	for (unsigned i = 0; i < b->count; i++)
		space_prefetch_key(&c->space, b->world[i].hash);
	for (unsigned i = 0; i < b->count; i++)
		if (!check_add(c, &b->world[i]))
			return false;
	b->count = 0;
	return true;
}

bool check_judge(struct check *c, const struct view *v, unsigned node, uint32_t step)
{
	c->steps++;
	if ((step & STEP_NEWS) == 0)
		return true;
	const enum check_rule rule = rules_judge(c, v->facts, v->key[node], STEP_LOCAL(step));
	if (rule == CHECK_RULE_NONE || c->bounds.stalls)
		return true;
	c->lacks |= c->only_looks;
	if (!c->only_looks) {
		c->broken = rule;
		c->state = CHECK_BROKEN;
		c->aim = c->at;
		c->breaks = true;
	}
	return false;
}

static bool enter_step(struct check *c, void *user, const struct view *v, unsigned node,
		       bool is_letter, unsigned which, uint32_t step)
{
	struct batch *b = user;
	struct space_next *next = &b->world[b->count];

	(void)is_letter;
	(void)which;
	if (!check_judge(c, v, node, step))
		return false;
	if (b->steps == UINT16_MAX) {
		check_stop(c, "a world has more steps than it has numbers for");
		return false;
	}
	memcpy(next->key, v->key, sizeof v->key);
	next->key[node] = STEP_LOCAL(step);
	if (!world_canonical(c, next->key))
		return false;
	next->hash = space_hash(&c->space, next->key);
	next->from = c->at;
	next->step = b->steps++;
	space_prefetch(&c->space, next->hash);
	return ++b->count < BATCH_MAX || flush(c, b);
}

struct check *check_begin(void *memory, size_t bytes, const struct check_bounds *bounds)
{
	struct check *c = memory;
	struct space_next next = {.hash = 0};

	if (bytes < check_least_bytes())
		return NULL;
	c->whole = c;
	c->bounds = *bounds;
	c->config =
		paxos_config_default(1, bounds->nodes, bounds->multi ? MODE_MULTI : MODE_SINGLE);
	if (bounds->quorum != 0)
		c->config.quorum = bounds->quorum;
	c->config.promises = bounds->promises;
	c->config.policy = bounds->policy;
	c->quorum = policy_has(bounds->policy, DEFENCE_QUORUM)
			    ? policy_quorum(bounds->policy, bounds->nodes)
			    : c->config.quorum;
	c->promises = bounds->promises != 0 ? bounds->promises : c->quorum;
	c->seats = bounds->nodes + lies_faces(c);
	mistake_config(bounds->mistake, &c->config);
	renamings_make(c);
	if (!check_lay_out(c, bytes))
		return NULL;
	for (unsigned i = 0; i < c->seats; i++) {
		static struct local_core first;

		turn_first(c, seat_node(c, i), &first);
		next.key[i] = local_intern(c, &first);
		if (next.key[i] == LOCAL_NONE)
			return NULL;
	}
	if (!world_canonical(c, next.key))
		return NULL;
	next.hash = space_hash(&c->space, next.key);
	if (space_add(&c->space, next.key, next.hash, SPACE_NONE, 0) != SPACE_NEW)
		return NULL;
	memcpy(c->way[0], next.key, sizeof c->way[0]);
	c->level_end = 1;
	return c;
}

void check_count(const struct check *c, struct check_count *out)
{
	*out = (struct check_count){
		.states = c->space.count,
		.waiting = c->space.count - c->at,
		.steps = c->steps,
		.core_steps = c->core_steps,
		.locals = c->locals,
		.room = c->space.room,
		.messages = c->letters,
		.depth = c->depth,
		.state_bytes = (unsigned)space_state_bytes(&c->space),
		.symmetries = c->renamings,
		/* where values can change their names, what is true of one is true of all */
		.chosen = c->chosen != 0 && !c->bounds.no_symmetry ? (1u << c->bounds.values) - 1
								   : c->chosen,
		.hopeful = c->hopeful,
		.misses = space_misses(&c->space),
		.whole = c->slots_chosen == (1u << c->bounds.slots) - 1,
		.bounded = c->state == CHECK_FULL && c->space.count == c->bounds.states,
	};
}

enum check_rule check_broken(const struct check *c)
{
	return c->broken;
}

const char *check_why(const struct check *c)
{
	return c->why;
}

/* --- schedules ------------------------------------------------------------------------------- */

void check_aim(struct check *c, uint32_t world)
{
	c->aim = world;
	c->breaks = c->on_way = false;
}

/* The world to which a step leads, by its number among the steps of a world. */
struct stepping {
	unsigned left;
	uint32_t *key;
};

static bool is_step(struct check *c, void *user, const struct view *v, unsigned node,
		    bool is_letter, unsigned which, uint32_t step)
{
	struct stepping *s = user;

	(void)is_letter;
	(void)which;
	if (s->left-- > 0)
		return true;
	memcpy(s->key, v->key, sizeof v->key);
	s->key[node] = STEP_LOCAL(step);
	world_canonical(c, s->key);
	return false;
}

/* Of a state that waits no more only its print is kept: the steps that led there are made again. */
static void make_way_again(struct check *c, const uint32_t *world)
{
	for (unsigned i = 1; i <= c->way_length; i++) {
		struct stepping s = {c->space.step[world[i]], c->way[i]};
		struct view v;

		world_look(c, c->way[i - 1], &v);
		world_follow(c, &v, is_step, &s);
	}
}

static void find_way(struct check *c)
{
	uint32_t world[WAY_MAX + 1];
	unsigned at = WAY_MAX;

	if (c->on_way)
		return;
	c->on_way = true;
	for (world[at] = c->aim; world[at] != 0; at--)
		world[at - 1] = space_from(&c->space, world[at]);
	c->way_length = WAY_MAX - at;
	if (c->bounds.compact) {
		make_way_again(c, &world[at]);
		return;
	}
	for (unsigned i = 0; i <= c->way_length; i++)
		memcpy(c->way[i], space_key(&c->space, world[at + i]),
		       c->seats * sizeof c->way[i][0]);
}

unsigned check_schedule_length(struct check *c)
{
	find_way(c);
	return c->way_length + c->breaks;
}

/* Looks for the step that leads to a world, or breaks a rule. Worlds on the way are known up to
 * names: the way begins at the first world, and each of its worlds follows from the one before
 * under the names that this one has. */
struct seeking {
	const uint32_t *target; /* NULL: the step that breaks a rule */
	bool found;
	unsigned node;
	bool is_letter;
	unsigned which;
	uint32_t next;
};

static bool is_sought(struct check *c, void *user, const struct view *v, unsigned node,
		      bool is_letter, unsigned which, uint32_t step)
{
	const uint32_t next = STEP_LOCAL(step);
	struct seeking *s = user;
	uint32_t key[SEATS_MAX];

	if (s->target == NULL) {
		const enum check_rule rule = rules_judge(c, v->facts, v->key[node], next);
		s->found = rule != CHECK_RULE_NONE;
		if (s->found)
			c->broken = rule;
	} else {
		memcpy(key, v->key, sizeof key);
		key[node] = next;
		s->found = world_canonical(c, key) &&
			   memcmp(key, s->target, c->seats * sizeof *key) == 0;
	}
	s->node = node;
	s->is_letter = is_letter;
	s->which = which;
	s->next = next;
	return !s->found;
}

static void tell_act(struct check *c, const struct view *v, const struct seeking *s,
		     struct check_act *act)
{
	const unsigned which = s->which & ~STEP_CUT;
	struct claim claim[CHECK_SLOTS_MAX];

	memset(act, 0, sizeof *act);
	act->node = seat_node(c, s->node);
	if (s->is_letter) {
		act->kind = CHECK_DELIVER;
		act->lie = !bit_is_set(v->sent, which) && c->letter[which].from != NODE_NONE;
		act->signers = lies_signers(c, v->sent, v->facts, &c->letter[which]);
		act->message = net_message(&c->letter[which], claim);
		for (unsigned i = 0; i < act->message.claims; i++)
			if (ballot_cmp(claim[i].ballot, act->claim_at) > 0) {
				act->claim_at = claim[i].ballot;
				act->claim = claim[i].value;
			}
		act->message.claim = NULL;
		act->message.claims = 0;
	} else if (which < ACT_TIMER) {
		act->kind = CHECK_PROPOSE;
		act->slot = which / CHECK_VALUES_MAX;
		act->value = CHECK_VALUE_FIRST + which % CHECK_VALUES_MAX;
	} else {
		act->kind = which == ACT_TIMER   ? CHECK_TIMER
			    : which == ACT_CRASH ? CHECK_CRASH
						 : CHECK_CRASH_UNSYNCED;
	}
	turn_tell(c, v->key[s->node], s->is_letter, s->which, act);
}

/* Step i of the schedule, and the world behind it, by the names of the first one. */
static bool walk(struct check *c, unsigned i, struct check_act *act, uint32_t key[SEATS_MAX])
{
	const unsigned length = check_schedule_length(c);
	const enum check_state state = c->state;
	struct view v;
	bool found = i < length;

	memcpy(key, c->way[0], c->seats * sizeof *key);
	c->state = CHECK_RUNNING; /* steps may have to be made again */
	for (unsigned k = 0; k <= i && found; k++) {
		struct seeking s = {.found = false};

		if (k + 1 < length || !c->breaks)
			s.target = c->way[k + 1];
		world_look(c, key, &v);
		world_follow(c, &v, is_sought, &s);
		found = s.found;
		if (found && k == i)
			tell_act(c, &v, &s, act);
		key[s.node] = s.next;
	}
	c->state = state;
	return found;
}

bool check_schedule(struct check *c, unsigned i, struct check_act *act)
{
	uint32_t key[SEATS_MAX];

	return walk(c, i, act, key);
}

/* --- to the end ------------------------------------------------------------------------------ */

/* The sentence about what is broken is that of the schedule that is told: the world in which it was
 * found may have other names. */
void check_name(struct check *c)
{
	static struct check_act act;
	const unsigned length = check_schedule_length(c);
	uint32_t key[SEATS_MAX];

	memcpy(key, c->way[0], sizeof key);
	if (length > 0)
		walk(c, length - 1, &act, key);
	if (!c->breaks)
		progress_say_why(c, key);
}

/* The worlds are judged in their order, so the first one that is stuck is a nearest one. */
void check_judge_progress(struct check *c)
{
	if (progress_is_possible(c, c->hopeful)) {
		c->hopeful++;
	} else if (c->state == CHECK_RUNNING) {
		c->state = CHECK_BROKEN;
		c->broken = CHECK_RULE_PROGRESS;
		check_aim(c, c->hopeful);
	}
}

/* All worlds are known. */
static void judge_all(struct check *c)
{
	if (!c->bounds.progress || c->hopeful == c->space.count)
		c->state = CHECK_HELD;
	else
		check_judge_progress(c);
}

void check_enter_level(struct check *c)
{
	if (c->at != c->level_end)
		return;
	if (++c->depth == WAY_MAX)
		check_stop(c, "there are schedules of more than 1000 steps");
	c->level_end = c->space.count;
}

void check_expand(struct check *c)
{
	static struct batch the_batch;
	struct batch *batch = &the_batch;
	struct view v;

	check_enter_level(c);
	world_look(c, space_key(&c->space, c->at), &v);
	batch->count = batch->steps = 0;
	if (world_follow(c, &v, enter_step, batch) && flush(c, batch))
		c->at++;
}

/* One more world, or one more judgement. */
static void go_on(struct check *c)
{
	if (c->at == c->space.count)
		judge_all(c);
	else if (c->bounds.stalls && c->hopeful <= c->at)
		check_judge_progress(c);
	else
		check_expand(c);
}

enum check_state check_run(struct check *c, uint32_t worlds)
{
	if (c->state != CHECK_RUNNING)
		return c->state;
	for (; worlds > 0 && c->state == CHECK_RUNNING; worlds--)
		go_on(c);
	if (c->state == CHECK_BROKEN)
		check_name(c);
	return c->state;
}

uint64_t check_orbits(struct check *c)
{
	uint64_t worlds = 0;

	for (uint32_t world = 0; world < c->space.count; world++) {
		const uint32_t *key = space_key(&c->space, world);
		unsigned same = 0;

		for (unsigned g = 0; g < c->renamings; g++) {
			bool equal = true;

			for (unsigned i = 0; i < c->seats; i++)
				equal &= local_renamed(c, key[i], g) ==
					 key[world_renamed_seat(c, g, i)];
			same += equal;
		}
		assert(same > 0); /* one renaming changes nothing */
		worlds += c->renamings / same;
	}
	return worlds;
}
