/* The judges. They judge by what nodes say about themselves: a vote is a vote because the voter
 * says so (or enough others received it, signed), a value is chosen because a quorum of voters in
 * one ballot says so (Paxos Made Simple, 2.2) or because a learner acts on it. They never look at
 * why somebody might lie. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/model/parts.h"

static const struct {
	const char *name;
	const char *words;
} properties[PROPERTIES] = {
#define PROPERTY(name, text, help) [PROPERTY_##name] = {text, help},
#include "proto/model/properties.def"
#undef PROPERTY
};

const char *property_name(enum property property)
{
	return (unsigned)property < PROPERTIES ? properties[property].name : "?";
}

const char *property_words(enum property property)
{
	return (unsigned)property < PROPERTIES ? properties[property].words : "?";
}

/* Something was chosen: what stood in the way until now does not count any more. */
static void monitor_moved(struct model *m)
{
	for (unsigned id = 1; id <= m->nodes; id++) {
		m->node[id].preempted = 0;
		memset(m->node[id].refused, 0, sizeof m->node[id].refused);
		memset(m->node[id].refused_by, 0, sizeof m->node[id].refused_by);
	}
}

/* One side of a contradiction. */
struct side {
	value_ref value;
	struct ballot ballot;
	node_set quorum;
	uint64_t event;
	const struct model_tally *tally; /* NULL: the votes were not seen */
};

/* Who voted for it, liars too: what a learner says rests on votes that it counted or was shown. */
static void find_votes(const struct model *m, const struct model_slot *s, struct side *side)
{
	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		const struct model_tally *t = &s->tally[i];

		if ((t->voters | t->liars) == 0 || t->value != side->value ||
		    ballot_cmp(t->ballot, side->ballot) != 0)
			continue;
		side->tally = t;
		if (set_count(t->voters | t->liars) >= model_quorum_at(m, s->slot))
			side->quorum = t->voters | t->liars;
	}
}

static void say_agreement(struct model *m, struct model_violation *v)
{
	char value[2][VALUE_SHOWN_MAX + 1], ballot[2][16], who[2][NODES_MAX * 4],
		both[NODES_MAX * 4], liars[NODES_MAX * 4];

	for (int i = 0; i < 2; i++) {
		values_show(m->values, v->value[i], value[i]);
		ballot_show(v->ballot[i], ballot[i]);
		set_show(v->quorum[i], who[i], sizeof who[i]);
	}
	set_show(v->quorum[0] & v->quorum[1], both, sizeof both);
	set_show(v->liars, liars, sizeof liars);
	snprintf(v->words, sizeof v->words,
		 "in slot %llu %.24s was chosen at %s by %.40s and %.24s at %s by %.40s; in both: "
		 "%.40s%s%.40s",
		 (unsigned long long)v->slot, value[0], ballot[0], who[0], value[1], ballot[1],
		 who[1], both, v->liars != 0 ? "; liars: " : "", v->liars != 0 ? liars : "");
}

static void violated(struct model *m, enum property property, const struct model_slot *s,
		     const struct side *a, const struct side *b)
{
	if (m->safety == SAFETY_VIOLATED)
		return; /* the first is the one that explains the rest */
	struct side side[2] = {*a, *b};
	struct model_violation *v = &m->violation;
	*v = (struct model_violation){.property = property, .slot = s->slot, .at = m->now};
	for (int i = 0; i < 2; i++) {
		if (property == PROPERTY_AGREEMENT)
			find_votes(m, s, &side[i]);
		v->value[i] = side[i].value;
		v->ballot[i] = side[i].ballot;
		v->quorum[i] = side[i].quorum;
		v->event[i] = side[i].event;
		for (unsigned id = 0; id <= NODES_MAX; id++)
			v->vote_event[i][id] =
				side[i].tally == NULL ? EVENT_UNSEEN : side[i].tally->event[id];
	}
	v->liars = (v->quorum[0] | v->quorum[1]) & m->liars;
	m->safety = SAFETY_VIOLATED;
	if (property == PROPERTY_AGREEMENT) {
		say_agreement(m, v);
		return;
	}
	char value[2][VALUE_SHOWN_MAX + 1];
	values_show(m->values, v->value[0], value[0]);
	values_show(m->values, v->value[1], value[1]);
	snprintf(v->words, sizeof v->words,
		 "n%u knew that %.24s was chosen in slot %llu, and now knows %.24s",
		 set_lowest(v->quorum[1]), value[0], (unsigned long long)s->slot, value[1]);
}

/* What is known to be decided in the slot; false if nothing is. */
static bool decided_side(const struct model_slot *s, struct side *out)
{
	if (s->decided == VALUE_NONE)
		return false;
	*out = (struct side){s->decided, s->decided_at, s->decided_by, s->decided_event, NULL};
	return true;
}

