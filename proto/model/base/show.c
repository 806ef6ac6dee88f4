#include "proto/model/base/show.h"

#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"

static const struct {
	const char *name;
	const char *words;
} properties[PROPERTIES] = {
#define PROPERTY(name, text, judge, help) [PROPERTY_##name] = {text, help},
#include "proto/model/base/properties.def"
#undef PROPERTY
};

#define BALLOT_SIZE 16 /* of what ballot_show writes, with its 0 */

const char *property_name(enum property property)
{
	return (unsigned)property < PROPERTIES ? properties[property].name : "?";
}

const char *property_words(enum property property)
{
	return (unsigned)property < PROPERTIES ? properties[property].words : "?";
}

void ballot_show(struct ballot ballot, char out[BALLOT_SIZE])
{
	if (ballot_is_none(ballot))
		snprintf(out, BALLOT_SIZE, "-");
	else if (ballot.round == ROUND_MAX)
		snprintf(out, BALLOT_SIZE, "max.%u", ballot.node);
	else
		snprintf(out, BALLOT_SIZE, "%u.%u", ballot.round, ballot.node);
}

void set_show(node_set set, char *out, size_t size)
{
	size_t length = 0;
	text_write(out, size, "nobody");
	for (; set != 0 && length < size; set &= set - 1) {
		int n = snprintf(out + length, size - length, "%sn%u", length == 0 ? "" : " ",
				 set_lowest(set));
		length += (size_t)n;
	}
}

