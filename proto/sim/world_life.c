#include "proto/sim/world_life.h"

#include <assert.h>
#include <string.h>

#include "proto/core/memory.h"
#include "proto/fault/link.h"

/* A seed that differs by node, life and purpose. */
static uint64_t seed_for(const struct world *w, node_id node, uint16_t boot, unsigned purpose)
{
	uint64_t state = w->options.seed ^ (uint64_t)purpose << 56 ^ (uint64_t)boot << 32 ^
			 (uint64_t)node << 8;

	random_next(&state);
	return random_next(&state);
}

static struct member_config config_of(const struct world *w, node_id node)
{
	const struct world_options *o = &w->options;
	struct member_config config = {
		.paxos = paxos_config_default(node, o->nodes, o->mode),
		.wire = w->wire,
		.crypto = &crypto_symbolic,
		.clock = o->clock,
		.quiet = o->quiet,
		.sign = o->sign,
		.policy = o->policy,
		.stepped = o->watch.stepped,
		.told = o->watch.told,
		.stepped_user = o->watch.user,
		.inbox_bytes = o->inbox_bytes,
		.outbox_bytes = o->outbox_bytes,
		.values = w->values,
	};
	struct secret_key secret;

	config.paxos.keep = o->keep;
	config.batch = o->batch;
	for (node_id peer = 1; peer <= o->nodes; peer++) {
		config.link[peer] = o->link;
		key_pair_symbolic(o->seed + peer, &config.keys[peer], &secret);
	}
	key_pair_symbolic(o->seed + node, &config.keys[node], &config.key);
	return config;
}

static size_t member_bytes(const struct world_options *o)
{
	struct member_config config = {
		.inbox_bytes = o->inbox_bytes,
		.outbox_bytes = o->outbox_bytes,
		.values = (struct values *)1, /* only whether it is there counts */
	};

	return memory_aligned(member_size(&config));
}

static size_t disk_bytes(const struct world_options *o)
{
	return memory_aligned(o->slots_max * sizeof(struct disk_slot));
}

static size_t node_bytes(const struct world_options *o)
{
	return member_bytes(o) + disk_bytes(o) * (o->copies ? 2 : 1) +
	       memory_aligned(o->backlog_bytes);
}

size_t world_size(const struct world_options *o)
{
	return memory_aligned(sizeof(struct world)) +
	       memory_aligned(values_size(o->values_max, o->values_bytes)) +
	       o->nodes * node_bytes(o);
}

struct world *world_init(void *memory, const struct world_options *options)
{
	struct world *w = memory;
	uint8_t *at = (uint8_t *)memory + memory_aligned(sizeof *w);

	assert(options->nodes >= 1 && options->nodes <= NODES_MAX);
	w->options = *options;
	w->now = 0;
	w->random = options->seed;
	w->busy_until = 0;
	w->steps = w->lost_writes = w->batches = 0;
	w->wire = (struct wire_context){.cluster = {'v', 'i', 'r', 't', 'u', 'a', 'l'},
					.epoch = 1,
					.nodes = options->nodes};
	w->values = values_init(at, options->values_max, options->values_bytes);
	at += memory_aligned(values_size(options->values_max, options->values_bytes));
	for (node_id id = 1; id <= options->nodes; id++) {
		struct world_node *n = &w->node[id];

		n->member = NULL;
		n->memory = at;
		disk_init(&n->disk, (void *)(at + member_bytes(options)), options->slots_max);
		n->backlog = at + member_bytes(options) + disk_bytes(options);
		if (options->copies) {
			disk_init(&n->copy, (void *)n->backlog, options->slots_max);
			n->backlog += disk_bytes(options);
		}
		n->copied = n->old = false;
		n->backlog_used = 0;
		n->disk.epoch = w->wire.epoch;
		n->config = config_of(w, id);
		n->up = n->stopped = n->lost = n->owes = n->waits = false;
		n->cut_short = CUT_NOTHING;
		w->next_at[id] = NEVER;
		at += node_bytes(options);
	}
	return w;
}

/* How long the next sync takes. What comes meanwhile is carried out with it, by one sync. */
static time_us sync_time(struct world *w)
{
	uint64_t draw = random_next(&w->random);

	return w->options.lazy_disks && (draw & 1) != 0 ? draw % 2000 : 0;
}

void world_tell_events(const struct world *w, const struct member_output *out, unsigned first)
{
	if (out->events != first && w->options.watch.events != NULL)
		w->options.watch.events(w->options.watch.user, out->event + first,
					out->events - first);
}

void world_tell_carried(const struct world *w, node_id id, const struct member_output *out)
{
	if (w->options.watch.carried != NULL)
		w->options.watch.carried(w->options.watch.user, id, out);
}

bool world_must_sync(const struct member_output *out)
{
	return out->must_sync || out->settings_changed;
}

