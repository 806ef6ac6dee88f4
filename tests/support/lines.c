#include "tests/support/lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT_MAX (1024 * 1024)

static char made[TEXT_MAX], stored[TEXT_MAX];
static const char *file;
static size_t used, same; /* bytes that are made; of them, those that the file has too */

void lines_begin(const char *path)
{
	FILE *f = getenv("REWRITE") != NULL ? NULL : fopen(path, "r");
	size_t n = 0;

	if (f != NULL) {
		n = fread(stored, 1, sizeof stored - 1, f);
		fclose(f);
	}
	stored[n] = 0;
	file = path;
	used = same = 0;
}

/* Where the line begins in which the texts part. */
static size_t line_begin(void)
{
	size_t line = same;

	while (line > 0 && made[line - 1] != '\n')
		line--;
	return line;
}

static void compare(void)
{
	if (getenv("REWRITE") != NULL)
		return;
	while (same < used && made[same] == stored[same])
		same++;
	if (same < used)
		fail_msg("%s says another thing (REWRITE=1 build/tests/%s writes it anew):\n"
			 "- %.*s\n+ %.*s",
			 file, program_invocation_short_name,
			 (int)strcspn(stored + line_begin(), "\n"), stored + line_begin(),
			 (int)strcspn(made + line_begin(), "\n"), made + line_begin());
}

void lines_add(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	used += (size_t)vsnprintf(made + used, sizeof made - used, format, list);
	va_end(list);
	assert_true(used < sizeof made);
	compare();
}

static void rewrite(void)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fwrite(made, 1, used, f);
	fclose(f);
}

void lines_end(void)
{
	if (getenv("REWRITE") != NULL)
		rewrite();
	else if (stored[used] != 0)
		fail_msg("%s says more (REWRITE=1 build/tests/%s writes it anew):\n- %.*s", file,
			 program_invocation_short_name, (int)strcspn(stored + used, "\n"),
			 stored + used);
}
