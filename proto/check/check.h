/* Every schedule of a small cluster, not a sample: an exhaustive search through all that the
 * shipped core can do within bounds. Breadth first, so the first schedule that breaks something is
 * a shortest one.
 *
 * A world is one local state a node. Nodes meet in messages only, and a message once sent stays in
 * the network for ever: it may arrive at any time, again, after later ones, or never. That is loss,
 * delay, duplication and reordering in one. So all messages that were ever sent belong to the
 * local states of their senders. Time is taken out: a timer that is set may fire at any moment. A
 * node may crash between any two steps, and comes back at once with what its disk had synced; what
 * was written and not synced is there or not. It may crash in the middle of a step, too, between
 * what leaves early (proto/core/early.c) and the sync. What nodes tell each other of how far they
 * know (Sync) and what only decides when something is tried is left out: it cannot make an unsafe
 * step.
 *
 * A step of a node depends on its local state and its input alone. So the core runs once for each
 * pair of them, and worlds are combined out of steps that are known.
 *
 * Two worlds that differ only by the names of nodes that propose nothing, or by the names of
 * values, are one world (symmetry). Everything else is compared whole: nothing is hashed away,
 * unless `compact` asks for it.
 *
 * Among the nodes may be liars. What a liar can sign it sends at any moment, to whom it likes:
 * proto/check/lies.c. Signatures are symbols: of others it can show what they have said, and
 * nothing else. Where learners and acceptors count signed words of a quorum (`echo`, `cert`), the
 * words arrive together, for fewer change nothing; so do an Accept and the NewView that it rests
 * on.
 *
 * The core is the shipped one, compiled once more from the same files with the smallest limits
 * (Makefile). So nothing that depends on limits may be in this header. */
#ifndef PROTO_CHECK_CHECK_H
#define PROTO_CHECK_CHECK_H

#include <stddef.h>

#include "proto/core/event.h"
#include "proto/core/message.h"
#include "proto/core/policy.h"
#include "proto/core/types.h"

/* The most that can be asked for. */
#define CHECK_NODES_MAX   5
#define CHECK_SLOTS_MAX   2
#define CHECK_VALUES_MAX  4
#define CHECK_BALLOTS_MAX 8
#define CHECK_CRASHES_MAX 4
#define CHECK_LIARS_MAX   2

struct check_bounds {
	uint8_t nodes;
	uint8_t proposers; /* nodes 1 .. proposers are asked to propose, once a slot */
	uint8_t slots;     /* 0 .. slots - 1 */
	uint8_t values;    /* each proposer is asked for any one of them */
	uint8_t ballots;   /* begun, by all nodes together */
	uint8_t crashes;   /* of all nodes together */
	uint8_t quorum;    /* of votes; 0 = a majority */
	uint8_t promises;  /* a quorum of these; 0 = as many as of votes */
	bool multi;        /* mode: phase 1 once a leadership */
	bool no_hints;     /* without Nacks and Commits, which only tell what happened */
	bool no_symmetry;
	bool compact;     /* worlds that wait no more are known by a print: check_count.misses */
	bool progress;    /* judge in each world whether a choice can be reached; one slot */
	bool stalls;      /* judge nothing else, and at once: the nearest world that is stuck */
	bool strict;      /* rules of each node for itself, and: each step is one of Paxos.tla */
	unsigned mistake; /* a row of proto/fault/mistakes.def, which all nodes make; 0 = none */
	policy_id policy; /* defences of CHECK_DEFENCES only; any of them takes one slot */
	uint8_t liars;    /* the last so many nodes; takes one slot, and `strict` makes no sense */
	uint32_t
		attacks; /* bits that check_attack_words knows; 0: all that the liars' keys allow */
	uint32_t states; /* found at most; 0 = as many as the memory holds */
};

/* Defences that change which schedules there are. The others only decide when a node listens. */
#define CHECK_DEFENCES                                                                             \
	((policy_id)(DEFENCE_SIGN | DEFENCE_QUORUM | DEFENCE_ECHO | DEFENCE_JUSTIFY |              \
		     DEFENCE_CERT | DEFENCE_REJECT) |                                              \
	 (policy_id)POLICY_F_MAX << POLICY_F_SHIFT)

/* What is explored of a liar of this attack (a bit number of proto/fault/attacks.def), in a few
 * words; of `CHECK_ATTACK_ANY`, too. NULL: it is not explored. */
#define CHECK_ATTACK_ANY UINT8_MAX
const char *check_attack_words(unsigned attack);

/* What is judged. AGREEMENT and what follows from it always; the others if `strict`. */
enum check_rule {
	CHECK_RULE_NONE,
#define CHECK_RULE(name, text, always, words) CHECK_RULE_##name,
#include "proto/check/rules.def"
#undef CHECK_RULE
	CHECK_RULES
};

const char *check_rule_name(enum check_rule rule);
const char *check_rule_words(enum check_rule rule);

enum check_state {
	CHECK_RUNNING,
	CHECK_HELD,
	CHECK_BROKEN,
	CHECK_FULL, /* the memory, the bound of states or a table of messages was too small: see
		       check_why */
};

