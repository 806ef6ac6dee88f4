/* Which messages a node holds at its gate until the operator says what becomes of them, as a plain
 * value. proto/member/incoming.c obeys it. */
#ifndef PROTO_CORE_GATE_RULE_H
#define PROTO_CORE_GATE_RULE_H

#include <assert.h>

#include "proto/core/message.h"
#include "proto/core/types.h"

/* A set of types of messages: bit 1 << type. */
typedef uint16_t type_set;
static_assert(MSG_TYPES <= 16, "a type_set has a bit for each type");

#define TYPES_ALL ((type_set)((1u << MSG_TYPES) - 2))

/* The place of what a node says to itself: its own promise and its own vote. */
#define GATE_OWN NODE_NONE

struct gate_rule {
	bool on;                       /* something is held */
	bool keep;                     /* what is held outlives the receiver's crash */
	type_set types[NODES_MAX + 1]; /* by sender; GATE_OWN: from itself */
};

/* Holds everything that comes from other nodes. */
struct gate_rule gate_rule_all(void);

/* `self`: the node that the gate stands before. */
bool gate_holds(const struct gate_rule *rule, node_id self, node_id from, enum message_type type);
bool gate_rule_equal(const struct gate_rule *a, const struct gate_rule *b);

/* Holds these types from these nodes too, or no longer. A rule that holds nothing is off, and keeps
 * nothing. */
void gate_rule_set(struct gate_rule *rule, node_id from, type_set types, bool on);

#endif
