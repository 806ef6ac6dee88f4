#include "proto/member/member_memory.h"

#include <assert.h>
#include <string.h>

#include "proto/core/memory.h"
#include "proto/core/read_entry.h"
#include "proto/fault/mistake.h"
#include "proto/member/hears.h"

#define INBOX_BYTES_DEFAULT ((size_t)16 << 20)

/* A table is swept when so many bytes of values have come to it, though it has room for more:
 * memory that was used just before is quicker than memory that was never used. */
#define VALUES_FRESH_BYTES ((size_t)2 << 20)

/* Values that a member can refer to at once: those of the core's window and queue, of batches that
 * are not answered, of the history, of what reads go back to, of the frames in the inbox, and of
 * one message more. */
#define VALUES_MAX (2 * HELD_MAX)
#define CORE_REFS  (8 * SLOTS_OPEN_MAX + 2 * PENDING_MAX + FLIGHTS_MAX + 2)

static size_t inbox_bytes_of(const struct member_config *config)
{
	return config->inbox_bytes != 0 ? config->inbox_bytes : INBOX_BYTES_DEFAULT;
}

static size_t outbox_bytes_of(const struct member_config *config)
{
	return config->outbox_bytes != 0 ? config->outbox_bytes : 2 * STEP_BYTES_MAX;
}

static size_t values_bytes_of(const struct member_config *config)
{
	return (CORE_REFS + 2 * SNAPSHOT_SLOTS_MAX + 2 * SLOTS_OPEN_MAX + 6) *
		       (size_t)VALUE_BYTES_MAX +
	       inbox_bytes_of(config);
}

size_t member_size(const struct member_config *config)
{
	size_t values =
		config->values != NULL ? 0 : values_size(VALUES_MAX, values_bytes_of(config));

	return memory_aligned(sizeof(struct member)) +
	       memory_aligned(inbox_size(inbox_bytes_of(config))) +
	       memory_aligned(outbox_bytes_of(config)) + memory_aligned(sizeof(struct witness)) +
	       memory_aligned(proofs_size()) + batcher_size() + values;
}

struct member *member_init(void *memory, const struct member_config *config)
{
	struct member *m = memory;
	uint8_t *at = (uint8_t *)memory + memory_aligned(sizeof *m);

	assert(memory != NULL);
	assert(config->boot > 0);
	/* The large parts behind are written before they are read. */
	memset(m, 0, offsetof(struct member, frame));
	m->config = *config;
	m->random = config->random;
	m->number = config->number;
	memcpy(m->lives.known, config->lives, sizeof m->lives.known);
	m->waits_from = SLOT_NONE;
	m->config.paxos.policy = config->policy;
	paxos_init(&m->paxos, &m->config.paxos);
	m->mistake = config->mistake;
	mistake_config(m->mistake, &m->paxos.config);
	for (unsigned i = 0; i < config->lines; i++)
		paxos_set_policy(&m->paxos, config->line[i].from, config->line[i].policy);
	paxos_keep_out(&m->paxos, config->seat_epoch == config->wire.epoch ? config->seat_slot : 0,
		       config->out_of);
	history_init(&m->history);
	liar_init(&m->liar);
	inbox_init(&m->inbox, at, inbox_bytes_of(config));
	at += memory_aligned(inbox_size(inbox_bytes_of(config)));
	outbox_init(&m->outbox, at, outbox_bytes_of(config));
	m->outbox.out.events_left_out = 0;
	m->outbox.out.wake_at = 0;
	at += memory_aligned(outbox_bytes_of(config));
	m->witness = (struct witness *)(void *)at;
	witness_init(m->witness);
	at += memory_aligned(sizeof(struct witness));
	proofs_init(&m->proofs, at);
	at += memory_aligned(proofs_size());
	batcher_init(&m->batcher, at, config->paxos.mode, &config->batch);
	at += batcher_size();
	m->values = config->values;
	if (m->values == NULL)
		m->values = values_init(at, VALUES_MAX, values_bytes_of(config));
	return m;
}

