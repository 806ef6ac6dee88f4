/* Lines of the command language, read for a cluster of five nodes. */
#ifndef TESTS_SUPPORT_PARSED_H
#define TESTS_SUPPORT_PARSED_H

#include "proto/scenario/command.h"

/* The command that the line is; fails the test if it is none. */
struct command parsed(const char *line);

/* The line is no command, and this is the sentence about it. */
void assert_not_parsed(const char *line, const char *expected);

#endif
