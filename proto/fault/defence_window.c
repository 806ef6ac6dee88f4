/* window: nobody climbs to rounds that no honest node needs. A signed message shows which round its
 * signer has seen. Of the f+1 highest such rounds one was seen by an honest node, since at most f
 * nodes lie; a Prepare may be WINDOW_ROUNDS above the lowest of them. */
#include "proto/fault/defence.h"

uint32_t window_round(const struct message *m)
{
	if (m->type == MSG_NACK)
		return m->promised.round;
	return (message_fields(m->type) & FIELD_BALLOT) != 0 ? m->ballot.round : 0;
}

/* Of two statements with the same round the later one is kept: it is under the defences of now, and
 * another would prove nothing to a node that has followed a change of them. */
void window_note(struct window *w, const struct message *m)
{
	uint32_t round = window_round(m);

	if (round == 0 || round < w->seen[m->from].round)
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

unsigned window_evidence(const struct window *w, unsigned f, proof_ref out[NODES_MAX])
{
	unsigned count = 0;

	for (node_id id = 1; id <= NODES_MAX; id++)
		if (is_among(w, id, f + 1) && w->seen[id].proof != PROOF_NONE)
			out[count++] = w->seen[id].proof;
	return count;
}

/* What is signed shows what its signer has seen; so does what is attached to it. */
static void note_rounds(struct window *w, const struct message *m)
{
	window_note(w, m);
	for (unsigned i = 0; i < m->told; i++)
		window_note(w, &m->tell[i]);
	w->refused_here |= m->type == MSG_NACK && m->why == REFUSE_WINDOW;
}

static bool window_refuses(struct defence_memory *d, const struct defence_case *c)
{
	struct window *w = &d->window;
	const struct message *m = c->m;

	if (m->proof == PROOF_NONE)
		return false;
	note_rounds(w, m);
	if (m->type != MSG_PREPARE && m->type != MSG_ACCEPT)
		return false;
	return (uint64_t)m->ballot.round > (uint64_t)window_edge(w, c->f) + WINDOW_ROUNDS;
}

const struct defence_rule defence_WINDOW = {
	.refuses = window_refuses,
	.why = ": no honest node needs so high a round.\n"
	       "A round may be a little above what f+1 others have used (window).",
	.stalled = {"window: ", " refuse n", ", whose round is far above the others'"},
	.rank = 4,
};