/* Where a vote is counted: its ballot's tally, or the lowest one makes place; NULL if the vote is
 * lower than all that are kept. */
static struct model_tally *tally_of(struct model_slot *s, struct ballot ballot, value_ref value)
{
	struct model_tally *lowest = &s->tally[0];
	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		struct model_tally *t = &s->tally[i];
		bool used = tally_is_used(t);
		if (used && ballot_cmp(t->ballot, ballot) == 0 && t->value == value)
			return t;
		if (!used || (tally_is_used(lowest) && ballot_cmp(t->ballot, lowest->ballot) < 0))
			lowest = t;
	}
	if (tally_is_used(lowest) && ballot_cmp(lowest->ballot, ballot) > 0)
		return NULL;
	*lowest = (struct model_tally){.ballot = ballot, .value = value};
	for (unsigned id = 0; id <= NODES_MAX; id++)
		lowest->event[id] = EVENT_UNSEEN;
	return lowest;
}

/* The node voted, by its own word or by others'. */
static void count_vote(struct model *m, struct model_slot *s, struct model_tally *t, node_id node,
		       uint64_t event)
{
	/* What a liar says is no vote; what it said before it lied stays one. */
	if (set_has(m->liars, node) && !set_has(t->voters, node)) {
		t->liars |= set_of(node);
		return;
	}
	t->voters |= set_of(node);
	if (m->quorum == 0 || set_count(t->voters) < model_quorum_at(m, s->slot))
		return;
	struct side now = {t->value, t->ballot, t->voters, event, t}, before;
	if (!decided_side(s, &before)) {
		s->decided = t->value;
		s->decided_at = t->ballot;
		s->decided_by = t->voters;
		s->decided_event = event;
		m->chosen_last_at = m->now;
		monitor_moved(m);
	} else if (before.value != t->value)
		violated(m, PROPERTY_AGREEMENT, s, &before, &now);
}

void monitor_vote(struct model *m, struct model_slot *s, node_id node, struct ballot ballot,
		  value_ref value, uint64_t event)
{
	if (value == VALUE_NONE)
		return;
	struct model_tally *t = tally_of(s, ballot, value);
	if (t == NULL)
		return;
	if (event != EVENT_UNSEEN || !set_has(t->voters | t->liars, node))
		t->event[node] = event;
	t->said |= set_of(node);
	count_vote(m, s, t, node, event);
}

/* A signed vote is the voter's word, whoever shows it; one who shows it may be a liar. */
void monitor_received(struct model *m, const struct event *e, uint64_t index)
{
	const node_id voter = e->peer;
	if (e->type != MSG_ACCEPTED || voter == NODE_NONE || voter > m->nodes || voter == e->node ||
	    e->id.source != voter || e->value == VALUE_NONE || set_has(m->liars, e->node) ||
	    !policy_has(model_policy_at(m, e->slot), DEFENCE_SIGN))
		return;
	struct model_slot *s = model_slot_make(m, e->slot);
	struct model_tally *t = s == NULL ? NULL : tally_of(s, e->ballot, e->value);
	if (t == NULL)
		return;
	t->heard_of |= set_of(voter);
	t->heard[voter] |= set_of(e->node);
	doubts_receipt(m, s, t, voter);
	if (set_has(t->voters | t->liars, voter) || !doubts_outweigh(m, t->heard[voter]))
		return;
	t->event[voter] = index;
	count_vote(m, s, t, voter, index);
}

/* Who else knows another value to be chosen in the slot. */
static bool other_learner(const struct model *m, const struct model_slot *s, value_ref value,
			  struct side *out)
{
	for (unsigned id = 1; id <= m->nodes; id++) {
		const struct model_vote *v = &s->vote[id];
		if (v->chosen == VALUE_NONE || v->chosen == value ||
		    set_has(m->liars, (node_id)id) || doubts_wait(m, (node_id)id, s->slot))
			continue;
		*out = (struct side){v->chosen, v->chosen_at, set_of((node_id)id), EVENT_UNSEEN,
				     NULL};
		return true;
	}
	return false;
}

void monitor_learner(struct model *m, const struct model_slot *s, const struct model_claim *c)
{
	struct side now = {c->value, c->ballot, set_of(c->node), c->event, NULL}, before;
	if (c->before != VALUE_NONE && c->before != c->value) {
		before =
			(struct side){c->before, c->before_at, set_of(c->node), EVENT_UNSEEN, NULL};
		violated(m, PROPERTY_INTEGRITY, s, &before, &now);
	} else if ((decided_side(s, &before) && before.value != c->value) ||
		   other_learner(m, s, c->value, &before))
		violated(m, PROPERTY_AGREEMENT, s, &before, &now);
	if (c->before == VALUE_NONE)
		m->chosen_last_at = m->now;
}

