/* The plain values that occur in more than one kind of frame, as bytes. A reader's function refuses
 * what its writer would not have written. */
#ifndef PROTO_WIRE_FIELDS_H
#define PROTO_WIRE_FIELDS_H

#include "proto/core/event.h"
#include "proto/core/values.h"
#include "proto/wire/bytes.h"

/* A ballot of a message: round from 1, node 1 .. nodes. */
static inline bool ballot_is_somebodys(struct ballot ballot, uint8_t nodes)
{
	return ballot.round != 0 && ballot.node != NODE_NONE && ballot.node <= nodes;
}

static inline struct ballot read_ballot(struct reader *r)
{
	struct ballot ballot;

	ballot.round = read_u32(r);
	ballot.node = read_u8(r);
	return ballot;
}

static inline void write_ballot(struct writer *w, struct ballot ballot)
{
	write_u32(w, ballot.round);
	write_u8(w, ballot.node);
}

/* A node or none, of any cluster. */
node_id read_node(struct reader *r);

/* A ballot of any node or none, as an event tells it: nothing may index by it out of bounds. */
struct ballot read_any_ballot(struct reader *r);

bool read_bool(struct reader *r);

struct message_id read_message_id(struct reader *r);
void write_message_id(struct writer *w, struct message_id id);

struct link_rule read_link_rule(struct reader *r);
void write_link_rule(struct writer *w, const struct link_rule *rule);

struct clock_rule read_clock_rule(struct reader *r);
void write_clock_rule(struct writer *w, const struct clock_rule *rule);

/* Values as events and snapshots tell them. Frames are read twice: first without a table, to see
 * whether all is right and how much room the values need, then with one. */
struct value_room {
	struct values *values; /* NULL: only count */
	uint32_t count;
	size_t bytes;
};

value_ref read_shown_value(struct reader *r, struct value_room *room);
void write_shown_value(struct writer *w, const struct values *values, value_ref ref);

#endif
