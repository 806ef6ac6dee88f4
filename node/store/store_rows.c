/* The durable store: SQLite in WAL mode, synchronous=FULL, so that a commit is on the disk when it
 * returns. One transaction a batch. */
#include "node/store/store_sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sodium.h>

#define PUT(table)                                                                                 \
	"INSERT OR REPLACE INTO " table " (slot, round, node, value, checksum) "                   \
	"VALUES (?1, ?2, ?3, ?4, ?5)"
#define GET(table) "SELECT slot, round, node, value, checksum FROM " table " WHERE slot = ?1"

#define TABLE(name)                                                                                \
	"CREATE TABLE " name " (slot INTEGER PRIMARY KEY, round INTEGER, node INTEGER, "           \
	"value BLOB, checksum INTEGER);"

const char sqlite_slot_tables[] =
	TABLE("vote") TABLE("chosen") TABLE("echo") TABLE("vote_proof") TABLE("chosen_proof");

static const struct slot_table slot_tables[] = SQLITE_SLOT_TABLES;

#define SLOT_TABLES (sizeof(slot_tables) / sizeof(slot_tables[0]))

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[PUT_SCALAR] = "INSERT OR REPLACE INTO scalar (name, a, b, c, d, e, f, checksum) "
		       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[GET_SCALAR] = "SELECT a, b, c, d, e, f FROM scalar WHERE name = ?1",
	[PUT_VOTE] = PUT("vote"),
	[GET_VOTE] = GET("vote"),
	[PUT_CHOSEN] = PUT("chosen"),
	[GET_CHOSEN] = GET("chosen"),
	[PUT_ECHO] = PUT("echo"),
	[GET_ECHO] = GET("echo"),
	[PUT_VOTE_PROOF] = PUT("vote_proof"),
	[GET_VOTE_PROOF] = GET("vote_proof"),
	[PUT_CHOSEN_PROOF] = PUT("chosen_proof"),
	[GET_CHOSEN_PROOF] = GET("chosen_proof"),
};

enum status sqlite_fail(const struct sqlite *s, const char *doing)
{
	const int code = sqlite3_errcode(s->db);
	const char *words = sqlite3_errmsg(s->db);
	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return status_fail(
			STATUS_CORRUPT,
			"the store %s is damaged (%s): a node that may have forgotten "
			"promises must not take part; start a new cluster in a fresh directory",
			s->path, words);
	case SQLITE_FULL:
		return status_fail(STATUS_UNAVAILABLE,
				   "cannot %s the store %s: the disk is full (%s)", doing, s->path,
				   words);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return status_fail(STATUS_UNAVAILABLE,
				   "cannot %s the store %s: another program has it open", doing,
				   s->path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
	case SQLITE_AUTH:
		return status_fail(STATUS_DENIED,
				   "cannot %s the store %s: it cannot be written here (%s)", doing,
				   s->path, words);
	default:
		return status_fail(STATUS_UNAVAILABLE, "cannot %s the store %s: %s", doing, s->path,
				   words);
	}
}

enum status sqlite_damaged(const struct sqlite *s, const char *what)
{
	return status_fail(STATUS_CORRUPT,
			   "the store %s is damaged (%s): a node that may have forgotten promises "
			   "must not take part; start a new cluster in a fresh directory",
			   s->path, what);
}

static void digest_number(crypto_generichash_state *state, int64_t number)
{
	crypto_generichash_update(state, (const uint8_t *)&number, sizeof(number));
}

int64_t sqlite_digest(char table, const void *text, size_t length, const int64_t *number,
		      unsigned numbers)
{
	crypto_generichash_state state;
	uint8_t hash[crypto_generichash_BYTES_MIN];
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	digest_number(&state, table);
	for (unsigned i = 0; i < numbers; i++)
		digest_number(&state, number[i]);
	if (length > 0)
		crypto_generichash_update(&state, text, length);
	crypto_generichash_final(&state, hash, sizeof(hash));
	int64_t checksum;
	memcpy(&checksum, hash, sizeof(checksum));
	return checksum;
}

enum status sqlite_prepare(struct sqlite *s)
{
	for (unsigned i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &s->statement[i], NULL) != SQLITE_OK)
			return sqlite_fail(s, "read");
	return STATUS_OK;
}

bool sqlite_run(struct sqlite *s, enum statement which)
{
	const int code = sqlite3_step(s->statement[which]);
	sqlite3_reset(s->statement[which]);
	return code == SQLITE_DONE;
}