void world_plan_visit(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];
	const struct member_output *out = member_output(n->member);
	bool owes = out->writes != 0 || out->frames != 0 || out->logs != 0 ||
		    out->settings_changed || out->fate != FATE_LIVE;

	const time_us longer = out->must_sync ? member_sync_us(n->member) : 0;

	w->steps++;
	if (!owes) {
		world_tell_events(w, out, 0);
		world_tell_carried(w, id, out);
		member_clear(n->member);
	}
	if (owes && !n->owes)
		n->carry_at = w->now + (world_must_sync(out) ? sync_time(w) : 0);
	if (longer > 0 && !n->waits)
		n->carry_at += longer;
	if (member_is_full(n->member) || (n->waits && longer == 0))
		n->carry_at = w->now;
	n->waits = longer > 0;
	n->owes = owes;
	n->wake_at = out->wake_at == 0 ? NEVER : out->wake_at;
	if (n->wake_at < w->now)
		n->wake_at = w->now;
	/* A node that waits for its disk does nothing else. */
	w->next_at[id] = n->waits || (owes && n->carry_at < n->wake_at) ? n->carry_at : n->wake_at;
}

/* What is left of slots that are not kept, and of the others what the chain lacks. */
static void restore_chain(struct world *w, struct world_node *n)
{
	const struct disk *d = &n->disk;
	slot_number slot;

	for (unsigned i = 0; i < DISK_SUMMARIES; i++) {
		const struct disk_summary *s = &d->summary[i];
		uint32_t length, proofs_length;
		const uint8_t *chain = values_bytes(w->values, s->chain, &length);
		const uint8_t *proofs = values_bytes(w->values, s->proofs, &proofs_length);

		if (s->end != 0 && s->end == d->low)
			member_restore_low(n->member, s->end, chain, proofs, proofs_length);
		else if (s->end > d->low)
			member_restore_summary(n->member, s->end, chain, proofs, proofs_length);
	}
	while ((slot = member_chain_end(n->member)) != SLOT_NONE) {
		uint32_t length;
		const uint8_t *value = values_bytes(w->values, d->slot[slot].chosen, &length);

		assert(d->slot[slot].chosen != VALUE_NONE);
		member_restore_closed(n->member, value, length);
	}
}

/* What reads go back to: the last slot below the base in which something was written. */
static void restore_latest(struct world *w, struct world_node *n)
{
	const struct disk *d = &n->disk;
	bool found = false;

	for (slot_number slot = d->base; slot > d->low && !found; slot--) {
		uint32_t length;
		const uint8_t *value = values_bytes(w->values, d->slot[slot - 1].chosen, &length);

		found = member_restore_latest(n->member, slot - 1, value, length);
	}
}

static void restore_member(struct world *w, struct world_node *n)
{
	const struct disk *d = &n->disk;
	slot_number from = d->end < SNAPSHOT_SLOTS_MAX ? 0 : d->end - SNAPSHOT_SLOTS_MAX;

	member_restore(n->member, d->base, d->promised);
	restore_chain(w, n);
	for (slot_number slot = from; slot < d->end; slot++) {
		const struct disk_slot *s = &d->slot[slot];
		uint32_t voted_length, chosen_length;
		const uint8_t *voted = values_bytes(w->values, s->voted, &voted_length);
		const uint8_t *chosen = values_bytes(w->values, s->chosen, &chosen_length);

		member_restore_slot(n->member, slot, s->voted_at, voted, voted_length, s->chosen_at,
				    chosen, chosen_length);
		uint32_t echoed_length, proofs_length;
		const uint8_t *echoed = values_bytes(w->values, s->echoed, &echoed_length);
		const uint8_t *proofs = values_bytes(w->values, s->vote_cert, &proofs_length);
		member_restore_hard(n->member, slot, s->echoed_at, echoed, echoed_length, proofs,
				    proofs_length);
		proofs = values_bytes(w->values, s->chosen_cert, &proofs_length);
		member_restore_chosen_proofs(n->member, slot, proofs, proofs_length);
	}
	restore_latest(w, n);
}

static void hear_of_life(struct world *w, node_id hearer, node_id of)
{
	const struct world_node *n = &w->node[of];
	const struct known_life *known = &member_lives(w->node[hearer].member)[of];
	const struct known_life life = {n->config.boot, n->config.life, known->stored};

	member_greeted(w->node[hearer].member, of, &life, known->number);
}

void world_greet(struct world *w, node_id id)
{
	for (node_id peer = 1; peer <= w->options.nodes; peer++)
		if (peer != id && w->node[peer].up && w->node[id].config.life != 0) {
			hear_of_life(w, peer, id);
			hear_of_life(w, id, peer);
		}
}

