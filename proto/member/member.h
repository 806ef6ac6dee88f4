/* One whole cluster member, still a pure function of its inputs:
 *
 *   frame in -> link (cut, loss, delay, gate) -> admission -> core -> frames, writes and events out
 *
 * The node process and the simulator drive the same code; they differ in who owns the clock, the
 * network and the disk. The link stands at the receiver: a message on its way survives the sender's
 * crash and dies with the receiver's, as on a real wire, and a broadcast is one send.
 *
 * The driver's loop: give inputs until there are no more, or member_is_full(); then carry out the
 * output in its order (writes, sync, frames, log, events), member_clear(), and come back at
 * wake_at. A batch of inputs so shares one sync (group commit).
 *
 * Memory is the driver's: member_size() bytes, given once. Nothing else is ever allocated. */
#ifndef PROTO_MEMBER_MEMBER_H
#define PROTO_MEMBER_MEMBER_H

#include "proto/core/control.h"
#include "proto/core/paxos.h"
#include "proto/core/snapshot.h"
#include "proto/core/values.h"
#include "proto/wire/frame.h"

struct member;

struct member_config {
	struct paxos_config paxos;
	struct wire_context wire;
	const struct crypto *crypto;
	struct secret_key key;
	struct public_key keys[NODES_MAX + 1]; /* of all nodes, by id */
	uint16_t boot;                         /* from 1 */
	uint32_t pid;
	policy_id policy; /* from slot 0 on, unless there are lines */
	uint8_t lines;
	struct policy_line line[POLICY_LINES_MAX];
	struct clock_rule clock;
	struct link_rule link[NODES_MAX + 1]; /* from each peer */
	bool gated;
	uint64_t number; /* of the last control obeyed */
	uint64_t random; /* seed of the link faults */
	bool quiet;      /* make no events, count only */
	bool sign;       /* sign and check signatures in every slot, whatever its policy */
	/* Called after each step of the core, for checkers; NULL in a node. */
	void (*stepped)(void *user, const struct paxos *p, const struct paxos_input *in,
			const struct paxos_output *out);
	void *stepped_user;
	/* sizes; 0 = the most that can be needed */
	size_t inbox_bytes;
	size_t outbox_bytes;
	struct values
		*values; /* shared with others by the simulator, which sweeps it; NULL = its own */
};

struct member_write {
	enum { MEMBER_PROMISED, MEMBER_VOTE, MEMBER_CHOSEN, MEMBER_ECHO } kind;
	uint32_t epoch; /* of the log that it belongs to */
	slot_number slot;
	struct ballot ballot;
	const uint8_t *value; /* valid until member_clear */
	uint32_t value_length;
	const uint8_t *proofs; /* hardened: what makes others believe the vote or the choice */
	uint32_t proofs_length;
};

struct member_frame {
	node_set to; /* one frame may be for several nodes: the bus carries it to all */
	const uint8_t *bytes;
	size_t length;
};

/* What happened to messages on their way in, for who asks how hard a run was. */
struct member_counts {
	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	uint64_t delayed;    /* held longer than a usual link takes */
	uint64_t duplicated; /* copies made by links */
	uint64_t overtaken;  /* received after a later message of the same sender */
};

struct member_log {
	node_id to;
	slot_number from;
	uint16_t count;
};

struct member_output {
	bool must_sync; /* make writes durable before a frame leaves */
	const struct member_write *write;
	unsigned writes;
	const struct member_frame *frame;
	unsigned frames;
	const struct member_log *log; /* answer each with member_commit for what the store holds */
	unsigned logs;
	const struct event *event;
	unsigned events;
	uint64_t events_left_out; /* since the start: there was no room, or nobody to tell */
	bool settings_changed; /* clock, links, gate, number: store member_settings() with the next
				  sync */
	enum { FATE_LIVE, FATE_CRASH, FATE_EXIT } fate;
	struct {
		uint32_t count, size_bytes, outstanding; /* a CONTROL_LOAD came: count > 0 */
	} load;
	time_us wake_at; /* virtual; 0 = no need */
};

size_t member_size(const struct member_config *config);
struct member *member_init(void *memory, const struct member_config *config);

/* What the store holds, before member_start. Values are copied. */
void member_restore(struct member *m, slot_number base, struct ballot promised);
void member_restore_slot(struct member *m, slot_number slot, struct ballot voted_at,
			 const uint8_t *voted, uint32_t voted_length, struct ballot chosen_at,
			 const uint8_t *chosen, uint32_t chosen_length);
/* Behind it, in a hardened slot: what it echoed, and what justifies its vote. */
void member_restore_hard(struct member *m, slot_number slot, struct ballot echoed_at,
			 const uint8_t *echoed, uint32_t echoed_length, const uint8_t *proofs,
			 uint32_t proofs_length);
void member_restore_chosen_proofs(struct member *m, slot_number slot, const uint8_t *proofs,
				  uint32_t proofs_length);
void member_start(struct member *m, time_us now);

/* Inputs. `now` is virtual time and never falls. Bytes are copied where needed. */
void member_frame_in(struct member *m, time_us now, const uint8_t *bytes, size_t length);
void member_control_in(struct member *m, time_us now,
		       const struct control *control); /* decoded and verified */
void member_refuse_control(struct member *m, time_us now, uint64_t number, enum drop why);
void member_tick(struct member *m, time_us now);
/* Proposes by the driver's own wish (a load generator); no event "queued" if quiet. */
bool member_propose(struct member *m, time_us now, const uint8_t *value, uint32_t length);
/* Answers a log request: one stored slot. Before member_clear it adds a frame to the output at
 * hand, to be sent like the others. */
void member_commit(struct member *m, node_id to, slot_number slot, struct ballot at,
		   const uint8_t *value, uint32_t length);
/* The same with the proofs that were stored with it. */
void member_commit_proven(struct member *m, node_id to, slot_number slot, struct ballot at,
			  const uint8_t *value, uint32_t length, const uint8_t *proofs,
			  uint32_t proofs_length);

/* The output must be carried out before more is put in: a control is refused, a frame is held. */
bool member_is_full(const struct member *m);
/* Grows with every input; valid until member_clear. A frame that found no room in an outbox made
 * smaller than the default is not in it: the bus may lose frames, and the protocol is made for
 * that. */
const struct member_output *member_output(struct member *m);
void member_clear(struct member *m);

void member_set_quiet(struct member *m, bool quiet);
const struct member_counts *member_counts(const struct member *m);
void member_snapshot(const struct member *m, struct snapshot *out);
/* Transferable proofs that others lied, the oldest first: evidence_decode reads them. Valid until
 * the next input. And who is proven a liar by them. */
unsigned member_proofs(const struct member *m);
const uint8_t *member_proof(const struct member *m, unsigned i, uint32_t *length);
node_set member_proven(const struct member *m);
/* The member's settings that must survive a restart. */
void member_settings(const struct member *m, struct clock_rule *clock,
		     struct link_rule link[NODES_MAX + 1], bool *gated, uint64_t *number);
/* And its epoch and policies; returns how many lines. */
unsigned member_policies(const struct member *m, uint32_t *epoch,
			 struct policy_line line[POLICY_LINES_MAX]);
/* Marks what it refers to, for whoever shares one table among members and sweeps it. */
void member_mark(const struct member *m);
const struct paxos *member_paxos(const struct member *m);
struct values *member_values(struct member *m);

#endif
