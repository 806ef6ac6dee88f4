/* A bundle: the messages that a node sends in one turn of its loop, as one message of the bus. A
 * send costs much the same whether it carries one frame or a hundred, and a node that works on many
 * slots at a time says many things in a turn.
 *
 *   version u8 = BUNDLE_VERSION | 0 u8 | sender u8 | to u32 | count u16 |
 *   count times: length u32, a frame of so many bytes (proto/wire/frame.h)
 *
 * `sender` is that of the first frame, `to` all nodes that any frame is for, count is from 2 to
 * BUNDLE_FRAMES_MAX. Every frame begins with WIRE_VERSION: a bundle holds no bundle and no hello.
 *
 * A bundle is a wrapping and vouches for nothing. Its lengths fit exactly, and its head says what
 * its frames say, or it is refused whole. A bundle that was changed elsewhere, within a frame,
 * opens: each frame then is judged by itself, as if it had come alone, and the changed one gets the
 * verdict that it would have got alone. */
#ifndef PROTO_WIRE_BUNDLE_H
#define PROTO_WIRE_BUNDLE_H

#include "proto/wire/frame.h"

/* The first byte tells a bundle from a message and from a hello. The next six are those of a
 * message: frame_peek reads both. */
#define BUNDLE_VERSION 0x62

#define BUNDLE_HEAD       9
#define BUNDLE_FRAMES_MAX 8192
#define BUNDLE_BYTES_MAX  ((size_t)256 * 1024)

/* The frames that are still to be read, in the bytes that were opened. All zero: none. */
struct bundle {
	const uint8_t *at;
	size_t left;
	unsigned frames;
};

bool is_bundle(const uint8_t *bytes, size_t length);

/* DROP_NOTHING and *out, which points into `bytes`; or why the bytes are no bundle. */
enum drop bundle_open(const uint8_t *bytes, size_t length, struct bundle *out);

/* Moves on to the next frame. False: there is none. */
bool bundle_next(struct bundle *bundle, const uint8_t **frame, size_t *length);

/* Makes a bundle in BUNDLE_BYTES_MAX bytes of the caller. All zero but for `bytes`: empty. */
struct bundle_writer {
	uint8_t *bytes;
	size_t length;
	unsigned frames;
	node_set to;
};

/* Copies a frame behind the others. False, and nothing is changed: there is no room for it, or it
 * is nothing that a bundle holds, so it must go alone. */
bool bundle_add(struct bundle_writer *w, const uint8_t *frame, size_t length);

/* What is to be sent: a bundle, or the frame itself if there is one only. NULL: nothing was added.
 * The writer is empty again; the bytes are as they are until the next bundle_add. */
const uint8_t *bundle_end(struct bundle_writer *w, size_t *length);

#endif
