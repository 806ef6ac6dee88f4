#include "proto/scenario/scenario.h"

#include <stdio.h>
#include <string.h>

#include "proto/scenario/parts.h"

/* "defend ..." as a command would, on a cluster that begins without defences. */
static bool read_policy(const struct words *w, struct scenario *s, char *why, size_t size)
{
	struct command c;
	return command_parse_words(w->word, w->count, s->nodes, &c, why, size) &&
	       defences_apply(&c.defences, s->policy, s->nodes, &s->policy, why, size);
}

/* A line of the head; *is_head false: it is none. */
static bool read_head(const struct words *w, struct scenario *s, bool *is_head, char *why,
		      size_t size)
{
	const char *key = w->word[0], *value = w->count > 1 ? w->word[1] : "";
	uint64_t n;
	*is_head = true;
	if (strcmp(key, "nodes") == 0) {
		if (w->count != 2 || !number_parse(value, NODES_MAX, &n) || n == 0) {
			snprintf(why, size, "expected \"nodes N\", N from 1 to %d", NODES_MAX);
			return false;
		}
		s->nodes = (uint8_t)n;
		s->nodes_given = true;
	} else if (strcmp(key, "mode") == 0) {
		s->mode = strcmp(value, "multi") == 0 ? MODE_MULTI : MODE_SINGLE;
		s->mode_given = true;
		if (w->count != 2 || (s->mode == MODE_SINGLE && strcmp(value, "single") != 0)) {
			snprintf(why, size, "expected \"mode single\" or \"mode multi\"");
			return false;
		}
	} else if (strcmp(key, "seed") == 0) {
		if (w->count != 2 || !number_parse(value, UINT64_MAX, &s->seed)) {
			snprintf(why, size, "expected \"seed N\"");
			return false;
		}
		s->seed_given = true;
	} else if (strcmp(key, "defend") == 0 && s->commands == 0)
		return read_policy(w, s, why, size);
	else if (strcmp(key, "rate") == 0 && s->commands == 0) {
		if (w->count != 2 || !rate_parse(value, &s->rate_num, &s->rate_den)) {
			snprintf(why, size, "expected \"rate R\", like 1/100, 50%% or unlimited");
			return false;
		}
		s->rate_given = true;
	} else
		*is_head = false;
	if (*is_head && s->commands > 0) {
		snprintf(why, size, "\"%s\" belongs to the head, before the first command", key);
		return false;
	}
	return true;
}

static bool read_line(const char *line, unsigned number, struct scenario *s, char *why, size_t size)
{
	struct words words;
	bool is_head;
	if (!words_split(line, &words, why, size))
		return false;
	if (words.count == 0)
		return true;
	if (!read_head(&words, s, &is_head, why, size))
		return false;
	if (is_head)
		return true;
	if (s->commands == SCENARIO_COMMANDS_MAX) {
		snprintf(why, size, "too many commands: at most %d", SCENARIO_COMMANDS_MAX);
		return false;
	}
	struct command *c = &s->command[s->commands];
	if (!command_parse_words(words.word, words.count, s->nodes, c, why, size))
		return false;
	c->line = number;
	s->commands++;
	return true;
}

bool scenario_parse(const char *file, const char *text, struct scenario *out, char *why,
		    size_t size)
{
	char line[WORD_BYTES_MAX], what[400];
	memset(out, 0, sizeof *out);
	out->nodes = 5;
	out->rate_num = 1;
	unsigned number = 0;
	/* some editors begin a file with a mark that nobody sees */
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (const char *at = text; *at != 0;) {
		const char *end = strchr(at, '\n');
		size_t length = end == NULL ? strlen(at) : (size_t)(end - at);
		number++;
		if (length >= sizeof line) {
			snprintf(why, size, "%s:%u: the line is too long", file, number);
			return false;
		}
		memcpy(line, at, length);
		line[length] = 0;
		if (!read_line(line, number, out, what, sizeof what)) {
			snprintf(why, size, "%s:%u: %s", file, number, what);
			return false;
		}
		at += length + (end != NULL);
	}
	if (out->commands == 0) {
		snprintf(why, size, "%s:%u: a scenario without a single command", file,
			 number > 0 ? number : 1);
		return false;
	}
	return true;
}
