/* What a search (/) and a filter (&) look for: words with blanks between them, which must all hold.
 *
 *   n3          it is about node 3: it happened there, came from there, or goes there
 *   s7          slot 7
 *   2.1         the ballot
 *   PROMISE     a message of this type; in capitals, as the screen writes it
 *   apple       the text, in capital or small letters
 *   "n3 got"    the text with its blanks
 *   !WORD       WORD does not hold */
#ifndef TUI_VIEW_MATCH_H
#define TUI_VIEW_MATCH_H

#include "proto/model/base/model.h"

/* What is looked at. */
struct subject {
	const char *words;
	node_set nodes;
	slot_number slot; /* SLOT_NONE: none */
	const struct ballot *ballot;
	unsigned ballots;
	enum message_type type;
};

bool match(const char *query, const struct subject *what);

/* The same of a row of a list: an event that is kept, a slot, a node, proof i of a lie. */
bool match_event(const struct model *m, uint64_t i, const char *query);
bool match_slot(const struct model *m, slot_number slot, const char *query);
bool match_node(const struct model *m, node_id node, const char *query);
bool match_proof(const struct model *m, unsigned i, const char *query);
/* The same of a piece of text: words of the query are text whatever they look like. */
bool match_text(const char *text, size_t length, const char *query);

/* The nodes of which it holds: all of them where the query is "". */
node_set match_nodes(const struct model *m, const char *query);

#endif
