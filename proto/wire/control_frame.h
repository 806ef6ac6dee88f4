/* The frames of the control bus: dashboards ask and command, nodes report. The rules are those of
 * proto/wire/frame.h: little-endian, one encoding, a refusal has a reason.
 *
 *   header     version u8 | kind u8 | cluster 8 bytes | epoch u32; then, by kind:
 *   QUERY      to u32 | wants u8 (bit 0 snapshot, 1 roster, 2 proofs, 3 orders); anybody may ask
 *   CONTROL    to u32 | asked u32 | number u64 | kind u8 | the fields of its row in controls.def |
 *              signature 64
 *   EVENTS     node u8 | boot u16 | seq u64 of the first, the others follow without a gap |
 *              left out u64 | count u16, not 0 | events: kind u8, at u64, the row's fields
 *   SNAPSHOT   a struct snapshot, field by field
 *   ROSTER     a struct roster, field by field | signature 64
 *   PEER_INFO  nonce 16 bytes | id u8 (0 = any) | public key 32 | data endpoint |
 *              control endpoint | proof 32, 0 before there is a challenge | signature 64, which
 *              proves that the sender holds the key
 *   WELCOME    nonce 16 of a PeerInfo | challenge 32: the coordinator wants the proof that whoever
 *              sent that PeerInfo knows the join token. The proof is BLAKE2b with the token as its
 *              key over "paxos-tui join 1" with its 0, the challenge, and the PeerInfo from nonce
 *              to control endpoint
 *   LOAD       node u8 | struct load_report
 *   PROOF      node u8 | a proof that a node lied, up to the end (proto/wire/evidence.h)
 *   VALUE      node u8 | a batch (proto/core/batch.h), up to the end: what an event or a snapshot
 *              tells as a sketch
 *   GREETING   node u8 | to u32 | orders u64 | is answer u8; from node to node, on the data bus
 *   ORDER      to u32 | a CONTROL frame, up to the end; from node to node, on the data bus
 *
 * EVENTS, SNAPSHOT, LOAD, PROOF and VALUE are a node's reports. The node signs them, with a
 * signature 64 behind what stands here ("paxos-tui report 1"), so no node can report in another's
 * name.
 *
 * A signature covers a domain with its 0 ("paxos-tui control 1" and "paxos-tui roster 1", both by
 * the operator; "paxos-tui peer 1" by the node) and all that stands before it. A coordinator's
 * cluster id is zero until there is a roster. An endpoint is a length u8 and its bytes, which are
 * sound (proto/wire/endpoint.h). A value in
 * an event or a snapshot is 1 byte (0 none, 1 no-op, 2 whole, 3 sketch); whole: length u8 and at
 * most VALUE_SHOWN_MAX bytes; sketch, of a longer value: prefix 16, length u32, two digests u64
 * (struct value_sketch). Nodes in events may be none. */
#ifndef PROTO_WIRE_CONTROL_FRAME_H
#define PROTO_WIRE_CONTROL_FRAME_H

#include "proto/core/control.h"
#include "proto/core/event.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"
#include "proto/wire/crypto.h"
#include "proto/wire/endpoint.h"
#include "proto/wire/frame.h"

/* No frame on the control bus is longer, and no report without its signature. */
#define CONTROL_FRAME_BYTES_MAX (256 * 1024)
#define REPORT_BYTES_MAX        (CONTROL_FRAME_BYTES_MAX - SIGNATURE_BYTES)

enum control_frame_kind {
	FRAME_QUERY = 1,
	FRAME_CONTROL,
	FRAME_EVENTS,
	FRAME_SNAPSHOT,
	FRAME_ROSTER,
	FRAME_PEER_INFO,
	FRAME_LOAD,
	FRAME_PROOF,
	FRAME_WELCOME,
	FRAME_GREETING,
	FRAME_ORDER,
	FRAME_SEAT,
	FRAME_VALUE,
	FRAME_KINDS
};

#define QUERY_SNAPSHOT 1
#define QUERY_ROSTER   2
#define QUERY_PROOFS   4
#define QUERY_ORDERS   8 /* no answer: it asks its peers for the standing orders that it missed */

struct roster_node {
	struct public_key key;
	char data[ENDPOINT_MAX];
	char control[ENDPOINT_MAX];
};

