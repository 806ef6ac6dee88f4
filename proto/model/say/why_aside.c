/* Steps that decide nothing, for a reader who asks about one of them: a message that was sent, is
 * on its way or came in, a command that was carried out, a clock that was set. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "proto/model/say/tale.h"

/* What a message of each type is for. */
static const char *purpose_of(enum message_type type)
{
	switch (type) {
	case MSG_PREPARE:
		return "It asks for a promise to refuse lower ballots, and for the votes cast so "
		       "far.";
	case MSG_PROMISE:
		return "With a quorum of these the proposer knows which value it may propose.";
	case MSG_ACCEPT:
		return "It asks for votes: a quorum of votes in this ballot makes the value "
		       "chosen.";
	case MSG_ACCEPTED:
		return "That is a vote, on disk before it is sent. A quorum of them in one ballot "
		       "decides.";
	case MSG_COMMIT:
		return "It tells a decision, so that the receiver need not count votes itself.";
	case MSG_NACK:
		return "It names the higher ballot, so that the proposer does not wait in vain.";
	case MSG_SYNC:
		return "It says what its sender knows; a node that knows more answers with a "
		       "COMMIT.";
	case MSG_NEW_VIEW:
		return "It shows which votes bind the ballot, and the promises that prove it.";
	case MSG_ECHO:
		return "It repeats what the proposer asked for, so that two stories are found out.";
	case MSG_EVIDENCE:
		return "It is a proof that anybody can check: two signed messages that exclude "
		       "each "
		       "other.";
	case MSG_SUMMARY:
		return "It sums up slots that its sender may not keep any more, for nodes that "
		       "lack them.";
	default:
		return "";
	}
}

/* Why a message that made its receiver do nothing needed to make it do nothing. */
static const char *excuse_of(const struct tale *t)
{
	const struct event *e = t->e;
	const struct model_slot *s = model_slot(t->m, e->slot);
	bool knows = s != NULL && s->vote[e->node].chosen != VALUE_NONE;
	switch (e->type) {
	case MSG_ACCEPTED:
		return knows ? "It knows already what is chosen in that slot: one more vote makes "
			       "no "
			       "difference."
			     : "It has counted that vote already, or does not count votes of that "
			       "ballot.";
	case MSG_PROMISE:
		return "It needs no more promises: it has its quorum, or works on another ballot.";
	case MSG_COMMIT:
		return "It knew that already, and what is chosen never changes.";
	case MSG_NACK:
		return "One refusal decides nothing, and of a ballot that is over it is old news.";
	case MSG_PREPARE:
	case MSG_ACCEPT:
		return "It has answered that before. A message that comes twice changes nothing.";
	default:
		return "It tells nothing that this node did not know.";
	}
}

/* The first step that can be explained of those that the message brought about, or an answer at
 * least; EVENT_UNSEEN: it brought about none. */
static uint64_t consequence(const struct tale *t)
{
	uint64_t answer = EVENT_UNSEEN;
	const struct event *e;
	char words[400];
	for (uint64_t i = t->index + 1; (e = model_event_at(t->m, i)) != NULL; i++) {
		if (e->node != t->e->node)
			continue;
		if (e->at != t->e->at || e->kind == EVENT_RECEIVED)
			break;
		if (why_explain(t->m, i, words, sizeof words))
			return i;
		if (e->kind == EVENT_SENT && answer == EVENT_UNSEEN)
			answer = i;
	}
	return answer;
}

static bool aside_received(const struct tale *t)
{
	const uint64_t next = consequence(t);
	char words[200];
	if (next == EVENT_UNSEEN)
		return SAY(t, "n%u got %s from n%u, and nothing changes.\n%s", t->e->node,
			   t->message, t->e->peer, excuse_of(t));
	event_words_marked(t->m, model_event_at(t->m, next), words, sizeof words);
	return SAY(t, "n%u got %s from n%u. %s\nWhat followed: %s.", t->e->node, t->message,
		   t->e->peer, purpose_of(t->e->type), words);
}

static bool aside_sent(const struct tale *t)
{
	char who[NODES_MAX * 4];
	set_show(t->e->to, who, sizeof who);
	return SAY(t, "n%u sent %s to %s.\n%s", t->e->node, t->message, who,
		   purpose_of(t->e->type));
}

static bool aside_held(const struct tale *t)
{
	const struct event *e = t->e;
	return SAY(t,
		   "%s from n%u is on its way to n%u and arrives at %llu.%03llu.\n"
		   "Paxos is right however long a message takes; only its speed depends on that.",
		   t->message, e->peer, e->node, (unsigned long long)(e->due / 1000000),
		   (unsigned long long)(e->due / 1000 % 1000));
}

static bool aside_obeyed(const struct tale *t)
{
	return SAY(t,
		   "n%u carried out command %llu of the operator.\n"
		   "It is signed with the operator's key: no other commands are carried out.",
		   t->e->node, (unsigned long long)t->e->number);
}

static bool aside_timed(const struct tale *t)
{
	char words[200];
	event_line_marked(t->m, t->index, words, sizeof words);
	return SAY(t,
		   "%s.\n"
		   "Timers and links go by that clock, so nothing is late because of it.",
		   words);
}

static bool aside_resigned(const struct tale *t)
{
	return SAY(t,
		   "n%u leads no longer: ballot %s has done its work.\n"
		   "The next value that a node is asked for begins with phase 1.",
		   t->e->node, t->ballot);
}

static bool aside_summarized(const struct tale *t)
{
	return SAY(t,
		   "n%u knows every slot up to %llu, and sums them up in one chain of digests.\n"
		   "Nodes with the same chain know the same values; with the chain a node can let "
		   "the slots go.",
		   t->e->node, t->slot);
}

bool why_aside_marked(const struct model *m, uint64_t i, char *out, size_t size)
{
	struct tale t;
	if (!tale_begin(m, i, out, size, &t))
		return false;
	switch (t.e->kind) {
	case EVENT_RECEIVED:
		return aside_received(&t);
	case EVENT_SENT:
		return aside_sent(&t);
	case EVENT_HELD:
		return aside_held(&t);
	case EVENT_OBEYED:
		return aside_obeyed(&t);
	case EVENT_TIMED:
		return aside_timed(&t);
	case EVENT_SUMMARIZED:
		return aside_summarized(&t);
	case EVENT_RESIGNED:
		return aside_resigned(&t);
	default:
		return false;
	}
}

bool why_aside(const struct model *m, uint64_t i, char *out, size_t size)
{
	const bool told = why_aside_marked(m, i, out, size);
	if (told)
		marks_remove(out);
	return told;
}
