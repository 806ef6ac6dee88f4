#include "tui/view/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "tui/view/scene.h"

#define WORD_MAX 128

/* A number after `before`, and nothing behind it. */
static bool is_number(const char *word, char before, uint64_t *number)
{
	char *end;

	if (word[0] != before || word[1] < '0' || word[1] > '9')
		return false;
	*number = strtoull(word + 1, &end, 10);
	return *end == 0;
}

/* ROUND.NODE, as ballots are shown. */
static bool is_ballot(const char *word, struct ballot *ballot)
{
	char *dot, *end;

	if (word[0] < '0' || word[0] > '9')
		return false;
	const unsigned long round = strtoul(word, &dot, 10);
	if (*dot != '.' || dot[1] < '0' || dot[1] > '9')
		return false;
	const unsigned long node = strtoul(dot + 1, &end, 10);
	if (*end != 0 || round > UINT32_MAX || node > NODES_MAX)
		return false;
	*ballot = (struct ballot){(uint32_t)round, (node_id)node};
	return true;
}

static enum message_type type_of(const char *word)
{
	for (unsigned type = MSG_NONE + 1; type < MSG_TYPES; type++) {
		char name[16];

		message_shout((enum message_type)type, name);
		if (strcmp(word, name) == 0 && name[0] != '?') /* no hole among the codes */
			return (enum message_type)type;
	}
	return MSG_NONE;
}

static bool word_holds(const char *word, const struct subject *what)
{
	uint64_t number;
	struct ballot ballot;

	if (is_number(word, 'n', &number))
		return number >= 1 && number <= NODES_MAX && set_has(what->nodes, (node_id)number);
	if (is_number(word, 's', &number))
		return what->slot == number && what->slot != SLOT_NONE;
	if (is_ballot(word, &ballot)) {
		for (unsigned i = 0; i < what->ballots; i++)
			if (ballot_cmp(what->ballot[i], ballot) == 0)
				return true;
		return false;
	}
	if (type_of(word) != MSG_NONE)
		return what->type == type_of(word);
	return strcasestr(what->words, word) != NULL;
}

/* Takes the next word; `quoted`: it is text whatever it looks like. False: there is none. */
static bool next_word(const char **query, char word[WORD_MAX], bool *denied, bool *quoted)
{
	const char *s = *query + strspn(*query, " ");
	size_t length;

	*denied = s[0] == '!' && s[1] != ' ' && s[1] != 0;
	s += *denied;
	*quoted = s[0] == '"';
	s += *quoted;
	length = strcspn(s, *quoted ? "\"" : " ");
	snprintf(word, WORD_MAX, "%.*s", (int)length, s);
	*query = s + length + (*quoted && s[length] == '"');
	return word[0] != 0;
}

bool match(const char *query, const struct subject *what)
{
	char word[WORD_MAX];
	bool denied, quoted;

	while (next_word(&query, word, &denied, &quoted))
		if ((quoted ? strcasestr(what->words, word) != NULL : word_holds(word, what)) ==
		    denied)
			return false;
	return true;
}

bool match_event(const struct model *m, uint64_t i, const char *query)
{
	const struct event *e = model_event_at(m, i);
	const unsigned fields = event_fields(e->kind);
	const struct ballot ballots[2] = {e->ballot, e->other};
	char words[256];
	struct subject what = {.words = words,
			       .nodes = set_of(e->node) | set_of(e->peer),
			       .slot = (fields & (EV_MESSAGE | EV_SLOT)) != 0 ? e->slot : SLOT_NONE,
			       .ballot = ballots,
			       .ballots = 2,
			       .type = e->type};

	/* of a message that comes, too, `to` is to whom else it went */
	if (e->kind == EVENT_SENT || (fields & EV_SET) != 0)
		what.nodes |= e->to;
	event_line(m, i, words, sizeof(words));
	return match(query, &what);
}

#define LOG_WORDS (NODES_MAX * (2 * VALUE_SHOWN_MAX + 60) + 200)

bool match_slot(const struct model *m, slot_number number, const char *query)
{
	const struct model_slot *slot = model_slot(m, number);
	static char words[LOG_WORDS];
	char value[VALUE_SHOWN_MAX + 1];
	struct ballot ballots[2 * NODES_MAX + 1];
	struct subject what = {.words = words, .slot = number, .ballot = ballots};

	words[0] = 0;
	text_append(words, sizeof(words), "slot %llu ", (unsigned long long)number);
	if (slot != NULL && slot->decided == VALUE_NONE)
		text_append(words, sizeof(words), "open ");
	for (node_id n = 1; slot != NULL && n <= m->nodes; n++) {
		const struct model_vote *v = &slot->vote[n];

		if (v->voted != VALUE_NONE || v->chosen != VALUE_NONE)
			what.nodes |= set_of(n);
		ballots[what.ballots++] = v->voted_at;
		ballots[what.ballots++] = v->chosen_at;
		values_show(m->values, v->voted, value);
		text_append(words, sizeof(words), "%s ", value);
		values_show(m->values, v->chosen, value);
		text_append(words, sizeof(words), "%s ", value);
	}
	return match(query, &what);
}

bool match_node(const struct model *m, node_id node, const char *query)
{
	const struct model_node *n = &m->node[node];
	const struct model_slot *slot = model_slot(m, scene_slot(m));
	const struct ballot ballots[2] = {n->promised, n->ballot};
	char words[2 * VALUE_SHOWN_MAX + 100],
		wanted[VALUE_SHOWN_MAX + 1] = "", voted[VALUE_SHOWN_MAX + 1] = "";
	struct subject what = {.words = words,
			       .nodes = set_of(node),
			       .slot = SLOT_NONE,
			       .ballot = ballots,
			       .ballots = 2};

	if (n->pending > 0)
		values_show(m->values, n->wanted, wanted);
	if (slot != NULL && slot->vote[node].voted != VALUE_NONE)
		values_show(m->values, slot->vote[node].voted, voted);
	snprintf(words, sizeof(words), "%s %s %s %s %s", node_role(m, node), node_trouble(m, node),
		 node_is_liar(m, node) ? "liar" : "", wanted, voted);
	return match(query, &what);
}

node_set match_nodes(const struct model *m, const char *query)
{
	node_set found = 0;

	for (node_id n = 1; n <= m->nodes; n++)
		if (match_node(m, n, query))
			found |= set_of(n);
	return found;
}

/* Does the word stand in the text, in capital or small letters? */
static bool text_has(const char *text, size_t length, const char *word)
{
	const size_t size = strlen(word);

	for (size_t at = 0; at + size <= length; at++)
		if (strncasecmp(text + at, word, size) == 0)
			return true;
	return false;
}

bool match_text(const char *text, size_t length, const char *query)
{
	char word[WORD_MAX];
	bool denied, quoted;

	while (next_word(&query, word, &denied, &quoted))
		if (text_has(text, length, word) == denied)
			return false;
	return true;
}

bool match_proof(const struct model *m, unsigned i, const char *query)
{
	const struct model_proof *p = &m->proof[i];
	char words[EVIDENCE_WORDS_MAX + 40];
	struct subject what = {
		.words = words, .nodes = set_of(p->accused) | p->holders, .slot = p->slot};

	snprintf(words, sizeof(words), "%s %s", proof_name(p->kind), p->words);
	return match(query, &what);
}
