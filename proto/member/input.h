/* Every input of a member as a plain value (proto/member/inputs.def), as bytes, and as the call
 * that it stands for. A member whose config.heard is set tells each of its inputs before it obeys
 * it. */
#ifndef PROTO_MEMBER_INPUT_H
#define PROTO_MEMBER_INPUT_H

#include "proto/member/member.h"
#include "proto/member/output_marks.h"
#include "proto/wire/bytes.h"

enum member_input_field {
	MI_NOW = 1 << 0,
	MI_CONFIG = 1 << 1,
	MI_NODES = 1 << 2,
	MI_NODE = 1 << 3,
	MI_SLOT = 1 << 4,
	MI_AT = 1 << 5,
	MI_OTHER = 1 << 6,
	MI_NUMBER = 1 << 7,
	MI_DROP = 1 << 8,
	MI_CONTROL = 1 << 9,
	MI_LINES = 1 << 10,
	MI_LIFE = 1 << 11,
	MI_OUTPUT = 1 << 12,
	MI_BYTES = 1 << 13,
	MI_MORE = 1 << 14,
	MI_PROOFS = 1 << 15,
};

enum member_input_kind {
	IN_NONE = 0,
#define MEMBER_INPUT(name, code, text, fields, help) IN_##name = code,
#include "proto/member/inputs.def"
#undef MEMBER_INPUT
	MEMBER_INPUT_KINDS
};

struct input_bytes {
	const uint8_t *bytes; /* NULL: none */
	uint32_t length;
};

/* What is pointed to is the teller's, valid during the call. */
struct member_input {
	enum member_input_kind kind;
	time_us now;
	const struct member_config *config;
	node_set nodes;
	node_id node;
	slot_number slot;
	struct ballot at;
	struct ballot other;
	uint64_t number;
	enum drop drop;
	const struct control *control;
	const struct policy_line *line;
	unsigned lines;
	struct known_life life;
	const struct output_marks *marks;
	struct input_bytes bytes, more, proofs;
};

/* No input is longer. */
#define MEMBER_INPUT_BYTES_MAX (FRAME_BYTES_MAX + 3 * (size_t)VALUE_BYTES_MAX + 65536)

const char *member_input_name(enum member_input_kind kind);
const char *member_input_help(enum member_input_kind kind);

/* Is it part of a member's life, rather than its driver's bookkeeping of outputs? */
bool member_input_counts(enum member_input_kind kind);

void member_input_write(struct byte_writer *w, const struct member_input *in);

/* Where what an input points to is put; the bytes stay where they are read. */
struct member_input_room {
	struct member_config config;
	struct control control;
	struct policy_line line[POLICY_LINES_MAX];
	struct output_marks marks;
};

/* Reads one input to the end of the reader. False: no program wrote such bytes. A CONFIG has no
 * secret key, no table of values, and asks for the crypto that its user puts there. */
bool member_input_read(struct byte_reader *r, struct member_input_room *room,
		       struct member_input *out);

/* Does to the member what its driver did by this input. Not for CONFIG, which makes a member. */
void member_input_give(struct member *m, const struct member_input *in);

#endif
