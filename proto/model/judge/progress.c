/* Progress: is anything chosen, and if not though values wait, why? What can be proved counts at
 * once, what can only be seen by waiting counts after a while. Nothing here touches safety. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/defence.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/progress.h"
#include "proto/model/judge/stuck.h"

/* Something was chosen: what stood in the way until now does not count any more. */
void progress_moved(struct model *m)
{
	for (node_id id = NODE_NONE; model_next_node(m, &id);) {
		m->node[id].preempted = 0;
		memset(m->node[id].refused, 0, sizeof m->node[id].refused);
		memset(m->node[id].refused_by, 0, sizeof m->node[id].refused_by);
	}
}

void progress_event(struct model *m, const struct event *e)
{
	struct model_node *n = &m->node[e->node];
	if (e->kind == EVENT_PREEMPTED) {
		n->preempted++;
		n->preempted_by = e->other.node;
	} else if (e->kind == EVENT_CHOSEN && e->because == BECAUSE_COUNTED) {
		if (!set_has(m->liars, e->node))
			progress_moved(m);
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

/* The nodes from which a node can get answers, itself included. */
static node_set reachable_from(const struct model *m, node_id node)
{
	node_set set = set_of(node);
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (id != node && m->node[id].life == LIFE_UP &&
		    !is_dead(&m->node[id].link[node]) && !is_dead(&m->node[node].link[id]))
			set |= set_of(id);
	return set;
}

struct waiters {
	node_set all;     /* nodes at which values wait */
	node_set blocked; /* of them, those that reach no quorum */
	node_id example;
	node_set reached; /* by the example */
};

static struct waiters waiters_of(const struct model *m)
{
	struct waiters w = {0};
	for (node_id id = NODE_NONE; model_next_node(m, &id);) {
		const struct model_node *n = &m->node[id];
		if (n->pending == 0 || n->life != LIFE_UP)
			continue;
		w.all |= set_of(id);
		node_set reached = reachable_from(m, id);
		if (set_count(reached) >= m->quorum)
			continue;
		w.blocked |= set_of(id);
		if (w.example == NODE_NONE) {
			w.example = id;
			w.reached = reached;
		}
	}
	return w;
}

static node_set nodes_with_life(const struct model *m, enum node_life life)
{
	node_set set = 0;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].life == life)
			set |= set_of(id);
	return set;
}

static void say_blocked(struct model *m, const struct waiters *w)
{
	char who[NODES_MAX * 4];
	set_show(w->reached & ~set_of(w->example), who, sizeof who);
	char *out = m->progress_why;
	text_append(out, sizeof m->progress_why, "no quorum: n%d reaches %s, %u of the %u it needs",
		    w->example, who, set_count(w->reached), m->quorum);
	node_set down = nodes_with_life(m, LIFE_DOWN), stopped = nodes_with_life(m, LIFE_STOPPED);
	if (down != 0) {
		set_show(down, who, sizeof who);
		text_append(out, sizeof m->progress_why, "; down: %s", who);
	}
	if (stopped != 0) {
		set_show(stopped, who, sizeof who);
		text_append(out, sizeof m->progress_why, "; frozen: %s", who);
	}
	node_set silent = nodes_with_life(m, LIFE_UNKNOWN);
	if (silent != 0) {
		set_show(silent, who, sizeof who);
		text_append(out, sizeof m->progress_why, "; silent: %s", who);
	}
	node_set cut = set_first(m->nodes) & ~w->reached & ~down & ~stopped & ~silent;
	if (cut != 0) {
		set_show(cut, who, sizeof who);
		text_append(out, sizeof m->progress_why, "; cut off: %s", who);
	}
}

/* A race: two proposers preempted each other, or one preempts another again and again, and nothing
 * was chosen meanwhile. */
static bool say_race(struct model *m)
{
	node_set racers = 0, ahead = 0;
	uint32_t times = 0;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].preempted > 0) {
			racers |= set_of(id);
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
		text_write(m->progress_why, sizeof m->progress_why,
			   "ballot race: %.60s overtook %.60s %u times, and nothing was chosen",
			   winners, who, times);
		return true;
	}
	text_write(m->progress_why, sizeof m->progress_why,
		   "ballot race: %s overtook each other %u times, and nothing was chosen", who,
		   times);
	return true;
}

/* The first of these nodes that so many others refuse for this reason that no quorum is left to it;
 * NODE_NONE if there is none. */
static node_id first_refused(const struct model *m, node_set waiting, enum refusal why)
{
	for (node_set left = waiting; left != 0; left &= left - 1) {
		const struct model_node *n = &m->node[set_lowest(left)];

		if (m->nodes - set_count(n->refused_by[why]) < m->quorum)
			return set_lowest(left);
	}
	return NODE_NONE;
}

/* A proposer whose values wait is refused for a reason that only a defence has. */
static bool say_refused(struct model *m, node_set waiting)
{
	const struct defence_rule *told = NULL;
	enum refusal reason = REFUSE_NOTHING;
	char who[NODES_MAX * 4];

	for (enum refusal why = 1; why != REFUSALS; why++) {
		const struct defence_rule *defence = defence_of(why);

		if (defence != NULL && (told == NULL || defence->rank > told->rank) &&
		    first_refused(m, waiting, why) != NODE_NONE) {
			told = defence;
			reason = why;
		}
	}
	if (told == NULL)
		return false;
	node_id id = first_refused(m, waiting, reason);

	set_show(m->node[id].refused_by[reason], who, sizeof who);
	text_write(m->progress_why, sizeof m->progress_why, "%s%s%s%u%s", told->stalled.before, who,
		   told->stalled.between, id, told->stalled.after);
	return true;
}

