/* The fields of a message as bytes: one encoder and one decoder for each enum message_field. The
 * row of the message's type (proto/core/messages.def) says which fields it has; nothing here knows
 * what a Promise is. */
#ifndef PROTO_WIRE_FRAME_FIELDS_H
#define PROTO_WIRE_FRAME_FIELDS_H

#include "proto/wire/fields.h"
#include "proto/wire/frame.h"

#define FRAME_FIELDS 10 /* kinds of fields */

/* Where the bytes of a value lie until it is known that they may be interned. */
struct span {
	const uint8_t *bytes;
	uint32_t length;
	bool is_digest; /* bytes are the digest of a value of this length */
};

struct decoding {
	struct byte_reader reader;
	uint8_t nodes;
	bool brief;
	bool has_proofs;
	bool has_hearsay;
	struct frame *frame;
	const struct known_value *known; /* brief */
	unsigned known_count;
	struct span value;
	struct span claim_value[SLOTS_OPEN_MAX]; /* as many as message.claims are set */
};

struct encoding {
	struct byte_writer writer;
	uint8_t nodes;
	const struct message *message;
	const uint8_t *view;
	bool brief, is_signed;
	const struct values *values;
};

/* Both take a set of enum message_field, and go through it in its order. Getting fills in
 * frame->message, but for values: those stay spans until the whole frame is known to be right. */
void frame_fields_put(struct encoding *e, unsigned set);
void frame_fields_get(struct decoding *d, unsigned set);

#endif
