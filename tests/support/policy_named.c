#include "tests/support/policy_named.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

policy_id policy_named(const char *text)
{
	policy_id policy;
	const char *bad;
	size_t length;

	assert_true(policy_parse(text, &policy, &bad, &length));
	return policy;
}
