#include "node/held_file.h"

#include <stdlib.h>

#include "node/io/files.h"

#define NAME      "held"
#define BYTES_MAX ((size_t)32 << 20) /* no inbox is larger */

enum status held_file_write(const char *dir, struct member *m)
{
	const size_t size = member_kept_size(m);
	uint8_t *bytes = malloc(size + 1);
	char path[PATH_BYTES];
	enum status status = path_join(dir, NAME, path);

	if (bytes == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	if (status == STATUS_OK)
		status = file_write(path, bytes, member_kept(m, bytes, size));
	free(bytes);
	return status;
}

enum status held_file_read(const char *dir, struct member *m)
{
	uint8_t *bytes;
	char path[PATH_BYTES];
	size_t length = 0;
	enum status status = path_join(dir, NAME, path);

	if (status != STATUS_OK || !file_exists(path))
		return status;
	bytes = malloc(BYTES_MAX);
	if (bytes == NULL)
		return status_fail(STATUS_UNAVAILABLE, "out of memory");
	status = file_read(path, BYTES_MAX, bytes, &length);
	if (status == STATUS_OK)
		member_kept_in(m, bytes, length);
	free(bytes);
	return status;
}
