/* What a gate with `keep` holds outlives the receiver's crash: the driver stores it and gives it
 * back. One frame after the other, in the order of the gate: copy u8 | length u32 | the bytes. */
#include <string.h>

#include "proto/member/incoming.h"
#include "proto/wire/bytes.h"

#define HEAD_BYTES 5

/* The frame at the gate that comes after this one in its order. */
static struct held *held_after(const struct member *m, uint64_t order)
{
	struct held *next = NULL;

	for (unsigned i = 0; i < m->inbox.count; i++) {
		struct held *h = inbox_at(&m->inbox, i);

		if (h->due == DUE_WHEN_TOLD && h->order > order &&
		    (next == NULL || h->order < next->order))
			next = h;
	}
	return next;
}

size_t member_kept_size(const struct member *m)
{
	size_t size = 0;

	for (unsigned i = 0; i < m->inbox.count && m->config.gate.keep; i++)
		if (inbox_at(&m->inbox, i)->due == DUE_WHEN_TOLD)
			size += HEAD_BYTES + inbox_at(&m->inbox, i)->length;
	return size;
}

size_t member_kept(struct member *m, uint8_t *bytes, size_t capacity)
{
	struct byte_writer w = {.at = bytes, .left = capacity};
	struct held *h = m->config.gate.keep ? held_after(m, 0) : NULL;

	for (; h != NULL && HEAD_BYTES + h->length <= w.left; h = held_after(m, h->order)) {
		write_u8(&w, h->event.copy);
		write_u32(&w, h->length);
		write_bytes(&w, inbox_bytes(&m->inbox, h), h->length);
	}
	return (size_t)(w.at - bytes);
}

void member_kept_in(struct member *m, const uint8_t *bytes, size_t length)
{
	struct byte_reader r = {.at = bytes, .left = length};

	while (m->config.gate.keep && r.left > HEAD_BYTES) {
		const uint8_t copy = read_u8(&r);
		const uint32_t size = read_u32(&r);
		const uint8_t *frame = read_bytes(&r, size);

		if (frame == NULL)
			return;
		/* A gate that was changed meanwhile holds no more than it says. */
		if (frame_decode(&m->config.wire, frame, size, m->values, &m->frame) ==
			    DROP_NOTHING &&
		    incoming_is_gated_frame(m))
			incoming_hold(m, frame, size, 0, copy);
	}
}
