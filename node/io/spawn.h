/* Starting, watching and ending other programs. Always by posix_spawn: a process with a nanomsg
 * socket must not fork. */
#ifndef NODE_IO_SPAWN_H
#define NODE_IO_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "node/io/status.h"

/* A process, held by a descriptor: its pid cannot be taken by another one meanwhile. */
struct process {
	pid_t pid; /* 0 = none */
	int fd;    /* readable (poll, epoll) when it has ended */
};

#define PROCESS_NONE ((struct process){.pid = 0, .fd = -1})

/* The number under which a started process finds the descriptor that it was given. */
#define PROCESS_GIVEN 3

/* Starts `program` with `argument` (NULL-terminated, [0] included) in a session of its own, without
 * a terminal, without this process's descriptors but for `given` (-1 = none); what it prints is
 * appended to `log`. */
enum status process_start(const char *program, const char *const argument[], const char *log,
			  int given, struct process *out);

/* Holds a process that lives somewhere already. False: it is gone. */
bool process_hold(pid_t pid, struct process *out);

bool process_signal(const struct process *process, int signal);

/* Has it ended? Waits for it up to `wait_us`. */
bool process_ended(const struct process *process, uint64_t wait_us);

/* Is it stopped (SIGSTOP)? */
bool process_is_stopped(const struct process *process);

/* Lets go of the process; collects it if it is this process's child and has ended. */
void process_release(struct process *process);

/* SIGTERM for all of them, then, for those that have not ended in time (and those that are
 * stopped), SIGKILL; waits until all are gone and releases them. */
void process_end_all(struct process *process, unsigned count);

/* The program `name` beside this program's own executable. */
enum status program_beside(const char *name, char *path, size_t size);

#endif
