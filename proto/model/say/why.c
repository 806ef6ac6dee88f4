/* Every step in plain words: what happened, a newline, and why it is so. Written for somebody who
 * sees Paxos for the first time; the rules have the names that "Paxos Made Simple" gives them.
 *
 * Silent on purpose: sent, held (unless it waits for a hand) and received, because what a message
 * brings about is explained where it takes effect; obeyed, timed and resigned in multi mode,
 * because nothing was decided by them. For a reader who asks about one of these: why_aside.c. */
#include <stdio.h>

#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "proto/model/say/tale.h"

static const char *plural(unsigned count)
{
	return count == 1 ? "" : "s";
}

/* What was done to the node's disk since it last ran before this event. */
static uint32_t disk_before(const struct tale *t)
{
	const struct event *e;

	for (uint64_t i = t->index; i-- > 0 && (e = model_event_at(t->m, i)) != NULL;) {
		if (e->node != t->e->node)
			continue;
		if (e->kind == EVENT_DISK && e->count != DISK_COPIED)
			return e->count;
		if (e->kind != EVENT_DISK && e->kind != EVENT_CRASHED)
			break;
	}
	return 0;
}

static bool on_started(const struct tale *t)
{
	const struct event *e = t->e;
	if (e->boot <= 1)
		return SAY(t,
			   "n%u is up. It has promised nothing and accepted nothing.\n"
			   "Every node is proposer, acceptor and learner at once.",
			   e->node);
	if (t->m->node[e->node].part_from > 0)
		return SAY(
			t,
			"n%u is back: life %u. It has the seat of a node that lost its disk, and "
			"began on an empty one.\n"
			"Below slot %llu it has no vote, for the one before may have voted there.",
			e->node, e->boot, (unsigned long long)t->m->node[e->node].part_from);
	if (disk_before(t) == DISK_PUT_BACK)
		return SAY(
			t,
			"n%u is back: life %u. Its disk is an old copy, with %u chosen slot%s.\n"
			"What it promised and accepted after the copy was made it has forgotten.",
			e->node, e->boot, e->count, e->count == 1 ? "" : "s");
	return SAY(t,
		   "n%u is back: life %u. Its disk kept its promise, votes and %u chosen slot%s.\n"
		   "So a crash breaks no promise: it was on disk before any node heard of it.",
		   e->node, e->boot, e->count, e->count == 1 ? "" : "s");
}

static bool on_crashed(const struct tale *t)
{
	const struct model *m = t->m;
	unsigned up = 0;
	for (unsigned id = 1; id <= m->nodes; id++)
		up += m->node[id].life == LIFE_UP;
	const uint32_t disk = disk_before(t);

	if (disk != 0)
		return SAY(t,
			   "n%u did not come up: its disk %s.\n"
			   "A node that may have forgotten what it promised must not take part: "
			   "replace %u.",
			   t->e->node, disk == DISK_WIPED ? "is empty" : "is an old copy",
			   t->e->node);
	if (up >= m->quorum)
		return SAY(t,
			   "n%u crashed. What it promised and accepted is safe on its disk.\n"
			   "%u of %u nodes still run, and a quorum is %u: the others can go on.",
			   t->e->node, up, m->nodes, m->quorum);
	return SAY(
		t,
		"n%u crashed. What it promised and accepted is safe on its disk.\n"
		"Only %u of %u node%s still run%s, and a quorum is %u: nothing can be chosen until "
		"one returns.",
		t->e->node, up, m->nodes, plural(m->nodes), up == 1 ? "s" : "", m->quorum);
}

static bool on_stopped(const struct tale *t)
{
	return SAY(t,
		   "n%u is frozen: alive, but silent.\n"
		   "To the others that looks like a crash: no node can tell slow from dead.",
		   t->e->node);
}

static bool on_silent(const struct tale *t)
{
	return SAY(t,
		   "n%u owes an answer and is not heard from here any more.\n"
		   "It is down, slow, or out of reach: from here that cannot be told. What it "
		   "promised "
		   "and accepted still counts.",
		   t->e->node);
}

static bool on_mistaken(const struct tale *t)
{
	if (t->e->count == MISTAKE_NONE)
		return SAY(t,
			   "n%u runs the right program again.\n"
			   "What it did by its mistake stays done: votes and promises last.",
			   t->e->node);
	return SAY(t,
		   "n%u runs a program with the mistake %s.\n"
		   "It keeps its word, and its program is wrong: %s.",
		   t->e->node, mistake_name(t->e->count), mistake_help(t->e->count));
}

