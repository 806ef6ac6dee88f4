/* What travels on the control bus: dashboards ask and command, nodes report. Same rules as
 * proto/wire/frame.h: little-endian, canonical, refused with a reason.
 *
 *   header     version u8 | kind u8 | cluster 8 bytes | epoch u32; then, by kind:
 *   QUERY      to u32 | wants u8 (bit 0 snapshot, 1 roster, 2 proofs); anybody may ask
 *   CONTROL    to u32 | number u64 | kind u8 | the fields of its row in controls.def |
 *              signature 64
 *   EVENTS     node u8 | boot u16 | seq u64 of the first, the others follow without a gap |
 *              left out u64 | count u16, not 0 | events: kind u8, at u64, the row's fields
 *   SNAPSHOT   a struct snapshot, field by field
 *   ROSTER     a struct roster, field by field | signature 64
 *   PEER_INFO  nonce 16 bytes | id u8 (0 = any) | public key 32 | data endpoint |
 *              control endpoint | signature 64: who signs holds the key
 *   LOAD       node u8 | struct load_report
 *   PROOF      node u8 | a proof that somebody lied, up to the end (proto/wire/evidence.h)
 *
 * EVENTS, SNAPSHOT, LOAD and PROOF are a node's reports: it signs them, with a signature 64 behind
 * what stands here ("paxos-tui report 1"), so that nobody reports in another's name.
 *
 * A signature covers a domain with its 0 ("paxos-tui control 1" and "paxos-tui roster 1", both by
 * the operator; "paxos-tui peer 1" by the node) and all that stands before it. A coordinator's
 * cluster id is zero until there is a roster. An endpoint is a length u8 and its bytes. A value in
 * an event or a snapshot is 1 byte (0 none, 1 no-op, 2 whole, 3 shown) and, for the last two,
 * length u8 and at most VALUE_SHOWN_MAX bytes: long values travel as values_show shows them, which
 * is what "shown" means. Nodes in events may be none. */
#ifndef PROTO_WIRE_CONTROL_FRAME_H
#define PROTO_WIRE_CONTROL_FRAME_H

#include "proto/core/control.h"
#include "proto/core/event.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"
#include "proto/wire/crypto.h"
#include "proto/wire/frame.h"

#define ENDPOINT_MAX 128 /* bytes of an endpoint with its 0 */

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
};

#define QUERY_SNAPSHOT 1
#define QUERY_ROSTER   2
#define QUERY_PROOFS   4

struct roster_node {
	struct public_key key;
	char data[ENDPOINT_MAX];
	char control[ENDPOINT_MAX];
};

/* Who is in the cluster, signed by its operator; all that a node needs to work and to come back. */
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
	uint8_t nonce[16]; /* chosen by the node, to know its own answer by */
	node_id wanted;    /* the id it would like, 0 = any */
	struct public_key key;
	char data[ENDPOINT_MAX];
	char control[ENDPOINT_MAX];
	uint8_t signature[SIGNATURE_BYTES];
};

/* What a node measured while it proposed by itself; latencies in microseconds of real time. */
struct load_report {
	uint64_t values;
	uint64_t elapsed_us;
	uint32_t latency_p50_us;
	uint32_t latency_p99_us;
	uint32_t latency_p999_us;
	uint32_t latency_max_us;
	uint64_t cpu_us;
	bool done;
};

/* The kind of a frame, or why it is none. `cluster` and `epoch` are returned, not checked. */
enum drop control_frame_peek(const uint8_t *bytes, size_t length, enum control_frame_kind *kind,
			     uint8_t cluster[8], uint32_t *epoch);

/* Each encoder returns the length, 0 if `capacity` is too small; each decoder DROP_NOTHING or why
 * not, and then what it wrote means nothing. Decoders that hand out pointers point into `bytes`.
 * Decoders that intern do so last, and say DROP_FULL, having interned nothing, if the table might
 * not have room: sweep it and decode again. */
/* Signs a report that was just encoded; `bytes` have room for the signature behind it. Returns the
 * length with it; of nothing, nothing. */
size_t report_sign(uint8_t *bytes, size_t length, const struct crypto *crypto,
		   const struct secret_key *key);
/* Is it a report of this cluster, signed by whom it says? *length becomes that without the
 * signature, for the decoder of its kind. *node: in whose name it speaks, NODE_NONE if in nobody's
 * of this cluster. `keys`: of the nodes, by id. */
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
 * Whatever the verdict, out->to is whom the frame says it is for, everybody if it does not say. */
enum drop control_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
			 const struct crypto *crypto, const struct public_key *operator_key,
			 struct control *out);

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

size_t load_encode(const struct wire_context *context, node_id node,
		   const struct load_report *report, uint8_t *bytes, size_t capacity);
enum drop load_decode(const struct wire_context *context, const uint8_t *bytes, size_t length,
		      node_id *node, struct load_report *report);

/* The proof as evidence_encode wrote it. Decoding reads no more than whose word it is: whether it
 * proves anything is evidence_verify's to say. */
size_t proof_frame_encode(const struct wire_context *context, node_id node, const uint8_t *proof,
			  size_t proof_length, uint8_t *bytes, size_t capacity);
enum drop proof_frame_decode(const struct wire_context *context, const uint8_t *bytes,
			     size_t length, node_id *node, const uint8_t **proof,
			     size_t *proof_length);

/* "none" of cluster[8] for wire_context, for coordinators without a roster yet. */
extern const struct wire_context wire_context_nobody;
struct wire_context wire_context_of(const struct roster *roster);

#endif
