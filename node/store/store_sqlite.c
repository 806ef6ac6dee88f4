/* The durable store: SQLite in WAL mode, synchronous=FULL, so that a commit is on the disk when it
 * returns. One transaction a batch. */
#include "node/store/store_sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum status sqlite_commit(struct sqlite *s)
{
	const struct scalar count = {{(int64_t)(s->store.stored + 1), (int64_t)s->base,
				      sqlite_window_digest(s), (int64_t)s->low}};
	if (!sqlite_put_scalar(s, "commits", &count) || !sqlite_run(s, COMMIT)) {
		const enum status status = sqlite_fail(s, "write");
		sqlite_run(s, ROLLBACK);
		return status;
	}
	*s->commits = ++s->store.stored;
	s->store.dirty = false;
	sqlite_make_log_room(s);
	return STATUS_OK;
}

/* What is chosen is nearly always what this acceptor voted for: then its row has no value of its
 * own. So the vote's row may change only when the chosen row has got one. */
static enum status put_value(struct sqlite *s, enum statement which, const struct member_write *w)
{
	static const uint8_t nothing[1];
	const int64_t checksum =
		sqlite_row_checksum(which, w->slot, w->ballot, w->value, w->value_length);
	const uint8_t *value = w->value_length > 0 ? w->value : nothing;
	struct slot_row vote;
	if (which == PUT_CHOSEN) {
		const enum status status = sqlite_get_slot(s, GET_VOTE, w->slot, &vote);
		if (status != STATUS_OK)
			return status;
		if (vote.value != NULL && vote.length == w->value_length &&
		    memcmp(vote.value, value, vote.length) == 0)
			value = NULL;
		sqlite3_reset(s->statement[GET_VOTE]);
	} else if (which == PUT_VOTE) {
		sqlite3_bind_int64(s->statement[FILL_CHOSEN], 1, (int64_t)w->slot);
		if (!sqlite_run(s, FILL_CHOSEN))
			return sqlite_fail(s, "write");
	}
	return sqlite_put_slot(s, which, w, value, checksum, w->value_length)
		       ? STATUS_OK
		       : sqlite_fail(s, "write");
}

static enum status put_write(struct sqlite *s, const struct member_write *w)
{
	if (w->kind == MEMBER_SUMMARY)
		return sqlite_put_summary(s, w);
	if (w->kind == MEMBER_LOW)
		return sqlite_delete_below(s, w->slot);
	static const enum statement value_of[] = {
		[MEMBER_VOTE] = PUT_VOTE, [MEMBER_CHOSEN] = PUT_CHOSEN, [MEMBER_ECHO] = PUT_ECHO};
	if (w->kind == MEMBER_PROMISED) {
		const struct scalar promised = {{w->ballot.round, w->ballot.node}};
		s->promised = w->ballot;
		return sqlite_put_scalar(s, "promised", &promised) ? STATUS_OK
								   : sqlite_fail(s, "write");
	}
	/* The proofs come first: a chosen row may close its slot. */
	if (w->proofs_length > 0) {
		const enum statement which =
			w->kind == MEMBER_VOTE ? PUT_VOTE_PROOF : PUT_CHOSEN_PROOF;
		const int64_t checksum =
			sqlite_row_checksum(which, w->slot, w->ballot, w->proofs, w->proofs_length);
		if (!sqlite_put_slot(s, which, w, w->proofs, checksum, w->proofs_length))
			return sqlite_fail(s, "write");
	}
	return put_value(s, value_of[w->kind], w);
}

static enum status begin(struct sqlite *s)
{
	if (!s->store.dirty && !sqlite_run(s, BEGIN))
		return sqlite_fail(s, "write");
	s->store.dirty = true;
	return STATUS_OK;
}