static bool on_unjournaled(const struct tale *t)
{
	return SAY(t,
		   "n%u goes on without its journal, which ended after %llu input%s of this life.\n"
		   "What it does from here on cannot be computed again. Paxos does not need the "
		   "journal.",
		   t->e->node, (unsigned long long)t->e->number, t->e->number == 1 ? "" : "s");
}

static bool on_continued(const struct tale *t)
{
	return SAY(t,
		   "n%u runs again and does not know how long it was away.\n"
		   "Its old ballot may be outdated by now; the others will refuse it if so.",
		   t->e->node);
}

static bool on_missed(const struct tale *t)
{
	return SAY(t,
		   "%u event%s of n%u did not reach this screen.\n"
		   "The cluster is not affected; a snapshot repairs the picture.",
		   t->e->count, t->e->count == 1 ? "" : "s", t->e->node);
}

static bool on_held(const struct tale *t)
{
	const struct event *e = t->e;
	if (e->due != 0)
		return false;
	return SAY(t,
		   "n%u holds %s from n%u at its gate.\n"
		   "It arrives when you deliver it. Until then it is just a slow message.",
		   e->node, t->message, e->peer);
}

static bool on_dropped(const struct tale *t)
{
	const struct event *e = t->e;
	if (e->type == MSG_EVIDENCE && e->drop == DROP_PROOF)
		return SAY(t,
			   "n%u accuses a node, and what it shows to n%u proves nothing.\n"
			   "An accusation has no effect. A false one, signed, is proof against its "
			   "sender.",
			   e->peer, e->node);
	if (e->drop == DROP_SIGNATURE)
		return SAY(t,
			   "n%u threw %s away: the signature is not that of the node in whose name "
			   "it came.\n"
			   "No node can sign with a key that is not its own.",
			   e->node, t->message);
	if (e->drop < DROP_SHORT)
		return SAY(t,
			   "%s from n%u never reached n%u: %s.\n"
			   "Paxos counts on nothing arriving: a node that lacks an answer asks "
			   "again.",
			   t->message, e->peer, e->node, drop_words(e->drop));
	return SAY(t,
		   "n%u threw a frame away: %s.\n"
		   "What is no valid message of this cluster changes nothing.",
		   e->node, drop_words(e->drop));
}

static bool on_duplicated(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "The link doubled %s from n%u to n%u.\n"
		   "Nodes count distinct senders, so a second copy changes nothing.",
		   t->message, e->peer, e->node);
}

/* The Promise that the acceptor sent in the same step; NULL: it is not known yet, or the acceptor
 * promised to itself. */
static const struct event *promise_sent(const struct tale *t)
{
	const struct event *e;
	for (uint64_t i = t->index + 1; (e = model_event_at(t->m, i)) != NULL; i++)
		if (e->node == t->e->node && (e->at != t->e->at || i > t->index + 256))
			return NULL;
		else if (e->node == t->e->node && e->kind == EVENT_SENT && e->type == MSG_PROMISE &&
			 ballot_cmp(e->ballot, t->e->ballot) == 0)
			return e;
	return NULL;
}

/* Votes of decided slots are not in a Promise: the decision itself goes to the proposer, in a
 * Commit. */
static bool on_promised(const struct tale *t)
{
	const struct event *e = t->e, *sent = promise_sent(t);
	const struct model_slot *s = model_slot(t->m, e->slot);
	char at[16], value[MARKED_MAX + 1];
	if (vote_is_decided(t->m, e->node, e->slot, e->ballot, e->at)) {
		value_mark(t->m, s->vote[e->node].chosen, value);
		return SAY(t,
			   "n%u promised n%u: \"I will refuse every ballot below %s.\"\n"
			   "It tells no vote for slot %llu: it knows %s to be chosen there, and "
			   "a COMMIT tells that.",
			   e->node, e->ballot.node, t->ballot, t->slot, value);
	}
	if (sent != NULL && sent->count > 0) {
		ballot_show(sent->other, at);
		value_mark(t->m, sent->value, value);
	} else if (sent == NULL && s != NULL && s->vote[e->node].voted != VALUE_NONE &&
		   ballot_cmp(s->vote[e->node].voted_at, e->ballot) < 0) {
		ballot_show(s->vote[e->node].voted_at, at);
		value_mark(t->m, s->vote[e->node].voted, value);
	} else {
		return SAY(t,
			   "n%u promised n%u: \"I will refuse every ballot below %s.\"\n"
			   "It has accepted nothing in slot %llu, and says so.",
			   e->node, e->ballot.node, t->ballot, t->slot);
	}
	return SAY(t,
		   "n%u promised n%u: \"I will refuse every ballot below %s.\"\n"
		   "And it must tell: \"In slot %llu I already accepted %s at ballot %s.\"",
		   e->node, e->ballot.node, t->ballot, t->slot, value, at);
}

