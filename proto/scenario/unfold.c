#include "proto/scenario/unfold.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/scenario/parser.h"
#include "proto/scenario/scenario.h"

/* --- variables ----------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_part(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool is_name(const char *text)
{
	const size_t length = strlen(text);

	if (length == 0 || length > VARIABLE_NAME_MAX || !is_letter(text[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_name_part(text[i]))
			return false;
	return true;
}

/* The latest of that name, which hides those before it. */
static const struct variable *variable_of(const struct unfold *u, const char *name, size_t length)
{
	for (unsigned i = u->variables; i > 0; i--) {
		const struct variable *v = &u->variable[i - 1];

		if (strlen(v->name) == length && memcmp(v->name, name, length) == 0)
			return v;
	}
	return NULL;
}

static bool add_variable(struct unfold *u, const char *name, const char *value, char *why,
			 size_t size)
{
	const size_t bytes = strlen(value) + 1;

	if (!is_name(name)) {
		text_write(why, size,
			   "\"%.40s\" is no name of a variable: a letter, then letters, digits "
			   "and _, %d at most",
			   name, VARIABLE_NAME_MAX);
		return false;
	}
	if (u->variables == VARIABLES_MAX || u->used + bytes > VARIABLE_BYTES_MAX) {
		text_write(why, size, "too many variables: at most %d, of %d bytes in all",
			   VARIABLES_MAX, VARIABLE_BYTES_MAX);
		return false;
	}
	struct variable *v = &u->variable[u->variables++];
	snprintf(v->name, sizeof v->name, "%s", name);
	v->at = u->used;
	memcpy(u->bytes + u->used, value, bytes);
	u->used += (uint16_t)bytes;
	return true;
}

/* Forgets all but the first. */
static void keep_variables(struct unfold *u, unsigned count)
{
	u->variables = count;
	u->used = 0;
	if (count > 0) {
		const uint16_t at = u->variable[count - 1].at;
		u->used = (uint16_t)(at + strlen(u->bytes + at) + 1);
	}
}

/* Writes what the $ at *from stands for and moves behind it. A $ before anything but a letter
 * stands for itself. */
static bool fill_one(const struct unfold *u, const char **from, char **to, const char *end,
		     char *why, size_t size)
{
	const char *name = *from + 1;
	size_t length = 0;

	if (*name == '$') {
		*from = name + 1;
		*(*to)++ = '$';
		return true;
	}
	if (is_letter(*name))
		while (is_name_part(name[length]))
			length++;
	*from = name + length;
	if (length == 0) {
		*(*to)++ = '$';
		return true;
	}
	const struct variable *v = variable_of(u, name, length);
	if (v == NULL) {
		text_write(why, size,
			   "no variable \"$%.*s\": \"let %.*s = VALUE\" makes one, and $$ is a "
			   "dollar",
			   length > 40 ? 40 : (int)length, name, length > 40 ? 40 : (int)length,
			   name);
		return false;
	}
	const size_t bytes = strlen(u->bytes + v->at);
	if (bytes >= (size_t)(end - *to)) {
		text_write(why, size, "the line is too long with what its variables stand for");
		return false;
	}
	memcpy(*to, u->bytes + v->at, bytes);
	*to += bytes;
	return true;
}

static bool fill(const struct unfold *u, const struct words *raw, struct words *out, char *why,
		 size_t size)
{
	const char *end = out->bytes + sizeof out->bytes;
	char *to = out->bytes;

	out->count = raw->count;
	for (unsigned i = 0; i < raw->count; i++) {
		out->word[i] = to;
		for (const char *from = raw->word[i]; *from != 0;) {
			if (end - to < 2) {
				text_write(why, size,
					   "the line is too long with what its variables "
					   "stand for");
				return false;
			}
			if (*from != '$')
				*to++ = *from++;
			else if (!fill_one(u, &from, &to, end, why, size))
				return false;
		}
		*to++ = 0;
	}
	return true;
}

/* --- lines that stand for others ----------------------------------------------------------- */

typedef bool unfold_line(struct unfold *u, const struct words *w, unsigned commands, char *why,
			 size_t size);

static bool unfold_LET(struct unfold *u, const struct words *w, unsigned commands, char *why,
		       size_t size)
{
	(void)commands;
	if (w->count == 4 && strcmp(w->word[2], "=") == 0)
		return add_variable(u, w->word[1], w->word[3], why, size);
	text_write(why, size, "expected \"let NAME = VALUE\", a value with blanks in quotes");
	return false;
}

/* The round of the innermost repeat, in its variable. */
static bool begin_round(struct unfold *u, const char *name, char *why, size_t size)
{
	char round[16];

	snprintf(round, sizeof round, "%u", u->loop[u->loops - 1].round);
	return add_variable(u, name, round, why, size);
}

