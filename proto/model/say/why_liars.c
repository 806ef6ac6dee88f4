/* Lies, defences and proofs in plain words: what the lie wants, and what stands against it. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/model/say/tale.h"

/* What a lie of each attack is good for. By bit number. */
static const char *const aims[ATTACKS] = {
	[0] = "Who is told two values, and gets votes for both, can have both chosen.",
	[1] = "Each of its ballots overtakes that of somebody who wanted to get something done.",
	[2] = "There is no ballot above that: nobody else could ever propose again.",
	[3] = "An old message says nothing new; a copy of it must change nothing.",
	[4] = "Who asks is not told of a vote, and may think that nothing is chosen yet.",
	[5] = "A vote that it was told of forces a value (P2c). It proposes another one.",
	[6] = "Nothing of the kind was decided. Who believes it stops asking the others.",
	[7] = "To either side of the partition it is another node: both may find a quorum.",
	[8] = "A vote that nobody cast forces a value that nobody proposed.",
	[9] = "Who checks no signatures cannot tell that somebody else said that.",
	[10] = "It wants the others to stop listening to an honest node.",
	[11] = "One field is not what an honest node would have said.",
	[12] = "It looks like a crash. A quorum must do without it.",
	[13] = "That is no message: it costs a moment to find out, and nothing else.",
	[14] = "It wants the others to have no time for anything else.",
};

_Static_assert(ATTACKS == 15, "an aim for every attack");

static const char *aim_of(uint32_t attack)
{
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((attack >> bit & 1) != 0)
			return aims[bit];
	return "";
}

bool why_armed(const struct tale *t)
{
	const struct event *e = t->e;
	const unsigned liars = set_count(model_armed(t->m));
	const unsigned tolerated = model_tolerated(t->m);
	char names[ATTACKS_SHOWN_MAX];
	if (e->attack == 0)
		return SAY(t,
			   "n%u is honest again, says whoever has its keyboard.\n"
			   "What it signed as a liar stays signed: proofs do not go away.",
			   e->node);
	attacks_show(e->attack, names);
	return SAY(t,
		   "n%u is a liar now (%s). It has its own key and no other.\n"
		   "Liars: %u. These defences bear %u. The other nodes are not told.",
		   e->node, names, liars, tolerated);
}

bool why_lied(const struct tale *t)
{
	const struct event *e = t->e;
	char who[NODES_MAX * 4], names[ATTACKS_SHOWN_MAX];
	set_show(e->to, who, sizeof who);
	attacks_show(e->attack, names);
	if (e->type == MSG_NONE)
		return SAY(t, "LIE: n%u keeps silent towards %s (%s).\n%s", e->node, who, names,
			   aim_of(e->attack));
	if (e->peer != NODE_NONE)
		return SAY(t, "LIE: n%u tells %s, in the name of n%u: %s (%s).\n%s", e->node, who,
			   e->peer, t->message, names, aim_of(e->attack));
	return SAY(t, "LIE: n%u tells %s: %s (%s).\n%s", e->node, who, t->message, names,
		   aim_of(e->attack));
}

bool why_evidence(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "n%u holds a proof: n%u %s.\n"
		   "It is made of what n%u signed itself. Nobody has to believe n%u: everybody can "
		   "check it.",
		   e->node, e->peer, proof_words((enum proof_kind)e->count), e->peer, e->node);
}

bool why_echoed(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "n%u tells everybody what it was asked to vote for: %s at ballot %s.\n"
		   "It votes when a quorum was asked for the same: two stories cannot both get "
		   "there.",
		   e->node, t->value, t->ballot);
}

bool why_policy(const struct tale *t)
{
	const struct event *e = t->e;
	char policy[POLICY_SHOWN_MAX];
	policy_show(e->policy, policy);
	return SAY(t,
		   "From slot %llu on the defences of n%u are: %s. A quorum is %u of %u there.\n"
		   "A slot keeps what it began with: two rules in one slot would not protect each "
		   "other.",
		   t->slot, e->node, policy, policy_quorum(e->policy, t->m->nodes), t->m->nodes);
}

bool why_epoch(const struct tale *t)
{
	const struct event *e = t->e;
	char policy[POLICY_SHOWN_MAX];
	policy_show(e->policy, policy);
	return SAY(t,
		   "n%u starts afresh: epoch %u, an empty log, defences: %s.\n"
		   "The epoch is inside every signature, so nothing of the run before counts any "
		   "more.",
		   e->node, e->count, policy);
}

bool why_forged(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "Somebody on the bus speaks in the name of n%u (%s).\n"
		   "A report counts under the signature of its node only: nothing of this is "
		   "believed.",
		   e->node, drop_words(e->drop));
}

/* Refusals that only a defence has; false: another reason. */
bool why_defended(const struct tale *t)
{
	const struct event *e = t->e;
	switch (e->why) {
	case REFUSE_BUSY:
		return SAY(t,
			   "n%u refused %s %s of n%u: it has leased itself to somebody else for a "
			   "while.\n"
			   "Who is in the middle of a proposal gets the time to finish it (lease).",
			   e->node, t->type, t->ballot, e->peer);
	case REFUSE_WINDOW:
		return SAY(t,
			   "n%u refused %s %s of n%u: no honest node needs so high a round.\n"
			   "A round may be a little above what f+1 others have used (window).",
			   e->node, t->type, t->ballot, e->peer);
	case REFUSE_UNJUSTIFIED:
		return SAY(t,
			   "n%u refused %s %s of n%u: the promises do not lead to this value.\n"
			   "A proposal must show a quorum of signed promises that allow it "
			   "(justify).",
			   e->node, t->type, t->ballot, e->peer);
	case REFUSE_REJECTED:
		return SAY(
			t,
			"n%u refused %s %s of n%u: it voted for another value before.\n"
			"That is the origin's remedy. It is safe, and honest nodes can block each "
			"other for ever.",
			e->node, t->type, t->ballot, e->peer);
	case REFUSE_BUDGET:
		return SAY(t,
			   "n%u refused %s %s of n%u: that node has prepared too often here.\n"
			   "That is the origin's remedy. It cannot tell a disturber from bad luck.",
			   e->node, t->type, t->ballot, e->peer);
	case REFUSE_QUARANTINED:
		return SAY(t,
			   "n%u refused %s %s of n%u, which is proven a liar.\n"
			   "It is not listened to as a proposer any more; its votes still count.",
			   e->node, t->type, t->ballot, e->peer);
	default:
		return false;
	}
}
