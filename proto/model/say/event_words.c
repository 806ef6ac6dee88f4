/* One line for each event. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"

#define ECHO_EVENTS 128 /* within so many events all nodes say what they were all told */

/* What the fields of an event look like, made once. */
struct shown {
	char ballot[16], other[16], value[MARKED_MAX + 1], message[160], slot[32], type[16];
};

static void event_show(const struct model *m, const struct event *e, struct shown *s)
{
	ballot_show(e->ballot, s->ballot);
	ballot_show(e->other, s->other);
	value_mark(m, e->value, s->value);
	message_show_marked(m, e, s->message, sizeof s->message);
	message_shout(e->type, s->type);
	if (e->slot == SLOT_NONE)
		snprintf(s->slot, sizeof s->slot, "any slot");
	else
		snprintf(s->slot, sizeof s->slot, "slot %llu", (unsigned long long)e->slot);
}

static bool message_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	char who[NODES_MAX * 4];
	switch (e->kind) {
	case EVENT_SENT:
		set_show(e->to, who, sizeof who);
		text_write(out, size, "n%u sent %s to %s", e->node, s->message, who);
		return true;
	case EVENT_HELD:
		if (e->due == 0)
			text_write(out, size, "n%u holds %s from n%u at its gate", e->node,
				   s->message, e->peer);
		else
			text_write(out, size, "%s from n%u is on its way to n%u", s->message,
				   e->peer, e->node);
		return true;
	case EVENT_RECEIVED:
		text_write(out, size, "n%u got %s from n%u", e->node, s->message, e->peer);
		return true;
	case EVENT_DROPPED:
		if (e->type == MSG_NONE)
			text_write(out, size, "n%u threw a frame away: %s", e->node,
				   drop_words(e->drop));
		else
			text_write(out, size, "n%u lost %s from n%u: %s", e->node, s->message,
				   e->peer, drop_words(e->drop));
		return true;
	case EVENT_DUPLICATED:
		text_write(out, size, "%s from n%u to n%u was doubled on the way", s->message,
			   e->peer, e->node);
		return true;
	default:
		return false;
	}
}

static bool proposer_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_QUEUED:
		text_write(out, size, "n%u is to propose %s in %s", e->node, s->value, s->slot);
		return true;
	case EVENT_PREPARING:
		text_write(out, size, "n%u prepares ballot %s from %s on", e->node, s->ballot,
			   s->slot);
		return true;
	case EVENT_COUNTED:
		if (e->type == MSG_ECHO && e->peer == e->ballot.node)
			text_write(out, size,
				   "n%u counts the ACCEPT %s of n%u as its ECHO: quorum %u/%u",
				   e->node, s->ballot, e->peer, e->count, e->quorum);
		else
			text_write(out, size, "n%u counts %s %s of n%u: quorum %u/%u", e->node,
				   s->type, s->ballot, e->peer, e->count, e->quorum);
		return true;
	case EVENT_PROPOSING:
		text_write(out, size, "n%u proposes %s=%s in %s (%s)", e->node, s->ballot, s->value,
			   s->slot,
			   e->because == BECAUSE_FORCED ? "forced, P2c"
			   : e->because == BECAUSE_GAP  ? "fills a gap"
							: "free choice");
		return true;
	case EVENT_RESENT:
		text_write(out, size, "n%u sends %s %s again (%u)", e->node, s->type, s->ballot,
			   e->count);
		return true;
	case EVENT_PREEMPTED:
		text_write(out, size, "n%u gives up ballot %s: %s is higher", e->node, s->ballot,
			   s->other);
		return true;
	case EVENT_LEADING:
		text_write(out, size, "n%u leads with ballot %s from %s on", e->node, s->ballot,
			   s->slot);
		return true;
	case EVENT_RESIGNED:
		text_write(out, size, "n%u is done with ballot %s", e->node, s->ballot);
		return true;
	case EVENT_WON:
		text_write(out, size, "n%u got its value %s into %s", e->node, s->value, s->slot);
		return true;
	case EVENT_BATCHED:
		text_write(out, size, "n%u puts %u value%s into one slot: %s", e->node, e->count,
			   e->count == 1 ? "" : "s", s->value);
		return true;
	case EVENT_PLACED:
		text_write(out, size, "n%u got its value %s into %s, place %u", e->node, s->value,
			   s->slot, e->count);
		return true;
	case EVENT_LOST:
		text_write(out, size, "n%u gives up its value %s (%s)", e->node, s->value,
			   because_name(e->because));
		return true;
	case EVENT_EXHAUSTED:
		text_write(out, size, "n%u cannot propose: no ballot is above %s", e->node,
			   s->other);
		return true;
	default:
		return false;
	}
}

