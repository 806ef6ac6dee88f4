#include "proto/sim/world.h"

#include <assert.h>
#include <string.h>

#include "proto/fault/link.h"

static size_t aligned(size_t size)
{
	return (size + 15) / 16 * 16;
}

/* Different for each node and life, and for each purpose. */
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
		.stepped_user = o->watch.user,
		.inbox_bytes = o->inbox_bytes,
		.outbox_bytes = o->outbox_bytes,
		.values = w->values,
	};
	struct secret_key secret;

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

	return aligned(member_size(&config));
}

static size_t node_bytes(const struct world_options *o)
{
	return member_bytes(o) + aligned(o->slots_max * sizeof(struct disk_slot)) +
	       aligned(o->backlog_bytes);
}

size_t world_size(const struct world_options *o)
{
	return aligned(sizeof(struct world)) +
	       aligned(values_size(o->values_max, o->values_bytes)) + o->nodes * node_bytes(o);
}

struct world *world_init(void *memory, const struct world_options *options)
{
	struct world *w = memory;
	uint8_t *at = (uint8_t *)memory + aligned(sizeof *w);

	assert(options->nodes >= 1 && options->nodes <= NODES_MAX);
	w->options = *options;
	w->now = 0;
	w->random = options->seed;
	w->steps = w->lost_writes = w->batches = 0;
	w->wire = (struct wire_context){.cluster = {'v', 'i', 'r', 't', 'u', 'a', 'l'},
					.epoch = 1,
					.nodes = options->nodes};
	w->values = values_init(at, options->values_max, options->values_bytes);
	at += aligned(values_size(options->values_max, options->values_bytes));
	for (node_id id = 1; id <= options->nodes; id++) {
		struct world_node *n = &w->node[id];

		n->member = NULL;
		n->memory = at;
		disk_init(&n->disk, (void *)(at + member_bytes(options)), options->slots_max);
		n->backlog = at + member_bytes(options) +
			     aligned(options->slots_max * sizeof(struct disk_slot));
		n->backlog_used = 0;
		n->disk.epoch = w->wire.epoch;
		n->config = config_of(w, id);
		n->up = n->stopped = n->owes = false;
		n->cut_short = CUT_NOTHING;
		w->next_at[id] = NEVER;
		at += node_bytes(options);
	}
	return w;
}

/* How long a sync takes is what gathers several inputs into one. */
static time_us sync_time(struct world *w)
{
	uint64_t draw = random_next(&w->random);

	return w->options.lazy_disks && (draw & 1) != 0 ? draw % 2000 : 0;
}

static void tell_events(const struct world *w, const struct member_output *out, unsigned first)
{
	if (out->events != first && w->options.watch.events != NULL)
		w->options.watch.events(w->options.watch.user, out->event + first,
					out->events - first);
}

/* A node did something: when will it do something next? */
static void touch(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];
	const struct member_output *out = member_output(n->member);
	bool owes = out->writes != 0 || out->frames != 0 || out->logs != 0 ||
		    out->settings_changed || out->fate != FATE_LIVE;

	w->steps++;
	if (!owes) {
		tell_events(w, out, 0);
		member_clear(n->member);
	}
	if (owes && !n->owes)
		n->carry_at = w->now + (out->must_sync ? sync_time(w) : 0);
	if (member_is_full(n->member))
		n->carry_at = w->now;
	n->owes = owes;
	n->wake_at = out->wake_at == 0 ? NEVER : out->wake_at;
	if (n->wake_at < w->now)
		n->wake_at = w->now;
	w->next_at[id] = owes && n->carry_at < n->wake_at ? n->carry_at : n->wake_at;
}

static void restore(struct world *w, struct world_node *n)
{
	const struct disk *d = &n->disk;
	slot_number from = d->end < SNAPSHOT_SLOTS_MAX ? 0 : d->end - SNAPSHOT_SLOTS_MAX;

	member_restore(n->member, d->base, d->promised);
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
}

