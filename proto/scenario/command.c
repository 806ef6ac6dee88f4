/* Commands: read from words, by the letters of their rows. */
#include "proto/scenario/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/scenario/parts.h"

static const struct {
	const char *name, *args, *usage, *help;
} rows[COMMANDS] = {
	[COMMAND_NONE] = {"", "", "", ""},
#define COMMAND(name, text, args, usage, help) [COMMAND_##name] = {text, args, usage, help},
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

const char *reader_peek(const struct reader *r)
{
	return r->at < r->count ? r->word[r->at] : NULL;
}

const char *reader_next(struct reader *r)
{
	return r->at < r->count ? r->word[r->at++] : NULL;
}

bool reader_take(struct reader *r, const char *word)
{
	if (r->at == r->count || strcmp(r->word[r->at], word) != 0)
		return false;
	r->at++;
	return true;
}

bool reader_fail(struct reader *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(r->why, r->size, format, args);
	va_end(args);
	return false;
}

bool reader_expected(struct reader *r, const char *what)
{
	const char *word = reader_peek(r);
	if (word == NULL)
		return reader_fail(r, "%s is missing; usage: %s", what, r->usage);
	return reader_fail(r, "expected %s, not \"%.40s\"; usage: %s", what, word, r->usage);
}

bool reader_node(struct reader *r, node_id *out)
{
	const char *word = reader_peek(r);
	if (word == NULL || !node_parse(word, r->nodes, out)) {
		char what[32];
		snprintf(what, sizeof what, "a node (1 to %u)", r->nodes);
		return reader_expected(r, what);
	}
	r->at++;
	return true;
}

bool reader_slot(struct reader *r, slot_number *out)
{
	const char *word = reader_peek(r);
	if (word == NULL || !number_parse(word, SLOT_NONE - 1, out))
		return reader_expected(r, "a slot (0, 1, 2, ...)");
	r->at++;
	return true;
}

bool reader_text(struct reader *r, struct command *out)
{
	const char *word = reader_peek(r);
	if (word == NULL || word[0] == 0)
		return reader_expected(r, "a value");
	size_t length = strlen(word);
	if (length >= sizeof out->text)
		return reader_fail(r, "the value is too long: at most %zu bytes",
				   sizeof out->text - 1);
	memcpy(out->text, word, length + 1);
	out->length = (uint16_t)length;
	r->at++;
	return true;
}

static bool read_duration(struct reader *r, time_us *out)
{
	const char *word = reader_peek(r);
	if (word == NULL || !duration_parse(word, out))
		return reader_expected(r, "a duration like 80ms or 2s");
	r->at++;
	return true;
}

static bool read_within(struct reader *r, struct command *out)
{
	if (!reader_take(r, "within"))
		return true;
	if (!read_duration(r, &out->within))
		return false;
	return out->within > 0 || reader_fail(r, "\"within\" needs more than no time at all");
}

static bool read_wait(struct reader *r, struct command *out)
{
	const char *word = reader_peek(r);
	if (word != NULL && duration_parse(word, &out->duration)) {
		r->at++;
		return true;
	}
	if (word != NULL && word[0] >= '0' && word[0] <= '9')
		return reader_expected(r, "a duration with its unit, like 80ms or 2s");
	return reader_condition(r, out) && read_within(r, out);
}

static bool read_expect(struct reader *r, struct command *out)
{
	if (!reader_condition(r, out))
		return false;
	if (reader_take(r, "for"))
		return read_duration(r, &out->holds);
	return read_within(r, out);
}

/* All words that are left, with a space between them. */
static bool read_all(struct reader *r, struct command *out)
{
	size_t length = 0;
	if (r->at == r->count)
		return reader_expected(r, "a text");
	for (const char *word; (word = reader_next(r)) != NULL;) {
		int n = snprintf(out->text + length, sizeof out->text - length, "%s%s",
				 length > 0 ? " " : "", word);
		length += (size_t)n;
		if (length >= sizeof out->text)
			return reader_fail(r, "the text is too long: at most %zu bytes",
					   sizeof out->text - 1);
	}
	out->length = (uint16_t)length;
	return true;
}

static bool read_groups(struct reader *r, struct command *out)
{
	if (!read_all(r, out))
		return false;
	node_set all = 0;
	const char *at = out->text;
	for (;;) {
		while (*at == ' ')
			at++;
		node_set group;
		if (!nodes_take(&at, r->nodes, &group))
			return reader_fail(r, "expected nodes (1 to %u) at \"%.40s\"; usage: %s",
					   r->nodes, at, r->usage);
		if ((group & all) != 0)
			return reader_fail(r, "n%u stands in two groups", set_lowest(group & all));
		if (out->groups == GROUPS_MAX)
			return reader_fail(r, "too many groups: at most %d", GROUPS_MAX);
		out->group[out->groups++] = group;
		all |= group;
		while (*at == ' ')
			at++;
		if (*at == 0)
			break;
		if (*at != '|')
			return reader_fail(r, "expected | between groups at \"%.40s\"; usage: %s",
					   at, r->usage);
		at++;
	}
	/* who is named in no group makes up one more */
	node_set rest = set_first(r->nodes) & ~all;
	if (rest != 0 && out->groups < GROUPS_MAX)
		out->group[out->groups++] = rest;
	return out->groups > 1 ||
	       reader_fail(r, "a partition needs two groups; usage: %s", r->usage);
}

static bool read_share(struct reader *r, uint32_t *out)
{
	const char *word = reader_peek(r);
	if (word == NULL || !share_parse(word, out))
		return reader_expected(r, "a share like 20%");
	r->at++;
	return true;
}

static bool read_link(struct reader *r, struct command *out)
{
	static const char *const names[] = {"delay", "jitter", "loss", "dup", "reorder"};
	while (reader_peek(r) != NULL) {
		bool good;
		if (reader_take(r, "delay")) {
			out->link_parts |= LINK_DELAY;
			good = read_duration(r, &out->link.delay_us);
		} else if (reader_take(r, "jitter")) {
			out->link_parts |= LINK_JITTER;
			good = read_duration(r, &out->link.jitter_us);
		} else if (reader_take(r, "loss")) {
			out->link_parts |= LINK_LOSS;
			good = read_share(r, &out->link.loss_ppm);
		} else if (reader_take(r, "dup")) {
			out->link_parts |= LINK_DUPLICATE;
			good = read_share(r, &out->link.duplicate_ppm);
		} else if (reader_take(r, "reorder")) {
			out->link_parts |= LINK_REORDER;
			good = read_share(r, &out->link.reorder_ppm);
		} else {
			const char *near = suggest(reader_peek(r), names, 5);
			if (near != NULL)
				return reader_fail(r, "no \"%.40s\"; did you mean \"%s\"?",
						   reader_peek(r), near);
			return reader_expected(r, "delay, jitter, loss, dup or reorder");
		}
		if (!good)
			return false;
	}
	return out->link_parts != 0 || reader_expected(r, "delay, jitter, loss, dup or reorder");
}

/* SOURCE.BOOT.NUMBER[+COPY] */
static bool id_parse(const char *word, struct message_pick *out)
{
	uint64_t source, boot, number, copy = 0;
	if (*word == 'n')
		word++;
	if (!number_take(&word, &source) || *word++ != '.' || !number_take(&word, &boot) ||
	    *word++ != '.' || !number_take(&word, &number))
		return false;
	if (*word == '+') {
		word++;
		if (!number_take(&word, &copy))
			return false;
	}
	if (*word != 0 || source == 0 || source > NODES_MAX || boot > UINT16_MAX ||
	    copy > UINT8_MAX)
		return false;
	out->id = (struct message_id){(node_id)source, (uint16_t)boot, number};
	out->copy = (uint8_t)copy;
	return true;
}

static bool read_pick(struct reader *r, struct command *out)
{
	const char *word = reader_peek(r);
	if (word != NULL && id_parse(word, &out->pick)) {
		r->at++;
		return !reader_take(r, "at") || reader_node(r, &out->pick.to);
	}
	for (unsigned type = 1; word != NULL && type < MSG_TYPES; type++)
		if (strcmp(word, message_name((enum message_type)type)) == 0) {
			r->at++;
			out->pick.type = (enum message_type)type;
			return reader_node(r, &out->pick.from) && reader_node(r, &out->pick.to);
		}
	return reader_expected(r, "a message id like 1.1.17, or its type");
}

static bool read_nodes(struct reader *r, bool must, node_set *out)
{
	const char *word = reader_peek(r);
	if (word == NULL && !must)
		return true;
	if (word == NULL || !nodes_parse(word, r->nodes, out)) {
		char what[48];
		snprintf(what, sizeof what, "a node (1 to %u), or several like 1,2", r->nodes);
		return reader_expected(r, what);
	}
	r->at++;
	return true;
}

static bool read_count(struct reader *r, struct command *out)
{
	uint64_t n = 1;
	const char *word = reader_peek(r);
	if (word != NULL && (!number_parse(word, 1000000, &n) || n == 0))
		return reader_expected(r, "a number from 1 on");
	if (word != NULL)
		r->at++;
	out->count = (uint32_t)n;
	return true;
}

static bool read_argument(struct reader *r, char letter, struct command *out)
{
	switch (letter) {
	case 'n':
		return reader_node(r, &out->a);
	case 'N':
		return read_nodes(r, true, &out->nodes);
	case 'M':
		return read_nodes(r, false, &out->nodes);
	case 'F':
		return read_nodes(r, true, &out->from);
	case 'T':
		return read_nodes(r, true, &out->to);
	case 'v':
		return reader_text(r, out);
	case '@':
		return !reader_take(r, "at") || reader_slot(r, &out->slot);
	case 'b':
		out->both = reader_take(r, "both");
		return true;
	case 'p':
		return read_groups(r, out);
	case 'l':
		return read_link(r, out);
	case 'A':
		return reader_attacks(r, out);
	case 'D':
		return reader_defences(r, true, &out->defences);
	case 'E':
		return reader_defences(r, false, &out->defences);
	case '#':
		return read_count(r, out);
	case 'r':
		if (reader_peek(r) == NULL ||
		    !rate_parse(reader_peek(r), &out->rate_num, &out->rate_den))
			return reader_expected(r, "a rate like 1/100, 50%, 2x or unlimited");
		r->at++;
		return true;
	case 'o':
		out->on = reader_take(r, "on");
		return out->on || reader_take(r, "off") || reader_expected(r, "on or off");
	case 'm':
		return read_pick(r, out);
	case 'd':
		return read_wait(r, out);
	case 'e':
		return read_expect(r, out);
	case 't':
		return read_all(r, out);
	default:
		return reader_fail(r, "no such argument");
	}
}

static bool read_kind(struct reader *r, enum command_kind *out)
{
	const char *names[COMMANDS];
	const char *word = reader_next(r);
	for (unsigned i = 0; i < COMMANDS; i++) {
		names[i] = rows[i].name;
		if (i != COMMAND_NONE && strcmp(word, rows[i].name) == 0) {
			*out = (enum command_kind)i;
			return true;
		}
	}
	const char *near = suggest(word, names, COMMANDS);
	if (near != NULL)
		return reader_fail(r, "no command \"%.40s\"; did you mean \"%s\"?", word, near);
	return reader_fail(r, "no command \"%.40s\"", word);
}

bool command_parse_words(const char *const *word, unsigned count, unsigned nodes,
			 struct command *out, char *why, size_t size)
{
	struct reader r = {.word = word, .count = count, .nodes = nodes, .why = why, .size = size};
	memset(out, 0, sizeof *out);
	out->slot = SLOT_NONE;
	if (count == 0)
		return true;
	if (!read_kind(&r, &out->kind))
		return false;
	r.usage = rows[out->kind].usage;
	for (const char *letter = rows[out->kind].args; *letter != 0; letter++)
		if (!read_argument(&r, *letter, out))
			return false;
	if (reader_peek(&r) != NULL)
		return reader_fail(&r, "\"%.40s\" is too much; usage: %s", reader_peek(&r),
				   r.usage);
	if (out->from != 0 && out->from == out->to && set_count(out->from) == 1)
		return reader_fail(&r, "n%u has no link to itself", set_lowest(out->from));
	return true;
}

bool command_parse(const char *line, unsigned nodes, struct command *out, char *why, size_t size)
{
	struct words words;
	return words_split(line, &words, why, size) &&
	       command_parse_words(words.word, words.count, nodes, out, why, size);
}
