/* What an operator tells nodes to do, as a plain value: proto/core/controls.def. */
#ifndef PROTO_CORE_CONTROL_H
#define PROTO_CORE_CONTROL_H

#include "proto/core/batch_rule.h"
#include "proto/core/clock_rule.h"
#include "proto/core/event.h"
#include "proto/core/gate_rule.h"
#include "proto/core/link_rule.h"
#include "proto/core/load.h"
#include "proto/core/types.h"

enum control_field {
	CF_SLOT = 1 << 0,
	CF_VALUE = 1 << 1,
	CF_PEER = 1 << 2,
	CF_LINK = 1 << 3,
	CF_CLOCK = 1 << 4,
	CF_DUE = 1 << 5,
	CF_COUNT = 1 << 6,
	CF_ID = 1 << 7,
	CF_SIZE = 1 << 8,
	CF_OUTSTANDING = 1 << 9,
	CF_POLICY = 1 << 10,
	CF_ATTACK = 1 << 11,
	CF_BATCH = 1 << 12,
	CF_RATE = 1 << 13,
	CF_GATE = 1 << 14,
	CF_OTHER = 1 << 15,
	CF_WORD = 1 << 16,
	/* No field: what the control sets stands until a later one replaces it, so a node that was
	 * away is given it when it is back. */
	CF_STANDS = 1 << 17,
};

enum control_kind {
	CONTROL_NONE = 0,
#define CONTROL(name, code, text, fields, help) CONTROL_##name = code,
#include "proto/core/controls.def"
#undef CONTROL
	CONTROL_KINDS
};

/* How a node is to lie, together with which nodes, and to which. */
struct attack_order {
	uint32_t attacks;    /* bits of proto/fault/attacks.def; 0 = be honest */
	node_set colluders;  /* the nodes that lie together, this one too */
	node_set victims;    /* the nodes that are lied to; 0 = all */
	uint32_t from_round; /* lies only in ballots of this round or above */
	uint64_t seed;       /* the same at all colluders: they agree on what they push */
};

/* A message that a node is to sign and send, whatever it did. Its value is that of the control: of
 * a Promise the vote that it tells, if there is one. */
struct forgery {
	enum message_type type; /* PREPARE to NACK */
	node_id from;           /* in whose name; NODE_NONE: its own */
	node_set to;
	struct ballot ballot;
	struct ballot other; /* of the vote that a Promise tells; what a Nack says is promised */
};

struct control {
	enum control_kind kind;
	node_set to;
	node_set asked;  /* a live cluster fills it in: the nodes that answer. One that is not in
			    `to`  answers that it keeps the order for those that are */
	uint64_t number; /* rising: microseconds since 1970 when it was given, or one more than the
			    last */
	slot_number slot;
	const uint8_t *value; /* the caller's */
	uint32_t value_length;
	node_id peer;
	struct link_rule link;
	struct clock_rule clock;
	time_us due;
	uint32_t count;
	struct message_id id;
	uint8_t copy;
	uint32_t size_bytes;
	uint32_t outstanding;
	struct batch_rule batch;
	uint32_t rate; /* of arrivals */
	policy_id policy;
	struct attack_order attack;
	struct gate_rule gate;   /* GATE 1: what is held; nothing there: all that comes in */
	struct message_id other; /* MOVE: the message before which another is put */
	uint8_t other_copy;
	struct forgery word;
};

const char *control_name(enum control_kind kind);
unsigned control_fields(enum control_kind kind);

/* What a GATE orders. */
struct gate_rule control_gate(const struct control *gate);

/* A standing order: a control that sets something which lasts. */
bool control_stands(enum control_kind kind);

#endif
