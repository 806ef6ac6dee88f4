#include "node/live/live_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/clock.h"

#define PRIVATE_PREFIX "paxos-tui"

/* A lock outlives its holder for the moment in which a process that it starts begins. */
#define LOCK_US 300000
#define LOOK_US 5000

void live_node_path(const char *dir, node_id id, const char *name, char out[PATH_BYTES])
{
	snprintf(out, PATH_BYTES, "%.*s/n%u%s%s", DIR_BYTES, dir, id, name[0] == '\0' ? "" : "/",
		 name);
}

pid_t live_node_holder(const char *dir, node_id id)
{
	char path[PATH_BYTES];
	live_node_path(dir, id, "pid", path);
	return pid_holder(path);
}

unsigned live_count_running(const char *dir)
{
	unsigned running = 0;
	for (node_id id = 1; id <= NODES_MAX; id++)
		running += live_node_holder(dir, id) != 0;
	return running;
}

void live_tidy(const char *dir)
{
	const char *of_node[] = {"pid", "data", "control"};
	char path[PATH_BYTES];
	struct stat is;
	for (node_id id = 1; id <= NODES_MAX; id++)
		for (unsigned i = 0; i < 3; i++) {
			live_node_path(dir, id, of_node[i], path);
			if (lstat(path, &is) == 0 && (i == 0 || S_ISSOCK(is.st_mode)))
				unlink(path);
		}
	if (path_join(dir, "alive", path) == STATUS_OK)
		unlink(path);
	if (path_join(dir, "coordinator", path) == STATUS_OK && lstat(path, &is) == 0 &&
	    S_ISSOCK(is.st_mode))
		unlink(path);
}

/* The mark of a directory in which a cluster is being started. It is made before anything else and
 * removed after everything else, so it stays where a starter was killed. It holds a byte if the
 * directory had a key before: the user put that there, and it is not removed with the rest. */
#define MARK "starting"

static bool has_file(const char *dir, const char *name)
{
	char path[PATH_BYTES];
	return path_join(dir, name, path) == STATUS_OK && file_exists(path);
}

bool live_is_half_made(const char *dir)
{
	char path[PATH_BYTES];
	return path_join(dir, MARK, path) == STATUS_OK && file_exists(path);
}

enum status live_mark(const char *dir)
{
	char path[PATH_BYTES];
	const enum status status = path_join(dir, MARK, path);
	if (status != STATUS_OK)
		return status;
	const int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
	const bool written = !has_file(dir, "operator.key") || write(fd, "k", 1) == 1;
	const enum status wrote =
		written ? STATUS_OK
			: status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
	close(fd);
	if (!written)
		unlink(path);
	return wrote;
}

static bool keeps_key(const char *dir)
{
	char path[PATH_BYTES];
	struct stat is;
	return path_join(dir, MARK, path) == STATUS_OK && stat(path, &is) == 0 && is.st_size > 0;
}

void live_unmark(const char *dir)
{
	char path[PATH_BYTES];
	if (path_join(dir, MARK, path) == STATUS_OK)
		unlink(path);
}

void live_undo(const char *dir)
{
	/* Each file is written as NAME.new first. The key stands first in the list, for it may have
	 * been there before. */
	static const char *const made[] = {"operator.key", "roster", "formed", "join-token"};
	char path[PATH_BYTES];
	if (has_file(dir, "roster"))
		return;
	live_tidy(dir);
	for (node_id id = 1; id <= NODES_MAX; id++) {
		live_node_path(dir, id, "", path);
		dir_remove(path);
	}
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		char made_new[PATH_BYTES];
		snprintf(made_new, sizeof(made_new), "%s.new", made[i]);
		if ((i != 0 || !keeps_key(dir)) && path_join(dir, made[i], path) == STATUS_OK)
			unlink(path);
		if (path_join(dir, made_new, path) == STATUS_OK)
			unlink(path);
	}
	live_unmark(dir);
}

void live_end_nodes(const char *dir)
{
	struct process process[NODES_MAX];
	for (node_id id = 1; id <= NODES_MAX; id++) {
		const pid_t pid = live_node_holder(dir, id);
		struct process *p = &process[id - 1];
		*p = PROCESS_NONE;
		if (pid != 0 && process_hold(pid, p) && live_node_holder(dir, id) != pid)
			process_release(p);
	}
	process_end_all(process, NODES_MAX);
}

enum status live_lock(const char *dir, int *lock)
{
	const uint64_t until_us = real_time_us() + LOCK_US;
	enum status status = dir_lock(dir, lock);
	while (status == STATUS_OK && *lock < 0 && real_time_us() < until_us) {
		usleep(LOOK_US);
		status = dir_lock(dir, lock);
	}
	return status;
}

static bool is_empty(const char *dir)
{
	DIR *all = opendir(dir);
	bool empty = true;
	if (all == NULL)
		return false;
	for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	closedir(all);
	return empty;
}

