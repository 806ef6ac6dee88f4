#include "proto/core/letter.h"

#include <stdbool.h>

struct letters {
	uint32_t first, last;
};

#define UNDRAWN(first, last) {first, last},
#define WIDE(first, last)
static const struct letters undrawn[] = {
#include "proto/core/letters.def"
};
#undef UNDRAWN
#undef WIDE

#define UNDRAWN(first, last)
#define WIDE(first, last) {first, last},
static const struct letters wide[] = {
#include "proto/core/letters.def"
};
#undef UNDRAWN
#undef WIDE

static bool is_among(const struct letters *table, size_t count, uint32_t code)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table[middle].last < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && table[low].first <= code;
}

unsigned letter_cells(uint32_t code)
{
	if (code < 0x7f)
		return code >= ' ' ? 1 : 0;
	if (is_among(undrawn, sizeof undrawn / sizeof *undrawn, code))
		return 0;
	return is_among(wide, sizeof wide / sizeof *wide, code) ? 2 : 1;
}

unsigned letter_read(const uint8_t *bytes, size_t length, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned count;

	if (length == 0)
		return 0;
	if (bytes[0] < 0x80) {
		*code = bytes[0];
		return 1;
	}
	count = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || length < count)
		return 0;
	*code = bytes[0] & (0xffu >> (count + 1));
	for (unsigned i = 1; i < count; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3fu);
	}
	return *code >= least[count] && *code <= 0x10ffff ? count : 0;
}
