#include "proto/fault/defence.h"

uint32_t window_round(const struct message *m)
{
	if (m->type == MSG_NACK)
		return m->promised.round;
	return (message_fields(m->type) & FIELD_BALLOT) != 0 ? m->ballot.round : 0;
}

void window_note(struct window *w, const struct message *m)
{
	uint32_t round = window_round(m);

	if (round <= w->seen[m->from].round)
		return;
	w->seen[m->from].round = round;
	w->seen[m->from].proof = m->proof;
}

/* Node `id` is among the first `count` by round, ties by number. */
static bool is_among(const struct window *w, node_id id, unsigned count)
{
	unsigned above = 0;

	for (unsigned other = 1; other <= NODES_MAX; other++)
		above += w->seen[other].round > w->seen[id].round ||
			 (other < id && w->seen[other].round == w->seen[id].round);
	return above < count;
}

uint32_t window_edge(const struct window *w, unsigned f)
{
	uint32_t edge = UINT32_MAX;

	for (node_id id = 1; id <= NODES_MAX; id++)
		if (is_among(w, id, f + 1) && w->seen[id].round < edge)
			edge = w->seen[id].round;
	return edge;
}

bool window_refuses(const struct window *w, unsigned f, const struct message *m)
{
	if (m->type != MSG_PREPARE && m->type != MSG_ACCEPT)
		return false;
	return (uint64_t)m->ballot.round > (uint64_t)window_edge(w, f) + WINDOW_ROUNDS;
}

unsigned window_evidence(const struct window *w, unsigned f, proof_ref out[NODES_MAX])
{
	unsigned count = 0;

	for (node_id id = 1; id <= NODES_MAX; id++)
		if (is_among(w, id, f + 1) && w->seen[id].proof != PROOF_NONE)
			out[count++] = w->seen[id].proof;
	return count;
}
