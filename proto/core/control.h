/* What an operator tells nodes to do, as a plain value: proto/core/controls.def. */
#ifndef PROTO_CORE_CONTROL_H
#define PROTO_CORE_CONTROL_H

#include "proto/core/event.h"
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
};

enum control_kind {
	CONTROL_NONE = 0,
#define CONTROL(name, code, text, fields, help) CONTROL_##name = code,
#include "proto/core/controls.def"
#undef CONTROL
	CONTROL_KINDS
};

/* Which lies, with whom, to whom. Attacks are bits of proto/fault/attacks.def. */
struct attack_order {
	uint32_t attacks;    /* 0 = be honest */
	node_set colluders;  /* who else lies, this node too */
	node_set victims;    /* 0 = everybody */
	uint32_t from_round; /* lies only in ballots of this round or above */
	uint64_t seed;       /* the same at all colluders: they agree on what they push */
};

struct control {
	enum control_kind kind;
	node_set to;
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
	policy_id policy;
	struct attack_order attack;
};

const char *control_name(enum control_kind kind);
unsigned control_fields(enum control_kind kind);

/* The virtual time at a real time, by a clock rule. */
time_us clock_at(const struct clock_rule *rule, time_us real_us);

/* How long, in real microseconds, until the virtual time `due`: 0 if it is past, UINT64_MAX if the
 * clock is paused. */
time_us clock_until(const struct clock_rule *rule, time_us real_us, time_us due);

bool clock_is_paused(const struct clock_rule *rule);
bool clock_is_unlimited(const struct clock_rule *rule);

#endif
