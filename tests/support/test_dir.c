#include "tests/support/test_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

char test_dir[PATH_BYTES];

int test_dir_make(void **state)
{
	(void)state;
	return dir_make_private("test", test_dir) == STATUS_OK ? 0 : -1;
}

int test_dir_remove(void **state)
{
	(void)state;
	dir_remove(test_dir);
	return 0;
}

void test_dir_path(const char *name, char path[PATH_BYTES])
{
	assert_int_equal(path_join(test_dir, name, path), STATUS_OK);
}
