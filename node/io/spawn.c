#include "node/io/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/io/clock.h"

extern char **environ;

/* How long a process has to end in order before it is killed. */
#define PATIENCE_US 2000000

bool process_hold(pid_t pid, struct process *out)
{
	*out = PROCESS_NONE;
	if (pid <= 0)
		return false;
	const long fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return false;
	out->pid = pid;
	out->fd = (int)fd;
	return true;
}

static int prepare_spawn(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes,
			 const char *log, int given)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	int error = given < 0 ? 0 : posix_spawn_file_actions_adddup2(files, given, PROCESS_GIVEN);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(files, 1, log,
							 O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(files, 1, 2);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(
			files, given < 0 ? PROCESS_GIVEN : PROCESS_GIVEN + 1);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	if (error == 0)
		error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID |
								     POSIX_SPAWN_SETSIGMASK |
								     POSIX_SPAWN_SETSIGDEF);
	return error;
}

/* posix_spawn says only what went wrong, not with which file. */
static enum status why_not_started(const char *program, const char *log, int error)
{
	if (log != NULL) {
		const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd < 0)
			return status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", log);
		close(fd);
	}
	return status_fail(STATUS_UNAVAILABLE, "cannot start %s: %s", program, strerror(error));
}

enum status process_start(const char *program, const char *const argument[], const char *log,
			  int given, struct process *out)
{
	*out = PROCESS_NONE;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attributes);
	/* posix_spawn writes to none of them, only its type says so. */
	const union {
		const char *const *lent;
		char *const *argv;
	} words = {.lent = argument};
	pid_t pid = 0;
	int error = prepare_spawn(&files, &attributes, log, given);
	if (error == 0)
		error = posix_spawn(&pid, program, &files, &attributes, words.argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	if (error != 0)
		return why_not_started(program, log, error);
	if (!process_hold(pid, out)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot watch a process");
	}
	return STATUS_OK;
}

bool process_signal(const struct process *process, int signal)
{
	return process->fd >= 0 &&
	       syscall(SYS_pidfd_send_signal, process->fd, signal, NULL, 0) == 0;
}

bool process_ended(const struct process *process, uint64_t wait_us)
{
	if (process->fd < 0)
		return true;
	struct pollfd wait = {.fd = process->fd, .events = POLLIN};
	struct timespec space;
	const uint64_t until = wait_us == WAIT_FOREVER ? WAIT_FOREVER : real_time_us() + wait_us;
	for (;;) {
		const int ready = ppoll(&wait, 1, wait_timespec(wait_us, &space), NULL);
		if (ready >= 0 || errno != EINTR)
			return ready > 0;
		const uint64_t now = real_time_us();
		if (until != WAIT_FOREVER)
			wait_us = now < until ? until - now : 0;
	}
}

bool process_is_stopped(const struct process *process)
{
	char path[64];
	char text[512];
	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)process->pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	const size_t length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	/* "pid (name) S ...", and the name may hold anything. */
	const char *state = strrchr(text, ')');
	return state != NULL && (state[1] == ' ') && (state[2] == 'T' || state[2] == 't');
}

void process_release(struct process *process)
{
	if (process->fd >= 0) {
		siginfo_t info;
		waitid(P_PIDFD, (id_t)process->fd, &info, WEXITED | WNOHANG);
		close(process->fd);
	}
	*process = PROCESS_NONE;
}

void process_end_all(struct process *process, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (process[i].fd < 0)
			continue;
		process_signal(&process[i], SIGTERM);
		process_signal(&process[i], SIGCONT);
	}
	const uint64_t until = real_time_us() + PATIENCE_US;
	for (unsigned i = 0; i < count; i++) {
		if (process[i].fd < 0)
			continue;
		const uint64_t now = real_time_us();
		if (!process_ended(&process[i], now < until ? until - now : 0)) {
			process_signal(&process[i], SIGKILL);
			process_ended(&process[i], WAIT_FOREVER);
		}
		process_release(&process[i]);
	}
}

enum status program_beside(const char *name, char *path, size_t size)
{
	char self[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length <= 0)
		return status_fail_errno(STATUS_UNAVAILABLE,
					 "cannot find out where this program is");
	self[length] = '\0';
	/* Tests lie one directory below the programs. */
	for (unsigned up = 0; up < 2; up++) {
		char *slash = strrchr(self, '/');
		if (slash == NULL)
			break;
		*slash = '\0';
		const int wrote = snprintf(path, size, "%s/%s", self, name);
		if (wrote > 0 && (size_t)wrote < size && access(path, X_OK) == 0)
			return STATUS_OK;
	}
	return status_fail(STATUS_UNAVAILABLE, "there is no program %s beside this one", name);
}