void monitor_chosen(struct model *m, struct model_slot *s, struct model_claim *c)
{
	const struct model_vote *own = &s->vote[c->node];
	if (c->value == VALUE_NONE || set_has(m->liars, c->node))
		return;
	c->before = own->chosen;
	c->before_at = own->chosen_at;
	c->at = m->now;
	if (!doubts_hold(m, s, c))
		monitor_learner(m, s, c);
}

void monitor_event(struct model *m, const struct event *e)
{
	struct model_node *n = &m->node[e->node];
	if (e->kind == EVENT_PREEMPTED) {
		n->preempted++;
		n->preempted_by = e->other.node;
	} else if (e->kind == EVENT_CHOSEN && e->because == BECAUSE_COUNTED) {
		if (!set_has(m->liars, e->node))
			monitor_moved(m);
	} else if (e->kind == EVENT_REFUSED && e->peer != NODE_NONE && e->peer <= m->nodes &&
		   (unsigned)e->why < REFUSALS) {
		m->node[e->peer].refused[e->why]++;
		m->node[e->peer].refused_by[e->why] |= set_of(e->node);
	}
}

static bool is_dead(const struct link_rule *link)
{
	return link->cut || link->loss_ppm >= 1000000;
}

/* Who a node can have a conversation with, itself included. */
static node_set reach(const struct model *m, node_id node)
{
	node_set set = set_of(node);
	for (unsigned id = 1; id <= m->nodes; id++)
		if (id != node && m->node[id].life == LIFE_UP &&
		    !is_dead(&m->node[id].link[node]) && !is_dead(&m->node[node].link[id]))
			set |= set_of((node_id)id);
	return set;
}

struct waiters {
	node_set all;     /* who has values that wait */
	node_set blocked; /* of them, who reaches no quorum */
	node_id example;
	node_set reached; /* by the example */
};

static struct waiters waiters_of(const struct model *m)
{
	struct waiters w = {0};
	for (unsigned id = 1; id <= m->nodes; id++) {
		const struct model_node *n = &m->node[id];
		if (n->pending == 0 || n->life != LIFE_UP)
			continue;
		w.all |= set_of((node_id)id);
		node_set reached = reach(m, (node_id)id);
		if (set_count(reached) >= m->quorum)
			continue;
		w.blocked |= set_of((node_id)id);
		if (w.example == NODE_NONE) {
			w.example = (node_id)id;
			w.reached = reached;
		}
	}
	return w;
}

static node_set lives(const struct model *m, enum node_life life)
{
	node_set set = 0;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].life == life)
			set |= set_of((node_id)id);
	return set;
}

__attribute__((format(printf, 3, 4))) static size_t add(char *out, size_t size, const char *format,
							...)
{
	size_t length = strlen(out);
	va_list args;
	va_start(args, format);
	vsnprintf(out + length, size - length, format, args);
	va_end(args);
	return strlen(out);
}

static void say_blocked(struct model *m, const struct waiters *w)
{
	char who[NODES_MAX * 4];
	set_show(w->reached & ~set_of(w->example), who, sizeof who);
	char *out = m->progress_why;
	out[0] = 0;
	add(out, sizeof m->progress_why, "no quorum: n%d reaches %s, %u of the %u it needs",
	    w->example, who, set_count(w->reached), m->quorum);
	node_set down = lives(m, LIFE_DOWN), stopped = lives(m, LIFE_STOPPED);
	if (down != 0) {
		set_show(down, who, sizeof who);
		add(out, sizeof m->progress_why, "; down: %s", who);
	}
	if (stopped != 0) {
		set_show(stopped, who, sizeof who);
		add(out, sizeof m->progress_why, "; frozen: %s", who);
	}
	node_set cut = set_first(m->nodes) & ~w->reached & ~down & ~stopped;
	if (cut != 0) {
		set_show(cut, who, sizeof who);
		add(out, sizeof m->progress_why, "; cut off: %s", who);
	}
}

/* A race: two who preempted each other, or one who preempts another again and again, and nothing
 * was chosen meanwhile. */
static bool say_race(struct model *m)
{
	node_set racers = 0, ahead = 0;
	uint32_t times = 0;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].preempted > 0) {
			racers |= set_of((node_id)id);
			if (m->node[id].preempted_by != NODE_NONE)
				ahead |= set_of(m->node[id].preempted_by);
			times += m->node[id].preempted;
		}
	ahead &= ~racers;
	if (times < 3 || set_count(racers | ahead) < 2)
		return false;
	char who[NODES_MAX * 4], winners[NODES_MAX * 4];
	set_show(racers, who, sizeof who);
	if (ahead != 0) {
		set_show(ahead, winners, sizeof winners);
		snprintf(m->progress_why, sizeof m->progress_why,
			 "ballot race: %.60s overtook %.60s %u times, and nothing was chosen",
			 winners, who, times);
		return true;
	}
	snprintf(m->progress_why, sizeof m->progress_why,
		 "ballot race: %s overtook each other %u times, and nothing was chosen", who,
		 times);
	return true;
}

