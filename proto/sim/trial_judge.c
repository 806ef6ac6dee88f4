/* What honest nodes did, against what they may do. Liars are not believed. */
#include <stdio.h>
#include <string.h>

#include "proto/sim/trial_parts.h"

void judge_init(struct judge *j, node_set honest, unsigned liars, unsigned quorum)
{
	memset(j, 0, offsetof(struct judge, tally));
	memset(j->learned, 0, sizeof j->learned);
	j->honest = honest;
	j->liars = liars;
	j->quorum = quorum;
}

static void note_vote(struct judge *j, node_id node, const struct paxos_write *w)
{
	for (unsigned i = 0; i < j->tallies; i++) {
		struct tally *t = &j->tally[i];
		if (t->slot == w->slot && ballot_cmp(t->ballot, w->ballot) == 0 &&
		    t->value == w->value) {
			t->voters |= set_of(node);
			return;
		}
	}
	if (j->tallies == JUDGE_TALLIES) {
		j->full = true;
		return;
	}
	j->tally[j->tallies++] = (struct tally){w->slot, w->ballot, w->value, set_of(node)};
}

/* Can it be chosen: has some ballot a quorum, if all liars voted for it too? */
static bool can_be_chosen(const struct judge *j, slot_number slot, value_ref value)
{
	for (unsigned i = 0; i < j->tallies; i++)
		if (j->tally[i].slot == slot && j->tally[i].value == value &&
		    set_count(j->tally[i].voters) + j->liars >= j->quorum)
			return true;
	return false;
}

static void note_learned(struct judge *j, node_id node, const struct paxos_write *w,
			 const struct values *values)
{
	char mine[VALUE_SHOWN_MAX + 1], theirs[VALUE_SHOWN_MAX + 1];

	values_show(values, w->value, mine);
	for (node_set left = j->honest; left != 0; left &= left - 1) {
		value_ref other = j->learned[set_lowest(left)][w->slot];
		if (other == VALUE_NONE || other == w->value)
			continue;
		values_show(values, other, theirs);
		snprintf(j->why, sizeof j->why,
			 "agreement: in slot %llu n%u takes %s for chosen and n%u %s",
			 (unsigned long long)w->slot, set_lowest(left), theirs, node, mine);
		return;
	}
	j->learned[node][w->slot] = w->value;
	if (!can_be_chosen(j, w->slot, w->value))
		snprintf(j->why, sizeof j->why,
			 "quorum: n%u takes %s for chosen in slot %llu, for which no %u nodes can "
			 "have voted",
			 node, mine, (unsigned long long)w->slot, j->quorum);
}

void judge_write(struct judge *j, node_id node, const struct paxos_write *w,
		 const struct values *values)
{
	if (!set_has(j->honest, node) || w->kind == WRITE_PROMISED || w->kind == WRITE_ECHO ||
	    j->why[0] != '\0')
		return;
	if (w->slot >= JUDGE_SLOTS)
		j->full = true;
	else if (w->kind == WRITE_VOTE)
		note_vote(j, node, w);
	else
		note_learned(j, node, w, values);
}

void judge_take(struct judge *j, const struct event *e)
{
	if (e->kind != EVENT_EVIDENCE || !set_has(j->honest, e->node) ||
	    !set_has(j->honest, e->peer) || j->why[0] != '\0')
		return;
	snprintf(j->why, sizeof j->why, "framed: n%u holds evidence against n%u, which is honest",
		 e->node, e->peer);
}
