/* paxos-tui matrix: tries attacks against sets of defences in the simulator and prints what came of
 * it; or shows one trial in full. What it prints on stdout depends on the arguments alone. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/sim/matrix.h"
#include "tui/command/drive.h"
#include "tui/command/search.h"
#include "tui/report/event_line.h"
#include "tui/report/json_print.h"
#include "tui/option/defaults.h"
#include "tui/option/defend_option.h"
#include "tui/option/liar_options.h"
#include "tui/option/mistake_option.h"
#include "tui/option/options.h"

#define SETS_MAX 32
/* Long enough for every command that command_of writes. */
#define COMMAND_MAX (POLICY_SHOWN_MAX + 160)
#define SET_BYTES   256 /* of one set as it is typed, with its 0 */

/* Rows of the table by their numbers: the attacks, ATTACKS for any, and then mistakes: the first of
 * them is ATTACKS + 1. */
#define ROWS_END (ATTACKS + MISTAKES)

/* What is asked for. */
struct asked {
	unsigned nodes, liars;
	unsigned first, last; /* rows */
	unsigned sets;
	policy_id set[SETS_MAX];
	uint64_t first_seed, last_seed;
};

static uint32_t bits_of(unsigned row)
{
	return row >= ATTACKS ? 0 : (uint32_t)1 << row;
}

static unsigned mistake_of(unsigned row)
{
	return row > ATTACKS ? row - ATTACKS : MISTAKE_NONE;
}

static const char *row_word(unsigned row)
{
	return row > ATTACKS ? mistake_name(mistake_of(row)) : attack_word(row);
}

static int name_width(unsigned row)
{
	return row > ATTACKS ? 17 : 13;
}

static int refuse(const char *before, const char *word, const char *behind)
{
	fprintf(stderr, "%s%s%s\n", before, word, behind);
	return EXIT_USAGE;
}

static int read_sets(const char *text, struct asked *asked)
{
	char set[SET_BYTES];

	while (*text != '\0') {
		size_t length = strcspn(text, "/");

		if (length >= sizeof set || asked->sets == SETS_MAX)
			return refuse("paxos-tui: '", text,
				      "' are too many defences for one matrix");
		snprintf(set, sizeof set, "%.*s", (int)length, text);
		if (!defences_read(set, asked->nodes, &asked->set[asked->sets++]))
			return EXIT_USAGE;
		text += length;
		text += *text == '/';
	}
	return EXIT_PASS;
}

