/* The plain values that occur in more than one kind of frame, as bytes. A reader's function refuses
 * what its writer would not have written. */
#ifndef PROTO_WIRE_FIELDS_H
#define PROTO_WIRE_FIELDS_H

#include "proto/core/event.h"
#include "proto/core/gate_rule.h"
#include "proto/core/values.h"
#include "proto/wire/bytes.h"
#include "proto/wire/endpoint.h"

/* A ballot of a message: round from 1, node 1 .. nodes. */
static inline bool ballot_is_somebodys(struct ballot ballot, uint8_t nodes)
{
	return ballot.round != 0 && ballot.node != NODE_NONE && ballot.node <= nodes;
}

static inline struct ballot read_ballot(struct byte_reader *r)
{
	struct ballot ballot;

	ballot.round = read_u32(r);
	ballot.node = read_u8(r);
	return ballot;
}

static inline void write_ballot(struct byte_writer *w, struct ballot ballot)
{
	write_u32(w, ballot.round);
	write_u8(w, ballot.node);
}

/* A node or none, of any cluster. */
node_id read_node(struct byte_reader *r);

/* A ballot of any node or none, as an event tells it. Its node is in bounds, whatever the bytes
 * are. */
struct ballot read_any_ballot(struct byte_reader *r);

bool read_bool(struct byte_reader *r);

struct message_id read_message_id(struct byte_reader *r);
void write_message_id(struct byte_writer *w, struct message_id id);

struct link_rule read_link_rule(struct byte_reader *r);
void write_link_rule(struct byte_writer *w, const struct link_rule *rule);

struct clock_rule read_clock_rule(struct byte_reader *r);
void write_clock_rule(struct byte_writer *w, const struct clock_rule *rule);

struct gate_rule read_gate_rule(struct byte_reader *r);
void write_gate_rule(struct byte_writer *w, const struct gate_rule *rule);

/* A sound endpoint. `endpoint` is all 0 before it is read. */
void read_endpoint(struct byte_reader *r, char endpoint[ENDPOINT_MAX]);
void write_endpoint(struct byte_writer *w, const char endpoint[ENDPOINT_MAX]);

/* Values as events and snapshots tell them. Such a frame is read twice. The first time there is no
 * table: is the frame right, and how much room do its values need? The second time they are
 * interned.
 */
struct value_room {
	struct values *values; /* NULL: only count */
	uint32_t count;
	size_t bytes;
};

value_ref read_shown_value(struct byte_reader *r, struct value_room *room);
void write_shown_value(struct byte_writer *w, const struct values *values, value_ref ref);

#endif
