/* The witness: remembers the words of other nodes, and notices when two of them contradict each
 * other. A word is a message that a node has signed. The witness also holds the proofs of lies
 * (proto/wire/evidence.h), those that it found and those that others brought.
 *
 * Memory is bounded. Of words the newest are kept; of proofs the first of each kind against each
 * node. A lie whose words are forgotten stays unproven: that costs a proof, never safety. Bytes are
 * copied. */
#ifndef PROTO_MEMBER_WITNESS_H
#define PROTO_MEMBER_WITNESS_H

#include "proto/member/proof_table.h"
#include "proto/wire/evidence.h"

#define WORDS_HEARD_MAX   1024
#define WORDS_BUCKETS     512 /* a power of two */
#define WORDS_BYTES       (256 * 1024)
#define PROOFS_HELD_MAX   64
#define PROOFS_HELD_BYTES (256 * 1024)

/* One word: what was signed of the message, then its signature, lie in words[]. */
struct heard {
	enum message_type type;
	node_id signer;
	struct ballot ballot;
	slot_number slot;
	uint32_t at, length;
	uint64_t older; /* 1 + the number of the word before it in its bucket, 0 = none */
	bool unsure;    /* it is late, so its signature was not verified */
};

struct held_proof {
	enum proof_kind kind;
	node_id accused;
	slot_number slot;
	node_set known_to; /* nodes that brought this proof, and need not be told */
	uint32_t at, length;
	uint8_t told_again[NODES_MAX + 1]; /* so often to that node since it came back last */
};

struct witness {
	node_set proven; /* nodes that are proven liars */
	unsigned proofs;
	struct held_proof proof[PROOFS_HELD_MAX];
	uint16_t boot[NODES_MAX + 1]; /* the latest life of each node that asked for proofs */
	uint64_t heard_from,
		heard_to; /* words are numbered; those before heard_from are forgotten */
	uint64_t bucket[WORDS_BUCKETS]; /* 1 + the number of the newest word in it, 0 = none */
	uint32_t words_at;              /* where the next words go */
	uint32_t proofs_at;
	struct heard heard[WORDS_HEARD_MAX]; /* a ring, word number n at n % WORDS_HEARD_MAX */
	uint8_t words[WORDS_BYTES];          /* a ring too; no message lies across its end */
	uint8_t proof_bytes[PROOFS_HELD_BYTES];
};

void witness_init(struct witness *w);

/* A message of another node, signed and verified, or late: then it is verified when it contradicts
 * something, or when its signature is not the one that was heard before. True: it contradicts an
 * earlier word, and *out is the proof, whose bytes are valid until the next call of any function
 * here. */
bool witness_hear(struct witness *w, const struct verifier *v, const struct frame *frame,
		  struct evidence *out);

/* Keeps a proof that holds. False: there is one of this kind against this node already, or no room.
 * `by`: the node that brought it, NODE_NONE = found here. */
bool witness_hold(struct witness *w, const struct evidence *proof, node_id by);

/* Proof number i, 0 <= i < w->proofs, as evidence_encode wrote it. */
const uint8_t *witness_proof(const struct witness *w, unsigned i, uint32_t *length);

/* A node asks what it missed. If this is a new life of it, it may have forgotten every proof in the
 * crash, and may be told all again. */
void witness_reborn(struct witness *w, node_id node, uint16_t boot);

#endif
