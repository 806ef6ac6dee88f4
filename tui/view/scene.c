/* What several views ask about a model and a scene. */
#include "tui/scene.h"

#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"

bool scene_flashes(const struct scene *s, time_us changed_at)
{
	return !s->reduce_motion && changed_at != 0 && s->now >= changed_at &&
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
	if (n->gated)
		return "GATE";
	if (any_link(m, node, is_cut))
		return "CUT";
	if (any_link(m, node, is_lossy))
		return "LOSS";
	if (any_link(m, node, is_slow))
		return "SLOW";
	return "";
}

const char *node_role(const struct model *m, node_id node)
{
	const struct model_node *n = &m->node[node];

	if (n->life == LIFE_DOWN)
		return "DOWN";
	if (n->life == LIFE_STOPPED)
		return "STOPPED";
	if (n->life == LIFE_UNKNOWN)
		return "not heard";
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

unsigned scene_nodes(const struct model *m, const struct scene *s, unsigned max,
		     node_id out[NODES_MAX])
{
	node_set chosen = 0;
	unsigned count = 0;

	if (m->nodes <= max) {
		chosen = set_first(m->nodes);
	} else {
		chosen = set_of(s->selected) | set_of(m->ballot.ballot.node);
		for (node_id n = 1; n <= m->nodes && set_count(chosen) < max; n++)
			if (m->node[n].life != LIFE_UP || *node_trouble(m, n) != 0)
				chosen |= set_of(n);
		for (node_id n = 1; n <= m->nodes && set_count(chosen) < max; n++)
			chosen |= set_of(n);
	}
	for (node_set left = chosen; left != 0 && count < max; left &= left - 1)
		out[count++] = set_lowest(left);
	return count;
}

void time_show(time_us at, char out[24])
{
	snprintf(out, 24, "%llu.%03llu", (unsigned long long)(at / 1000000),
		 (unsigned long long)(at / 1000 % 1000));
}

static bool event_matches(const struct model *m, const struct scene *s, const struct event *event)
{
	char words[256];

	if (s->filter[0] == 0)
		return true;
	event_words(m, event, words, sizeof(words));
	return strcasestr(words, s->filter) != NULL;
}

uint64_t scene_event_before(const struct model *m, const struct scene *s, uint64_t i)
{
	const struct event *event;

	while ((event = model_event_at(m, i)) != NULL) {
		if (event_matches(m, s, event))
			return i;
		if (i-- == 0)
			break;
	}
	return EVENT_UNSEEN;
}

uint64_t scene_event_after(const struct model *m, const struct scene *s, uint64_t i)
{
	const struct event *event;

	for (; i < m->events && (event = model_event_at(m, i)) != NULL; i++)
		if (event_matches(m, s, event))
			return i;
	return EVENT_UNSEEN;
}
