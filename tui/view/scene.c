/* What several views ask about a model and a scene. */
#include "tui/view/scene.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/model/judge/walk.h"
#include "proto/model/say/say.h"
#include "tui/view/view.h"

static const enum view_cursor cursors[VIEWS] = {
#define VIEW(key, name, cursor, title, help) cursor,
#include "tui/view/views.def"
#undef VIEW
};

enum view_cursor scene_cursor(const struct scene *s)
{
	const enum view_cursor cursor = s->view < VIEWS ? cursors[s->view] : CURSOR_FOCUS;

	if (cursor != CURSOR_FOCUS)
		return cursor;
	return s->focus == FOCUS_EVENTS ? CURSOR_EVENT
	       : s->focus == FOCUS_WIRE ? CURSOR_WIRE
					: CURSOR_NODE;
}

/* Is a list of events open in which a cursor can stand? */
static bool has_event_cursor(const struct scene *s)
{
	return scene_cursor(s) == CURSOR_EVENT;
}

bool scene_looks_back(const struct model *m, const struct scene *s, uint64_t *event)
{
	struct walk proof;

	if (s->popup == POPUP_PROOF && m->safety == SAFETY_VIOLATED) {
		walk_through_violation(m, &proof);
		if (proof.steps == 0)
			return false;
		*event =
			proof.step[s->proof_at < proof.steps ? s->proof_at : proof.steps - 1].event;
		return true;
	}
	*event = s->event_at;
	if (s->following || !has_event_cursor(s) || s->event_at >= m->events)
		return false;
	if (model_event_at(m, s->event_at) == NULL)
		*event = model_event_first(m);
	return true;
}

bool scene_holds_slot(const struct model *m, const struct scene *s, slot_number *slot)
{
	if (!s->slot_held || m->slot_end == m->slot_first)
		return false;
	*slot = s->slot_at < m->slot_first ? m->slot_first : s->slot_at;
	return *slot < m->slot_end;
}

bool scene_holds_proof(const struct model *m, const struct scene *s, unsigned *proof)
{
	const bool held = s->evidence_held && s->evidence_at < m->proofs;

	*proof = held ? s->evidence_at : m->proofs - 1;
	return held;
}

bool scene_holds(const struct scene *s)
{
	return !s->following || s->slot_held || s->evidence_held || s->wire_held;
}

static void leave_log(struct scene *s)
{
	s->slot_held = false;
	s->vote_at = NODE_NONE;
	s->log_filter[0] = 0;
}

static void leave_evidence(struct scene *s)
{
	s->evidence_held = false;
	s->evidence_scroll = 0;
}

void scene_settle(struct scene *s)
{
	if (!has_event_cursor(s))
		s->following = true;
	if (scene_cursor(s) != CURSOR_WIRE)
		s->wire_held = false;
	if (s->view >= VIEWS || cursors[s->view] != CURSOR_SLOT)
		leave_log(s);
	if (scene_cursor(s) != CURSOR_EVIDENCE) {
		leave_evidence(s);
		s->proof_filter[0] = 0;
	}
}

void scene_follow(struct scene *s)
{
	s->following = true;
	s->slot_held = s->wire_held = false;
	leave_evidence(s);
}

bool scene_flashes(const struct scene *s, time_us changed_at)
{
	return !s->reduce_motion && !s->still && changed_at != 0 && s->now >= changed_at &&
	       s->now - changed_at < s->second_us;
}

/* Flights and flashes end; until they have, the screen changes by itself. */
bool scene_moves(const struct model *m, const struct scene *s)
{
	if (s->paused)
		return false;
	if (m->blocked_since != 0 || m->progress != PROGRESS_IDLE)
		return true;
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		time_us end = f->ended_at != 0 ? f->ended_at : f->due;

		if (end + s->second_us > s->now && (f->due != 0 || f->ended_at != 0))
			return true;
	}
	for (node_id n = 1; n <= m->nodes; n++) {
		const struct model_slot *slot = model_slot(m, scene_slot(m));

		if (scene_flashes(s, m->node[n].promised_changed_at))
			return true;
		if (slot != NULL && (scene_flashes(s, slot->vote[n].voted_changed_at) ||
				     scene_flashes(s, slot->vote[n].chosen_changed_at)))
			return true;
	}
	return false;
}

