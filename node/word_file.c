#include "node/word_file.h"

#include <stdio.h>
#include <string.h>

enum status word_file_read(const char *dir, const char *name, char path[PATH_BYTES],
			   char word[WORD_BYTES + 1])
{
	size_t length = 0;
	enum status status = path_join(dir, name, path);
	word[0] = '\0';
	if (status != STATUS_OK || !file_exists(path))
		return status;
	status = file_read(path, WORD_BYTES, (uint8_t *)word, &length);
	if (status != STATUS_OK)
		return status;
	word[length] = '\0';
	word[strcspn(word, "\n")] = '\0';
	return STATUS_OK;
}

enum status word_file_write(const char *dir, const char *name, const char *word)
{
	char path[PATH_BYTES], text[WORD_BYTES + 1];
	const enum status status = path_join(dir, name, path);
	if (status != STATUS_OK)
		return status;
	const int length = snprintf(text, sizeof(text), "%s\n", word);
	return file_write(path, (const uint8_t *)text, (size_t)length);
}
