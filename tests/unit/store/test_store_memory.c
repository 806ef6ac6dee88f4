/* The store in memory against a plain table: what is chosen is given back, what is let go is gone,
 * and so are the bytes that it took. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "node/store/store.h"
#include "proto/fault/link.h"

#define SLOTS  60000
#define ROUNDS 6
#define WRITES 12000
#define NOISE  65536 /* what the allocator keeps at hand; a page or piece of the store is more */

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

/* Of each slot the number that its value tells; 0: not chosen. */
static uint32_t number[SLOTS];
static slot_number low;
static uint32_t epoch;

static size_t bytes_in_use(void)
{
	return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static struct store *open_store(void)
{
	struct store *store;

	assert_int_equal(store_open_memory(&store), STATUS_OK);
	memset(number, 0, sizeof number);
	low = 0;
	epoch = 1;
	return store;
}

static void put(struct store *store, struct member_write w)
{
	w.epoch = epoch;
	assert_int_equal(store_write(store, &w, 1, NULL, false), STATUS_OK);
}

static uint32_t value_of(uint32_t n, char out[64])
{
	return (uint32_t)snprintf(out, 64, "%*u", (int)(1 + n % 50), n);
}

static void choose(struct store *store, slot_number slot, uint32_t n)
{
	char value[64];
	const uint32_t length = value_of(n, value);

	put(store, (struct member_write){.kind = MEMBER_CHOSEN,
					 .slot = slot,
					 .ballot = {n, 1},
					 .value = (const uint8_t *)value,
					 .value_length = length,
					 .proofs = (const uint8_t *)value,
					 .proofs_length = n % 3 == 0 ? length : 0});
	if (slot >= low)
		number[slot] = n;
}

static void let_go(struct store *store, slot_number below)
{
	put(store, (struct member_write){.kind = MEMBER_LOW, .slot = below});
	for (; low < below; low++)
		number[low] = 0;
}

static void assert_slot(struct store *store, slot_number slot)
{
	struct store_choice choice;
	char value[64];

	assert_int_equal(store_chosen(store, slot, &choice), STATUS_OK);
	if (number[slot] == 0) {
		assert_null(choice.value);
		return;
	}
	if (choice.value == NULL)
		fail_msg("slot %llu, low %llu, epoch %u: %u is gone", (unsigned long long)slot,
			 (unsigned long long)low, epoch, number[slot]);
	assert_int_equal(choice.length, value_of(number[slot], value));
	assert_memory_equal(choice.value, value, choice.length);
	assert_int_equal(choice.at.round, number[slot]);
	assert_int_equal(choice.proofs_length, number[slot] % 3 == 0 ? choice.length : 0);
	assert_memory_equal(choice.proofs, value, choice.proofs_length);
}

static void it_gives_back_what_it_was_given_and_all_its_bytes(void **state)
{
	size_t before = 0;

	(void)state;
	for (unsigned round = 0; round <= ROUNDS; round++) {
		struct store *store;

		if (round == 1) /* after what is allocated once */
			before = bytes_in_use();
		random_state = round;
		store = open_store();
		for (uint32_t n = 1; n <= WRITES; n++) {
			const slot_number at = n * (SLOTS - 6000) / WRITES;
			choose(store, at + draw(draw(8) == 0 ? 6000 : 40), n);
			if (draw(600) == 0)
				let_go(store, low + draw(at > low ? at - low : 1));
			if (draw(5000) == 0) { /* another log begins */
				epoch++;
				memset(number, 0, sizeof number);
				low = 0;
				put(store, (struct member_write){.kind = MEMBER_PROMISED});
			}
			assert_slot(store, at);
			assert_slot(store, draw(SLOTS));
		}
		for (slot_number slot = 0; slot < SLOTS; slot++)
			assert_slot(store, slot);
		store_close(store);
	}
	assert_true(bytes_in_use() < before + NOISE);
}

static void it_does_not_grow_while_it_lets_go(void **state)
{
	struct store *store = open_store();
	const size_t before = bytes_in_use();

	(void)state;
	for (uint32_t n = 1; n < SLOTS; n++) {
		choose(store, n, n);
		if (n > 100)
			let_go(store, n - 100);
	}
	assert_true(bytes_in_use() < before + ((size_t)2 << 20));
	for (slot_number slot = SLOTS - 200; slot < SLOTS; slot++)
		assert_slot(store, slot);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_gives_back_what_it_was_given_and_all_its_bytes),
		cmocka_unit_test(it_does_not_grow_while_it_lets_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
