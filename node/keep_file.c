#include "node/keep_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/io/files.h"
#include "node/io/option_table.h"

#define TEXT_BYTES 24

enum status keep_file_read(const char *dir, slot_number *keep)
{
	char path[PATH_BYTES], text[TEXT_BYTES + 1];
	size_t length = 0;
	*keep = 0;
	enum status status = path_join(dir, "keep", path);
	if (status != STATUS_OK || !file_exists(path))
		return status;
	status = file_read(path, TEXT_BYTES, (uint8_t *)text, &length);
	if (status != STATUS_OK)
		return status;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!option_number_or_all(text, KEEP_MIN, KEEP_MAX, keep))
		return status_fail(STATUS_CORRUPT,
				   "%s does not say how many slots to keep: write 'all' or a "
				   "number there, or start the node with --keep",
				   path);
	return STATUS_OK;
}

enum status keep_file_write(const char *dir, slot_number keep)
{
	char path[PATH_BYTES], text[TEXT_BYTES];
	const enum status status = path_join(dir, "keep", path);
	if (status != STATUS_OK)
		return status;
	if (keep == 0)
		snprintf(text, sizeof(text), "all\n");
	else
		snprintf(text, sizeof(text), "%" PRIu64 "\n", keep);
	return file_write(path, (const uint8_t *)text, strlen(text));
}
