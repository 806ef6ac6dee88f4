#include "tui/command/check_table.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "tui/command/check_bounds.h"
#include "tui/command/check_cells.h"
#include "tui/command/check_memory.h"
#include "tui/command/drive.h"
#include "tui/command/search.h"
#include "tui/report/json_print.h"

#define VERDICT_BYTES  24
#define WORLDS_AT_ONCE 4096 /* between two looks at what interrupts */

struct table {
	struct table_cells cells;
	const struct options *options;
	uint64_t memory_bytes; /* of each process */
	/* of the cells that were taken, for the overview */
	char verdict[TABLE_SIZES_MAX][TABLE_SETS_MAX][TABLE_ATTACKS_MAX][VERDICT_BYTES];
	unsigned size_told; /* the last one whose list has begun, from 1 */
	bool begun, undecided;
};

/* --- one cell -------------------------------------------------------------------------------- */

/* What is known of a property of a cell. */
enum answer {
	ANSWER_HOLDS,
	ANSWER_FAILS,
	ANSWER_BOUND,   /* not within the bound of states */
	ANSWER_ROOM,    /* not within this memory, or these tables of messages */
	ANSWER_NOTHING, /* nothing can be chosen at all, so it means nothing */
	ANSWERS
};

struct finding {
	enum answer safe, live;
	unsigned rule;        /* ANSWER_FAILS: which */
	unsigned safe_length; /* ANSWER_FAILS: steps of the shortest schedule */
	unsigned live_length;
	struct check_count count;
};

/* NULL: there is no memory, which was told, or the user interrupted. */
static struct check *explore(const struct check_bounds *b, void *memory, uint64_t bytes,
			     enum check_state *end)
{
	struct check *c = check_begin(memory, bytes, b);

	*end = CHECK_RUNNING;
	while (c != NULL && *end == CHECK_RUNNING && !drive_interrupted())
		*end = check_run(c, WORLDS_AT_ONCE);
	return *end == CHECK_RUNNING ? NULL : c;
}

static enum answer why_full(const struct check_count *n)
{
	return n->bounded ? ANSWER_BOUND : ANSWER_ROOM;
}

/* All states are known before progress is judged. */
static bool find_safe(const struct check_bounds *bounds, void *memory, uint64_t bytes,
		      struct finding *f)
{
	struct check_bounds b = *bounds;
	enum check_state end;

	b.progress = true;
	struct check *c = explore(&b, memory, bytes, &end);
	if (c == NULL)
		return false;
	check_count(c, &f->count);
	f->live = f->safe = f->count.whole ? ANSWER_HOLDS : ANSWER_NOTHING;
	if (end == CHECK_BROKEN && check_broken(c) == CHECK_RULE_PROGRESS) {
		f->live = ANSWER_FAILS;
		f->live_length = check_schedule_length(c);
	} else if (end == CHECK_BROKEN) {
		f->safe = ANSWER_FAILS;
		f->rule = check_broken(c);
		f->safe_length = check_schedule_length(c);
	} else if (end == CHECK_FULL) {
		f->live = why_full(&f->count);
		if (f->count.waiting > 0)
			f->safe = f->live;
	}
	return true;
}

static bool find_live(const struct check_bounds *bounds, void *memory, uint64_t bytes,
		      struct finding *f)
{
	struct check_bounds b = *bounds;
	struct check_count n;
	enum check_state end;

	b.stalls = true;
	struct check *c = explore(&b, memory, bytes, &end);
	if (c == NULL)
		return false;
	check_count(c, &n);
	f->live = end == CHECK_HELD     ? ANSWER_HOLDS
		  : end == CHECK_BROKEN ? ANSWER_FAILS
					: why_full(&n);
	if (end == CHECK_BROKEN)
		f->live_length = check_schedule_length(c);
	return true;
}

typedef bool cell_search(const struct check_bounds *bounds, void *memory, uint64_t bytes,
			 struct finding *f);

/* In memory of its own, which must be zero. */
static bool with_memory(cell_search *find, const struct table *t, const struct check_bounds *b,
			struct finding *f)
{
	void *memory = check_memory_take(t->memory_bytes);
	const bool good = memory != NULL && find(b, memory, t->memory_bytes, f);

