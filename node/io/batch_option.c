#include "node/io/batch_option.h"

#include <string.h>

#include "node/io/option_table.h"

_Static_assert(BATCH_VALUES_MAX == 13105 && VALUE_BYTES_MAX == 65536,
	       "the words name these numbers");

#define DIGITS_MAX 10

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), end_length = strlen(end);

	return length > end_length && strcmp(text + length - end_length, end) == 0;
}

/* A number of bytes, with its unit behind it. */
static bool parse_bytes(const char *text, uint64_t *bytes)
{
	const bool is_kib = ends_with(text, "KiB");
	const size_t digits = strlen(text) - (is_kib ? 3 : 1);
	char number[DIGITS_MAX + 1] = "";

	if (!ends_with(text, "B") || digits > DIGITS_MAX)
		return false;
	memcpy(number, text, digits);
	if (!option_number(number, 1, VALUE_BYTES_MAX, bytes))
		return false;
	*bytes *= is_kib ? 1024 : 1;
	return *bytes >= BATCH_OPTION_BYTES_MIN && *bytes <= VALUE_BYTES_MAX;
}

bool batch_option_parse(const char *text, struct batch_rule *rule)
{
	uint64_t number;

	if (option_number(text, 1, BATCH_VALUES_MAX, &number)) {
		rule->count = (uint32_t)number;
		rule->bytes = 0;
		return true;
	}
	if (!parse_bytes(text, &number))
		return false;
	rule->count = BATCH_VALUES_MAX;
	rule->bytes = (uint32_t)number;
	return true;
}
