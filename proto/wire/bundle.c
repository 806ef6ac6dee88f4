#include "proto/wire/bundle.h"

#include "proto/wire/bytes.h"

#define LENGTH_BYTES 4

bool is_bundle(const uint8_t *bytes, size_t length)
{
	return length > 0 && bytes[0] == BUNDLE_VERSION;
}

/* Could a bundle hold these bytes, and for which nodes are they? */
static bool is_for(const uint8_t *frame, size_t length, node_id *sender, node_set *to)
{
	return frame_peek(frame, length, sender, to) && frame[0] == WIRE_VERSION;
}

bool bundle_next(struct bundle *bundle, const uint8_t **frame, size_t *length)
{
	struct byte_reader r = {bundle->at, bundle->left, DROP_NOTHING};

	if (bundle->frames == 0)
		return false;
	*length = read_u32(&r);
	*frame = read_bytes(&r, *length);
	*bundle = (struct bundle){r.at, r.left, bundle->frames - 1};
	return r.wrong == DROP_NOTHING;
}

/* Reads all frames, so that later nobody needs to ask whether they fit. */
static enum drop check_frames(struct bundle bundle, node_id sender, node_set to)
{
	const uint8_t *frame;
	size_t length;
	node_set all = 0;
	bool is_first = true;

	while (bundle.frames > 0) {
		node_id its_sender;
		node_set its_to;
		if (!bundle_next(&bundle, &frame, &length))
			return DROP_SHORT;
		if (!is_for(frame, length, &its_sender, &its_to) ||
		    (is_first && its_sender != sender))
			return DROP_MALFORMED;
		is_first = false;
		all |= its_to;
	}
	if (bundle.left > 0)
		return DROP_TRAILING;
	return all == to ? DROP_NOTHING : DROP_MALFORMED;
}

enum drop bundle_open(const uint8_t *bytes, size_t length, struct bundle *out)
{
	struct byte_reader r = {bytes, length, DROP_NOTHING};

	*out = (struct bundle){.at = NULL};
	if (length > BUNDLE_BYTES_MAX)
		return DROP_OVERSIZED;
	const uint8_t version = read_u8(&r);
	if (r.wrong == DROP_NOTHING && version != BUNDLE_VERSION)
		read_refuse(&r, DROP_VERSION);
	read_check(&r, read_u8(&r) == 0);
	const node_id sender = read_u8(&r);
	const node_set to = read_u32(&r);
	const unsigned frames = read_u16(&r);
	if (r.wrong == DROP_NOTHING)
		read_check(&r, frames >= 2 && frames <= BUNDLE_FRAMES_MAX);
	if (r.wrong != DROP_NOTHING)
		return r.wrong;
	const struct bundle bundle = {r.at, r.left, frames};
	const enum drop why = check_frames(bundle, sender, to);
	if (why == DROP_NOTHING)
		*out = bundle;
	return why;
}

bool bundle_add(struct bundle_writer *w, const uint8_t *frame, size_t length)
{
	const size_t used = w->frames == 0 ? BUNDLE_HEAD : w->length;
	node_id sender;
	node_set to;

	if (!is_for(frame, length, &sender, &to) || w->frames == BUNDLE_FRAMES_MAX ||
	    length > BUNDLE_BYTES_MAX || LENGTH_BYTES + length > BUNDLE_BYTES_MAX - used)
		return false;
	struct byte_writer at = {w->bytes + used, BUNDLE_BYTES_MAX - used, false};
	write_u32(&at, (uint32_t)length);
	write_bytes(&at, frame, length);
	w->length = used + LENGTH_BYTES + length;
	w->to |= to;
	w->frames++;
	return true;
}

const uint8_t *bundle_end(struct bundle_writer *w, size_t *length)
{
	const struct bundle_writer made = *w;
	const uint8_t *first = made.bytes + BUNDLE_HEAD + LENGTH_BYTES;
	node_id sender;
	node_set to;

	*w = (struct bundle_writer){.bytes = made.bytes};
	*length = 0;
	if (made.frames == 0)
		return NULL;
	*length = made.length;
	if (made.frames == 1) {
		*length -= BUNDLE_HEAD + LENGTH_BYTES;
		return first;
	}
	frame_peek(first, made.length - BUNDLE_HEAD - LENGTH_BYTES, &sender, &to);
	struct byte_writer head = {made.bytes, BUNDLE_HEAD, false};
	write_u8(&head, BUNDLE_VERSION);
	write_u8(&head, 0);
	write_u8(&head, sender);
	write_u32(&head, made.to);
	write_u16(&head, (uint16_t)made.frames);
	return made.bytes;
}
