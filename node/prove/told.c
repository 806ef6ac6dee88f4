#include "node/prove/told.h"

#include <string.h>

#include "node/record/item_row.h"

/* The name of a column of items. */
static const char *column_name(unsigned column)
{
	const struct schema_column *c;

	for (unsigned i = 0; (c = schema_column(i)) != NULL; i++)
		if (i == RECORDING_item_kind + column)
			return c->name;
	return "?";
}

/* Of a long value an event may tell no more than a sketch. */
static bool same_value(const struct values *of_a, value_ref a, const struct values *of_b,
		       value_ref b)
{
	struct value_sketch sketch_a, sketch_b;
	uint32_t length_a, length_b;
	const uint8_t *bytes_a, *bytes_b;
	const bool is_long = values_sketch(of_a, a, &sketch_a);

	if (a <= VALUE_NOOP || b <= VALUE_NOOP)
		return a == b;
	if (is_long != values_sketch(of_b, b, &sketch_b))
		return false;
	if (is_long)
		return memcmp(&sketch_a, &sketch_b, sizeof(sketch_a)) == 0;
	bytes_a = values_bytes(of_a, a, &length_a);
	bytes_b = values_bytes(of_b, b, &length_b);
	return length_a == length_b && memcmp(bytes_a, bytes_b, length_a) == 0;
}

const char *told_differs(const struct event *a, const struct values *of_a, const struct event *b,
			 const struct values *of_b)
{
	struct item_row row_a, row_b;

	item_row_of(a, 0, &row_a);
	item_row_of(b, 0, &row_b);
	for (unsigned i = 0; i < ITEM_NUMBERS; i++)
		if (row_a.of[i] != row_b.of[i])
			return column_name(i);
	if (row_a.rule_length != row_b.rule_length ||
	    memcmp(row_a.rule, row_b.rule, row_a.rule_length) != 0)
		return "rule";
	return same_value(of_a, a->value, of_b, b->value) ? NULL : "value";
}