static bool client_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_READING:
		text_write(out, size,
			   e->because == BECAUSE_OWN
				   ? "n%u is asked to read, and asks nobody"
				   : "n%u is asked to read: its read goes through the log",
			   e->node);
		return true;
	case EVENT_READ:
		if (e->because == BECAUSE_SKIPPED)
			text_write(out, size,
				   "n%u cannot answer a read: it was brought over what it needs",
				   e->node);
		else if (e->value == VALUE_NONE)
			text_write(out, size, "n%u answers a read: nothing is written%s", e->node,
				   e->because == BECAUSE_OWN ? ", as far as it knows" : "");
		else
			text_write(out, size, "n%u answers a read: %s, of %s%s", e->node, s->value,
				   s->slot,
				   e->because == BECAUSE_OWN ? ", as far as it knows" : "");
		return true;
	default:
		return false;
	}
}

/* "ACCEPT 1.3=B to n2 n4", "PROMISE 2.2 (nothing accepted) as n1 to n2", "nothing to n1". */
static void lie_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	char who[NODES_MAX * 4], as[16] = "";
	set_show(e->to, who, sizeof who);
	if (e->peer != NODE_NONE)
		snprintf(as, sizeof as, " as n%u", e->peer);
	if (e->type == MSG_NONE)
		text_write(out, size, "%s to %s",
			   (e->attack & ATTACK_GARBLE) != 0   ? "bytes that are no message"
			   : (e->attack & ATTACK_REPLAY) != 0 ? "an old message again"
							      : "nothing",
			   who);
	else
		text_write(out, size, "%s%s to %s", s->message, as, who);
}

static bool liar_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	char attacks[ATTACKS_SHOWN_MAX], policy[POLICY_SHOWN_MAX], who[NODES_MAX * 4], lie[300];
	attacks_show(e->attack, attacks);
	policy_show(e->policy, policy);
	switch (e->kind) {
	case EVENT_ARMED:
		set_show(e->to & ~set_of(e->node), who, sizeof who);
		if (e->attack == 0)
			text_write(out, size, "n%u is honest again", e->node);
		else if ((e->to & ~set_of(e->node)) == 0)
			text_write(out, size, "n%u is a LIAR now: %s", e->node, attacks);
		else
			text_write(out, size, "n%u is a LIAR now: %s, together with %s", e->node,
				   attacks, who);
		return true;
	case EVENT_MISTAKEN:
		text_write(out, size,
			   e->count == MISTAKE_NONE ? "n%u runs the right program again"
						    : "n%u runs a program with a MISTAKE: %s",
			   e->node, mistake_name(e->count));
		return true;
	case EVENT_LIED:
		lie_words(e, s, lie, sizeof lie);
		lie_show(e->attack, attacks);
		text_write(out, size, "n%u LIES (%s): %s", e->node, attacks, lie);
		return true;
	case EVENT_EVIDENCE:
		text_write(out, size, "n%u holds proof that n%u %s", e->node, e->peer,
			   proof_words((enum proof_kind)e->count));
		return true;
	case EVENT_POLICY:
		text_write(out, size, "n%u: defences from %s on: %s", e->node, s->slot, policy);
		return true;
	case EVENT_EPOCH:
		text_write(out, size, "n%u starts afresh in epoch %u, defences: %s", e->node,
			   e->count, policy);
		return true;
	default:
		return false;
	}
}

