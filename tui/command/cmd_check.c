/* paxos-tui check: explores every schedule of a small cluster of the shipped core, and tells the
 * shortest one that breaks something. What it prints on stdout depends on the arguments alone; how
 * fast it goes, and how much memory it has, is told on stderr. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/check/check.h"
#include "proto/core/text.h"
#include "proto/fault/mistake.h"
#include "tui/command/check_bounds.h"
#include "tui/command/check_guess.h"
#include "tui/command/check_jobs.h"
#include "tui/command/check_memory.h"
#include "tui/command/check_replay.h"
#include "tui/command/check_table.h"
#include "tui/command/checkpoint.h"
#include "tui/command/drive.h"
#include "tui/option/defaults.h"
#include "tui/option/mistake_option.h"
#include "tui/option/options.h"
#include "tui/report/check_scenario.h"
#include "tui/report/check_story.h"
#include "tui/report/json_print.h"

#define PROGRESS_NS 200000000
#define STEP_WORDS  640
#define BILLION     1000000000

/* --- on the way ------------------------------------------------------------------------------ */

struct clock {
	struct timespec start, told;
	bool shown;        /* a line of progress stands on the terminal */
	uint64_t begun;    /* states that were there at the start */
	uint64_t expected; /* states; 0 = nobody knows */
};

static double seconds_between(const struct timespec *a, const struct timespec *b)
{
	return (double)(b->tv_sec - a->tv_sec) + (double)(b->tv_nsec - a->tv_nsec) / 1e9;
}

static void wipe_progress(struct clock *clock)
{
	if (clock->shown)
		fputs("\r\033[K", stderr);
	clock->shown = false;
}

static void show_progress(const struct check *c, struct clock *clock)
{
	struct timespec now;
	struct check_count n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seconds_between(&clock->told, &now) * 1e9 < PROGRESS_NS || !isatty(STDERR_FILENO))
		return;
	check_count(c, &n);
	const double rate =
		(double)(n.states - clock->begun) / seconds_between(&clock->start, &now);
	fprintf(stderr,
		"\r\033[K%" PRIu64 " states, %.0f/s, %" PRIu64 " wait, %u steps deep, memory %u%%",
		n.states, rate, n.waiting, n.depth, (unsigned)(n.states * 100 / n.room));
	if (clock->expected > n.states && rate > 1)
		fprintf(stderr, ", about %.0f s left", (double)(clock->expected - n.states) / rate);
	clock->told = now;
	clock->shown = true;
}

static enum check_state run(struct check *c, struct check_jobs *jobs, struct clock *clock)
{
	enum check_state state = CHECK_RUNNING;

	clock_gettime(CLOCK_MONOTONIC, &clock->start);
	clock->told = clock->start;
	while (state == CHECK_RUNNING && !drive_interrupted()) {
		state = check_jobs_run(jobs, c);
		show_progress(c, clock);
	}
	wipe_progress(clock);
	return state;
}

static void print_rate(const struct check_count *n, const struct clock *clock)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	const double seconds = seconds_between(&clock->start, &end);
	fflush(stdout);
	fprintf(stderr,
		"%.1f s, %.0f states/s, %u bytes a state in the table; the core made %" PRIu64
		" steps, of %" PRIu64 " states of single nodes\n",
		seconds, (double)n->states / seconds, n->state_bytes, n->core_steps, n->locals);
}

/* --- what came of it ------------------------------------------------------------------------- */

struct found {
	struct check *check;
	struct check_bounds bounds;
	struct check_count count;
	enum check_state state;
	bool interrupted;
	char recording[PATH_BYTES]; /* of the schedule, if it is asked for */
};

/* Nothing is proven by a search in which nothing can be chosen. */
static int exit_of(const struct found *f)
{
	if (f->state == CHECK_BROKEN)
		return EXIT_VIOLATED;
	return f->state == CHECK_HELD && f->count.whole ? EXIT_PASS : EXIT_INCONCLUSIVE;
}

static const char *result_of(const struct found *f)
{
	const int code = exit_of(f);

	return code == EXIT_PASS ? "held" : code == EXIT_VIOLATED ? "broken" : "inconclusive";
}

