/* One whole cluster member: a Paxos node with its links, its clock, its signatures and, if it is
 * told to lie, its liar. It is a pure function of its inputs:
 *
 *   frame in -> link (cut, loss, delay, gate) -> admission -> core -> frames, writes and events out
 *
 * The node process and the simulator drive the same code. They differ in where the clock, the
 * network and the disk come from. The link stands at the receiver: a message on its way survives
 * the sender's crash and dies with the receiver's, as on a real wire, and a broadcast is one send.
 *
 * The driver's loop: give inputs until there are no more, or until member_is_full(). Then carry out
 * the output in its order: early frames if there is something to sync, writes, sync, the other
 * frames, log, events. Then member_clear(), and come back at
 * wake_at. So several inputs share one sync of the disk (group commit).
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
struct member_input;

struct member_config {
	struct paxos_config paxos;
	struct wire_context wire;
	const struct crypto *crypto;
	struct secret_key key;
	struct public_key keys[NODES_MAX + 1]; /* of all nodes, by id */
	uint16_t boot;                         /* from 1 */
	uint32_t life; /* the number drawn for this life; 0: lives are not told apart (simulator) */
	struct known_life lives[NODES_MAX + 1]; /* of its peers, from the store */
	/* In this epoch its acceptor has no part in slots below this one: a node that was in its
	 * seat before may have voted there (proto/wire/seat_frame.h). Epoch 0 = there was none. */
	uint32_t seat_epoch;
	slot_number seat_slot;
	struct slot_bits out_of; /* nor in these: what member_out_of told in the last life */
	uint32_t pid;
	struct batch_rule batch; /* of what the operator asks for */
	policy_id policy;        /* from slot 0 on, unless there are lines */
	uint8_t lines;
	struct policy_line line[POLICY_LINES_MAX];
	struct clock_rule clock;
	struct link_rule link[NODES_MAX + 1]; /* from each peer */
	struct gate_rule gate;
	uint64_t number;  /* of the last control obeyed */
	uint64_t random;  /* seed of the link faults */
	bool quiet;       /* make no events, count only */
	unsigned mistake; /* its program makes it from the start: proto/fault/mistakes.def; 0 */
	bool sign;        /* sign and check signatures in every slot, whatever its policy */
	/* Called after each step of the core: a checker looks at it. NULL in a node. */
	void (*stepped)(void *user, const struct paxos *p, const struct paxos_input *in,
			const struct paxos_output *out);
	/* Called with each event, also of one that is quiet. NULL in a node. */
	void (*told)(void *user, const struct event *event);
	void *stepped_user;
	/* Called before each input is obeyed, from member_init on (proto/member/input.h). NULL:
	 * nobody keeps them. */
	void (*heard)(void *user, const struct member_input *in);
	void *heard_user;
	/* sizes; 0 = the most that can be needed */
	size_t inbox_bytes;
	size_t outbox_bytes;
	/* Shared with other members by the simulator, which sweeps it; NULL = its own. */
	struct values *values;
};

struct member_write {
	enum {
		MEMBER_PROMISED,
		MEMBER_VOTE,
		MEMBER_CHOSEN,
		MEMBER_ECHO,
		MEMBER_SUMMARY, /* value: the chain over all slots up to this one */
		MEMBER_LOW, /* slots below this one are to be deleted; the base is not below it */
	} kind;
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
	bool early; /* it may leave before this output's writes are durable: nothing that waits to
		     * be stored is what it rests on (proto/core/early.c) */
};

/* What happened to messages on their way in: how hard a run was. */
struct member_counts {
	uint64_t sent;
	uint64_t received;
	uint64_t dropped[DROPS];
	uint64_t delayed;    /* held for longer than a link takes by default */
	uint64_t duplicated; /* copies made by links */
	uint64_t overtaken;  /* received after a later message of the same sender */
};

struct member_log {
	node_set to;
	slot_number from;
	uint16_t count;
};

