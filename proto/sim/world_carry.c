/* Carrying out what a node owes, in the order that proto/member/member.h asks for. A crash may come
 * between any two parts of it. */
#include "proto/fault/link.h"
#include "proto/sim/world_life.h"

static void write_to_disk(struct world *w, struct world_node *n, const struct member_output *out)
{
	for (unsigned i = 0; i < out->writes; i++) {
		const struct member_write *m = &out->write[i];
		struct paxos_write write = {.slot = m->slot, .ballot = m->ballot};

		write.kind = m->kind == MEMBER_PROMISED  ? WRITE_PROMISED
			     : m->kind == MEMBER_VOTE    ? WRITE_VOTE
			     : m->kind == MEMBER_ECHO    ? WRITE_ECHO
			     : m->kind == MEMBER_SUMMARY ? WRITE_SUMMARY
			     : m->kind == MEMBER_LOW     ? WRITE_LOW
							 : WRITE_CHOSEN;
		if (m->epoch != n->disk.epoch)
			disk_begin(&n->disk, m->epoch);
		if (m->kind != MEMBER_PROMISED && m->kind != MEMBER_LOW)
			write.value = values_intern(w->values, m->value, m->value_length);
		if (m->proofs_length > 0)
			write.cert = values_intern(w->values, m->proofs, m->proofs_length);
		if (!disk_write(&n->disk, &write)) {
			world_tell_durable(w, n->config.paxos.self, n->disk.unsynced);
			disk_sync(&n->disk);
			disk_write(&n->disk, &write);
		}
	}
}

/* Syncs the disk. A lazy disk leaves writes on which no message relies in its journal for a while.
 */
static void sync_disk(struct world *w, node_id id, const struct member_output *out)
{
	struct world_node *n = &w->node[id];
	bool lazy = w->options.lazy_disks && !world_must_sync(out) &&
		    n->disk.unsynced < JOURNAL_MAX / 2;

	w->batches += out->must_sync && out->writes > 1;
	if (lazy && random_next(&w->random) % 4 != 0)
		return;
	world_tell_durable(w, id, n->disk.unsynced);
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
	if (world_refer(w))
		w->options.watch.sent(w->options.watch.user, id, &w->frame.message);
}

/* Sends the frames from `first` on: those that leave before the sync, if there is one, or all
 * others. False if the node was cut short on the way. */
static bool send_frames(struct world *w, node_id id, unsigned first, bool ahead,
			const struct member_output *out)
{
	struct world_node *n = &w->node[id];

	for (unsigned i = first; i < out->frames; i++) {
		if ((out->must_sync && out->frame[i].early) != ahead)
			continue;
		tell_sent(w, id, &out->frame[i]);
		for (node_set left = out->frame[i].to; left != 0; left &= left - 1) {
			if (n->cut_short == CUT_WITHIN_SENDS && n->cut_after-- == 0)
				return false;
			world_deliver(w, set_lowest(left), out->frame[i].bytes,
				      out->frame[i].length);
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

/* The settings and the epoch are one write, as in a store: where the epoch is another, the log is
 * empty from then on. */
static void save_settings(struct world_node *n)
{
	member_settings(n->member, &n->config.clock, n->config.link, &n->config.gate,
			&n->config.number);
	n->config.lines =
		(uint8_t)member_policies(n->member, &n->config.wire.epoch, n->config.line);
	n->config.out_of = member_out_of(n->member);
	if (n->config.wire.epoch != n->disk.epoch)
		disk_begin(&n->disk, n->config.wire.epoch);
}

/* What is written with settings is one transaction: all of it is on the disk, or nothing. */
static bool is_never_written(struct world *w, const struct member_output *out, enum cut_short cut)
{
	return cut == CUT_BEFORE_SYNC && out->settings_changed && random_next(&w->random) % 2 == 0;
}

/* False: the node crashed on the way. */
static bool carry_out(struct world *w, node_id id, const struct member_output *out)
{
	struct world_node *n = &w->node[id];
	enum cut_short cut = world_must_sync(out) ? n->cut_short : CUT_NOTHING;
	unsigned sent, told = 0;

	if (is_never_written(w, out, cut)) {
		world_crash_unsynced(w, id);
		return false;
	}
	/* Told first, so that the watcher hears of a message before its receivers do. A crash may
	 * come between an early frame and the sync, or between two of them: then nobody is told. */
	if (cut == CUT_NOTHING) {
		told = out->events;
		world_tell_events(w, out, 0);
	}
	if (!send_frames(w, id, 0, true, out)) {
		world_crash_unsynced(w, id);
		return false;
	}
	write_to_disk(w, n, out);
	if (out->settings_changed)
		save_settings(n);
	if (cut == CUT_BEFORE_SYNC && !out->settings_changed) {
		world_crash_unsynced(w, id);
		return false;
	}
	sync_disk(w, id, out);
	if (cut == CUT_BEFORE_SENDS || cut == CUT_BEFORE_SYNC) {
		world_crash(w, id, n->disk.unsynced);
		return false;
	}
	world_tell_events(w, out, told);
	told = out->events;
	sent = out->frames;
	if (!send_frames(w, id, 0, false, out)) {
		world_crash(w, id, n->disk.unsynced);
		return false;
	}
	answer_logs(w, n, out);
	world_tell_events(w, out, told);
	send_frames(w, id, sent, true, out);
	send_frames(w, id, sent, false, out);
	return true;
}

void world_adopt_output(struct world *w, node_id id, const struct member_output *out)
{
	struct world_node *n = &w->node[id];

	write_to_disk(w, n, out);
	if (out->settings_changed)
		save_settings(n);
	disk_sync(&n->disk);
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
	world_tell_carried(w, id, out);
	member_clear(n->member);
	n->owes = n->waits = false;
	world_plan_visit(w, id);
}
