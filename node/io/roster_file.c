#include "node/io/roster_file.h"

#include "node/io/files.h"

enum status roster_file_read(const char *path, const struct public_key *operator_key,
			     struct roster *roster)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	size_t length = 0;
	const enum status status = file_read(path, sizeof(bytes), bytes, &length);
	if (status != STATUS_OK)
		return status;
	const enum drop why = roster_decode(bytes, length, &crypto_ed25519, operator_key, roster);
	if (why != DROP_NOTHING)
		return status_fail(STATUS_CORRUPT, "the roster %s cannot be trusted: %s", path,
				   drop_words(why));
	return STATUS_OK;
}
