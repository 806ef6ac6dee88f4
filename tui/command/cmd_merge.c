/* paxos-tui merge: puts together what `sim`, `matrix` or `check --table` found in parts. It is the
 * same command once more, told that all results are in files: so it prints the same, and ends with
 * the same exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/command/search.h"

/* The words as argv, which points into them. NULL: no memory. */
static char **argv_of(const json_t *words, int *argc)
{
	const size_t count = json_array_size(words);
	char **argv = calloc(count + 2, sizeof *argv);

	if (argv == NULL)
		return NULL;
	argv[0] = (char *)subcommand_rows[SUB_dashboard].name; /* not read */
	for (size_t i = 0; i < count; i++)
		argv[i + 1] = (char *)json_string_value(json_array_get(words, i));
	*argc = (int)count + 1;
	return argv;
}

static int run_as(const struct options *given, int argc, char **argv, const char *file)
{
	struct options options;
	char why[256];

	if (!options_parse(argc, argv, &options, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: %s: the search in its first line makes no sense: %s\n",
			file, why);
		return EXIT_INCONCLUSIVE;
	}
	options.part = given->arg;
	options.parts = given->args;
	if (options.subcommand == SUB_matrix) {
		options.json = given->json;
		return cmd_matrix(&options);
	}
	if (options.subcommand == SUB_check && options.table) {
		options.json = given->json;
		return cmd_check(&options);
	}
	if (options.subcommand != SUB_sim) {
		fprintf(stderr, "paxos-tui: %s: '%s' is no search\n", file, argv[1]);
		return EXIT_INCONCLUSIVE;
	}
	if (!given->json)
		return cmd_sim(&options);
	fputs("paxos-tui: --json is of `matrix` and `check`: these are results of `sim`\n", stderr);
	return EXIT_USAGE;
}

int cmd_merge(const struct options *options)
{
	json_t *words = search_of_file(options->arg[0]);
	int argc = 0, code = EXIT_INCONCLUSIVE;
	char **argv = words == NULL ? NULL : argv_of(words, &argc);

	if (argv != NULL)
		code = run_as(options, argc, argv, options->arg[0]);
	else if (words != NULL)
		fputs("paxos-tui: there is not enough memory for this\n", stderr);
	free(argv);
	json_decref(words);
	return code;
}
