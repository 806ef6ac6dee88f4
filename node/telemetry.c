#include "node/telemetry.h"

#include <string.h>

#include "node/io/clock.h"
#include "proto/core/batch.h"

/* Bytes of batches that are told with one snapshot. */
#define BATCHES_BYTES_MAX ((size_t)512 << 10)

void telemetry_init(struct telemetry *t, struct bus *bus, const struct wire_context *context,
		    const struct secret_key *key)
{
	*t = (struct telemetry){.bus = bus, .context = *context, .key = key};
	allowance_init(&t->allowance, context->nodes);
}

static void send_report(struct telemetry *t, size_t length)
{
	const size_t signed_length = report_sign(t->frame, length, &crypto_ed25519, t->key);
	if (signed_length > 0)
		bus_send(t->bus, t->frame, signed_length);
}

/* Was the batch told of late? If not, it counts as told from now on. */
static bool is_told(struct telemetry *t, uint64_t digest)
{
	for (unsigned i = 0; i < VALUES_TOLD; i++)
		if (t->value_told[i] == digest)
			return true;
	t->value_told[t->values_told++ % VALUES_TOLD] = digest;
	return false;
}

/* Of a long batch events and snapshots tell a sketch: its bytes go before them. Returns how many.
 */
static uint32_t tell_batch(struct telemetry *t, struct member *member, value_ref value, bool again)
{
	struct value_sketch sketch;
	uint32_t length;
	const uint8_t *bytes = values_bytes(member_values(member), value, &length);
	if (length <= VALUE_SHOWN_MAX || batch_count(bytes, length) == 0 ||
	    !values_sketch(member_values(member), value, &sketch) ||
	    (is_told(t, sketch.digest[0]) && !again))
		return 0;
	send_report(t, value_frame_encode(&t->context, paxos_self(member_paxos(member)), bytes,
					  length, t->frame, REPORT_BYTES_MAX));
	return length;
}

/* Those of the newest slots, as far as a dashboard has room for them. */
static void tell_batches(struct telemetry *t, struct member *member)
{
	size_t told = 0;
	for (unsigned left = t->snapshot.slots; left > 0 && told < BATCHES_BYTES_MAX; left--) {
		const struct snapshot_slot *s = &t->snapshot.slot[left - 1];
		told += tell_batch(t, member, s->voted, true);
		if (s->chosen != s->voted)
			told += tell_batch(t, member, s->chosen, true);
	}
}

void telemetry_values(struct telemetry *t, struct member *member)
{
	if (t->allowance.spent)
		return;
	member_snapshot(member, &t->snapshot);
	tell_batches(t, member);
}

static void tell_load(struct telemetry *t, node_id self, const struct load *load)
{
	struct load_report report;
	load_report_make(load, &report);
	send_report(t, load_encode(&t->context, self, &report, t->frame, REPORT_BYTES_MAX));
}

/* With its newest slots, so many at most. A dashboard that has the snapshot knows of the load: the
 * word that one is done may have been lost. */
static void tell_snapshot(struct telemetry *t, struct member *member, const struct load *load,
			  unsigned slots)
{
	struct snapshot *s = &t->snapshot;
	if (load->order.number != 0)
		tell_load(t, paxos_self(member_paxos(member)), load);
	member_snapshot(member, s);
	if (s->slots > slots) {
		memmove(s->slot, s->slot + (s->slots - slots), slots * sizeof(s->slot[0]));
		s->slots = (uint16_t)slots;
	}
	t->snapshot.real_us = real_time_us();
	t->snapshot.wall_us = wall_time_us();
	send_report(t, snapshot_encode(&t->context, &t->snapshot, member_values(member), t->frame,
				       REPORT_BYTES_MAX));
}

void telemetry_snapshot(struct telemetry *t, struct member *member, const struct load *load)
{
	tell_snapshot(t, member, load, SNAPSHOT_SLOTS_MAX);
}

void telemetry_roster(struct telemetry *t, const struct roster *roster)
{
	struct roster copy = *roster;
	const size_t length =
		roster_encode(&copy, &crypto_ed25519, NULL, t->frame, sizeof(t->frame));
	bus_send(t->bus, t->frame, length);
}

void telemetry_load_turn(struct telemetry *t, node_id self, const struct load *load,
			 uint64_t real_us)
{
	const bool is_new = load->order.number != t->load_number;
	if (load->changes == t->load_told ||
	    (load->running && !is_new && (!t->watched || real_us - t->load_told_us < LOAD_TOLD_US)))
		return;
	t->load_number = load->order.number;
	t->load_told = load->changes;
	t->load_told_us = real_us;
	tell_load(t, self, load);
}

