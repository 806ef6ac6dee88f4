/* A read that goes through the log: an entry that takes a place there and changes nothing. Paxos
 * Made Simple, 3: clients' commands are chosen one after another, and a read is a command like any
 * other. What was written last before the entry is what the read returns.
 *
 *   READ_MARK 4 bytes | node u8 | life of the node u16 | number of the read in that life u64
 *
 * Integers are little-endian. So no two reads are the same entry, and a node knows its own again.
 * Nobody else may propose these bytes. */
#ifndef PROTO_CORE_READ_ENTRY_H
#define PROTO_CORE_READ_ENTRY_H

#include "proto/core/types.h"

#define READ_MARK                                                                                  \
	"\xfb"                                                                                     \
	"get"
#define READ_ENTRY_BYTES 15

struct read_entry {
	node_id node;
	uint16_t boot;
	uint64_t number;
};

void read_entry_write(const struct read_entry *entry, uint8_t bytes[READ_ENTRY_BYTES]);

/* False: these bytes are a value that somebody proposed. */
bool read_entry_read(const uint8_t *bytes, uint32_t length, struct read_entry *out);
bool is_read_entry(const uint8_t *bytes, uint32_t length);

/* The value that is written last in a slot which holds these bytes, alone or in a batch: *value, of
 * *length bytes. False: the slot holds reads only, or a no-op. */
bool read_entry_last_write(const uint8_t *bytes, uint32_t bytes_length, const uint8_t **value,
			   uint32_t *length);

#endif
