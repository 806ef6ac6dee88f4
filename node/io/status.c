#include "node/io/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"

static char sentence[1024];

enum status status_fail(enum status status, const char *format, ...)
{
	/* A sentence may quote the one before it: build it aside. */
	char next[sizeof(sentence)];
	va_list args;
	va_start(args, format);
	text_write_list(next, sizeof(next), format, args);
	va_end(args);
	snprintf(sentence, sizeof(sentence), "%s", next);
	/* A name in it may have a line break: a sentence stays one line. */
	for (char *at = sentence; *at != '\0'; at++)
		if (*at == '\n')
			*at = ' ';
	return status;
}

enum status status_fail_errno(enum status status, const char *format, ...)
{
	const int error = errno;
	char next[sizeof(sentence)];
	va_list args;
	va_start(args, format);
	text_write_list(next, sizeof(next), format, args);
	va_end(args);
	return status_fail(status, "%s: %s", next, strerror(error));
}

const char *status_text(void)
{
	return sentence;
}

int status_exit(enum status status)
{
	if (status == STATUS_OK)
		return EXIT_PASS;
	return status == STATUS_USAGE ? EXIT_USAGE : EXIT_INCONCLUSIVE;
}