bool sqlite_put_scalar(struct sqlite *s, const char *name, const struct scalar *value)
{
	sqlite3_stmt *put = s->statement[PUT_SCALAR];
	sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(put, 2 + i, value->of[i]);
	sqlite3_bind_int64(put, 8, sqlite_digest('s', name, strlen(name), value->of, 6));
	return sqlite_run(s, PUT_SCALAR);
}

bool sqlite_get_scalar(const struct sqlite *s, const char *name, struct scalar *out)
{
	sqlite3_stmt *get = s->statement[GET_SCALAR];
	sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
	const bool found = sqlite3_step(get) == SQLITE_ROW;
	for (int i = 0; found && i < 6; i++)
		out->of[i] = sqlite3_column_int64(get, i);
	sqlite3_reset(get);
	return found;
}

static bool put_slot(struct sqlite *s, enum statement which, const struct member_write *write,
		     const uint8_t *bytes, uint32_t length)
{
	static const uint8_t nothing[1];
	const char letter = slot_tables[(which - PUT_VOTE) / 2].letter;
	sqlite3_stmt *put = s->statement[which];
	const uint8_t *value = length > 0 ? bytes : nothing;
	const int64_t number[3] = {(int64_t)write->slot, write->ballot.round, write->ballot.node};
	for (int i = 0; i < 3; i++)
		sqlite3_bind_int64(put, 1 + i, number[i]);
	sqlite3_bind_blob(put, 4, value, (int)length, SQLITE_STATIC);
	sqlite3_bind_int64(put, 5, sqlite_digest(letter, value, length, number, 3));
	return sqlite_run(s, which);
}

