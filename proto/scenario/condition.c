/* Conditions: read from words and shown again, by the letters of their rows. */
#include <stdio.h>
#include <string.h>

#include "proto/core/suggest.h"
#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/scenario/condition.h"
#include "proto/scenario/parser.h"

static const struct {
	const char *name, *args, *usage, *help;
	condition_check *check;
} rows[CONDITIONS] = {
	[CONDITION_NONE] = {"", "", "", "", NULL},
#define CONDITION(name, text, args, check, usage, help)                                            \
	[CONDITION_##name] = {text, args, usage, help, check},
#include "proto/scenario/conditions.def"
#undef CONDITION
};

const char *condition_name(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].name : "?";
}

const char *condition_usage(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].usage : "?";
}

const char *condition_help(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].help : "?";
}

const char *condition_args(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].args : "";
}

static bool read_property(struct parser *p, struct condition *c)
{
	const char *word = parser_peek(p);
	c->any_property = true;
	for (unsigned i = 0; word != NULL && i < PROPERTIES; i++)
		if (strcmp(word, property_name((enum property)i)) == 0) {
			c->any_property = false;
			c->property = (enum property)i;
			parser_next(p);
			break;
		}
	return true;
}

static bool read_reason(struct parser *p, struct condition *c)
{
	const char *word = parser_peek(p);
	if (!parser_has_argument(p))
		return true;
	for (unsigned why = 1; why < REFUSALS; why++)
		if (strcmp(word, refusal_name((enum refusal)why)) == 0) {
			c->refusal = (enum refusal)why;
			parser_next(p);
			return true;
		}
	return parser_expected(p, "a reason like promised, busy or rejected");
}

static bool read_on(struct parser *p, struct condition *c)
{
	if (!parser_take(p, "on"))
		return true;
	const char *word = parser_peek(p);
	if (word == NULL || !nodes_parse(word, p->nodes, &c->on))
		return parser_expected(p, "nodes like 1,2,3");
	parser_next(p);
	return true;
}

static bool read_ballot(struct parser *p, struct ballot *out)
{
	if (parser_peek(p) == NULL || !ballot_parse(parser_peek(p), out))
		return parser_expected(p, "a ballot like 3.1");
	parser_next(p);
	return true;
}

static bool read_type(struct parser *p, struct condition *c)
{
	const char *word = parser_peek(p);
	for (unsigned type = 1; word != NULL && type < MSG_TYPES; type++)
		if (strcmp(word, message_name((enum message_type)type)) == 0) {
			c->type = (enum message_type)type;
			parser_next(p);
			return true;
		}
	return parser_expected(p, "a type of message like promise or accepted");
}

static bool read_held(struct parser *p, struct condition *c)
{
	c->slot = SLOT_NONE;
	if (!parser_has_argument(p))
		return true;
	if (!read_type(p, c) || !parser_node(p, &c->from) ||
	    (parser_take(p, "ballot") && !read_ballot(p, &c->ballot)))
		return false;
	return !parser_take(p, "slot") || parser_slot(p, &c->slot);
}

static const char *const compares[] = {[AT_MOST] = "<=", [AT_LEAST] = ">=", [JUST] = "="};

static bool read_compare(struct parser *p, struct condition *c)
{
	while (c->compare <= JUST && !parser_take(p, compares[c->compare]))
		c->compare++;
	if (c->compare > JUST)
		return parser_expected(p, "<=, >= or =");
	if (parser_peek(p) == NULL || !number_parse(parser_peek(p), UINT64_MAX, &c->count))
		return parser_expected(p, "a number");
	parser_next(p);
	return true;
}

/* A slot is a number; what has a unit is the time for which the condition is to hold. */
static bool read_for_slot(struct parser *p, struct condition *c)
{
	uint64_t slot;
	c->slot = SLOT_NONE;
	if (p->count - p->at >= 2 && strcmp(p->word[p->at], "for") == 0 &&
	    number_parse(p->word[p->at + 1], SLOT_NONE - 1, &slot)) {
		c->slot = slot;
		p->at += 2;
	}
	return true;
}

/* Behind the value of the condition before, and its 0. */
static bool read_value(struct parser *p, struct command *out, struct condition *c)
{
	c->value_at = out->length > 0 ? (uint16_t)(out->length + 1) : 0;
	c->any_value = parser_peek(p) != NULL && strcmp(parser_peek(p), "*") == 0;
	return parser_text(p, c->value_at, out);
}

static bool read_argument(struct parser *p, char letter, struct command *out, struct condition *c)
{
	switch (letter) {
	case 'n':
		return parser_node(p, &c->node);
	case 's':
		return parser_slot(p, &c->slot);
	case 'w':
		return read_value(p, out, c);
	case 'O':
		return read_on(p, c);
	case 'P':
		return read_property(p, c);
	case 'a':
		return parser_attack(p, true, &c->attack);
	case 'b':
		return parser_attack(p, false, &c->attack);
	case 'R':
		return read_reason(p, c);
	case 'D':
		return parser_defences(p, true, &c->defences);
	case 'H':
		return read_held(p, c);
	case 'B':
		return read_ballot(p, &c->ballot);
	case '@':
		return !parser_take(p, "at") || read_ballot(p, &c->ballot);
	case 'y':
		return read_type(p, c);
	case 'c':
		return read_compare(p, c);
	case 'f':
		return read_for_slot(p, c);
	default:
		return parser_fail(p, "no such argument");
	}
}

