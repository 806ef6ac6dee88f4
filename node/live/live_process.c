#include "node/live/live_process.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/live/live_event.h"
#include "node/live/live_pending.h"
#include "proto/core/text.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

static void let_go(struct live *l, node_id id)
{
	struct process *process = &l->node[id].process;
	if (process->fd >= 0)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, process->fd, NULL);
	process_release(process);
}

void live_watch(struct live *l, node_id id, const struct process *process)
{
	struct epoll_event wait = {.events = EPOLLIN};
	let_go(l, id);
	l->node[id].process = *process;
	l->node[id].down = false;
	l->node[id].stopped = process_is_stopped(process);
	epoll_ctl(l->epoll, EPOLL_CTL_ADD, process->fd, &wait);
}

void live_track(struct live *l, node_id id)
{
	char path[PATH_BYTES];
	struct process process;
	if (path_join(l->node[id].dir, "pid", path) != STATUS_OK)
		return;
	const pid_t pid = pid_holder(path);
	/* The process holds the file still, now that its descriptor is held here: it is this one
	 * and no later one of the same pid. */
	if (pid != 0 && process_hold(pid, &process)) {
		if (pid_holder(path) == pid) {
			const bool is_new = l->node[id].process.pid != pid;
			if (is_new)
				live_watch(l, id, &process);
			else
				process_release(&process);
			if (is_new && l->node[id].stopped)
				live_say(l, id, (struct event){.kind = EVENT_STOPPED});
			return;
		}
		process_release(&process);
	}
	if (!l->node[id].down) {
		l->node[id].down = true;
		live_say(l, id, (struct event){.kind = EVENT_CRASHED});
	}
}

/* Why a node said nothing before it ended: it may have had no room for a word. */
static const char *why_silent(const char *dir)
{
	struct statvfs disk;
	return statvfs(dir, &disk) == 0 && disk.f_bavail == 0 ? "the disk is full"
							      : "it said nothing";
}

enum status live_why_ended(const struct live *l, node_id id)
{
	char log[PATH_BYTES];
	char line[512] = "";
	if (path_join(l->node[id].dir, "log", log) == STATUS_OK)
		file_last_line(log, line, sizeof(line));
	const char *said = strncmp(line, "paxos-node: ", 12) == 0 ? line + 12 : line;
	return status_fail(STATUS_UNAVAILABLE, "n%u ended: %s", id,
			   *said != '\0' ? said : why_silent(l->node[id].dir));
}

void live_has_ended(struct live *l, node_id id)
{
	/* A node that was restarted and told nothing but why it will not run. */
	if (!l->node[id].known && l->node[id].dir[0] != '\0') {
		live_why_ended(l, id);
		text_write(l->cluster.why, sizeof(l->cluster.why), "%s", status_text());
	}
	let_go(l, id);
	l->node[id].down = true;
	l->node[id].stopped = false;
	l->node[id].known = false;
	l->node[id].ask_us = l->node[id].owed_us = 0;
	l->node[id].silent = false;
	live_excuse(l, id);
	live_say(l, id, (struct event){.kind = EVENT_CRASHED});
}

void live_check_processes(struct live *l)
{
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (l->node[id].process.fd >= 0 && process_ended(&l->node[id].process, 0)) {
			l->node[id].over = l->node[id].boot;
			live_has_ended(l, id);
		}
}

enum status live_spawn(struct live *l, node_id id, const char *coordinator, bool memory_store,
		       struct process *out)
{
	char program[PATH_BYTES], log[PATH_BYTES], alive[PATH_BYTES], number[16], owner[16];
	const char *argument[23];
	unsigned arguments = 0;
	struct live_node *node = &l->node[id];
	if (!file_exists(node->dir))
		return status_fail(
			STATUS_UNAVAILABLE,
			"the directory of n%u is gone, and its key with it: put %s back, "
			"as it was last; without it the seat stays empty",
			id, node->dir);
	enum status status = program_beside("paxos-node", program, sizeof(program));
	if (status == STATUS_OK)
		status = path_join(node->dir, "log", log);
	if (status == STATUS_OK)
		status = path_join(l->dir, "alive", alive);
	if (status != STATUS_OK)
		return status;
	snprintf(number, sizeof(number), "%u", id);
	snprintf(owner, sizeof(owner), "%ld", (long)getpid());
	argument[arguments++] = "paxos-node";
	argument[arguments++] = "--dir";
	argument[arguments++] = node->dir;
	argument[arguments++] = "--id";
	argument[arguments++] = number;
	if (coordinator != NULL) {
		argument[arguments++] = "--coordinator";
		argument[arguments++] = coordinator;
	}
	if (memory_store) {
		argument[arguments++] = "--store";
		argument[arguments++] = "memory";
	}
	if (l->keep != NULL) {
		argument[arguments++] = "--keep";
		argument[arguments++] = l->keep;
	}
	if (l->batch != NULL) {
		argument[arguments++] = "--batch";
		argument[arguments++] = l->batch;
	}
	if (l->pipeline != NULL) {
		argument[arguments++] = "--pipeline";
		argument[arguments++] = l->pipeline;
	}
	if (l->journal)
		argument[arguments++] = "--journal";
	if (file_exists(alive)) {
		argument[arguments++] = "--alive";
		argument[arguments++] = alive;
	}
	if (l->owned) {
		argument[arguments++] = "--owner";
		argument[arguments++] = owner;
	}
	if (l->leash.neck >= 0) {
		argument[arguments++] = "--leash";
		argument[arguments++] = TEXT_OF(PROCESS_GIVEN);
	}
	argument[arguments] = NULL;
	return process_start(program, argument, log, l->leash.neck, out);
}