static bool disk_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	if (e->kind == EVENT_DOOMED) {
		if (e->count == CRASH_POINT_NONE)
			text_write(out, size,
				   "n%u is to crash before no write, and its disk has room",
				   e->node);
		else if (e->count == CRASH_POINT_FULL)
			text_write(out, size,
				   "the disk of n%u is FULL: it stops at what it next writes",
				   e->node);
		else
			text_write(out, size, "n%u is to CRASH before %s is synced", e->node,
				   crash_point_lost(e->count));
		return true;
	}
	if (e->kind == EVENT_SLOWED) {
		char longer[24];

		ms_show(e->count, longer);
		if (e->count == 0)
			text_write(out, size, "the disk of n%u is as fast as before", e->node);
		else
			text_write(out, size, "the disk of n%u takes %s longer for a sync", e->node,
				   longer);
		return true;
	}
	if (e->kind == EVENT_DRIFTED) {
		const struct drift drift = {e->due, e->number, e->count};
		char shown[48];

		drift_show(&drift, e->at, shown, sizeof shown);
		text_write(out, size, "the clock of n%u is now %s", e->node, shown);
		return true;
	}
	if (e->kind == EVENT_DISK) {
		text_write(out, size,
			   e->count == DISK_WIPED    ? "the disk of n%u is WIPED"
			   : e->count == DISK_COPIED ? "the disk of n%u is copied"
						     : "the disk of n%u is an OLD COPY again",
			   e->node);
		return true;
	}
	if (e->kind == EVENT_SEATED) {
		text_write(out, size,
			   "n%u has the seat of a node that lost its disk: no part below %s",
			   e->node, s->slot);
		return true;
	}
	if (e->kind != EVENT_FORGOT)
		return false;
	if (e->count == CRASH_POINT_FULL)
		text_write(out, size, "n%u stops: its disk is full, and what it owed is not on it",
			   e->node);
	else if (e->count == CRASH_POINT_PROMISE)
		text_write(out, size, "n%u crashes and forgets its promise %s: it was not synced",
			   e->node, s->ballot);
	else
		text_write(out, size, "n%u crashes and forgets %s: %s=%s in %s was not synced",
			   e->node, crash_point_lost(e->count), s->ballot, s->value, s->slot);
	return true;
}

static bool acceptor_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_PROMISED:
		text_write(out, size, "n%u promised %s", e->node, s->ballot);
		return true;
	case EVENT_ACCEPTED:
		text_write(out, size, "n%u accepted %s=%s in %s", e->node, s->ballot, s->value,
			   s->slot);
		return true;
	case EVENT_ECHOED:
		text_write(out, size, "n%u echoed %s=%s in %s", e->node, s->ballot, s->value,
			   s->slot);
		return true;
	case EVENT_REFUSED:
		text_write(out, size, "n%u refused %s %s of n%u: %s (%s)", e->node, s->type,
			   s->ballot, e->peer, refusal_words(e->why), s->other);
		return true;
	case EVENT_CHOSEN:
		if (e->because == BECAUSE_TOLD)
			text_write(out, size, "n%u learned from n%u: %s is CHOSEN in %s", e->node,
				   e->peer, s->value, s->slot);
		else
			text_write(out, size, "n%u %s: %s is CHOSEN in %s at %s", e->node,
				   e->because == BECAUSE_STORED ? "read back" : "knows", s->value,
				   s->slot, s->ballot);
		return true;
	case EVENT_CONTRADICTED:
		text_write(out, size,
			   "n%u was told by n%u that %s is chosen in %s, but knows better", e->node,
			   e->peer, s->value, s->slot);
		return true;
	case EVENT_SUMMARIZED:
		text_write(out, size, "n%u sums up the log up to %s: %s", e->node, s->slot,
			   s->value);
		return true;
	case EVENT_BROUGHT:
		text_write(out, size, "n%u was brought over all slots up to %s by n%u", e->node,
			   s->slot, e->peer);
		return true;
	case EVENT_LET_GO:
		text_write(out, size, "n%u keeps no slot up to %s any more", e->node, s->slot);
		return true;
	case EVENT_SYNCING:
		if (e->peer == NODE_NONE)
			text_write(out, size, "n%u asks all nodes what was chosen from %s on",
				   e->node, s->slot);
		else
			text_write(out, size, "n%u asks n%u what was chosen from %s on", e->node,
				   e->peer, s->slot);
		return true;
	default:
		return false;
	}
}

