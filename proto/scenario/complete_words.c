/* What may stand at the cursor, kind by kind. */
#include "proto/scenario/complete_words.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"

#define SLOTS_OFFERED 10

void offer(struct completions *out, const char *prefix, const char *word)
{
	if (out->count == COMPLETIONS_MAX || word[0] == 0 || strlen(word) >= COMPLETION_SIZE ||
	    strncmp(word, prefix, strlen(prefix)) != 0)
		return;
	for (unsigned i = 0; i < out->count; i++)
		if (strcmp(out->word[i], word) == 0)
			return;
	snprintf(out->word[out->count++], COMPLETION_SIZE, "%s", word);
}

void offer_nodes(struct completions *out, const char *prefix, const struct model *m)
{
	char id[8];
	for (unsigned n = 1; m != NULL && n <= m->nodes; n++) {
		snprintf(id, sizeof id, "%u", n);
		offer(out, prefix, id);
	}
}

/* Is the node named in "1,2," already? */
static bool is_listed(const char *list, size_t length, unsigned node)
{
	char text[COMPLETION_SIZE], id[8];
	if (length + 2 > sizeof text)
		return false;
	snprintf(text, sizeof text, ",%.*s", (int)length, list);
	snprintf(id, sizeof id, ",%u,", node);
	return strstr(text, id) != NULL;
}

/* A list of nodes, like 1,2: the word is completed behind its last comma. */
void offer_node_list(struct completions *out, const char *prefix, const struct model *m)
{
	const char *comma = strrchr(prefix, ',');
	const size_t before = comma != NULL ? (size_t)(comma + 1 - prefix) : 0;
	char list[WORD_BYTES_MAX + 8];
	for (unsigned n = 1; m != NULL && n <= m->nodes; n++) {
		if (is_listed(prefix, before, n))
			continue;
		snprintf(list, sizeof list, "%.*s%u", (int)before, prefix, n);
		offer(out, prefix, list);
	}
	if (before == 0)
		offer(out, prefix, "all");
}

/* The newest slots. */
void offer_slots(struct completions *out, const char *prefix, const struct model *m)
{
	char number[24];
	slot_number end = m == NULL ? 0 : m->slot_end;
	for (slot_number s = end; m != NULL && s > m->slot_first && end - s < SLOTS_OFFERED; s--) {
		snprintf(number, sizeof number, "%llu", (unsigned long long)(s - 1));
		offer(out, prefix, number);
	}
	if (end == 0)
		offer(out, prefix, "0");
}

/* Ballots that nodes have promised. */
void offer_ballots(struct completions *out, const char *prefix, const struct model *m)
{
	char ballot[16];
	for (unsigned n = 1; m != NULL && n <= m->nodes; n++) {
		if (ballot_is_none(m->node[n].promised))
			continue;
		ballot_show(m->node[n].promised, ballot);
		offer(out, prefix, ballot);
	}
}

void offer_attacks(struct completions *out, const char *prefix)
{
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		offer(out, prefix, attack_name(bit));
}

void offer_mistakes(struct completions *out, const char *prefix)
{
	for (unsigned i = MISTAKE_NONE + 1; i < MISTAKES; i++)
		offer(out, prefix, mistake_name(i));
	offer(out, prefix, mistake_name(MISTAKE_NONE));
}

void offer_crash_points(struct completions *out, const char *prefix)
{
	for (unsigned i = 0; i < CRASH_POINT_FULL; i++)
		offer(out, prefix, crash_point_name(i));
}

void offer_defences(struct completions *out, const char *prefix)
{
	policy_id policy;
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		offer(out, prefix, defence_name(bit));
	for (unsigned i = 0; policy_preset(i, &policy) != NULL; i++)
		offer(out, prefix, policy_preset(i, &policy));
}

void offer_types(struct completions *out, const char *prefix)
{
	for (unsigned type = 1; type < MSG_TYPES; type++)
		offer(out, prefix, message_name((enum message_type)type));
}

/* One of these words, which end with NULL. */
void offer_words(struct completions *out, const char *prefix, const char *const *word)
{
	for (; *word != NULL; word++)
		offer(out, prefix, *word);
}

void offer_conditions(struct completions *out, const char *prefix)
{
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++)
		offer(out, prefix, condition_name((enum condition_kind)i));
}

/* Values that the slots of the model know, for `chosen 0 ...`. */
void offer_values(struct completions *out, const char *prefix, const struct model *m)
{
	char shown[VALUE_SHOWN_MAX + 1];
	offer(out, prefix, "*");
	for (slot_number s = m == NULL ? 0 : m->slot_first; m != NULL && s < m->slot_end; s++) {
		const struct model_slot *slot = model_slot(m, s);
		if (slot == NULL || slot->decided == VALUE_NONE)
			continue;
		values_show(m->values, slot->decided, shown);
		/* What is cut short on the screen is not what it stands for. */
		if (slot->decided == VALUE_NOOP ||
		    values_equal(m->values, slot->decided, (const uint8_t *)shown,
				 (uint32_t)strlen(shown)))
			offer(out, prefix, shown);
	}
}

void offer_held(struct completions *out, const char *prefix, const struct model *m)
{
	char id[40];
	for (uint32_t i = 0; m != NULL && i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (f->state != FLIGHT_HELD)
			continue;
		flight_name(f, id);
		offer(out, prefix, id);
	}
	offer_types(out, prefix);
}

/* --- walking through a line ---------------------------------------------------------------- */

/* The word that the next letter reads is the one at the cursor. */
bool is_here(const struct walker *w)
{
	return w->at == w->cursor;
}

/* Takes the next word if it is this one and stands before the cursor. */
bool walk_over(struct walker *w, const char *word)
{
	if (w->at >= w->cursor || strcmp(w->words->word[w->at], word) != 0)
		return false;
	w->at++;
	return true;
}

/* A keyword that may be left out, and an argument behind it. True: the cursor is at the argument.
 */
bool walk_keyword(struct walker *w, const char *word)
{
	if (is_here(w))
		offer(w->out, w->prefix, word);
	if (!walk_over(w, word))
		return false;
	if (is_here(w))
		return true;
	w->at++;
	return false;
}
