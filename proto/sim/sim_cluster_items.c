#include "proto/core/batch.h"
#include "proto/sim/sim_cluster_state.h"
#include "proto/wire/evidence.h"

void sim_cluster_push(struct sim_cluster *s, const struct event *event)
{
	if (s->count == EVENTS_MAX) {
		s->missed[event->node]++;
		return;
	}
	s->ring[(s->first + s->count++) % EVENTS_MAX] = *event;
}

void sim_cluster_tell(struct sim_cluster *s, const struct event *event)
{
	struct event own = *event;

	own.value = world_value(s->world, event->node, event->value);
	sim_cluster_push(s, &own);
}

void sim_cluster_tell_life(struct sim_cluster *s, enum event_kind kind, node_id node)
{
	const struct world *w = s->world;

	sim_cluster_push(s, &(struct event){.kind = kind,
					    .node = node,
					    .boot = w->node[node].config.boot,
					    .at = w->now});
}

/* The user's reference for a value of the world. Of a long value the user gets a sketch, unless it
 * is a batch, as the dashboard of a live cluster does. */
static value_ref ref_for_user(const struct sim_cluster *s, value_ref ref)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(s->world->values, ref, &length);
	struct value_sketch sketch;

	if (batch_count(bytes, length) > 0)
		return values_complete(s->cluster.values, bytes, length);
	if (values_sketch(s->world->values, ref, &sketch))
		return values_intern_sketch(s->cluster.values, &sketch);

	return ref == VALUE_NONE ? VALUE_NONE : values_intern(s->cluster.values, bytes, length);
}

enum item_kind sim_cluster_pop_event(struct sim_cluster *s, struct item *out)
{
	s->event = s->ring[s->first];
	s->first = (s->first + 1) % EVENTS_MAX;
	s->count--;
	s->event.value = ref_for_user(s, s->event.value);
	*out = (struct item){.kind = ITEM_EVENT, .event = &s->event};
	return ITEM_EVENT;
}

static value_ref value_for_user(const struct sim_cluster *s, node_id node, value_ref ref)
{
	return ref_for_user(s, world_value(s->world, node, ref));
}

enum item_kind sim_cluster_snapshot(struct sim_cluster *s, node_id node, struct item *out)
{
	struct snapshot *snap = &s->snapshot;

	member_snapshot(s->world->node[node].member, snap);
	for (unsigned i = 0; i < snap->slots; i++) {
		snap->slot[i].voted = value_for_user(s, node, snap->slot[i].voted);
		snap->slot[i].echoed = value_for_user(s, node, snap->slot[i].echoed);
		snap->slot[i].chosen = value_for_user(s, node, snap->slot[i].chosen);
		snap->slot[i].proposed = value_for_user(s, node, snap->slot[i].proposed);
	}
	for (unsigned i = 0; i < snap->held; i++)
		snap->held_message[i].value = value_for_user(s, node, snap->held_message[i].value);
	*out = (struct item){.kind = ITEM_SNAPSHOT, .snapshot = snap};
	return ITEM_SNAPSHOT;
}

bool sim_cluster_next_proof(struct sim_cluster *s, struct item *out)
{
	const struct world *w = s->world;

	for (node_id id = 1; id <= w->options.nodes; id++) {
		const struct world_node *n = &w->node[id];
		struct policy_line line[POLICY_LINES_MAX];
		struct wire_context wire = w->wire;
		struct evidence evidence;

		if (!n->up)
			continue;
		if (s->proofs[id].boot != n->config.boot ||
		    s->proofs[id].given > member_proofs(n->member)) {
			s->proofs[id].boot = n->config.boot;
			s->proofs[id].given = 0;
		}
		if (s->proofs[id].given == member_proofs(n->member))
			continue;
		member_policies(n->member, &wire.epoch, line);
		s->proof.holder = id;
		s->proof.bytes = member_proof(n->member, s->proofs[id].given++, &s->proof.length);
		s->proof.verdict = evidence_decode(s->proof.bytes, s->proof.length, &evidence);
		if (s->proof.verdict == DROP_NOTHING)
			s->proof.verdict =
				evidence_verify(&evidence, &wire, n->config.crypto, n->config.keys);
		*out = (struct item){.kind = ITEM_PROOF, .proof = &s->proof};
		return true;
	}
	return false;
}

void sim_cluster_tell_missing(struct sim_cluster *s, node_set before)
{
	for (node_id id = 1; id <= s->world->options.nodes; id++) {
		if (set_has(before, id) && !s->world->node[id].up)
			sim_cluster_tell_life(s, EVENT_CRASHED, id);
		if (s->missed[id] == 0 || s->count == EVENTS_MAX)
			continue;
		struct event e = {.kind = EVENT_MISSED,
				  .node = id,
				  .boot = s->world->node[id].config.boot,
				  .at = s->world->now,
				  .count = (uint32_t)s->missed[id]};
		s->missed[id] = 0;
		sim_cluster_push(s, &e);
	}
}
