/* The events of one simulated run, recorded: the run is told event by event, and not through a
 * cluster's handle, so they go through one that is made here. */
#ifndef TUI_COMMAND_SIM_RECORD_H
#define TUI_COMMAND_SIM_RECORD_H

#include "node/record/recorder.h"

struct sim_record {
	struct cluster cluster; /* first: the recorder knows it as a cluster */
	struct cluster_info info;
	const struct event *event; /* the one that is told next */
	time_us now;
	struct recorder *recorder;
};

enum status sim_record_begin(struct sim_record *s, const char *path,
			     const struct cluster_info *info);
void sim_record_event(struct sim_record *s, const struct event *event, const struct values *values);
/* Says on stderr what was wrong with the file. */
void sim_record_end(struct sim_record *s);

#endif
