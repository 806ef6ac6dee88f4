#include "node/io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum status path_join(const char *dir, const char *name, char out[PATH_BYTES])
{
	const int length = snprintf(out, PATH_BYTES, "%s/%s", dir, name);
	if (length < 0 || length >= PATH_BYTES)
		return status_fail(STATUS_USAGE, "the path %s/%s is too long", dir, name);
	return STATUS_OK;
}

enum status dir_find(const char *dir, char out[PATH_BYTES])
{
	char real[PATH_MAX];
	struct stat is;
	if (realpath(dir, real) == NULL || stat(real, &is) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "there is no directory %s", dir);
	if (!S_ISDIR(is.st_mode))
		return status_fail(STATUS_UNAVAILABLE, "%s is not a directory", dir);
	if (strlen(real) >= DIR_BYTES)
		return status_fail(STATUS_USAGE, "the path %s is too long", real);
	memcpy(out, real, strlen(real) + 1);
	return STATUS_OK;
}

enum status dir_make(const char *dir, char out[PATH_BYTES])
{
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot make the directory %s", dir);
	const enum status status = dir_find(dir, out);
	if (status != STATUS_OK)
		return status;
	struct stat is;
	if (stat(out, &is) < 0 || is.st_uid != geteuid())
		return status_fail(STATUS_DENIED, "the directory %s belongs to somebody else", out);
	if ((is.st_mode & 077) != 0 && chmod(out, 0700) < 0)
		return status_fail_errno(STATUS_DENIED,
					 "the directory %s is open to others and cannot be closed",
					 out);
	return STATUS_OK;
}

const char *dir_private_base(void)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	struct stat is;
	if (base != NULL && base[0] == '/' && stat(base, &is) == 0 && S_ISDIR(is.st_mode) &&
	    access(base, W_OK | X_OK) == 0)
		return base;
	return "/tmp";
}

enum status dir_make_private(const char *prefix, char out[PATH_BYTES])
{
	char name[64];
	snprintf(name, sizeof(name), "%s.XXXXXX", prefix);
	const enum status status = path_join(dir_private_base(), name, out);
	if (status != STATUS_OK)
		return status;
	if (mkdtemp(out) == NULL)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot make a directory in %s",
					 dir_private_base());
	return STATUS_OK;
}

static int remove_entry(const char *path, const struct stat *is, int type, struct FTW *where)
{
	(void)is;
	(void)type;
	(void)where;
	remove(path);
	return 0;
}