/* Removes private directories whose owner was killed: nobody else does. */
static void sweep_private_dirs(void)
{
	const char *base = dir_private_base();
	DIR *all = opendir(base);
	if (all == NULL)
		return;
	for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all)) {
		char dir[PATH_BYTES], alive[PATH_BYTES];
		struct stat is;
		int lock = -1;
		if (strncmp(entry->d_name, PRIVATE_PREFIX ".", sizeof(PRIVATE_PREFIX)) != 0 ||
		    path_join(base, entry->d_name, dir) != STATUS_OK ||
		    path_join(dir, "alive", alive) != STATUS_OK || lstat(dir, &is) < 0 ||
		    !S_ISDIR(is.st_mode) || is.st_uid != geteuid() ||
		    (!file_exists(alive) && !live_is_half_made(dir) && !is_empty(dir)))
			continue;
		/* An owner locks its directory before it makes a file in it. One that is empty may
		 * be about to be locked: then its owner makes another. */
		if (dir_lock(dir, &lock) == STATUS_OK && lock >= 0) {
			if (live_count_running(dir) == 0)
				dir_remove(dir);
			close(lock);
		}
	}
	closedir(all);
}

/* What a person may have deleted: a cluster goes on only with both. */
static enum status check_whole(const char *dir)
{
	char copy[PATH_BYTES];
	const bool has_key = has_file(dir, "operator.key"), has_roster = has_file(dir, "roster");
	if (has_roster && !has_key)
		return status_fail(STATUS_UNAVAILABLE,
				   "the operator's key %s/operator.key is gone: without it nobody "
				   "can lead this cluster; put it back, or start a new cluster in "
				   "another directory",
				   dir);
	for (node_id id = 1; id <= NODES_MAX && has_key && !has_roster; id++) {
		live_node_path(dir, id, "roster", copy);
		if (file_exists(copy))
			return status_fail(STATUS_UNAVAILABLE,
					   "the roster %s/roster is gone: put it back; n%u has a "
					   "copy in %s",
					   dir, id, copy);
	}
	return STATUS_OK;
}

/* A directory must be new, empty or a cluster's: a cluster's files are not mixed with others. */
static enum status check_dir(const char *dir)
{
	if (!file_exists(dir) || live_is_half_made(dir) || is_empty(dir))
		return STATUS_OK;
	if (has_file(dir, "operator.key") || has_file(dir, "roster"))
		return check_whole(dir);
	return status_fail(
		STATUS_USAGE,
		"%s exists, is not an empty directory and holds no cluster: choose another", dir);
}

/* Locked: the starter that made it half is dead, and so are its nodes, or will be at once. */
static void finish_half_made(const char *dir)
{
	live_end_nodes(dir);
	live_undo(dir);
}

static enum status take_named_dir(struct live *l, const char *dir)
{
	enum status status = check_dir(dir);
	if (status != STATUS_OK)
		return status;
	l->dir_is_fresh = !file_exists(dir);
	status = dir_make(dir, l->dir);
	if (status == STATUS_OK)
		status = live_lock(l->dir, &l->lock);
	if (status == STATUS_OK && l->lock < 0)
		return status_fail(STATUS_UNAVAILABLE, "%s is in use by another paxos-tui", l->dir);
	if (status == STATUS_OK && live_is_half_made(l->dir))
		finish_half_made(l->dir);
	/* Until the lock was ours another process may have made a cluster here. */
	return status == STATUS_OK ? check_dir(l->dir) : status;
}

/* Locked, and still there: another program that swept here may have been quicker. */
static bool is_held(const char *dir, int lock)
{
	struct stat held, there;
	return lock >= 0 && fstat(lock, &held) == 0 && lstat(dir, &there) == 0 &&
	       held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

static enum status take_private_dir(struct live *l)
{
	enum status status = STATUS_OK;
	sweep_private_dirs();
	for (unsigned tries = 0; tries < 10 && status == STATUS_OK; tries++) {
		status = dir_make_private(PRIVATE_PREFIX, l->dir);
		if (status != STATUS_OK)
			break;
		if (dir_lock(l->dir, &l->lock) == STATUS_OK && is_held(l->dir, l->lock)) {
			l->dir_is_private = true;
			return STATUS_OK;
		}
		if (l->lock >= 0)
			close(l->lock);
		l->lock = -1;
	}
	return status != STATUS_OK
		       ? status
		       : status_fail(STATUS_UNAVAILABLE,
				     "other programs take every directory away that is made in %s",
				     dir_private_base());
}

enum status live_take_dir(struct live *l, const struct live_options *options)
{
	enum status status =
		options->dir == NULL ? take_private_dir(l) : take_named_dir(l, options->dir);
	const unsigned running = status == STATUS_OK ? live_count_running(l->dir) : 0;
	if (running > 0)
		status = status_fail(STATUS_UNAVAILABLE,
				     "%s is in use: %u node%s of its cluster run%s; 'paxos-tui "
				     "attach' looks at it, 'paxos-tui down' ends it",
				     l->dir, running, running == 1 ? "" : "s",
				     running == 1 ? "s" : "");
	if (status == STATUS_OK)
		status = live_mark(l->dir);
	if (status != STATUS_OK)
		return status;
	l->has_marked = true;
	live_tidy(l->dir);
	char path[PATH_BYTES];
	status = path_join(l->dir, "alive", path);
	return status == STATUS_OK && l->owned ? fifo_own(path, &l->alive) : status;
}

void live_give_up_dir(struct live *l)
{
	if (l->has_marked) {
		live_tidy(l->dir);
		live_undo(l->dir);
		live_unmark(l->dir);
	}
	if (l->dir_is_fresh && l->lock >= 0)
		rmdir(l->dir);
}
