/* What a node tells dashboards. It never waits for them, tells nothing while nobody listens, and
 * while more happens than a person could follow it sends snapshots instead of events and says how
 * many events it left out. */
#ifndef NODE_TELEMETRY_H
#define NODE_TELEMETRY_H

#include "node/allowance.h"
#include "node/io/bus.h"
#include "proto/member/load.h"
#include "proto/member/member.h"
#include "proto/wire/control_frame.h"

/* While there are too many events a snapshot comes so often, real time, and tells of so many slots:
 * more pass in that time than a person could look at. */
#define BUSY_TOLD_US 100000
#define BUSY_SLOTS   64
/* A load that runs is told of no more often than so, real time. */
#define LOAD_TOLD_US 100000

#define VALUES_TOLD 64

struct telemetry {
	struct bus *bus;
	struct wire_context context;
	const struct secret_key *key;
	bool watched;                     /* a dashboard listened at the last turn */
	struct allowance allowance;       /* spent: snapshots instead of events */
	uint64_t busy_told_us;            /* the last snapshot while there were too many events */
	uint64_t left_out;                /* as the member counted them at the last turn */
	unsigned proofs_told;             /* of those that the member holds */
	uint64_t load_number;             /* of the load that was told of last, */
	uint64_t load_told;               /* its changes that were told, */
	uint64_t load_told_us;            /* then, real time */
	uint64_t value_told[VALUES_TOLD]; /* digests of the batches whose bytes were told last */
	unsigned values_told;
	struct snapshot snapshot;
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
};

/* `context` says how many nodes there are; `key` signs what it tells. */
void telemetry_init(struct telemetry *t, struct bus *bus, const struct wire_context *context,
		    const struct secret_key *key);

/* Before a turn: is there a dashboard to make events for? */
void telemetry_listen(struct telemetry *t, struct member *member);

/* After a turn, before member_clear: tells the events of `out`. */
void telemetry_turn(struct telemetry *t, struct member *member, const struct member_output *out,
		    const struct load *load, uint64_t real_us);

/* With what the load, if one was begun, has measured so far. */
void telemetry_snapshot(struct telemetry *t, struct member *member, const struct load *load);
/* What the batches of the newest slots hold, unless there is too much to tell already. */
void telemetry_values(struct telemetry *t, struct member *member);
/* All proofs that the member holds. */
void telemetry_proofs(struct telemetry *t, struct member *member);
void telemetry_roster(struct telemetry *t, const struct roster *roster);
/* After a turn: tells what is new of the load, not too often while it runs. */
void telemetry_load_turn(struct telemetry *t, node_id self, const struct load *load,
			 uint64_t real_us);

/* When the next turn must come even if nothing happens, real time; WAIT_FOREVER = never. */
uint64_t telemetry_deadline(const struct telemetry *t, const struct load *load);

#endif