/* Who wants something is refused for a reason that only a defence has. */
static bool say_refused(struct model *m, node_set waiting)
{
	static const struct {
		enum refusal why;
		const char *before, *between, *after;
	} reasons[] = {
		{REFUSE_REJECTED, "stuck by reject: ", " refused n",
		 ", for they voted for another value before"},
		{REFUSE_BUSY, "lease held: ", " will not listen to n", " yet"},
		{REFUSE_WINDOW, "window: ", " refuse n", ", whose round is far above the others'"},
		{REFUSE_BUDGET, "budget: ", " ignore n", ", which prepared too often"},
		{REFUSE_QUARANTINED, "quarantine: ", " ignore n", ", which is proven a liar"},
		{REFUSE_UNJUSTIFIED, "justify: ", " know no promises that allow what n",
		 " proposes"},
	};
	char who[NODES_MAX * 4];

	for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		for (node_set left = waiting; left != 0; left &= left - 1) {
			node_id id = set_lowest(left);
			const struct model_node *n = &m->node[id];

			if (m->nodes - set_count(n->refused_by[reasons[i].why]) >= m->quorum)
				continue;
			set_show(n->refused_by[reasons[i].why], who, sizeof who);
			snprintf(m->progress_why, sizeof m->progress_why, "%s%s%s%u%s",
				 reasons[i].before, who, reasons[i].between, id, reasons[i].after);
			return true;
		}
	return false;
}

/* Too few answer a ballot, though nothing keeps the others from it. */
static bool say_silence(struct model *m)
{
	const struct model_ballot *b = &m->ballot;
	const bool proposing = b->value != VALUE_NONE;
	const enum lamp *lamp = proposing ? b->accept : b->promise;
	node_set silent = 0, yes = 0;
	char who[NODES_MAX * 4], ballot[16];

	if (ballot_is_none(b->ballot) || b->finished || m->now < b->since + STALLED_AFTER_US / 4)
		return false;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (lamp[id] == LAMP_YES)
			yes |= set_of((node_id)id);
		else if (lamp[id] == LAMP_ASKED || lamp[id] == LAMP_OFF)
			silent |= set_of((node_id)id);
	if (silent == 0 || set_count(yes) >= m->quorum)
		return false;
	set_show(silent, who, sizeof who);
	ballot_show(b->ballot, ballot);
	snprintf(m->progress_why, sizeof m->progress_why,
		 "%u of the %u it takes answered %s %s of n%u; silent: %s", set_count(yes),
		 m->quorum, proposing ? "ACCEPT" : "PREPARE", ballot, b->ballot.node, who);
	return true;
}

static bool say_gates(struct model *m)
{
	node_set gated = 0;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].gated)
			gated |= set_of((node_id)id);
	if (gated == 0)
		return false;
	char who[NODES_MAX * 4];
	set_show(gated, who, sizeof who);
	snprintf(m->progress_why, sizeof m->progress_why,
		 "messages wait at the gates of %s until somebody delivers them", who);
	return true;
}

void monitor_progress(struct model *m)
{
	struct waiters w = waiters_of(m);
	m->waiting = 0;
	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].life == LIFE_UP)
			m->waiting += m->node[id].pending;
	m->progress_why[0] = 0;
	enum progress before = m->progress;
	if (w.all == 0) {
		m->waiting_since = 0;
		m->blocked_since = 0;
		m->stuck = false;
		m->progress = m->chosen_last_at > 0 ? PROGRESS_OK : PROGRESS_IDLE;
	} else {
		if (m->waiting_since == 0)
			m->waiting_since = m->now;
		m->stuck = monitor_stuck(m, w.all);
		bool blocked = m->stuck || w.blocked == w.all;
		if (!blocked)
			m->blocked_since = 0;
		else if (m->blocked_since == 0)
			m->blocked_since = m->now;
		time_us since =
			m->chosen_last_at > m->waiting_since ? m->chosen_last_at : m->waiting_since;
		bool stalled = m->now >= since + STALLED_AFTER_US ||
			       (blocked && m->now >= m->blocked_since + BLOCKED_AFTER_US);
		m->progress = stalled ? PROGRESS_STALLED : PROGRESS_OK;
		if (m->stuck)
			; /* it has said why */
		else if (blocked)
			say_blocked(m, &w);
		else if (!say_gates(m) && !say_refused(m, w.all) && !say_race(m) && stalled)
			say_silence(m);
	}
	if (m->progress != before)
		m->progress_since = m->now;
}
