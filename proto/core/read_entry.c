#include "proto/core/read_entry.h"

#include <string.h>

#include "proto/core/batch.h"

void read_entry_write(const struct read_entry *entry, uint8_t bytes[READ_ENTRY_BYTES])
{
	memcpy(bytes, READ_MARK, 4);
	bytes[4] = entry->node;
	for (unsigned i = 0; i < 2; i++)
		bytes[5 + i] = (uint8_t)(entry->boot >> (8 * i));
	for (unsigned i = 0; i < 8; i++)
		bytes[7 + i] = (uint8_t)(entry->number >> (8 * i));
}

bool read_entry_read(const uint8_t *bytes, uint32_t length, struct read_entry *out)
{
	if (!is_read_entry(bytes, length))
		return false;
	*out = (struct read_entry){.node = bytes[4], .boot = (uint16_t)(bytes[5] | bytes[6] << 8)};
	for (unsigned i = 0; i < 8; i++)
		out->number |= (uint64_t)bytes[7 + i] << (8 * i);
	return true;
}

bool is_read_entry(const uint8_t *bytes, uint32_t length)
{
	return length == READ_ENTRY_BYTES && memcmp(bytes, READ_MARK, 4) == 0;
}

bool read_entry_last_write(const uint8_t *bytes, uint32_t bytes_length, const uint8_t **value,
			   uint32_t *length)
{
	struct batch_reader r = batch_read(bytes, bytes_length);
	const uint8_t *one;
	uint32_t one_length;
	bool found = false;

	while (batch_next(&r, &one, &one_length)) {
		if (is_read_entry(one, one_length))
			continue;
		*value = one;
		*length = one_length;
		found = true;
	}
	return found;
}
