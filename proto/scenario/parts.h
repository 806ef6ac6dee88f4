/* What the files of the command language offer each other; nobody else includes it. */
#ifndef PROTO_SCENARIO_PARTS_H
#define PROTO_SCENARIO_PARTS_H

#include "proto/scenario/command.h"

/* words.c: _take moves *at behind what it read, _parse wants the whole word. */
bool number_take(const char **at, uint64_t *out);
bool number_parse(const char *word, uint64_t most, uint64_t *out);
bool share_parse(const char *word, uint32_t *ppm);
bool node_parse(const char *word, unsigned nodes, node_id *out);
bool nodes_take(const char **at, unsigned nodes, node_set *out);
bool nodes_parse(const char *word, unsigned nodes, node_set *out);
bool ballot_parse(const char *word, struct ballot *out);

/* A list of words being read, and where to complain. */
struct reader {
	const char *const *word;
	unsigned count, at;
	unsigned nodes;
	const char *usage;
	char *why;
	size_t size;
};

/* The next word, NULL at the end. */
const char *reader_peek(const struct reader *r);
const char *reader_next(struct reader *r);
/* Takes the next word if it is this one. */
bool reader_take(struct reader *r, const char *word);
/* Writes the sentence and returns false. */
__attribute__((format(printf, 2, 3))) bool reader_fail(struct reader *r, const char *format, ...);
/* Complains that something is missing or wrong at the next word. */
bool reader_expected(struct reader *r, const char *what);
bool reader_node(struct reader *r, node_id *out);
bool reader_slot(struct reader *r, slot_number *out);
/* defences.c */
bool reader_attacks(struct reader *r, struct command *out);
/* One, or any. */
bool reader_attack(struct reader *r, bool must, unsigned *out);
bool reader_defences(struct reader *r, bool must, struct defences *out);
bool reader_text(struct reader *r, struct command *out);
/* condition.c: [not] CONDITION ... into out->condition, its value into out->text. */
bool reader_condition(struct reader *r, struct command *out);

#endif
