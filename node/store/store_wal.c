/* Room in SQLite's log of transactions. A sync of a file that has grown writes the file's new size
 * too, which takes as long again as a sync of its bytes. So the log is made longer a piece at a
 * time, by zeroes, which SQLite takes for the end of the log; once it is as long as SQLite lets it
 * become before it begins at its start again, it grows no more. */
#include "node/store/store_sqlite.h"

#define PIECE_BYTES (256 * 1024)

/* SQLite writes less than 128 KiB of what it is given at once. */
#define WRITE_BYTES (64 * 1024)

static bool write_zeroes(sqlite3_file *log, sqlite3_int64 at)
{
	static const uint8_t zeroes[WRITE_BYTES];
	for (int written = 0; written < PIECE_BYTES; written += WRITE_BYTES)
		if (log->pMethods->xWrite(log, zeroes, WRITE_BYTES, at + written) != SQLITE_OK)
			return false;
	return true;
}

/* Without room for a piece a transaction is as slow as without it, and if there is no room for the
 * transaction itself, SQLite says so. */
void sqlite_make_log_room(struct sqlite *s)
{
	sqlite3_file *log = NULL;
	sqlite3_int64 size = 0;
	if (sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
	    log == NULL || log->pMethods == NULL ||
	    log->pMethods->xFileSize(log, &size) != SQLITE_OK)
		return;
	if (size > s->log_bytes && write_zeroes(log, size))
		size += PIECE_BYTES;
	else if (size > s->log_bytes) /* the room that is left is for transactions */
		(void)log->pMethods->xTruncate(log, size);
	s->log_bytes = size;
}
