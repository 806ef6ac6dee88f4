/* paxos-tui: reads the command line and runs one row of tui/option/subcommands.def. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "node/io/harmless.h"
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
} prints[] = {{"man", print_man},
	      {"man-recording", print_man_recording},
	      {"bash", print_bash},
	      {"zsh", print_zsh},
	      {"fish", print_fish}};

/* A full disk behind stdout must not look like success. */
static int code_after_flush(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "paxos-tui: cannot write to the standard output: %s\n",
		strerror(harmless_output_error()));
	return code == EXIT_PASS ? EXIT_INCONCLUSIVE : code;
}

int main(int argc, char **argv)
{
	struct options options;
	char why[256];
	umask(umask(0) & 077);    /* its own files this program must be able to read */
	signal(SIGXFSZ, SIG_IGN); /* a write that is too far is an error, and told as one */
	harmless_output();
	if (!options_parse(argc, argv, &options, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: %s\n", why);
		return EXIT_USAGE;
	}
	if (options.help) {
		print_help(options.subcommand);
		return code_after_flush(EXIT_PASS);
	}
	if (options.version) {
		printf("paxos-tui %s\n", VERSION);
		return code_after_flush(EXIT_PASS);
	}
	for (size_t i = 0; options.print != NULL && i < sizeof prints / sizeof prints[0]; i++) {
		if (strcmp(options.print, prints[i].name) == 0) {
			prints[i].print();
			return code_after_flush(EXIT_PASS);
		}
	}
	return code_after_flush(subcommands[options.subcommand](&options));
}