/* Life N + 1 tells where life N ended. */
static struct store_past sqlite_past(const struct store *store, uint16_t boot)
{
	struct sqlite *s = (struct sqlite *)store;
	struct scalar life, next;
	char name[16];
	snprintf(name, sizeof(name), "life %u", boot);
	const bool found = sqlite_get_scalar(s, name, &life);
	snprintf(name, sizeof(name), "life %u", boot + 1u);
	if (!found || !sqlite_get_scalar(s, name, &next))
		return (struct store_past){0};
	return (struct store_past){(uint32_t)life.of[0], (uint64_t)next.of[1]};
}

static bool put_life(struct sqlite *s, node_id peer)
{
	const struct known_life *life = &s->store.lives[peer];
	char name[16];
	snprintf(name, sizeof(name), "peer %u", peer);
	return sqlite_put_scalar(
		s, name, &(struct scalar){{life->boot, life->number, (int64_t)life->stored}});
}

static bool put_stored(struct sqlite *s, unsigned row)
{
	const unsigned first = 1 + row * SQLITE_PEERS_A_ROW;
	struct scalar stored = {{0}};
	char name[16];
	for (unsigned k = 0; k < SQLITE_PEERS_A_ROW && first + k <= NODES_MAX; k++)
		stored.of[k] = (int64_t)s->store.lives[first + k].stored;
	snprintf(name, sizeof(name), "stored %u", row);
	return sqlite_put_scalar(s, name, &stored);
}

/* A peer's life changes when it starts, and how much it has stored with nearly all that it says: so
 * that is in rows of several peers. */
static enum status sqlite_keep_lives(struct store *store, const struct known_life *lives)
{
	struct sqlite *s = (struct sqlite *)store;
	enum status status = STATUS_OK;
	bool rises[SQLITE_STORED_ROWS] = {false}, good = true;
	for (node_id i = 1; i <= NODES_MAX && status == STATUS_OK; i++) {
		struct known_life *stored = &store->lives[i];
		const bool is_same =
			lives[i].boot == stored->boot && lives[i].number == stored->number;
		if (is_same && lives[i].stored == stored->stored)
			continue;
		*stored = lives[i];
		rises[(i - 1) / SQLITE_PEERS_A_ROW] = true;
		status = begin(s);
		if (status == STATUS_OK && !is_same)
			good = good && put_life(s, i);
	}
	for (unsigned row = 0; row < SQLITE_STORED_ROWS && status == STATUS_OK; row++)
		if (rises[row])
			good = good && put_stored(s, row);
	return status == STATUS_OK && !good ? sqlite_fail(s, "write") : status;
}

static enum status sqlite_write(struct store *store, const struct member_write *write,
				unsigned writes, const struct store_settings *settings, bool sync)
{
	struct sqlite *s = (struct sqlite *)store;
	if (writes == 0 && settings == NULL)
		return sync ? store_flush(store) : STATUS_OK;
	enum status status = begin(s);
	for (unsigned i = 0; i < writes && status == STATUS_OK; i++) {
		if (write[i].epoch > s->epoch && !sqlite_begin_epoch(s, write[i].epoch))
			return sqlite_fail(s, "write");
		status = put_write(s, &write[i]);
	}
	if (status == STATUS_OK && settings != NULL && !sqlite_put_settings(s, settings))
		return sqlite_fail(s, "write");
	return status == STATUS_OK && sync ? sqlite_commit(s) : status;
}

static enum status sqlite_flush(struct store *store)
{
	return sqlite_commit((struct sqlite *)store);
}

static enum status sqlite_chosen(struct store *store, slot_number slot, struct store_choice *out)
{
	struct sqlite *s = (struct sqlite *)store;
	struct slot_row chosen, proofs = {.value = NULL};
	enum status status = sqlite_get_slot(s, GET_CHOSEN, slot, &chosen);
	if (status == STATUS_OK)
		status = sqlite_get_slot(s, GET_CHOSEN_PROOF, slot, &proofs);
	*out = (struct store_choice){
		.at = chosen.at,
		.value = chosen.value,
		.length = chosen.length,
		.proofs = proofs.value,
		.proofs_length = proofs.length,
	};
	return status;
}