struct member_output {
	bool must_sync; /* make writes durable before a frame leaves that is not early */
	const struct member_write *write;
	unsigned writes;
	const struct member_frame *frame;
	unsigned frames;
	const struct member_log *log; /* answer each with member_commit for what the store holds */
	unsigned logs;
	const struct event *event;
	unsigned events;
	uint64_t events_left_out; /* since the start: there was no room, or the member is quiet */
	bool settings_changed; /* clock, links, gate, number: store member_settings() with the next
				  sync */
	bool kept_changed;     /* store what member_kept writes, in place of what it wrote before */
	enum {
		FATE_LIVE,
		FATE_CRASH,
		FATE_EXIT,
		FATE_FORGET, /* carry this out, and crash: what the last step had to write is not in
				it, nor what rests on that */
	} fate;
	/* A CONTROL_LOAD came: number != 0. The driver obeys it by proto/member/load.h, but for the
	 * rule of batches, which the member obeys in what member_propose brings. */
	struct load_order load;
	time_us wake_at; /* virtual; 0 = no need */
};

size_t member_size(const struct member_config *config);
struct member *member_init(void *memory, const struct member_config *config);

/* Puts back what the store holds, before member_start. Values are copied. */
void member_restore(struct member *m, slot_number base, struct ballot promised);
void member_restore_slot(struct member *m, slot_number slot, struct ballot voted_at,
			 const uint8_t *voted, uint32_t voted_length, struct ballot chosen_at,
			 const uint8_t *chosen, uint32_t chosen_length);
/* After member_restore_slot, in a hardened slot: the value that this acceptor echoed, and the
 * proofs that justify its vote. */
void member_restore_hard(struct member *m, slot_number slot, struct ballot echoed_at,
			 const uint8_t *echoed, uint32_t echoed_length, const uint8_t *proofs,
			 uint32_t proofs_length);
/* The proofs that a value is chosen. */
void member_restore_chosen_proofs(struct member *m, slot_number slot, const uint8_t *proofs,
				  uint32_t proofs_length);
/* After member_restore, if slots are not kept: a summary of all slots below `end` that was stored
 * (proto/core/summary.c); low: the slots below it are gone. */
void member_restore_low(struct member *m, slot_number end, const uint8_t chain[DIGEST_BYTES],
			const uint8_t *proofs, uint32_t proofs_length);
void member_restore_summary(struct member *m, slot_number end, const uint8_t chain[DIGEST_BYTES],
			    const uint8_t *proofs, uint32_t proofs_length);
/* After those: the next slot below the base whose value the chain lacks, which
 * member_restore_closed gives it. SLOT_NONE: it lacks none. */
slot_number member_chain_end(const struct member *m);
void member_restore_closed(struct member *m, const uint8_t *value, uint32_t length);
/* What the slots below the base hold, from the last one down to slot 0 or to the last that is kept,
 * until it is true: there is what reads return. */
bool member_restore_latest(struct member *m, slot_number slot, const uint8_t *value,
			   uint32_t length);
void member_start(struct member *m, time_us now);

/* Inputs. `now` is virtual time and never falls. Bytes are copied where needed. */
void member_frame_in(struct member *m, time_us now, const uint8_t *bytes, size_t length);
void member_control_in(struct member *m, time_us now,
		       const struct control *control); /* decoded and verified */
/* A standing order, which the operator or a peer brought. DROP_NOTHING, or why it is refused. The
 * driver answers the operator: an order may have come from a peer, where nobody waits for an
 * answer. */
enum drop member_order_in(struct member *m, time_us now, const struct control *order);
/* The changes of defences of this epoch as the standing orders say, heard late: paxos_follow_lines.
 */
void member_lines_in(struct member *m, time_us now, const struct policy_line *line, unsigned lines);
/* Tells the operator the verdict on a control that the driver judged. */
void member_answer_control(struct member *m, time_us now, uint64_t number, enum drop verdict);
void member_tick(struct member *m, time_us now);
/* The driver itself has something to tell as an event of this node. */
void member_say(struct member *m, time_us now, const struct event *event);
/* The driver itself proposes a value (a load generator does). It may share a slot with others, as
 * the latest load says: then it waits for member_proposed_all, or the next member_tick. False:
 * there is no room now. */
