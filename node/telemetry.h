/* What a node tells dashboards. It never waits for them, tells nothing while nobody listens, and
 * while more happens than a person could follow it sends snapshots instead of events and says how
 * many events it left out. */
#ifndef NODE_TELEMETRY_H
#define NODE_TELEMETRY_H

#include "node/io/bus.h"
#include "node/load.h"
#include "proto/member/member.h"
#include "proto/wire/control_frame.h"

/* More events a second than this are too many, ... */
#define EVENTS_PER_SECOND_MAX 5000
/* ... counted in windows of so much real time, which is also how often a snapshot comes then. */
#define WINDOW_US 50000

#define VALUES_TOLD 64

struct telemetry {
	struct bus *bus;
	struct wire_context context;
	const struct secret_key *key;
	bool watched;                     /* a dashboard listened at the last turn */
	bool overloaded;                  /* snapshots instead of events */
	uint64_t window_us;               /* when this window began, real time */
	uint64_t window_events;           /* told in it */
	uint64_t left_out;                /* as the member counts them, when it began */
	unsigned proofs_told;             /* of those that the member holds */
	uint64_t value_told[VALUES_TOLD]; /* digests of the batches whose bytes were told last */
	unsigned values_told;
	struct snapshot snapshot;
	uint8_t frame[CONTROL_FRAME_BYTES_MAX];
};

/* `key` signs what it tells. */
void telemetry_init(struct telemetry *t, struct bus *bus, const struct wire_context *context,
		    const struct secret_key *key);

/* Before a turn: is there a dashboard to make events for? */
void telemetry_listen(struct telemetry *t, struct member *member);

/* After a turn, before member_clear: tells the events of `out`. */
void telemetry_turn(struct telemetry *t, struct member *member, const struct member_output *out,
		    uint64_t real_us);

void telemetry_snapshot(struct telemetry *t, struct member *member);
/* What the batches of the newest slots hold. */
void telemetry_values(struct telemetry *t, struct member *member);
/* All proofs that the member holds. */
void telemetry_proofs(struct telemetry *t, struct member *member);
void telemetry_roster(struct telemetry *t, const struct roster *roster);
void telemetry_load(struct telemetry *t, node_id self, const struct load_report *report);

/* When the next turn must come even if nothing happens, real time; WAIT_FOREVER = never. */
uint64_t telemetry_deadline(const struct telemetry *t);

#endif
