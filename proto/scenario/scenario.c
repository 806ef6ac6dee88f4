#include "proto/scenario/scenario.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/scenario/parser.h"
#include "proto/scenario/unfold.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* A line of the head. False: `why` is a sentence. */
typedef bool read_head(const struct words *w, struct scenario *s, char *why, size_t size);

/* Its second word, if there are two; else "". */
static const char *head_value(const struct words *w)
{
	return w->count == 2 ? w->word[1] : "";
}

/* One of two lines of the head would not be followed. */
static bool fail_twice(const struct words *w, char *why, size_t size)
{
	text_write(why, size, "\"%.20s\" is said twice", w->word[0]);
	return false;
}

static bool read_head_NODES(const struct words *w, struct scenario *s, char *why, size_t size)
{
	uint64_t n;

	if (s->nodes_given)
		return fail_twice(w, why, size);
	if (s->policy != POLICY_NONE) {
		text_write(why, size,
			   "\"nodes\" goes before \"defend\": what defences do depends "
			   "on how many nodes there are");
		return false;
	}
	if (!number_parse(head_value(w), NODES_MAX, &n) || n == 0) {
		text_write(why, size, "expected \"nodes N\", N from 1 to %d", NODES_MAX);
		return false;
	}
	s->nodes = (uint8_t)n;
	s->nodes_given = true;
	return true;
}

static bool read_head_MODE(const struct words *w, struct scenario *s, char *why, size_t size)
{
	const bool multi = strcmp(head_value(w), "multi") == 0;

	if (s->mode_given)
		return fail_twice(w, why, size);
	s->mode = multi ? MODE_MULTI : MODE_SINGLE;
	s->mode_given = true;
	if (multi || strcmp(head_value(w), "single") == 0)
		return true;
	text_write(why, size, "expected \"mode single\" or \"mode multi\"");
	return false;
}

static bool read_head_SEED(const struct words *w, struct scenario *s, char *why, size_t size)
{
	if (s->seed_given)
		return fail_twice(w, why, size);
	s->seed_given = number_parse(head_value(w), UINT64_MAX, &s->seed);
	if (!s->seed_given)
		text_write(why, size, "expected \"seed N\"");
	return s->seed_given;
}

static bool read_head_RATE(const struct words *w, struct scenario *s, char *why, size_t size)
{
	s->rate_given = rate_parse(head_value(w), &s->rate_num, &s->rate_den);
	if (!s->rate_given)
		text_write(why, size, "expected \"rate R\", like 1/100, 50%% or unlimited");
	return s->rate_given;
}

/* As the command does it, on a cluster that begins without defences. */
static bool read_head_DEFEND(const struct words *w, struct scenario *s, char *why, size_t size)
{
	struct command c;

	return command_parse_words(w->word, w->count, s->nodes, &c, why, size) &&
	       defences_apply(&c.defences, s->policy, s->nodes, &s->policy, why, size);
}

enum in_body { MISTAKE, COMMAND };

static const struct head {
	const char *name, *usage, *help;
	enum in_body in_body;
	read_head *read;
} heads[] = {
#define HEAD(name, text, in_body, usage, help) {text, usage, help, in_body, read_head_##name},
#include "proto/scenario/heads.def"
#undef HEAD
};

#define HEADS (sizeof heads / sizeof heads[0])

const char *head_name(unsigned i)
{
	return i < HEADS ? heads[i].name : NULL;
}

const char *head_usage(unsigned i)
{
	return i < HEADS ? heads[i].usage : NULL;
}

const char *head_help(unsigned i)
{
	return i < HEADS ? heads[i].help : NULL;
}

/* The row of a line that belongs to the head; NULL: it is a command. */
static const struct head *head_of(const struct words *w, bool in_body)
{
	for (size_t i = 0; i < HEADS; i++)
		if (strcmp(w->word[0], heads[i].name) == 0)
			return in_body && heads[i].in_body == COMMAND ? NULL : &heads[i];
	return NULL;
}

static bool read_line(const struct words *w, const struct unfold *u, struct scenario *s, char *why,
		      size_t size)
{
	const bool in_body = s->commands > 0 || unfold_repeats(u);
	const struct head *head = head_of(w, in_body);

	if (head != NULL && in_body) {
		text_write(why, size, "\"%s\" belongs to the head, before the first command",
			   head->name);
		return false;
	}
	if (head != NULL)
		return head->read(w, s, why, size);
	if (s->commands == SCENARIO_COMMANDS_MAX) {
		text_write(why, size, "too many commands: at most %d", SCENARIO_COMMANDS_MAX);
		return false;
	}
	struct command *c = &s->command[s->commands];
	if (!command_parse_words(w->word, w->count, s->nodes, c, why, size))
		return false;
	c->line = u->line;
	s->commands++;
	return true;
}

bool scenario_parse(const char *file, const char *text, struct scenario *out, char *why,
		    size_t size)
{
	struct unfold u;
	struct words words;
	char what[400];
	enum unfolded next;

	memset(out, 0, offsetof(struct scenario, command)); /* each command clears its own */
	out->nodes = NODES_DEFAULT;
	out->rate_num = 1;
	unfold_begin(&u, text);
	while ((next = unfold_next(&u, out->commands, &words, what, sizeof what)) == UNFOLDED_LINE)
		if (!read_line(&words, &u, out, what, sizeof what))
			break;
	if (next == UNFOLDED_END && out->commands > 0)
		return true;
	if (next == UNFOLDED_END)
		text_write(what, sizeof what, "a scenario without a single command");
	text_write(why, size, "%s:%u: %s", file, u.line > 0 ? u.line : 1, what);
	return false;
}
