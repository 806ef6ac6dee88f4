/* Ending every process of a cluster. */
#include "node/live/live.h"

#include <unistd.h>

#include "node/io/clock.h"
#include "node/live/live_dir.h"
#include "node/live/live_state.h"

/* How long nodes on other machines have to fall silent, and how often to look. */
#define TIMEOUT_US 10000000
#define LOOK_US    20000

/* Nodes on other machines are told to end; their silence is all that can be waited for. */
static void end_far_nodes(const char *dir)
{
	struct cluster *c;
	if (live_attach(dir, false, &c) != STATUS_OK)
		return;
	struct live *l = live_of(c);
	struct control control = {.kind = CONTROL_EXIT};
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (l->node[id].dir[0] == '\0')
			control.to |= set_of(id);
	const uint64_t until = real_time_us() + TIMEOUT_US;
	if (control.to != 0 && c->ops->control(c, &control))
		while (l->pendings > 0 && real_time_us() < until) {
			struct item item;
			while (c->ops->next(c, 0, &item) != ITEM_NOTHING && item.kind != ITEM_END)
				;
			bus_wait(&l->bus, LOOK_US);
		}
	c->ops->close(c);
}

enum status live_down(const char *where)
{
	char dir[PATH_BYTES], path[PATH_BYTES];
	int lock = -1;
	enum status status = dir_find(where, dir);
	if (status == STATUS_OK)
		status = path_join(dir, "roster", path);
	if (status == STATUS_OK && !file_exists(path) && !live_is_half_made(dir))
		status = status_fail(STATUS_UNAVAILABLE, "there is no cluster in %s", dir);
	if (status == STATUS_OK)
		status = live_lock(dir, &lock);
	if (status == STATUS_OK && lock < 0)
		status = status_fail(STATUS_UNAVAILABLE,
				     live_is_half_made(dir)
					     ? "the cluster in %s is being started: interrupt that"
					     : "the cluster in %s belongs to a dashboard: quit it "
					       "there",
				     dir);
	if (status != STATUS_OK)
		return status;
	if (file_exists(path))
		end_far_nodes(dir);
	live_end_nodes(dir);
	if (live_is_half_made(dir))
		live_undo(dir);
	live_tidy(dir);
	live_unmark(dir);
	close(lock);
	return STATUS_OK;
}
