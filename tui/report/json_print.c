#include "tui/report/json_print.h"

#include <stdlib.h>
#include <string.h>

#include "node/io/harmless.h"

/* jansson writes all control characters in ASCII but DEL. It can stand in strings only. */
static int print_piece(const char *piece, size_t length, void *to)
{
	for (size_t i = 0; i < length; i++)
		if ((piece[i] == 0x7f ? fputs("\\u007f", to) : fputc(piece[i], to)) == EOF)
			return -1;
	return 0;
}

void json_print(const json_t *json, size_t flags, FILE *to)
{
	json_dump_callback(json, print_piece, to, flags | JSON_ENSURE_ASCII);
}

json_t *json_text(const char *text)
{
	const size_t size = HARMLESS_SIZE(strlen(text));
	char *shown = malloc(size);
	json_t *json = NULL;
	if (shown != NULL) {
		harmless_text(text, shown, size);
		json = json_string(shown);
	}
	free(shown);
	return json;
}
