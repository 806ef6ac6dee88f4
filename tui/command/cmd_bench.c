/* paxos-tui bench: how fast clusters choose values on this machine: one setting, or a sweep over
 * one of its numbers, and two settings in turns. */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/command/bench_run.h"
#include "tui/command/drive.h"
#include "tui/option/defaults.h"
#include "tui/option/defend_option.h"

#define SERIES_MAX  2
#define PLACES_MAX  33 /* doubling, and both ends */
#define COLUMNS     80 /* where no terminal says otherwise */
#define COLUMNS_MAX 200

/* Node counts that a sweep stops at: the small ones, odd. */
static const unsigned node_counts[] = {3, 5, 7, 9, 11, 15, 21};

struct plan {
	const struct options *options;
	struct bench_setting setting[SERIES_MAX];
	const char *keep[SERIES_MAX];
	unsigned series;
	unsigned place[PLACES_MAX];
	unsigned places;
	struct bench_result *result;
};

/* --- what is to be measured ---------------------------------------------------------------- */

static bool has_rate(const struct options *o)
{
	return o->arrivals != 0 || (o->sweep_given && o->sweep == AXIS_RATE);
}

/* Options that were not given are those with which tests/bench measures the bus itself. */
static bool setting_of(const struct options *o, struct bench_setting *out)
{
	*out = (struct bench_setting){
		.nodes = o->nodes != 0 ? o->nodes : BENCH_NODES,
		.multi = !o->mode_given || o->mode == MODE_MULTI,
		.store = o->store != NULL ? o->store : "memory",
		.size_bytes = o->size_bytes != 0 ? o->size_bytes : BENCH_VALUE_BYTES,
		.outstanding = o->outstanding != 0 ? o->outstanding
			       : has_rate(o)       ? LOAD_OUTSTANDING_MAX
						   : BENCH_OUTSTANDING,
		.rate = o->arrivals,
		.batch = o->batch,
	};
	return defend_option(o, o->sweep == AXIS_NODES && o->sweep_given ? o->sweep_to : out->nodes,
			     &out->policy);
}

/* What --against says, over what is said besides. */
static bool read_against(const struct options *o, struct options *out, char *words)
{
	char program[] = "paxos-tui", command[] = "bench";
	char *argv[32] = {program, command}, why[256];
	int argc = 2;

	for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " ")) {
		if (argc == 31) {
			fputs("paxos-tui: --against: these are too many words\n", stderr);
			return false;
		}
		argv[argc++] = word;
	}
	struct options other;
	if (!options_parse(argc, argv, &other, why, sizeof why)) {
		fprintf(stderr, "paxos-tui: --against: %s\n", why);
		return false;
	}
	*out = *o;
	out->nodes = other.nodes != 0 ? other.nodes : o->nodes;
	if (other.mode_given)
		out->mode_given = true, out->mode = other.mode;
	out->store = other.store != NULL ? other.store : o->store;
	out->defend = other.defend != NULL ? other.defend : o->defend;
	out->keep_words = other.keep_words != NULL ? other.keep_words : o->keep_words;
	out->size_bytes = other.size_bytes != 0 ? other.size_bytes : o->size_bytes;
	out->outstanding = other.outstanding != 0 ? other.outstanding : o->outstanding;
	if (other.batch_words != NULL)
		out->batch.count = other.batch.count, out->batch.bytes = other.batch.bytes;
	if (other.pipeline_words != NULL)
		out->batch.pipeline = other.batch.pipeline;
	out->arrivals = other.arrivals != 0 ? other.arrivals : o->arrivals;
	if (!other.sweep_given && other.against == NULL && other.values == 0 && other.turns == 0 &&
	    !other.json && !other.csv && !other.svg)
		return true;
	fputs("paxos-tui: --against takes another setting: nodes, mode, store, keep, defences, "
	      "size, outstanding, batch, pipeline or rate\n",
	      stderr);
	return false;
}

static bool plan_places(struct plan *p)
{
	const struct options *o = p->options;
	const bool twice = (o->sweep == AXIS_NODES && o->nodes != 0) ||
			   (o->sweep == AXIS_SIZE && o->size_bytes != 0) ||
			   (o->sweep == AXIS_RATE && o->arrivals != 0) ||
			   (o->sweep == AXIS_OUTSTANDING && o->outstanding != 0);

	if (twice) {
		fprintf(stderr, "paxos-tui: --sweep varies --%s: leave out one of the two\n",
			bench_axis_names[o->sweep]);
		return false;
	}
	p->place[p->places++] = o->sweep_from;
	if (o->sweep == AXIS_NODES) {
		for (size_t i = 0; i < sizeof node_counts / sizeof *node_counts; i++)
			if (node_counts[i] > o->sweep_from && node_counts[i] < o->sweep_to)
				p->place[p->places++] = node_counts[i];
	} else {
		for (uint64_t at = 2 * (uint64_t)o->sweep_from; at < o->sweep_to; at *= 2)
			p->place[p->places++] = (unsigned)at;
	}
	if (o->sweep_to > o->sweep_from)
		p->place[p->places++] = o->sweep_to;
	return true;
}

