/* paxos-tui sim: sweeps seeds through the simulator, or shows one run in full. What it prints on
 * stdout depends on the arguments alone; how fast it went is told on stderr. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/sim/sim.h"
#include "proto/sim/trial.h"
#include "tui/command/drive.h"
#include "tui/command/sim_record.h"
#include "tui/command/search.h"
#include "tui/report/event_line.h"
#include "tui/option/defaults.h"
#include "tui/option/defend_option.h"
#include "tui/option/liar_options.h"
#include "tui/option/mistake_option.h"
#include "tui/option/options.h"
#include "tui/report/json_print.h"

#define SHOWN_MAX  20 /* failures told one by one */
#define UNIT_SEEDS 16 /* done together by one process */

/* What is asked for besides the seeds. */
struct asked {
	policy_id policy;
	unsigned liars;
	unsigned attack;  /* ATTACKS = any */
	unsigned mistake; /* of all nodes; MISTAKE_NONE */
};

struct totals {
	uint64_t runs[SIM_INCONCLUSIVE + 1]; /* by state */
	uint64_t messages, steps, proposals, chosen, reads;
	uint64_t faults[SIM_FAULTS];
	unsigned invariants;
};

static const char *mode_name(enum paxos_mode mode)
{
	return mode == MODE_SINGLE ? "single" : "multi";
}

static void print_act(void *user, time_us now, const char *line)
{
	(void)user;
	printf("%4" PRIu64 ".%06" PRIu64 "  --- %s\n", now / 1000000, now % 1000000, line);
}

/* `user`: the recording, or NULL. */
static void print_event(void *user, const struct event *e, const struct values *values)
{
	event_line_print(e, values);
	if (user != NULL)
		sim_record_event(user, e, values);
}

static void print_failure(const struct options *options, const struct asked *asked, uint64_t seed,
			  unsigned nodes, const char *mode, const char *why)
{
	char set[POLICY_SHOWN_MAX];

	printf("seed %" PRIu64 " (%u nodes, %s mode): %s\n", seed, nodes, mode, why);
	printf("  replay: paxos-tui sim --seed %" PRIu64, seed);
	if (options->nodes != 0)
		printf(" -n %u", options->nodes);
	if (options->mode_given)
		printf(" --mode %s", mode_name(options->mode));
	policy_show(asked->policy, set);
	if (asked->policy != POLICY_NONE)
		printf(strchr(set, '(') != NULL ? " --defend '%s'" : " --defend %s", set);
	if (asked->liars > 0)
		printf(" --liars %u --attack %s", asked->liars, attack_word(asked->attack));
	if (asked->mistake != MISTAKE_NONE)
		printf(" --mistake %s", mistake_name(asked->mistake));
	putchar('\n');
}

static void add_result(struct totals *totals, const struct sim_result *result)
{
	totals->runs[result->state]++;
	totals->invariants = result->invariants;
	totals->messages += result->messages;
	totals->steps += result->steps;
	totals->proposals += result->proposals;
	totals->chosen += result->chosen;
	totals->reads += result->reads;
	for (unsigned i = 0; i < SIM_FAULTS; i++)
		totals->faults[i] += result->faults[i];
}

static void print_totals(const struct totals *t, const struct asked *asked)
{
	uint64_t runs = 0;

	for (unsigned i = 0; i <= SIM_INCONCLUSIVE; i++)
		runs += t->runs[i];
	printf("%" PRIu64 " runs: %" PRIu64 " passed, %" PRIu64 " violated, %" PRIu64
	       " without progress, %" PRIu64 " inconclusive\n",
	       runs, t->runs[SIM_PASSED], t->runs[SIM_VIOLATED], t->runs[SIM_STUCK],
	       t->runs[SIM_INCONCLUSIVE]);
	printf("%" PRIu64 " messages delivered, %" PRIu64 " steps checked against %u invariants, "
	       "%" PRIu64 " values proposed, %" PRIu64 " slots chosen",
	       t->messages, t->steps, t->invariants, t->proposals, t->chosen);
	if (asked->liars == 0)
		printf(", %" PRIu64 " reads answered", t->reads);
	putchar('\n');
	if (asked->liars > 0) {
		printf("%u liar%s: %s; honest nodes crashed and came back %" PRIu64 " times\n",
		       asked->liars, asked->liars == 1 ? "" : "s", attack_word(asked->attack),
		       t->faults[SIM_RESTART]);
		return;
	}
	if (asked->mistake != MISTAKE_NONE)
		printf("all nodes make the mistake %s: %s\n", mistake_name(asked->mistake),
		       mistake_help(asked->mistake));
	puts("what went wrong, and how often:");
	for (unsigned i = 0; i < SIM_FAULTS; i++)
		printf("  %-16s %10" PRIu64 "  %s\n", sim_fault_name((enum sim_fault)i),
		       t->faults[i], sim_fault_words((enum sim_fault)i));
}

