/* A line cut into words, and words taken one after another. */
#include "proto/scenario/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copies one word, without its quotes; returns where it ends, NULL if a quote stays open. */
static const char *copy_word(const char *at, char **to)
{
	bool quoted = false;
	for (; *at != 0 && (quoted || !is_space(*at)); at++) {
		if (*at == '"') {
			quoted = !quoted;
			continue;
		}
		if (quoted && *at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		*(*to)++ = *at;
	}
	*(*to)++ = 0;
	return quoted ? NULL : at;
}

bool words_split(const char *line, struct words *out, char *why, size_t size)
{
	out->count = 0;
	/* A word is never longer than it was in the line, and its end takes the place of a space.
	 */
	if (strlen(line) + 1 > sizeof out->bytes) {
		text_write(why, size, "the line is too long: at most %zu bytes",
			   sizeof out->bytes - 1);
		return false;
	}
	char *to = out->bytes;
	for (const char *at = line;;) {
		while (is_space(*at))
			at++;
		if (*at == 0 || *at == '#')
			return true;
		if (out->count == WORDS_MAX) {
			text_write(why, size, "too many words: at most %d", WORDS_MAX);
			return false;
		}
		out->word[out->count++] = to;
		at = copy_word(at, &to);
		if (at == NULL) {
			text_write(why, size, "a quote (\") is not closed");
			return false;
		}
	}
}

const char *parser_peek(const struct parser *p)
{
	return p->at < p->count ? p->word[p->at] : NULL;
}

const char *parser_next(struct parser *p)
{
	return p->at < p->count ? p->word[p->at++] : NULL;
}

bool parser_take(struct parser *p, const char *word)
{
	if (p->at == p->count || strcmp(p->word[p->at], word) != 0)
		return false;
	p->at++;
	return true;
}

bool parser_has_argument(const struct parser *p)
{
	const char *word = parser_peek(p);
	return word != NULL && strcmp(word, "within") != 0 && strcmp(word, "for") != 0 &&
	       strcmp(word, "or") != 0;
}

bool parser_fail(struct parser *p, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text_write_list(p->why, p->size, format, args);
	va_end(args);
	return false;
}

bool parser_expected(struct parser *p, const char *what)
{
	const char *word = parser_peek(p);
	if (word == NULL)
		return parser_fail(p, "%s is missing; usage: %s", what, p->usage);
	return parser_fail(p, "expected %s, not \"%.40s\"; usage: %s", what, word, p->usage);
}

bool parser_node(struct parser *p, node_id *out)
{
	const char *word = parser_peek(p);
	if (word == NULL || !node_parse(word, p->nodes, out)) {
		char what[32];
		snprintf(what, sizeof what, "a node (1 to %u)", p->nodes);
		return parser_expected(p, what);
	}
	p->at++;
	return true;
}

bool parser_slot(struct parser *p, slot_number *out)
{
	const char *word = parser_peek(p);
	if (word == NULL || !number_parse(word, SLOT_NONE - 1, out))
		return parser_expected(p, "a slot (0, 1, 2, ...)");
	p->at++;
	return true;
}

bool parser_text(struct parser *p, size_t at, struct command *out)
{
	const char *word = parser_peek(p);
	if (word == NULL || word[0] == 0)
		return parser_expected(p, "a value");
	size_t length = strlen(word);
	if (at + length >= sizeof out->text)
		return parser_fail(p, "%s too long: at most %zu bytes%s",
				   at > 0 ? "the values are" : "the value is", sizeof out->text - 1,
				   at > 0 ? " together" : "");
	memcpy(out->text + at, word, length + 1);
	out->length = (uint16_t)(at + length);
	p->at++;
	return true;
}
