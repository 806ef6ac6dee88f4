#include "tui/option/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/address.h"
#include "node/io/batch_option.h"
#include "node/io/option_table.h"
#include "proto/core/suggest.h"
#include "proto/core/text.h"
#include "proto/scenario/command.h"
#include "tui/option/defaults.h"

const struct subcommand_row subcommand_rows[SUBCOMMANDS] = {
#define SUBCOMMAND(name, code, args, help) {code, args, help},
#include "tui/option/subcommands.def"
#undef SUBCOMMAND
};

static bool unsigned_parse(const char *text, unsigned high, unsigned *out)
{
	uint64_t n;
	if (!option_number(text, 1, high, &n))
		return false;
	*out = (unsigned)n;
	return true;
}

static bool take_nodes(struct options *o, const char *text)
{
	return unsigned_parse(text, NODES_MAX, &o->nodes);
}

static bool take_mode(struct options *o, const char *text)
{
	o->mode_given = true;
	o->mode = strcmp(text, "multi") == 0 ? MODE_MULTI : MODE_SINGLE;
	return true;
}

static bool take_rate(struct options *o, const char *text)
{
	o->rate_given = true;
	return rate_parse(text, &o->rate_num, &o->rate_den);
}

static bool take_store(struct options *o, const char *text)
{
	o->store = text;
	return true;
}

static bool take_keep(struct options *o, const char *text)
{
	o->keep_words = text;
	return option_number_or_all(text, KEEP_MIN, KEEP_MAX, &o->keep);
}

static bool take_batch(struct options *o, const char *text)
{
	o->batch_words = text;
	return batch_option_parse(text, &o->batch);
}

static bool take_pipeline(struct options *o, const char *text)
{
	o->pipeline_words = text;
	return unsigned_parse(text, PENDING_MAX, &o->batch.pipeline);
}

static bool take_dir(struct options *o, const char *text)
{
	o->dir = text;
	return *text != '\0';
}

static bool take_listen(struct options *o, const char *text)
{
	o->listen = text;
	return strncmp(text, "tcp://", 6) == 0 && address_check(text) == STATUS_OK;
}

static bool take_token_file(struct options *o, const char *text)
{
	o->token_file = text;
	return *text != '\0';
}

static bool take_open(struct options *o, const char *text)
{
	(void)text;
	o->open = true;
	return true;
}

static bool take_within(struct options *o, const char *text)
{
	return duration_parse(text, &o->within_us) && o->within_us > 0;
}

static bool take_sim(struct options *o, const char *text)
{
	(void)text;
	o->sim = true;
	return true;
}

static bool take_seed(struct options *o, const char *text)
{
	o->seed_given = true;
	return option_number(text, 0, UINT64_MAX, &o->seed);
}

static bool take_seeds(struct options *o, const char *text)
{
	char from[32];
	const char *dots = strstr(text, "..");
	if (dots == NULL || (size_t)(dots - text) >= sizeof from)
		return false;
	memcpy(from, text, (size_t)(dots - text));
	from[dots - text] = '\0';
	o->seeds_given = true;
	return option_number(from, 0, UINT64_MAX, &o->seeds_from) &&
	       option_number(dots + 2, o->seeds_from, UINT64_MAX, &o->seeds_to);
}

static bool take_read_only(struct options *o, const char *text)
{
	(void)text;
	o->read_only = true;
	return true;
}

static bool take_json(struct options *o, const char *text)
{
	(void)text;
	o->json = true;
	return true;
}

static bool take_tap(struct options *o, const char *text)
{
	(void)text;
	o->tap = true;
	return true;
}

static bool take_junit(struct options *o, const char *text)
{
	o->junit = text;
	return *text != '\0';
}

static bool take_record(struct options *o, const char *text)
{
	o->record = text;
	return *text != '\0';
}

static bool take_journal(struct options *o, const char *text)
{
	(void)text;
	o->journal = true;
	return true;
}

static bool take_no_journal(struct options *o, const char *text)
{
	(void)text;
	o->no_journal = true;
	return true;
}

