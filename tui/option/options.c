#include "tui/option/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/scenario/command.h"

const struct subcommand_row subcommand_rows[SUBCOMMANDS] = {
#define SUBCOMMAND(name, code, args, help) {code, args, help},
#include "tui/option/subcommands.def"
#undef SUBCOMMAND
};

/* Digits and nothing else: no sign, no blank, no overflow. */
static bool number_parse(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
	uint64_t n = 0;
	const char *s = text;
	for (; *s >= '0' && *s <= '9'; s++) {
		uint64_t digit = (uint64_t)(*s - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (s == text || *s != '\0' || n < low || n > high)
		return false;
	*out = n;
	return true;
}

static bool unsigned_parse(const char *text, unsigned high, unsigned *out)
{
	uint64_t n;
	if (!number_parse(text, 1, high, &n))
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

static bool take_dir(struct options *o, const char *text)
{
	o->dir = text;
	return *text != '\0';
}

static bool take_listen(struct options *o, const char *text)
{
	o->listen = text;
	return strncmp(text, "tcp://", 6) == 0 && strchr(text + 6, ':') != NULL;
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
	return number_parse(text, 0, UINT64_MAX, &o->seed);
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
	return number_parse(from, 0, UINT64_MAX, &o->seeds_from) &&
	       number_parse(dots + 2, o->seeds_from, UINT64_MAX, &o->seeds_to);
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

static bool take_liars(struct options *o, const char *text)
{
	uint64_t n;
	o->liars_given = number_parse(text, 0, NODES_MAX - 1, &n);
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

static bool take_values(struct options *o, const char *text)
{
	return unsigned_parse(text, 100000000, &o->values);
}

static bool take_size(struct options *o, const char *text)
{
	return unsigned_parse(text, VALUE_BYTES_MAX, &o->size_bytes);
}

static bool take_outstanding(struct options *o, const char *text)
{
	return unsigned_parse(text, PENDING_MAX, &o->outstanding);
}

static bool take_theme(struct options *o, const char *text)
{
	static const char *const names[] = {"default", "light", "high-contrast", "mono"};
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) == 0) {
			o->theme = (enum theme_name)i;
			return true;
		}
	}
	return false;
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

const struct option_row option_rows[] = {
#define OF(name) (1u << SUB_##name)
#define OF_ALL   ((1u << SUBCOMMANDS) - 1)
#define OPTION(id, name, letter, argument, wants, of, help)                                        \
	{name, letter, argument, wants, of, help, take_##id},
#include "tui/option/options.def"
#undef OPTION
};
const size_t option_rows_count = sizeof option_rows / sizeof option_rows[0];

/* What is being read: the words of argv, the rows met so far (their subcommand may come later), and
 * the sentence for the user. */
struct reading {
	struct options *options;
	char **word;
	int words, at;
	bool only_words; /* "--" was seen */
	uint64_t met;    /* bit i: option_rows[i] */
	bool subcommand_known;
	char *why;
	size_t why_size;
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct reading *r, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	vsnprintf(r->why, r->why_size, format, list);
	va_end(list);
	return false;
}

static const char *spoken(const struct reading *r)
{
	return subcommand_rows[r->options->subcommand].name;
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

static bool unknown_option(struct reading *r, const char *word)
{
	const char *name[sizeof option_rows / sizeof option_rows[0]];
	unsigned names = 0;
	for (size_t i = 0; i < option_rows_count; i++) {
		bool takes = !r->subcommand_known ||
			     (option_rows[i].of >> r->options->subcommand & 1) != 0;
		if (takes && option_rows[i].help[0] != '\0')
			name[names++] = option_rows[i].name;
	}
	const char *best = strncmp(word, "--", 2) == 0 ? suggest(word + 2, name, names) : NULL;
	if (best != NULL)
		return wrong(r, "there is no option '%s'; did you mean '--%s'?", word, best);
	return wrong(r, "there is no option '%s'; 'paxos-tui %s%s--help' lists them", word,
		     spoken(r), *spoken(r) == '\0' ? "" : " ");
}

#define CHOICES_MAX 8

/* Is `text` one of the words of "a|b|c"? If not, the nearest goes to best, "" if none is near. */
static bool is_choice(const char *choices, const char *text, char best[32])
{
	char word[CHOICES_MAX][32];
	const char *name[CHOICES_MAX];
	unsigned words = 0;
	for (const char *s = choices; words < CHOICES_MAX;) {
		size_t length = strcspn(s, "|");
		snprintf(word[words], sizeof word[words], "%.*s", (int)length, s);
		name[words] = word[words];
		if (strcmp(word[words++], text) == 0)
			return true;
		if (s[length] == '\0')
			break;
		s += length + 1;
	}
	const char *nearest = suggest(text, name, words);
	snprintf(best, 32, "%s", nearest == NULL ? "" : nearest);
	return false;
}

/* `name`: as the user wrote it, for the sentence. */
static bool give(struct reading *r, const struct option_row *row, const char *name,
		 const char *text)
{
	char best[32];
	r->met |= UINT64_C(1) << (row - option_rows);
	if (strchr(row->argument, '|') != NULL && !is_choice(row->argument, text, best)) {
		if (best[0] != '\0')
			return wrong(r, "%s takes %s, not '%s'; did you mean '%s'?", name,
				     row->argument, text, best);
		return wrong(r, "%s takes %s, not '%s'", name, row->argument, text);
	}
	if (row->take(r->options, text))
		return true;
	return wrong(r, "%s takes %s, not '%s'", name, row->wants, text);
}

static bool read_long(struct reading *r, char *word)
{
	char name[40];
	size_t length = strcspn(word + 2, "=");
	snprintf(name, sizeof name, "--%.*s", (int)(length < 37 ? length : 37), word + 2);
	const char *text = word[2 + length] == '=' ? word + 2 + length + 1 : NULL;
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (strcmp(row->name, name + 2) != 0)
			continue;
		if (row->argument[0] == '\0') {
			if (text != NULL)
				return wrong(r, "%s takes no argument, but '%s' was given", name,
					     text);
			return give(r, row, name, "");
		}
		if (text == NULL && r->at < r->words)
			text = r->word[r->at++];
		if (text == NULL)
			return wrong(r, "%s needs %s after it", name, row->argument);
		return give(r, row, name, text);
	}
	return unknown_option(r, name);
}

static bool read_letters(struct reading *r, char *word)
{
	for (char *s = word + 1; *s != '\0'; s++) {
		char name[3] = {'-', *s, '\0'};
		const struct option_row *row = NULL;
		for (size_t i = 0; i < option_rows_count && row == NULL; i++) {
			if (option_rows[i].letter == *s)
				row = &option_rows[i];
		}
		if (row == NULL)
			return unknown_option(r, name);
		if (row->argument[0] == '\0') {
			if (!give(r, row, name, ""))
				return false;
			continue;
		}
		const char *text = s[1] != '\0'       ? s + 1
				   : r->at < r->words ? r->word[r->at++]
						      : NULL;
		if (text == NULL)
			return wrong(r, "%s needs %s after it", name, row->argument);
		return give(r, row, name, text);
	}
	return true;
}

static bool read_word(struct reading *r, char *word)
{
	if (r->subcommand_known) {
		r->options->arg[r->options->args++] = word;
		/* `ctl DIR propose 1 -x`: after the command and its first word, or option,
		 * everything is the command's */
		if (r->options->subcommand == SUB_ctl && r->options->args >= 3)
			r->only_words = true;
		return true;
	}
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		if (*word != '\0' && strcmp(subcommand_rows[i].name, word) == 0) {
			r->options->subcommand = (enum subcommand_id)i;
			r->subcommand_known = true;
			return true;
		}
	}
	return unknown_subcommand(r, word);
}

/* Does the subcommand take the options and the number of arguments that were given? */
static bool check(struct reading *r)
{
	const struct options *o = r->options;
	const struct subcommand_row *row = &subcommand_rows[o->subcommand];
	for (size_t i = 0; i < option_rows_count; i++) {
		if ((r->met >> i & 1) == 0 || (option_rows[i].of >> o->subcommand & 1) != 0)
			continue;
		return wrong(r, "'%s' takes no option '--%s'; 'paxos-tui %s%s--help' lists them",
			     row->name[0] == '\0' ? "paxos-tui" : row->name, option_rows[i].name,
			     row->name, row->name[0] == '\0' ? "" : " ");
	}
	if (o->help || o->version)
		return true;
	int least = row->args[0] == '\0' ? 0 : 1, most = least;
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

bool options_parse(int argc, char **argv, struct options *options, char *why, size_t why_size)
{
	memset(options, 0, sizeof *options);
	const char *no_color = getenv("NO_COLOR");
	options->no_color = no_color != NULL && *no_color != '\0';
	/* arguments are gathered at the front of argv: there are never more than were read */
	options->arg = argv;
	struct reading r = {.options = options,
			    .word = argv,
			    .words = argc,
			    .at = argc > 0 ? 1 : 0,
			    .why = why,
			    .why_size = why_size};
	while (r.at < r.words) {
		char *word = r.word[r.at++];
		bool good;
		if (r.only_words || word[0] != '-' || word[1] == '\0')
			good = read_word(&r, word);
		else if (strcmp(word, "--") == 0)
			good = r.only_words = true;
		else if (word[1] == '-')
			good = read_long(&r, word);
		else
			good = read_letters(&r, word);
		if (!good)
			return false;
	}
	return check(&r);
}