static bool on_accepted(const struct tale *t)
{
	const struct event *e = t->e;
	const struct model_slot *s = model_slot(t->m, e->slot);
	const struct model_tally *tally = s == NULL ? NULL : model_tally(s, e->ballot, e->value);
	unsigned votes = tally == NULL ? 1 : set_count(tally->voters);
	if (votes > t->m->quorum)
		return SAY(t,
			   "n%u accepted %s at ballot %s too: %u of %u nodes have.\n"
			   "It was chosen already; one more vote makes no difference.",
			   e->node, t->value, t->ballot, votes, t->m->nodes);
	if (votes == t->m->quorum) {
		char who[NODES_MAX * 4] = "";
		set_show(tally == NULL ? set_of(e->node) : tally->voters, who, sizeof who);
		return SAY(
			t,
			"n%u's vote for %s at %s completes a quorum (%s): CHOSEN in slot %llu.\n"
			"No node knows it yet, but every later quorum contains one of them: final.",
			e->node, t->value, t->ballot, who, t->slot);
	}
	return SAY(t,
		   "n%u accepted %s in slot %llu at ballot %s, and wrote it to disk.\n"
		   "%s is chosen once %u node%s accepted it at this same ballot: %u so far.",
		   e->node, t->value, t->slot, t->ballot, t->value, t->m->quorum,
		   plural(t->m->quorum), votes);
}

static bool on_refused(const struct tale *t)
{
	const struct event *e = t->e;
	if (why_defended(t))
		return true;
	if (e->why == REFUSE_PROMISED)
		return SAY(t,
			   "n%u refused %s %s of n%u: \"I promised %s, so nothing below it.\"\n"
			   "n%u can only come back with a ballot above %s.",
			   e->node, t->type, t->ballot, e->peer, t->other, e->peer, t->other);
	return SAY(t,
		   "n%u refused %s %s of n%u: %s.\n"
		   "A refusal is a courtesy: silence would be just as safe, only slower.",
		   e->node, t->type, t->ballot, e->peer, refusal_words(e->why));
}

static bool on_queued(const struct tale *t)
{
	const struct event *e = t->e;
	if (t->m->mode == MODE_MULTI && t->m->node[e->node].role == ROLE_LEADING)
		return SAY(t,
			   "n%u was asked to propose %s.\n"
			   "It leads already: phase 1 is done, it may send ACCEPT at once.",
			   e->node, t->value);
	return SAY(t,
		   "n%u was asked to propose %s.\n"
		   "Before it may, it must ask a quorum what they have accepted: phase 1.",
		   e->node, t->value);
}

static bool on_preparing(const struct tale *t)
{
	if (t->m->node[t->e->node].pending == 0)
		return SAY(
			t,
			"A quorum may have voted in slot %llu, and no node that n%u hears can "
			"tell.\n"
			"So n%u finds out by ballot %s, with no value of its own: votes force one.",
			(unsigned long long)t->e->slot, t->e->node, t->e->node, t->ballot);
	return SAY(t,
		   "n%u asks all nodes: \"Promise me ballot %s?\" (phase 1)\n"
		   "It needs promises from %u of %u node%s, a quorum, before it may propose.",
		   t->e->node, t->ballot, t->m->quorum, t->m->nodes, plural(t->m->nodes));
}