static void print_rate(const struct totals *t, const struct timespec *start)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	double seconds =
		(double)(end.tv_sec - start->tv_sec) + (double)(end.tv_nsec - start->tv_nsec) / 1e9;
	fflush(stdout);
	fprintf(stderr, "%.1f s, %.0f messages/s, %.0f steps/s\n", seconds,
		(double)t->messages / seconds, (double)t->steps / seconds);
}

static void run(void *memory, const struct sim_options *options, struct sim_result *result)
{
	struct sim *sim = sim_init(memory, options);

	while (sim_step(sim) == SIM_RUNNING && !drive_interrupted())
		continue;
	sim_result(sim, result);
}

/* As many nodes as it takes to tolerate so many liars, or up to two more. */
static uint8_t nodes_for(const struct options *options, unsigned liars, uint64_t seed)
{
	return (uint8_t)(options->nodes != 0 ? options->nodes : 3 * liars + 1 + seed % 3);
}

/* Runs a cluster with liars, and tells the result as of a cluster without liars. */
static void try(void *memory, const struct sim_options *sim, const struct asked *asked,
		struct sim_result *result)
{
	static const enum sim_state states[] = {
		[TRIAL_RUNNING] = SIM_RUNNING,           [TRIAL_HELD] = SIM_PASSED,
		[TRIAL_BROKEN] = SIM_VIOLATED,           [TRIAL_STALLED] = SIM_STUCK,
		[TRIAL_INCONCLUSIVE] = SIM_INCONCLUSIVE,
	};
	const struct trial_options options = {
		.attacks = asked->attack == ATTACKS ? 0 : (uint32_t)1 << asked->attack,
		.policy = asked->policy,
		.nodes = sim->nodes,
		.liars = (uint8_t)asked->liars,
		.seed = sim->seed,
		.mode_given = sim->mode_given,
		.mode = sim->mode,
		.keep = sim->keep_given ? sim->keep : sim_keep_by_seed(sim->seed) / 4,
		.batch = sim->batch_given ? sim->batch : sim_batch_by_seed(sim->seed),
		.event = sim->event,
		.act = sim->act,
		.user = sim->user,
	};
	struct trial_result r;
	struct trial *t = trial_init(memory, &options);

	while (trial_step(t) == TRIAL_RUNNING && !drive_interrupted())
		continue;
	trial_result(t, &r);
	*result = (struct sim_result){
		.state = states[r.state],
		.nodes = sim->nodes,
		.mode = r.mode,
		.invariants = r.invariants,
		.messages = r.messages,
		.steps = r.steps,
		.proposals = r.proposals,
		.chosen = r.chosen,
		.ended_at = r.ended_at,
	};
	result->faults[SIM_RESTART] = r.restarts;
	text_write(result->why, sizeof result->why, "%s", r.why);
}

static int exit_of(const struct totals *t)
{
	if (t->runs[SIM_VIOLATED] + t->runs[SIM_STUCK] != 0)
		return EXIT_VIOLATED;
	return t->runs[SIM_INCONCLUSIVE] != 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
}

static int read_asked(const struct options *o, struct asked *asked)
{
	int code = EXIT_PASS;

	*asked = (struct asked){.attack = ATTACKS};
	asked->liars = o->liars_given ? o->liars : o->attack != NULL;
	if (code == EXIT_PASS && o->attack != NULL)
		code = read_attack(o->attack, &asked->attack);
	if (code == EXIT_PASS && o->mistake != NULL)
		code = read_mistake(o->mistake, &asked->mistake);
	/* Without --nodes each seed has as many nodes as it likes. */
	if (code == EXIT_PASS &&
	    !defend_option(o, o->nodes != 0 ? o->nodes : NODES_MAX, &asked->policy))
		code = EXIT_USAGE;
	if (code == EXIT_PASS)
		code = read_liars(asked->liars, o->attack != NULL,
				  o->nodes != 0 ? o->nodes : (NODES_MAX - 3) / 3 + 1);
	return code;
}

