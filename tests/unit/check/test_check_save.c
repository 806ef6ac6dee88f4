/* The explorer interrupted: a search that was saved at any moment and taken up again, in a memory
 * of another size, finds what it would have found, step by step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "proto/check/check.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"

#define MEMORY    ((size_t)1 << 30)
#define STEPS_MAX 64

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void *take(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

/* --- bytes ----------------------------------------------------------------------------------- */

struct bytes {
	uint8_t *data;
	size_t length, room, at, end; /* read: no more than `end` */
};

static bool put(void *user, void *bytes, size_t size)
{
	struct bytes *b = user;

	if (b->length + size > b->room) {
		b->room = 2 * (b->length + size);
		b->data = realloc(b->data, b->room);
		assert_non_null(b->data);
	}
	memcpy(b->data + b->length, bytes, size);
	b->length += size;
	return true;
}

static bool get(void *user, void *bytes, size_t size)
{
	struct bytes *b = user;

	if (size > b->end - b->at)
		return false;
	memcpy(bytes, b->data + b->at, size);
	b->at += size;
	return true;
}

/* --- what a search comes to --------------------------------------------------------------------
 */

struct outcome {
	enum check_state state;
	enum check_rule rule;
	struct check_count count;
	unsigned length;
	struct check_act act[STEPS_MAX];
};

static void note_outcome(struct check *c, enum check_state state, struct outcome *out)
{
	memset(out, 0, sizeof *out);
	out->state = state;
	out->rule = check_broken(c);
	check_count(c, &out->count);
	out->count.room = 0;
	out->count.core_steps = 0; /* lookers are ahead of what is broken */
	out->length = state == CHECK_BROKEN ? check_schedule_length(c) : 0;
	assert_true(out->length <= STEPS_MAX);
	for (unsigned i = 0; i < out->length; i++)
		assert_true(check_schedule(c, i, &out->act[i]));
}

static void run_through(const struct check_bounds *b, struct outcome *out)
{
	void *memory = take(MEMORY);
	struct check *c = check_begin(memory, MEMORY, b);
	enum check_state state;

	do
		state = check_run(c, 4096);
	while (state == CHECK_RUNNING);
	assert_int_not_equal(state, CHECK_FULL);
	note_outcome(c, state, out);
	munmap(memory, MEMORY);
}

/* Saves the search, leaves its memory and takes it up in another one. */
static struct check *move_on(struct check *c, void **memory, size_t *bytes, size_t next)
{
	struct bytes saved = {.data = NULL};

	assert_true(check_save(c, put, &saved));
	munmap(*memory, *bytes);
	*bytes = next;
	*memory = take(next);
	saved.end = saved.length;
	assert_int_equal(check_load(*memory, next, 0, get, &saved), CHECK_LOAD_GOOD);
	assert_int_equal(saved.at, saved.end);
	free(saved.data);
	return check_go_on(*memory);
}

static void run_in_pieces(const struct check_bounds *b, uint64_t *seed, uint32_t piece,
			  struct outcome *out)
{
	size_t bytes = MEMORY;
	void *memory = take(bytes);
	struct check *c = check_begin(memory, bytes, b);
	enum check_state state = check_run(c, draw(seed, piece));

	while (state == CHECK_RUNNING) {
		c = move_on(c, &memory, &bytes, MEMORY / 4 * (3 + draw(seed, 3)));
		state = check_run(c, 1 + draw(seed, piece));
	}
	note_outcome(c, state, out);
	munmap(memory, bytes);
}

#define LOOKERS_MAX 3

static void run_with_lookers(const struct check_bounds *b, unsigned lookers, struct outcome *out)
{
	void *memory = take(MEMORY);
	struct check *c = check_begin(memory, MEMORY, b);
	struct check_looker *looker[LOOKERS_MAX];
	enum check_state state = CHECK_RUNNING;

	for (unsigned i = 0; i < lookers; i++)
		looker[i] = take(check_looker_bytes());
	while (state == CHECK_RUNNING) {
		check_turn_begin(c, looker, lookers);
		for (unsigned i = lookers; i > 0; i--) /* in whatever order */
			check_turn_look(c, i - 1);
		check_turn_settle(c);
		for (unsigned i = lookers; i > 0; i--)
			check_turn_enter(c, i - 1);
		state = check_turn_end(c);
	}
	note_outcome(c, state, out);
	for (unsigned i = 0; i < lookers; i++)
		munmap(looker[i], check_looker_bytes());
	munmap(memory, MEMORY);
}

static void comes_to_the_same(const struct check_bounds *b, uint64_t seed, uint32_t piece)
{
	static struct outcome whole, pieces;

	run_through(b, &whole);
	for (unsigned turn = 0; turn < 2; turn++) {
		run_in_pieces(b, &seed, piece, &pieces);
		assert_memory_equal(&whole, &pieces, sizeof whole);
	}
	for (unsigned lookers = 2; lookers <= LOOKERS_MAX; lookers++) {
		run_with_lookers(b, lookers, &pieces);
		assert_memory_equal(&whole, &pieces, sizeof whole);
	}
}

