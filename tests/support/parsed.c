#include "tests/support/parsed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NODES 5

struct command parsed(const char *line)
{
	struct command c;
	char why[400];

	if (!command_parse(line, NODES, &c, why, sizeof why))
		fail_msg("%s: %s", line, why);
	return c;
}

void assert_not_parsed(const char *line, const char *expected)
{
	struct command c;
	char why[400];

	assert_false(command_parse(line, NODES, &c, why, sizeof why));
	assert_string_equal(why, expected);
}