void message_shout(enum message_type type, char out[16])
{
	snprintf(out, BALLOT_SIZE, "%s", message_name(type));
	for (char *c = out; *c != 0; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
}

bool vote_is_decided(const struct model *m, node_id node, slot_number slot, struct ballot promised,
		     time_us at)
{
	const struct model_slot *s = model_slot(m, slot);
	return s != NULL && node <= m->nodes && !set_has(m->liars, node) &&
	       s->vote[node].voted != VALUE_NONE &&
	       ballot_cmp(s->vote[node].voted_at, promised) < 0 &&
	       s->vote[node].chosen != VALUE_NONE && s->vote[node].chosen_changed_at <= at;
}

void value_mark(const struct model *m, value_ref value, char out[MARKED_MAX + 1])
{
	char shown[VALUE_SHOWN_MAX + 1];
	values_show(m->values, value, shown);
	snprintf(out, MARKED_MAX + 1, "%c%s%c", MARK_VALUE, shown, MARK_VALUE_END);
}

void value_mark_brief(const struct model *m, value_ref value, char out[MARKED_BRIEF_MAX + 1])
{
	char shown[VALUE_SHOWN_MAX + 1];
	values_show(m->values, value, shown);
	text_squeeze(shown, BRIEF_MAX);
	snprintf(out, MARKED_BRIEF_MAX + 1, "%c%.*s%c", MARK_VALUE, BRIEF_MAX, shown,
		 MARK_VALUE_END);
}

static void promise_show(const struct model *m, const struct event *e, const char *ballot,
			 char *out, size_t size)
{
	const node_id sender = e->kind == EVENT_SENT || e->kind == EVENT_LIED ? e->node : e->peer;
	char other[16], value[MARKED_MAX + 1];
	ballot_show(e->other, other);
	value_mark(m, e->value, value);
	if (e->count > 0)
		text_write(out, size, "PROMISE %s (accepted %s=%s)", ballot, other, value);
	else if (vote_is_decided(m, sender, e->slot, e->ballot, e->at))
		text_write(out, size, "PROMISE %s (no open vote: slot %llu is decided)", ballot,
			   (unsigned long long)e->slot);
	else
		text_write(out, size, "PROMISE %s (nothing accepted)", ballot);
}

void message_show_marked(const struct model *m, const struct event *e, char *out, size_t size)
{
	char type[16], ballot[16], other[16], value[MARKED_MAX + 1];
	message_shout(e->type, type);
	ballot_show(e->ballot, ballot);
	ballot_show(e->other, other);
	value_mark(m, e->value, value);
	switch (e->type) {
	case MSG_PROMISE:
		promise_show(m, e, ballot, out, size);
		break;
	case MSG_ACCEPT:
	case MSG_ACCEPTED:
	case MSG_ECHO:
		text_write(out, size, "%s %s=%s", type, ballot, value);
		break;
	case MSG_NEW_VIEW:
		if (e->count == 0)
			text_write(out, size, "%s %s (nothing binds it)", type, ballot);
		else
			text_write(out, size, "%s %s (bound by %s=%s)", type, ballot, other, value);
		break;
	case MSG_EVIDENCE:
		text_write(out, size, "%s", type);
		break;
	case MSG_COMMIT:
		text_write(out, size, "%s %s=%s", type, ballot, value);
		break;
	case MSG_NACK:
		text_write(out, size, "%s %s (promised %s)", type, ballot, other);
		break;
	case MSG_SUMMARY:
		text_write(out, size, "%s up to slot %llu", type, (unsigned long long)e->slot);
		break;
	case MSG_SYNC:
		text_write(out, size, "%s from slot %llu", type, (unsigned long long)e->slot);
		break;
	default:
		text_write(out, size, "%s %s", type, ballot);
		break;
	}
}

void message_show(const struct model *m, const struct event *e, char *out, size_t size)
{
	message_show_marked(m, e, out, size);
	marks_remove(out);
}

/* "2", "2.5", "0.001". */
static void thousandths_show(uint64_t thousandths, char out[24])
{
	const unsigned long long whole = thousandths / 1000, part = thousandths % 1000;

	if (part == 0)
		text_write(out, 24, "%llu", whole);
	else if (part % 10 != 0)
		text_write(out, 24, "%llu.%03llu", whole, part);
	else if (part % 100 != 0)
		text_write(out, 24, "%llu.%02llu", whole, part / 10);
	else
		text_write(out, 24, "%llu.%llu", whole, part / 100);
}

void ms_show(time_us us, char out[24])
{
	thousandths_show(us, out);
	text_append(out, 24, "ms");
}

void drift_show(const struct drift *drift, time_us now, char *out, size_t size)
{
	const int64_t ahead = drift_ahead(drift, now);
	const bool is_still = now < drift->since;
	const time_us apart = is_still    ? drift->since - now
			      : ahead < 0 ? 0 - (time_us)ahead
					  : (time_us)ahead;
	const bool is_short = apart < 1000000;
	char rate[24], span[24];

	thousandths_show(drift->rate, rate);
	thousandths_show(is_short ? apart : apart / 1000, span);
	text_append(span, sizeof span, is_short ? "ms" : "s");
	if (is_still)
		text_write(out, size, "still for %s, then %sx", span, rate);
	else if (ahead == 0)
		text_write(out, size, "%sx, in step", rate);
	else
		text_write(out, size, "%sx, %s %s", rate, span, ahead < 0 ? "behind" : "ahead");
}

void span_show(uint64_t seconds, char *out, size_t size)
{
	if (seconds < 120)
		snprintf(out, size, "%llu s", (unsigned long long)seconds);
	else if (seconds < 120 * 60)
		snprintf(out, size, "%llu min", (unsigned long long)(seconds / 60));
	else if (seconds < 48 * 3600)
		snprintf(out, size, "%llu h", (unsigned long long)(seconds / 3600));
	else
		snprintf(out, size, "%llu days", (unsigned long long)(seconds / 86400));
}

const char *node_role(const struct model *m, node_id node)
{
	const struct model_node *n = &m->node[node];

	if (n->life == LIFE_DOWN)
		return "DOWN";
	if (n->life == LIFE_STOPPED)
		return "STOPPED";
	if (n->life == LIFE_UNKNOWN)
		return "silent";
	switch (n->role) {
	case ROLE_PREPARING:
		return "PROPOSER";
	case ROLE_LEADING:
		return m->mode == MODE_MULTI ? "LEADER" : "PROPOSER";
	case ROLE_WAITING:
		return "BACKS OFF";
	case ROLE_IDLE:
		break;
	}
	return "acceptor";
}

void behind_show(const struct model *m, char *out, size_t size)
{
	const struct model_behind *b = &m->behind;
	char who[NODES_MAX * 4];
	set_show(b->knowing, who, sizeof who);
	if (b->node == NODE_NONE)
		text_write(out, size, "all know as much");
	else if (b->knowing == 0)
		text_write(
			out, size,
			"no node knows: slot %llu is decided by votes, and no node that is up has "
			"learned it",
			(unsigned long long)b->slot);
	else
		text_write(out, size, "n%u lags: it does not know slot %llu, which %s know%s",
			   b->node, (unsigned long long)b->slot, who,
			   set_count(b->knowing) == 1 ? "s" : "");
}

void flight_name(const struct flight *f, char out[40])
{
	snprintf(out, 40, f->copy > 0 ? "%u.%u.%llu+%u" : "%u.%u.%llu", f->id.source, f->id.boot,
		 (unsigned long long)f->id.number, f->copy);
}

static void types_show(type_set types, char *out, size_t size)
{
	char type[16];
	out[0] = 0;
	for (unsigned t = 1; t < MSG_TYPES && types != TYPES_ALL; t++) {
		if ((types >> t & 1) == 0)
			continue;
		message_shout((enum message_type)t, type);
		text_append(out, size, "%s%s", out[0] != 0 ? " " : "", type);
	}
	if (types == TYPES_ALL)
		text_write(out, size, "everything");
}

/* The nodes from which just these types are held. */
static node_set senders_of(const struct gate_rule *gate, node_set among, type_set types)
{
	node_set set = 0;
	for (; among != 0; among &= among - 1)
		if (gate->types[set_lowest(among)] == types)
			set |= set_of(set_lowest(among));
	return set;
}

void gate_show(const struct gate_rule *gate, node_id self, unsigned nodes, char *out, size_t size)
{
	const node_set others = set_first(nodes) & ~set_of(self);
	char types[MSG_TYPES * 12], who[NODES_MAX * 4];
	out[0] = 0;
	for (node_set left = others; left != 0;) {
		const type_set held = gate->types[set_lowest(left)];
		const node_set from = senders_of(gate, left, held);
		left &= ~from;
		if (held == 0)
			continue;
		types_show(held, types, sizeof types);
		set_show(from, who, sizeof who);
		text_append(out, size, "%s%s", out[0] != 0 ? ", " : "", types);
		if (from != others)
			text_append(out, size, " from %s", who);
	}
	if (gate->types[GATE_OWN] != 0) {
		types_show(gate->types[GATE_OWN], types, sizeof types);
		text_append(out, size, "%s%s from itself", out[0] != 0 ? ", " : "", types);
	}
	if (out[0] == 0)
		text_write(out, size, "nothing");
	if (gate->keep)
		text_append(out, size, ", over a crash too");
}
