#include "node/keep_file.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/io/option_table.h"
#include "node/word_file.h"

enum status keep_file_read(const char *dir, slot_number *keep)
{
	char path[PATH_BYTES], word[WORD_BYTES + 1];
	const enum status status = word_file_read(dir, "keep", path, word);
	*keep = 0;
	if (status != STATUS_OK || word[0] == '\0')
		return status;
	if (!option_number_or_all(word, KEEP_MIN, KEEP_MAX, keep))
		return status_fail(STATUS_CORRUPT,
				   "%s does not say how many slots to keep: write 'all' or a "
				   "number there, or start the node with --keep",
				   path);
	return STATUS_OK;
}

enum status keep_file_write(const char *dir, slot_number keep)
{
	char word[WORD_BYTES];
	snprintf(word, sizeof(word), keep == 0 ? "all" : "%" PRIu64, keep);
	return word_file_write(dir, "keep", word);
}