void world_start(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];

	assert(!n->up && !n->lost);
	n->config.boot++;
	if (n->config.life != 0)
		n->config.life = (uint32_t)seed_for(w, id, n->config.boot, 3) | 1;
	n->config.random = seed_for(w, id, n->config.boot, 1);
	n->config.paxos.seed = seed_for(w, id, n->config.boot, 2);
	n->member = member_init(n->memory, &n->config);
	n->up = true;
	n->stopped = n->owes = n->waits = false;
	n->cut_short = CUT_NOTHING;
	if (n->config.boot > 1) {
		restore_member(w, n);
		if (w->options.watch.back != NULL)
			w->options.watch.back(w->options.watch.user, member_paxos(n->member));
	}
	member_start(n->member, w->now);
	world_greet(w, id);
	member_kept_in(n->member, n->backlog, n->backlog_used);
	n->backlog_used = 0;
	world_plan_visit(w, id);
}

void world_tell_durable(struct world *w, node_id id, unsigned writes)
{
	const struct disk *d = &w->node[id].disk;

	if (w->options.watch.durable == NULL)
		return;
	for (unsigned i = 0; i < writes; i++)
		w->options.watch.durable(w->options.watch.user, id, &d->journal[i]);
}

void world_crash(struct world *w, node_id id, unsigned kept)
{
	struct world_node *n = &w->node[id];

	assert(n->up);
	n->backlog_used = n->config.gate.keep && n->member != NULL
				  ? member_kept(n->member, n->backlog, w->options.backlog_bytes)
				  : 0;
	if (n->config.life != 0 && n->member != NULL)
		memcpy(n->config.lives, member_lives(n->member), sizeof(n->config.lives));
	w->lost_writes += n->disk.unsynced - kept;
	world_tell_durable(w, id, kept);
	disk_crash(&n->disk, kept);
	n->up = n->stopped = n->owes = n->waits = false;
	n->member = NULL;
	w->next_at[id] = NEVER;
}

void world_crash_unsynced(struct world *w, node_id id)
{
	const unsigned unsynced = w->node[id].disk.unsynced;

	world_crash(w, id, (unsigned)(random_next(&w->random) % (unsynced + 1)));
}

void world_stop(struct world *w, node_id id)
{
	w->node[id].stopped = true;
	w->next_at[id] = NEVER;
}

bool world_refer(struct world *w)
{
	value_ref value = w->frame.message.value == VALUE_UNKNOWN ? VALUE_NOOP : VALUE_NONE;

	while (value != VALUE_NONE) {
		value = values_after(w->values, value);
		if (value != VALUE_NONE && frame_refer(&w->frame, w->values, &value, 1))
			break;
	}
	return w->frame.message.value != VALUE_UNKNOWN;
}

/* Is it the delivery that is to be lost, or one that says the same? */
static bool is_lost(struct world *w, node_id id, const uint8_t *bytes, size_t length)
{
	struct sim_loss *loss = w->options.loss;
	const struct message *m = &w->frame.message;

	if (loss->came || frame_decode(&w->node[id].config.wire, bytes, length, w->values,
				       &w->frame) != DROP_NOTHING)
		return false;
	world_refer(w);
	loss->deliveries++;
	if (loss->lost)
		return m->from == loss->from && id == loss->to && m->type == loss->type &&
		       ballot_cmp(m->ballot, loss->ballot) == 0 && m->slot == loss->slot;
	if (loss->deliveries != loss->at)
		return false;
	loss->lost = true;
	loss->when = w->now;
	loss->from = m->from;
	loss->to = id;
	loss->type = m->type;
	loss->ballot = m->ballot;
	loss->slot = m->slot;
	if ((message_fields(m->type) & FIELD_VALUE) != 0 && m->value != VALUE_UNKNOWN)
		values_show(w->values, m->value, loss->value);
	if (loss->later_us != 0) {
		memcpy(loss->room, bytes, length);
		loss->kept = length;
		loss->due = w->now + loss->later_us;
	}
	return true;
}

void world_deliver(struct world *w, node_id id, const uint8_t *bytes, size_t length)
{
	struct world_node *n = &w->node[id];
	uint32_t length32 = (uint32_t)length;

	if (!n->up || (w->options.loss != NULL && is_lost(w, id, bytes, length)))
		return;
	if (!n->stopped) {
		member_frame_in(n->member, w->now, bytes, length);
		world_plan_visit(w, id);
		return;
	}
	/* A socket's buffer: what does not fit is lost. */
	if (n->backlog_used + sizeof length32 + length > w->options.backlog_bytes)
		return;
	memcpy(n->backlog + n->backlog_used, &length32, sizeof length32);
	memcpy(n->backlog + n->backlog_used + sizeof length32, bytes, length);
	n->backlog_used += sizeof length32 + length;
}

void world_wake(struct world *w, node_id id)
{
	w->node[id].stopped = false;
	world_plan_visit(w, id);
}

void world_continue(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];
	uint32_t length;

	n->stopped = false;
	for (size_t at = 0; at < n->backlog_used; at += sizeof length + length) {
		memcpy(&length, n->backlog + at, sizeof length);
		world_deliver(w, id, n->backlog + at + sizeof length, length);
	}
	n->backlog_used = 0;
	world_plan_visit(w, id);
}
