/* Rows become the two tables that getopt_long wants; what it returns becomes a row again. Long
 * names return LONG + row and letters return themselves, so that a sentence names an option as the
 * user wrote it. */
#include "node/io/option_table.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/core/text.h"

#define LONG 256

__attribute__((format(printf, 2, 3))) static enum option_found wrong(struct option_reader *r,
								     const char *format, ...)
{
	va_list list;
	va_start(list, format);
	text_write_list(r->why, sizeof r->why, format, list);
	va_end(list);
	return OPTION_WRONG;
}

bool option_number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
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

bool option_number_or_all(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
	*out = 0;
	return strcmp(text, "all") == 0 || option_number(text, low, high, out);
}

void option_begin(struct option_reader *r, const struct option_table *table, int argc, char **argv)
{
	memset(r, 0, sizeof *r);
	r->table = table;
	r->argc = argc;
	r->argv = argv;
	r->of = UINT32_MAX;
	r->help = "--help";
	optind = 0; /* glibc and musl: forget what was read before */
}

void option_only_words(struct option_reader *r)
{
	r->only_words = true;
}

/* '-' first: words come in order, as the option 1. ':' next: getopt_long prints nothing itself. */
static void letters_of(const struct option_table *table, char letters[2 * OPTION_ROWS_MAX + 3])
{
	char *at = letters;
	*at++ = '-';
	*at++ = ':';
	for (size_t i = 0; i < table->rows; i++)
		if (table->row[i].letter != 0) {
			*at++ = table->row[i].letter;
			if (table->row[i].argument[0] != '\0')
				*at++ = ':';
		}
	*at = '\0';
}

/* The first row with the name of this one. */
static size_t first_namesake(const struct option_table *table, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (strcmp(table->row[i].name, table->row[row].name) == 0)
			return i;
	return row;
}

bool option_has_twin(const struct option_table *table, size_t row)
{
	for (size_t i = 0; i < table->rows; i++)
		if (i != row && strcmp(table->row[i].name, table->row[row].name) == 0)
			return true;
	return false;
}

/* Of the rows that have one name the one that the commands of r->of take; else the first. */
static size_t namesake_meant(const struct option_reader *r, size_t row)
{
	const struct option_table *table = r->table;
	for (size_t i = 0; i < table->rows; i++)
		if ((table->row[i].of & r->of) != 0 &&
		    strcmp(table->row[i].name, table->row[row].name) == 0)
			return i;
	return first_namesake(table, row);
}

void option_take_twin(struct option_reader *r, size_t row)
{
	const size_t meant = namesake_meant(r, row);
	r->twice[meant] |= r->twice[row] || (meant != row && r->met[meant]);
	r->met[row] = false;
	r->met[meant] = true;
	r->row = meant;
	snprintf(r->name, sizeof r->name, "--%s", r->table->row[meant].name);
}

static void names_of(const struct option_table *table, struct option names[OPTION_ROWS_MAX + 1])
{
	size_t count = 0;
	for (size_t i = 0; i < table->rows; i++)
		if (first_namesake(table, i) == i)
			names[count++] = (struct option){
				.name = table->row[i].name,
				.has_arg = table->row[i].argument[0] == '\0' ? no_argument
									     : required_argument,
				.val = LONG + (int)i,
			};
	names[count] = (struct option){0};
}

/* The row of a code of getopt_long, and how the user wrote it; false: no row has that code. */
static bool row_of(struct option_reader *r, int code)
{
	const struct option_table *table = r->table;
	if (code >= LONG && (size_t)(code - LONG) < table->rows) {
		r->row = namesake_meant(r, (size_t)(code - LONG));
		snprintf(r->name, sizeof r->name, "--%s", table->row[r->row].name);
		return true;
	}
	snprintf(r->name, sizeof r->name, "-%c", code);
	for (size_t i = 0; i < table->rows; i++)
		if (code != 0 && table->row[i].letter == code) {
			r->row = i;
			return true;
		}
	return false;
}

/* "--no may be --nodes, --no-color or --no-mouse". */
static enum option_found ambiguous(struct option_reader *r, unsigned meant)
{
	const size_t length = strlen(r->name + 2);
	char list[160] = "";
	size_t used = 0;
	unsigned said = 0;
	for (size_t i = 0; i < r->table->rows && used < sizeof list; i++) {
		if (first_namesake(r->table, i) != i ||
		    strncmp(r->table->row[i].name, r->name + 2, length) != 0)
			continue;
		used += (size_t)snprintf(list + used, sizeof list - used, "%s--%s",
					 said == 0           ? ""
					 : said == meant - 1 ? " or "
							     : ", ",
					 r->table->row[i].name);
		said++;
	}
	return wrong(r, "'%s' may be %s; write more of it", r->name, list);
}