static bool take_recompute(struct options *o, const char *text)
{
	(void)text;
	o->recompute = true;
	return true;
}

static bool take_no_record(struct options *o, const char *text)
{
	(void)text;
	o->no_record = true;
	return true;
}

static bool take_liars(struct options *o, const char *text)
{
	uint64_t n;
	o->liars_given = option_number(text, 0, LIARS_MAX, &n);
	o->liars = o->liars_given ? (unsigned)n : 0;
	return o->liars_given;
}

static bool take_attack(struct options *o, const char *text)
{
	o->attack = text;
	return *text != '\0';
}

static bool take_defend(struct options *o, const char *text)
{
	o->defend = text;
	return *text != '\0';
}

static bool take_jobs(struct options *o, const char *text)
{
	return unsigned_parse(text, JOBS_MAX, &o->jobs);
}

static bool take_shard(struct options *o, const char *text)
{
	char shard[16];
	const char *slash = strchr(text, '/');

	if (slash == NULL || (size_t)(slash - text) >= sizeof shard)
		return false;
	memcpy(shard, text, (size_t)(slash - text));
	shard[slash - text] = '\0';
	return unsigned_parse(slash + 1, SHARDS_MAX, &o->shards) &&
	       unsigned_parse(shard, o->shards, &o->shard);
}

static bool take_results(struct options *o, const char *text)
{
	o->results = text;
	return *text != '\0';
}

static bool take_proposers(struct options *o, const char *text)
{
	return unsigned_parse(text, CHECK_NODES_MAX, &o->proposers);
}

static bool take_ballots(struct options *o, const char *text)
{
	return unsigned_parse(text, CHECK_BALLOTS_MAX, &o->ballots);
}

static bool take_slots(struct options *o, const char *text)
{
	return unsigned_parse(text, CHECK_SLOTS_MAX, &o->slots);
}

static bool take_crashes(struct options *o, const char *text)
{
	uint64_t n;
	o->crashes_given = option_number(text, 0, CHECK_CRASHES_MAX, &n);
	o->crashes = o->crashes_given ? (unsigned)n : 0;
	return o->crashes_given;
}

static bool take_quorum(struct options *o, const char *text)
{
	char promises[8];
	const char *votes = strchr(text, ',');

	o->promises = 0;
	if (votes == NULL)
		return unsigned_parse(text, CHECK_NODES_MAX, &o->quorum);
	if ((size_t)(votes - text) >= sizeof promises)
		return false;
	text_write(promises, sizeof promises, "%.*s", (int)(votes - text), text);
	return unsigned_parse(promises, CHECK_NODES_MAX, &o->promises) &&
	       unsigned_parse(votes + 1, CHECK_NODES_MAX, &o->quorum);
}

static bool take_mistake(struct options *o, const char *text)
{
	o->mistake = text;
	return *text != '\0';
}

static bool take_save(struct options *o, const char *text)
{
	o->save = text;
	return *text != '\0';
}

static bool take_refine(struct options *o, const char *text)
{
	(void)text;
	o->refine = true;
	return true;
}

static bool take_progress(struct options *o, const char *text)
{
	(void)text;
	o->progress = true;
	return true;
}

static bool take_shrink(struct options *o, const char *text)
{
	(void)text;
	o->shrink = true;
	return true;
}

static bool take_no_hints(struct options *o, const char *text)
{
	(void)text;
	o->no_hints = true;
	return true;
}

static bool take_no_symmetry(struct options *o, const char *text)
{
	(void)text;
	o->no_symmetry = true;
	return true;
}

static bool take_compact(struct options *o, const char *text)
{
	(void)text;
	o->compact = true;
	return true;
}

static bool take_table(struct options *o, const char *text)
{
	(void)text;
	o->table = true;
	return true;
}

static bool take_show(struct options *o, const char *text)
{
	(void)text;
	o->show = true;
	return true;
}

static bool take_checkpoint(struct options *o, const char *text)
{
	o->checkpoint = text;
	return *text != '\0';
}

static bool take_resume(struct options *o, const char *text)
{
	o->resume = text;
	return *text != '\0';
}

