/* Defences by name, for tests. */
#ifndef TESTS_SUPPORT_POLICY_NAMED_H
#define TESTS_SUPPORT_POLICY_NAMED_H

#include "proto/core/policy.h"

/* "sign+cert", "all"; fails the test on what is no set of defences. */
policy_id policy_named(const char *text);

#endif