/* A sweep: its units are UNIT_SEEDS seeds each, the last may have fewer. */
struct sweep {
	const struct options *options;
	struct asked asked;
	void *memory;
	uint64_t from, to;
	struct totals totals;
	uint64_t failed;
};

static void run_seed(struct sweep *w, uint64_t seed, struct sim_result *result, bool shows,
		     struct sim_record *record)
{
	const struct options *options = w->options;
	struct sim_options sim = {
		.seed = seed,
		.nodes = (uint8_t)options->nodes,
		.mode_given = options->mode_given,
		.mode = options->mode,
		.policy = w->asked.policy,
		.mistake = w->asked.mistake,
		.keep_given = options->keep_words != NULL,
		.keep = options->keep,
		.batch_given = options->batch_words != NULL || options->pipeline_words != NULL,
		.batch = options->batch,
		.reads_given = w->asked.mistake != MISTAKE_NONE,
		.reads = true,
		.event = shows ? print_event : NULL,
		.act = shows ? print_act : NULL,
		.user = record,
	};

	if (w->asked.liars == 0) {
		run(w->memory, &sim, result);
		return;
	}
	sim.nodes = nodes_for(options, w->asked.liars, seed);
	try(w->memory, &sim, &w->asked, result);
}

/* --- the result of a unit as JSON ---------------------------------------------------------- */

static json_t *counts_json(const uint64_t *count, unsigned n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_integer((json_int_t)count[i]));
	return list;
}

/* {"runs", "faults": counts, "messages", "steps", "proposals", "chosen", "invariants", "reads":
 * sums, "failed": [{"seed": how far behind the unit's first, "nodes", "mode", "why"}]} */
static json_t *totals_json(const struct totals *t, json_t *failed)
{
	return json_pack("{sososIsIsIsIsisIso}", "runs", counts_json(t->runs, SIM_INCONCLUSIVE + 1),
			 "faults", counts_json(t->faults, SIM_FAULTS), "messages",
			 (json_int_t)t->messages, "steps", (json_int_t)t->steps, "proposals",
			 (json_int_t)t->proposals, "chosen", (json_int_t)t->chosen, "invariants",
			 (int)t->invariants, "reads", (json_int_t)t->reads, "failed", failed);
}

static void first_and_last(const struct sweep *w, uint64_t unit, uint64_t *first, uint64_t *last)
{
	*first = w->from + unit * UNIT_SEEDS;
	*last = w->to - *first < UNIT_SEEDS ? w->to : *first + UNIT_SEEDS - 1;
}

static json_t *run_unit(void *user, uint64_t unit)
{
	struct sweep *w = user;
	struct totals totals = {0};
	json_t *failed = json_array();
	uint64_t first, last;

	first_and_last(w, unit, &first, &last);
	for (uint64_t seed = first;; seed++) {
		struct sim_result r;

		run_seed(w, seed, &r, false, NULL);
		if (drive_interrupted()) {
			json_decref(failed);
			return NULL;
		}
		add_result(&totals, &r);
		if (r.state != SIM_PASSED)
			json_array_append_new(
				failed, json_pack("{sIsissso}", "seed", (json_int_t)(seed - first),
						  "nodes", (int)r.nodes, "mode", mode_name(r.mode),
						  "why", json_text(r.why)));
		if (seed == last)
			return totals_json(&totals, failed);
	}
}

static bool add_counts(uint64_t *count, unsigned n, const json_t *list)
{
	if (json_array_size(list) != n)
		return false;
	for (unsigned i = 0; i < n; i++)
		count[i] += (uint64_t)json_integer_value(json_array_get(list, i));
	return true;
}

static bool take_failure(struct sweep *w, uint64_t first, json_t *json)
{
	json_int_t seed;
	int nodes;
	const char *mode, *why;

	if (json_unpack(json, "{sIsissss}", "seed", &seed, "nodes", &nodes, "mode", &mode, "why",
			&why) != 0)
		return false;
	if (w->failed++ < SHOWN_MAX)
		print_failure(w->options, &w->asked, first + (uint64_t)seed, (unsigned)nodes, mode,
			      why);
	return true;
}

