/* Completion of held messages, and of what a gate holds. */
#include <string.h>

#include "proto/core/text.h"
#include "proto/scenario/complete_words.h"

static const char *const gate_words[] = {"own", "keep", NULL};

static bool is_id(const char *word)
{
	return (word[0] >= '0' && word[0] <= '9') ||
	       (word[0] == 'n' && word[1] >= '0' && word[1] <= '9');
}

static void walk_details(struct walker *w)
{
	if (walk_keyword(w, "ballot"))
		offer_ballots(w->out, w->prefix, w->m);
	else if (walk_keyword(w, "slot"))
		offer_slots(w->out, w->prefix, w->m);
}

/* ID [at NODE], or [all] [TYPE [FROM TO]] [ballot B] [slot S]. */
bool walk_pick(struct walker *w)
{
	if (is_here(w)) {
		offer_held(w->out, w->prefix, w->m);
		offer(w->out, w->prefix, "all");
		return true;
	}
	const bool all = walk_over(w, "all");
	if (is_here(w)) {
		offer_types(w->out, w->prefix);
		walk_details(w);
		return true;
	}
	const char *first = w->words->word[w->at];
	if (!all && is_id(first)) {
		w->at++;
		if (walk_keyword(w, "at")) {
			offer_nodes(w->out, w->prefix, w->m);
			return true;
		}
		return false;
	}
	if (strcmp(first, "ballot") != 0 && strcmp(first, "slot") != 0)
		w->at++;
	for (unsigned ends = 0; ends < 2; ends++) {
		if (is_here(w)) {
			offer_node_list(w->out, w->prefix, w->m);
			if (all && ends == 0)
				walk_details(w);
			return true;
		}
		if (strcmp(w->words->word[w->at], "ballot") == 0 ||
		    strcmp(w->words->word[w->at], "slot") == 0)
			break;
		w->at++;
	}
	walk_details(w);
	return false;
}

/* before ID */
void walk_before(struct walker *w)
{
	if (walk_keyword(w, "before"))
		offer_held(w->out, w->prefix, w->m);
}

/* Nodes or links, types and words, in any order. */
void walk_gate(struct walker *w)
{
	const char *arrow;
	w->at = w->cursor;
	offer_types(w->out, w->prefix);
	offer_words(w->out, w->prefix, gate_words);
	arrow = strchr(w->prefix, '>');
	if (arrow == NULL) {
		offer_node_list(w->out, w->prefix, w->m);
		return;
	}
	for (unsigned n = 1; w->m != NULL && n <= w->m->nodes; n++) {
		char link[COMPLETION_SIZE + 8];
		text_write(link, sizeof link, "%.*s%u", (int)(arrow + 1 - w->prefix), w->prefix, n);
		offer(w->out, w->prefix, link);
	}
}