void world_start(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];

	assert(!n->up);
	n->config.boot++;
	n->config.random = seed_for(w, id, n->config.boot, 1);
	n->config.paxos.seed = seed_for(w, id, n->config.boot, 2);
	n->member = member_init(n->memory, &n->config);
	n->up = true;
	n->stopped = n->owes = false;
	n->cut_short = CUT_NOTHING;
	n->backlog_used = 0;
	if (n->config.boot > 1) {
		restore(w, n);
		if (w->options.watch.back != NULL)
			w->options.watch.back(w->options.watch.user, member_paxos(n->member));
	}
	member_start(n->member, w->now);
	touch(w, id);
}

static void tell_durable(struct world *w, node_id id, unsigned writes)
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
	w->lost_writes += n->disk.unsynced - kept;
	tell_durable(w, id, kept);
	disk_crash(&n->disk, kept);
	n->up = n->stopped = n->owes = false;
	n->member = NULL;
	w->next_at[id] = NEVER;
}

void world_stop(struct world *w, node_id id)
{
	w->node[id].stopped = true;
	w->next_at[id] = NEVER;
}

static void deliver(struct world *w, node_id id, const uint8_t *bytes, size_t length)
{
	struct world_node *n = &w->node[id];
	uint32_t length32 = (uint32_t)length;

	if (!n->up)
		return;
	if (!n->stopped) {
		member_frame_in(n->member, w->now, bytes, length);
		touch(w, id);
		return;
	}
	/* A socket's buffer: what does not fit is lost. */
	if (n->backlog_used + sizeof length32 + length > w->options.backlog_bytes)
		return;
	memcpy(n->backlog + n->backlog_used, &length32, sizeof length32);
	memcpy(n->backlog + n->backlog_used + sizeof length32, bytes, length);
	n->backlog_used += sizeof length32 + length;
}

void world_continue(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];
	uint32_t length;

	n->stopped = false;
	for (size_t at = 0; at < n->backlog_used; at += sizeof length + length) {
		memcpy(&length, n->backlog + at, sizeof length);
		deliver(w, id, n->backlog + at + sizeof length, length);
	}
	n->backlog_used = 0;
	touch(w, id);
}

static void write_all(struct world *w, struct world_node *n, const struct member_output *out)
{
	for (unsigned i = 0; i < out->writes; i++) {
		const struct member_write *m = &out->write[i];
		struct paxos_write write = {.slot = m->slot, .ballot = m->ballot};

		write.kind = m->kind == MEMBER_PROMISED ? WRITE_PROMISED
			     : m->kind == MEMBER_VOTE   ? WRITE_VOTE
			     : m->kind == MEMBER_ECHO   ? WRITE_ECHO
							: WRITE_CHOSEN;
		if (m->epoch != n->disk.epoch)
			disk_begin(&n->disk, m->epoch);
		if (m->kind != MEMBER_PROMISED)
			write.value = values_intern(w->values, m->value, m->value_length);
		if (m->proofs_length > 0)
			write.cert = values_intern(w->values, m->proofs, m->proofs_length);
		if (!disk_write(&n->disk, &write)) {
			tell_durable(w, n->config.paxos.self, n->disk.unsynced);
			disk_sync(&n->disk);
			disk_write(&n->disk, &write);
		}
	}
}

/* True: the disk is synced, or need not be. */
static void sync_disk(struct world *w, node_id id, const struct member_output *out)
{
	struct world_node *n = &w->node[id];
	bool lazy = w->options.lazy_disks && !out->must_sync && n->disk.unsynced < JOURNAL_MAX / 2;

	w->batches += out->must_sync && out->writes > 1;
	if (lazy && random_next(&w->random) % 4 != 0)
		return;
	tell_durable(w, id, n->disk.unsynced);
	disk_sync(&n->disk);
}

static void tell_sent(struct world *w, node_id id, const struct member_frame *frame)
{
	if (w->options.watch.sent == NULL)
		return;
	/* A liar sends bytes that are no message, too. */
	if (frame_decode(&w->node[id].config.wire, frame->bytes, frame->length, w->values,
			 &w->frame) != DROP_NOTHING)
		return;
	w->options.watch.sent(w->options.watch.user, id, &w->frame.message);
}