/* --- searches ----------------------------------------------------------------------------------
 */

static struct check_bounds bounds_of(unsigned ballots)
{
	return (struct check_bounds){.nodes = 3,
				     .proposers = 2,
				     .slots = 1,
				     .values = 2,
				     .ballots = (uint8_t)ballots,
				     .no_hints = true,
				     .strict = true};
}

static void what_holds_holds_after_any_interruption(void **state)
{
	struct check_bounds b = bounds_of(3);

	(void)state;
	comes_to_the_same(&b, 11, 90000);
	b.ballots = 2;
	b.crashes = 1;
	b.progress = true;
	comes_to_the_same(&b, 12, 8000);
}

static void a_mistake_is_found_by_the_same_schedule(void **state)
{
	struct check_bounds b = bounds_of(3);
	unsigned mistake;

	(void)state;
	mistake = mistake_find("below-promise");
	assert_true(mistake != MISTAKE_NONE);
	b.mistake = mistake;
	b.strict = false;
	comes_to_the_same(&b, 13, 300);
}

static void so_is_a_lie_and_a_stall(void **state)
{
	struct check_bounds b = bounds_of(2);

	(void)state;
	b.strict = false;
	b.liars = 1;
	b.policy = DEFENCE_SIGN | DEFENCE_CERT | DEFENCE_ECHO;
	b.attacks = ATTACK_TWO_FACE;
	comes_to_the_same(&b, 14, 60000);
	b.nodes = 4;
	b.proposers = 1;
	b.attacks = 0;
	b.policy |= DEFENCE_JUSTIFY;
	comes_to_the_same(&b, 17, 30000);
	b = bounds_of(2);
	b.strict = false;
	b.liars = 1;
	b.attacks = ATTACK_TWO_FACE;
	b.policy = DEFENCE_SIGN | DEFENCE_REJECT;
	b.stalls = true;
	comes_to_the_same(&b, 15, 300);
}

/* --- memory, and bytes that are none -----------------------------------------------------------
 */

static void what_filled_one_memory_goes_on_in_a_larger_one(void **state)
{
	static struct outcome whole, moved;
	struct check_bounds b = bounds_of(3);
	size_t bytes = 8 << 20;
	void *memory = take(bytes);
	enum check_state end;

	(void)state;
	run_through(&b, &whole);
	struct check *c = check_begin(memory, bytes, &b);
	do
		end = check_run(c, 4096);
	while (end == CHECK_RUNNING);
	assert_int_equal(end, CHECK_FULL);
	c = move_on(c, &memory, &bytes, MEMORY);
	do
		end = check_run(c, 4096);
	while (end == CHECK_RUNNING);
	note_outcome(c, end, &moved);
	moved.count.steps = whole.count.steps; /* those of the world that it stopped at are twice */
	assert_memory_equal(&whole, &moved, sizeof whole);
	munmap(memory, bytes);
}

static void bytes_that_are_cut_or_do_not_fit_are_refused(void **state)
{
	const struct check_bounds b = bounds_of(3);
	struct bytes saved = {.data = NULL};
	void *memory = take(MEMORY);
	struct check *c = check_begin(memory, MEMORY, &b);
	uint64_t seed = 16;

	(void)state;
	check_run(c, 20000);
	assert_true(check_save(c, put, &saved));
	for (unsigned i = 0; i < 40; i++) {
		const size_t small = check_least_bytes() + ((size_t)1 << 20);
		void *other = take(i % 2 != 0 ? MEMORY : small);

		saved.at = 0;
		saved.end = i % 2 != 0 ? draw(&seed, (uint32_t)saved.length) : saved.length;
		assert_int_equal(check_load(other, i % 2 != 0 ? MEMORY : small, 0, get, &saved),
				 i % 2 != 0 ? CHECK_LOAD_CUT : CHECK_LOAD_ROOM);
		munmap(other, i % 2 != 0 ? MEMORY : small);
	}
	saved.data[draw(&seed, 16)] ^= 1; /* a limit of the program that wrote them */
	saved.at = 0;
	saved.end = saved.length;
	munmap(memory, MEMORY);
	memory = take(MEMORY);
	assert_int_equal(check_load(memory, MEMORY, 0, get, &saved), CHECK_LOAD_OTHER);
	munmap(memory, MEMORY);
	free(saved.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_holds_after_any_interruption),
		cmocka_unit_test(a_mistake_is_found_by_the_same_schedule),
		cmocka_unit_test(so_is_a_lie_and_a_stall),
		cmocka_unit_test(what_filled_one_memory_goes_on_in_a_larger_one),
		cmocka_unit_test(bytes_that_are_cut_or_do_not_fit_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
