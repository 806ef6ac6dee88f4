/* One line for each event, and the small words that every sentence is made of. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/model/parts.h"

void ballot_show(struct ballot ballot, char out[16])
{
	if (ballot_is_none(ballot))
		snprintf(out, 16, "-");
	else if (ballot.round == ROUND_MAX)
		snprintf(out, 16, "max.%u", ballot.node);
	else
		snprintf(out, 16, "%u.%u", ballot.round, ballot.node);
}

void set_show(node_set set, char *out, size_t size)
{
	size_t length = 0;
	snprintf(out, size, "nobody");
	for (; set != 0 && length < size; set &= set - 1) {
		int n = snprintf(out + length, size - length, "%sn%u", length == 0 ? "" : " ",
				 set_lowest(set));
		length += (size_t)n;
	}
}

void message_shout(enum message_type type, char out[16])
{
	snprintf(out, 16, "%s", message_name(type));
	for (char *c = out; *c != 0; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
}

void message_show(const struct model *m, const struct event *e, char *out, size_t size)
{
	char type[16], ballot[16], other[16], value[VALUE_SHOWN_MAX + 1];
	message_shout(e->type, type);
	ballot_show(e->ballot, ballot);
	ballot_show(e->other, other);
	values_show(m->values, e->value, value);
	switch (e->type) {
	case MSG_PROMISE:
		if (e->count == 0)
			snprintf(out, size, "%s %s (nothing accepted)", type, ballot);
		else
			snprintf(out, size, "%s %s (accepted %s=%s)", type, ballot, other, value);
		break;
	case MSG_ACCEPT:
	case MSG_ACCEPTED:
	case MSG_ECHO:
		snprintf(out, size, "%s %s=%s", type, ballot, value);
		break;
	case MSG_NEW_VIEW:
		if (e->count == 0)
			snprintf(out, size, "%s %s (nothing binds it)", type, ballot);
		else
			snprintf(out, size, "%s %s (bound by %s=%s)", type, ballot, other, value);
		break;
	case MSG_EVIDENCE:
		snprintf(out, size, "%s", type);
		break;
	case MSG_COMMIT:
		snprintf(out, size, "%s %s=%s", type, ballot, value);
		break;
	case MSG_NACK:
		snprintf(out, size, "%s %s (promised %s)", type, ballot, other);
		break;
	case MSG_SYNC:
		snprintf(out, size, "%s from slot %llu", type, (unsigned long long)e->slot);
		break;
	default:
		snprintf(out, size, "%s %s", type, ballot);
		break;
	}
}

/* What the fields of an event look like, made once. */
struct shown {
	char ballot[16], other[16], value[VALUE_SHOWN_MAX + 1], message[160], slot[32], type[16];
};

static void show(const struct model *m, const struct event *e, struct shown *s)
{
	ballot_show(e->ballot, s->ballot);
	ballot_show(e->other, s->other);
	values_show(m->values, e->value, s->value);
	message_show(m, e, s->message, sizeof s->message);
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
		snprintf(out, size, "n%u sent %s to %s", e->node, s->message, who);
		return true;
	case EVENT_HELD:
		snprintf(out, size,
			 e->due == 0 ? "n%u holds %s from n%u at its gate"
				     : "n%u will get %s from n%u",
			 e->node, s->message, e->peer);
		return true;
	case EVENT_RECEIVED:
		snprintf(out, size, "n%u got %s from n%u", e->node, s->message, e->peer);
		return true;
	case EVENT_DROPPED:
		if (e->type == MSG_NONE)
			snprintf(out, size, "n%u threw a frame away: %s", e->node,
				 drop_words(e->drop));
		else
			snprintf(out, size, "n%u lost %s from n%u: %s", e->node, s->message,
				 e->peer, drop_words(e->drop));
		return true;
	case EVENT_DUPLICATED:
		snprintf(out, size, "%s from n%u to n%u was doubled on the way", s->message,
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
		snprintf(out, size, "n%u is to propose %s in %s", e->node, s->value, s->slot);
		return true;
	case EVENT_PREPARING:
		snprintf(out, size, "n%u prepares ballot %s from %s on", e->node, s->ballot,
			 s->slot);
		return true;
	case EVENT_COUNTED:
		snprintf(out, size, "n%u counts %s %s of n%u: quorum %u/%u", e->node, s->type,
			 s->ballot, e->peer, e->count, e->quorum);
		return true;
	case EVENT_PROPOSING:
		snprintf(out, size, "n%u proposes %s=%s in %s (%s)", e->node, s->ballot, s->value,
			 s->slot,
			 e->because == BECAUSE_FORCED ? "forced, P2c"
			 : e->because == BECAUSE_GAP  ? "fills a gap"
						      : "free choice");
		return true;
	case EVENT_RESENT:
		snprintf(out, size, "n%u sends %s %s again (%u)", e->node, s->type, s->ballot,
			 e->count);
		return true;
	case EVENT_PREEMPTED:
		snprintf(out, size, "n%u gives up ballot %s: %s is higher", e->node, s->ballot,
			 s->other);
		return true;
	case EVENT_LEADING:
		snprintf(out, size, "n%u leads with ballot %s from %s on", e->node, s->ballot,
			 s->slot);
		return true;
	case EVENT_RESIGNED:
		snprintf(out, size, "n%u is done with ballot %s", e->node, s->ballot);
		return true;
	case EVENT_WON:
		snprintf(out, size, "n%u got its value %s into %s", e->node, s->value, s->slot);
		return true;
	case EVENT_LOST:
		snprintf(out, size, "n%u gives up its value %s (%s)", e->node, s->value,
			 because_name(e->because));
		return true;
	case EVENT_EXHAUSTED:
		snprintf(out, size, "n%u cannot propose: no ballot is above %s", e->node, s->other);
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
		snprintf(out, size, "nothing to %s", who);
	else
		snprintf(out, size, "%s%s to %s", s->message, as, who);
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
			snprintf(out, size, "n%u is honest again", e->node);
		else if ((e->to & ~set_of(e->node)) == 0)
			snprintf(out, size, "n%u is a LIAR now: %s", e->node, attacks);
		else
			snprintf(out, size, "n%u is a LIAR now: %s, together with %s", e->node,
				 attacks, who);
		return true;
	case EVENT_LIED:
		lie_words(e, s, lie, sizeof lie);
		snprintf(out, size, "n%u LIES (%s): %s", e->node, attacks, lie);
		return true;
	case EVENT_EVIDENCE:
		snprintf(out, size, "n%u holds proof that n%u %s", e->node, e->peer,
			 proof_words((enum proof_kind)e->count));
		return true;
	case EVENT_POLICY:
		snprintf(out, size, "n%u: defences from %s on: %s", e->node, s->slot, policy);
		return true;
	case EVENT_EPOCH:
		snprintf(out, size, "n%u starts afresh in epoch %u, defences: %s", e->node,
			 e->count, policy);
		return true;
	default:
		return false;
	}
}