bool member_propose(struct member *m, time_us now, const uint8_t *value, uint32_t length);
/* The driver has proposed all that it has for now: what waits and may go shares slots and goes.
 * True: the output has grown. */
bool member_proposed_all(struct member *m, time_us now);
/* Values that it was asked to propose, by whomever, and that are neither chosen, as far as it
 * knows, nor given up; those that share a slot which is under way count as one. */
uint32_t member_waiting(const struct member *m);
/* Answers a log request: one stored slot. Before member_clear it adds a frame to the output at
 * hand, to be sent like the others. */
void member_commit(struct member *m, node_set to, slot_number slot, struct ballot at,
		   const uint8_t *value, uint32_t length);
/* The same with the proofs that were stored with the slot. */
void member_commit_proven(struct member *m, node_set to, slot_number slot, struct ballot at,
			  const uint8_t *value, uint32_t length, const uint8_t *proofs,
			  uint32_t proofs_length);

/* The output must be carried out before more is put in. Until then a control is refused, and a
 * frame is held. */
bool member_is_full(const struct member *m);
/* The output grows with every input, and is valid until member_clear. An outbox that is smaller
 * than the default may have no room for a frame: then the frame is lost, as the bus may lose any.
 */
const struct member_output *member_output(struct member *m);
void member_clear(struct member *m);

/* Before frames are sent: what is stored by then. Of early frames that is less than of the others.
 */
void member_stamp(struct member *m, uint64_t stored);

/* A peer said that its life `begun` has begun, with so much stored, and that it remembers the life
 * `past` to its end (0: it never lived before). False: that is less than this member has heard of,
 * so the peer's frames are not believed: it began from an old copy of its directory, or from
 * nothing. */
bool member_greeted(struct member *m, node_id peer, const struct known_life *begun, uint32_t past);
/* The lives that are known, by id. With the output whose must_sync they come, they are stored. */
const struct known_life *member_lives(const struct member *m);

void member_set_quiet(struct member *m, bool quiet);
const struct member_counts *member_counts(const struct member *m);
void member_snapshot(const struct member *m, struct snapshot *out);
/* Transferable proofs that other nodes lied, the oldest first; evidence_decode reads them. They are
 * valid until the next input. member_proven: the nodes that they prove liars. */
unsigned member_proofs(const struct member *m);
const uint8_t *member_proof(const struct member *m, unsigned i, uint32_t *length);
node_set member_proven(const struct member *m);
/* The frames that its gate keeps over a crash: how long they are, in a row; as many of them as fit;
 * and back after member_start. `bytes` as member_kept wrote them, or a part of that. */
size_t member_kept_size(const struct member *m);
size_t member_kept(struct member *m, uint8_t *bytes, size_t capacity);
void member_kept_in(struct member *m, const uint8_t *bytes, size_t length);
/* The member's settings that must survive a restart. */
void member_settings(const struct member *m, struct clock_rule *clock,
		     struct link_rule link[NODES_MAX + 1], struct gate_rule *gate,
		     uint64_t *number);
/* The epoch and the policies; returns how many lines of policies there are. */
unsigned member_policies(const struct member *m, uint32_t *epoch,
			 struct policy_line line[POLICY_LINES_MAX]);
/* The slots of this epoch that the acceptor keeps out of, since it voted there under another
 * policy. They belong to the policies and are stored with them. */
struct slot_bits member_out_of(const struct member *m);
/* How much longer a sync takes, by its clock, on a disk that was made slow: what waits for the sync
 * waits so long, too. 0 where time stands still. */
time_us member_sync_us(const struct member *m);
/* Marks the values that the member refers to. The simulator shares one table among its members and
 * sweeps it; a member with a table of its own needs no help. */
void member_mark(const struct member *m);
const struct paxos *member_paxos(const struct member *m);
struct values *member_values(struct member *m);

#endif