static bool on_counted(const struct tale *t)
{
	const struct event *e = t->e;
	bool full = e->count >= e->quorum;
	if (e->type == MSG_PROMISE && e->value != VALUE_NONE)
		return SAY(t,
			   "n%u has %u of %u promises for %s. n%u told it: \"I already accepted "
			   "%s at ballot %s\".\n"
			   "It must not overlook that: %s may have been chosen already.",
			   e->node, e->count, e->quorum, t->ballot, e->peer, t->value, t->other,
			   t->value);
	if (e->type == MSG_PROMISE)
		return SAY(t, "n%u has %u of %u promises for %s, the newest from n%u.\n%s", e->node,
			   e->count, e->quorum, t->ballot, e->peer,
			   full ? "That is a quorum: phase 1 is won, phase 2 can begin."
				: "A quorum is needed, because any two quorums share a node.");
	if (e->type == MSG_ECHO)
		return SAY(t,
			   "n%u has %u of %u Echoes of this Accept at ballot %s, the newest %s "
			   "n%u.\n%s",
			   e->node, e->count, e->quorum, t->ballot,
			   e->peer == e->ballot.node ? "is the Accept of its owner" : "from",
			   e->peer,
			   full ? "A quorum was asked for the same value: now it may vote."
				: "It votes when a quorum was asked for the same value.");
	return SAY(t, "n%u counts %u of %u votes at ballot %s, the newest from n%u.\n%s", e->node,
		   e->count, e->quorum, t->ballot, e->peer,
		   full ? "That is a quorum in one ballot: the value is chosen."
			: "Only votes in the same ballot count together.");
}

/* Of the votes that the proposer was told in this ballot, the highest one for another value than
 * the one it proposes; NULL: all that were told are for one value. */
static const struct event *vote_that_lost(const struct tale *t)
{
	const struct event *highest = NULL, *e;
	for (uint64_t i = t->index; i-- > 0 && (e = model_event_at(t->m, i)) != NULL;) {
		if (e->node != t->e->node)
			continue;
		if (e->kind == EVENT_PREPARING)
			break;
		if (e->kind == EVENT_COUNTED && e->type == MSG_PROMISE &&
		    ballot_cmp(e->ballot, t->e->ballot) == 0 && e->value != VALUE_NONE &&
		    e->value != t->e->value && !ballot_is_none(e->other) &&
		    (highest == NULL || ballot_cmp(e->other, highest->other) > 0))
			highest = e;
	}
	return highest;
}

/* "n1 wanted C, and n3 told it: ...": how the value that the proposer was asked for, and the one
 * that binds it, go together. */
static void bound_by(const struct tale *t, char *out, size_t size)
{
	const struct event *e = t->e;
	value_ref wanted = t->m->node[e->node].wanted;
	const bool own_vote = e->peer == e->node;
	char own[MARKED_MAX + 1];
	value_mark(t->m, wanted, own);
	if (own_vote && wanted == VALUE_NONE)
		snprintf(out, size, "n%u itself accepted %s at ballot %s", e->node, t->value,
			 t->other);
	else if (own_vote)
		snprintf(out, size,
			 wanted == e->value
				 ? "n%u wanted %s, and has itself accepted %s at ballot %s"
				 : "n%u wanted %s.  But it has itself accepted %s at "
				   "ballot %s",
			 e->node, own, t->value, t->other);
	else if (wanted == VALUE_NONE)
		snprintf(out, size, "n%u was told by n%u: \"I already accepted %s at ballot %s\"",
			 e->node, e->peer, t->value, t->other);
	else
		snprintf(out, size,
			 wanted == e->value
				 ? "n%u wanted %s, and n%u told it: \"I already accepted %s at "
				   "ballot %s\""
				 : "n%u wanted %s.  But n%u told it: \"I already accepted %s at "
				   "ballot %s\"",
			 e->node, own, e->peer, t->value, t->other);
}

static bool say_forced(const struct tale *t)
{
	const struct event *e = t->e, *lost = vote_that_lost(t);
	char bound[2 * MARKED_MAX + 120], value[MARKED_MAX + 1], at[16];
	bound_by(t, bound, sizeof bound);
	if (lost != NULL) {
		value_mark(t->m, lost->value, value);
		ballot_show(lost->other, at);
		return SAY(
			t,
			"%s.\n"
			"So n%u MUST propose %s, and not %s, which n%u accepted at %s: the lower "
			"ballot.\n"
			"Of the votes that a quorum tells, the highest ballot counts (rule P2c).",
			bound, e->node, t->value, value, lost->peer, at);
	}
	if (t->m->node[e->node].wanted == e->value)
		return SAY(t,
			   "%s.\n"
			   "So n%u may propose it: the rule (P2c) asks for nothing else.",
			   bound, e->node);
	return SAY(t,
		   "%s.\n"
		   "So n%u MUST propose %s.  Any two quorums share a node (rule P2c).",
		   bound, e->node, t->value);
}

