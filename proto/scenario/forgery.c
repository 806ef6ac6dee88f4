/* A message that is signed by hand: how it is written. */
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/scenario/parser.h"

static bool read_type(struct parser *p, enum message_type *out)
{
	const char *names[MSG_NACK], *word = parser_peek(p);

	for (unsigned i = 0; i < MSG_NACK; i++)
		names[i] = message_name((enum message_type)(i + MSG_PREPARE));
	for (unsigned i = 0; i < MSG_NACK && word != NULL; i++)
		if (strcmp(word, names[i]) == 0) {
			*out = (enum message_type)(i + MSG_PREPARE);
			p->at++;
			return true;
		}
	const char *near = word != NULL ? suggest(word, names, MSG_NACK) : NULL;
	if (near != NULL)
		return parser_fail(p, "no \"%.40s\"; did you mean \"%s\"?", word, near);
	return parser_expected(p, "prepare, promise, accept, accepted, commit or nack");
}

static bool read_ballot(struct parser *p, struct ballot *out)
{
	if (parser_peek(p) == NULL || !ballot_parse(parser_peek(p), out))
		return parser_expected(p, "a ballot like 3.1");
	p->at++;
	if (out->round == 0)
		return parser_fail(p, "there is no ballot %u.%u: the first round is 1", out->round,
				   out->node);
	return (out->node > 0 && out->node <= p->nodes) ||
	       parser_fail(p, "no node owns ballot %u.%u: nodes are 1 to %u", out->round, out->node,
			   p->nodes);
}

static bool is_next(const struct parser *p, const char *word)
{
	return parser_peek(p) != NULL && strcmp(parser_peek(p), word) == 0;
}

/* What the type takes: a value; a vote, or none; what is promised instead. */
static bool read_content(struct parser *p, struct command *out)
{
	const bool has_value = (message_fields(out->word.type) & FIELD_VALUE) != 0;
	const bool tells = out->word.type == MSG_PROMISE && !is_next(p, "to");

	if ((has_value || tells) && !parser_text(p, 0, out))
		return false;
	if (!tells && out->word.type != MSG_NACK)
		return true;
	if (!parser_take(p, "at"))
		return parser_expected(p, tells ? "\"at\" and the ballot of that vote"
						: "\"at\" and the ballot that is promised");
	return read_ballot(p, &out->word.other);
}

static bool read_receivers(struct parser *p, struct command *out)
{
	if (!parser_take(p, "to") || parser_peek(p) == NULL ||
	    !nodes_parse(parser_peek(p), p->nodes, &out->word.to))
		return parser_fail(p, "expected \"to\" and nodes from 1 to %u; usage: %s", p->nodes,
				   p->usage);
	p->at++;
	out->word.to &= ~set_of(out->a);
	return out->word.to != 0 || parser_fail(p, "n%u cannot lie to itself", out->a);
}

bool parser_forgery(struct parser *p, struct command *out)
{
	out->slot = 0;
	if (!read_type(p, &out->word.type) || !read_ballot(p, &out->word.ballot) ||
	    !read_content(p, out) || !read_receivers(p, out))
		return false;
	for (;;) {
		if (parser_take(p, "slot")) {
			if (!parser_slot(p, &out->slot))
				return false;
		} else if (!parser_take(p, "as")) {
			return true;
		} else if (!parser_node(p, &out->word.from)) {
			return false;
		}
	}
}