static void say_inconclusive(const struct found *f, char *out, size_t size)
{
	if (f->state == CHECK_HELD)
		text_write(out, size,
			   "no schedule within these bounds chooses a value in every slot, so "
			   "nothing is shown: allow more ballots");
	else if (f->state == CHECK_FULL && f->count.bounded)
		text_write(out, size, "%s: nothing was broken so far; say --states with more",
			   check_why(f->check));
	else if (f->state == CHECK_FULL)
		text_write(out, size,
			   "%s: nothing was broken so far; lower --ballots, --crashes or "
			   "--proposers, leave out hints by --no-hints, or say --memory with more",
			   check_why(f->check));
	else
		text_write(out, size, "interrupted: nothing was broken so far");
}

static void print_chosen(const struct check_count *n)
{
	bool any = false;

	fputs("chosen in some schedule: ", stdout);
	for (unsigned i = 0; i < CHECK_VALUES_MAX; i++)
		if ((n->chosen >> i & 1) != 0) {
			printf("%s%s", any ? ", " : "", check_value_word(CHECK_VALUE_FIRST + i));
			any = true;
		}
	puts(any ? "" : "nothing");
}

static void print_counts(const struct found *f)
{
	const struct check_count *n = &f->count;

	printf("%" PRIu64 " states, %u steps deep", n->states, n->depth);
	if (n->waiting > 0)
		printf(", %" PRIu64 " of them not followed", n->waiting);
	printf(", %u different messages", n->messages);
	if (n->symmetries > 1)
		printf("; states that differ by names only (%u renamings) are one", n->symmetries);
	putchar('\n');
}

static void print_schedule(const struct found *f)
{
	const unsigned length = check_schedule_length(f->check);
	static struct check_act act;
	char words[STEP_WORDS];

	printf("the shortest schedule, in %u step%s:\n", length, length == 1 ? "" : "s");
	for (unsigned i = 0; i < length && check_schedule(f->check, i, &act); i++) {
		check_story_step(&act, words, sizeof words);
		printf("  %2u. %s\n", i + 1, words);
	}
}

/* "held, in every schedule", as far as that is sure. */
static void print_held(const struct found *f)
{
	fputs("held, in every schedule", stdout);
	if (f->bounds.progress)
		fputs(", and a choice is within reach in every state", stdout);
	if (f->count.misses > 0)
		printf(", but for a chance of 1 in %" PRIu64 " that a state was taken for another",
		       BILLION / f->count.misses > 0 ? BILLION / f->count.misses : 1);
	else if (f->bounds.compact)
		fputs(", but for a chance of less than 1 in 1000000000 that a state was taken for "
		      "another",
		      stdout);
	putchar('\n');
}

static void print_found(const struct found *f)
{
	char words[STEP_WORDS];

	if (f->state == CHECK_BROKEN) {
		printf("broken: %s: %s\n", check_rule_name(check_broken(f->check)),
		       check_why(f->check));
		printf("it must be that %s\n", check_rule_words(check_broken(f->check)));
		print_schedule(f);
	} else if (exit_of(f) == EXIT_PASS) {
		print_held(f);
	} else {
		say_inconclusive(f, words, sizeof words);
		printf("inconclusive: %s\n", words);
	}
	print_counts(f);
	print_chosen(&f->count);
}

static json_t *schedule_json(const struct found *f)
{
	const unsigned length = check_schedule_length(f->check);
	static struct check_act act;
	char words[STEP_WORDS];
	json_t *steps = json_array();

	for (unsigned i = 0; i < length && check_schedule(f->check, i, &act); i++) {
		check_story_step(&act, words, sizeof words);
		json_array_append_new(steps,
				      json_pack("{siss}", "node", (int)act.node, "words", words));
	}
	return steps;
}

