/* The chain over all that was chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/member/chain.h"

static void add(struct chain *chain, const char *value)
{
	chain_add(chain, (const uint8_t *)value, (uint32_t)strlen(value));
}

/* Counted anew by Python: hashlib.blake2b(key=chain, digest_size=32) over domain, slot, length and
 * value. */
static void a_chain_is_what_its_header_says(void **state)
{
	static const uint8_t expected[DIGEST_BYTES] = {
		0x4b, 0x98, 0x87, 0x36, 0x1e, 0x1e, 0x52, 0xe8, 0x9c, 0x2a, 0x61,
		0xaa, 0xcf, 0x54, 0x14, 0x79, 0xbd, 0xd0, 0xae, 0x2f, 0xbc, 0x9a,
		0xf5, 0x10, 0x22, 0xa8, 0x97, 0xeb, 0xff, 0x6f, 0x42, 0xf5};
	struct chain chain;

	(void)state;
	chain_begin(&chain);
	add(&chain, "apple");
	add(&chain, "");
	add(&chain, "pear");
	assert_int_equal(chain.end, 3);
	assert_memory_equal(chain.digest, expected, DIGEST_BYTES);
}

static void another_value_anywhere_is_another_chain(void **state)
{
	static const char *const logs[][3] = {{"a", "b", "c"}, {"b", "a", "c"}, {"a", "bc", ""},
					      {"ab", "", "c"}, {"", "a", "bc"}, {"a", "b", "d"}};
	struct chain chain[6];

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		chain_begin(&chain[i]);
		for (unsigned k = 0; k < 3; k++)
			add(&chain[i], logs[i][k]);
		for (unsigned other = 0; other < i; other++)
			assert_memory_not_equal(chain[i].digest, chain[other].digest, DIGEST_BYTES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_what_its_header_says),
		cmocka_unit_test(another_value_anywhere_is_another_chain),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