static bool take_states(struct options *o, const char *text)
{
	return unsigned_parse(text, CHECK_STATES_MAX, &o->states);
}

/* "500M", "4G"; no machine has as much as a million G. */
static bool take_memory(struct options *o, const char *text)
{
	const size_t digits = strspn(text, "0123456789");
	char number[8];
	uint64_t n;

	if (digits == 0 || digits >= sizeof number || strlen(text) != digits + 1)
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!option_number(number, 1, 999999, &n) || (text[digits] != 'M' && text[digits] != 'G'))
		return false;
	o->memory_bytes = n << (text[digits] == 'M' ? 20 : 30);
	return o->memory_bytes >= (uint64_t)64 << 20;
}

static bool take_values(struct options *o, const char *text)
{
	return unsigned_parse(text, BENCH_VALUES_MAX, &o->values);
}

static bool take_size(struct options *o, const char *text)
{
	return unsigned_parse(text, VALUE_BYTES_MAX, &o->size_bytes);
}

static bool take_outstanding(struct options *o, const char *text)
{
	return unsigned_parse(text, LOAD_OUTSTANDING_MAX, &o->outstanding);
}

static bool take_arrivals(struct options *o, const char *text)
{
	return arrivals_parse(text, &o->arrivals);
}

/* The greatest number that each axis of a sweep takes. */
static const unsigned axis_most[BENCH_AXES] = {
	[AXIS_OUTSTANDING] = LOAD_OUTSTANDING_MAX,
	[AXIS_RATE] = LOAD_RATE_MAX,
	[AXIS_SIZE] = VALUE_BYTES_MAX,
	[AXIS_NODES] = NODES_MAX,
};

/* A number of an axis: of a rate as it is typed elsewhere, like 20k. */
static bool axis_parse(enum bench_axis axis, const char *text, unsigned high, unsigned *out)
{
	if (axis == AXIS_RATE)
		return arrivals_parse(text, out) && *out <= high;
	return unsigned_parse(text, high, out);
}

static bool take_sweep(struct options *o, const char *text)
{
	const char *equals = strchr(text, '='), *dots = strstr(text, "..");
	char from[16];

	o->sweep_given = true;
	if (equals == NULL || dots == NULL || dots < equals || dots - equals > (int)sizeof from)
		return false;
	snprintf(from, sizeof from, "%.*s", (int)(dots - equals - 1), equals + 1);
	for (unsigned i = 0; i < BENCH_AXES; i++) {
		const size_t length = strlen(bench_axis_names[i]);

		if (length != (size_t)(equals - text) ||
		    strncmp(text, bench_axis_names[i], length) != 0)
			continue;
		o->sweep = (enum bench_axis)i;
		return axis_parse(o->sweep, dots + 2, axis_most[i], &o->sweep_to) &&
		       axis_parse(o->sweep, from, o->sweep_to, &o->sweep_from);
	}
	return false;
}

static bool take_turns(struct options *o, const char *text)
{
	return unsigned_parse(text, BENCH_TURNS_MAX, &o->turns);
}

static bool take_against(struct options *o, const char *text)
{
	o->against = text;
	return *text != '\0';
}

static bool take_csv(struct options *o, const char *text)
{
	(void)text;
	o->csv = true;
	return true;
}

static bool take_svg(struct options *o, const char *text)
{
	(void)text;
	o->svg = true;
	return true;
}

static bool take_theme(struct options *o, const char *text)
{
	o->theme_given = true;
	return theme_find(text, &o->theme);
}

static bool take_ascii(struct options *o, const char *text)
{
	(void)text;
	o->ascii = true;
	return true;
}

static bool take_no_color(struct options *o, const char *text)
{
	(void)text;
	o->no_color = true;
	return true;
}

static bool take_no_mouse(struct options *o, const char *text)
{
	(void)text;
	o->no_mouse = true;
	return true;
}

static bool take_strict(struct options *o, const char *text)
{
	(void)text;
	o->strict = true;
	return true;
}

static bool take_no_freeze(struct options *o, const char *text)
{
	(void)text;
	o->no_freeze = true;
	return true;
}

