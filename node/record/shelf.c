#include "node/record/shelf.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHELF  "paxos-tui/recordings"
#define SUFFIX ".pxr"

struct recording {
	char *name;
	uint64_t bytes;
};

static bool is_recording(const char *name)
{
	const size_t length = strlen(name);

	return length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

/* Their names begin with the time, so they sort by age. */
static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct recording *)a)->name, ((const struct recording *)b)->name);
}

static uint64_t bytes_of(const char *dir, const char *name, const char *suffix)
{
	char path[PATH_BYTES];
	struct stat file;

	if (snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix) >= PATH_BYTES ||
	    stat(path, &file) < 0)
		return 0;
	return (uint64_t)file.st_size;
}

/* The recordings of a directory, the oldest first; freed by forget. */
static struct recording *list(const char *dir, size_t *count)
{
	struct recording *all = NULL;
	DIR *d = opendir(dir);
	const struct dirent *entry;

	*count = 0;
	while (d != NULL && (entry = readdir(d)) != NULL) {
		struct recording *more;

		if (!is_recording(entry->d_name))
			continue;
		more = realloc(all, (*count + 1) * sizeof(*all));
		if (more == NULL)
			break;
		all = more;
		all[*count].name = strdup(entry->d_name);
		if (all[*count].name == NULL)
			break;
		all[(*count)++].bytes =
			bytes_of(dir, entry->d_name, "") + bytes_of(dir, entry->d_name, "-wal");
	}
	if (d != NULL)
		closedir(d);
	if (*count > 0)
		qsort(all, *count, sizeof(*all), by_name);
	return all;
}

static void forget(struct recording *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(all[i].name);
	free(all);
}

static void remove_one(const char *dir, const char *name)
{
	static const char *const suffixes[] = {"-wal", "-shm", "-journal", ""};
	char path[PATH_BYTES];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffixes[i]) < PATH_BYTES)
			unlink(path);
}

/* False: another process writes it. */
static bool remove_unused(const char *dir, const char *name)
{
	char path[PATH_BYTES];
	int fd;

	if (path_join(dir, name, path) != STATUS_OK)
		return false;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	const bool used = fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0;

	if (!used)
		remove_one(dir, name);
	if (fd >= 0)
		close(fd);
	return !used;
}

static void make_room(const char *dir)
{
	size_t count;
	struct recording *all = list(dir, &count);
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += all[i].bytes;
	for (size_t i = 0; i < count && bytes > SHELF_BYTES_MAX - SHELF_RECORDING_MAX; i++)
		if (remove_unused(dir, all[i].name))
			bytes -= all[i].bytes;
	forget(all, count);
}

/* The directory of a path, in its place. */
static void directory_of(char path[PATH_BYTES])
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

enum status shelf_new(char path[PATH_BYTES])
{
	char dir[PATH_BYTES], suffix[40];
	enum status status;

	snprintf(suffix, sizeof(suffix), "-%ld" SUFFIX, (long)getpid());
	status = state_path(SHELF, suffix, path);
	/* A branch may begin in the second of another. */
	for (unsigned i = 2; status == STATUS_OK && file_exists(path); i++) {
		snprintf(suffix, sizeof(suffix), "-%ld-%u" SUFFIX, (long)getpid(), i);
		status = state_path(SHELF, suffix, path);
	}
	if (status != STATUS_OK)
		return status;
	snprintf(dir, sizeof(dir), "%s", path);
	directory_of(dir);
	make_room(dir);
	return STATUS_OK;
}

enum status shelf_newest(char path[PATH_BYTES])
{
	char dir[PATH_BYTES];
	struct recording *all;
	size_t count;
	enum status status = state_path(SHELF, SUFFIX, dir);

	if (status != STATUS_OK)
		return status;
	directory_of(dir);
	all = list(dir, &count);
	if (count == 0)
		status = status_fail(STATUS_UNAVAILABLE, "there is no recording in %s", dir);
	else
		status = path_join(dir, all[count - 1].name, path);
	forget(all, count);
	return status;
}
