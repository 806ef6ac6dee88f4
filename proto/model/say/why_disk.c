/* What becomes of a node's disk, of what it had stored there, and of its clock. */
#include <stdio.h>

#include "proto/fault/crash_point.h"
#include "proto/model/say/tale.h"

bool why_doomed(const struct tale *t)
{
	if (t->e->count == CRASH_POINT_NONE)
		return SAY(t,
			   "n%u is to crash before no write, and its disk has room.\n"
			   "What it owes its disk is synced before anybody hears of it, as always.",
			   t->e->node);
	if (t->e->count == CRASH_POINT_FULL)
		return SAY(
			t,
			"The disk of n%u has no room left: it stops at what it next writes.\n"
			"An acceptor that cannot store its answer must not give it: a node stores "
			"first, then tells.",
			t->e->node);
	return SAY(t,
		   "n%u is to crash before %s is synced, as if the power failed.\n"
		   "Nobody can have heard of it by then: a node stores first, then tells.",
		   t->e->node, crash_point_lost(t->e->count));
}

bool why_forgot(const struct tale *t)
{
	switch (t->e->count) {
	case CRASH_POINT_FULL:
		return SAY(t,
			   "n%u stops, for its disk is full: what it promised, voted or learned in "
			   "this step is not on it.\n"
			   "Nobody has heard of that: a node stores first, then tells.",
			   t->e->node);
	case CRASH_POINT_VOTE:
		return SAY(t,
			   "n%u votes for %s at %s, and crashes before that is on its disk.\n"
			   "It will not remember the vote, and nobody counted it: an acceptor "
			   "stores its vote before it tells.",
			   t->e->node, t->value, t->ballot);
	case CRASH_POINT_PROMISE:
		return SAY(t,
			   "n%u promises %s, and crashes before that is on its disk.\n"
			   "It will not remember the promise, and nobody relied on it: an acceptor "
			   "stores its promise before it tells.",
			   t->e->node, t->ballot);
	default:
		return SAY(t,
			   "n%u finds that %s is chosen in slot %llu, and crashes before that is "
			   "on its disk.\n"
			   "The choice does not depend on who knows it: the votes of a quorum are "
			   "on their disks, and n%u can learn it again.",
			   t->e->node, t->value, t->slot, t->e->node);
	}
}

bool why_slowed(const struct tale *t)
{
	char longer[24];

	ms_show(t->e->count, longer);
	if (t->e->count == 0)
		return SAY(t,
			   "The disk of n%u is as fast as before.\n"
			   "What n%u promises and votes leaves it when it is synced, as always.",
			   t->e->node, t->e->node);
	return SAY(t,
		   "The disk of n%u takes %s longer for each sync.\n"
		   "What n%u promises and votes leaves it so much later, for it stores first, then "
		   "tells: a quorum of others need not wait for it.",
		   t->e->node, longer, t->e->node);
}

bool why_drifted(const struct tale *t)
{
	const struct drift drift = {t->e->due, t->e->number, t->e->count};
	char shown[48];

	drift_show(&drift, t->e->at, shown, sizeof shown);
	return SAY(t,
		   "The clock of n%u is now %s, against the cluster's.\n"
		   "Its timers and leases end by it: it proposes and asks again too soon or too "
		   "late. What it promises and votes depends on no clock.",
		   t->e->node, shown);
}

bool why_disk(const struct tale *t)
{
	switch (t->e->count) {
	case DISK_WIPED:
		return SAY(t,
			   "The disk of n%u is empty: what n%u promised and accepted is lost.\n"
			   "It must not come back as if it had said nothing. Another can have its "
			   "seat, with no part in old slots: replace %u.",
			   t->e->node, t->e->node, t->e->node);
	case DISK_COPIED:
		return SAY(t,
			   "A copy of the disk of n%u is kept.\n"
			   "To put it back later is to make n%u forget what it says from now on.",
			   t->e->node, t->e->node);
	default:
		return SAY(t,
			   "The disk of n%u is as it was when it was copied: what n%u promised and "
			   "accepted since then is lost.\n"
			   "It is let in only if nobody is there who may have heard of that.",
			   t->e->node, t->e->node);
	}
}

bool why_seated(const struct tale *t)
{
	return SAY(t,
		   "n%u has the seat of a node that lost its disk, and with it its promises and "
		   "votes.\n"
		   "The one before may have voted below slot %llu: there n%u neither promises nor "
		   "votes, and learns.",
		   t->e->node, t->slot, t->e->node);
}
