/* Words that may be offered, and walking over the words of a line: for completion
 * (proto/scenario/complete.c). */
#ifndef PROTO_SCENARIO_COMPLETE_WORDS_H
#define PROTO_SCENARIO_COMPLETE_WORDS_H

#include "proto/scenario/parser.h"

struct walker {
	struct completions *out;
	const struct model *m;
	const struct words *words;
	const char *prefix; /* of the word at the cursor */
	unsigned cursor;    /* its place in the line */
	unsigned at;        /* the next word that a letter takes */
};

void offer(struct completions *out, const char *prefix, const char *word);
void offer_nodes(struct completions *out, const char *prefix, const struct model *m);
void offer_node_list(struct completions *out, const char *prefix, const struct model *m);
void offer_slots(struct completions *out, const char *prefix, const struct model *m);
void offer_ballots(struct completions *out, const char *prefix, const struct model *m);
void offer_attacks(struct completions *out, const char *prefix);
void offer_mistakes(struct completions *out, const char *prefix);
void offer_crash_points(struct completions *out, const char *prefix);
void offer_defences(struct completions *out, const char *prefix);
void offer_types(struct completions *out, const char *prefix);
void offer_words(struct completions *out, const char *prefix, const char *const *word);
void offer_conditions(struct completions *out, const char *prefix);
void offer_values(struct completions *out, const char *prefix, const struct model *m);
void offer_held(struct completions *out, const char *prefix, const struct model *m);
bool is_here(const struct walker *w);
bool walk_over(struct walker *w, const char *word);
bool walk_keyword(struct walker *w, const char *word);

/* complete_held.c: held messages, and what a gate holds. walk_pick is true if nothing that follows
 * can stand at the cursor. */
bool walk_pick(struct walker *w);
void walk_before(struct walker *w);
void walk_gate(struct walker *w);

#endif