/* A long name that getopt_long does not know: no row begins so, or several do. */
static enum option_found unknown_name(struct option_reader *r, const char *word)
{
	const char *name[OPTION_ROWS_MAX];
	unsigned names = 0, meant = 0;
	const size_t length = strcspn(word, "=");
	snprintf(r->name, sizeof r->name, "%.*s", (int)(length < 39 ? length : 39), word);
	for (size_t i = 0; i < r->table->rows; i++) {
		const struct option_row *row = &r->table->row[i];
		meant += first_namesake(r->table, i) == i &&
			 strncmp(row->name, r->name + 2, strlen(r->name + 2)) == 0;
		if ((row->of & r->of) != 0 && row->help[0] != '\0')
			name[names++] = row->name;
	}
	if (meant > 1)
		return ambiguous(r, meant);
	const char *best = suggest(r->name + 2, name, names);
	if (best != NULL)
		return wrong(r, "there is no option '%s'; did you mean '--%s'?", r->name, best);
	return wrong(r, "there is no option '%s'; '%s' lists them", r->name, r->help);
}

/* What getopt_long means by '?': optopt is the row's code if the option is known and takes no
 * argument, the letter if no row has it, and 0 for a long name. */
static enum option_found not_understood(struct option_reader *r)
{
	const char *word = r->argv[optind - 1];
	if (optopt == 0)
		return unknown_name(r, word);
	if (row_of(r, optopt))
		return wrong(r, "%s takes no argument, but '%s' was given", r->name,
			     word + strcspn(word, "=") + 1);
	return wrong(r, "there is no option '%s'; '%s' lists them", r->name, r->help);
}

static enum option_found not_complete(struct option_reader *r)
{
	row_of(r, optopt);
	if (r->table->missing != NULL)
		return wrong(r, "%s needs %s", r->name, r->table->missing);
	return wrong(r, "%s needs %s after it", r->name, r->table->row[r->row].argument);
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

enum option_found option_refuse(struct option_reader *r)
{
	const struct option_row *row = &r->table->row[r->row];
	return wrong(r, "%s takes %s, not '%s'", r->name,
		     row->wants[0] != '\0' ? row->wants : row->argument, r->text);
}

static enum option_found given(struct option_reader *r, int code)
{
	char best[32];
	row_of(r, code);
	const struct option_row *row = &r->table->row[r->row];
	r->text = row->argument[0] == '\0' ? "" : optarg;
	r->twice[r->row] |= r->met[r->row] && row->argument[0] != '\0';
	r->met[r->row] = true;
	if (strchr(row->argument, '|') == NULL || is_choice(row->argument, r->text, best))
		return OPTION_GIVEN;
	option_refuse(r);
	const size_t used = strlen(r->why);
	if (best[0] != '\0')
		snprintf(r->why + used, sizeof r->why - used, "; did you mean '%s'?", best);
	return OPTION_WRONG;
}

enum option_found option_next(struct option_reader *r)
{
	char letters[2 * OPTION_ROWS_MAX + 3];
	struct option names[OPTION_ROWS_MAX + 1];
	int code = -1;
	if (!r->only_words) {
		letters_of(r->table, letters);
		names_of(r->table, names);
		code = getopt_long(r->argc, r->argv, letters, names, NULL);
	}
	switch (code) {
	case -1: /* "--" or the end: what is left are words */
		r->only_words = true;
		if (optind >= r->argc)
			return OPTION_END;
		r->text = r->argv[optind++];
		return OPTION_WORD;
	case 1:
		r->text = optarg;
		return OPTION_WORD;
	case '?':
		return not_understood(r);
	case ':':
		return not_complete(r);
	default:
		return given(r, code);
	}
}

bool option_rules_hold(struct option_reader *r)
{
	for (size_t i = 0; i < r->table->rows; i++)
		if (r->twice[i]) {
			wrong(r, "--%s was given twice: say it once", r->table->row[i].name);
			return false;
		}
	for (size_t i = 0; i < r->table->rules; i++) {
		const struct option_rule *rule = &r->table->rule[i];
		const bool met = r->met[rule->row];
		const bool other = r->met[rule->other];
		if ((rule->of & r->of) != 0 && met && other == (rule->kind == OPTION_RULE_CLASH)) {
			wrong(r, "%s", rule->why);
			return false;
		}
	}
	return true;
}