void member_restore(struct member *m, slot_number base, struct ballot promised)
{
	MEMBER_HEARS(m, .kind = IN_BASE, .slot = base, .at = promised);
	paxos_restore(&m->paxos, base, promised);
	m->stored = promised;
	m->history.end = base;
	reads_begin(&m->reads, base, 0);
}

void member_restore_slot(struct member *m, slot_number slot, struct ballot voted_at,
			 const uint8_t *voted, uint32_t voted_length, struct ballot chosen_at,
			 const uint8_t *chosen, uint32_t chosen_length)
{
	MEMBER_HEARS(m, .kind = IN_SLOT, .slot = slot, .at = voted_at, .other = chosen_at,
		     .bytes = {voted, voted_length}, .more = {chosen, chosen_length});
	if (!history_keeps(&m->history, slot))
		return;
	if (!ballot_is_none(voted_at)) {
		value_ref value = values_intern(m->values, voted, voted_length);
		paxos_restore_vote(&m->paxos, slot, voted_at, value);
		history_vote(&m->history, slot, voted_at, value);
	}
	if (!ballot_is_none(chosen_at)) {
		value_ref value = values_intern(m->values, chosen, chosen_length);
		paxos_restore_chosen(&m->paxos, slot, chosen_at, value);
		history_chosen(&m->history, slot, chosen_at, value);
	}
}

void member_restore_hard(struct member *m, slot_number slot, struct ballot echoed_at,
			 const uint8_t *echoed, uint32_t echoed_length, const uint8_t *proofs,
			 uint32_t proofs_length)
{
	MEMBER_HEARS(m, .kind = IN_ECHO, .slot = slot, .at = echoed_at,
		     .bytes = {echoed, echoed_length}, .proofs = {proofs, proofs_length});
	if (!ballot_is_none(echoed_at))
		paxos_restore_echo(&m->paxos, slot, echoed_at,
				   values_intern(m->values, echoed, echoed_length));
	if (proofs_length > 0)
		paxos_restore_cert(&m->paxos, slot,
				   proof_table_keep(&m->proofs.table, proofs, proofs_length));
}

void member_restore_chosen_proofs(struct member *m, slot_number slot, const uint8_t *proofs,
				  uint32_t proofs_length)
{
	MEMBER_HEARS(m, .kind = IN_PROVEN, .slot = slot, .proofs = {proofs, proofs_length});
	if (proofs_length > 0)
		paxos_restore_chosen_cert(
			&m->paxos, slot, proof_table_keep(&m->proofs.table, proofs, proofs_length));
}

static void restore_summary(struct member *m, slot_number end, const uint8_t chain[DIGEST_BYTES],
			    const uint8_t *proofs, uint32_t proofs_length)
{
	paxos_restore_summary(&m->paxos, end, values_intern(m->values, chain, DIGEST_BYTES), true,
			      proof_table_keep(&m->proofs.table, proofs, proofs_length));
	if (end <= m->chain.end || end > m->paxos.base)
		return;
	m->chain.end = end;
	memcpy(m->chain.digest, chain, DIGEST_BYTES);
}

void member_restore_low(struct member *m, slot_number end, const uint8_t chain[DIGEST_BYTES],
			const uint8_t *proofs, uint32_t proofs_length)
{
	MEMBER_HEARS(m, .kind = IN_LOW, .slot = end, .bytes = {chain, DIGEST_BYTES},
		     .proofs = {proofs, proofs_length});
	restore_summary(m, end, chain, proofs, proofs_length);
	paxos_restore_low(&m->paxos, end, values_intern(m->values, chain, DIGEST_BYTES),
			  proof_table_keep(&m->proofs.table, proofs, proofs_length));
}

void member_restore_summary(struct member *m, slot_number end, const uint8_t chain[DIGEST_BYTES],
			    const uint8_t *proofs, uint32_t proofs_length)
{
	MEMBER_HEARS(m, .kind = IN_SUMMARY, .slot = end, .bytes = {chain, DIGEST_BYTES},
		     .proofs = {proofs, proofs_length});
	restore_summary(m, end, chain, proofs, proofs_length);
}