static bool on_proposing(const struct tale *t)
{
	const struct event *e = t->e;
	if (e->because == BECAUSE_FORCED)
		return say_forced(t);
	if (e->because == BECAUSE_GAP)
		return SAY(
			t,
			"No vote was told for slot %llu, but later slots are in use: n%u proposes "
			"a no-op.\n"
			"A log is read in order, so a gap must be filled with something that "
			"means nothing.",
			t->slot, e->node);
	return SAY(t,
		   "No node in n%u's quorum has accepted anything in slot %llu.\n"
		   "So n%u is free to propose its own value: %s (phase 2, ballot %s).",
		   e->node, t->slot, e->node, t->value, t->ballot);
}

static bool on_resent(const struct tale *t)
{
	return SAY(t,
		   "n%u got too few answers in time, so it sends %s %s again.\n"
		   "Lost or only slow? It cannot know. Repeating is harmless: senders are "
		   "counted once.",
		   t->e->node, t->type, t->ballot);
}

static bool on_preempted(const struct tale *t)
{
	const struct event *e = t->e;
	if (e->due == 0)
		return SAY(t,
			   "n%u's ballot %s lost to %s of n%u.\n"
			   "n%u wants nothing any more, so it does not try again.",
			   e->node, t->ballot, t->other, e->other.node, e->node);
	return SAY(
		t,
		"n%u's ballot %s lost to %s of n%u.\n"
		"n%u waits a random while before it tries a higher one: in a hurry the two could "
		"overtake each other for ever.",
		e->node, t->ballot, t->other, e->other.node, e->node);
}

static bool on_leading(const struct tale *t)
{
	const struct event *e = t->e;
	if (t->m->mode == MODE_SINGLE)
		return SAY(t,
			   "n%u has promises from a quorum for ballot %s.\n"
			   "Now it may propose in slot %llu, if it respects what it was told.",
			   e->node, t->ballot, t->slot);
	return SAY(t,
		   "n%u leads: a quorum promised ballot %s for every slot from %llu on.\n"
		   "From now on each value needs only phase 2, until another node takes over.",
		   e->node, t->ballot, t->slot);
}

static bool on_resigned(const struct tale *t)
{
	if (t->m->mode == MODE_MULTI)
		return false;
	return SAY(t,
		   "Its slot is decided, so n%u's ballot %s has done its work.\n"
		   "In single mode the next slot begins with phase 1 and a new ballot.",
		   t->e->node, t->ballot);
}

static bool on_won(const struct tale *t)
{
	return SAY(t,
		   "n%u was asked to propose %s, and it is chosen, in slot %llu.\n"
		   "The client that asked n%u can be told: this will never change.",
		   t->e->node, t->value, t->slot, t->e->node);
}

static bool on_batched(const struct tale *t)
{
	return SAY(t,
		   "%u value%s waited at n%u, which had enough slots under way.\n"
		   "Now one slot takes them all, as %s: one ballot decides them together.",
		   t->e->count, plural(t->e->count), t->e->node, t->value);
}

static bool on_placed(const struct tale *t)
{
	return SAY(t,
		   "n%u was asked to propose %s, and it is chosen, in slot %llu, place %u.\n"
		   "It shares the slot with others; its order among them will never change.",
		   t->e->node, t->value, t->slot, t->e->count);
}

static bool on_lost(const struct tale *t)
{
	const struct event *e = t->e;
	if (e->because == BECAUSE_TAKEN)
		return SAY(t,
			   "n%u gives up %s: slot %llu holds another value.\n"
			   "What is chosen stays chosen; it could ask for another slot.",
			   e->node, t->value, t->slot);
	if (e->because == BECAUSE_SKIPPED)
		return SAY(t,
			   "n%u was brought over slot %llu, where it had proposed %s.\n"
			   "No node keeps that slot: the value may be chosen there, so it is not "
			   "tried again.",
			   e->node, t->slot, t->value);
	return SAY(t,
		   "n%u gives up %s: %s.\n"
		   "Nothing was broken; it was just not tried.",
		   e->node, t->value,
		   e->because == BECAUSE_FULL ? "too many values wait already"
					      : "the slot asked for is too far ahead");
}