static void print_json(const struct found *f)
{
	const struct check_count *n = &f->count;
	const bool broken = f->state == CHECK_BROKEN;
	json_t *chosen = json_array();
	char words[STEP_WORDS] = "";

	for (unsigned i = 0; i < CHECK_VALUES_MAX; i++)
		if ((n->chosen >> i & 1) != 0)
			json_array_append_new(chosen,
					      json_string(check_value_word(CHECK_VALUE_FIRST + i)));
	if (broken)
		text_write(words, sizeof words, "%s", check_why(f->check));
	else if (exit_of(f) != EXIT_PASS)
		say_inconclusive(f, words, sizeof words);
	json_t *json = json_pack(
		"{sosssIsfsIsisisoss?ss?so}", "bounds", check_bounds_json(&f->bounds), "result",
		result_of(f), "states", (json_int_t)n->states, "misses",
		(double)n->misses / BILLION, "waiting", (json_int_t)n->waiting, "depth",
		(int)n->depth, "messages", (int)n->messages, "chosen", chosen, "rule",
		broken ? check_rule_name(check_broken(f->check)) : NULL, "why",
		words[0] != '\0' ? words : NULL, "steps", broken ? schedule_json(f) : json_array());
	json_print(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6), stdout);
	putchar('\n');
	json_decref(json);
}

/* Into the file as it is, be it a pipe or a link. False: told. */
static bool write_text(const char *file, const char *text, size_t length)
{
	FILE *to = fopen(file, "w");
	bool good = to != NULL && fwrite(text, 1, length, to) == length;

	if (to != NULL)
		good = fclose(to) == 0 && good;
	if (!good)
		fprintf(stderr, "paxos-tui: cannot write %s: %s\n", file, strerror(errno));
	return good;
}

/* False: told. */
static bool save(const struct options *o, const struct found *f)
{
	char command[STEP_WORDS], why[STEP_WORDS] = "";

	if (f->state != CHECK_BROKEN) {
		fprintf(stderr, "paxos-tui: nothing is broken, so nothing is written to %s\n",
			o->save);
		return true;
	}
	check_say_command(&f->bounds, command, sizeof command);
	char *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);
	bool good = to != NULL;
	if (good && !check_scenario_write(f->check, &f->bounds, command, to, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: %s is not written: %s\n", o->save, why);
		good = false;
	}
	if (to != NULL)
		fclose(to);
	good = good && write_text(o->save, text, length);
	free(text);
	return good;
}

/* A file that is written at the end, perhaps after hours, can be made. False: told. */
static bool can_be_made(const char *file)
{
	char dir[PATH_BYTES];

	if (file == NULL || access(file, W_OK) == 0)
		return true;
	const char *slash = strrchr(file, '/');
	text_write(dir, sizeof dir, "%.*s", slash == NULL ? 1 : (int)(slash - file) + 1,
		   slash == NULL ? "." : file);
	if (access(file, F_OK) != 0 && access(dir, W_OK) == 0)
		return true;
	fprintf(stderr, "paxos-tui: cannot write %s: %s\n", file, strerror(errno));
	return false;
}

/* What --record and --show need. False: told. */
static bool record(const struct options *o, struct found *f)
{
	char command[STEP_WORDS];

	if (o->record == NULL && !o->show)
		return true;
	if (f->state != CHECK_BROKEN) {
		fprintf(stderr, "paxos-tui: nothing is broken, so there is nothing to %s\n",
			o->show ? "show" : "record");
		return true;
	}
	check_say_command(&f->bounds, command, sizeof command);
	return check_replay_record(o, f->check, &f->bounds, command, f->recording);
}

/* What makes it another search: not how far it goes at most. */
static void say_search(const struct check_bounds *bounds, char *out, size_t size)
{
	struct check_bounds b = *bounds;

	b.states = 0;
	check_say_command(&b, out, size);
}

/* A search that is not at its end is kept. False: told. */
static bool keep(const struct options *o, struct found *f)
{
	const char *file = o->checkpoint != NULL ? o->checkpoint : o->resume;
	char command[CHECKPOINT_COMMAND];

	if (file == NULL || (f->state != CHECK_RUNNING && f->state != CHECK_FULL))
		return true;
	say_search(&f->bounds, command, sizeof command);
	if (!checkpoint_write(f->check, command, file))
		return false;
	fprintf(stderr, "paxos-tui: the search is kept: --resume %s goes on with it\n", file);
	return true;
}

