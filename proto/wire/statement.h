/* A statement: what a signed message says, as far as it can be held against its signer. It is read
 * from the bytes that were signed, and points into them. */
#ifndef PROTO_WIRE_STATEMENT_H
#define PROTO_WIRE_STATEMENT_H

#include "proto/wire/bytes.h"
#include "proto/wire/evidence.h"

/* A value as it stands in what is signed: a long one is its digest. */
struct said_value {
	uint32_t length; /* of the value */
	uint32_t stored; /* of the bytes */
	const uint8_t *bytes;
};

struct statement {
	enum message_type type;
	node_id signer;
	struct ballot ballot;
	slot_number slot;
	slot_number low;
	struct said_value value;
	uint16_t claims;
	struct byte_reader claim; /* at the first of them */
};

/* A vote that a Promise or a NewView tells. */
struct said_vote {
	slot_number slot;
	struct ballot ballot; /* none: "I have not voted" */
	struct said_value value;
};

/* DROP_NOTHING, or why it is no message of this cluster and epoch. */
enum drop statement_read(const struct wire_context *context, const struct signed_body *part,
			 struct statement *out);

/* The same in whatever cluster and epoch: people may look at a proof before it is verified. */
bool statement_read_anyhow(const struct signed_body *part, struct statement *out);

/* The next of the votes that a Promise or a NewView tells. */
void statement_read_vote(struct byte_reader *r, struct said_vote *out);

bool said_value_is_same(const struct said_value *a, const struct said_value *b);

/* What the Promise or NewView tells about a slot; its ballot is none if it tells that there was no
 * vote. False: it tells nothing, for the slot was closed or not asked about. */
bool statement_tells(const struct statement *p, slot_number slot, struct said_vote *out);

#endif
