#include "node/record/shared.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LINK "recording"

/* The link's own path, if there is a directory. */
static bool link_path(const char *dir, char path[PATH_BYTES])
{
	return dir != NULL && dir[0] != '\0' && path_join(dir, LINK, path) == STATUS_OK;
}

static bool read_link(const char *dir, char target[PATH_BYTES])
{
	char path[PATH_BYTES];

	if (!link_path(dir, path))
		return false;
	const ssize_t length = readlink(path, target, PATH_BYTES - 1);
	if (length <= 0 || length >= PATH_BYTES - 1)
		return false;
	target[length] = '\0';
	return true;
}

/* Its writer holds a lock on it for as long as it is written (recorder.c). */
static bool is_written(const char *recording)
{
	const int fd = open(recording, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const bool written = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;

	if (fd >= 0)
		close(fd);
	return written;
}

bool shared_find(const char *dir, char path[PATH_BYTES])
{
	return read_link(dir, path) && is_written(path);
}

void shared_offer(const char *dir, const char *recording)
{
	char path[PATH_BYTES], fresh[PATH_BYTES], other[PATH_BYTES];
	char *target = realpath(recording, NULL);

	if (target != NULL && strlen(target) < PATH_BYTES - 1 && link_path(dir, path) &&
	    path_join(dir, LINK ".new", fresh) == STATUS_OK && !shared_find(dir, other)) {
		unlink(fresh);
		if (symlink(target, fresh) == 0 && rename(fresh, path) != 0)
			unlink(fresh);
	}
	free(target);
}

void shared_end(const char *dir, const char *recording)
{
	char path[PATH_BYTES], target[PATH_BYTES];
	char *own = realpath(recording, NULL);

	if (own != NULL && read_link(dir, target) && strcmp(target, own) == 0 &&
	    link_path(dir, path))
		unlink(path);
	free(own);
}