/* Another log begins: the rows of the one before stay, under names of their own, for who reads. */
static bool begin_epoch(struct sqlite *s, uint32_t epoch)
{
	const struct scalar is = {{epoch}};
	char statements[160];
	bool good = true;
	for (unsigned i = PUT_VOTE; i < STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	for (unsigned i = 0; i < SLOT_TABLES && good && s->epoch != 0; i++) {
		snprintf(statements, sizeof(statements),
			 "DROP TABLE IF EXISTS %s_%u; ALTER TABLE %s RENAME TO %s_%u;",
			 slot_tables[i].name, s->epoch, slot_tables[i].name, slot_tables[i].name,
			 s->epoch);
		good = sqlite3_exec(s->db, statements, NULL, NULL, NULL) == SQLITE_OK;
	}
	if (good && s->epoch != 0) {
		good = sqlite3_exec(s->db, sqlite_slot_tables, NULL, NULL, NULL) == SQLITE_OK &&
		       sqlite_put_scalar(s, "promised", &(struct scalar){{0}});
		s->promised = BALLOT_NONE;
		s->base = 0;
	}
	s->epoch = epoch;
	return good && sqlite_put_scalar(s, "epoch", &is);
}

/* The row of GET_VOTE or GET_CHOSEN; the bytes are valid until the statement is reset. */
bool sqlite_get_slot(struct sqlite *s, enum statement which, slot_number slot, struct ballot *at,
		     const uint8_t **value, uint32_t *length)
{
	static const uint8_t nothing[1];
	sqlite3_stmt *get = s->statement[which];
	sqlite3_reset(get);
	sqlite3_bind_int64(get, 1, (int64_t)slot);
	if (sqlite3_step(get) != SQLITE_ROW)
		return false;
	at->round = (uint32_t)sqlite3_column_int64(get, 1);
	at->node = (node_id)sqlite3_column_int64(get, 2);
	*length = (uint32_t)sqlite3_column_bytes(get, 3);
	*value = *length > 0 ? sqlite3_column_blob(get, 3) : nothing;
	return true;
}

static bool is_same_link(const struct link_rule *a, const struct link_rule *b)
{
	return a->cut == b->cut && a->delay_us == b->delay_us && a->jitter_us == b->jitter_us &&
	       a->loss_ppm == b->loss_ppm && a->duplicate_ppm == b->duplicate_ppm &&
	       a->reorder_ppm == b->reorder_ppm;
}

static bool put_policies(struct sqlite *s, const struct store_settings *settings)
{
	bool good = sqlite_put_scalar(s, "policies", &(struct scalar){{settings->lines}});
	for (unsigned i = 0; i < settings->lines && good; i++) {
		char name[20];
		snprintf(name, sizeof(name), "policy %u", i);
		good = sqlite_put_scalar(s, name,
					 &(struct scalar){{(int64_t)settings->line[i].from,
							   settings->line[i].policy}});
	}
	return good;
}

static bool get_policies(const struct sqlite *s, struct store_settings *out)
{
	struct scalar policies, line, epoch = {{0}};
	out->lines = 0;
	out->epoch = sqlite_get_scalar(s, "epoch", &epoch) ? (uint32_t)epoch.of[0] : 0;
	if (!sqlite_get_scalar(s, "policies", &policies) || policies.of[0] > POLICY_LINES_MAX)
		return false;
	for (unsigned i = 0; i < (unsigned)policies.of[0]; i++) {
		char name[20];
		snprintf(name, sizeof(name), "policy %u", i);
		if (!sqlite_get_scalar(s, name, &line))
			return false;
		out->line[out->lines++] =
			(struct policy_line){(slot_number)line.of[0], (policy_id)line.of[1]};
	}
	return true;
}

/* A control changes one of them and the number: a link that is as it was is not written again. */
static bool put_settings(struct sqlite *s, const struct store_settings *settings)
{
	const struct clock_rule *clock = &settings->clock;
	const bool all = !s->has_settings;
	bool good = sqlite_put_scalar(
			    s, "clock",
			    &(struct scalar){{(int64_t)clock->real_us, (int64_t)clock->virtual_us,
					      clock->num, clock->den}}) &&
		    sqlite_put_scalar(s, "gate", &(struct scalar){{settings->gated}}) &&
		    sqlite_put_scalar(s, "number", &(struct scalar){{(int64_t)settings->number}});
	if (all || settings->lines != s->settings.lines ||
	    memcmp(settings->line, s->settings.line, sizeof(settings->line)) != 0)
		good = good && put_policies(s, settings);
	if (settings->epoch > s->epoch)
		good = good && begin_epoch(s, settings->epoch);
	for (unsigned i = 1; i <= NODES_MAX && good; i++) {
		const struct link_rule *link = &settings->link[i];
		char name[16];
		if (!all && is_same_link(link, &s->settings.link[i]))
			continue;
		snprintf(name, sizeof(name), "link %u", i);
		good = sqlite_put_scalar(
			s, name,
			&(struct scalar){{link->cut, (int64_t)link->delay_us,
					  (int64_t)link->jitter_us, link->loss_ppm,
					  link->duplicate_ppm, link->reorder_ppm}});
	}
	s->settings = *settings;
	s->has_settings = good;
	return good;
}

static bool sqlite_settings(const struct store *store, struct store_settings *out)
{
	const struct sqlite *s = (const struct sqlite *)store;
	struct scalar clock, gate, number, link;
	if (!sqlite_get_scalar(s, "clock", &clock) || !sqlite_get_scalar(s, "gate", &gate) ||
	    !sqlite_get_scalar(s, "number", &number))
		return false;
	*out = (struct store_settings){
		.clock = {(time_us)clock.of[0], (time_us)clock.of[1], (uint32_t)clock.of[2],
			  (uint32_t)clock.of[3]},
		.gated = gate.of[0] != 0,
		.number = (uint64_t)number.of[0],
	};
	if (!get_policies(s, out))
		return false;
	for (unsigned i = 1; i <= NODES_MAX; i++) {
		char name[16];
		snprintf(name, sizeof(name), "link %u", i);
		if (!sqlite_get_scalar(s, name, &link))
			return false;
		out->link[i] = (struct link_rule){
			.cut = link.of[0] != 0,
			.delay_us = (time_us)link.of[1],
			.jitter_us = (time_us)link.of[2],
			.loss_ppm = (uint32_t)link.of[3],
			.duplicate_ppm = (uint32_t)link.of[4],
			.reorder_ppm = (uint32_t)link.of[5],
		};
	}
	return true;
}

enum status sqlite_commit(struct sqlite *s)
{
	const struct scalar count = {{(int64_t)(s->committed + 1)}};
	if (!sqlite_put_scalar(s, "commits", &count) || !sqlite_run(s, COMMIT)) {
		const enum status status = sqlite_fail(s, "write");
		sqlite_run(s, ROLLBACK);
		return status;
	}
	*s->commits = ++s->committed;
	s->store.dirty = false;
	return STATUS_OK;
}

static bool put_write(struct sqlite *s, const struct member_write *w)
{
	static const enum statement value_of[] = {
		[MEMBER_VOTE] = PUT_VOTE, [MEMBER_CHOSEN] = PUT_CHOSEN, [MEMBER_ECHO] = PUT_ECHO};
	if (w->kind == MEMBER_PROMISED) {
		s->promised = w->ballot;
		return sqlite_put_scalar(s, "promised",
					 &(struct scalar){{s->promised.round, s->promised.node}});
	}
	if (!put_slot(s, value_of[w->kind], w, w->value, w->value_length))
		return false;
	return w->proofs_length == 0 ||
	       put_slot(s, w->kind == MEMBER_VOTE ? PUT_VOTE_PROOF : PUT_CHOSEN_PROOF, w, w->proofs,
			w->proofs_length);
}

static enum status sqlite_write(struct store *store, const struct member_write *write,
				unsigned writes, const struct store_settings *settings, bool sync)
{
	struct sqlite *s = (struct sqlite *)store;
	if (writes == 0 && settings == NULL)
		return sync ? store_flush(store) : STATUS_OK;
	if (!store->dirty && !sqlite_run(s, BEGIN))
		return sqlite_fail(s, "write");
	store->dirty = true;
	bool good = true;
	for (unsigned i = 0; i < writes && good; i++)
		good = (write[i].epoch <= s->epoch || begin_epoch(s, write[i].epoch)) &&
		       put_write(s, &write[i]);
	good = good && (settings == NULL || put_settings(s, settings));
	if (!good)
		return sqlite_fail(s, "write");
	return sync ? sqlite_commit(s) : STATUS_OK;
}

static enum status sqlite_flush(struct store *store)
{
	return sqlite_commit((struct sqlite *)store);
}

static bool sqlite_chosen(struct store *store, slot_number slot, struct ballot *at,
			  const uint8_t **value, uint32_t *length)
{
	return sqlite_get_slot((struct sqlite *)store, GET_CHOSEN, slot, at, value, length);
}

static bool sqlite_proofs(struct store *store, slot_number slot, const uint8_t **proofs,
			  uint32_t *length)
{
	struct ballot at;
	return sqlite_get_slot((struct sqlite *)store, GET_CHOSEN_PROOF, slot, &at, proofs, length);
}

/* The hardened part of a slot: its Echo, and what justifies its vote. */
static void restore_hard(struct sqlite *s, slot_number slot, struct ballot voted_at,
			 struct member *member)
{
	struct ballot echoed_at = BALLOT_NONE, proven_at = BALLOT_NONE;
	const uint8_t *echoed = NULL, *proofs = NULL;
	uint32_t echoed_length = 0, proofs_length = 0;
	sqlite_get_slot(s, GET_ECHO, slot, &echoed_at, &echoed, &echoed_length);
	if (!sqlite_get_slot(s, GET_VOTE_PROOF, slot, &proven_at, &proofs, &proofs_length) ||
	    ballot_cmp(proven_at, voted_at) != 0)
		proofs_length = 0;
	member_restore_hard(member, slot, echoed_at, echoed, echoed_length, proofs, proofs_length);
	if (slot >= s->base &&
	    sqlite_get_slot(s, GET_CHOSEN_PROOF, slot, &proven_at, &proofs, &proofs_length))
		member_restore_chosen_proofs(member, slot, proofs, proofs_length);
}

static enum status sqlite_restore(struct store *store, struct member *member)
{
	struct sqlite *s = (struct sqlite *)store;
	member_restore(member, s->base, s->promised);
	/* The slots that a snapshot shows, and the open window. */
	const slot_number from = s->base > SNAPSHOT_SLOTS_MAX ? s->base - SNAPSHOT_SLOTS_MAX : 0;
	for (slot_number slot = from; slot < s->base + SLOTS_OPEN_MAX; slot++) {
		struct ballot voted_at = BALLOT_NONE, chosen_at = BALLOT_NONE;
		const uint8_t *voted = NULL, *chosen = NULL;
		uint32_t voted_length = 0, chosen_length = 0;
		const bool has_vote =
			sqlite_get_slot(s, GET_VOTE, slot, &voted_at, &voted, &voted_length);
		const bool has_chosen =
			sqlite_get_slot(s, GET_CHOSEN, slot, &chosen_at, &chosen, &chosen_length);
		if (has_vote || has_chosen)
			member_restore_slot(member, slot, voted_at, voted, voted_length, chosen_at,
					    chosen, chosen_length);
		restore_hard(s, slot, voted_at, member);
	}
	for (unsigned i = PUT_VOTE; i < STATEMENTS; i++)
		sqlite3_reset(s->statement[i]);
	return STATUS_OK;
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

const struct store_kind store_kind_sqlite = {.settings = sqlite_settings,
					     .restore = sqlite_restore,
					     .write = sqlite_write,
					     .chosen = sqlite_chosen,
					     .proofs = sqlite_proofs,
					     .flush = sqlite_flush,
					     .close = sqlite_close};