/* The roster: the nodes of the cluster, signed by its operator. It is all that a node needs to
 * begin, and to come back after a crash. */
struct roster {
	uint8_t cluster[8];
	uint32_t epoch;
	struct public_key operator_key;
	uint8_t nodes;
	uint8_t mode; /* enum paxos_mode */
	uint8_t quorum;
	uint32_t policy;
	struct clock_rule clock;                /* at the beginning */
	struct link_rule link;                  /* of every link, at the beginning */
	struct roster_node node[NODES_MAX + 1]; /* by id */
	uint8_t signature[SIGNATURE_BYTES];
};

struct peer_info {
	uint8_t nonce[16]; /* chosen by the node, which knows the answer to itself by it */
	node_id wanted;    /* the id it would like, 0 = any */
	struct public_key key;
	char data[ENDPOINT_MAX];
	char control[ENDPOINT_MAX];
	uint8_t proof[DIGEST_BYTES]; /* that the node knows the join token; 0 = not yet asked for */
	uint8_t signature[SIGNATURE_BYTES];
};

/* No PeerInfo is longer. */
#define PEER_INFO_BYTES_MAX 512

/* A secret of all nodes that may join; it never travels. */
struct join_token {
	uint8_t bytes[32];
};

#define CHALLENGE_BYTES 32

struct welcome {
	uint8_t nonce[16];                  /* of the PeerInfo that is answered */
	uint8_t challenge[CHALLENGE_BYTES]; /* new with each coordinator, so no proof is used again
					     */
};

/* A public key in a form that people compare: 01ab-23cd-45ef-6789, the head of its BLAKE2b. */
#define FINGERPRINT_BYTES 8
#define FINGERPRINT_SIZE  20
void key_fingerprint(const struct public_key *key, char out[FINGERPRINT_SIZE]);

/* The kind of a frame, or why it is none. `cluster` and `epoch` are returned, not checked. */
enum drop control_frame_peek(const uint8_t *bytes, size_t length, enum control_frame_kind *kind,
			     uint8_t cluster[8], uint32_t *epoch);

/* Each encoder returns the length, 0 if `capacity` is too small. Each decoder returns DROP_NOTHING,
 * or why not, and then what it wrote means nothing. Pointers that a decoder hands out point into
 * `bytes`. A decoder interns values last. If the table might not have room for them it interns
 * nothing and says DROP_FULL: sweep the table and decode again. */

/* Signs a report that was just encoded; `bytes` have room for the signature behind it. Returns the
 * length with it; of nothing, nothing. */
size_t report_sign(uint8_t *bytes, size_t length, const struct crypto *crypto,
		   const struct secret_key *key);
/* Is it a report of this cluster, signed by the node that it names? *length becomes the length
 * without the signature, for the decoder of its kind. *node: the node that it names, NODE_NONE if
 * that is no node of this cluster. `keys`: of the nodes, by id. */
enum drop report_open(const struct wire_context *context, const uint8_t *bytes, size_t *length,
		      const struct crypto *crypto, const struct public_key *keys, node_id *node);
bool is_report(enum control_frame_kind kind);

size_t query_encode(const struct wire_context *context, node_set to, uint8_t wants, uint8_t *bytes,
		    size_t capacity);
enum drop query_decode(const uint8_t *bytes, size_t length, node_set *to, uint8_t *wants);

size_t control_encode(const struct wire_context *context, const struct control *control,
		      const struct crypto *crypto, const struct secret_key *operator_key,
		      uint8_t *bytes, size_t capacity);
/* Checks cluster, epoch and the operator's signature; the rising number is the node's to check.
 * Whatever the verdict, out->to are the nodes that the frame says it is for; all nodes if it does
 * not say. */
enum drop control_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			 const struct crypto *crypto, const struct public_key *operator_key,
			 struct control *out);

/* What a control says, without a head and a signature, for files. control_read: whatever is wrong,
 * out->to stays as it was if it could not be read. */
struct byte_writer;
struct byte_reader;
void control_write(struct byte_writer *w, const struct control *control);
void control_read(struct byte_reader *r, uint8_t nodes, struct control *out);

/* Encodes as many of the first events as fit and follow each other (same node and boot, seq without
 * a gap; an event of seq 0 stands alone); *taken says how many. */