slot_number scene_slot(const struct model *m)
{
	if (!ballot_is_none(m->ballot.ballot) && m->ballot.slot != SLOT_NONE)
		return m->ballot.slot;
	return m->slot_end > m->slot_first ? m->slot_end - 1 : 0;
}

static bool any_link(const struct model *m, node_id node, bool (*is)(const struct link_rule *))
{
	for (node_id peer = 1; peer <= m->nodes; peer++)
		if (peer != node &&
		    (is(&m->node[node].link[peer]) || is(&m->node[peer].link[node])))
			return true;
	return false;
}

static bool is_cut(const struct link_rule *rule)
{
	return rule->cut;
}

static bool is_lossy(const struct link_rule *rule)
{
	return rule->loss_ppm != 0 || rule->duplicate_ppm != 0 || rule->reorder_ppm != 0;
}

static bool is_slow(const struct link_rule *rule)
{
	struct link_rule usual = link_rule_default();

	return rule->delay_us > usual.delay_us || rule->jitter_us > usual.jitter_us;
}

const char *node_trouble(const struct model *m, node_id node)
{
	const struct model_node *n = &m->node[node];

	if (n->has_lied || set_has(m->proven, node))
		return "LIE";
	if (n->mistake != 0)
		return "BUG";
	if (n->gate.on)
		return "GATE";
	if (any_link(m, node, is_cut))
		return "CUT";
	if (any_link(m, node, is_lossy))
		return "LOSS";
	if (any_link(m, node, is_slow))
		return "SLOW";
	return "";
}

bool node_is_liar(const struct model *m, node_id node)
{
	return m->node[node].attacks != 0 || m->node[node].has_lied || set_has(m->proven, node);
}

/* How many slots every node knows that has told the most. */
static slot_number known_below(const struct model *m)
{
	slot_number most = 0;

	for (node_id n = 1; n <= m->nodes; n++)
		if (m->node[n].base > most)
			most = m->node[n].base;
	return most;
}

#define LAG_SLOTS 3 /* a node that knows so many slots less than another lags */

static bool node_lags(const struct model *m, node_id node)
{
	return m->behind.node == node || m->node[node].base + LAG_SLOTS <= known_below(m);
}

/* How much a node matters to the viewer: 0 is the most. */
static unsigned node_rank(const struct model *m, const struct scene *s, node_id node)
{
	if (node == s->selected || node == s->vote_at)
		return 0;
	if (node == m->ballot.ballot.node)
		return 1;
	if (node_is_liar(m, node))
		return 2;
	if (m->node[node].life != LIFE_UP || node_lags(m, node))
		return 3;
	if (*node_trouble(m, node) != 0)
		return 4;
	return m->node[node].role != ROLE_IDLE ? 5 : 6;
}
#define RANKS 7

static unsigned list_nodes(node_set chosen, node_id out[NODES_MAX])
{
	unsigned count = 0;

	for (node_set left = chosen; left != 0; left &= left - 1)
		out[count++] = set_lowest(left);
	return count;
}

unsigned scene_nodes_of(const struct model *m, const struct scene *s, node_set among, unsigned max,
			node_id out[NODES_MAX])
{
	node_set chosen = 0;
	unsigned count = 0;

	if (set_count(among) <= max)
		return list_nodes(among, out);
	for (unsigned rank = 0; rank < RANKS; rank++)
		for (node_id n = 1; n <= m->nodes && count < max; n++)
			if (set_has(among, n) && node_rank(m, s, n) == rank) {
				chosen |= set_of(n);
				count++;
			}
	return list_nodes(chosen, out);
}

unsigned scene_nodes(const struct model *m, const struct scene *s, unsigned max,
		     node_id out[NODES_MAX])
{
	return scene_nodes_of(m, s, set_first(m->nodes), max, out);
}

unsigned scene_lanes(const struct model *m, const struct scene *s, unsigned max,
		     node_id out[NODES_MAX])
{
	unsigned first = s->lanes_from;

	if (s->lanes_from == NODE_NONE || m->nodes <= max)
		return scene_nodes(m, s, max, out);
	if (first + max > (unsigned)m->nodes + 1)
		first = m->nodes + 1 - max;
	return list_nodes(set_first(first + max - 1) & ~set_first(first - 1), out);
}

void time_show(time_us at, char out[24])
{
	snprintf(out, 24, "%llu.%03llu", (unsigned long long)(at / 1000000),
		 (unsigned long long)(at / 1000 % 1000));
}
