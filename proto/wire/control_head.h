/* The head that all frames of the control bus begin with. */
#ifndef PROTO_WIRE_CONTROL_HEAD_H
#define PROTO_WIRE_CONTROL_HEAD_H

#include "proto/wire/bytes.h"
#include "proto/wire/control_frame.h"

#define CONTROL_VERSION 1

/* A writer over bytes[capacity] that has written the head. */
struct byte_writer control_head_begin(enum control_frame_kind kind,
				      const struct wire_context *context, uint8_t *bytes,
				      size_t capacity);

/* A reader that stands behind the head of a frame of that kind and context. Its `wrong` says why,
 * if the frame is none such. */
struct byte_reader control_head_open(enum control_frame_kind kind,
				     const struct wire_context *context, const uint8_t *bytes,
				     size_t length);

/* Length of what was written from `bytes` on, 0 if it did not fit. */
static inline size_t control_length(const struct byte_writer *w, const uint8_t *bytes)
{
	return w->full ? 0 : (size_t)(w->at - bytes);
}

#endif
