/* The table of what holds where options are not given. */
#include <stdio.h>

#include "proto/core/text.h"
#include "tui/option/defaults.h"
#include "tui/option/options.h"

#define OF(subcommand) (1u << SUB_##subcommand)

static const struct {
	enum option_id option;
	uint32_t of;
	const char *words;
} rows[] = {
#define OPTION_DEFAULT(id, of, words) {OPTION_##id, of, words},
#include "tui/option/option_defaults.def"
#undef OPTION_DEFAULT
};

#define ROWS (sizeof rows / sizeof rows[0])

const char *option_default(enum option_id option, enum subcommand_id which)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].option == option && (rows[i].of >> which & 1) != 0)
			return rows[i].words;
	return NULL;
}

/* "bench: ", "run, play: " */
static void append_subcommands(uint32_t of, char *out, size_t size)
{
	const char *between = "";

	for (unsigned i = 0; i < SUBCOMMANDS; i++)
		if ((of >> i & 1) != 0) {
			text_append(out, size, "%s%s", between,
				    i == SUB_dashboard ? "dashboard" : subcommand_rows[i].name);
			between = ", ";
		}
	text_append(out, size, ": ");
}

void option_defaults(enum option_id option, char *out, size_t size)
{
	const uint32_t takes = option_rows[option].of;

	out[0] = 0;
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].option != option)
			continue;
		if (out[0] != 0)
			text_append(out, size, "; ");
		if (rows[i].of != takes)
			append_subcommands(rows[i].of, out, size);
		text_append(out, size, "%s", rows[i].words);
	}
}
