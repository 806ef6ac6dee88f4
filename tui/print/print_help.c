#include "tui/print/print.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 30
#define HELP_WIDTH  100

void print_option_name(const struct option_row *row, char *out, size_t size)
{
	snprintf(out, size, "--%s%s%s", row->name, row->argument[0] == '\0' ? "" : " ",
		 row->argument);
}

/* Words of `text` from column HELP_COLUMN on, in lines of HELP_WIDTH; `column` is where we are. */
static void print_wrapped(size_t column, const char *text)
{
	if (column + 1 >= HELP_COLUMN) {
		putchar('\n');
		column = 0;
	}
	printf("%*s", (int)(HELP_COLUMN - column), "");
	column = HELP_COLUMN;
	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		if (column + length + 1 > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)length, text);
		column += length;
		text += length + (text[length] == ' ');
	}
	putchar('\n');
}

static void print_options(enum subcommand_id which)
{
	char name[64];
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		if ((row->of >> which & 1) == 0 || row->help[0] == '\0')
			continue;
		print_option_name(row, name, sizeof name);
		if (row->letter != 0)
			print_wrapped((size_t)printf("  -%c, %s", row->letter, name), row->help);
		else
			print_wrapped((size_t)printf("      %s", name), row->help);
	}
}

static void print_exit_codes(void)
{
	printf("\nExit: 0 pass, 1 a property or an expectation does not hold, 2 inconclusive or it "
	       "could not be\ndone, 64 wrong usage, 130 interrupted.\n");
}

static void print_subcommand(const struct subcommand_row *row)
{
	print_wrapped((size_t)printf("  paxos-tui%s%s%s%s", row->name[0] == '\0' ? "" : " ",
				     row->name, row->args[0] == '\0' ? "" : " ", row->args),
		      row->help);
}

void print_help(enum subcommand_id which)
{
	const struct subcommand_row *row = &subcommand_rows[which];
	if (which == SUB_dashboard) {
		printf("paxos-tui: a live Paxos cluster under your hands.\n\n");
		for (unsigned i = 0; i < SUBCOMMANDS; i++)
			print_subcommand(&subcommand_rows[i]);
		printf("\n'paxos-tui COMMAND --help' tells the options of a command. Of the "
		       "dashboard:\n");
	} else {
		print_subcommand(row);
		printf("\nOptions:\n");
	}
	print_options(which);
	print_exit_codes();
}