/* Sends the frames from `first` on; false if the node was cut short on the way. */
static bool send_all(struct world *w, node_id id, unsigned first, const struct member_output *out)
{
	struct world_node *n = &w->node[id];

	for (unsigned i = first; i < out->frames; i++) {
		tell_sent(w, id, &out->frame[i]);
		for (node_set left = out->frame[i].to; left != 0; left &= left - 1) {
			if (n->cut_short == CUT_WITHIN_SENDS && n->cut_after-- == 0)
				return false;
			deliver(w, set_lowest(left), out->frame[i].bytes, out->frame[i].length);
		}
	}
	return true;
}

static void answer_logs(struct world *w, struct world_node *n, const struct member_output *out)
{
	for (unsigned i = 0; i < out->logs; i++)
		for (slot_number slot = out->log[i].from;
		     slot < out->log[i].from + out->log[i].count; slot++) {
			struct ballot at;
			value_ref proofs = VALUE_NONE;
			value_ref value = disk_chosen(&n->disk, slot, &at, &proofs);
			uint32_t length, proofs_length;
			const uint8_t *bytes = values_bytes(w->values, value, &length);
			const uint8_t *proof_bytes =
				values_bytes(w->values, proofs, &proofs_length);

			if (value != VALUE_NONE)
				member_commit_proven(n->member, out->log[i].to, slot, at, bytes,
						     length, proof_bytes, proofs_length);
		}
}

static void save_settings(struct world_node *n)
{
	member_settings(n->member, &n->config.clock, n->config.link, &n->config.gated,
			&n->config.number);
	n->config.lines =
		(uint8_t)member_policies(n->member, &n->config.wire.epoch, n->config.line);
}

/* In the order that member.h asks for. False: it crashed on the way. */
static bool carry_out(struct world *w, node_id id, const struct member_output *out)
{
	struct world_node *n = &w->node[id];
	enum cut_short cut = out->must_sync ? n->cut_short : CUT_NOTHING;
	unsigned sent, told;

	write_all(w, n, out);
	if (out->settings_changed)
		save_settings(n);
	if (cut == CUT_BEFORE_SYNC) {
		world_crash(w, id, (unsigned)(random_next(&w->random) % (n->disk.unsynced + 1)));
		return false;
	}
	sync_disk(w, id, out);
	if (cut == CUT_BEFORE_SENDS) {
		world_crash(w, id, n->disk.unsynced);
		return false;
	}
	/* Told first, so that who looks on hears of a message before its receivers do. */
	told = out->events;
	tell_events(w, out, 0);
	sent = out->frames;
	if (!send_all(w, id, 0, out)) {
		world_crash(w, id, n->disk.unsynced);
		return false;
	}
	answer_logs(w, n, out);
	tell_events(w, out, told);
	send_all(w, id, sent, out);
	return true;
}

void world_carry(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];
	const struct member_output *out = member_output(n->member);

	if (!carry_out(w, id, out))
		return;
	if (out->fate != FATE_LIVE) {
		world_crash(w, id, out->fate == FATE_EXIT ? n->disk.unsynced : 0);
		return;
	}
	member_clear(n->member);
	n->owes = false;
	touch(w, id);
}

/* A node carries out what it owes before it listens to the next control, so there is room for it.
 */
void world_control(struct world *w, node_id id, const struct control *control)
{
	struct world_node *n = &w->node[id];

	assert(n->up && !n->stopped);
	if (member_is_full(n->member))
		world_carry(w, id);
	if (!n->up)
		return;
	member_control_in(n->member, w->now, control);
	touch(w, id);
}

time_us world_next(const struct world *w)
{
	time_us next = NEVER;

	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->next_at[id] < next)
			next = w->next_at[id];
	return next;
}

bool world_run(struct world *w)
{
	for (node_id id = 1; id <= w->options.nodes; id++) {
		struct world_node *n = &w->node[id];

		if (w->next_at[id] > w->now)
			continue;
		if (n->owes && n->carry_at <= w->now) {
			world_carry(w, id);
		} else {
			member_tick(n->member, w->now);
			touch(w, id);
		}
		return true;
	}
	return false;
}

void world_sweep(struct world *w, void (*mark)(void *user), void *user)
{
	values_unmark(w->values);
	for (node_id id = 1; id <= w->options.nodes; id++) {
		if (w->node[id].up)
			member_mark(w->node[id].member);
		disk_mark(&w->node[id].disk, w->values);
	}
	if (mark != NULL)
		mark(user);
	values_sweep(w->values);
}