/* Too few nodes answer a ballot, though nothing keeps the others from it. */
static void say_silence(struct model *m)
{
	const struct model_ballot *b = &m->ballot;
	const bool proposing = b->value != VALUE_NONE;
	const enum lamp *lamp = proposing ? b->accept : b->promise;
	node_set silent = 0, yes = 0;
	char who[NODES_MAX * 4], ballot[16];

	if (ballot_is_none(b->ballot) || b->finished || m->now < b->since + STALLED_AFTER_US / 4)
		return;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (lamp[id] == LAMP_YES)
			yes |= set_of(id);
		else if (lamp[id] == LAMP_ASKED || lamp[id] == LAMP_OFF)
			silent |= set_of(id);
	if (silent == 0 || set_count(yes) >= m->quorum)
		return;
	set_show(silent, who, sizeof who);
	ballot_show(b->ballot, ballot);
	text_write(m->progress_why, sizeof m->progress_why,
		   "%u of the %u it takes answered %s %s of n%u; silent: %s", set_count(yes),
		   m->quorum, proposing ? "ACCEPT" : "PREPARE", ballot, b->ballot.node, who);
}

static bool say_gates(struct model *m)
{
	node_set gated = 0;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].gate.on)
			gated |= set_of(id);
	if (gated == 0)
		return false;
	char who[NODES_MAX * 4];
	set_show(gated, who, sizeof who);
	text_write(m->progress_why, sizeof m->progress_why,
		   "messages wait at the gates of %s until you deliver them", who);
	return true;
}

/* The nodes that say that they know the slot to be chosen. */
static node_set nodes_knowing(const struct model *m, slot_number slot)
{
	const struct model_slot *s = model_slot(m, slot);
	node_set knowing = 0;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].base > slot || (s != NULL && s->vote[id].chosen != VALUE_NONE))
			knowing |= set_of(id);
	return knowing;
}

/* Nodes whose word counts: they do not lie, and speak of this run. */
static node_set nodes_trusted(const struct model *m)
{
	node_set set = set_first(m->nodes) & ~m->liars & ~model_armed(m);
	for (node_set left = set; left != 0; left &= left - 1)
		if (m->node[set_lowest(left)].behind)
			set &= ~set_of(set_lowest(left));
	return set;
}

/* Looks for the lowest slot that some node has to learn. Below the base of the node that is
 * furthest behind there is none. */
static struct model_behind find_behind(const struct model *m)
{
	struct model_behind b = {0};
	const node_set trusted = nodes_trusted(m);
	const node_set learners = nodes_with_life(m, LIFE_UP) & trusted;
	slot_number end = m->slot_end;
	for (node_set left = trusted; left != 0; left &= left - 1)
		end = higher_of(end, m->node[set_lowest(left)].base);
	slot_number at = end;
	for (node_set left = learners; left != 0; left &= left - 1)
		at = lower_of(at, m->node[set_lowest(left)].base);
	for (unsigned looked = 0; at != end && looked != SLOTS_OPEN_MAX; at++, looked++) {
		const struct model_slot *s = model_slot(m, at);
		const node_set knowing = nodes_knowing(m, at) & trusted;
		if ((learners & ~knowing) == 0 ||
		    (knowing == 0 && (s == NULL || s->decided == VALUE_NONE)))
			continue;
		b.node = set_lowest(learners & ~knowing);
		b.slot = at;
		b.knowing = knowing;
		return b;
	}
	return b;
}

/* Since when the same node lacks the same slot. */
static void judge_behind(struct model *m)
{
	const struct model_behind before = m->behind;
	m->behind = find_behind(m);
	const bool same = before.node == m->behind.node && before.slot == m->behind.slot;
	m->behind.since = same && before.node != NODE_NONE ? before.since : m->now;
}

void progress_judge(struct model *m)
{
	judge_behind(m);
	struct waiters w = waiters_of(m);
	m->waiting = 0;
	for (node_id id = NODE_NONE; model_next_node(m, &id);)
		if (m->node[id].life == LIFE_UP)
			m->waiting += m->node[id].pending;
	m->progress_why[0] = m->progress_marked[0] = 0;
	enum progress before = m->progress;
	if (w.all == 0) {
		m->waiting_since = 0;
		m->blocked_since = 0;
		m->stuck = false;
		m->progress = m->chosen_last_at > 0 ? PROGRESS_OK : PROGRESS_IDLE;
		if (m->behind.node != NODE_NONE && m->now >= m->behind.since + STALLED_AFTER_US) {
			m->progress = PROGRESS_BEHIND;
			behind_show(m, m->progress_why, sizeof m->progress_why);
		}
	} else {
		if (m->waiting_since == 0)
			m->waiting_since = m->now;
		m->stuck = stuck_for_good(m, w.all);
		bool blocked = m->stuck || w.blocked == w.all;
		if (!blocked)
			m->blocked_since = 0;
		else if (m->blocked_since == 0)
			m->blocked_since = m->now;
		time_us since = higher_of(m->chosen_last_at, m->waiting_since);
		bool stalled = m->now >= since + STALLED_AFTER_US ||
			       (blocked && m->now >= m->blocked_since + BLOCKED_AFTER_US);
		m->progress = stalled ? PROGRESS_STALLED : PROGRESS_OK;
		if (m->stuck)
			; /* stuck_for_good has said why */
		else if (blocked)
			say_blocked(m, &w);
		else if (!say_gates(m) && !say_refused(m, w.all) && !say_race(m) && stalled)
			say_silence(m);
	}
	if (m->progress != before)
		m->progress_since = m->now;
}
