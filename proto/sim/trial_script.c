/* The best cases that are known for attacks, as scripts: which nodes hear which, and when. What the
 * liars say meanwhile is decided by their attacks (proto/fault). */
#include "proto/sim/trial_script.h"

#include "proto/fault/attack.h"

/* Phases end by themselves after so much virtual time: a few round trips, and enough for a proposer
 * to be preempted and to try again. */
#define SHORT_US 400000
#define LONG_US  900000

/* Everybody hears everybody, while one honest node proposes, then another one, then a liar. */
static bool all_together(const struct cast *c, unsigned number, struct phase *out)
{
	*out = (struct phase){.group = {c->honest | c->liars}, .at_most = LONG_US};
	switch (number) {
	case 0:
		out->proposer = c->first_one;
		return true;
	case 1:
		out->proposer = c->last_one;
		return true;
	case 2:
		out->proposer = c->liar;
		return true;
	default:
		return false;
	}
}

/* A first value is proposed, until the first honest node takes it for chosen. */
static struct phase till_first_learns(const struct cast *c, node_set group, node_id proposer)
{
	return (struct phase){.group = {group},
			      .proposer = proposer,
			      .till_learned = c->first_one,
			      .at_most = SHORT_US};
}

/* Then the last honest node proposes, in a group where the first one is not. */
static struct phase till_last_learns(const struct cast *c, node_set group)
{
	return (struct phase){.group = {group},
			      .proposer = c->last_one,
			      .hears_last = c->last_one,
			      .till_learned = c->last_one,
			      .at_most = LONG_US};
}

/* The first proposer gets a quorum of votes and alone knows that its value is chosen; no node hears
 * that proposer again. Then the second proposes to a quorum that shares as few nodes with the first
 * one as can be. The liars are in both quorums. */
static bool two_quorums(const struct cast *c, unsigned number, struct phase *out)
{
	switch (number) {
	case 0:
		*out = till_first_learns(c, c->first | c->liars, c->first_one);
		return true;
	case 1:
		*out = till_last_learns(c, c->last | c->liars);
		return true;
	default:
		return false;
	}
}

/* Two quorums again, but the second proposer is a liar. */
static bool liar_second(const struct cast *c, unsigned number, struct phase *out)
{
	if (!two_quorums(c, number, out) || number == 0)
		return number == 0;
	out->proposer = c->liar;
	return true;
}

/* A liar proposes to two groups of honest nodes that do not hear each other, until the first honest
 * node takes a value for chosen. Then that node falls silent, and the others go on without it. */
static bool liar_first(const struct cast *c, unsigned number, struct phase *out)
{
	switch (number) {
	case 0:
		*out = till_first_learns(c, c->first | c->liars, c->liar);
		out->group[1] = (c->honest & ~c->first) | c->liars;
		return true;
	case 1:
		*out = till_last_learns(c, (c->honest | c->liars) & ~set_of(c->first_one));
		return true;
	default:
		return false;
	}
}

/* Two groups of honest nodes, each with a proposer, hear only the liars and themselves. The first
 * phase is over at once (in us): both proposers are at work at the same time. */
static bool bridged(const struct cast *c, unsigned number, struct phase *out)
{
	*out = (struct phase){.group = {c->first | c->liars, c->last | c->liars},
			      .at_most = LONG_US};
	if (number == 0) {
		out->proposer = c->first_one;
		out->at_most = 1000;
		return true;
	}
	out->proposer = c->last_one;
	return number == 1;
}

/* Each honest node in turn prepares a ballot. As soon as it has its promises no node but itself
 * hears it, so its value gets one vote, its own. The groups are such that each proposer hears of as
 * few earlier votes as can be. In the end every value has votes, and none a quorum. No liar needs
 * to lie for this; where the honest nodes are more than a quorum, no liar even needs to speak. */
static bool split_votes(const struct cast *c, unsigned number, struct phase *out)
{
	node_set earlier = 0, group = set_count(c->honest) > c->quorum ? 0 : c->liars;
	unsigned at = 0;

	for (node_set left = c->honest; left != 0; left &= left - 1, at++) {
		if (at < number)
			earlier |= set_of(set_lowest(left));
		else
			group |= set_of(set_lowest(left));
	}
	if (number >= at)
		return false;
	*out = (struct phase){.proposer = set_lowest(c->honest & ~earlier), .at_most = SHORT_US};
	for (; set_count(group) < c->quorum && earlier != 0; earlier &= earlier - 1)
		group |= set_of(set_lowest(earlier));
	out->group[0] = group;
	out->till_leading = out->proposer;
	return true;
}

/* A value has the votes of a quorum, and no node has heard of these votes, neither the proposer nor
 * any learner. Then another value is proposed: all that can stop it is what the Promises tell. */
static bool unheard_by_any(const struct cast *c, unsigned number, node_id first, node_id second,
			   struct phase *out)
{
	*out = (struct phase){.group = {c->honest | c->liars}, .at_most = LONG_US};
	if (number == 0) {
		out->proposer = first;
		out->till_votes = c->quorum - set_count(c->liars);
	} else {
		out->proposer = second;
	}
	return number <= 1;
}

static bool unheard_votes(const struct cast *c, unsigned number, struct phase *out)
{
	return unheard_by_any(c, number, c->last_one, c->first_one, out);
}

static bool unheard_then_liar(const struct cast *c, unsigned number, struct phase *out)
{
	return unheard_by_any(c, number, c->first_one, c->liar, out);
}

static bool unheard_of_liar(const struct cast *c, unsigned number, struct phase *out)
{
	return unheard_by_any(c, number, c->liar, c->first_one, out);
}

static bool unheard_of_liar_twice(const struct cast *c, unsigned number, struct phase *out)
{
	return unheard_by_any(c, number, c->liar, c->liar, out);
}

/*	name, liars_fall_silent, liars_are_near, suits, phase */
const struct script trial_scripts[] = {
	{"two quorums", false, false, 0, two_quorums},
	{"liar first", false, false, 0, liar_first},
	{"liar second", false, false, 0, liar_second},
	{"bridged partition", false, false, 0, bridged},
	{"all together", false, false, 0, all_together},
	{"split votes", true, false, 0, split_votes},
	{"unheard votes", false, false, 0, unheard_votes},
	{"unheard votes, then a liar", false, false, 0, unheard_then_liar},
	{"unheard votes for a liar", false, false, 0, unheard_of_liar},
	{"unheard votes for a liar, then the liar again", false, false, ATTACK_EQUIVOCATE,
	 unheard_of_liar_twice},
	{"liars are near", false, true, 0, all_together},
};
const unsigned trial_scripts_count = sizeof trial_scripts / sizeof trial_scripts[0];
