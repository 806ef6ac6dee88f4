/* A schedule that `check` found, in words: what happens in each step, what the node does then, and
 * why. */
#ifndef TUI_REPORT_CHECK_STORY_H
#define TUI_REPORT_CHECK_STORY_H

#include <stddef.h>

#include "proto/check/check.h"

/* "A", "B", ..., "no-op", "nothing" */
const char *check_value_word(value_ref value);

/* "n2 gets PREPARE 1.1 from n1: it promises 1.1, and has no vote to tell" */
void check_story_step(const struct check_act *act, char *out, size_t size);

#endif
