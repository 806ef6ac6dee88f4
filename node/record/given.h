/* What was done to a simulated cluster, exactly and in its place, so that the run can be run again
 * from its seed: the same options, controls and times give the same events. */
#ifndef NODE_RECORD_GIVEN_H
#define NODE_RECORD_GIVEN_H

#include <sqlite3.h>

#include "node/io/files.h"
#include "node/io/status.h"
#include "proto/sim/sim_cluster.h"

/* A cluster that goes on from a moment of another recording, of processes: its own begins there. */
struct given_base {
	char path[PATH_BYTES];
	uint64_t moment; /* after so many items */
};

/* --- writing ------------------------------------------------------------------------------- */

struct given {
	sqlite3_stmt *put; /* NULL: the cluster is no simulation */
	uint64_t events;   /* told so far */
	const struct cluster *cluster;
};

/* In a transaction. `base`: what it goes on from, or NULL. False: SQLite says why. */
bool given_open(struct given *g, sqlite3 *db, const struct cluster *c,
		const struct given_base *base);
void given_close(struct given *g);

void given_item(struct given *g, enum item_kind kind);
/* Before it is done; `at`: virtual time. False: SQLite says why. */
bool given_control(struct given *g, time_us at, const struct control *control);
bool given_process(struct given *g, time_us at, node_id node, enum process_act act);
bool given_refresh(struct given *g, time_us at);

/* --- reading ------------------------------------------------------------------------------- */

enum given_kind { GIVEN_OPTIONS, GIVEN_CONTROL, GIVEN_PROCESS, GIVEN_REFRESH, GIVEN_BASE };

struct given_row {
	uint64_t events;
	uint64_t steps;
	time_us at;
	enum given_kind kind;
	struct control control; /* its value is the list's */
	node_id node;
	enum process_act act;
};

struct given_list {
	struct sim_cluster_options options; /* nodes, mode and seed, too */
	unsigned rows;
	struct given_row *row;
	uint8_t **bytes; /* of each row */
	bool has_base;
	struct given_base base;
};

/* Of a recording. STATUS_UNAVAILABLE: it does not say enough to be run again; STATUS_CORRUPT: it is
 * damaged. The caller frees it. */
enum status given_load(const char *path, const struct cluster_info *info, struct given_list *out);
void given_free(struct given_list *list);

#endif
