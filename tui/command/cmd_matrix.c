/* paxos-tui matrix: tries attacks against sets of defences in the simulator and prints what came of
 * it; or shows one trial in full. What it prints on stdout depends on the arguments alone. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/fault/attack.h"
#include "proto/sim/matrix.h"
#include "tui/report/event_line.h"
#include "tui/liar_options.h"
#include "tui/option/options.h"

#define SETS_MAX 32

/* What is asked for. Attack number ATTACKS is any. */
struct asked {
	unsigned nodes, liars;
	unsigned first, last; /* attacks */
	unsigned sets;
	policy_id set[SETS_MAX];
	uint64_t seeds;
};

static uint32_t bits_of(unsigned attack)
{
	return attack == ATTACKS ? 0 : (uint32_t)1 << attack;
}

static int refuse(const char *before, const char *word, const char *behind)
{
	fprintf(stderr, "%s%s%s\n", before, word, behind);
	return EXIT_USAGE;
}

static int read_sets(const char *text, struct asked *asked)
{
	char set[POLICY_SHOWN_MAX];

	while (*text != '\0') {
		size_t length = strcspn(text, "/");

		if (length >= sizeof set || asked->sets == SETS_MAX)
			return refuse("paxos-tui: '", text,
				      "' are too many defences for one matrix");
		snprintf(set, sizeof set, "%.*s", (int)length, text);
		int code = read_defences(set, &asked->set[asked->sets++]);
		if (code != EXIT_PASS)
			return code;
		text += length;
		text += *text == '/';
	}
	return EXIT_PASS;
}

static int read_asked(const struct options *o, struct asked *asked)
{
	*asked = (struct asked){
		.nodes = o->nodes == 0 ? 5 : o->nodes,
		.liars = o->liars_given ? o->liars : 1,
		.last = ATTACKS,
		.seeds = o->seeds_given ? o->seeds_to + 1 : MATRIX_SEEDS,
	};
	int code = read_liars(asked->liars, asked->nodes);
	if (code == EXIT_PASS && o->attack != NULL) {
		code = read_attack(o->attack, &asked->first);
		asked->last = asked->first;
	}
	if (code != EXIT_PASS)
		return code;
	if (o->defend != NULL)
		return read_sets(o->defend, asked);
	while (asked->sets < SETS_MAX &&
	       matrix_default_set(asked->sets, asked->nodes, &asked->set[asked->sets]))
		asked->sets++;
	return EXIT_PASS;
}

static void command_of(const struct matrix_cell *cell, unsigned attack, uint64_t seed, char *out,
		       size_t size)
{
	char set[POLICY_SHOWN_MAX];

	policy_show(cell->policy, set);
	bool quoted = strchr(set, '(') != NULL;
	snprintf(out, size,
		 "paxos-tui matrix -n %u --liars %u --attack %s --defend %s%s%s --seed %" PRIu64,
		 cell->nodes, cell->liars, attack_word(attack), quoted ? "'" : "", set,
		 quoted ? "'" : "", seed);
}

static void print_cell(const struct matrix_cell *cell, unsigned attack,
		       const struct matrix_result *r)
{
	char command[256];

	printf("  %-13s %-8s %6" PRIu64 " seeds\n", attack_word(attack),
	       trial_state_name(r->result), r->seeds);
	if (r->result == TRIAL_HELD)
		return;
	command_of(cell, attack, r->replay, command, sizeof command);
	printf("      %s\n      replay: %s\n", r->why, command);
	if (r->result != TRIAL_BROKEN || !r->stalls)
		return;
	command_of(cell, attack, r->stalled, command, sizeof command);
	printf("      and it can be stalled: %s\n", command);
}

static void print_json_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_json(const struct matrix_cell *cell, unsigned attack,
		       const struct matrix_result *r, bool first)
{
	char set[POLICY_SHOWN_MAX], command[256];

	policy_show(cell->policy, set);
	printf("%s\n  {\"attack\": \"%s\", \"defences\": \"%s\", \"n\": %u, \"quorum\": %u, "
	       "\"liars\": %u, \"result\": \"%s\", \"stalls\": %s, \"seeds\": %" PRIu64
	       ", \"replay\": ",
	       first ? "[" : ",", attack_word(attack), set, cell->nodes,
	       policy_quorum(cell->policy, cell->nodes), cell->liars, trial_state_name(r->result),
	       r->stalls ? "true" : "false", r->seeds);
	if (r->result == TRIAL_HELD) {
		printf("null}");
		return;
	}
	command_of(cell, attack, r->replay, command, sizeof command);
	print_json_string(command);
	printf(", \"why\": ");
	print_json_string(r->why);
	putchar('}');
}

/* X, S, X S or ok, as people draw such tables. */
static const char *sign_of(const struct matrix_result *r)
{
	if (r->result == TRIAL_BROKEN)
		return r->stalls ? "X S" : "X";
	if (r->result == TRIAL_STALLED)
		return "S";
	return r->result == TRIAL_HELD ? "ok" : "?";
}

