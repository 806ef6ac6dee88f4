/* Lies, defences and proofs in plain words: what the lie wants, and what stands against it. */
#include <stdio.h>

#include "proto/fault/attack.h"
#include "proto/fault/defence.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/tale.h"

/* What a lie of the first of these attacks is good for. */
static const char *aim_of(uint32_t attack)
{
	for (unsigned bit = 0; bit < ATTACKS; bit++)
		if ((attack >> bit & 1) != 0)
			return attack_aim(bit);
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
			   "n%u is honest again: so the operator says.\n"
			   "What it signed as a liar stays signed: proofs do not go away.",
			   e->node);
	attacks_show(e->attack, names);
	return SAY(t,
		   "n%u is a liar now (%s). It has its own key and no other.\n"
		   "Liars: %u. These defences tolerate %u. The other nodes are not told.",
		   e->node, names, liars, tolerated);
}

bool why_lied(const struct tale *t)
{
	const struct event *e = t->e;
	char who[NODES_MAX * 4], names[ATTACKS_SHOWN_MAX];
	set_show(e->to, who, sizeof who);
	lie_show(e->attack, names);
	if (e->type == MSG_NONE && (e->attack & (ATTACK_GARBLE | ATTACK_REPLAY)) != 0)
		return SAY(t, "LIE: n%u sends %s %s (%s).\n%s", e->node, who,
			   (e->attack & ATTACK_GARBLE) != 0 ? "bytes that are no message"
							    : "an old message again",
			   names, aim_of(e->attack));
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
		   "It is made of what n%u signed itself. No node has to believe n%u: each can "
		   "check it.",
		   e->node, e->peer, proof_words((enum proof_kind)e->count), e->peer, e->node);
}

bool why_echoed(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "n%u tells all nodes what it was asked to vote for: %s at ballot %s.\n"
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
		   "A slot keeps its rules: two sets in one slot would not protect each other.",
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
		   "Some process on the bus reports in the name of n%u (%s).\n"
		   "A report counts under the signature of its node only: nothing of this is "
		   "believed.",
		   e->node, drop_words(e->drop));
}

/* Refusals that only a defence has; false: another reason. */
bool why_defended(const struct tale *t)
{
	const struct event *e = t->e;
	const struct defence_rule *defence = defence_of(e->why);
	if (defence == NULL)
		return false;
	return SAY(t, "n%u refused %s %s of n%u%s", e->node, t->type, t->ballot, e->peer,
		   defence->why);
}
