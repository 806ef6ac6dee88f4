#include "tui/report/check_story.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"

#define BALLOT(b) (b).round, (b).node

const char *check_value_word(value_ref value)
{
	static const char *const words[CHECK_VALUES_MAX] = {"A", "B", "C", "D"};

	if (value < CHECK_VALUE_FIRST || value >= CHECK_VALUE_FIRST + CHECK_VALUES_MAX)
		return value == VALUE_NOOP ? "no-op" : "nothing";
	return words[value - CHECK_VALUE_FIRST];
}

static void say_type(enum message_type type, char *out, size_t size)
{
	char name[16];

	snprintf(name, sizeof name, "%s", message_name(type));
	for (char *c = name; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	text_append(out, size, "%s", name);
}

/* Words of several nodes that arrive together. */
static void say_words(const struct check_act *act, char *out, size_t size)
{
	const struct message *m = &act->message;
	bool any = false;

	text_append(out, size, "n%u gets ", act->node);
	say_type(m->type, out, size);
	text_append(out, size, " %u.%u %s in slot %llu from", BALLOT(m->ballot),
		    check_value_word(m->value), (unsigned long long)m->slot);
	for (node_set left = act->signers; left != 0; left &= left - 1) {
		text_append(out, size, "%s n%u", any ? "," : "", set_lowest(left));
		any = true;
	}
}

static void say_message(const struct check_act *act, char *out, size_t size)
{
	const struct message *m = &act->message;
	const unsigned fields = message_fields(m->type);

	if (m->from == NODE_NONE) {
		say_words(act, out, size);
		return;
	}
	text_append(out, size, "n%u gets ", act->node);
	say_type(m->type, out, size);
	text_append(out, size, " %u.%u", BALLOT(m->ballot));
	if ((fields & FIELD_VALUE) != 0)
		text_append(out, size, " %s in slot %llu", check_value_word(m->value),
			    (unsigned long long)m->slot);
	text_append(out, size, " from n%u", m->from);
	if (act->lie)
		text_append(out, size, ", a lie");
	if (act->claim != VALUE_NONE)
		text_append(out, size, ", which tells a vote for %s at %u.%u",
			    check_value_word(act->claim), BALLOT(act->claim_at));
	else if (m->type == MSG_PROMISE)
		text_append(out, size, ", which tells no vote");
}

static void say_act(const struct check_act *act, char *out, size_t size)
{
	switch (act->kind) {
	case CHECK_PROPOSE:
		text_append(out, size, "n%u is asked to propose %s in slot %llu", act->node,
			    check_value_word(act->value), (unsigned long long)act->slot);
		break;
	case CHECK_TIMER:
		text_append(out, size, "n%u has waited long enough", act->node);
		break;
	case CHECK_DELIVER:
		say_message(act, out, size);
		break;
	case CHECK_CRASH:
		text_append(out, size, "n%u crashes, and comes back with what its disk had synced",
			    act->node);
		break;
	case CHECK_CRASH_UNSYNCED:
		text_append(out, size,
			    "n%u crashes, and comes back with what it had written, synced or not",
			    act->node);
		break;
	}
}

static void say_proposing(const struct event *e, char *out, size_t size)
{
	text_append(out, size, "it proposes %s at %u.%u, ", check_value_word(e->value),
		    BALLOT(e->ballot));
	if (e->because == BECAUSE_FORCED)
		text_append(out, size, "since n%u told a vote for it at %u.%u", e->peer,
			    BALLOT(e->other));
	else if (e->because == BECAUSE_GAP)
		text_append(out, size, "which fills a gap");
	else
		text_append(out, size, "for it knows of no vote");
}

static void say_chosen(const struct event *e, char *out, size_t size)
{
	text_append(out, size, "it takes %s for chosen in slot %llu, ", check_value_word(e->value),
		    (unsigned long long)e->slot);
	if (e->because == BECAUSE_COUNTED)
		text_append(out, size, "by its count of votes at %u.%u", BALLOT(e->ballot));
	else
		text_append(out, size, "as it was told");
}

/* What the event says, without the words before it. False: nothing that matters to a reader. */
static bool say_event(const struct event *e, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_PREPARING:
		text_append(out, size, "it begins ballot %u.%u and asks for promises",
			    BALLOT(e->ballot));
		return true;
	case EVENT_PROMISED:
		text_append(out, size, "it promises %u.%u", BALLOT(e->ballot));
		return true;
	case EVENT_PROPOSING:
		say_proposing(e, out, size);
		return true;
	case EVENT_ACCEPTED:
		text_append(out, size, "it votes for %s at %u.%u", check_value_word(e->value),
			    BALLOT(e->ballot));
		return true;
	case EVENT_ECHOED:
		text_append(out, size, "it echoes %s at %u.%u", check_value_word(e->value),
			    BALLOT(e->ballot));
		return true;
	case EVENT_REFUSED:
		if (e->why == REFUSE_PROMISED)
			text_append(out, size, "it refuses, for it has promised %u.%u",
				    BALLOT(e->other));
		else
			text_append(out, size, "it refuses: %s", refusal_words(e->why));
		return true;
	case EVENT_PREEMPTED:
		text_append(out, size, "it gives ballot %u.%u up for %u.%u", BALLOT(e->ballot),
			    BALLOT(e->other));
		return true;
	case EVENT_COUNTED:
		if (e->count < e->quorum)
			return false;
		text_append(out, size, "it counts %u %s%s, a quorum", e->count,
			    e->type == MSG_PROMISE ? "promise"
			    : e->type == MSG_ECHO  ? "echo"
						   : "vote",
			    e->count == 1         ? ""
			    : e->type == MSG_ECHO ? "es"
						  : "s");
		return true;
	case EVENT_CHOSEN:
		say_chosen(e, out, size);
		return true;
	case EVENT_CONTRADICTED:
		text_append(out, size, "it is told of %s as chosen, and knows another value",
			    check_value_word(e->value));
		return true;
	case EVENT_RESENT:
		text_append(out, size, "it sends again what was not answered");
		return true;
	default:
		return false;
	}
}

/* It crashes in the middle of the step. */
static void say_cut(const struct check_act *act, char *out, size_t size)
{
	for (unsigned i = 0; i < act->sent; i++) {
		const struct message *m = &act->sends[i];

		text_append(out, size, i == 0 ? ": it sends " : ", ");
		say_type(m->type, out, size);
		text_append(out, size, " %u.%u %s", BALLOT(m->ballot), check_value_word(m->value));
	}
	text_append(out, size,
		    ", and crashes before its own vote is synced: it comes back without");
}

void check_story_step(const struct check_act *act, char *out, size_t size)
{
	bool any = false;

	out[0] = '\0';
	say_act(act, out, size);
	for (unsigned i = 0; i < act->events; i++) {
		char words[160] = "";

		if (!say_event(&act->event[i], words, sizeof words))
			continue;
		text_append(out, size, "%s%s", any ? "; " : ": ", words);
		any = true;
	}
	if (!any && act->kind == CHECK_DELIVER && !act->cut)
		text_append(out, size, ": it notes that");
	if (act->cut)
		say_cut(act, out, size);
}