size_t events_encode(const struct wire_context *context, const struct event *event, unsigned count,
		     uint64_t left_out, const struct values *values, unsigned *taken,
		     uint8_t *bytes, size_t capacity);
/* Calls `use` for each event once the whole frame is known to be right; interns values. */
enum drop events_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			struct values *values, uint64_t *left_out,
			void (*use)(void *user, const struct event *event), void *user);

size_t snapshot_encode(const struct wire_context *context, const struct snapshot *snapshot,
		       const struct values *values, uint8_t *bytes, size_t capacity);
enum drop snapshot_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			  struct values *values, struct snapshot *out);

/* Signs into *roster too when operator_secret is not NULL; else writes the signature it has. */
size_t roster_encode(struct roster *roster, const struct crypto *crypto,
		     const struct secret_key *operator_secret, uint8_t *bytes, size_t capacity);
/* Checks the signature by `operator_key`, or by the roster's own operator key if NULL (first
 * contact). */
enum drop roster_decode(const uint8_t *bytes, size_t length, const struct crypto *crypto,
			const struct public_key *operator_key, struct roster *out);

size_t peer_info_encode(struct peer_info *info, const struct crypto *crypto,
			const struct secret_key *secret, uint8_t *bytes, size_t capacity);
enum drop peer_info_decode(const uint8_t *bytes, size_t length, const struct crypto *crypto,
			   struct peer_info *out);

/* The proof for a PeerInfo; from nonce to endpoints all its fields must be filled in. */
void peer_info_prove(const struct join_token *token, const uint8_t challenge[CHALLENGE_BYTES],
		     const struct peer_info *info, uint8_t proof[DIGEST_BYTES]);
bool peer_info_is_proven(const struct join_token *token, const uint8_t challenge[CHALLENGE_BYTES],
			 const struct peer_info *info);

size_t welcome_encode(const struct welcome *welcome, uint8_t *bytes, size_t capacity);
enum drop welcome_decode(const uint8_t *bytes, size_t length, struct welcome *out);

size_t load_encode(const struct wire_context *context, node_id node,
		   const struct load_report *report, uint8_t *bytes, size_t capacity);
enum drop load_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		      node_id *node, struct load_report *report);

/* The proof as evidence_encode wrote it. Decoding reads which node sends it and no more: whether it
 * proves anything, evidence_verify says. */
size_t proof_frame_encode(const struct wire_context *context, node_id node, const uint8_t *proof,
			  size_t proof_length, uint8_t *bytes, size_t capacity);
enum drop proof_frame_decode(const struct wire_context *context, const uint8_t *bytes,
			     size_t length, node_id *node, const uint8_t **proof,
			     size_t *proof_length);

/* The bytes of a batch: of a longer one events tell no more than a sketch, which the bytes complete
 * (values_complete). */
size_t value_frame_encode(const struct wire_context *context, node_id node, const uint8_t *value,
			  uint32_t value_length, uint8_t *bytes, size_t capacity);
enum drop value_frame_decode(const struct wire_context *context, const uint8_t *bytes,
			     size_t length, node_id *node, const uint8_t **value,
			     uint32_t *value_length);

/* A greeting tells which standing orders a node knows (orders_sum), so that its peers give it what
 * it missed. Nobody signs it: a false one costs its receiver a few frames. An order is the
 * operator's signed control as it came, so the node that hands it on need not be believed. Both
 * travel on the data bus, where they are told from messages by is_between_nodes: the byte that is
 * the kind here holds two flags there. */
struct greeting {
	node_id node;
	node_set to;
	uint64_t orders;
	bool is_answer; /* it wants no answer */
};

bool is_between_nodes(const uint8_t *bytes, size_t length);
size_t greeting_encode(const struct wire_context *context, const struct greeting *greeting,
		       uint8_t *bytes, size_t capacity);
enum drop greeting_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			  struct greeting *out);
size_t order_encode(const struct wire_context *context, node_set to, const uint8_t *control,
		    size_t control_size, uint8_t *bytes, size_t capacity);
enum drop order_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		       node_set *to, const uint8_t **control, size_t *control_size);

/* The context of a coordinator that has no roster yet: no cluster, no nodes. */
extern const struct wire_context wire_context_nobody;
struct wire_context wire_context_of(const struct roster *roster);

#endif