static bool acceptor_words(const struct event *e, const struct shown *s, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_PROMISED:
		snprintf(out, size, "n%u promised %s", e->node, s->ballot);
		return true;
	case EVENT_ACCEPTED:
		snprintf(out, size, "n%u accepted %s=%s in %s", e->node, s->ballot, s->value,
			 s->slot);
		return true;
	case EVENT_ECHOED:
		snprintf(out, size, "n%u echoed %s=%s in %s", e->node, s->ballot, s->value,
			 s->slot);
		return true;
	case EVENT_REFUSED:
		snprintf(out, size, "n%u refused %s %s of n%u: %s (%s)", e->node, s->type,
			 s->ballot, e->peer, refusal_words(e->why), s->other);
		return true;
	case EVENT_CHOSEN:
		if (e->because == BECAUSE_TOLD)
			snprintf(out, size, "n%u learned from n%u: %s is CHOSEN in %s", e->node,
				 e->peer, s->value, s->slot);
		else
			snprintf(out, size, "n%u %s: %s is CHOSEN in %s at %s", e->node,
				 e->because == BECAUSE_STORED ? "read back" : "knows", s->value,
				 s->slot, s->ballot);
		return true;
	case EVENT_CONTRADICTED:
		snprintf(out, size, "n%u was told by n%u that %s is chosen in %s, but knows better",
			 e->node, e->peer, s->value, s->slot);
		return true;
	case EVENT_SYNCING:
		if (e->peer == NODE_NONE)
			snprintf(out, size, "n%u asks all what was chosen from %s on", e->node,
				 s->slot);
		else
			snprintf(out, size, "n%u asks n%u what was chosen from %s on", e->node,
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
		snprintf(out, size, "link %s>n%u is CUT", from, e->node);
	else
		snprintf(out, size, "link %s>n%u is open: delay %llu.%llu ms, loss %s, doubled %s",
			 from, e->node, (unsigned long long)(e->link.delay_us / 1000),
			 (unsigned long long)(e->link.delay_us % 1000 / 100), loss, dup);
}

static void clock_words(const struct event *e, char *out, size_t size)
{
	if (clock_is_paused(&e->clock))
		snprintf(out, size, "n%u: time stands still", e->node);
	else if (clock_is_unlimited(&e->clock))
		snprintf(out, size, "n%u: time runs unlimited", e->node);
	else
		snprintf(out, size, "n%u: time runs at %u/%u", e->node, e->clock.num, e->clock.den);
}

static bool life_words(const struct event *e, char *out, size_t size)
{
	switch (e->kind) {
	case EVENT_STARTED:
		snprintf(out, size, "n%u started (life %u)", e->node, e->boot);
		return true;
	case EVENT_CRASHED:
		snprintf(out, size, "n%u CRASHED", e->node);
		return true;
	case EVENT_STOPPED:
		snprintf(out, size, "n%u is frozen", e->node);
		return true;
	case EVENT_CONTINUED:
		snprintf(out, size, "n%u runs again", e->node);
		return true;
	case EVENT_MISSED:
		snprintf(out, size, "%u events of n%u were missed", e->count, e->node);
		return true;
	case EVENT_FORGED:
		snprintf(out, size, "%u reports in the name of n%u are not its own: %s", e->count,
			 e->node, drop_words(e->drop));
		return true;
	case EVENT_OBEYED:
		snprintf(out, size, "n%u obeyed the operator", e->node);
		return true;
	case EVENT_DISOBEYED:
		snprintf(out, size, "n%u refused the operator: %s", e->node, drop_words(e->drop));
		return true;
	case EVENT_LINKED:
		link_words(e, out, size);
		return true;
	case EVENT_TIMED:
		clock_words(e, out, size);
		return true;
	case EVENT_GATED:
		snprintf(out, size,
			 e->count != 0 ? "n%u holds every message at its gate"
				       : "n%u opened its gate",
			 e->node);
		return true;
	default:
		return false;
	}
}

void event_words(const struct model *m, const struct event *e, char *out, size_t size)
{
	struct shown s;
	show(m, e, &s);
	if (!message_words(e, &s, out, size) && !proposer_words(e, &s, out, size) &&
	    !acceptor_words(e, &s, out, size) && !liar_words(e, &s, out, size) &&
	    !life_words(e, out, size))
		snprintf(out, size, "n%u %s", e->node, event_name(e->kind));
}