static bool make_plan(struct plan *p)
{
	const struct options *o = p->options;

	p->series = 1;
	p->keep[0] = o->keep_words;
	if (!setting_of(o, &p->setting[0]))
		return false;
	if (o->sweep_given && !plan_places(p))
		return false;
	if (!o->sweep_given)
		p->places = 1;
	if (o->against == NULL)
		return true;
	char *words = strdup(o->against);
	struct options other;
	const bool good = words != NULL && read_against(o, &other, words) &&
			  setting_of(&other, &p->setting[1]);
	/* the store's name points into the words */
	p->setting[1].store =
		good && strcmp(p->setting[1].store, "sqlite") == 0 ? "sqlite" : "memory";
	p->series = 2;
	free(words);
	return good;
}

/* --- measuring ----------------------------------------------------------------------------- */

static int by_speed(const void *a, const void *b)
{
	const double x = ((const struct bench_result *)a)->values_s;
	const double y = ((const struct bench_result *)b)->values_s;

	return x < y ? -1 : x > y;
}

/* The middle one of all turns, which says how far they were apart. */
static struct bench_result middle_of(struct bench_result *turn, unsigned turns)
{
	qsort(turn, turns, sizeof *turn, by_speed);
	struct bench_result r = turn[turns / 2];

	r.turns = turns;
	r.least_s = turn[0].values_s;
	r.most_s = turn[turns - 1].values_s;
	for (unsigned i = 0; i < turns; i++) {
		r.is_behind = r.is_behind || turn[i].is_behind;
		r.behind_us = higher_of(r.behind_us, turn[i].behind_us);
		if (turn[i].others_percent > r.others_percent)
			r.others_percent = turn[i].others_percent;
	}
	return r;
}

static void say_where(const struct plan *p, unsigned place, unsigned turn)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K%s %u, turn %u", bench_axis_names[p->options->sweep],
		p->place[place], turn + 1);
	if (place + 1 == p->places && turn + 1 == p->options->turns)
		fputs("\r\033[K", stderr);
}

/* 0: about a second's. */
static unsigned values_of(const struct options *o, const struct bench_setting *setting)
{
	if (o->values != 0 || o->sweep_given)
		return o->values;
	return setting->rate == 0 ? BENCH_VALUES
				  : (unsigned)lower_of((uint64_t)setting->rate * BENCH_RATE_S,
						       BENCH_VALUES_MAX);
}

static int measure_place(struct plan *p, unsigned place)
{
	const struct options *o = p->options;
	const unsigned turns = o->turns != 0 ? o->turns : 1;
	struct bench_result *turn = calloc((size_t)turns * p->series, sizeof *turn);
	int code = turn == NULL ? EXIT_INCONCLUSIVE : EXIT_PASS;

	for (unsigned i = 0; i < turns * p->series && code == EXIT_PASS; i++) {
		const unsigned k = i % p->series;
		struct bench_setting setting = p->setting[k];

		if (o->sweep_given) {
			*bench_axis_of(&setting, o->sweep) = p->place[place];
			say_where(p, place, i / p->series);
		}
		code = bench_run(&setting, p->keep[k], values_of(o, &setting),
				 &turn[(size_t)k * turns + i / p->series]);
	}
	for (unsigned k = 0; k < p->series && code == EXIT_PASS; k++)
		p->result[place * p->series + k] = middle_of(turn + (size_t)k * turns, turns);
	free(turn);
	return code;
}

/* --- telling ------------------------------------------------------------------------------- */

static unsigned columns_of_terminal(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS;
	return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

static bool is_ascii_terminal(void)
{
	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static void tell(const struct plan *p)
{
	const struct options *o = p->options;
	const struct bench_table table = {p->result, p->places * p->series, p->series, o->sweep};

	if (o->csv)
		bench_print_csv(&table, stdout);
	else if (o->svg)
		bench_print_svg(&table, stdout);
	else if (o->json && table.count == 1)
		bench_print_json(p->result, stdout);
	else if (o->json)
		bench_print_list(&table, stdout);
	else if (o->sweep_given)
		bench_print_table(&table, columns_of_terminal(), is_ascii_terminal(), stdout);
	else
		for (unsigned i = 0; i < table.count; i++)
			bench_print_text(&p->result[i], stdout);
}

/* What a sweep has measured before it was interrupted is told. */
static void say_cut_short(const struct plan *p, unsigned done)
{
	fprintf(stderr, "%spaxos-tui: interrupted: %u of %u places were measured\n",
		isatty(STDERR_FILENO) ? "\r\033[K" : "", done, p->places);
}

int cmd_bench(const struct options *options)
{
	struct plan plan = {.options = options};
	int code = EXIT_PASS;

	if (!make_plan(&plan))
		return EXIT_USAGE;
	plan.result = calloc((size_t)plan.places * plan.series, sizeof *plan.result);
	if (plan.result == NULL)
		return EXIT_INCONCLUSIVE;
	drive_catch_signals();
	unsigned done = 0;
	while (done < plan.places && (code = measure_place(&plan, done)) == EXIT_PASS)
		done++;
	if (code == EXIT_INTERRUPTED && done > 0)
		say_cut_short(&plan, done);
	plan.places = done;
	if (code == EXIT_PASS || (code == EXIT_INTERRUPTED && done > 0))
		tell(&plan);
	free(plan.result);
	return code;
}
