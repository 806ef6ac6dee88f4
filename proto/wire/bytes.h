/* Reading and writing bytes within bounds. A reader remembers the first thing that went wrong and
 * reads only zeros from then on; a writer that ran out of room writes nothing more. So a codec
 * reads straight on and asks once, at the end. Integers are little-endian on every machine. */
#ifndef PROTO_WIRE_BYTES_H
#define PROTO_WIRE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proto/core/event.h"

struct byte_reader {
	const uint8_t *at;
	size_t left;
	enum drop wrong; /* the first reason; everything that is read after it is 0 */
};

struct byte_writer {
	uint8_t *at;
	size_t left;
	bool full; /* something did not fit; nothing is written after it */
};

static inline void read_refuse(struct byte_reader *r, enum drop why)
{
	if (r->wrong == DROP_NOTHING)
		r->wrong = why;
	r->left = 0;
}

/* The next `length` bytes, where they are; NULL if there are not so many. */
static inline const uint8_t *read_bytes(struct byte_reader *r, size_t length)
{
	const uint8_t *bytes = r->at;

	if (length > r->left) {
		read_refuse(r, DROP_SHORT);
		return NULL;
	}
	r->at += length;
	r->left -= length;
	return bytes;
}

static inline uint64_t read_integer(struct byte_reader *r, unsigned width)
{
	const uint8_t *bytes = read_bytes(r, width);
	uint64_t number = 0;

	if (bytes == NULL)
		return 0;
	for (unsigned i = 0; i < width; i++)
		number |= (uint64_t)bytes[i] << (8 * i);
	return number;
}

static inline uint8_t read_u8(struct byte_reader *r)
{
	return (uint8_t)read_integer(r, 1);
}

static inline uint16_t read_u16(struct byte_reader *r)
{
	return (uint16_t)read_integer(r, 2);
}

static inline uint32_t read_u32(struct byte_reader *r)
{
	return (uint32_t)read_integer(r, 4);
}

static inline uint64_t read_u64(struct byte_reader *r)
{
	return read_integer(r, 8);
}

/* Copies bytes out; leaves `out` alone if they are not there. */
static inline void read_copy(struct byte_reader *r, uint8_t *out, size_t length)
{
	const uint8_t *bytes = read_bytes(r, length);

	if (bytes != NULL)
		memcpy(out, bytes, length);
}

/* A field that no encoder would have written, unless it is `right`. */
static inline void read_check(struct byte_reader *r, bool right)
{
	if (!right)
		read_refuse(r, DROP_MALFORMED);
}

/* The verdict, when nothing more may follow. */
static inline enum drop read_end(struct byte_reader *r)
{
	if (r->wrong == DROP_NOTHING && r->left > 0)
		r->wrong = DROP_TRAILING;
	return r->wrong;
}

/* Room for `length` bytes, to be filled at once; NULL if there is none. */
static inline uint8_t *write_room(struct byte_writer *w, size_t length)
{
	uint8_t *room = w->at;

	if (w->full || length > w->left) {
		w->full = true;
		return NULL;
	}
	w->at += length;
	w->left -= length;
	return room;
}

static inline void write_bytes(struct byte_writer *w, const uint8_t *bytes, size_t length)
{
	uint8_t *room = write_room(w, length);

	if (room != NULL && length > 0)
		memcpy(room, bytes, length);
}

static inline void write_integer(struct byte_writer *w, unsigned width, uint64_t number)
{
	uint8_t *room = write_room(w, width);

	if (room == NULL)
		return;
	for (unsigned i = 0; i < width; i++)
		room[i] = (uint8_t)(number >> (8 * i));
}

static inline void write_u8(struct byte_writer *w, uint8_t number)
{
	write_integer(w, 1, number);
}

static inline void write_u16(struct byte_writer *w, uint16_t number)
{
	write_integer(w, 2, number);
}

static inline void write_u32(struct byte_writer *w, uint32_t number)
{
	write_integer(w, 4, number);
}

static inline void write_u64(struct byte_writer *w, uint64_t number)
{
	write_integer(w, 8, number);
}

#endif