static bool take_unit(void *user, uint64_t unit, const json_t *result)
{
	struct sweep *w = user;
	struct totals *t = &w->totals;
	const json_t *failed = json_object_get(result, "failed");
	json_int_t messages, steps, proposals, chosen, reads;
	int invariants;
	uint64_t first, last;

	if (json_unpack((json_t *)result, "{sIsIsIsIsisI}", "messages", &messages, "steps", &steps,
			"proposals", &proposals, "chosen", &chosen, "invariants", &invariants,
			"reads", &reads) != 0 ||
	    !add_counts(t->runs, SIM_INCONCLUSIVE + 1, json_object_get(result, "runs")) ||
	    !add_counts(t->faults, SIM_FAULTS, json_object_get(result, "faults")))
		return false;
	t->messages += (uint64_t)messages;
	t->steps += (uint64_t)steps;
	t->proposals += (uint64_t)proposals;
	t->chosen += (uint64_t)chosen;
	t->reads += (uint64_t)reads;
	t->invariants = (unsigned)invariants;
	first_and_last(w, unit, &first, &last);
	for (size_t i = 0; i < json_array_size(failed); i++)
		if (!take_failure(w, first, json_array_get(failed, i)))
			return false;
	return true;
}

static void name_unit(void *user, uint64_t unit, char words[SEARCH_UNIT_WORDS])
{
	uint64_t first, last;

	first_and_last(user, unit, &first, &last);
	snprintf(words, SEARCH_UNIT_WORDS, "seeds %" PRIu64 " to %" PRIu64, first, last);
}

/* --- the command --------------------------------------------------------------------------- */

static int run_sweep(struct sweep *w)
{
	const struct search search = {
		.options = w->options,
		.units = (w->to - w->from) / UNIT_SEEDS + 1,
		.user = w,
		.run = run_unit,
		.take = take_unit,
		.name = name_unit,
	};
	const int code = search_run(&search);

	if (w->failed > SHOWN_MAX)
		printf("and %" PRIu64 " more that failed\n", w->failed - SHOWN_MAX);
	return code;
}

/* What nodes there are, and in which mode, the seed decides, so the run is made once to find that
 * out: it is the same each time. */
static enum status begin_record(struct sweep *w, struct sim_record *record)
{
	struct cluster_info info = {.kind = CLUSTER_SIMULATED, .seed = w->from};
	struct sim_result result;

	run_seed(w, w->from, &result, false, NULL);
	info.nodes = result.nodes;
	info.mode = result.mode;
	info.policy = w->asked.policy;
	info.epoch = 1;
	snprintf(info.name, sizeof info.name, "sim seed %" PRIu64, w->from);
	return sim_record_begin(record, w->options->record, &info);
}

static int run_one(struct sweep *w)
{
	const bool records = w->options->record != NULL;
	struct sim_record record;
	struct sim_result result;

	if (records && begin_record(w, &record) != STATUS_OK) {
		fprintf(stderr, "paxos-tui: %s\n", status_text());
		return EXIT_INCONCLUSIVE;
	}
	run_seed(w, w->from, &result, true, records ? &record : NULL);
	if (records)
		sim_record_end(&record);
	if (drive_interrupted())
		return EXIT_INTERRUPTED;
	add_result(&w->totals, &result);
	if (result.state != SIM_PASSED)
		print_failure(w->options, &w->asked, w->from, result.nodes, mode_name(result.mode),
			      result.why);
	return EXIT_PASS;
}

static struct sweep sweep_of(const struct options *o)
{
	struct sweep w = {.options = o, .from = SIM_SEED_FIRST, .to = SIM_SEED_LAST};

	if (o->seeds_given)
		w.from = o->seeds_from, w.to = o->seeds_to;
	if (o->seed_given)
		w.from = w.to = o->seed;
	return w;
}

int cmd_sim(const struct options *options)
{
	if (mistakes_listed(options->mistake))
		return EXIT_PASS;
	struct sweep w = sweep_of(options);
	struct timespec start;
	int code = read_asked(options, &w.asked);

	if (code != EXIT_PASS)
		return code;
	w.memory = malloc(w.asked.liars > 0 ? trial_size() : sim_size());
	if (w.memory == NULL) {
		fputs("paxos-tui: there is not enough memory for a simulated cluster\n", stderr);
		return EXIT_INCONCLUSIVE;
	}
	drive_note_signals();
	clock_gettime(CLOCK_MONOTONIC, &start);
	code = options->seed_given ? run_one(&w) : run_sweep(&w);
	free(w.memory);
	if (code != EXIT_PASS && code != EXIT_INTERRUPTED)
		return code;
	print_totals(&w.totals, &w.asked);
	if (options->part == NULL)
		print_rate(&w.totals, &start);
	return code != EXIT_PASS ? code : exit_of(&w.totals);
}
