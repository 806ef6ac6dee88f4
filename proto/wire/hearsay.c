#include "proto/wire/hearsay.h"

#include "proto/wire/bytes.h"

#define LIFE_BYTES 15

size_t hearsay_length(const struct hearsay *heard)
{
	return heard->count == 0 ? 0 : 1 + (size_t)heard->count * LIFE_BYTES;
}

void hearsay_write(struct byte_writer *w, const struct hearsay *heard)
{
	if (heard->count == 0)
		return;
	write_u8(w, heard->count);
	for (unsigned i = 0; i < heard->count; i++) {
		write_u8(w, heard->of[i].node);
		write_u16(w, heard->of[i].life.boot);
		write_u32(w, heard->of[i].life.number);
		write_u64(w, heard->of[i].life.stored);
	}
}

void hearsay_read(struct byte_reader *r, uint8_t nodes, struct hearsay *out)
{
	const uint8_t count = read_u8(r);
	node_id last = NODE_NONE;

	out->count = 0;
	read_check(r, count > 0 && count <= nodes);
	for (unsigned i = 0; i < count && r->wrong == DROP_NOTHING; i++) {
		const node_id node = read_u8(r);
		const uint16_t boot = read_u16(r);
		const uint32_t number = read_u32(r);
		const uint64_t stored = read_u64(r);

		read_check(r, node > last && node <= nodes && boot != 0);
		last = node;
		out->of[i].node = node;
		out->of[i].life = (struct known_life){boot, number, stored};
		out->count++;
	}
}