static void ppm_show(uint32_t ppm, char out[16])
{
	if (ppm % 10000 == 0)
		snprintf(out, 16, "%u%%", ppm / 10000);
	else
		snprintf(out, 16, "%u.%02u%%", ppm / 10000, ppm % 10000 / 100);
}

static void link_words(const struct event *e, char *out, size_t size)
{
	char from[8] = "all", loss[16], dup[16];
	if (e->peer != NODE_NONE)
		snprintf(from, sizeof from, "n%u", e->peer);
	ppm_show(e->link.loss_ppm, loss);
	ppm_show(e->link.duplicate_ppm, dup);
	if (e->link.cut)
		text_write(out, size, "link %s>n%u is CUT", from, e->node);
	else
		text_write(out, size,
			   "link %s>n%u is open: delay %llu.%llu ms, loss %s, doubled %s", from,
			   e->node, (unsigned long long)(e->link.delay_us / 1000),
			   (unsigned long long)(e->link.delay_us % 1000 / 100), loss, dup);
}

static void gate_words(const struct model *m, const struct event *e, char *out, size_t size)
{
	const node_set all = set_first(m->nodes);
	struct gate_rule gate = {.on = false};
	char held[200];
	if (e->count == 0) {
		text_write(out, size, "n%u opened its gate", e->node);
		return;
	}
	for (node_set left = e->to != 0 ? e->to & all : all & ~set_of(e->node); left != 0;
	     left &= left - 1) {
		const node_id id = set_lowest(left);
		gate_rule_set(&gate, id == e->node ? GATE_OWN : id,
			      e->types != 0 ? (type_set)e->types : TYPES_ALL, true);
	}
	gate.keep = e->count >= 3;
	gate_show(&gate, e->node, m->nodes, held, sizeof held);
	text_write(out, size, "n%u holds %s at its gate%s", e->node, held,
		   e->count % 2 == 0 ? ", too" : "");
}

void clock_words(const struct clock_rule *clock, char *out, size_t size)
{
	if (clock_is_paused(clock))
		text_write(out, size, "time is paused");
	else if (clock_is_unlimited(clock))
		text_write(out, size, "time runs as fast as it can");
	else
		text_write(out, size, "time runs at %u/%u", clock->num, clock->den);
}

static bool is_alike(const struct event *a, const struct event *b)
{
	return a->kind == b->kind && a->clock.num == b->clock.num && a->clock.den == b->clock.den;
}

bool event_is_repeated(const struct model *m, uint64_t i, node_set *nodes)
{
	const struct event *e = model_event_at(m, i), *other;
	bool first = true;

	*nodes = set_of(e->node);
	if (e->kind != EVENT_TIMED)
		return false;
	uint64_t back = i, on = i;
	for (unsigned k = 1; k < ECHO_EVENTS && first; k++) {
		back = model_event_earlier(m, back);
		other = model_event_at(m, back);
		if (other == NULL || (other->kind == EVENT_TIMED && other->node == e->node) ||
		    (other->kind == EVENT_TIMED && !is_alike(other, e)))
			break;
		first = !is_alike(other, e);
	}
	for (unsigned k = 1; k < ECHO_EVENTS; k++) {
		on = model_event_later(m, on);
		other = model_event_at(m, on);
		if (other == NULL || (other->kind == EVENT_TIMED && other->node == e->node))
			break;
		if (is_alike(other, e))
			*nodes |= set_of(other->node);
	}
	return !first;
}

