/* paxos-tui: reads the command line and runs one row of tui/subcommands.def. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/option/options.h"
#include "tui/print/print.h"

static subcommand *const subcommands[SUBCOMMANDS] = {
#define SUBCOMMAND(name, code, args, help) cmd_##name,
#include "tui/option/subcommands.def"
#undef SUBCOMMAND
};

static const struct {
	const char *name;
	void (*print)(void);
} prints[] = {{"man", print_man}, {"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

/* A full disk behind stdout must not look like success. */
static int flushed(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "paxos-tui: cannot write to the standard output: %s\n", strerror(errno));
	return code == EXIT_PASS ? EXIT_INCONCLUSIVE : code;
}

int main(int argc, char **argv)
{
	struct options options;
	char why[256];
	if (!options_parse(argc, argv, &options, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: %s\n", why);
		return EXIT_USAGE;
	}
	if (options.help) {
		print_help(options.subcommand);
		return flushed(EXIT_PASS);
	}
	if (options.version) {
		printf("paxos-tui %s\n", VERSION);
		return flushed(EXIT_PASS);
	}
	for (size_t i = 0; options.print != NULL && i < sizeof prints / sizeof prints[0]; i++) {
		if (strcmp(options.print, prints[i].name) == 0) {
			prints[i].print();
			return flushed(EXIT_PASS);
		}
	}
	return flushed(subcommands[options.subcommand](&options));
}
