#include "node/live/live_act.h"

#include <signal.h>
#include <stdio.h>

#include "node/live/live_ask.h"
#include "node/live/live_control.h"
#include "node/live/live_event.h"
#include "node/live/live_pending.h"
#include "node/live/live_process.h"
#include "proto/core/text.h"
#include "node/live/live_replace.h"

/* How long a killed process may take to be gone. */
#define KILL_US 2000000

static bool refuse_act(struct live *l, node_id id, const char *what)
{
	text_write(l->cluster.why, sizeof(l->cluster.why), "n%u %s", id, what);
	return false;
}

static bool crash_node(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	if (node->down)
		return refuse_act(l, id, "is down already");
	if (node->silent)
		return refuse_act(l, id, "is silent: it is down, or out of reach from here");
	if (node->dir[0] == '\0') {
		struct control control = {.kind = CONTROL_CRASH, .to = set_of(id)};
		return live_control(&l->cluster, &control);
	}
	if (!process_signal(&node->process, SIGKILL))
		return refuse_act(l, id, "cannot be killed: its process is not ours");
	/* What the node said before its end is read first, then its end is told. */
	process_ended(&node->process, KILL_US);
	return true;
}

static bool may_restart_node(struct live *l, node_id id)
{
	if (l->node[id].dir[0] == '\0')
		return refuse_act(l, id,
				  "is a node of another machine: start it there with "
				  "'paxos-node --dir DIR'");
	return true;
}

static bool restart_node(struct live *l, node_id id)
{
	struct live_node *node = &l->node[id];
	struct process process;
	if (!may_restart_node(l, id))
		return false;
	live_check_processes(l);
	if (!node->down)
		return refuse_act(l, id, "runs already");
	if (live_spawn(l, id, NULL, false, &process) != STATUS_OK) {
		text_write(l->cluster.why, sizeof(l->cluster.why), "%s", status_text());
		return false;
	}
	live_watch(l, id, &process);
	live_ask(l, id);
	return true;
}

static bool stop_or_continue_node(struct live *l, node_id id, bool stop)
{
	struct live_node *node = &l->node[id];
	if (node->down)
		return refuse_act(l, id, "is down");
	if (node->dir[0] == '\0')
		return refuse_act(l, id, "runs on another machine");
	if (node->stopped == stop)
		return refuse_act(l, id, stop ? "is stopped already" : "is not stopped");
	if (!process_signal(&node->process, stop ? SIGSTOP : SIGCONT))
		return refuse_act(l, id, "cannot be signalled: its process is not ours");
	node->stopped = stop;
	live_say(l, id, (struct event){.kind = (stop ? EVENT_STOPPED : EVENT_CONTINUED)});
	if (stop)
		live_excuse(l, id);
	else
		live_nudge(l, id);
	return true;
}

static bool change_disk(struct live *l, node_id id, enum process_act act)
{
	const enum disk_act did = act == PROCESS_WIPE   ? DISK_WIPED
				  : act == PROCESS_COPY ? DISK_COPIED
							: DISK_PUT_BACK;
	live_check_processes(l);
	if (did == DISK_WIPED ? !live_wipe_node(l, id)
			      : !live_copy_node(l, id, did == DISK_PUT_BACK))
		return false;
	live_say(l, id, (struct event){.kind = EVENT_DISK, .count = did});
	return true;
}

bool live_process_act(struct cluster *c, node_id id, enum process_act act)
{
	struct live *l = live_of(c);
	if (!l->can_act) {
		text_write(l->cluster.why, sizeof(l->cluster.why), "%s", l->why_not);
		return false;
	}
	if (id == NODE_NONE || id > l->roster.nodes)
		return refuse_act(l, id, "does not exist");
	switch (act) {
	case PROCESS_CRASH:
		return crash_node(l, id);
	case PROCESS_RESTART:
		return restart_node(l, id);
	case PROCESS_STOP:
		return stop_or_continue_node(l, id, true);
	case PROCESS_REPLACE:
		return live_replace_node(l, id) && restart_node(l, id);
	case PROCESS_CONTINUE:
		return stop_or_continue_node(l, id, false);
	case PROCESS_MAY_RESTART:
		return may_restart_node(l, id);
	case PROCESS_WIPE:
	case PROCESS_COPY:
	case PROCESS_ROLL_BACK:
		return change_disk(l, id, act);
	}
	return false;
}
