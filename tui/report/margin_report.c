#include "tui/report/margin_report.h"

#include <stdlib.h>

static const char *const names[MARGIN_KINDS] = {
	[MARGIN_CRASHES] = "crashes",
	[MARGIN_CUTS] = "cuts",
	[MARGIN_MUTE] = "silence",
	[MARGIN_LIES] = "lies",
};

void margin_print(const struct margin *m, FILE *to)
{
	char words[240];

	margin_words(m, words, sizeof words);
	fprintf(to, "%s\n", words);
	for (unsigned kind = 0; kind < MARGIN_KINDS; kind++) {
		const struct margin_way *way = &m->way[kind];

		margin_sentence(m, (enum margin_kind)kind, words, sizeof words);
		fprintf(to, "\n%s%c\n", words, way->found && way->steps > 0 ? ':' : '.');
		for (unsigned i = 0; i < way->steps; i++)
			fprintf(to, "  %s\n", way->step[i]);
	}
	fprintf(to,
		"\nTried: up to %d more crashes, cut links or liars; in the newest %d slots that "
		"have votes\nand in one without, up to %d new ballots with all that liars can do "
		"there: %u states.\nCrashes and cuts alone break no agreement: nodes keep what "
		"they promised and voted.\n",
		MARGIN_BOUND, MARGIN_SLOTS, MARGIN_BALLOTS, m->states);
}

static json_t *way_json(const struct margin_way *way, enum margin_kind kind)
{
	json_t *story = json_array();

	for (unsigned i = 0; i < way->steps; i++)
		json_array_append_new(story, json_string(way->step[i]));
	return json_pack("{sssosbsoso}", "to", kind == MARGIN_LIES ? "violation" : "stall", "count",
			 way->found ? json_integer((json_int_t)way->count) : json_null(),
			 "explored", !way->unexplored, "slot",
			 kind == MARGIN_LIES && way->found && way->slot != SLOT_NONE
				 ? json_integer((json_int_t)way->slot)
				 : json_null(),
			 "story", story);
}

json_t *margin_json(const struct margin *m)
{
	json_t *json = json_pack("{sisisi}", "bound", MARGIN_BOUND, "ballots", MARGIN_BALLOTS,
				 "states", (int)m->states);

	for (unsigned kind = 0; kind < MARGIN_KINDS; kind++)
		json_object_set_new(json, names[kind],
				    way_json(&m->way[kind], (enum margin_kind)kind));
	return json;
}

static bool find_now(const struct model *m, struct margin *out)
{
	struct margin_case c;
	void *memory = malloc(margin_memory_size());

	if (memory == NULL)
		return false;
	margin_look(m, &c);
	margin_find(memory, &c, out);
	free(memory);
	return true;
}

bool margin_print_now(const struct model *m, FILE *to)
{
	struct margin found;

	if (!find_now(m, &found))
		return false;
	margin_print(&found, to);
	return true;
}

json_t *margin_json_now(const struct model *m)
{
	struct margin found;

	return find_now(m, &found) ? margin_json(&found) : NULL;
}