static bool take_reduce_motion(struct options *o, const char *text)
{
	(void)text;
	o->reduce_motion = true;
	return true;
}

static bool take_plain(struct options *o, const char *text)
{
	(void)text;
	o->plain = true;
	return true;
}

static bool take_print(struct options *o, const char *text)
{
	o->print = text;
	return true;
}

static bool take_help(struct options *o, const char *text)
{
	(void)text;
	o->help = true;
	return true;
}

static bool take_version(struct options *o, const char *text)
{
	(void)text;
	o->version = true;
	return true;
}

#define OF(name) (1u << SUB_##name)
#define OF_ALL   ((1u << SUBCOMMANDS) - 1)

static_assert(OPTIONS <= OPTION_ROWS_MAX, "a reader remembers which rows were given");
const struct option_row option_rows[OPTIONS] = {
#define OPTION(id, name, letter, argument, wants, of, help)                                        \
	[OPTION_##id] = {name, letter, argument, wants, of, help},
#include "tui/option/options.def"
#undef OPTION
};

static bool (*const take[OPTIONS])(struct options *options, const char *text) = {
#define OPTION(id, name, letter, argument, wants, of, help) [OPTION_##id] = take_##id,
#include "tui/option/options.def"
#undef OPTION
};

static const struct option_rule rules[] = {
#define OPTION_CLASH(row, other, of, why)                                                          \
	{OPTION_RULE_CLASH, OPTION_##row, OPTION_##other, of, why},
#define OPTION_NEEDS(row, other, of, why)                                                          \
	{OPTION_RULE_NEEDS, OPTION_##row, OPTION_##other, of, why},
#include "tui/option/option_rules.def"
#undef OPTION_CLASH
#undef OPTION_NEEDS
};

static const struct option_table table = {
	.row = option_rows,
	.rows = OPTIONS,
	.rule = rules,
	.rules = sizeof rules / sizeof rules[0],
};

/* A command line while it is read. Options may stand before the subcommand, so which of them it
 * takes is checked at the end. */
struct reading {
	struct option_reader reader;
	struct options *options;
	bool subcommand_known;
	const char *put_off[OPTIONS]; /* given before it was known which row of the name is meant */
	char help_at[40];             /* what lists the options that it takes */
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct reading *r, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	text_write_list(r->reader.why, sizeof r->reader.why, format, list);
	va_end(list);
	return false;
}

static bool unknown_subcommand(struct reading *r, const char *word)
{
	const char *name[SUBCOMMANDS];
	for (unsigned i = 0; i < SUBCOMMANDS; i++)
		name[i] = subcommand_rows[i].name;
	const char *best = suggest(word, name, SUBCOMMANDS);
	if (best != NULL)
		return wrong(r, "there is no command '%s'; did you mean '%s'?", word, best);
	return wrong(r, "there is no command '%s'; 'paxos-tui --help' lists them", word);
}

static void set_subcommand(struct reading *r, enum subcommand_id id)
{
	const char *name = subcommand_rows[id].name;
	r->options->subcommand = id;
	r->reader.of = 1u << id;
	snprintf(r->help_at, sizeof r->help_at, "paxos-tui %s%s--help", name,
		 *name == '\0' ? "" : " ");
	r->reader.help = r->help_at;
}

static bool read_word(struct reading *r, const char *word)
{
	if (r->subcommand_known) {
		/* arguments are gathered at the front of argv: never more than were read */
		r->options->arg[r->options->args++] = (char *)word;
		/* `ctl DIR propose 1 -x`: after the command and its first word, or option,
		 * everything is the command's */
		if (r->options->subcommand == SUB_ctl && r->options->args >= 3)
			option_only_words(&r->reader);
		return true;
	}
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		if (*word != '\0' && strcmp(subcommand_rows[i].name, word) == 0) {
			set_subcommand(r, (enum subcommand_id)i);
			r->subcommand_known = true;
			return true;
		}
	}
	return unknown_subcommand(r, word);
}

/* Does the subcommand take the options that were given? */
static bool takes_options(struct reading *r)
{
	const enum subcommand_id id = r->options->subcommand;
	const char *name = subcommand_rows[id].name;
	for (size_t i = 0; i < OPTIONS; i++) {
		if (!r->reader.met[i] || (option_rows[i].of >> id & 1) != 0)
			continue;
		return wrong(r, "'%s' takes no option '--%s'; '%s' lists them",
			     *name == '\0' ? "paxos-tui" : name, option_rows[i].name, r->help_at);
	}
	return true;
}

/* Does the subcommand take so many arguments? */
static bool takes_arguments(struct reading *r)
{
	const struct options *o = r->options;
	const struct subcommand_row *row = &subcommand_rows[o->subcommand];
	int most = row->args[0] != '\0', least = most && row->args[0] != '[';
	for (const char *s = row->args; *s != '\0'; s++) {
		least += s[0] == ' ' && s[1] != '[';
		most += s[0] == ' ';
	}
	if (o->args < least)
		return wrong(r, "'%s' needs %s; see 'paxos-tui %s --help'", row->name, row->args,
			     row->name);
	bool more = strstr(row->args, "...") != NULL;
	if (o->args > most && !more)
		return wrong(r, "'%s' is one argument too many; see 'paxos-tui %s --help'",
			     o->arg[most], row->name);
	return true;
}

static bool read_all(struct reading *r)
{
	for (;;)
		switch (option_next(&r->reader)) {
		case OPTION_END:
			return true;
		case OPTION_WORD:
			if (!read_word(r, r->reader.text))
				return false;
			break;
		case OPTION_GIVEN:
			if (!r->subcommand_known && option_has_twin(&table, r->reader.row)) {
				r->put_off[r->reader.row] = r->reader.text;
				break;
			}
			if (take[r->reader.row](r->options, r->reader.text))
				break;
			option_refuse(&r->reader);
			return false;
		case OPTION_WRONG:
			return false;
		}
}

/* Options that were given before the subcommand, of which two rows have the name. */
static bool take_put_off(struct reading *r)
{
	for (size_t i = 0; i < OPTIONS; i++) {
		if (r->put_off[i] == NULL)
			continue;
		option_take_twin(&r->reader, i);
		r->reader.text = r->put_off[i];
		if (take[r->reader.row](r->options, r->reader.text))
			continue;
		option_refuse(&r->reader);
		return false;
	}
	return true;
}

bool options_parse(int argc, char **argv, struct options *options, char *why, size_t why_size)
{
	struct reading r = {.options = options};
	const char *no_color = getenv("NO_COLOR");
	memset(options, 0, sizeof *options);
	options->no_color = no_color != NULL && *no_color != '\0';
	options->arg = argv;
	option_begin(&r.reader, &table, argc, argv);
	set_subcommand(&r, SUB_dashboard);
	r.reader.of = OF_ALL; /* until a word says which */
	bool good = read_all(&r);
	r.reader.of = 1u << options->subcommand;
	good = good && take_put_off(&r) && takes_options(&r) &&
	       (options->help || options->version ||
		(takes_arguments(&r) && option_rules_hold(&r.reader)));
	if (!good)
		text_write(why, why_size, "%s", r.reader.why);
	return good;
}

/* What some terminals say of themselves, "15;0" or "0;default;15": the last number is the
 * background's colour, of which 7 and those from 9 on are light. */
static bool background_is_light(void)
{
	const char *colors = getenv("COLORFGBG");
	const char *last = colors == NULL ? NULL : strrchr(colors, ';');

	if (last == NULL || last[1] < '0' || last[1] > '9')
		return false;
	const long background = strtol(last + 1, NULL, 10);

	return background == 7 || background > 8;
}

struct screen_config options_screen(const struct options *options)
{
	const bool undecided = !options->no_color && !options->theme_given;

	return (struct screen_config){
		.ascii = options->ascii,
		.mouse = !options->no_mouse,
		.theme = options->no_color && !options->theme_given ? THEME_MONO
			 : undecided && background_is_light()       ? THEME_LIGHT
								    : options->theme,
		.asks = undecided,
	};
}
