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
	space_begin(&c->space, at, (size_t)(end - at), c->seats);
	if (c->bounds.states != 0 && c->space.room > c->bounds.states)
		c->space.room = c->bounds.states;
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

/* --- worlds ---------------------------------------------------------------------------------- */

/* Liars keep their names. */
static unsigned renamed_seat(const struct check *c, unsigned renaming, unsigned seat)
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
static bool canonical(struct check *c, uint32_t *key)
{
	const unsigned n = c->seats;
	uint32_t image[SEATS_MAX], least[SEATS_MAX];

	if (!c->bounds.no_symmetry)
		order_faces(c, key);
	memcpy(least, key, n * sizeof *key);
	for (unsigned g = 1; g < c->renamings; g++) {
		for (unsigned i = 0; i < n; i++) {
			const uint32_t other = local_renamed(c, key[i], g);
			if (other == LOCAL_NONE)
				return false;
			image[renamed_seat(c, g, i)] = other;
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

/* What a world looks like to each of its nodes. */
struct view {
	uint32_t key[SEATS_MAX];
	uint64_t sent[LETTER_WORDS]; /* by nodes, and honest halves of liars */
	uint64_t net[LETTER_WORDS];  /* what nodes can get */
	uint64_t facts[FACT_WORDS];
	unsigned ballots, crashes;
	uint32_t lured;
};

static unsigned lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void look(struct check *c, const uint32_t *key, struct view *v)
{
	const unsigned letters = lesser(c->letters / 64 + 1, LETTER_WORDS);
	const unsigned facts = lesser(c->facts / 64 + 1, FACT_WORDS);

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

/* One step from a world. `user` is told of each; false: it wants no more. */
typedef bool use_step(struct check *c, void *user, const struct view *v, unsigned node,
		      bool is_letter, unsigned which, uint32_t step);

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
	const unsigned words = lesser(c->letters / 64 + 1, LETTER_WORDS);
	const node_id name = seat_node(c, node);

	if (is_dummy(c, name))
		return true;
	for (unsigned act = 0; act < ACTS_MAX; act++)
		if (!offer(c, v, node, false, act, turn_act(c, local, act), use, user))
			return false;
	for (unsigned w = 0; w < words; w++) {
		uint64_t left = v->net[w] & c->addressed[name][w] & ~c->hot[local].word[w].idle;

		for (; left != 0; left &= left - 1) {
			const unsigned letter = w * 64 + (unsigned)__builtin_ctzll(left);

			if (!offer(c, v, node, true, letter, turn_letter(c, local, letter), use,
				   user))
				return false;
		}
	}
	return true;
}

static bool follow(struct check *c, const struct view *v, use_step *use, void *user)
{
	for (unsigned node = 0; node < c->seats; node++)
		if (!follow_node(c, v, node, use, user))
			return false;
	return true;
}

/* --- the search ------------------------------------------------------------------------------ */

/* The worlds that follow a world, put in together, so that the memory that the table needs is
 * fetched for all of them at once. */
struct batch {
	unsigned count;
	struct {
		uint32_t key[SEATS_MAX];
		uint64_t hash;
	} world[BATCH_MAX];
};

static bool flush(struct check *c, struct batch *b)
{
	for (unsigned i = 0; i < b->count; i++)
		space_prefetch_key(&c->space, b->world[i].hash);
	for (unsigned i = 0; i < b->count; i++) {
		uint32_t state;

		if (space_add(&c->space, b->world[i].key, b->world[i].hash, c->at, &state) ==
		    SPACE_FULL) {
			stop_for_room(c);
			return false;
		}
	}
	b->count = 0;
	return true;
}

static bool enter_step(struct check *c, void *user, const struct view *v, unsigned node,
		       bool is_letter, unsigned which, uint32_t step)
{
	struct batch *b = user;
	uint32_t *key = b->world[b->count].key;

	(void)is_letter;
	(void)which;
	c->steps++;
	if ((step & STEP_NEWS) != 0)
		c->broken = rules_judge(c, v->facts, v->key[node], STEP_LOCAL(step));
	if (c->bounds.stalls)
		c->broken = CHECK_RULE_NONE;
	if (c->broken != CHECK_RULE_NONE) {
		c->state = CHECK_BROKEN;
		c->aim = c->at;
		c->breaks = true;
		return false;
	}
	memcpy(key, v->key, sizeof v->key);
	key[node] = STEP_LOCAL(step);
	if (!canonical(c, key))
		return false;
	b->world[b->count].hash = space_hash(&c->space, key);
	space_prefetch(&c->space, b->world[b->count].hash);
	return ++b->count < BATCH_MAX || flush(c, b);
}

struct check *check_begin(void *memory, size_t bytes, const struct check_bounds *bounds)
{
	struct check *c = memory;
	uint32_t key[SEATS_MAX], state;

	if (bytes < check_least_bytes())
		return NULL;
	c->bounds = *bounds;
	c->config =
		paxos_config_default(1, bounds->nodes, bounds->multi ? MODE_MULTI : MODE_SINGLE);
	if (bounds->quorum != 0)
		c->config.quorum = bounds->quorum;
	c->config.policy = bounds->policy;
	c->quorum = policy_has(bounds->policy, DEFENCE_QUORUM)
			    ? policy_quorum(bounds->policy, bounds->nodes)
			    : c->config.quorum;
	c->seats = bounds->nodes + lies_faces(c);
	mistake_config(bounds->mistake, &c->config);
	renamings_make(c);
	if (!check_lay_out(c, bytes))
		return NULL;
	for (unsigned i = 0; i < c->seats; i++) {
		static struct local_core first;

		turn_first(c, seat_node(c, i), &first);
		key[i] = local_intern(c, &first);
		if (key[i] == LOCAL_NONE)
			return NULL;
	}
	if (!canonical(c, key) ||
	    space_add(&c->space, key, space_hash(&c->space, key), SPACE_NONE, &state) != SPACE_NEW)
		return NULL;
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
		.state_bytes = (unsigned)space_state_bytes(c->seats),
		.symmetries = c->renamings,
		/* where values can change their names, what is true of one is true of all */
		.chosen = c->chosen != 0 && !c->bounds.no_symmetry ? (1u << c->bounds.values) - 1
								   : c->chosen,
		.hopeful = c->hopeful,
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
	c->breaks = false;
}

static unsigned distance(const struct check *c, uint32_t world)
{
	unsigned steps = 0;

	for (; c->space.from[world] != SPACE_NONE; world = c->space.from[world])
		steps++;
	return steps;
}

unsigned check_schedule_length(const struct check *c)
{
	return distance(c, c->aim) + c->breaks;
}

/* The world on the way to the aim that is so many steps from the first. */
static uint32_t world_on_way(const struct check *c, unsigned steps)
{
	uint32_t world = c->aim;

	for (unsigned i = distance(c, world); i > steps; i--)
		world = c->space.from[world];
	return world;
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
		s->found = canonical(c, key) && memcmp(key, s->target, c->seats * sizeof *key) == 0;
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
	struct claim claim[CHECK_SLOTS_MAX];

	memset(act, 0, sizeof *act);
	act->node = seat_node(c, s->node);
	if (s->is_letter) {
		act->kind = CHECK_DELIVER;
		act->lie = !bit_is_set(v->sent, s->which) && c->letter[s->which].from != NODE_NONE;
		act->signers = lies_signers(c, v->sent, v->facts, &c->letter[s->which]);
		act->message = net_message(&c->letter[s->which], claim);
		for (unsigned i = 0; i < act->message.claims; i++)
			if (ballot_cmp(claim[i].ballot, act->claim_at) > 0) {
				act->claim_at = claim[i].ballot;
				act->claim = claim[i].value;
			}
		act->message.claim = NULL;
		act->message.claims = 0;
	} else if (s->which < ACT_TIMER) {
		act->kind = CHECK_PROPOSE;
		act->slot = s->which / CHECK_VALUES_MAX;
		act->value = CHECK_VALUE_FIRST + s->which % CHECK_VALUES_MAX;
	} else {
		act->kind = s->which == ACT_TIMER   ? CHECK_TIMER
			    : s->which == ACT_CRASH ? CHECK_CRASH
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

	memcpy(key, space_key(&c->space, 0), c->seats * sizeof *key);
	c->state = CHECK_RUNNING; /* steps may have to be made again */
	for (unsigned k = 0; k <= i && found; k++) {
		struct seeking s = {.found = false};

		if (k + 1 < length || !c->breaks)
			s.target = space_key(&c->space, world_on_way(c, k + 1));
		look(c, key, &v);
		follow(c, &v, is_sought, &s);
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
static void name_by_schedule(struct check *c)
{
	static struct check_act act;
	const unsigned length = check_schedule_length(c);
	uint32_t key[SEATS_MAX];

	memcpy(key, space_key(&c->space, 0), c->seats * sizeof *key);
	if (length > 0)
		walk(c, length - 1, &act, key);
	if (!c->breaks)
		progress_say_why(c, key);
}

/* The worlds are judged in their order, so the first one that is stuck is a nearest one. */
static void judge_progress(struct check *c)
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
		judge_progress(c);
}

/* The worlds that follow the one whose turn it is. */
static void expand(struct check *c, struct batch *batch)
{
	struct view v;

	if (c->at == c->level_end) {
		c->depth++;
		c->level_end = c->space.count;
	}
	look(c, space_key(&c->space, c->at), &v);
	batch->count = 0;
	if (follow(c, &v, enter_step, batch) && flush(c, batch))
		c->at++;
}

enum check_state check_run(struct check *c, uint32_t worlds)
{
	static struct batch batch;

	if (c->state != CHECK_RUNNING)
		return c->state;
	for (; worlds > 0 && c->state == CHECK_RUNNING; worlds--) {
		if (c->at == c->space.count)
			judge_all(c);
		else if (c->bounds.stalls && c->hopeful <= c->at)
			judge_progress(c);
		else
			expand(c, &batch);
	}
	if (c->state == CHECK_BROKEN)
		name_by_schedule(c);
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
				equal &= local_renamed(c, key[i], g) == key[renamed_seat(c, g, i)];
			same += equal;
		}
		assert(same > 0); /* one renaming changes nothing */
		worlds += c->renamings / same;
	}
	return worlds;
}