static bool unfold_REPEAT(struct unfold *u, const struct words *w, unsigned commands, char *why,
			  size_t size)
{
	const bool counts = w->count == 4 && strcmp(w->word[2], "as") == 0;
	uint64_t rounds;

	if ((w->count != 2 && !counts) ||
	    !number_parse(w->word[1], SCENARIO_COMMANDS_MAX, &rounds) || rounds == 0) {
		text_write(why, size,
			   "expected \"repeat N\" or \"repeat N as NAME\", N from 1 to %d",
			   SCENARIO_COMMANDS_MAX);
		return false;
	}
	if (u->loops == LOOPS_DEEP_MAX) {
		text_write(why, size, "too many repeats within each other: at most %d",
			   LOOPS_DEEP_MAX);
		return false;
	}
	u->loop[u->loops].body = u->at;
	u->loop[u->loops].line = u->line;
	u->loop[u->loops].round = 1;
	u->loop[u->loops].rounds = (uint32_t)rounds;
	u->loop[u->loops].commands = commands;
	u->loop[u->loops].variables = u->variables;
	u->loop[u->loops++].counts = counts;
	return !counts || begin_round(u, w->word[3], why, size);
}

/* What `let` made within a repeat is gone at its end. */
static bool unfold_END(struct unfold *u, const struct words *w, unsigned commands, char *why,
		       size_t size)
{
	char name[VARIABLE_NAME_MAX + 1] = "";

	if (u->loops == 0 || w->count != 1) {
		text_write(why, size,
			   u->loops == 0 ? "\"end\" without a \"repeat\" before it"
					 : "expected \"end\", and nothing behind it");
		return false;
	}
	const unsigned last = u->loops - 1;
	if (u->loop[last].commands == commands) {
		text_write(why, size, "there is no command to repeat since line %u",
			   u->loop[last].line);
		return false;
	}
	if (u->loop[last].counts)
		memcpy(name, u->variable[u->loop[last].variables].name, sizeof name);
	keep_variables(u, u->loop[last].variables);
	if (u->loop[last].round == u->loop[last].rounds) {
		u->loops--;
		return true;
	}
	u->loop[last].round++;
	u->at = u->loop[last].body;
	u->line = u->loop[last].line;
	return !u->loop[last].counts || begin_round(u, name, why, size);
}

static const struct {
	const char *name, *usage, *help;
	unfold_line *read;
} rows[] = {
#define UNFOLD(name, text, usage, help) {text, usage, help, unfold_##name},
#include "proto/scenario/unfold.def"
#undef UNFOLD
};

#define ROWS (sizeof rows / sizeof rows[0])

const char *unfold_name(unsigned i)
{
	return i < ROWS ? rows[i].name : NULL;
}

const char *unfold_usage(unsigned i)
{
	return i < ROWS ? rows[i].usage : NULL;
}

const char *unfold_help(unsigned i)
{
	return i < ROWS ? rows[i].help : NULL;
}

static unfold_line *line_of(const char *word)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(word, rows[i].name) == 0)
			return rows[i].read;
	return NULL;
}

/* --- the text ------------------------------------------------------------------------------- */

void unfold_begin(struct unfold *u, const char *text)
{
	memset(u, 0, sizeof *u);
	/* Some editors begin a file with a byte order mark, which is not shown. */
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	u->at = text;
}

bool unfold_repeats(const struct unfold *u)
{
	return u->loops > 0;
}

/* The next line's words as they stand there. */
static bool read_raw(struct unfold *u, struct words *raw, char *why, size_t size)
{
	char line[WORD_BYTES_MAX];
	const char *end = strchr(u->at, '\n');
	const size_t length = end == NULL ? strlen(u->at) : (size_t)(end - u->at);

	u->line++;
	if (length >= sizeof line) {
		text_write(why, size, "the line is too long");
		return false;
	}
	memcpy(line, u->at, length);
	line[length] = 0;
	u->at += length + (end != NULL);
	return words_split(line, raw, why, size);
}

enum unfolded unfold_next(struct unfold *u, unsigned commands, struct words *out, char *why,
			  size_t size)
{
	struct words raw;

	while (*u->at != 0) {
		if (!read_raw(u, &raw, why, size) || !fill(u, &raw, out, why, size))
			return UNFOLDED_MISTAKE;
		if (out->count == 0)
			continue;
		unfold_line *const unfold = line_of(out->word[0]);
		if (unfold == NULL)
			return UNFOLDED_LINE;
		if (!unfold(u, out, commands, why, size))
			return UNFOLDED_MISTAKE;
	}
	if (u->loops == 0)
		return UNFOLDED_END;
	u->line = u->loop[u->loops - 1].line;
	text_write(why, size, "this \"repeat\" has no \"end\"");
	return UNFOLDED_MISTAKE;
}
