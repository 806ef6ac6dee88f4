#include "tui/dashboard/repeat.h"

#include <stdlib.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"

#define STEP_US 10000 /* time that passed is told where it is more */

/* The events in the order in which they are told: place 0 is the first. */
struct repeat {
	const struct session *session;
	const struct model *m;
	FILE *to;
	unsigned count;
	uint64_t at[MODEL_EVENTS];         /* the event of each place */
	unsigned before[SESSION_COMMANDS]; /* the place before which a command is given */
	bool given[SESSION_COMMANDS];      /* it is written already */
	time_us caused_at[NODES_MAX + 1];  /* when the node was told something last, */
	bool caused[NODES_MAX + 1];        /* if it ever was */
	time_us told_at[NODES_MAX + 1];    /* when a command was given to the node last, */
	bool told[NODES_MAX + 1];          /* if one ever was */
	time_us now;                       /* the time to which the scenario has come */
};

static const struct event *event_of(const struct repeat *r, unsigned place)
{
	return model_event_at(r->m, r->at[place]);
}

static void list_events_in_order(struct repeat *r)
{
	uint64_t i = r->m->events > 0 ? model_event_first(r->m) : EVENT_UNSEEN;

	for (r->count = 0; i != EVENT_UNSEEN && r->count < MODEL_EVENTS; r->count++) {
		r->at[r->count] = i;
		i = model_event_later(r->m, i);
	}
}

/* --- where a command was given --------------------------------------------------------------- */

static bool shows_command(const struct event *e)
{
	switch (e->kind) {
	case EVENT_OBEYED:
	case EVENT_CRASHED:
	case EVENT_STOPPED:
	case EVENT_CONTINUED:
		return true;
	case EVENT_STARTED:
		return e->boot > 1;
	default:
		return false;
	}
}

static bool came_with(const struct session_command *g, uint64_t event)
{
	return event >= g->from && event < g->upto;
}

/* Is this the first that is heard of a life that is not its node's first: by an event of it, or by
 * a message that it sent? A process says something before it is known to be up. */
static bool begins_life(const struct repeat *r, unsigned place)
{
	const struct event *e = event_of(r, place);
	const bool sent = e->kind == EVENT_RECEIVED && e->id.boot > 1;
	const node_id node = sent ? e->id.source : e->node;
	const uint16_t boot = sent ? e->id.boot : e->boot;

	for (unsigned k = 0; k < place && boot > 1; k++) {
		const struct event *other = event_of(r, k);

		if ((other->node == node && other->boot >= boot) ||
		    (other->id.source == node && other->id.boot >= boot))
			return false;
	}
	return boot > 1;
}

static bool is_restart(const struct repeat *r, const struct session_command *g)
{
	const char *line = r->session->text + g->line;

	return strncmp(line, "restart", 7) == 0 || strncmp(line, "replace", 7) == 0;
}

/* Before the first thing that the command did at the node that obeyed it first. */
static unsigned place_of(const struct repeat *r, const struct session_command *g)
{
	const bool restarts = is_restart(r, g);
	unsigned shown = 0;

	while (shown < r->count &&
	       !(came_with(g, r->at[shown]) && shows_command(event_of(r, shown))) &&
	       !(restarts && r->at[shown] >= g->from && begins_life(r, shown)))
		shown++;
	if (shown == r->count) { /* it did nothing that shows */
		for (shown = 0; shown < r->count && r->at[shown] < g->from;)
			shown++;
		return shown;
	}
	const struct event *e = event_of(r, shown);
	unsigned place = shown;

	for (unsigned k = 0; k < shown; k++)
		if (came_with(g, r->at[k]) && event_of(r, k)->node == e->node &&
		    event_of(r, k)->at == e->at) {
			place = k;
			break;
		}
	return place;
}

static void place_commands(struct repeat *r)
{
	unsigned least = 0;

	for (unsigned i = 0; i < r->session->commands; i++) {
		const unsigned place = place_of(r, &r->session->command[i]);

		r->before[i] = least = place > least ? place : least;
	}
}

static void pass_time(struct repeat *r, time_us at, time_us least)
{
	if (at < r->now + least)
		return;
	fprintf(r->to, "step to %lluus\n", (unsigned long long)at);
	r->now = at;
}