slot_number member_chain_end(const struct member *m)
{
	return paxos_interval(&m->paxos) == 0 || m->chain.end == m->paxos.base ? SLOT_NONE
									       : m->chain.end;
}

void member_restore_closed(struct member *m, const uint8_t *value, uint32_t length)
{
	MEMBER_HEARS(m, .kind = IN_CLOSED, .bytes = {value, length});
	chain_add(&m->chain, value, length);
	if (m->chain.end % paxos_interval(&m->paxos) == 0)
		paxos_restore_summary(&m->paxos, m->chain.end,
				      values_intern(m->values, m->chain.digest, DIGEST_BYTES),
				      false, PROOF_NONE);
}

bool member_restore_latest(struct member *m, slot_number slot, const uint8_t *value,
			   uint32_t length)
{
	const uint8_t *written;
	uint32_t written_length;

	MEMBER_HEARS(m, .kind = IN_LATEST, .slot = slot, .bytes = {value, length});
	if (!read_entry_last_write(value, length, &written, &written_length)) {
		m->reads.unknown = slot > 0;
		return false;
	}
	m->reads.last = values_intern(m->values, value, length);
	m->reads.last_slot = slot;
	m->reads.unknown = false;
	return true;
}

static void mark_ref(void *context, value_ref ref)
{
	values_mark(context, ref);
}

void member_mark(const struct member *m)
{
	paxos_refs(&m->paxos, mark_ref, m->values);
	liar_refs(&m->liar, mark_ref, m->values);
	batcher_refs(&m->batcher, mark_ref, m->values);
	history_mark(&m->history, m->values);
	reads_mark(&m->reads, m->values);
	for (unsigned i = 0; i < PENDING_MAX; i++)
		values_mark(m->values, m->asked[i].value);
	for (unsigned i = 0; i < m->inbox.count; i++)
		values_mark(m->values, inbox_at(&m->inbox, i)->event.value);
	for (unsigned i = 0; i < m->outbox.out.events; i++)
		values_mark(m->values, m->outbox.event[i].value);
}

static bool has_room_for_values(const struct member *m)
{
	return m->config.values != NULL ||
	       values_has_room(m->values, SLOTS_OPEN_MAX + 1,
			       (SLOTS_OPEN_MAX + 1) * (size_t)VALUE_BYTES_MAX);
}

/* There is no room for the proofs of another message: those that nothing refers to are forgotten.
 */
static void make_room_for_proofs(struct member *m)
{
	struct values *kept = m->proofs.table.kept;

	if (values_has_room(kept, TOLD_MAX + SLOTS_OPEN_MAX, 2 * PROOFS_BYTES_MAX) ||
	    !outbox_is_empty(&m->outbox))
		return;
	values_unmark(kept);
	paxos_proofs(&m->paxos, mark_ref, kept);
	liar_proofs(&m->liar, mark_ref, kept);
	for (node_id id = 1; id <= NODES_MAX; id++)
		values_mark(kept, m->defences.window.seen[id].proof);
	values_sweep(kept);
}

/* A table that members share is swept by its owner. */
static bool has_many_fresh_values(const struct member *m)
{
	return m->config.values == NULL &&
	       values_filled(m->values) > m->values_kept + VALUES_FRESH_BYTES;
}

/* Forgets the values that nothing refers to, if there is no room for those of another input, or
 * many of them. */
static void make_room_for_values(struct member *m)
{
	if ((has_room_for_values(m) && !has_many_fresh_values(m)) || !outbox_is_empty(&m->outbox))
		return;
	history_trim(&m->history, m->paxos.base, m->values);
	values_unmark(m->values);
	member_mark(m);
	values_sweep(m->values);
	m->values_kept = values_filled(m->values);
}

void member_memory_make_room(struct member *m)
{
	make_room_for_values(m);
	make_room_for_proofs(m);
}

bool member_is_full(const struct member *m)
{
	if (!outbox_has_room(&m->outbox) || m->outbox.out.fate == FATE_FORGET)
		return true;
	return !outbox_is_empty(&m->outbox) && !has_room_for_values(m);
}
