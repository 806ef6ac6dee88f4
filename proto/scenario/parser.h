/* The parser of the command language: takes words off a line, one after another, and says what is
 * wrong with the next one. Only files of this folder include this.
 *
 * literal.c: what a single word says. _take moves *at behind what it read, _parse wants the whole
 * word. Both return false if the word says something else, and *out means nothing then. */
#ifndef PROTO_SCENARIO_PARSER_H
#define PROTO_SCENARIO_PARSER_H

#include "proto/scenario/command.h"

bool number_take(const char **at, uint64_t *out);
bool number_parse(const char *word, uint64_t most, uint64_t *out);
bool share_parse(const char *word, uint32_t *ppm);
bool node_parse(const char *word, unsigned nodes, node_id *out);
bool nodes_take(const char **at, unsigned nodes, node_set *out);
bool nodes_parse(const char *word, unsigned nodes, node_set *out);
bool ballot_parse(const char *word, struct ballot *out);

/* Words that are being taken, and where to complain. */
struct parser {
	const char *const *word;
	unsigned count, at;
	unsigned nodes; /* of the cluster */
	const char *usage;
	char *why;
	size_t size;
};

/* The next word, NULL at the end. */
const char *parser_peek(const struct parser *p);
const char *parser_next(struct parser *p);
/* Takes the next word if it is this one. */
bool parser_take(struct parser *p, const char *word);
/* Does another argument stand here, and not a word that ends them: "within", "for" or "or"? */
bool parser_has_argument(const struct parser *p);

/* These write a sentence into `why` and return false. _expected: something is missing, or the next
 * word is not what should stand there. */
__attribute__((format(printf, 2, 3))) bool parser_fail(struct parser *p, const char *format, ...);
bool parser_expected(struct parser *p, const char *what);

/* Each takes one argument; false if it is not there. */
bool parser_node(struct parser *p, node_id *out);
bool parser_slot(struct parser *p, slot_number *out);
/* A value into out->text, from byte `at` on. */
bool parser_text(struct parser *p, size_t at, struct command *out);

/* defences.c. `must`: it may not be missing. */
bool parser_attacks(struct parser *p, struct command *out);
/* One attack, or ATTACKS for any. */
bool parser_attack(struct parser *p, bool must, unsigned *out);
bool parser_defences(struct parser *p, bool must, struct defences *out);

/* pick.c: held messages, the id of one, and what a gate holds. */
bool parser_pick(struct parser *p, struct message_pick *out);
bool parser_before(struct parser *p, struct message_pick *out);
bool parser_gate(struct parser *p, struct command *out);

/* forgery.c: a message that a node is to say. */
bool parser_forgery(struct parser *p, struct command *out);

/* condition.c: [not] CONDITION ... [or ...] into out->condition, their values into out->text. */
bool parser_conditions(struct parser *p, struct command *out);

#endif
