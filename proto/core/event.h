/* One thing that happened, as a plain value. The vocabulary is proto/core/events.def.
 *
 * A node numbers its events from 1 at each boot, without a gap, so a reader sees by the
 * numbers which events it missed. Values are references into the table of the event's holder. */
#ifndef PROTO_CORE_EVENT_H
#define PROTO_CORE_EVENT_H

#include "proto/core/clock_rule.h"
#include "proto/core/link_rule.h"
#include "proto/core/message.h"
#include "proto/core/policy.h"
#include "proto/core/types.h"

enum event_field {
	/* all of: id, copy, type, peer, to, slot, ballot, other, value, why, count */
	EV_MESSAGE = 1 << 0,
	EV_BALLOT = 1 << 1,
	EV_SLOT = 1 << 2,
	EV_VALUE = 1 << 3,
	EV_PEER = 1 << 4,
	EV_TYPE = 1 << 5,
	EV_WHY = 1 << 6,
	EV_OTHER = 1 << 7,
	EV_COUNT = 1 << 8,
	EV_QUORUM = 1 << 9,
	EV_BECAUSE = 1 << 10,
	EV_DUE = 1 << 11,
	EV_DROP = 1 << 12,
	EV_NUMBER = 1 << 13,
	EV_LINK = 1 << 14,
	EV_CLOCK = 1 << 15,
	EV_POLICY = 1 << 16,
	EV_ATTACK = 1 << 17,
	EV_SET = 1 << 18, /* `to` */
	EV_TYPES = 1 << 19,
};

/* What of a node's durable state an event raises. */
enum event_durable {
	KEEPS_PROMISE = 1 << 0, /* the event's ballot, unless a higher one is promised */
	KEEPS_VOTE = 1 << 1,    /* ballot and value are its vote in the slot */
	KEEPS_ECHO = 1 << 2,    /* ballot and value are its echo in the slot */
	KEEPS_CHOSEN = 1 << 3,  /* the value is what it knows to be chosen in the slot */
	KEEPS_BASE = 1 << 4, /* every slot up to this one is decided, and it keeps none of them */
	KEEPS_LOW = 1 << 5,  /* it keeps no slot up to this one */
};

enum event_kind {
	EVENT_NONE = 0,
#define EVENT(name, code, text, list, durable, fields, help) EVENT_##name = code,
#include "proto/core/events.def"
#undef EVENT
	EVENT_KINDS
};

enum drop {
	DROP_NOTHING = 0,
#define DROP(name, code, text, help) DROP_##name = code,
#include "proto/core/drops.def"
#undef DROP
	DROPS
};

enum because {
	BECAUSE_NOTHING = 0,
	BECAUSE_FREE,    /* proposing: no vote was told, so its own value is allowed */
	BECAUSE_FORCED,  /* proposing: the highest vote told forces the value (P2c) */
	BECAUSE_GAP,     /* proposing: nothing was told about a slot below one that was: a no-op */
	BECAUSE_COUNTED, /* chosen: it counted a quorum of Accepted in one ballot */
	BECAUSE_TOLD,    /* chosen: a Commit said so */
	BECAUSE_STORED,  /* chosen: read back from its store after a restart */
	BECAUSE_TAKEN,   /* lost: the slot that was asked for holds another value */
	BECAUSE_FULL,    /* lost: too many values wait */
	BECAUSE_TOO_FAR, /* lost: the slot that was asked for is too far ahead */
	BECAUSE_SKIPPED, /* lost: whether it was chosen in its slot is not known, nor kept; read:
			    what was written before is not known, nor kept */
	BECAUSE_ORDERED, /* read: in its place in the log, behind all that was written before */
	BECAUSE_OWN,     /* read: from what the node knows itself; it asked no other */
	BECAUSES
};

/* Names one message of one sender for good: boots are counted, so a restart repeats none. */
struct message_id {
	node_id source;
	uint16_t boot;
	uint64_t number; /* from 1, rising by 1 with each message sent */
};

struct event {
	enum event_kind kind;
	node_id node;  /* the node to which it happened */
	uint16_t boot; /* number of the node's life, from 1 */
	uint64_t seq;  /* from 1 in each boot; 0 = said about the node by another process */
	time_us at;    /* virtual */

	struct message_id id;
	uint8_t copy; /* 0 = the original */
	enum message_type type;
	node_id peer;
	node_set to;
	slot_number slot;
	struct ballot ballot;
	struct ballot other; /* Promise: its highest claim's ballot; Nack: what is promised */
	value_ref value;     /* Promise: its highest claim's value */
	enum refusal why;
	uint32_t count; /* Promise: how many claims */
	uint32_t quorum;
	enum because because;
	time_us due;
	enum drop drop;
	uint64_t number;
	struct link_rule link;
	struct clock_rule clock;
	policy_id policy;
	uint32_t attack; /* bits of proto/fault/attacks.def */
	uint32_t types;  /* a type_set (proto/core/gate_rule.h) */
};

/* What is done to the disk of a node that is down, from outside. */
enum disk_act {
	DISK_WIPED = 1, /* what it had stored is lost */
	DISK_COPIED,    /* a copy of it is kept */
	DISK_PUT_BACK,  /* it is that copy again: what was stored since then is lost */
};

const char *event_name(enum event_kind kind);
unsigned event_fields(enum event_kind kind);
unsigned event_durable(enum event_kind kind); /* bits of enum event_durable */
bool event_is_noise(enum event_kind kind);    /* bookkeeping, which a short list leaves out */
const char *drop_name(enum drop why);
const char *drop_words(enum drop why);
const char *because_name(enum because why);

/* Fills in the fields that EV_MESSAGE stands for, but id, copy and peer. */
void event_of_message(struct event *event, const struct message *message);

#endif