static void give_commands(struct repeat *r, unsigned place)
{
	for (unsigned i = 0; i < r->session->commands; i++) {
		const struct session_command *g = &r->session->command[i];
		const char *line = r->session->text + g->line;

		if (r->given[i] || r->before[i] > place)
			continue;
		r->given[i] = true;
		if (r->before[i] < r->count) {
			const struct event *first = event_of(r, r->before[i]);

			r->told[first->node] = true;
			r->told_at[first->node] = first->at;
		}
		pass_time(r, g->at, 1);
		fprintf(r->to, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
}

/* --- messages -------------------------------------------------------------------------------- */

static bool is_same_message(const struct event *a, const struct event *b)
{
	return a->id.source == b->id.source && a->id.boot == b->id.boot &&
	       a->id.number == b->id.number;
}

/* Two messages that say the same, to one life of a node: the same message, a copy, or sent again.
 */
static bool says_the_same(const struct event *a, const struct event *b)
{
	const bool whole = a->type == MSG_PREPARE || a->type == MSG_PROMISE ||
			   a->type == MSG_ACCEPT || a->type == MSG_ACCEPTED ||
			   a->type == MSG_NACK || a->type == MSG_COMMIT;

	if (a->node != b->node || a->boot != b->boot || a->peer != b->peer)
		return false;
	if (!whole) /* an event tells less than the message */
		return is_same_message(a, b);
	return a->type == b->type && a->slot == b->slot && a->value == b->value &&
	       a->count == b->count && a->why == b->why && ballot_cmp(a->ballot, b->ballot) == 0 &&
	       ballot_cmp(a->other, b->other) == 0;
}

/* Before the first of those comes in, so many copies are made of it that there is one for each. */
static unsigned copies_from(const struct repeat *r, unsigned place)
{
	const struct event *e = event_of(r, place);
	unsigned copies = 0;

	for (unsigned k = 0; k < r->count; k++) {
		const struct event *other = event_of(r, k);

		if (other->kind != EVENT_RECEIVED || !says_the_same(other, e))
			continue;
		if (k < place)
			return 0;
		copies += k > place;
	}
	return copies;
}

static void write_message(const struct event *e, char *out, size_t size)
{
	char ballot[16];

	text_write(out, size, "%s %u %u", message_name(e->type), e->peer, e->node);
	ballot_show(e->ballot, ballot);
	if (!ballot_is_none(e->ballot))
		text_append(out, size, " ballot %s", ballot);
	if (e->type != MSG_EVIDENCE)
		text_append(out, size, " slot %llu", (unsigned long long)e->slot);
}

static void receive(struct repeat *r, unsigned place)
{
	const struct event *e = event_of(r, place);
	char message[80];

	write_message(e, message, sizeof(message));
	for (unsigned copies = copies_from(r, place); copies > 0; copies--)
		fprintf(r->to, "duplicate %s within 5s\n", message);
	fprintf(r->to, "deliver %s within 5s\n", message);
}

/* --- timers ---------------------------------------------------------------------------------- */

/* What a node does, in its own step. */
static bool is_deed(const struct event *e)
{
	return e->kind == EVENT_SENT || e->kind == EVENT_PREPARING || e->kind == EVENT_PROPOSING ||
	       e->kind == EVENT_RESENT || e->kind == EVENT_SYNCING || e->kind == EVENT_FORGOT ||
	       (e->kind == EVENT_LIED && e->attack != 0);
}

/* A command has the node's core do something: what follows comes of it, up to the answer. */
static bool begins_deed(const struct event *e)
{
	return e->kind == EVENT_QUEUED || e->kind == EVENT_POLICY || e->kind == EVENT_EPOCH ||
	       e->kind == EVENT_ARMED || e->kind == EVENT_STARTED ||
	       (e->kind == EVENT_LIED && e->attack == 0);
}

/* A receipt of a message that was sent at `place`, or NULL. */
static const struct event *receipt_of(const struct repeat *r, unsigned place)
{
	const struct event *sent = event_of(r, place);

	for (unsigned k = place + 1; k < r->count; k++)
		if (event_of(r, k)->kind == EVENT_RECEIVED && is_same_message(event_of(r, k), sent))
			return event_of(r, k);
	return NULL;
}

static bool is_first_lie(const struct repeat *r, unsigned place)
{
	const struct event *e = event_of(r, place);

	for (unsigned k = 0; e->kind == EVENT_LIED && k < place; k++)
		if (event_of(r, k)->kind == EVENT_LIED && event_of(r, k)->node == e->node)
			return false;
	return e->kind == EVENT_LIED;
}

/* The node's timers run until it does what it did: began a ballot, or sent what then arrived. */
static void run_timers(struct repeat *r, unsigned place)
{
	const struct event *first = event_of(r, place);
	const struct event *receipt = NULL;
	char ballot[16];

	pass_time(r, first->at, 1);
	for (unsigned k = place; k < r->count; k++) {
		const struct event *e = event_of(r, k);

		if (e->node != first->node || e->boot != first->boot)
			continue;
		if (e->at != first->at || e->kind == EVENT_RECEIVED || e->kind == EVENT_OBEYED ||
		    begins_deed(e)) /* what comes now has another cause */
			break;
		if (e->kind == EVENT_FORGOT) {
			fprintf(r->to, "timer %u until down %u within 60s\n", e->node, e->node);
			return;
		}
		if (e->kind == EVENT_PREPARING) {
			ballot_show(e->ballot, ballot);
			fprintf(r->to, "timer %u until ballot %u %s within 60s\n", e->node, e->node,
				ballot);
			return;
		}
		if (e->kind == EVENT_SENT && receipt == NULL)
			receipt = receipt_of(r, k);
	}
	if (receipt == NULL && is_first_lie(r, place))
		fprintf(r->to, "timer %u until lied %u within 60s\n", first->node, first->node);
	if (receipt == NULL)
		return;
	fprintf(r->to, "timer %u until held %u %s %u", first->node, receipt->node,
		message_name(receipt->type), receipt->peer);
	ballot_show(receipt->ballot, ballot);
	if (!ballot_is_none(receipt->ballot))
		fprintf(r->to, " ballot %s", ballot);
	if (receipt->type != MSG_EVIDENCE)
		fprintf(r->to, " slot %llu", (unsigned long long)receipt->slot);
	fprintf(r->to, " within 60s\n");
}

static void write_event(struct repeat *r, unsigned place)
{
	const struct event *e = event_of(r, place);
	/* What a node forgets, it says nothing of: the command is all that is known. */
	const bool caused =
		(r->caused[e->node] && r->caused_at[e->node] == e->at) ||
		(e->kind == EVENT_FORGOT && r->told[e->node] && r->told_at[e->node] == e->at);

	if (e->kind == EVENT_RECEIVED) {
		pass_time(r, e->at, STEP_US);
		receive(r, place);
	} else if (is_deed(e) && !caused) {
		run_timers(r, place);
	} else if (e->kind == EVENT_OBEYED) {
		r->caused[e->node] = false; /* what comes now is no part of it */
		return;
	} else if (!is_deed(e) && !begins_deed(e)) {
		return;
	}
	r->caused[e->node] = true;
	r->caused_at[e->node] = e->at;
}

/* --- what is so now -------------------------------------------------------------------------- */

/* As it would be typed; false: it cannot be. */
static bool write_value(const struct model *m, value_ref ref, char *out, size_t size)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(m->values, ref, &length);
	struct value_sketch sketch;

	if (ref == VALUE_NONE || values_sketch(m->values, ref, &sketch))
		return false;
	if (ref == VALUE_NOOP)
		return text_write(out, size, "no-op"), true;
	if (length == 0 || 2 * length + 3 > size)
		return false;
	size_t used = 0;
	out[used++] = '"';
	for (uint32_t i = 0; i < length; i++) {
		if (bytes[i] < ' ' || bytes[i] == 127)
			return false;
		if (bytes[i] == '"' || bytes[i] == '\\')
			out[used++] = '\\';
		out[used++] = (char)bytes[i];
	}
	out[used++] = '"';
	out[used] = 0;
	return true;
}

static void expect_vote(struct repeat *r, slot_number slot, node_id id, const struct model_vote *v)
{
	char value[2 * VALUE_SHOWN_MAX + 8], ballot[16];

	ballot_show(v->voted_at, ballot);
	if (v->voted != VALUE_NONE && v->chosen == VALUE_NONE &&
	    write_value(r->m, v->voted, value, sizeof(value)))
		fprintf(r->to, "expect accepted %llu %s at %s on %u\n", (unsigned long long)slot,
			value, ballot, id);
	if (v->chosen != VALUE_NONE && write_value(r->m, v->chosen, value, sizeof(value)))
		fprintf(r->to, "expect chosen %llu %s on %u\n", (unsigned long long)slot, value,
			id);
}

static void expect_slot(struct repeat *r, const struct model_slot *s)
{
	char value[2 * VALUE_SHOWN_MAX + 8], ballot[16];

	for (node_id id = 1; id <= r->m->nodes; id++)
		expect_vote(r, s->slot, id, &s->vote[id]);
	ballot_show(s->decided_at, ballot);
	if (s->decided == VALUE_NONE)
		fprintf(r->to, "expect not decided %llu *\n", (unsigned long long)s->slot);
	else if (write_value(r->m, s->decided, value, sizeof(value)))
		fprintf(r->to, "expect decided %llu %s at %s\n", (unsigned long long)s->slot, value,
			ballot);
}

static void expect_now(struct repeat *r)
{
	const struct model *m = r->m;
	char ballot[16];

	fprintf(r->to, "\n# what was on the screen\n");
	for (node_id id = 1; id <= m->nodes; id++) {
		const struct model_node *n = &m->node[id];

		if (n->life == LIFE_DOWN)
			fprintf(r->to, "expect down %u within 5s\n", id); /* a process ends later */
		ballot_show(n->promised, ballot);
		if (!ballot_is_none(n->promised))
			fprintf(r->to, "expect promised %u %s\n", id, ballot);
		if (n->has_lied)
			fprintf(r->to, "expect lied %u\n", id);
	}
	for (slot_number s = m->slot_first; s < m->slot_end; s++)
		if (model_slot(m, s) != NULL)
			expect_slot(r, model_slot(m, s));
	if (m->safety == SAFETY_VIOLATED)
		fprintf(r->to, "expect violation %s within 1s\n",
			property_name(m->violation.property));
	else
		fprintf(r->to, "expect not violation\n");
}

static void write_head(struct repeat *r, const struct cluster_info *info)
{
	const struct session *a = r->session;
	char policy[POLICY_SHOWN_MAX];

	policy_show(a->begun ? a->policy : r->m->policy, policy);
	fprintf(r->to,
		"# A session of a dashboard, up to %llu.%06llu s: every message that arrived is "
		"delivered, in its order.\nnodes %u\nmode %s\nrate paused\n",
		(unsigned long long)(r->m->now / 1000000),
		(unsigned long long)(r->m->now % 1000000), r->m->nodes,
		r->m->mode == MODE_MULTI ? "multi" : "single");
	if (info->kind == CLUSTER_SIMULATED)
		fprintf(r->to, "seed %llu\n", (unsigned long long)info->seed);
	if ((a->begun ? a->policy : r->m->policy) != POLICY_NONE)
		fprintf(r->to, "defend %s\n", policy);
	fprintf(r->to, "\n");
}

static bool can_be_repeated(const struct session *a, const struct model *m, char *why, size_t size)
{
	if (!a->whole)
		text_write(why, size,
			   "not all that was done since the cluster began is known here");
	else if (m->events > MODEL_EVENTS)
		text_write(why, size, "%llu events are too many: a test has at most %d",
			   (unsigned long long)m->events, MODEL_EVENTS);
	else if (a->loads)
		text_write(why, size, "a load was run: what it proposes cannot be typed");
	else if (a->drifts)
		text_write(why, size,
			   "the clock of one node was changed: which of its timers ran "
			   "then cannot be typed");
	else
		return true;
	return false;
}

bool repeat_write(const struct session *a, const struct model *m, const struct cluster_info *info,
		  FILE *to, char *why, size_t size)
{
	struct repeat *r;

	if (!can_be_repeated(a, m, why, size))
		return false;
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		text_write(why, size, "not enough memory");
		return false;
	}
	r->session = a;
	r->m = m;
	r->to = to;
	list_events_in_order(r);
	place_commands(r);
	write_head(r, info);
	for (unsigned place = 0; place < r->count; place++) {
		give_commands(r, place);
		write_event(r, place);
	}
	give_commands(r, r->count);
	expect_now(r);
	free(r);
	return true;
}

bool repeat_timed(const struct session *a, const struct model *m, time_us now, FILE *to)
{
	struct repeat *r;

	if (!a->whole || a->lines_miss || a->is_branch || !a->begun || a->loads)
		return false;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return false;
	r->session = a;
	r->m = m;
	r->to = to;
	fwrite(a->text, 1, a->used, to);
	if (now > a->at)
		fprintf(to, "wait %lluus\n", (unsigned long long)(now - a->at));
	expect_now(r);
	free(r);
	return true;
}

bool repeat_recorded(const struct model *m, struct timeline *recording, FILE *to, char *why,
		     size_t size)
{
	struct reader *reader = timeline_reader(recording);
	struct session *a = malloc(sizeof(*a));
	struct cluster_info info;

	if (a == NULL) {
		text_write(why, size, "not enough memory");
		return false;
	}
	session_recorded(a, m, reader, timeline_at(recording));
	reader_info(reader, &info);
	info.kind = reader_kind(reader);
	const bool good = repeat_write(a, m, &info, to, why, size);

	free(a);
	return good;
}