static void tell_proof(struct telemetry *t, struct member *member, unsigned i)
{
	uint32_t length;
	const uint8_t *proof = member_proof(member, i, &length);
	send_report(t, proof_frame_encode(&t->context, paxos_self(member_paxos(member)), proof,
					  length, t->frame, REPORT_BYTES_MAX));
}

void telemetry_proofs(struct telemetry *t, struct member *member)
{
	for (unsigned i = 0; i < member_proofs(member); i++)
		tell_proof(t, member, i);
}

/* A dashboard that listens hears of a proof when the proof is new; one that comes later asks. */
static void tell_new_proofs(struct telemetry *t, struct member *member)
{
	const unsigned proofs = member_proofs(member);
	if (t->proofs_told > proofs)
		t->proofs_told = 0;
	for (; t->proofs_told < proofs; t->proofs_told++)
		if (t->watched)
			tell_proof(t, member, t->proofs_told);
}

static void tell_events(struct telemetry *t, struct member *member, const struct member_output *out)
{
	unsigned told = 0;
	for (unsigned i = 0; i < out->events; i++) {
		const struct event *e = &out->event[i];
		if (e->kind == EVENT_BATCHED || e->kind == EVENT_ACCEPTED ||
		    e->kind == EVENT_CHOSEN)
			tell_batch(t, member, e->value, false);
	}
	while (told < out->events) {
		unsigned taken = 0;
		const size_t length = events_encode(
			&t->context, out->event + told, out->events - told, out->events_left_out,
			member_values(member), &taken, t->frame, REPORT_BYTES_MAX);
		if (length == 0 || taken == 0)
			return;
		send_report(t, length);
		told += taken;
	}
}

/* What happened in this turn, in events, whether it is told or not. A batch is told when a node
 * votes for it. */
static uint64_t events_of(struct telemetry *t, const struct member_output *out)
{
	uint64_t events = out->events + (out->events_left_out - t->left_out);
	for (unsigned i = 0; i < out->writes; i++) {
		const struct member_write *w = &out->write[i];
		if (w->kind == MEMBER_VOTE && w->value_length >= EVENT_BYTES &&
		    batch_count(w->value, w->value_length) > 0)
			events += w->value_length / EVENT_BYTES;
	}
	t->left_out = out->events_left_out;
	return events;
}

/* The last snapshot is whole: what the nodes did meanwhile can be judged and looked at. */
static void end_window(struct telemetry *t, struct member *member, const struct load *load,
		       bool was_spent, uint64_t real_us)
{
	const bool busy = t->allowance.spent;
	if (!was_spent || !t->watched || (busy && real_us - t->busy_told_us < BUSY_TOLD_US))
		return;
	tell_snapshot(t, member, load, busy ? BUSY_SLOTS : SNAPSHOT_SLOTS_MAX);
	t->busy_told_us = real_us;
}

void telemetry_listen(struct telemetry *t, struct member *member)
{
	t->watched = bus_peers(t->bus) > 0;
	member_set_quiet(member, !t->watched || t->allowance.spent);
}

void telemetry_turn(struct telemetry *t, struct member *member, const struct member_output *out,
		    const struct load *load, uint64_t real_us)
{
	const bool was_spent = t->allowance.spent;
	t->watched = bus_peers(t->bus) > 0;
	if (t->watched && out->events > 0)
		tell_events(t, member, out);
	tell_new_proofs(t, member);
	/* The state of a node that is about to forget a part of it is nobody's to know. */
	if (allowance_take(&t->allowance, events_of(t, out), real_us) && out->fate != FATE_FORGET)
		end_window(t, member, load, was_spent, real_us);
	member_set_quiet(member, !t->watched || t->allowance.spent);
}

uint64_t telemetry_deadline(const struct telemetry *t, const struct load *load)
{
	const bool owes_load = load->running && load->changes != t->load_told;
	const uint64_t window_us =
		t->allowance.spent ? t->allowance.window_us + WINDOW_US : WAIT_FOREVER;
	const uint64_t load_us = owes_load ? t->load_told_us + LOAD_TOLD_US : WAIT_FOREVER;
	if (!t->watched)
		return WAIT_FOREVER;
	return window_us < load_us ? window_us : load_us;
}