static bool on_exhausted(const struct tale *t)
{
	return SAY(t,
		   "n%u cannot propose: it promised %s, and no ballot is higher.\n"
		   "A node that uses up the ballots stops progress, but breaks nothing.",
		   t->e->node, t->other);
}

static bool on_chosen(const struct tale *t)
{
	const struct event *e = t->e;
	const struct model_remark *r = &t->m->node[e->node].remark[REMARK_UNFOUNDED];
	if (r->count > 0 && r->slot == e->slot && r->value == e->value)
		return SAY(t,
			   "n%u says that %s is chosen in slot %llu, and no quorum voted so.\n"
			   "Other nodes' words stand against its own: it is not believed.",
			   e->node, t->value, t->slot);
	if (e->because == BECAUSE_TOLD)
		return SAY(t,
			   "n%u learned from n%u that %s is CHOSEN in slot %llu.\n"
			   "It need not count votes itself: what is chosen never changes.",
			   e->node, e->peer, t->value, t->slot);
	if (e->because == BECAUSE_STORED)
		return SAY(t,
			   "n%u read on its disk that %s is CHOSEN in slot %llu.\n"
			   "A restart forgets nothing that was chosen.",
			   e->node, t->value, t->slot);
	const struct model_slot *slot = model_slot(t->m, e->slot);
	const struct model_tally *votes =
		slot != NULL ? model_tally(slot, e->ballot, e->value) : NULL;
	const unsigned known = votes != NULL ? set_count(votes->voters) : t->m->quorum;
	if (known < t->m->quorum && t->m->node[e->node].mistake != 0)
		return SAY(t,
			   "n%u takes %s for CHOSEN in slot %llu: it counted votes at ballot %s.\n"
			   "Votes of %u node%s are known here, and a quorum is %u.",
			   e->node, t->value, t->slot, t->ballot, known, plural(known),
			   t->m->quorum);
	return SAY(t,
		   "%s is CHOSEN in slot %llu: n%u counted votes of %u of %u node%s at ballot %s.\n"
		   "Every later quorum contains one of them, so no other value can be chosen.",
		   t->value, t->slot, e->node, t->m->quorum, t->m->nodes, plural(t->m->nodes),
		   t->ballot);
}

static bool on_contradicted(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "n%u told n%u that %s is chosen in slot %llu, but n%u knows another value.\n"
		   "Honest nodes cannot do that: a node lies, or safety is broken.",
		   e->peer, e->node, t->value, t->slot, e->node);
}

static bool on_syncing(const struct tale *t)
{
	const struct event *e = t->e;
	char whom[12] = "all nodes";
	if (e->peer != NODE_NONE)
		snprintf(whom, sizeof whom, "n%u", e->peer);
	return SAY(t,
		   "n%u may have missed something: it asks %s what was chosen from slot %llu "
		   "on.\n"
		   "A node that was away asks for what it lacks; no node has to remember "
		   "which others lag.",
		   e->node, whom, t->slot);
}

static bool on_disobeyed(const struct tale *t)
{
	return SAY(t,
		   "n%u did not do what it was told: %s.\n"
		   "It carries out what its cluster's operator signed, and each command once.",
		   t->e->node, drop_words(t->e->drop));
}

static bool on_linked(const struct tale *t)
{
	const struct event *e = t->e;
	char from[12] = "any node";
	if (e->peer != NODE_NONE)
		snprintf(from, sizeof from, "n%u", e->peer);
	if (e->link.cut)
		return SAY(t,
			   "From now on nothing from %s reaches n%u: the link is cut.\n"
			   "The nodes are not told. They only notice that answers stay away.",
			   from, e->node);
	return SAY(t,
		   "The link from %s to n%u is open.\n"
		   "What was lost meanwhile stays lost; it must be sent or asked for again.",
		   from, e->node);
}

static bool on_gated(const struct tale *t)
{
	char words[300];

	event_words(t->m, t->e, words, sizeof words);
	if (t->e->count == 0)
		return SAY(t,
			   "n%u opened its gate: messages arrive by themselves again.\n"
			   "However long they waited, Paxos must be, and is, right.",
			   t->e->node);
	return SAY(t,
		   "%s until you deliver or drop it.\n"
		   "You are the network now: any order, any loss is allowed.",
		   words);
}