static bool read_kind(struct parser *p, struct condition *c)
{
	const char *word = parser_peek(p);
	if (word == NULL)
		return parser_expected(p, "a condition");
	const char *names[CONDITIONS] = {""};
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++) {
		names[i] = rows[i].name;
		if (strcmp(word, rows[i].name) == 0) {
			c->kind = (enum condition_kind)i;
			p->usage = rows[i].usage;
			parser_next(p);
			return true;
		}
	}
	const char *near = suggest(word, names, CONDITIONS);
	if (near != NULL)
		return parser_fail(p, "no condition \"%.40s\"; did you mean \"%s\"?", word, near);
	return parser_fail(p, "no condition \"%.40s\"; there are: agreement, chosen, stalled, ...",
			   word);
}

static bool read_condition(struct parser *p, struct command *out, struct condition *c)
{
	c->negated = parser_take(p, "not");
	if (!read_kind(p, c))
		return false;
	for (const char *letter = rows[c->kind].args; *letter != 0; letter++)
		if (!read_argument(p, *letter, out, c))
			return false;
	return true;
}

bool parser_conditions(struct parser *p, struct command *out)
{
	do {
		if (out->alternatives == ALTERNATIVES_MAX)
			return parser_fail(p, "too many conditions: at most %d", ALTERNATIVES_MAX);
		if (!read_condition(p, out, &out->condition[out->alternatives++]))
			return false;
	} while (parser_take(p, "or"));
	return true;
}

bool command_means_violation(const struct command *command)
{
	for (unsigned i = 0; i < command->alternatives; i++)
		if (command->condition[i].kind == CONDITION_VIOLATION &&
		    !command->condition[i].negated)
			return true;
	return false;
}

bool condition_holds(const struct model *m, const struct condition *c, const char *text)
{
	if (c->kind == CONDITION_NONE)
		return c->negated;
	return rows[c->kind].check(m, c, text + c->value_at, NULL, 0) != c->negated;
}

void condition_found(const struct model *m, const struct condition *c, char *out, size_t size)
{
	text_write(out, size, "-");
	if (c->kind != CONDITION_NONE)
		rows[c->kind].check(m, c, "", out, size);
}

#define ARGUMENT_MAX (POLICY_SHOWN_MAX + NODES_MAX * 4 + COMMAND_TEXT_MAX)

/* An argument as it would be typed, behind a space; "" if it was left out. */
static void show_argument(const struct condition *c, char letter, const char *value, char *out,
			  size_t size)
{
	char words[ARGUMENT_MAX];
	out[0] = 0;
	switch (letter) {
	case 'n':
		text_write(out, size, " n%u", c->node);
		break;
	case 's':
		text_write(out, size, " %llu", (unsigned long long)c->slot);
		break;
	case 'w':
		text_write(out, size, " %s", value);
		break;
	case 'O':
		set_show(c->on, words, sizeof words);
		if (c->on != 0)
			text_write(out, size, " on %s", words);
		break;
	case 'P':
		if (!c->any_property)
			text_write(out, size, " %s", property_name(c->property));
		break;
	case 'B':
		ballot_show(c->ballot, words);
		text_write(out, size, " %s", words);
		break;
	case '@':
		ballot_show(c->ballot, words);
		if (!ballot_is_none(c->ballot))
			text_write(out, size, " at %s", words);
		break;
	case 'a':
		text_write(out, size, " %s", c->attack == ATTACKS ? "*" : attack_name(c->attack));
		break;
	case 'b':
		if (c->attack != ATTACKS)
			text_write(out, size, " %s", attack_name(c->attack));
		break;
	case 'R':
		if (c->refusal != REFUSE_NOTHING)
			text_write(out, size, " %s", refusal_name(c->refusal));
		break;
	case 'D':
		policy_show(c->defences.named, words);
		text_write(out, size, " %s", words);
		if (c->defences.f_given)
			text_append(out, size, " f=%u", c->defences.f);
		break;
	case 'H':
		if (c->type != MSG_NONE)
			text_write(out, size, " %s n%u", message_name(c->type), c->from);
		ballot_show(c->ballot, words);
		if (!ballot_is_none(c->ballot))
			text_append(out, size, " ballot %s", words);
		if (c->slot != SLOT_NONE)
			text_append(out, size, " slot %llu", (unsigned long long)c->slot);
		break;
	case 'y':
		text_write(out, size, " %s", message_name(c->type));
		break;
	case 'c':
		text_write(out, size, " %s %llu", compares[c->compare],
			   (unsigned long long)c->count);
		break;
	case 'f':
		if (c->slot != SLOT_NONE)
			text_write(out, size, " for %llu", (unsigned long long)c->slot);
		break;
	default:
		break;
	}
}

void condition_show(const struct condition *c, const char *text, char *out, size_t size)
{
	text_write(out, size, "%s%s", c->negated ? "not " : "", condition_name(c->kind));
	for (const char *letter = condition_args(c->kind); *letter != 0; letter++) {
		char argument[ARGUMENT_MAX + 8];
		show_argument(c, *letter, text + c->value_at, argument, sizeof argument);
		text_append(out, size, "%s", argument);
	}
}
