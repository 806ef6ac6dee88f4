/* What is done to disks. */
#include "proto/scenario/acts.h"

/* What is done to disks of nodes that are down. */
static enum act_progress lay_hands_on(struct runner *r, const char *what,
				      enum process_act what_to_do)
{
	for (node_set left = r->command.nodes; left != 0; left &= left - 1) {
		const node_id node = set_lowest(left);
		if (r->model->node[node].life != LIFE_DOWN)
			return runner_fail(r,
					   "n%u is not down: only the disk of a node that is down "
					   "is %s",
					   node, what);
	}
	for (node_set left = r->command.nodes; left != 0; left &= left - 1)
		if (!r->cluster->ops->process(r->cluster, set_lowest(left), what_to_do))
			return runner_fail(r, "%s", r->cluster->why);
	return ACT_DONE;
}

/* The node itself obeys: only it knows when it owes its disk such a write. */
enum act_progress act_disk(struct runner *r)
{
	const struct command *command = &r->command;
	if (command->disk == DISK_WIPE)
		return lay_hands_on(r, "wiped", PROCESS_WIPE);
	if (command->disk == DISK_COPY)
		return lay_hands_on(r, "copied", PROCESS_COPY);
	if (command->disk == DISK_ROLL_BACK)
		return lay_hands_on(r, "put back", PROCESS_ROLL_BACK);
	const bool slows = command->disk == DISK_SLOW;
	return runner_tell_present(
		r, "writes nothing",
		&(struct control){
			.kind = slows ? CONTROL_SLOW_DISK : CONTROL_CRASH_BEFORE,
			.to = command->nodes,
			.count = slows ? (uint32_t)command->sync_us : command->crash_point,
		});
}