void dir_remove(const char *dir)
{
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

enum status dir_lock(const char *dir, int *lock)
{
	*lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot open the directory %s", dir);
	if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return STATUS_OK;
	const int error = errno;
	close(*lock);
	*lock = -1;
	errno = error;
	if (error == EWOULDBLOCK)
		return STATUS_OK;
	return status_fail_errno(STATUS_UNAVAILABLE, "cannot lock the directory %s", dir);
}

enum status file_read(const char *path, size_t length_max, uint8_t *bytes, size_t *length)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot open %s", path);
	*length = 0;
	ssize_t got = 1;
	while (got > 0 && *length < length_max) {
		got = read(fd, bytes + *length, length_max - *length);
		if (got > 0)
			*length += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	uint8_t more;
	const bool longer = got > 0 && read(fd, &more, 1) == 1;
	const int error = errno;
	close(fd);
	errno = error;
	if (got < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read %s", path);
	if (longer)
		return status_fail(STATUS_CORRUPT, "%s is longer than it can be", path);
	return STATUS_OK;
}

bool fd_write_all(int fd, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	while (length > 0) {
		const ssize_t wrote = write(fd, at, length);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return false;
		at += wrote;
		length -= (size_t)wrote;
	}
	return true;
}

/* A new name of a file is on the disk when its directory is. */
static bool sync_directory_of(const char *path)
{
	char dir[PATH_BYTES + 8];
	snprintf(dir, sizeof(dir), "%s", path);
	char *slash = strrchr(dir, '/');
	if (slash == NULL)
		snprintf(dir, sizeof(dir), ".");
	else
		slash[slash == dir] = '\0';
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems sync no directories: they need not. */
	const bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
	if (fd >= 0)
		close(fd);
	return synced;
}

static enum status put_file(const char *path, const uint8_t *bytes, size_t length, bool replaces)
{
	char new_path[PATH_BYTES + 8];
	snprintf(new_path, sizeof(new_path), "%s.new", path);
	const int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", new_path);
	const bool written = fd_write_all(fd, bytes, length) && fsync(fd) == 0;
	const int error = errno;
	close(fd);
	errno = error;
	if (!written || (replaces ? rename(new_path, path) : link(new_path, path)) < 0) {
		const enum status status =
			status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
		unlink(new_path);
		return status;
	}
	if (!replaces)
		unlink(new_path);
	if (!sync_directory_of(path))
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot sync the directory of %s",
					 path);
	return STATUS_OK;
}

enum status file_write(const char *path, const uint8_t *bytes, size_t length)
{
	return put_file(path, bytes, length, true);
}

enum status file_make(const char *path, const uint8_t *bytes, size_t length)
{
	return put_file(path, bytes, length, false);
}

bool file_exists(const char *path)
{
	struct stat is;
	return lstat(path, &is) == 0;
}

static enum status copy_failed(const char *from, const char *to)
{
	const int error = errno;
	unlink(to);
	errno = error;
	return status_fail_errno(STATUS_UNAVAILABLE, "cannot copy %s to %s", from, to);
}

static bool copy_bytes(int from, int to)
{
	static char piece[1 << 16];
	ssize_t got;
	while ((got = read(from, piece, sizeof(piece))) != 0)
		if (got > 0 ? !fd_write_all(to, piece, (size_t)got) : errno != EINTR)
			return false;
	return fsync(to) == 0;
}

enum status file_copy(const char *from, const char *to)
{
	const int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read %s", from);
	const int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	const bool good = out >= 0 && copy_bytes(in, out);
	const int error = errno;
	close(in);
	if (out >= 0)
		close(out);
	errno = error;
	return good ? STATUS_OK : copy_failed(from, to);
}

enum status fd_load(int fd, const char *name, size_t length_max, char **text, size_t *length)
{
	char *bytes = malloc(length_max + 1);
	ssize_t got = 1;
	*length = 0;
	if (bytes == NULL)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read %s", name);
	while (got > 0 && *length <= length_max) {
		got = read(fd, bytes + *length, length_max + 1 - *length);
		if (got > 0)
			*length += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got >= 0 && *length <= length_max) {
		bytes[*length] = 0;
		*text = bytes;
		return STATUS_OK;
	}
	const int error = errno;
	free(bytes);
	errno = error;
	if (got < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read %s", name);
	return status_fail(STATUS_CORRUPT, "cannot read %s: it is too long: at most %zu bytes",
			   name, length_max);
}

enum status file_load(const char *path, size_t length_max, char **text, size_t *length)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot read %s", path);
	const enum status status = fd_load(fd, path, length_max, text, length);
	close(fd);
	return status;
}

/* Makes the directory and those above it. What is wrong shows when a file is written there. */
/* Of one second. */
#define STATE_FILES_MAX 1000

static void make_all(char *dir)
{
	for (char *slash = strchr(dir + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(dir, 0700);
		*slash = '/';
	}
	mkdir(dir, 0700);
}

/* The state directory, which is made, and a name of this second in it. */
static enum status name_state(const char *program, char dir[PATH_BYTES], char when[32])
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const time_t seconds = time(NULL);
	struct tm tm;
	int length;
	if (state != NULL && state[0] == '/')
		length = snprintf(dir, PATH_BYTES, "%s/%s", state, program);
	else if (home != NULL && home[0] == '/')
		length = snprintf(dir, PATH_BYTES, "%s/.local/state/%s", home, program);
	else
		return status_fail(STATUS_UNAVAILABLE, "neither XDG_STATE_HOME nor HOME is set");
	if (length >= PATH_BYTES)
		return status_fail(STATUS_UNAVAILABLE,
				   "the path of the state directory is too long");
	make_all(dir);
	strftime(when, 32, "%Y%m%d-%H%M%S", localtime_r(&seconds, &tm));
	return STATUS_OK;
}

enum status state_path(const char *program, const char *suffix, char out[PATH_BYTES])
{
	char dir[PATH_BYTES], when[32], name[64];
	const enum status status = name_state(program, dir, when);
	snprintf(name, sizeof name, "%s%s", when, suffix);
	return status == STATUS_OK ? path_join(dir, name, out) : status;
}

enum status state_file(const char *program, const char *suffix, char out[PATH_BYTES])
{
	char dir[PATH_BYTES], when[32], name[64];
	enum status status = name_state(program, dir, when);
	for (unsigned i = 1; status == STATUS_OK && i <= STATE_FILES_MAX; i++) {
		if (i == 1)
			snprintf(name, sizeof name, "%s%s", when, suffix);
		else
			snprintf(name, sizeof name, "%s-%u%s", when, i, suffix);
		status = path_join(dir, name, out);
		if (status != STATUS_OK)
			break;
		const int file = open(out, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
		if (file >= 0) {
			close(file);
			return STATUS_OK;
		}
		if (errno != EEXIST)
			status = status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", out);
	}
	return status != STATUS_OK
		       ? status
		       : status_fail(STATUS_UNAVAILABLE,
				     "there are too many files of this second in %s", dir);
}

void file_last_line(const char *path, char *line, size_t size)
{
	line[0] = '\0';
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	char next[1024];
	while (fgets(next, sizeof(next), file) != NULL) {
		next[strcspn(next, "\n")] = '\0';
		if (next[0] != '\0')
			snprintf(line, size, "%s", next);
	}
	fclose(file);
}

enum status pid_claim(const char *path, int *held)
{
	*held = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*held < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (fcntl(*held, F_SETLK, &lock) < 0) {
		const int error = errno;
		close(*held);
		*held = -1;
		errno = error;
		if (error == EAGAIN || error == EACCES)
			return STATUS_OK;
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot lock %s", path);
	}
	char text[32];
	const int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(*held, 0) < 0 || pwrite(*held, text, (size_t)length, 0) != length) {
		const enum status status =
			status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
		close(*held);
		*held = -1;
		return status;
	}
	return STATUS_OK;
}

pid_t pid_holder(const char *path)
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const bool known = fcntl(fd, F_GETLK, &lock) == 0;
	close(fd);
	return known && lock.l_type != F_UNLCK && lock.l_pid > 0 ? lock.l_pid : 0;
}

enum status fifo_own(const char *path, int *writing_end)
{
	*writing_end = -1;
	unlink(path);
	if (mkfifo(path, 0600) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot make %s", path);
	/* Open for both, because a FIFO without a reader cannot be opened for writing alone. */
	*writing_end = open(path, O_RDWR | O_CLOEXEC);
	if (*writing_end < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot open %s", path);
	return STATUS_OK;
}

enum status fifo_watch(const char *path, int *reading_end)
{
	*reading_end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (*reading_end < 0)
		return status_fail_errno(
			STATUS_UNAVAILABLE,
			"cannot open %s, by which this node learns of its owner's end", path);
	struct stat is;
	if (fstat(*reading_end, &is) < 0 || !S_ISFIFO(is.st_mode))
		return status_fail(STATUS_UNAVAILABLE, "%s is no FIFO", path);
	return STATUS_OK;
}
