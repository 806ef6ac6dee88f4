#include "node/io/load_report.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "node/io/files.h"

#define REPORT_BYTES_MAX 1024

static const struct {
	const char *name;
	size_t at;
} lines[] = {
#define LINE(name)                                                                                 \
	{                                                                                          \
#name, offsetof(struct load_report, name)                                          \
	}
	LINE(number), LINE(values), LINE(size_bytes), LINE(outstanding), LINE(elapsed_us),
	LINE(p50_ns), LINE(p99_ns), LINE(p999_ns),    LINE(max_ns),      LINE(mean_ns),
#undef LINE
};
#define LINES (sizeof lines / sizeof lines[0])

enum status load_report_write(const char *dir, const struct load_report *report)
{
	char path[PATH_BYTES], text[REPORT_BYTES_MAX];
	enum status status = path_join(dir, LOAD_REPORT_FILE, path);
	if (status != STATUS_OK)
		return status;
	size_t length = 0;
	for (size_t i = 0; i < LINES; i++) {
		uint64_t value;
		memcpy(&value, (const char *)report + lines[i].at, sizeof value);
		length += (size_t)snprintf(text + length, sizeof text - length, "%s %" PRIu64 "\n",
					   lines[i].name, value);
	}
	return file_write(path, (const uint8_t *)text, length);
}

enum status load_report_read(const char *dir, struct load_report *report)
{
	char path[PATH_BYTES], text[REPORT_BYTES_MAX + 1];
	size_t length;
	enum status status = path_join(dir, LOAD_REPORT_FILE, path);
	if (status != STATUS_OK)
		return status;
	if (!file_exists(path))
		return status_fail(STATUS_UNAVAILABLE, "there is no report %s", path);
	status = file_read(path, REPORT_BYTES_MAX, (uint8_t *)text, &length);
	if (status != STATUS_OK)
		return status;
	text[length] = '\0';
	const char *s = text;
	for (size_t i = 0; i < LINES; i++) {
		char name[32];
		uint64_t value;
		int used = 0;
		if (sscanf(s, "%31s %" SCNu64 " %n", name, &value, &used) != 2 ||
		    strcmp(name, lines[i].name) != 0)
			return status_fail(STATUS_CORRUPT, "%s is not a report of a load", path);
		memcpy((char *)report + lines[i].at, &value, sizeof value);
		s += used;
	}
	return STATUS_OK;
}