static int read_asked(const struct options *o, struct asked *asked)
{
	*asked = (struct asked){
		.nodes = o->nodes == 0 ? NODES_DEFAULT : o->nodes,
		.liars = o->liars_given ? o->liars : MATRIX_LIARS,
		.last = ATTACKS,
		.first_seed = o->seeds_given ? o->seeds_from : 0,
		.last_seed = o->seeds_given ? o->seeds_to : MATRIX_SEED_LAST,
	};
	unsigned mistake = MISTAKE_NONE;
	int code = o->mistake != NULL && strcmp(o->mistake, "all") != 0
			   ? read_mistake(o->mistake, &mistake)
			   : EXIT_PASS;
	if (code == EXIT_PASS && o->mistake != NULL) {
		asked->liars = 0;
		asked->first = ATTACKS + (mistake == MISTAKE_NONE ? 1 : mistake);
		asked->last = mistake == MISTAKE_NONE ? ROWS_END - 1 : asked->first;
	} else if (code == EXIT_PASS) {
		code = read_liars(asked->liars, true, asked->nodes);
	}
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

/* A mistake is tried by runs of `sim`, so `sim` shows them. */
static void command_of(const struct matrix_cell *cell, unsigned row, uint64_t seed, char *out,
		       size_t size)
{
	char set[POLICY_SHOWN_MAX];

	policy_show(cell->policy, set);
	bool quoted = strchr(set, '(') != NULL;
	if (cell->mistake != MISTAKE_NONE) {
		snprintf(out, size,
			 "paxos-tui sim -n %u --mistake %s --defend %s%s%s --seed %" PRIu64,
			 cell->nodes, row_word(row), quoted ? "'" : "", set, quoted ? "'" : "",
			 seed);
		return;
	}
	snprintf(out, size,
		 "paxos-tui matrix -n %u --liars %u --attack %s --defend %s%s%s --seed %" PRIu64,
		 cell->nodes, cell->liars, row_word(row), quoted ? "'" : "", set, quoted ? "'" : "",
		 seed);
}

static void print_cell(const struct matrix_cell *cell, unsigned row, const struct matrix_result *r)
{
	char command[COMMAND_MAX];

	printf("  %-*s %-8s %6" PRIu64 " seeds\n", name_width(row), row_word(row),
	       trial_state_name(r->result), r->seeds);
	if (r->result == TRIAL_HELD)
		return;
	command_of(cell, row, r->replay, command, sizeof command);
	printf("      %s\n      replay: %s\n", r->why, command);
	if (r->result != TRIAL_BROKEN || !r->stalls)
		return;
	command_of(cell, row, r->stalled, command, sizeof command);
	printf("      and it can be stalled: %s\n", command);
}

/* {"attack", "mistake", "defences", "n", "quorum", "liars", "result", "stalls", "seeds", "replay",
 * "why"}; `replay` is null and there is no `why` where the defences held. A new object that the
 * caller owns. */
static json_t *cell_json(const struct matrix_cell *cell, unsigned row,
			 const struct matrix_result *r)
{
	char set[POLICY_SHOWN_MAX], command[COMMAND_MAX];

	policy_show(cell->policy, set);
	json_t *json = json_pack(
		"{soso"
		"sssisisisssbsIsn}",
		"attack", cell->mistake != 0 ? json_null() : json_string(row_word(row)), "mistake",
		cell->mistake != 0 ? json_string(row_word(row)) : json_null(), "defences", set, "n",
		(int)cell->nodes, "quorum", (int)policy_quorum(cell->policy, cell->nodes), "liars",
		(int)cell->liars, "result", trial_state_name(r->result), "stalls", r->stalls,
		"seeds", (json_int_t)r->seeds, "replay");
	if (r->result == TRIAL_HELD)
		return json;
	command_of(cell, row, r->replay, command, sizeof command);
	json_object_set_new(json, "replay", json_string(command));
	json_object_set_new(json, "why", json_string(r->why));
	return json;
}

/* Prints each object of the list when its cell has been run: a matrix may take hours. */
static void print_json(const struct matrix_cell *cell, unsigned row, const struct matrix_result *r,
		       bool first)
{
	json_t *json = cell_json(cell, row, r);

	printf("%s\n  ", first ? "[" : ",");
	json_print(json, 0, stdout);
	json_decref(json);
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

/* --- all cells: a unit each, set by set ----------------------------------------------------- */

struct whole {
	struct asked asked;
	bool json;
	void *memory;
	struct matrix_result results[SETS_MAX][ROWS_END]; /* of which `taken` tells */
	bool taken[SETS_MAX][ROWS_END];
	bool begun;
	unsigned set; /* told last, from 1 */
	uint64_t trials, messages;
	int code;
};

static struct matrix_cell cell_of(const struct whole *w, uint64_t unit, unsigned *set,
				  unsigned *row)
{
	const struct asked *asked = &w->asked;
	const unsigned rows = asked->last - asked->first + 1;

	*set = (unsigned)(unit / rows);
	*row = asked->first + (unsigned)(unit % rows);
	return (struct matrix_cell){
		.mistake = mistake_of(*row),
		.attacks = bits_of(*row),
		.policy = asked->set[*set],
		.nodes = (uint8_t)asked->nodes,
		.liars = (uint8_t)asked->liars,
		.first = asked->first_seed,
		.last = asked->last_seed,
		.gives_up = drive_interrupted,
	};
}

/* Seeds, which may not fit a number of JSON, are told as how far they are behind the first. */
static json_t *run_unit(void *user, uint64_t unit)
{
	const struct whole *w = user;
	unsigned set, row;
	const struct matrix_cell cell = cell_of(w, unit, &set, &row);
	struct matrix_result r;

	matrix_run(w->memory, &cell, &r);
	if (drive_interrupted())
		return NULL;
	return json_pack("{sssbsIsIsIsIsIso}", "result", trial_state_name(r.result), "stalls",
			 r.stalls, "seeds", (json_int_t)r.seeds, "held", (json_int_t)r.held,
			 "messages", (json_int_t)r.messages, "replay",
			 (json_int_t)(r.replay - cell.first), "stalled",
			 (json_int_t)(r.stalled - cell.first), "why", json_text(r.why));
}

/* TRIAL_BROKEN + 1: there is none of this name. */
static enum trial_state state_of(const char *name)
{
	enum trial_state state = TRIAL_HELD;

	while (state <= TRIAL_BROKEN && strcmp(trial_state_name(state), name) != 0)
		state++;
	return state;
}

static bool result_of(const json_t *json, const struct matrix_cell *cell, struct matrix_result *r)
{
	json_int_t seeds, held, messages, replay, stalled;
	const char *result, *why;
	int stalls;

	if (json_unpack((json_t *)json, "{sssbsIsIsIsIsIss}", "result", &result, "stalls", &stalls,
			"seeds", &seeds, "held", &held, "messages", &messages, "replay", &replay,
			"stalled", &stalled, "why", &why) != 0)
		return false;
	*r = (struct matrix_result){
		.result = state_of(result),
		.stalls = stalls != 0,
		.seeds = (uint64_t)seeds,
		.held = (uint64_t)held,
		.replay = cell->first + (uint64_t)replay,
		.stalled = cell->first + (uint64_t)stalled,
		.messages = (uint64_t)messages,
	};
	snprintf(r->why, sizeof r->why, "%s", why);
	return r->result <= TRIAL_BROKEN && strlen(why) < sizeof r->why;
}

static void print_set(const struct whole *w, unsigned set)
{
	char words[POLICY_SHOWN_MAX];

	policy_show(w->asked.set[set], words);
	printf("%s%u nodes, %u liar%s, %s (quorum %u)\n", w->set == 0 ? "" : "\n", w->asked.nodes,
	       w->asked.liars, w->asked.liars == 1 ? "" : "s", words,
	       policy_quorum(w->asked.set[set], w->asked.nodes));
}

static bool take_unit(void *user, uint64_t unit, const json_t *result)
{
	struct whole *w = user;
	unsigned set, row;
	const struct matrix_cell cell = cell_of(w, unit, &set, &row);
	struct matrix_result *r = &w->results[set][row];

	if (!result_of(result, &cell, r))
		return false;
	w->taken[set][row] = true;
	w->trials += r->seeds;
	w->messages += r->messages;
	if (r->result == TRIAL_INCONCLUSIVE)
		w->code = EXIT_INCONCLUSIVE;
	if (!w->json && w->set != set + 1)
		print_set(w, set);
	w->set = set + 1;
	if (w->json)
		print_json(&cell, row, r, !w->begun);
	else
		print_cell(&cell, row, r);
	w->begun = true;
	fflush(stdout);
	return true;
}

static void name_unit(void *user, uint64_t unit, char words[SEARCH_UNIT_WORDS])
{
	const struct whole *w = user;
	char defences[POLICY_SHOWN_MAX];
	unsigned set, row;

	cell_of(w, unit, &set, &row);
	policy_show(w->asked.set[set], defences);
	snprintf(words, SEARCH_UNIT_WORDS, "%s against %s", row_word(row), defences);
}

static void print_overview(const struct whole *w)
{
	const struct asked *asked = &w->asked;
	char set[POLICY_SHOWN_MAX];

	printf("\n%u nodes, %u liar%s.  X = broken, S = can be stalled, ok = held\n", asked->nodes,
	       asked->liars, asked->liars == 1 ? "" : "s");
	for (unsigned s = 0; s < asked->sets; s++) {
		policy_show(asked->set[s], set);
		printf("  [%u] %s, quorum %u\n", s + 1, set,
		       policy_quorum(asked->set[s], asked->nodes));
	}
	printf("%-*s", name_width(asked->last), "");
	for (unsigned s = 0; s < asked->sets; s++)
		printf(" [%2u]", s + 1);
	putchar('\n');
	for (unsigned a = asked->first; a <= asked->last; a++) {
		printf("%-*s", name_width(a), row_word(a));
		for (unsigned s = 0; s < asked->sets; s++)
			printf("  %-3s", w->taken[s][a] ? sign_of(&w->results[s][a]) : "-");
		putchar('\n');
	}
}

static int run_all(const struct options *options, const struct asked *asked, void *memory)
{
	static struct whole w;
	struct timespec start;

	w = (struct whole){.asked = *asked, .json = options->json, .memory = memory};
	clock_gettime(CLOCK_MONOTONIC, &start);
	const struct search search = {
		.options = options,
		.units = (uint64_t)asked->sets * (asked->last - asked->first + 1),
		.user = &w,
		.run = run_unit,
		.take = take_unit,
		.name = name_unit,
	};
	const int code = search_run(&search);
	if (code != EXIT_PASS)
		return code;
	if (w.json)
		puts(w.begun ? "\n]" : "[]");
	else
		print_overview(&w);
	if (options->part == NULL)
		print_rate(&start, w.trials, w.messages);
	return w.code;
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

	while (trial_step(t) == TRIAL_RUNNING && !drive_interrupted())
		continue;
	if (drive_interrupted())
		return EXIT_INTERRUPTED;
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

	if (mistakes_listed(options->mistake))
		return EXIT_PASS;
	int code = read_asked(options, &asked);

	if (code != EXIT_PASS)
		return code;
	if (options->seed_given && asked.sets != 1)
		return refuse("paxos-tui: --seed shows one trial: say one set of --defend", "", "");
	void *memory = malloc(matrix_size());
	if (memory == NULL) {
		fputs("paxos-tui: there is not enough memory for a simulated cluster\n", stderr);
		return EXIT_INCONCLUSIVE;
	}
	drive_note_signals();
	code = options->seed_given ? run_one(&asked, options->seed, memory)
				   : run_all(options, &asked, memory);
	free(memory);
	return code;
}
