#include "tui/print/print.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 30

void print_option_name(const struct option_row *row, char *out, size_t size)
{
	snprintf(out, size, "--%s%s%s", row->name, row->argument[0] == '\0' ? "" : " ",
		 row->argument);
}

void print_paragraph(FILE *to, size_t indent, size_t width, const char *text)
{
	size_t column = indent;
	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		if (column + length + 1 > width) {
			fprintf(to, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			putc(' ', to);
			column++;
		}
		fprintf(to, "%.*s", (int)length, text);
		column += length;
		text += length + (text[length] == ' ');
	}
	putc('\n', to);
}

/* Words of `text` from column HELP_COLUMN on; `column` is where we are. */
static void print_wrapped(size_t column, const char *text)
{
	if (column + 1 >= HELP_COLUMN) {
		putchar('\n');
		column = 0;
	}
	printf("%*s", (int)(HELP_COLUMN - column), "");
	print_paragraph(stdout, HELP_COLUMN, PRINT_WIDTH, text);
}

void print_option_help(size_t option, enum subcommand_id which, char *out, size_t size)
{
	const char *usual = option_default((enum option_id)option, which);

	snprintf(out, size, usual != NULL ? "%s (%s)" : "%s", option_rows[option].help, usual);
}

static void print_options(enum subcommand_id which)
{
	char name[64], help[400];
	for (size_t i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		if ((row->of >> which & 1) == 0 || row->help[0] == '\0')
			continue;
		print_option_name(row, name, sizeof name);
		print_option_help(i, which, help, sizeof help);
		if (row->letter != 0)
			print_wrapped((size_t)printf("  -%c, %s", row->letter, name), help);
		else
			print_wrapped((size_t)printf("      %s", name), help);
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
