/* What the durable store keeps of slots that are deleted: a summary (proto/core/summary.c). */
#include "node/store/store_sqlite.h"

#include <string.h>

static int64_t summary_checksum(slot_number slot, const uint8_t *chain, size_t chain_length,
				const uint8_t *proofs, size_t proofs_length)
{
	const int64_t number[2] = {(int64_t)slot,
				   sqlite_digest('g', proofs, proofs_length, NULL, 0)};
	return sqlite_digest('h', chain, chain_length, number, 2);
}

enum status sqlite_put_summary(struct sqlite *s, const struct member_write *w)
{
	sqlite3_stmt *put = s->statement[PUT_SUMMARY];
	sqlite3_bind_int64(put, 1, (int64_t)w->slot);
	sqlite3_bind_blob(put, 2, w->value, (int)w->value_length, SQLITE_STATIC);
	sqlite3_bind_blob(put, 3, w->proofs, (int)w->proofs_length, SQLITE_STATIC);
	sqlite3_bind_int64(
		put, 4,
		summary_checksum(w->slot, w->value, w->value_length, w->proofs, w->proofs_length));
	return sqlite_run(s, PUT_SUMMARY) ? STATUS_OK : sqlite_fail(s, "write");
}

enum status sqlite_delete_below(struct sqlite *s, slot_number low)
{
	for (unsigned i = DELETE_SUMMARIES; i <= DELETE_CHOSEN_PROOFS; i++) {
		sqlite3_bind_int64(s->statement[i], 1, (int64_t)low);
		if (!sqlite_run(s, i))
			return sqlite_fail(s, "write");
	}
	s->low = low;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX && s->base < low; i++, s->base++)
		memset(s->window[s->base % SLOTS_OPEN_MAX], 0, sizeof(s->window[0]));
	if (s->base < low)
		s->base = low;
	sqlite_rise_base(s);
	return STATUS_OK;
}

/* A summary that was stored. The one up to `low` is all that is left of the slots below. */
static enum status restore_summary(struct sqlite *s, sqlite3_stmt *row, struct member *member)
{
	const slot_number slot = (slot_number)sqlite3_column_int64(row, 0);
	const uint8_t *chain = sqlite3_column_blob(row, 1);
	const uint8_t *proofs = sqlite3_column_blob(row, 2);
	const int chain_length = sqlite3_column_bytes(row, 1);
	const int proofs_length = sqlite3_column_bytes(row, 2);
	if (chain_length != DIGEST_BYTES ||
	    summary_checksum(slot, chain, DIGEST_BYTES, proofs, (size_t)proofs_length) !=
		    sqlite3_column_int64(row, 3))
		return sqlite_damaged(s, "a row is not what was written");
	if (slot + 1 == s->low)
		member_restore_low(member, slot + 1, chain, proofs, (uint32_t)proofs_length);
	else
		member_restore_summary(member, slot + 1, chain, proofs, (uint32_t)proofs_length);
	return STATUS_OK;
}

static enum status restore_summaries(struct sqlite *s, struct member *member)
{
	sqlite3_stmt *next = s->statement[NEXT_SUMMARY];
	slot_number slot = s->low > 0 ? s->low - 1 : 0;
	bool first = s->low > 0;
	for (;;) {
		sqlite3_reset(next);
		sqlite3_bind_int64(next, 1, (int64_t)slot);
		const int code = sqlite3_step(next);
		if (code != SQLITE_ROW && code != SQLITE_DONE)
			return sqlite_fail(s, "read");
		if (first && (code == SQLITE_DONE ||
			      (slot_number)sqlite3_column_int64(next, 0) != s->low - 1))
			return sqlite_damaged(s, "the summary of what it does not keep is gone");
		if (code == SQLITE_DONE)
			return STATUS_OK;
		const enum status status = restore_summary(s, next, member);
		if (status != STATUS_OK)
			return status;
		slot = (slot_number)sqlite3_column_int64(next, 0) + 1;
		first = false;
	}
}

enum status sqlite_restore_chain(struct sqlite *s, struct member *member)
{
	slot_number slot;
	enum status status = restore_summaries(s, member);
	sqlite3_reset(s->statement[NEXT_SUMMARY]);
	while (status == STATUS_OK && (slot = member_chain_end(member)) != SLOT_NONE) {
		struct slot_row chosen;
		status = sqlite_get_slot(s, GET_CHOSEN, slot, &chosen);
		if (status == STATUS_OK && chosen.value == NULL)
			status = sqlite_damaged(s, "a decision is missing");
		if (status == STATUS_OK)
			member_restore_closed(member, chosen.value, chosen.length);
	}
	return status;
}
