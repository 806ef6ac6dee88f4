#include "tests/support/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "node/io/spawn.h"
#include "proto/fault/link.h"

#define PATIENCE_US 10000000

struct cluster *processes_start_with(const struct live_options *options)
{
	struct cluster *c = NULL;
	if (live_start(options, &c) != STATUS_OK)
		fail_msg("%s", status_text());
	return c;
}

struct cluster *processes_start(unsigned nodes, enum paxos_mode mode)
{
	char dir[PATH_BYTES];
	assert_int_equal(path_join(test_dir, "c", dir), STATUS_OK);
	const struct live_options options = {
		.dir = dir,
		.nodes = (uint8_t)nodes,
		.mode = mode,
		.clock = {.num = 1, .den = 0},
		.link = link_rule_default(),
		.owned = true,
	};
	return processes_start_with(&options);
}

static void take(struct seen *seen, const struct item *item)
{
	if (item->kind == ITEM_SNAPSHOT) {
		seen->snapshot[item->snapshot->node] = *item->snapshot;
		seen->has_snapshot[item->snapshot->node] = true;
		return;
	}
	const struct event *e = item->event;
	seen->crashed += e->kind == EVENT_CRASHED;
	seen->started += e->kind == EVENT_STARTED;
	seen->missed += e->kind == EVENT_MISSED;
	seen->obeyed += e->kind == EVENT_OBEYED;
	seen->disobeyed += e->kind == EVENT_DISOBEYED;
	if (e->kind == EVENT_OBEYED)
		seen->obeyed_number = e->number;
	if (e->kind == EVENT_DISOBEYED) {
		seen->disobeyed_number = e->number;
		seen->disobeyed_why = e->drop;
	}
}

bool processes_until(struct cluster *c, struct seen *seen,
		     bool (*holds)(const struct seen *seen, const void *what), const void *what)
{
	const uint64_t until = real_time_us() + PATIENCE_US;
	while (real_time_us() < until) {
		struct item item;
		while (c->ops->next(c, 0, &item) == ITEM_EVENT || item.kind == ITEM_SNAPSHOT)
			take(seen, &item);
		if (holds(seen, what))
			return true;
		struct pollfd wait = {.fd = c->ops->fd(c), .events = POLLIN};
		struct timespec space;
		uint64_t wait_us = c->ops->patience(c, real_time_us());
		if (wait_us > 100000)
			wait_us = 100000;
		if (ppoll(&wait, 1, wait_timespec(wait_us, &space), NULL) == 0)
			c->ops->refresh(c);
	}
	return false;
}

void processes_propose(struct cluster *c, node_id id, const char *value)
{
	struct control control = {.kind = CONTROL_PROPOSE,
				  .to = set_of(id),
				  .slot = SLOT_NONE,
				  .value = (const uint8_t *)value,
				  .value_length = (uint32_t)strlen(value)};
	if (!c->ops->control(c, &control))
		fail_msg("%s", c->why);
}

struct wish {
	const struct cluster *c;
	node_set on;
	slot_number slot;
	const char *value;
};

static bool is_chosen(const struct seen *seen, const void *what)
{
	const struct wish *wish = what;
	for (node_set left = wish->on; left != 0; left &= left - 1) {
		const struct snapshot *s = &seen->snapshot[set_lowest(left)];
		bool found = false;
		for (unsigned i = 0; i < s->slots && seen->has_snapshot[s->node]; i++) {
			char shown[VALUE_SHOWN_MAX + 1];
			values_show(wish->c->values, s->slot[i].chosen, shown);
			found |= s->slot[i].slot == wish->slot && s->slot[i].chosen != VALUE_NONE &&
				 strcmp(shown, wish->value) == 0;
		}
		if (!found)
			return false;
	}
	return true;
}

bool processes_chosen(struct cluster *c, node_set on, slot_number slot, const char *value)
{
	static struct seen seen;
	const struct wish wish = {.c = c, .on = on, .slot = slot, .value = value};
	seen = (struct seen){0};
	c->ops->refresh(c);
	return processes_until(c, &seen, is_chosen, &wish);
}

static bool has_all(const struct seen *seen, const void *what)
{
	const node_set *on = what;
	for (node_set left = *on; left != 0; left &= left - 1)
		if (!seen->has_snapshot[set_lowest(left)])
			return false;
	return true;
}

bool processes_snapshots(struct cluster *c, node_set on, struct seen *seen)
{
	memset(seen->has_snapshot, 0, sizeof(seen->has_snapshot));
	c->ops->refresh(c);
	return processes_until(c, seen, has_all, &on);
}

pid_t processes_pid(const char *cluster_dir, node_id id)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof(path), "%.480s/n%u/pid", cluster_dir, id);
	return pid_holder(path);
}

int processes_run_node(const char *const argument[], char *text, size_t size)
{
	char program[PATH_BYTES], log[PATH_BYTES];
	struct process process;
	assert_int_equal(program_beside("paxos-node", program, sizeof(program)), STATUS_OK);
	assert_int_equal(path_join(test_dir, "printed", log), STATUS_OK);
	unlink(log);
	assert_int_equal(process_start(program, argument, log, -1, &process), STATUS_OK);
	const bool ended = process_ended(&process, PATIENCE_US);
	if (!ended)
		process_signal(&process, SIGKILL);
	int result = 0;
	assert_int_equal(waitpid(process.pid, &result, 0), process.pid);
	process_release(&process);
	size_t length = 0;
	file_read(log, size - 1, (uint8_t *)text, &length);
	text[length] = '\0';
	return ended && WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}
