#include "tests/support/golden.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/view/view.h"

#define TEXT_MAX 65536

static char drawn[TEXT_MAX], stored[TEXT_MAX];
static struct cell cells[200 * 60];

struct canvas golden_draw(const struct model *m, const struct scene *s, int width, int height)
{
	assert_true((size_t)width * (size_t)height <= sizeof(cells) / sizeof(cells[0]));
	struct canvas c = canvas_over(cells, width, height);

	draw_screen(m, s, &c);
	return c;
}

const char *golden_text(const struct canvas *c, bool ascii)
{
	canvas_dump(c, ascii, drawn, sizeof(drawn));
	return drawn;
}

void golden_compare(const char *name, const struct canvas *c, bool ascii)
{
	char path[200];
	FILE *f;
	size_t n = 0;

	snprintf(path, sizeof(path), "tests/data/screens/%s.txt", name);
	golden_text(c, ascii);
	if (getenv("REWRITE") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(drawn, f);
		fclose(f);
		return;
	}
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(stored, 1, sizeof(stored) - 1, f);
		fclose(f);
	}
	stored[n] = 0;
	if (strcmp(stored, drawn) != 0)
		fail_msg("%s is not what is drawn (REWRITE=1 build/tests/%s writes it anew):\n%s",
			 path, program_invocation_short_name, drawn);
}
