/* Held messages and gates: how they are written. */
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/scenario/parser.h"

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

static bool type_parse(const char *word, enum message_type *out)
{
	for (unsigned type = 1; type < MSG_TYPES; type++)
		if (strcmp(word, message_name((enum message_type)type)) == 0) {
			*out = (enum message_type)type;
			return true;
		}
	return false;
}

static bool read_ends(struct parser *p, bool must, node_set *out)
{
	const char *word = parser_peek(p);
	if (word != NULL && nodes_parse(word, p->nodes, out)) {
		p->at++;
		return true;
	}
	return !must || parser_expected(p, "a node, or several like 1,2, or all");
}

static bool read_details(struct parser *p, struct message_pick *out)
{
	if (parser_take(p, "ballot")) {
		if (parser_peek(p) == NULL || !ballot_parse(parser_peek(p), &out->ballot))
			return parser_expected(p, "a ballot like 3.1");
		p->at++;
	}
	return !parser_take(p, "slot") || parser_slot(p, &out->slot);
}

/* ID [at NODE] | [all] [TYPE [FROM TO]] [ballot B] [slot S] */
bool parser_pick(struct parser *p, struct message_pick *out)
{
	const char *word = parser_peek(p);
	node_id at;
	out->slot = SLOT_NONE;
	if (word != NULL && id_parse(word, out)) {
		p->at++;
		if (!parser_take(p, "at"))
			return true;
		if (!parser_node(p, &at))
			return false;
		out->to = set_of(at);
		return true;
	}
	out->all = parser_take(p, "all");
	word = parser_peek(p);
	if (word != NULL && type_parse(word, &out->type)) {
		p->at++;
		if (!read_ends(p, !out->all, &out->from) || !read_ends(p, out->from != 0, &out->to))
			return false;
	} else if (!out->all) {
		return parser_expected(p, "a message id like 1.1.17, its type, or all");
	}
	return read_details(p, out);
}

bool parser_before(struct parser *p, struct message_pick *out)
{
	if (!parser_take(p, "before"))
		return parser_expected(p, "\"before\" and the id of another message");
	out->slot = SLOT_NONE;
	if (parser_peek(p) == NULL || !id_parse(parser_peek(p), out))
		return parser_expected(p, "a message id like 1.1.17");
	p->at++;
	return true;
}

/* A>B, each a list of nodes. */
static bool link_parse(const char *word, unsigned nodes, node_set *from, node_set *to)
{
	return nodes_take(&word, nodes, from) && *word++ == '>' && nodes_take(&word, nodes, to) &&
	       *word == 0;
}

static bool fail_gate_word(struct parser *p)
{
	const char *names[MSG_TYPES + 1] = {"own", "keep"};
	for (unsigned type = 1; type < MSG_TYPES; type++)
		names[type + 1] = message_name((enum message_type)type);
	const char *near = suggest(parser_peek(p), names, MSG_TYPES + 1);
	if (near != NULL)
		return parser_fail(p, "no \"%.40s\"; did you mean \"%s\"?", parser_peek(p), near);
	return parser_expected(p,
			       "nodes like 1,2, a link like 2>3, types of messages, own or keep");
}

/* [NODES | A>B] [TYPE...] [own] [keep], in any order. */
bool parser_gate(struct parser *p, struct command *out)
{
	enum message_type type;
	for (const char *word; (word = parser_peek(p)) != NULL; p->at++) {
		if (strcmp(word, "own") == 0)
			out->own = true;
		else if (strcmp(word, "keep") == 0)
			out->keep = true;
		else if (type_parse(word, &type))
			out->types |= (type_set)(1u << type);
		else if (out->nodes != 0 || (!nodes_parse(word, p->nodes, &out->nodes) &&
					     !link_parse(word, p->nodes, &out->from, &out->nodes)))
			return fail_gate_word(p);
	}
	return !out->keep || out->on ||
	       parser_fail(p, "\"keep\" goes with \"gate on\"; usage: %s", p->usage);
}
