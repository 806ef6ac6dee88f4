#include "node/io/token.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "node/io/files.h"
#include "node/io/keys.h"
#include "proto/wire/hex.h"

/* A text that people chose may be short; one that is made here is as good as a key. */
#define TEXT_BYTES_LEAST 16
#define TEXT_BYTES_MOST  256
#define MADE_BYTES       32

static enum status read_text(const char *text, size_t length, const char *from,
			     struct join_token *out)
{
	while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
		length--;
	if (length < TEXT_BYTES_LEAST || length > TEXT_BYTES_MOST)
		return status_fail(STATUS_UNAVAILABLE,
				   "the join token in %s has %zu characters: it must have %d to %d",
				   from, length, TEXT_BYTES_LEAST, TEXT_BYTES_MOST);
	crypto_digest((const uint8_t *)text, length, out->bytes);
	return STATUS_OK;
}

static enum status token_load(const char *path, struct join_token *out)
{
	char text[TEXT_BYTES_MOST + 2];
	size_t length = 0;
	struct stat is;
	if (stat(path, &is) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read the join token %s", path);
	if ((is.st_mode & 077) != 0)
		return status_fail(STATUS_DENIED,
				   "the join token %s can be read by others: it is not secret any "
				   "more (chmod 600 it if that is no concern)",
				   path);
	enum status status = file_read(path, sizeof(text), (uint8_t *)text, &length);
	if (status == STATUS_OK)
		status = read_text(text, length, path, out);
	sodium_memzero(text, sizeof(text));
	return status;
}

enum status token_given(const char *file, struct join_token *out, bool *found)
{
	const char *text = getenv(TOKEN_VARIABLE);
	*found = file != NULL || (text != NULL && *text != '\0');
	if (file != NULL)
		return token_load(file, out);
	return *found ? read_text(text, strlen(text), TOKEN_VARIABLE, out) : STATUS_OK;
}

enum status token_load_or_make(const char *path, struct join_token *out)
{
	uint8_t bytes[MADE_BYTES];
	char line[HEX_SIZE(MADE_BYTES) + 1];
	if (file_exists(path))
		return token_load(path, out);
	random_fill(bytes, sizeof(bytes));
	hex_write(bytes, sizeof(bytes), line);
	line[2 * MADE_BYTES] = '\n';
	enum status status = file_make(path, (const uint8_t *)line, 2 * MADE_BYTES + 1);
	if (status == STATUS_OK)
		status = read_text(line, 2 * MADE_BYTES, path, out);
	sodium_memzero(line, sizeof(line));
	sodium_memzero(bytes, sizeof(bytes));
	return status;
}

void token_wipe(struct join_token *token)
{
	sodium_memzero(token->bytes, sizeof(token->bytes));
}
