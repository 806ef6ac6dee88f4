#include "node/io/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "node/io/files.h"

#define SEED_BYTES 32

/* A file is one line: what it is, and the seed in hexadecimal. */
#define HEAD       "paxos-tui key 1 "
#define HEAD_BYTES (sizeof(HEAD) - 1)
#define LINE_BYTES (HEAD_BYTES + 2 * SEED_BYTES + 1)

void random_fill(void *bytes, size_t length)
{
	if (sodium_init() < 0)
		_exit(2);
	randombytes_buf(bytes, length);
}

enum status key_make(const char *path, struct public_key *public_key, struct secret_key *secret)
{
	uint8_t seed[SEED_BYTES];
	char line[LINE_BYTES + 1];
	random_fill(seed, sizeof(seed));
	memcpy(line, HEAD, HEAD_BYTES);
	sodium_bin2hex(line + HEAD_BYTES, 2 * SEED_BYTES + 1, seed, sizeof(seed));
	line[LINE_BYTES - 1] = '\n';

	const enum status status = file_make(path, (const uint8_t *)line, LINE_BYTES);
	if (status == STATUS_OK)
		key_pair_from_seed(seed, public_key, secret);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(line, sizeof(line));
	return status;
}

enum status key_load(const char *path, struct public_key *public_key, struct secret_key *secret)
{
	struct stat is;
	if (stat(path, &is) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read the key %s", path);
	if ((is.st_mode & 077) != 0)
		return status_fail(STATUS_DENIED,
				   "the key %s can be read by others: it is not secret any more "
				   "(chmod 600 it if that is no concern)",
				   path);
	uint8_t line[LINE_BYTES];
	uint8_t seed[SEED_BYTES];
	size_t length = 0;
	enum status status = file_read(path, sizeof(line), line, &length);
	if (status != STATUS_OK)
		return status;
	size_t seed_length = 0;
	const char *end = NULL;
	const char *hex = (const char *)line + HEAD_BYTES;
	const bool good = length == LINE_BYTES && memcmp(line, HEAD, HEAD_BYTES) == 0 &&
			  sodium_hex2bin(seed, sizeof(seed), hex, 2 * SEED_BYTES, NULL,
					 &seed_length, &end) == 0 &&
			  seed_length == SEED_BYTES && line[LINE_BYTES - 1] == '\n';
	if (good)
		key_pair_from_seed(seed, public_key, secret);
	else
		status = status_fail(STATUS_CORRUPT, "%s is no key that this program wrote", path);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(line, sizeof(line));
	return status;
}

enum status key_load_or_make(const char *path, struct public_key *public_key,
			     struct secret_key *secret)
{
	return file_exists(path) ? key_load(path, public_key, secret)
				 : key_make(path, public_key, secret);
}