	if (memory != NULL)
		check_memory_leave(memory, t->memory_bytes);
	return good;
}

/* Where the first search ended before all states were known, another one looks for a stall alone.
 */
static json_t *run_cell(void *user, uint64_t unit)
{
	const struct table *t = user;
	const struct check_bounds b = table_bounds(&t->cells, table_cell(&t->cells, unit));
	struct finding f = {.rule = 0};

	if (!with_memory(find_safe, t, &b, &f))
		return NULL;
	if ((f.safe == ANSWER_FAILS || f.count.waiting > 0) && !with_memory(find_live, t, &b, &f))
		return NULL;
	return json_pack("{sisisisisisIsi}", "safe", (int)f.safe, "live", (int)f.live, "rule",
			 (int)f.rule, "steps", (int)f.safe_length, "stall_steps",
			 (int)f.live_length, "states", (json_int_t)f.count.states, "depth",
			 (int)f.count.depth);
}

static bool finding_of(const json_t *json, struct finding *f)
{
	int safe, live, rule, steps, stall, depth;
	json_int_t states;

	if (json_unpack((json_t *)json, "{sisisisisisIsi}", "safe", &safe, "live", &live, "rule",
			&rule, "steps", &steps, "stall_steps", &stall, "states", &states, "depth",
			&depth) != 0)
		return false;
	*f = (struct finding){
		.safe = (enum answer)safe,
		.live = (enum answer)live,
		.rule = (unsigned)rule,
		.safe_length = (unsigned)steps,
		.live_length = (unsigned)stall,
		.count = {.states = (uint64_t)states, .depth = (unsigned)depth},
	};
	return safe >= 0 && safe < ANSWERS && live >= 0 && live < ANSWERS && rule >= 0 &&
	       rule < CHECK_RULES && steps >= 0 && stall >= 0 && states >= 0 && depth >= 0;
}

/* --- printed --------------------------------------------------------------------------------- */

/* "ok", "X8", "S6", "X8 S6"; a '?' for what is not known, "-" where nothing can be chosen. */
static void say_verdict(const struct finding *f, char out[VERDICT_BYTES])
{
	const bool safe_known = f->safe == ANSWER_FAILS || f->safe == ANSWER_HOLDS;

	out[0] = '\0';
	if (f->safe == ANSWER_FAILS)
		text_append(out, VERDICT_BYTES, "X%u", f->safe_length);
	else if (!safe_known)
		text_append(out, VERDICT_BYTES, "%s", f->safe == ANSWER_NOTHING ? "-" : "?");
	if (f->live == ANSWER_FAILS)
		text_append(out, VERDICT_BYTES, "%sS%u", out[0] == '\0' ? "" : " ", f->live_length);
	else if (f->live != ANSWER_HOLDS && safe_known)
		text_append(out, VERDICT_BYTES, "%sS?", out[0] == '\0' ? "" : " ");
	if (out[0] == '\0')
		text_append(out, VERDICT_BYTES, "ok");
}

static const char *result_of(enum answer answer)
{
	static const char *const words[ANSWERS] = {
		[ANSWER_HOLDS] = "held",
		[ANSWER_FAILS] = "broken",
		[ANSWER_BOUND] = "not finished",
		[ANSWER_ROOM] = "not finished",
		[ANSWER_NOTHING] = "nothing can be chosen",
	};

	return words[answer];
}

static void say_states(const struct table *t, const struct finding *f, char *out, size_t size)
{
	if (f->safe == ANSWER_BOUND)
		text_write(out, size, ">%u", t->cells.states);
	else
		text_write(out, size, "%s%" PRIu64, f->safe == ANSWER_ROOM ? ">" : "",
			   f->count.states);
}