/* The hardened part of a slot: its Echo, and what justifies its vote. */
static enum status restore_hard(struct sqlite *s, slot_number slot, struct ballot voted_at,
				struct member *member)
{
	struct slot_row echo, vote_proof, chosen_proof;
	enum status status = sqlite_get_slot(s, GET_ECHO, slot, &echo);
	if (status == STATUS_OK)
		status = sqlite_get_slot(s, GET_VOTE_PROOF, slot, &vote_proof);
	if (status == STATUS_OK)
		status = sqlite_get_slot(s, GET_CHOSEN_PROOF, slot, &chosen_proof);
	if (status != STATUS_OK)
		return status;
	if (ballot_cmp(vote_proof.at, voted_at) != 0)
		vote_proof.length = 0;
	member_restore_hard(member, slot, echo.at, echo.value, echo.length, vote_proof.value,
			    vote_proof.length);
	if (slot >= s->base)
		member_restore_chosen_proofs(member, slot, chosen_proof.value, chosen_proof.length);
	return STATUS_OK;
}

static enum status restore_slot(struct sqlite *s, slot_number slot, struct member *member)
{
	struct slot_row vote, chosen;
	enum status status = sqlite_get_slot(s, GET_VOTE, slot, &vote);
	if (status == STATUS_OK)
		status = sqlite_get_slot(s, GET_CHOSEN, slot, &chosen);
	if (status != STATUS_OK)
		return status;
	if (vote.value != NULL || chosen.value != NULL)
		member_restore_slot(member, slot, vote.at, vote.value, vote.length, chosen.at,
				    chosen.value, chosen.length);
	return restore_hard(s, slot, vote.at, member);
}

/* What reads go back to: the last slot below the base in which something was written. */
static enum status restore_latest(struct sqlite *s, struct member *member)
{
	struct slot_row chosen;
	for (slot_number slot = s->base; slot > s->low; slot--) {
		const enum status status = sqlite_get_slot(s, GET_CHOSEN, slot - 1, &chosen);
		if (status != STATUS_OK)
			return status;
		if (chosen.value == NULL)
			return sqlite_damaged(s, "a decision is missing");
		if (member_restore_latest(member, slot - 1, chosen.value, chosen.length))
			break;
	}
	return STATUS_OK;
}

static enum status sqlite_restore(struct store *store, struct member *member)
{
	struct sqlite *s = (struct sqlite *)store;
	member_restore(member, s->base, s->promised);
	/* The slots that a snapshot shows, and the open window. */
	slot_number from = s->base > SNAPSHOT_SLOTS_MAX ? s->base - SNAPSHOT_SLOTS_MAX : 0;
	if (from < s->low)
		from = s->low;
	enum status status = sqlite_restore_chain(s, member);
	for (slot_number slot = from; slot < s->base + SLOTS_OPEN_MAX && status == STATUS_OK;
	     slot++)
		status = restore_slot(s, slot, member);
	if (status == STATUS_OK)
		status = restore_latest(s, member);
	for (unsigned i = PUT_VOTE; i < STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	return status;
}

static void sqlite_close(struct store *store)
{
	struct sqlite *s = (struct sqlite *)store;
	store_flush(store);
	for (unsigned i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->statement[i]);
	sqlite3_close(s->db);
	if (s->commits != NULL)
		munmap(s->commits, sizeof(uint64_t));
	free(s);
}

const struct store_kind store_kind_sqlite = {.syncs = true,
					     .past = sqlite_past,
					     .keep_lives = sqlite_keep_lives,
					     .settings = sqlite_settings,
					     .restore = sqlite_restore,
					     .write = sqlite_write,
					     .chosen = sqlite_chosen,
					     .flush = sqlite_flush,
					     .close = sqlite_close};