static void print_overview(const struct asked *asked, struct matrix_result (*results)[ATTACKS + 1])
{
	char set[POLICY_SHOWN_MAX];

	printf("\n%u nodes, %u liar%s.  X = broken, S = can be stalled, ok = held\n", asked->nodes,
	       asked->liars, asked->liars == 1 ? "" : "s");
	for (unsigned s = 0; s < asked->sets; s++) {
		policy_show(asked->set[s], set);
		printf("  [%u] %s, quorum %u\n", s + 1, set,
		       policy_quorum(asked->set[s], asked->nodes));
	}
	printf("%-13s", "");
	for (unsigned s = 0; s < asked->sets; s++)
		printf(" [%2u]", s + 1);
	putchar('\n');
	for (unsigned a = asked->first; a <= asked->last; a++) {
		printf("%-13s", attack_word(a));
		for (unsigned s = 0; s < asked->sets; s++)
			printf("  %-3s", sign_of(&results[s][a]));
		putchar('\n');
	}
}

static void print_rate(const struct timespec *start, uint64_t trials, uint64_t messages)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	double seconds =
		(double)(end.tv_sec - start->tv_sec) + (double)(end.tv_nsec - start->tv_nsec) / 1e9;
	fflush(stdout);
	fprintf(stderr, "%.1f s, %" PRIu64 " trials, %.0f messages/s\n", seconds, trials,
		(double)messages / seconds);
}

static int run_all(const struct asked *asked, bool json, void *memory)
{
	static struct matrix_result results[SETS_MAX][ATTACKS + 1];
	char set[POLICY_SHOWN_MAX];
	struct timespec start;
	uint64_t trials = 0, messages = 0;
	int code = EXIT_PASS;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (unsigned s = 0; s < asked->sets; s++) {
		policy_show(asked->set[s], set);
		if (!json)
			printf("%s%u nodes, %u liar%s, %s (quorum %u)\n", s == 0 ? "" : "\n",
			       asked->nodes, asked->liars, asked->liars == 1 ? "" : "s", set,
			       policy_quorum(asked->set[s], asked->nodes));
		for (unsigned a = asked->first; a <= asked->last; a++) {
			const struct matrix_cell cell = {bits_of(a), asked->set[s],
							 (uint8_t)asked->nodes,
							 (uint8_t)asked->liars, asked->seeds};
			struct matrix_result *r = &results[s][a];

			matrix_run(memory, &cell, r);
			trials += r->seeds;
			messages += r->messages;
			if (r->result == TRIAL_INCONCLUSIVE)
				code = EXIT_INCONCLUSIVE;
			if (json)
				print_json(&cell, a, r, s == 0 && a == asked->first);
			else
				print_cell(&cell, a, r);
			fflush(stdout);
		}
	}
	if (json)
		puts("\n]");
	else
		print_overview(asked, results);
	print_rate(&start, trials, messages);
	return code;
}

static void print_act(void *user, time_us now, const char *line)
{
	(void)user;
	printf("%4" PRIu64 ".%06" PRIu64 "  --- %s\n", now / 1000000, now % 1000000, line);
}

static void print_event(void *user, const struct event *e, const struct values *values)
{
	(void)user;
	event_line_print(e, values);
}

/* One trial, with all that happens in it. */
static int run_one(const struct asked *asked, uint64_t seed, void *memory)
{
	const struct trial_options options = {
		.attacks = bits_of(asked->first),
		.policy = asked->set[0],
		.nodes = (uint8_t)asked->nodes,
		.liars = (uint8_t)asked->liars,
		.seed = seed,
		.event = print_event,
		.act = print_act,
	};
	struct trial_result result;
	struct trial *t = trial_init(memory, &options);

	while (trial_step(t) == TRIAL_RUNNING)
		continue;
	trial_result(t, &result);
	printf("seed %" PRIu64 " (%s): %s%s%s\n", seed, result.script,
	       trial_state_name(result.state), result.why[0] == '\0' ? "" : ": ", result.why);
	if (result.state == TRIAL_INCONCLUSIVE)
		return EXIT_INCONCLUSIVE;
	return result.state == TRIAL_HELD ? EXIT_PASS : EXIT_VIOLATED;
}

int cmd_matrix(const struct options *options)
{
	struct asked asked;
	int code = read_asked(options, &asked);

	if (code != EXIT_PASS)
		return code;
	if (options->seed_given && (options->attack == NULL || asked.sets != 1))
		return refuse("paxos-tui: --seed shows one trial: say its ",
			      options->attack == NULL ? "--attack" : "--defend", "");
	void *memory = malloc(trial_size());
	if (memory == NULL) {
		fputs("paxos-tui: there is not enough memory for a simulated cluster\n", stderr);
		return EXIT_INCONCLUSIVE;
	}
	code = options->seed_given ? run_one(&asked, options->seed, memory)
				   : run_all(&asked, options->json, memory);
	free(memory);
	return code;
}
