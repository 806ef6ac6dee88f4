/* A message between nodes, as a plain value. Its bytes are proto/wire's affair. */
#ifndef PROTO_CORE_MESSAGE_H
#define PROTO_CORE_MESSAGE_H

#include "proto/core/types.h"

enum message_field {
	FIELD_BALLOT = 1 << 0,
	FIELD_SLOT = 1 << 1,
	FIELD_LOW = 1 << 2,
	FIELD_VALUE = 1 << 3,
	FIELD_CLAIMS = 1 << 4,
	FIELD_PROMISED = 1 << 5,
	FIELD_WHY = 1 << 6,
};

enum message_type {
	MSG_NONE = 0,
#define MESSAGE(name, code, text, fields, help) MSG_##name = code,
#include "proto/core/messages.def"
#undef MESSAGE
	MSG_TYPES
};

enum refusal {
	REFUSE_NOTHING = 0,
#define REFUSAL(name, code, text, help) REFUSE_##name = code,
#include "proto/core/refusals.def"
#undef REFUSAL
	REFUSALS
};

/* One vote that a Promise reports: "in slot I voted for value at ballot". */
struct claim {
	slot_number slot;
	struct ballot ballot;
	value_ref value;
};

struct message {
	enum message_type type;
	node_id from;
	node_set to;
	struct ballot ballot;
	slot_number slot;
	slot_number low;
	struct ballot promised;
	enum refusal why;
	value_ref value;
	uint16_t claims;           /* how many */
	const struct claim *claim; /* rising by slot; valid as long as what the message came in */
};

/* "prepare", "promise", ...; "?" for a type that is not in the table. */
const char *message_name(enum message_type type);

/* A set of enum message_field; 0 for a type that is not in the table. */
unsigned message_fields(enum message_type type);

/* The name of a reason, and the sentence after "nX refuses: ". */
const char *refusal_name(enum refusal why);
const char *refusal_words(enum refusal why);

#endif
