/* The best cases that are known, as scripts: who hears whom, and when. What liars do in them is
 * their attack's affair. */
#include "proto/sim/trial_parts.h"

#define SHORT_US 400000
#define LONG_US  900000

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

/* A value gets its quorum, only the proposer knows it and nobody hears that one again; then another
 * proposer with as different a quorum as there is. The liars are in both. */
static bool two_quorums(const struct cast *c, unsigned number, struct phase *out)
{
	switch (number) {
	case 0:
		*out = (struct phase){.group = {c->first | c->liars},
				      .proposer = c->first_one,
				      .till_learned = c->first_one,
				      .at_most = SHORT_US};
		return true;
	case 1:
		*out = (struct phase){.group = {c->last | c->liars},
				      .proposer = c->last_one,
				      .hears_last = c->last_one,
				      .till_learned = c->last_one,
				      .at_most = LONG_US};
		return true;
	default:
		return false;
	}
}

/* The same, but the second proposer is a liar. */
static bool liar_second(const struct cast *c, unsigned number, struct phase *out)
{
	if (!two_quorums(c, number, out) || number == 0)
		return number == 0;
	out->proposer = c->liar;
	return true;
}

/* The liar proposes to nodes that cannot ask each other; then one that has heard the truth falls
 * silent and the others go on. */
static bool liar_first(const struct cast *c, unsigned number, struct phase *out)
{
	switch (number) {
	case 0:
		*out = (struct phase){
			.group = {c->first | c->liars, (c->honest & ~c->first) | c->liars},
			.proposer = c->liar,
			.till_learned = c->first_one,
			.at_most = SHORT_US};
		return true;
	case 1:
		*out = (struct phase){.group = {(c->honest | c->liars) & ~set_of(c->first_one)},
				      .proposer = c->last_one,
				      .hears_last = c->last_one,
				      .till_learned = c->last_one,
				      .at_most = LONG_US};
		return true;
	default:
		return false;
	}
}

/* Two halves that hear only the liars and themselves, both with a proposer. */
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

/* Each in turn gets its promises and then nobody hears it but itself, and each hears of as few
 * earlier votes as it can. So every value has votes and none a quorum. No liar needs to lie for it,
 * and where two honest ones can be promised the same slot without liars, none needs to speak. */
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

/* A value has the votes of a quorum and nobody hears of them, neither its proposer nor any learner:
 * then another one is proposed, and all that stands against it is what the promises say. */
static bool unheard(const struct cast *c, unsigned number, node_id first, node_id second,
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
	return unheard(c, number, c->last_one, c->first_one, out);
}

static bool unheard_then_liar(const struct cast *c, unsigned number, struct phase *out)
{
	return unheard(c, number, c->first_one, c->liar, out);
}

static bool unheard_of_liar(const struct cast *c, unsigned number, struct phase *out)
{
	return unheard(c, number, c->liar, c->first_one, out);
}

const struct script scripts[] = {
	{"two quorums", false, two_quorums},
	{"liar first", false, liar_first},
	{"liar second", false, liar_second},
	{"bridged partition", false, bridged},
	{"all together", false, all_together},
	{"split votes", true, split_votes},
	{"unheard votes", false, unheard_votes},
	{"unheard votes, then a liar", false, unheard_then_liar},
	{"unheard votes for a liar", false, unheard_of_liar},
};
const unsigned scripts_count = sizeof scripts / sizeof scripts[0];