/* False: told, and *code is the exit code. */
static bool begin(const struct options *o, struct found *f, void *memory, uint64_t bytes, int *code)
{
	char command[CHECKPOINT_COMMAND];

	*code = EXIT_USAGE;
	if (o->resume == NULL) {
		f->check = check_begin(memory, bytes, &f->bounds);
		if (f->check == NULL)
			fputs("paxos-tui: that is too little memory: say --memory with more\n",
			      stderr);
	} else {
		say_search(&f->bounds, command, sizeof command);
		f->check =
			checkpoint_read(memory, bytes, f->bounds.states, command, o->resume, code);
	}
	return f->check != NULL;
}

/* Before it starts: how many states fit, how many are expected, and what would do if they do not
 * fit. It starts all the same: what is broken may be found before the memory is full. */
static void tell_memory(const struct found *f, uint64_t bytes, struct clock *clock)
{
	struct check_guess guess;

	check_guess(&f->bounds, f->count.room, &guess);
	clock->begun = f->count.states;
	clock->expected = guess.states;
	fprintf(stderr, "%" PRIu64 " MiB of memory are enough for %" PRIu64 " states", bytes / MIB,
		f->count.room);
	if (guess.states != 0)
		fprintf(stderr, "; about %" PRIu64 " are expected", guess.states);
	fputc('\n', stderr);
	if (guess.states <= f->count.room || f->bounds.states != 0)
		return;
	/* a tenth more than is expected */
	const uint64_t gib = (uint64_t)((double)guess.states * 1.1 * (double)bytes /
					(double)f->count.room / (double)(1024 * MIB)) +
			     1;
	fprintf(stderr, "that is too much for this memory: --memory %" PRIu64 "G would do", gib);
	if (guess.ballots_fit > 0)
		fprintf(stderr, ", or --ballots %u", guess.ballots_fit);
	fputc('\n', stderr);
}

static int explore(const struct options *o, struct found *f, void *memory, uint64_t bytes)
{
	char words[STEP_WORDS];
	static struct check_jobs jobs;
	struct clock clock = {.shown = false};
	int code;

	if (!begin(o, f, memory, bytes, &code))
		return code;
	check_count(f->check, &f->count);
	check_say_bounds(&f->bounds, words, sizeof words);
	if (!o->json) {
		printf("%s\n", words);
		if (f->bounds.mistake != MISTAKE_NONE)
			printf("all nodes make the mistake %s: %s\n",
			       mistake_name(f->bounds.mistake), mistake_help(f->bounds.mistake));
		fflush(stdout);
	}
	tell_memory(f, bytes, &clock);
	if (!check_jobs_begin(&jobs, o->jobs))
		return EXIT_INCONCLUSIVE;
	f->state = run(f->check, &jobs, &clock);
	check_jobs_end(&jobs);
	check_count(f->check, &f->count);
	if (o->json)
		print_json(f);
	else
		print_found(f);
	print_rate(&f->count, &clock);
	const bool saved = o->save == NULL || save(o, f);
	const bool kept = keep(o, f) && record(o, f) && saved;
	if (!kept)
		return EXIT_INCONCLUSIVE;
	return exit_of(f) == EXIT_INCONCLUSIVE && drive_interrupted() ? EXIT_INTERRUPTED
								      : exit_of(f);
}

int cmd_check(const struct options *options)
{
	struct found found = {.state = CHECK_RUNNING};
	const uint64_t bytes = check_memory_for(options);

	if (mistakes_listed(options->mistake))
		return EXIT_PASS;
	if (options->table)
		return check_table(options);
	if (options->jobs > CHECK_JOBS_MAX) {
		fputs("paxos-tui: check takes " TEXT_OF(CHECK_JOBS_MAX) " --jobs at most\n",
		      stderr);
		return EXIT_USAGE;
	}
	int code = check_read_bounds(options, &found.bounds);
	if (code == EXIT_PASS)
		code = check_replay_possible(options, &found.bounds);
	if (code == EXIT_PASS && (!can_be_made(options->save) || !can_be_made(options->checkpoint)))
		code = EXIT_INCONCLUSIVE;
	if (code != EXIT_PASS)
		return code;
	void *memory = check_memory_take(bytes);
	if (memory == NULL)
		return EXIT_INCONCLUSIVE;
	drive_note_signals();
	code = explore(options, &found, memory, bytes);
	check_memory_leave(memory, bytes);
	if (options->show && code == EXIT_VIOLATED)
		code = check_replay_show(options, found.recording);
	return code;
}
