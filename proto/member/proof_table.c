#include "proto/member/proof_table.h"

#include <string.h>

#include "proto/core/digest.h"

size_t proof_table_size(void)
{
	return values_size(PROOFS_KEPT_MAX, PROOFS_KEPT_BYTES);
}

void proof_table_init(struct proof_table *t, void *memory)
{
	t->kept = values_init(memory, PROOFS_KEPT_MAX, PROOFS_KEPT_BYTES);
	memset(t->nameless, 0, sizeof t->nameless);
	t->has_nameless = false;
}

proof_ref proof_table_keep(struct proof_table *t, const uint8_t *bytes, size_t length)
{
	if (length == 0)
		return PROOF_NONE;
	return values_intern(t->kept, bytes, (uint32_t)length);
}

proof_ref proof_table_take_own(struct proof_table *t, const struct frame *frame)
{
	uint8_t bytes[PROOF_BYTES_MAX];

	return proof_table_keep(t, bytes, frame_proof(frame, bytes));
}

proof_ref proof_table_take(struct proof_table *t, const struct verifier *v,
			   const struct frame *frame)
{
	uint8_t bytes[PROOF_BYTES_MAX];

	if (!frame->is_signed)
		return PROOF_NONE;
	size_t length = frame_proof(frame, bytes);
	proof_ref known = values_find(t->kept, bytes, (uint32_t)length);
	if (known != PROOF_NONE)
		return known;
	if (!frame_verify(frame, v->crypto, &v->keys[frame->message.from]))
		return PROOF_NONE;
	return proof_table_keep(t, bytes, length);
}

/* Was this message written before? It is part of a longer proof, and not kept by itself. Else its
 * place is noted, as it is about to be written. */
static bool nameless_again(struct proof_table *t, const struct proof_entry *entry, size_t used)
{
	uint64_t at = digest64(0, entry->bytes, entry->length);

	t->has_nameless = true;
	for (unsigned tries = 0; tries < PROOFS_NAMELESS_MAX / 2; tries++, at++) {
		const unsigned place = at % PROOFS_NAMELESS_MAX;
		if (t->nameless[place].length == 0) {
			t->nameless[place].from = (uint32_t)used;
			t->nameless[place].length = (uint32_t)entry->length;
			return false;
		}
		if (t->nameless[place].length == entry->length &&
		    memcmp(t->bytes + t->nameless[place].from, entry->bytes, entry->length) == 0)
			return true;
	}
	return false;
}

/* A proof may be several messages in a row, and the same message may be in several proofs. */
static size_t write_once(struct proof_table *t, proof_ref ref, uint64_t seen[], size_t used)
{
	uint32_t length;
	const uint8_t *bytes = values_bytes(t->kept, ref, &length);
	struct proof_list left = {bytes, length};
	struct proof_entry entry;

	while (proof_skip(&left, &entry)) {
		proof_ref one = entry.length == length
					? ref
					: values_find(t->kept, entry.bytes, (uint32_t)entry.length);

		if (entry.length > sizeof t->bytes - used)
			continue;
		if (one != PROOF_NONE ? (seen[one / 64] >> one % 64 & 1) != 0
				      : nameless_again(t, &entry, used))
			continue;
		if (one != PROOF_NONE)
			seen[one / 64] |= (uint64_t)1 << one % 64;
		memcpy(t->bytes + used, entry.bytes, entry.length);
		used += entry.length;
	}
	return used;
}

size_t proof_table_write(struct proof_table *t, const proof_ref *list, unsigned count)
{
	uint64_t seen[(PROOFS_KEPT_MAX + 2 + 63) / 64];
	size_t used = 0;

	if (count == 0)
		return 0;
	memset(seen, 0, sizeof seen);
	if (t->has_nameless)
		memset(t->nameless, 0, sizeof t->nameless);
	t->has_nameless = false;
	for (unsigned i = 0; i != count; i++)
		used = write_once(t, list[i], seen, used);
	return used;
}