/* What is left: the life of the node, and the operator's hand. */
static void life_words(const struct model *m, const struct event *e, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_STARTED:
		text_write(out, size, "n%u started (life %u)", e->node, e->boot);
		break;
	case EVENT_CRASHED:
		text_write(out, size, "n%u CRASHED", e->node);
		break;
	case EVENT_SILENT:
		text_write(out, size, "n%u is silent: down, or out of reach from here", e->node);
		break;
	case EVENT_UNJOURNALED:
		text_write(out, size, "n%u goes on without its journal, after %llu input%s",
			   e->node, (unsigned long long)e->number, e->number == 1 ? "" : "s");
		break;
	case EVENT_STOPPED:
		text_write(out, size, "n%u is frozen", e->node);
		break;
	case EVENT_CONTINUED:
		text_write(out, size, "n%u runs again", e->node);
		break;
	case EVENT_MISSED:
		text_write(out, size, "%u event%s of n%u %s missed", e->count,
			   e->count == 1 ? "" : "s", e->node, e->count == 1 ? "was" : "were");
		break;
	case EVENT_FORGED:
		text_write(out, size, "%u report%s in the name of n%u %s not its own: %s", e->count,
			   e->count == 1 ? "" : "s", e->node, e->count == 1 ? "is" : "are",
			   drop_words(e->drop));
		break;
	case EVENT_OBEYED:
		text_write(out, size, "n%u carried out command %llu of the operator", e->node,
			   (unsigned long long)e->number);
		break;
	case EVENT_DISOBEYED:
		text_write(out, size, "n%u refused command %llu: %s", e->node,
			   (unsigned long long)e->number, drop_words(e->drop));
		break;
	case EVENT_LINKED:
		link_words(e, out, size);
		break;
	case EVENT_TIMED:
		text_write(out, size, "n%u: ", e->node);
		clock_words(&e->clock, out + strlen(out), size - strlen(out));
		break;
	case EVENT_GATED:
		gate_words(m, e, out, size);
		break;
	default:
		text_write(out, size, "n%u %s", e->node, event_name(e->kind));
	}
}

void event_words_marked(const struct model *m, const struct event *e, char *out, size_t size)
{
	struct shown s;
	event_show(m, e, &s);
	if (!message_words(e, &s, out, size) && !proposer_words(e, &s, out, size) &&
	    !acceptor_words(e, &s, out, size) && !disk_words(e, &s, out, size) &&
	    !client_words(e, &s, out, size) && !liar_words(e, &s, out, size))
		life_words(m, e, out, size);
}

void event_line_marked(const struct model *m, uint64_t i, char *out, size_t size)
{
	const struct event *e = model_event_at(m, i);
	char who[NODES_MAX * 4];
	node_set nodes;
	(void)event_is_repeated(m, i, &nodes);
	if (e->kind != EVENT_TIMED || set_count(nodes) == 1) {
		event_words_marked(m, e, out, size);
		return;
	}
	set_show(nodes, who, sizeof who);
	text_write(out, size, "%s: ", nodes == set_first(m->nodes) ? "all nodes" : who);
	clock_words(&e->clock, out + strlen(out), size - strlen(out));
}

void event_words(const struct model *m, const struct event *e, char *out, size_t size)
{
	event_words_marked(m, e, out, size);
	marks_remove(out);
}

void event_line(const struct model *m, uint64_t i, char *out, size_t size)
{
	event_line_marked(m, i, out, size);
	marks_remove(out);
}