static bool on_brought(const struct tale *t)
{
	return SAY(t,
		   "n%u asked for slots that n%u does not keep, so n%u got their chain instead: "
		   "all of them up to %llu are decided.\n"
		   "What was chosen there it will never know; it can prove that it was the same as "
		   "everywhere.",
		   t->e->node, t->e->peer, t->e->node, t->slot);
}

static bool on_let_go(const struct tale *t)
{
	return SAY(t,
		   "n%u keeps no slot up to %llu any more: its disk does not grow with the log.\n"
		   "A chain of digests is left, to bring others over these slots.",
		   t->e->node, t->slot);
}

/* What is not in the table is silent on purpose. */
static explain *const explains[EVENT_KINDS] = {
	[EVENT_STARTED] = on_started,     [EVENT_CRASHED] = on_crashed,
	[EVENT_STOPPED] = on_stopped,     [EVENT_CONTINUED] = on_continued,
	[EVENT_MISSED] = on_missed,       [EVENT_HELD] = on_held,
	[EVENT_DROPPED] = on_dropped,     [EVENT_DUPLICATED] = on_duplicated,
	[EVENT_PROMISED] = on_promised,   [EVENT_ACCEPTED] = on_accepted,
	[EVENT_REFUSED] = on_refused,     [EVENT_QUEUED] = on_queued,
	[EVENT_PREPARING] = on_preparing, [EVENT_COUNTED] = on_counted,
	[EVENT_PROPOSING] = on_proposing, [EVENT_RESENT] = on_resent,
	[EVENT_PREEMPTED] = on_preempted, [EVENT_LEADING] = on_leading,
	[EVENT_RESIGNED] = on_resigned,   [EVENT_WON] = on_won,
	[EVENT_BATCHED] = on_batched,     [EVENT_PLACED] = on_placed,
	[EVENT_LOST] = on_lost,           [EVENT_EXHAUSTED] = on_exhausted,
	[EVENT_CHOSEN] = on_chosen,       [EVENT_CONTRADICTED] = on_contradicted,
	[EVENT_SYNCING] = on_syncing,     [EVENT_DISOBEYED] = on_disobeyed,
	[EVENT_LINKED] = on_linked,       [EVENT_GATED] = on_gated,
	[EVENT_ARMED] = why_armed,        [EVENT_LIED] = why_lied,
	[EVENT_EVIDENCE] = why_evidence,  [EVENT_ECHOED] = why_echoed,
	[EVENT_POLICY] = why_policy,      [EVENT_EPOCH] = why_epoch,
	[EVENT_FORGED] = why_forged,      [EVENT_BROUGHT] = on_brought,
	[EVENT_LET_GO] = on_let_go,       [EVENT_SILENT] = on_silent,
	[EVENT_READING] = why_reading,    [EVENT_READ] = why_read,
	[EVENT_MISTAKEN] = on_mistaken,   [EVENT_UNJOURNALED] = on_unjournaled,
	[EVENT_DOOMED] = why_doomed,      [EVENT_FORGOT] = why_forgot,
	[EVENT_SEATED] = why_seated,      [EVENT_SLOWED] = why_slowed,
	[EVENT_DISK] = why_disk,          [EVENT_DRIFTED] = why_drifted,
};

bool tale_begin(const struct model *m, uint64_t i, char *out, size_t size, struct tale *t)
{
	const struct event *e = model_event_at(m, i);
	if (e == NULL)
		return false;
	*t = (struct tale){.m = m, .e = e, .index = i, .out = out, .size = size};
	ballot_show(e->ballot, t->ballot);
	ballot_show(e->other, t->other);
	value_mark(m, e->value, t->value);
	message_shout(e->type, t->type);
	message_show_marked(m, e, t->message, sizeof t->message);
	t->slot = (unsigned long long)e->slot;
	return true;
}

bool why_has_words(const struct event *e)
{
	return (unsigned)e->kind < EVENT_KINDS && explains[e->kind] != NULL &&
	       (e->kind != EVENT_HELD || e->due == 0);
}

bool why_explain_marked(const struct model *m, uint64_t i, char *out, size_t size)
{
	struct tale t;
	return tale_begin(m, i, out, size, &t) && why_has_words(t.e) && explains[t.e->kind](&t);
}

bool why_explain(const struct model *m, uint64_t i, char *out, size_t size)
{
	const bool told = why_explain_marked(m, i, out, size);
	if (told)
		marks_remove(out);
	return told;
}
