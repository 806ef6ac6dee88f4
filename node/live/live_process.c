/* What is done to processes. A node's process is found by the lock on its pid file, held by a
 * descriptor, and its end is seen at once. */
#include "node/io/live_private.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "node/io/clock.h"

/* How long a killed process may take to be gone. */
#define KILL_US 2000000

static bool refuse(struct live *l, node_id id, const char *what)
{
	snprintf(l->cluster.why, sizeof(l->cluster.why), "n%u %s", id, what);
	return false;
}

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
	/* It still holds the file after we hold it: it is this one and no later one. */
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

void live_has_ended(struct live *l, node_id id)
{
	/* Who was restarted and had nothing to tell but why it will not run. */
	if (!l->node[id].known && l->node[id].dir[0] != '\0') {
		live_why_ended(l, id);
		snprintf(l->cluster.why, sizeof(l->cluster.why), "%.255s", status_text());
	}
	let_go(l, id);
	l->node[id].down = true;
	l->node[id].stopped = false;
	l->node[id].known = false;
	l->node[id].ask_us = 0;
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
	const char *argument[20];
	unsigned arguments = 0;
	struct live_node *node = &l->node[id];
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
	if (file_exists(alive)) {
		argument[arguments++] = "--alive";
		argument[arguments++] = alive;
	}
	if (l->owned) {
		argument[arguments++] = "--owner";
		argument[arguments++] = owner;
	}
	argument[arguments] = NULL;
	return process_start(program, argument, log, out);
}

enum status live_why_ended(const struct live *l, node_id id)
{
	char log[PATH_BYTES];
	char line[512] = "";
	if (path_join(l->node[id].dir, "log", log) == STATUS_OK)
		file_last_line(log, line, sizeof(line));
	const char *said = strncmp(line, "paxos-node: ", 12) == 0 ? line + 12 : line;
	return status_fail(STATUS_UNAVAILABLE, "n%u ended%s%s", id, *said == '\0' ? "" : ": ",
			   said);
}

static bool crash(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	if (node->down)
		return refuse(l, id, "is down already");
	if (node->dir[0] == '\0') {
		struct control control = {.kind = CONTROL_CRASH, .to = set_of(id)};
		return live_control(&l->cluster, &control);
	}
	if (!process_signal(&node->process, SIGKILL))
		return refuse(l, id, "cannot be killed: its process is not ours");
	/* What it said before its end is read first, then its end is told. */
	process_ended(&node->process, KILL_US);
	return true;
}

static bool restart(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	struct process process;
	if (node->dir[0] == '\0')
		return refuse(
			l, id,
			"runs on another machine: start it there with 'paxos-node --dir DIR'");
	live_check_processes(l);
	if (!node->down)
		return refuse(l, id, "runs already");
	if (live_spawn(l, id, NULL, false, &process) != STATUS_OK) {
		snprintf(l->cluster.why, sizeof(l->cluster.why), "%.250s", status_text());
		return false;
	}
	live_watch(l, id, &process);
	live_ask(l, id);
	return true;
}

static bool stop_or_continue(struct live *l, node_id id, bool stop)
{
	struct live_node *node = &l->node[id];
	if (node->down)
		return refuse(l, id, "is down");
	if (node->dir[0] == '\0')
		return refuse(l, id, "runs on another machine");
	if (node->stopped == stop)
		return refuse(l, id, stop ? "is stopped already" : "is not stopped");
	if (!process_signal(&node->process, stop ? SIGSTOP : SIGCONT))
		return refuse(l, id, "cannot be signalled: its process is not ours");
	node->stopped = stop;
	live_say(l, id, (struct event){.kind = (stop ? EVENT_STOPPED : EVENT_CONTINUED)});
	if (stop)
		live_excuse(l, id);
	else
		live_settle_owed(l, id);
	return true;
}

bool live_process(struct cluster *c, node_id id, enum process_act act)
{
	struct live *l = live_of(c);
	if (!l->can_act) {
		snprintf(l->cluster.why, sizeof(l->cluster.why), "%s", l->why_not);
		return false;
	}
	if (id == NODE_NONE || id > l->roster.nodes)
		return refuse(l, id, "does not exist");
	switch (act) {
	case PROCESS_CRASH:
		return crash(l, id);
	case PROCESS_RESTART:
		return restart(l, id);
	case PROCESS_STOP:
		return stop_or_continue(l, id, true);
	case PROCESS_CONTINUE:
		return stop_or_continue(l, id, false);
	}
	return false;
}