static void print_head(const struct table *t)
{
	struct check_bounds b = table_bounds(&t->cells, (struct table_cell){.size = 0});
	char words[1024];

	printf("Every attack against every set of defences, each cell decided in every schedule.\n"
	       "\n"
	       "Explored: one slot; %u proposer%s asked for any one of %u value%s each; at most %u "
	       "ballot%s by all\n"
	       "nodes together and %u crash%s; the last %s. A message may arrive at any time,\n"
	       "again, after later ones, or never; a timer that is set may fire at any moment. "
	       "Nacks and Commits\n"
	       "are explored where a liar may announce what is not chosen (any, false-commit, "
	       "without `cert`):\n"
	       "elsewhere they only tell what happened, and make no step unsafe. States that "
	       "differ by the names\n"
	       "of values and of nodes that propose nothing are one. Defences that only decide "
	       "when a node listens\n"
	       "(window, lease, quarantine, budget) change no schedule.\n"
	       "\n",
	       b.proposers, b.proposers == 1 ? " is" : "s are", b.values, b.values == 1 ? "" : "s",
	       b.ballots, b.ballots == 1 ? "" : "s", b.crashes, b.crashes == 1 ? "" : "es",
	       b.liars == 1 ? "node lies" : "two nodes lie together");
	printf("X8    broken: a rule of safety, by a schedule of 8 steps and by none of fewer\n"
	       "S6    stalled: after 6 steps, and not after fewer, nothing can be chosen any more, "
	       "whatever\n"
	       "      the honest nodes do, if the liars fall silent\n"
	       "ok    held in every schedule, and never stalled\n"
	       "?     not finished: there are more than %u states; S?: the same, looking for "
	       "stalls\n"
	       "-     no schedule chooses anything\n"
	       "States are those that were found: all, or up to the break. Depth: steps to the "
	       "last of them.\n"
	       "\n",
	       t->cells.states);
	puts("What a liar does, beside what an honest node does:");
	for (unsigned i = 0; i < t->cells.attacks; i++) {
		b = table_bounds(&t->cells, (struct table_cell){.attack = i});
		words[0] = '\0';
		for (unsigned a = 0; a < ATTACKS; a++)
			if ((b.attacks >> a & 1) != 0)
				text_append(words, sizeof words, "%s%s",
					    words[0] == '\0' ? "" : "; ", check_attack_words(a));
		printf("  %-13s %s\n", t->cells.attack[i],
		       b.attacks == 0 ? check_attack_words(CHECK_ATTACK_ANY) : words);
	}
}

static int set_width(const struct table *t)
{
	size_t width = sizeof "defences";

	for (unsigned size = 0; size < t->cells.sizes; size++)
		for (unsigned i = 0; i < t->cells.sets[size]; i++)
			if (strlen(t->cells.set[size][i]) > width)
				width = strlen(t->cells.set[size][i]);
	return (int)width;
}

static void print_cell(const struct table *t, const struct check_bounds *b, struct table_cell at,
		       const struct finding *f)
{
	char verdict[VERDICT_BYTES], states[24];

	say_verdict(f, verdict);
	say_states(t, f, states, sizeof states);
	if (t->size_told != at.size + 1)
		printf("\n%-2s %-2s %-*s  %-13s %-8s %10s %6s  %s\n", "n", "q", set_width(t),
		       "defences", "attack", "verdict", "states", "depth", "broken rule");
	printf("%-2u %-2u %-*s  %-13s %-8s %10s %6u  %s\n", t->cells.nodes[at.size],
	       check_quorum(b), set_width(t), t->cells.set[at.size][at.set],
	       t->cells.attack[at.attack], verdict, states, f->count.depth,
	       f->safe == ANSWER_FAILS ? check_rule_name((enum check_rule)f->rule) : "-");
}

/* A new object that the caller owns. */
static json_t *cell_json(const struct table *t, const struct check_bounds *b, struct table_cell at,
			 const struct finding *f)
{
	const bool broken = f->safe == ANSWER_FAILS, stalls = f->live == ANSWER_FAILS;
	char verdict[VERDICT_BYTES];

	say_verdict(f, verdict);
	return json_pack("{sisisissss"
			 "sisisisbssss"
			 "sIsiso?ss?so?so?}",
			 "n", (int)t->cells.nodes[at.size], "quorum", (int)check_quorum(b), "liars",
			 (int)b->liars, "defences", t->cells.set[at.size][at.set], "attack",
			 t->cells.attack[at.attack], "ballots", (int)b->ballots, "proposers",
			 (int)b->proposers, "values", (int)b->values, "hints", !b->no_hints,
			 "verdict", verdict, "result", result_of(f->safe), "states",
			 (json_int_t)f->count.states, "depth", (int)f->count.depth, "steps",
			 broken ? json_integer(f->safe_length) : NULL, "rule",
			 broken ? check_rule_name((enum check_rule)f->rule) : NULL, "stalls",
			 f->live == ANSWER_HOLDS ? json_false()
			 : stalls                ? json_true()
						 : NULL,
			 "stall_steps", stalls ? json_integer(f->live_length) : NULL);
}

