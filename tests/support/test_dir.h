/* A private directory for the files of a test program. */
#ifndef TESTS_SUPPORT_TEST_DIR_H
#define TESTS_SUPPORT_TEST_DIR_H

#include "node/io/files.h"

extern char test_dir[PATH_BYTES];

/* cmocka's setup and teardown: makes test_dir, and removes it with all that is in it. */
int test_dir_make(void **state);
int test_dir_remove(void **state);

/* The path of a file in test_dir. */
void test_dir_path(const char *name, char path[PATH_BYTES]);

#endif