struct check_count {
	uint64_t states;     /* distinct worlds found */
	uint64_t waiting;    /* of them, those whose successors are not known yet */
	uint64_t steps;      /* from world to world, those that change something */
	uint64_t core_steps; /* of the core: each once for a local state and an input */
	uint64_t locals;     /* local states of single nodes, all together */
	uint64_t room;       /* worlds that fit */
	unsigned messages;   /* different ones, by receiver */
	unsigned depth;      /* steps from the first world */
	unsigned state_bytes;
	unsigned symmetries; /* renamings, that of nothing included */
	uint32_t chosen;     /* bit i: some schedule chooses value i in some slot */
	bool whole;          /* every slot can be chosen */
	bool bounded;        /* after CHECK_FULL: there are more states than the bound allows */
	uint64_t misses;  /* with `compact`: as many billionths of a state as may be expected to be
			     missing, for another one was taken for them */
	uint64_t hopeful; /* worlds from which a choice was found to be within reach */
};

struct check;

/* Bytes for what does not grow with the number of worlds. */
size_t check_least_bytes(void);
/* The memory stays the caller's, is aligned as malloc's and zero. It is touched only as far as it
 * is needed. NULL: it is too small. */
struct check *check_begin(void *memory, size_t bytes, const struct check_bounds *bounds);

/* Looks at so many more worlds at most. */
enum check_state check_run(struct check *c, uint32_t worlds);
void check_count(const struct check *c, struct check_count *out);

/* Several threads: in turns, each looks at its part of the next worlds, while the search stands
 * still, and claims those that follow and are new. Then one settles, in the order of the worlds,
 * what the lookers could not know - a looker finds out nothing that is not known of single nodes -
 * and gives numbers; each enters what it claimed; and one ends the turn. So what comes of it is
 * what comes of check_run, number for number. A part is a thread's own: 0 .. count - 1. */
#define CHECK_LOOKERS_MAX 64
struct check_looker;
size_t check_looker_bytes(void); /* aligned as malloc's, and zero at first */
void check_turn_begin(struct check *c, struct check_looker *const looker[], unsigned count);
void check_turn_look(const struct check *c, unsigned part); /* each */
void check_turn_settle(struct check *c);
void check_turn_enter(struct check *c, unsigned part); /* each */
enum check_state check_turn_end(struct check *c);

/* A search that is not at its end, as bytes: `move` writes them, or reads them in the same order.
 * False: it failed. The search goes on as if nothing had been, in a memory of any size that holds
 * it. */
typedef bool check_move(void *user, void *bytes, size_t size);
bool check_save(struct check *c, check_move *write, void *user);

enum check_loaded {
	CHECK_LOAD_GOOD,
	CHECK_LOAD_CUT,   /* there were not enough bytes */
	CHECK_LOAD_OTHER, /* written by a program with other limits */
	CHECK_LOAD_ROOM,  /* the memory does not hold it */
};

/* Memory as for check_begin; `states`: as in check_bounds, from now on. What was read is believed
 * by check_go_on only: until then the caller may find out that the bytes were damaged. */
enum check_loaded check_load(void *memory, size_t bytes, uint32_t states, check_move *read,
			     void *user);
struct check *check_go_on(void *memory);

/* After CHECK_BROKEN: which rule, and a sentence; after CHECK_FULL: what was too small. */
enum check_rule check_broken(const struct check *c);
const char *check_why(const struct check *c);

/* One step of a schedule. */
enum check_act_kind {
	CHECK_PROPOSE,
	CHECK_TIMER,
	CHECK_DELIVER,
	CHECK_CRASH,
	CHECK_CRASH_UNSYNCED
};

#define CHECK_EVENTS_MAX 24
#define CHECK_SENT_MAX   24

struct check_act {
	enum check_act_kind kind;
	node_id node;           /* to which it happens */
	value_ref value;        /* CHECK_PROPOSE */
	slot_number slot;       /* CHECK_PROPOSE */
	struct message message; /* CHECK_DELIVER; without its claims. from 0: words of a quorum */
	node_set signers;       /* CHECK_DELIVER from 0: whose words there are */
	bool cut;               /* it crashes in the middle of this: what it sent had left before
				 * what it wrote was synced, and that is lost */
	bool lie;               /* CHECK_DELIVER: a liar said it, and its honest half did not */
	struct ballot claim_at; /* CHECK_DELIVER of a Promise: its highest claim, if any */
	value_ref claim;
	/* what the node did then */
	unsigned events, sent;
	struct event event[CHECK_EVENTS_MAX];
	struct message sends[CHECK_SENT_MAX]; /* without claims; to other nodes, in their order */
};

/* The values of a check in their order: CHECK_VALUE_FIRST is the first. */
#define CHECK_VALUE_FIRST ((value_ref)2)

/* The schedule that breaks it, from the first world on: how many steps. `act`: step i of it. */
unsigned check_schedule_length(struct check *c);
bool check_schedule(struct check *c, unsigned i, struct check_act *act);

/* For tests: how many worlds there would be without symmetry, by the sizes of their orbits. */
uint64_t check_orbits(struct check *c);
/* The schedule that leads to this world instead of the one that breaks something. */
void check_aim(struct check *c, uint32_t world);

#endif
