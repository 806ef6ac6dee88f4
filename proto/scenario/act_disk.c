/* What is done to disks. */
#include "proto/scenario/acts.h"

/* The node itself obeys: only it knows when it owes its disk such a write. */
enum act_progress act_disk(struct runner *r)
{
	const struct command *command = &r->command;
	if (r->stage == 0) {
		const node_set away = command->nodes & ~runner_present(r);
		if (away != 0)
			return runner_fail(r, "n%u is %s: it writes nothing", set_lowest(away),
					   runner_why_away(r, set_lowest(away)));
		struct control c = {
			.kind = CONTROL_CRASH_BEFORE,
			.to = command->nodes,
			.count = command->crash_point,
		};
		if (!runner_send(r, &c))
			return ACT_FAILED;
		runner_stage(r, 1);
	}
	return runner_answers(r);
}
