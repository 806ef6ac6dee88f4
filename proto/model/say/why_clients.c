/* Reads of clients: what makes an answer fresh, and what makes it stale. */
#include <stdio.h>

#include "proto/model/say/tale.h"

bool why_reading(const struct tale *t)
{
	if (t->e->because == BECAUSE_OWN)
		return SAY(t,
			   "n%u is asked what was written last, and asks no other node.\n"
			   "A quorum may have decided something without it: the answer can be "
			   "stale.",
			   t->e->node);
	return SAY(t,
		   "n%u is asked what was written last, and puts the question into the log.\n"
		   "Whatever was answered before stands before it there, so the answer cannot be "
		   "stale.",
		   t->e->node);
}

bool why_read(const struct tale *t)
{
	const char *what = t->e->value == VALUE_NONE ? "nothing" : t->value;

	if (t->e->because == BECAUSE_SKIPPED)
		return SAY(t,
			   "n%u was brought over slots that nobody keeps: it cannot tell what was "
			   "written last.\n"
			   "It says so, which is better than a guess.",
			   t->e->node);
	if (t->e->because == BECAUSE_OWN)
		return SAY(t,
			   "n%u answers %s: the last that it knows itself.\n"
			   "No quorum was asked, so nobody says that there is nothing newer.",
			   t->e->node, what);
	return SAY(t,
		   "n%u answers %s: what stands last before the read in the log.\n"
		   "A quorum voted for the read's own slot, so nothing older than the question is "
		   "missing.",
		   t->e->node, what);
}