static bool take_cell(void *user, uint64_t unit, const json_t *result)
{
	struct table *t = user;
	const struct table_cell at = table_cell(&t->cells, unit);
	const struct check_bounds b = table_bounds(&t->cells, at);
	struct finding f;

	if (!finding_of(result, &f))
		return false;
	say_verdict(&f, t->verdict[at.size][at.set][at.attack]);
	t->undecided |= (f.safe != ANSWER_HOLDS && f.safe != ANSWER_FAILS) ||
			(f.live != ANSWER_HOLDS && f.live != ANSWER_FAILS);
	if (t->options->json) {
		json_t *json = cell_json(t, &b, at, &f);

		printf("%s\n  ", t->begun ? "," : "[");
		json_print(json, 0, stdout);
		json_decref(json);
	} else {
		print_cell(t, &b, at, &f);
	}
	t->begun = true;
	t->size_told = at.size + 1;
	fflush(stdout);
	return true;
}

static void name_cell(void *user, uint64_t unit, char words[SEARCH_UNIT_WORDS])
{
	const struct table *t = user;
	const struct table_cell at = table_cell(&t->cells, unit);

	text_write(words, SEARCH_UNIT_WORDS, "%s against %s among %u nodes",
		   t->cells.attack[at.attack], t->cells.set[at.size][at.set],
		   t->cells.nodes[at.size]);
}

static int attack_width(const struct table *t, unsigned attack)
{
	const size_t length = strlen(t->cells.attack[attack]);

	return length > 7 ? (int)length : 7;
}

/* Ends a line without the spaces that fill its last column. */
static void print_line(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && line[length - 1] == ' ')
		line[--length] = '\0';
	puts(line);
}

static void print_overview(const struct table *t, unsigned size)
{
	char line[TABLE_ATTACKS_MAX * TABLE_ATTACK_BYTES + POLICY_SHOWN_MAX];

	text_write(line, sizeof line, "\nn=%-*u", set_width(t) - 2, t->cells.nodes[size]);
	for (unsigned a = 0; a < t->cells.attacks; a++)
		text_append(line, sizeof line, "  %-*s", attack_width(t, a), t->cells.attack[a]);
	print_line(line);
	for (unsigned s = 0; s < t->cells.sets[size]; s++) {
		text_write(line, sizeof line, "%-*s", set_width(t), t->cells.set[size][s]);
		for (unsigned a = 0; a < t->cells.attacks; a++)
			text_append(line, sizeof line, "  %-*s", attack_width(t, a),
				    t->verdict[size][s][a][0] != '\0' ? t->verdict[size][s][a]
								      : ".");
		print_line(line);
	}
}

int check_table(const struct options *options)
{
	static struct table t;
	int code = table_read(options, &t.cells);

	if (code != EXIT_PASS)
		return code;
	t.options = options;
	t.memory_bytes = check_memory_for(options);
	drive_note_signals();
	if (!options->json)
		print_head(&t);
	const struct search search = {
		.options = options,
		.units = table_count(&t.cells),
		.user = &t,
		.run = run_cell,
		.take = take_cell,
		.name = name_cell,
	};
	code = search_run(&search);
	if (code != EXIT_PASS)
		return code;
	for (unsigned size = 0; size < t.cells.sizes && !options->json; size++)
		print_overview(&t, size);
	if (options->json)
		puts(t.begun ? "\n]" : "[]");
	return t.undecided ? EXIT_INCONCLUSIVE : EXIT_PASS;
}
