/* What honest nodes did, against what they may do. Liars are not believed. */
#include <stdio.h>
#include <string.h>

#include "proto/sim/trial_parts.h"

void judge_init(struct judge *j, node_set honest, unsigned liars, unsigned quorum)
{
	memset(j, 0, offsetof(struct judge, tally));
	memset(j->learned, 0, sizeof j->learned);
	memset(j->chosen, 0, sizeof j->chosen);
	j->honest = honest;
	j->liars = liars;
	j->quorum = quorum;
}

/* A value is chosen when a quorum has accepted it in one ballot, whether anybody learns it or not:
 * two of them in one slot break agreement. */
static void count(struct judge *j, const struct tally *t, const struct values *values)
{
	const struct tally *other;
	char first[VALUE_SHOWN_MAX + 1], second[VALUE_SHOWN_MAX + 1];

	if (set_count(t->voters) < j->quorum)
		return;
	other = j->chosen[t->slot];
	if (other == NULL)
		j->chosen[t->slot] = t;
	if (other == NULL || other->value == t->value || j->why[0] != '\0')
		return;
	values_show(values, other->value, first);
	values_show(values, t->value, second);
	snprintf(j->why, sizeof j->why,
		 "agreement: in slot %llu %u nodes accepted %s at %u.%u and %u nodes %s at %u.%u",
		 (unsigned long long)t->slot, set_count(other->voters), first, other->ballot.round,
		 other->ballot.node, set_count(t->voters), second, t->ballot.round, t->ballot.node);
}

static void note_vote(struct judge *j, node_id node, const struct tally *vote,
		      const struct values *values)
{
	for (unsigned i = 0; i < j->tallies; i++) {
		struct tally *t = &j->tally[i];
		if (t->slot == vote->slot && ballot_cmp(t->ballot, vote->ballot) == 0 &&
		    t->value == vote->value) {
			t->voters |= set_of(node);
			count(j, t, values);
			return;
		}
	}
	if (j->tallies == JUDGE_TALLIES) {
		j->full = true;
		return;
	}
	j->tally[j->tallies] = *vote;
	j->tally[j->tallies].voters = set_of(node);
	count(j, &j->tally[j->tallies++], values);
}

/* Can it be chosen: has some ballot a quorum, if all liars voted for it too? */
static bool can_be_chosen(const struct judge *j, slot_number slot, value_ref value)
{
	for (unsigned i = 0; i < j->tallies; i++)
		if (j->tally[i].slot == slot && j->tally[i].value == value &&
		    set_count(j->tally[i].voters & j->honest) + j->liars >= j->quorum)
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
		note_vote(j, node, &(struct tally){w->slot, w->ballot, w->value, 0}, values);
	else
		note_learned(j, node, w, values);
}

/* A liar votes by saying so, as often as it likes. */
void judge_sent(struct judge *j, const struct message *m, const struct values *values)
{
	if (m->type != MSG_ACCEPTED || set_has(j->honest, m->from) || m->slot >= JUDGE_SLOTS)
		return;
	note_vote(j, m->from, &(struct tally){m->slot, m->ballot, m->value, 0}, values);
}

void judge_take(struct judge *j, const struct event *e)
{
	if (e->kind != EVENT_EVIDENCE || !set_has(j->honest, e->node) ||
	    !set_has(j->honest, e->peer) || j->why[0] != '\0')
		return;
	snprintf(j->why, sizeof j->why, "framed: n%u holds evidence against n%u, which is honest",
		 e->node, e->peer);
}
