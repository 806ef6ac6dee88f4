/* Commands: read from words, by the letters of their rows. */
#include "proto/scenario/command.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/fault/crash_point.h"
#include "proto/core/drift.h"
#include "proto/fault/mistake.h"
#include "proto/scenario/parser.h"

static const struct {
	const char *name, *args, *usage, *help;
	enum command_effect effect;
} rows[COMMANDS] = {
	[COMMAND_NONE] = {"", "", "", "", EFFECT_LOOKS},
#define COMMAND(name, text, args, does, effect, usage, help)                                       \
	[COMMAND_##name] = {text, args, usage, help, EFFECT_##effect},
#include "proto/scenario/commands.def"
#undef COMMAND
};

const char *command_name(enum command_kind kind)
{
	return (unsigned)kind < COMMANDS ? rows[kind].name : "?";
}

const char *command_usage(enum command_kind kind)
{
	return (unsigned)kind < COMMANDS ? rows[kind].usage : "?";
}

const char *command_help(enum command_kind kind)
{
	return (unsigned)kind < COMMANDS ? rows[kind].help : "?";
}

const char *command_args(enum command_kind kind)
{
	return (unsigned)kind < COMMANDS ? rows[kind].args : "";
}

enum command_effect command_effect(enum command_kind kind)
{
	return (unsigned)kind < COMMANDS ? rows[kind].effect : EFFECT_LOOKS;
}

static bool read_duration(struct parser *p, time_us *out)
{
	const char *word = parser_peek(p);
	if (word == NULL || !duration_parse(word, out))
		return parser_expected(p, "a duration like 80ms or 2s");
	p->at++;
	return true;
}

static bool read_within(struct parser *p, struct command *out)
{
	if (!parser_take(p, "within"))
		return true;
	if (!read_duration(p, &out->within))
		return false;
	return out->within > 0 || parser_fail(p, "\"within\" needs more than no time at all");
}

static bool read_wait(struct parser *p, struct command *out)
{
	const char *word = parser_peek(p);
	if (word != NULL && duration_parse(word, &out->duration)) {
		p->at++;
		return true;
	}
	if (word != NULL && word[0] >= '0' && word[0] <= '9')
		return parser_expected(p, "a duration with its unit, like 80ms or 2s");
	return parser_conditions(p, out) && read_within(p, out);
}

static bool read_expect(struct parser *p, struct command *out)
{
	if (!parser_conditions(p, out))
		return false;
	if (parser_take(p, "for"))
		return read_duration(p, &out->holds);
	return read_within(p, out);
}

/* All words that are left, with a space between them. */
static bool read_all(struct parser *p, struct command *out)
{
	size_t length = 0;
	if (p->at == p->count)
		return parser_expected(p, "a text");
	for (const char *word; (word = parser_next(p)) != NULL;) {
		int n = snprintf(out->text + length, sizeof out->text - length, "%s%s",
				 length > 0 ? " " : "", word);
		length += (size_t)n;
		if (length >= sizeof out->text)
			return parser_fail(p, "the text is too long: at most %zu bytes",
					   sizeof out->text - 1);
	}
	out->length = (uint16_t)length;
	return true;
}

static bool read_groups(struct parser *p, struct command *out)
{
	if (!read_all(p, out))
		return false;
	node_set all = 0;
	const char *at = out->text;
	for (;;) {
		while (*at == ' ')
			at++;
		node_set group;
		if (!nodes_take(&at, p->nodes, &group))
			return parser_fail(p, "expected nodes (1 to %u) at \"%.40s\"; usage: %s",
					   p->nodes, at, p->usage);
		if ((group & all) != 0)
			return parser_fail(p, "n%u stands in two groups", set_lowest(group & all));
		if (out->groups == GROUPS_MAX)
			return parser_fail(p, "too many groups: at most %d", GROUPS_MAX);
		out->group[out->groups++] = group;
		all |= group;
		while (*at == ' ')
			at++;
		if (*at == 0)
			break;
		if (*at != '|')
			return parser_fail(p, "expected | between groups at \"%.40s\"; usage: %s",
					   at, p->usage);
		at++;
	}
	/* The nodes that stand in no group make up one more. */
	node_set rest = set_first(p->nodes) & ~all;
	if (rest != 0 && out->groups < GROUPS_MAX)
		out->group[out->groups++] = rest;
	return out->groups > 1 ||
	       parser_fail(p, "a partition needs two groups; usage: %s", p->usage);
}

static bool read_share(struct parser *p, uint32_t *out)
{
	const char *word = parser_peek(p);
	if (word == NULL || !share_parse(word, out))
		return parser_expected(p, "a share like 20%");
	p->at++;
	return true;
}

static bool read_link(struct parser *p, struct command *out)
{
	static const char *const names[] = {"delay", "jitter", "loss", "dup", "reorder"};
	while (parser_peek(p) != NULL) {
		bool good;
		if (parser_take(p, "delay")) {
			out->link_parts |= LINK_DELAY;
			good = read_duration(p, &out->link.delay_us);
		} else if (parser_take(p, "jitter")) {
			out->link_parts |= LINK_JITTER;
			good = read_duration(p, &out->link.jitter_us);
		} else if (parser_take(p, "loss")) {
			out->link_parts |= LINK_LOSS;
			good = read_share(p, &out->link.loss_ppm);
		} else if (parser_take(p, "dup")) {
			out->link_parts |= LINK_DUPLICATE;
			good = read_share(p, &out->link.duplicate_ppm);
		} else if (parser_take(p, "reorder")) {
			out->link_parts |= LINK_REORDER;
			good = read_share(p, &out->link.reorder_ppm);
		} else {
			const char *near = suggest(parser_peek(p), names, 5);
			if (near != NULL)
				return parser_fail(p, "no \"%.40s\"; did you mean \"%s\"?",
						   parser_peek(p), near);
			return parser_expected(p, "delay, jitter, loss, dup or reorder");
		}
		if (!good)
			return false;
	}
	return out->link_parts != 0 || parser_expected(p, "delay, jitter, loss, dup or reorder");
}

static bool read_nodes(struct parser *p, bool must, node_set *out)
{
	const char *word = parser_peek(p);
	if (word == NULL && !must)
		return true;
	if (word == NULL || !nodes_parse(word, p->nodes, out)) {
		char what[48];
		snprintf(what, sizeof what, "a node (1 to %u), or several like 1,2", p->nodes);
		return parser_expected(p, what);
	}
	p->at++;
	return true;
}

static bool read_count(struct parser *p, struct command *out)
{
	uint64_t n = 1;
	const char *word = parser_peek(p);
	if (parser_take(p, "to"))
		return read_duration(p, &out->duration);
	if (word != NULL && (!number_parse(word, 1000000, &n) || n == 0))
		return parser_expected(p, "a number from 1 on");
	if (word != NULL)
		p->at++;
	out->count = (uint32_t)n;
	return true;
}

/* The word behind one that names a number. */
static bool read_number(struct parser *p, uint64_t most, const char *what, uint32_t *out)
{
	const char *word = parser_peek(p);
	uint64_t n;
	if (word == NULL || !number_parse(word, most, &n) || n == 0)
		return parser_expected(p, what);
	p->at++;
	*out = (uint32_t)n;
	return true;
}

static bool read_rate_of_load(struct parser *p, uint32_t *out)
{
	const char *word = parser_peek(p);
	if (word == NULL || !arrivals_parse(word, out))
		return parser_expected(p, "values a second like 500 or 20k, up to 10M");
	p->at++;
	return true;
}

static bool read_mistake(struct parser *p, struct command *out)
{
	const char *names[MISTAKES];
	const char *word = parser_peek(p);
	for (unsigned i = 0; i < MISTAKES; i++)
		names[i] = mistake_name(i);
	const char *near = word == NULL ? NULL : suggest(word, names, MISTAKES);
	out->mistake = word == NULL ? MISTAKES : mistake_find(word);
	if (word != NULL && strcmp(word, mistake_name(MISTAKE_NONE)) == 0)
		out->mistake = MISTAKE_NONE;
	if (out->mistake == MISTAKES && near != NULL)
		return parser_fail(p, "no mistake \"%.40s\"; did you mean \"%s\"?", word, near);
	if (out->mistake == MISTAKES)
		return parser_expected(p, "the name of a mistake, or none");
	p->at++;
	return true;
}

static bool read_crash_point(struct parser *p, struct command *out)
{
	const char *names[CRASH_POINTS];
	const char *word = parser_peek(p);
	for (unsigned i = 0; i < CRASH_POINT_FULL; i++)
		names[i] = crash_point_name(i);
	const char *near = word == NULL ? NULL : suggest(word, names, CRASH_POINT_FULL);
	out->crash_point = word == NULL ? CRASH_POINTS : crash_point_find(word);
	if (out->crash_point >= CRASH_POINT_FULL && near != NULL)
		return parser_fail(p, "no write \"%.40s\"; did you mean \"%s\"?", word, near);
	if (out->crash_point >= CRASH_POINT_FULL)
		return parser_expected(p, "promise, vote, chosen or none");
	p->at++;
	return true;
}

static bool read_sync_time(struct parser *p, struct command *out)
{
	const char *word = parser_peek(p);
	if (parser_take(p, "none"))
		return true;
	if (word == NULL || !duration_parse(word, &out->sync_us))
		return parser_expected(p, "how much longer a sync takes, like 20ms, or none");
	if (out->sync_us > SYNC_US_MAX)
		return parser_fail(p, "a sync can be made 1s longer at most");
	p->at++;
	return true;
}

/* A node that finds its disk full stops, as if it crashed before that write. */
static bool read_full_disk(struct parser *p, struct command *out)
{
	(void)p;
	out->crash_point = CRASH_POINT_FULL;
	return true;
}

static bool read_nothing(struct parser *p, struct command *out)
{
	(void)p, (void)out;
	return true;
}

static bool read_disk(struct parser *p, struct command *out)
{
	static const char *const faults[] = {[DISK_CRASH_BEFORE] = "crash-before",
					     [DISK_SLOW] = "slow",
					     [DISK_FULL] = "full",
					     [DISK_WIPE] = "wipe",
					     [DISK_COPY] = "copy",
					     [DISK_ROLL_BACK] = "roll-back"};
	static bool (*const rest[])(struct parser *, struct command *) = {
		[DISK_CRASH_BEFORE] = read_crash_point,
		[DISK_SLOW] = read_sync_time,
		[DISK_FULL] = read_full_disk,
		[DISK_WIPE] = read_nothing,
		[DISK_COPY] = read_nothing,
		[DISK_ROLL_BACK] = read_nothing,
	};
	const char *word = parser_peek(p);
	const char *near = word == NULL ? NULL : suggest(word, faults, DISK_FAULTS);
	for (out->disk = DISK_CRASH_BEFORE; out->disk < DISK_FAULTS; out->disk++)
		if (parser_take(p, faults[out->disk]))
			return rest[out->disk](p, out);
	return near == NULL
		       ? parser_expected(p, "crash-before, slow, full, wipe, copy or roll-back")
		       : parser_fail(p, "no \"%.40s\"; did you mean \"%s\"?", word, near);
}

static bool read_drift(struct parser *p, struct command *out)
{
	uint32_t num, den;
	if (parser_peek(p) == NULL || !rate_parse(parser_peek(p), &num, &den) || den == 0 ||
	    num == 0)
		return parser_expected(p, "a rate like 2x, 50% or 1/100");
	const uint64_t thousandths = (uint64_t)num * DRIFT_TRUE / den;
	if (thousandths * den != (uint64_t)num * DRIFT_TRUE || thousandths < DRIFT_MIN ||
	    thousandths > DRIFT_MAX)
		return parser_fail(p, "a clock runs at 0.001x to 100x, in steps of 0.001x");
	out->drift = (uint32_t)thousandths;
	p->at++;
	return true;
}

static bool read_jump(struct parser *p, struct command *out)
{
	const char *word = parser_peek(p);
	const bool back = word != NULL && word[0] == '-';
	time_us far;
	if (word == NULL || !duration_parse(word + back, &far) || far == 0)
		return parser_expected(p, "by how much the clock jumps, like 5s or -5s");
	if (far > DRIFT_JUMP_MAX_US)
		return parser_fail(p, "a clock can jump an hour at most");
	out->jump_us = back ? -(int64_t)far : (int64_t)far;
	p->at++;
	return true;
}

static bool read_clock(struct parser *p, struct command *out)
{
	static const char *const faults[] = {"rate", "jump"};
	const char *word = parser_peek(p);
	const char *near = word == NULL ? NULL : suggest(word, faults, 2);
	if (parser_take(p, "rate"))
		return read_drift(p, out);
	if (parser_take(p, "jump"))
		return read_jump(p, out);
	return near == NULL ? parser_expected(p, "rate or jump")
			    : parser_fail(p, "no \"%.40s\"; did you mean \"%s\"?", word, near);
}

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* COUNT|none, and then how. Without a rate there is one value at a time; with one, a value waits
 * for others only where it must. */
static bool read_load(struct parser *p, struct command *out)
{
	static const char *const names[] = {"size", "outstanding", "rate"};
	bool good = true;
	if (parser_take(p, "none"))
		return true;
	if (!read_number(p, LOAD_COUNT_MAX,
			 "how many values, from 1 to " TEXT_OF(LOAD_COUNT_MAX) ", or none",
			 &out->count))
		return false;
	out->size_bytes = LOAD_BYTES_USUAL;
	while (good && parser_peek(p) != NULL) {
		const char *near = suggest(parser_peek(p), names, 3);
		if (parser_take(p, "size"))
			good = read_number(p, VALUE_BYTES_MAX, "bytes of a value, up to 65536",
					   &out->size_bytes);
		else if (parser_take(p, "outstanding"))
			good = read_number(
				p, LOAD_OUTSTANDING_MAX,
				"how many at a time, from 1 to " TEXT_OF(LOAD_OUTSTANDING_MAX),
				&out->outstanding);
		else if (parser_take(p, "rate"))
			good = read_rate_of_load(p, &out->arrivals);
		else if (near != NULL)
			return parser_fail(p, "no \"%.40s\"; did you mean \"%s\"?", parser_peek(p),
					   near);
		else
			return parser_expected(p, "size, outstanding or rate");
	}
	if (out->outstanding == 0)
		out->outstanding = out->arrivals != 0 ? LOAD_OUTSTANDING_MAX : 1;
	return good;
}

static bool read_argument(struct parser *p, char letter, struct command *out)
{
	switch (letter) {
	case 'n':
		return parser_node(p, &out->a);
	case 'N':
		return read_nodes(p, true, &out->nodes);
	case 'M':
		return read_nodes(p, false, &out->nodes);
	case 'F':
		return read_nodes(p, true, &out->from);
	case 'T':
		return read_nodes(p, true, &out->to);
	case 'v':
		return parser_text(p, 0, out);
	case '@':
		return !parser_take(p, "at") || parser_slot(p, &out->slot);
	case 'W':
		out->wait = parser_take(p, "--wait");
		return !out->wait || read_within(p, out);
	case 'b':
		out->both = parser_take(p, "both");
		return true;
	case 'x':
		out->local = parser_take(p, "local");
		return true;
	case 'p':
		return read_groups(p, out);
	case 'l':
		return read_link(p, out);
	case 'A':
		return parser_attacks(p, out);
	case 'K':
		return read_mistake(p, out);
	case 'f':
		return parser_forgery(p, out);
	case 'Z':
		return read_disk(p, out);
	case 'C':
		return read_clock(p, out);
	case 'D':
		return parser_defences(p, true, &out->defences);
	case 'E':
		return parser_defences(p, false, &out->defences);
	case '#':
		return read_count(p, out);
	case 'L':
		return read_load(p, out);
	case 'r':
		if (parser_peek(p) == NULL ||
		    !rate_parse(parser_peek(p), &out->rate_num, &out->rate_den))
			return parser_expected(p, "a rate like 1/100, 50%, 2x or unlimited");
		p->at++;
		return true;
	case 'o':
		out->on = parser_take(p, "on");
		return out->on || parser_take(p, "off") || parser_expected(p, "on or off");
	case 'm':
		return parser_pick(p, &out->pick);
	case 'B':
		return parser_before(p, &out->before);
	case 'G':
		return parser_gate(p, out);
	case 'i':
		return read_within(p, out);
	case 'u':
		return parser_conditions(p, out) && read_within(p, out);
	case 'U':
		return !parser_take(p, "until") ||
		       (parser_conditions(p, out) && read_within(p, out));
	case 'd':
		return read_wait(p, out);
	case 'e':
		return read_expect(p, out);
	case 't':
		return read_all(p, out);
	case 'h':
		return parser_peek(p) == NULL || read_all(p, out);
	default:
		return parser_fail(p, "no such argument");
	}
}

static bool read_kind(struct parser *p, enum command_kind *out)
{
	const char *names[COMMANDS];
	const char *word = parser_next(p);
	for (unsigned i = 0; i < COMMANDS; i++) {
		names[i] = rows[i].name;
		if (i != COMMAND_NONE && strcmp(word, rows[i].name) == 0) {
			*out = (enum command_kind)i;
			return true;
		}
	}
	const char *near = suggest(word, names, COMMANDS);
	if (near != NULL)
		return parser_fail(p, "no command \"%.40s\"; did you mean \"%s\"?", word, near);
	return parser_fail(p, "no command \"%.40s\"", word);
}

bool command_parse_words(const char *const *word, unsigned count, unsigned nodes,
			 struct command *out, char *why, size_t size)
{
	struct parser p = {.word = word, .count = count, .nodes = nodes, .why = why, .size = size};
	memset(out, 0, sizeof *out);
	out->slot = SLOT_NONE;
	if (count == 0)
		return true;
	out->fails = parser_take(&p, "fails");
	if (parser_peek(&p) == NULL)
		return parser_fail(&p, "expected \"fails COMMAND\"");
	if (!read_kind(&p, &out->kind))
		return false;
	p.usage = rows[out->kind].usage;
	if (out->fails && rows[out->kind].effect != EFFECT_CHANGES)
		return parser_fail(&p,
				   "\"fails\" goes before a command that changes the cluster, "
				   "and \"%s\" does not",
				   rows[out->kind].name);
	for (const char *letter = rows[out->kind].args; *letter != 0; letter++)
		if (!read_argument(&p, *letter, out))
			return false;
	if (parser_peek(&p) != NULL)
		return parser_fail(&p, "\"%.40s\" is too much; usage: %s", parser_peek(&p),
				   p.usage);
	if (out->from != 0 && out->from == out->to && set_count(out->from) == 1)
		return parser_fail(&p, "n%u has no link to itself", set_lowest(out->from));
	return true;
}

bool command_parse(const char *line, unsigned nodes, struct command *out, char *why, size_t size)
{
	struct words words;
	return words_split(line, &words, why, size) &&
	       command_parse_words(words.word, words.count, nodes, out, why, size);
}
