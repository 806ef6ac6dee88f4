/* A liar is an honest member, its honest half, whose messages pass through here on their way out.
 * The liar sees what comes in before its honest half does. It knows all that the member knows.
 * Liars that collude agree beforehand: they get the same struct attack_order. A liar has its own
 * key only. It can write a message in the name of another node, but not that node's signature.
 *
 * Everything here is pure. What a liar needs of its member stands in struct liar_means, so the same
 * code lies in a live process and in a virtual world. A liar that is not armed costs nothing. */
#ifndef PROTO_FAULT_ATTACK_H
#define PROTO_FAULT_ATTACK_H

#include <stddef.h>

#include "proto/core/control.h"
#include "proto/core/paxos_state.h"
#include "proto/core/values.h"

enum attack_bit {
#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help, see)                         \
	ATTACK_##name = 1 << (bit),
#include "proto/fault/attacks.def"
#undef ATTACK
};

#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help, see) +1
enum {
	ATTACKS = 0
#include "proto/fault/attacks.def"
};
#undef ATTACK

#define ATTACKS_ALL (((uint32_t)2 << (ATTACKS - 1)) - 1)

enum attack_breaks { BREAKS_NOTHING, BREAKS_AGREEMENT, BREAKS_PROGRESS };

/* The columns of a row, by bit number; NULL and BREAKS_NOTHING for what is no row. */
const char *attack_name(unsigned bit);
const char *attack_help(unsigned bit);
/* What must be done besides so that one sees it. The scenario of its name in demo/ does that. */
const char *attack_see(unsigned bit);
const char *attack_parameters(unsigned bit);
const char *attack_stopped_by(unsigned bit);
/* What a lie of this attack is good for, in a sentence: the second line under WHY. */
const char *attack_aim(unsigned bit);
enum attack_breaks attack_breaks(unsigned bit);
/* The attack breaks nothing, and no defence need stop it: it only takes its receivers' time. */
bool attack_is_noise(unsigned bit);

/* The bit number of the attack of this name, ATTACKS if there is none. */
unsigned attack_find(const char *name, size_t length);

/* Long enough for the names of all. */
#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help, see) +sizeof text
enum {
	ATTACKS_SHOWN_MAX = sizeof "by hand"
#include "proto/fault/attacks.def"
};
#undef ATTACK

/* "equivocate+mute"; "none". */
void attacks_show(uint32_t attacks, char out[ATTACKS_SHOWN_MAX]);
/* The same of a lie that was told: one of no attack was told "by hand". */
void lie_show(uint32_t attacks, char out[ATTACKS_SHOWN_MAX]);

/* What the member lends to the liar in it. */
struct liar_means {
	void *member;
	const struct paxos *paxos; /* of its honest half */
	struct values *values;
	/* Free to use while the liar looks at a message that comes in, or at the time. */
	struct paxos_output *scratch;
	policy_id (*policy)(void *member, slot_number slot);
	/* Sends a message, signed by this node whatever m->from says. Returns it as a proof. */
	proof_ref (*send)(void *member, const struct message *m);
	/* Sends what came in once more, as it was, or any other bytes. */
	void (*send_again)(void *member, node_set to, const uint8_t *bytes, size_t length);
	void (*send_bytes)(void *member, node_set to, const uint8_t *bytes, size_t length);
	/* Accuses the sender of the message that just came in of what it did not do. */
	bool (*accuse)(void *member, unsigned how, node_set to);
	void (*tell)(void *member, const struct event *event);
};

/* "In this slot and ballot I say `said` to some nodes, where my honest half says `meant`." */
struct liar_swap {
	slot_number slot;
	struct ballot ballot;
	value_ref meant;
	value_ref said;   /* VALUE_NONE: this place is free */
	proof_ref accept; /* the owner's Accept for `said`, as a proof */
	proof_ref view;   /* what its ballot's NewView rests on */
	node_set asked;   /* acceptors that were asked for both */
	node_set told;    /* acceptors that were asked for `meant`, where it needs every vote */
};

/* "In this slot and ballot no acceptor was asked for a vote but my honest half." */
struct liar_alone {
	slot_number slot;
	struct ballot ballot;
};

/* The ballot that it promised a proposer as if it had seen nothing from slot `from` on. */
struct liar_pretence {
	struct ballot ballot;
	slot_number from;
};

#define LIAR_SWAPS_MAX  16
#define LIAR_WORDS_MAX  16
#define LIAR_WORD_BYTES 2048
#define LIAR_GHOST_LOG  64

/* A message of another node, to be sent again. */
struct liar_word {
	uint16_t length; /* 0: this place is free */
	uint8_t bytes[LIAR_WORD_BYTES];
};

struct liar {
	struct attack_order order; /* attacks 0: honest, and nothing below means anything */
	struct liar_means means;
	time_us now;
	time_us wake_at; /* when liar_timer is to be called; 0 = never */
	uint64_t random;

	struct liar_swap swap[LIAR_SWAPS_MAX];
	unsigned swaps; /* ever made */
	struct liar_alone alone[LIAR_SWAPS_MAX];
	unsigned alones; /* ever noted */
	struct liar_pretence pretence[NODES_MAX + 1];
	time_us timer_at[ATTACKS]; /* when an attack wants to be called; 0 = never */
	struct ballot climbed;     /* the highest that it prepared */
	unsigned replays;          /* still to be sent */
	unsigned words;            /* ever remembered */
	node_set framed;           /* the nodes that it has accused */
	struct claim claim[SLOTS_OPEN_MAX + 1];
	proof_ref proof[2]; /* of a message at hand */
	/* override: nodes whose promises do not bind it; the ballot whose NewView says none does */
	node_set unbound;
	struct ballot freed;
	proof_ref picked[NODES_MAX];
	/* lie: a vote that was its latest once, and the messages that prove the vote */
	struct claim stale;
	uint16_t stale_proofs;
	proof_ref stale_proof[NODES_MAX];

	struct paxos ghost; /* two-face: its state as the other side sees it */
	struct liar_word word[LIAR_WORDS_MAX];
};

/* A message that came in. `sender` sent the frame; m->from may be another node. */
struct liar_heard {
	struct message *m; /* to be changed before the honest half hears it */
	node_id sender;
	const uint8_t *bytes; /* the frame */
	size_t length;
};

/* The run of the cluster is over and another begins, with a core that knows nothing: so does what
 * an attack has made of the core, but not the messages that a liar has kept. */
void liar_new_epoch(struct liar *l, time_us now);

/* The member's side. */
void liar_init(struct liar *l);
static inline bool liar_is_armed(const struct liar *l)
{
	return l->order.attacks != 0;
}
/* False: there are no such attacks, or it makes no sense here. */
bool liar_arm(struct liar *l, const struct liar_means *means, const struct attack_order *order,
	      time_us now);
/* A message of the honest half. It goes out by means.send, as it is, changed, or not at all. */
void liar_out(struct liar *l, const struct message *m, time_us now);
/* A Promise of the honest half to itself, which it hears as the liar has changed it. */
void liar_own_promise(struct liar *l, struct message *m, time_us now);
/* False: the honest half does not hear it. */
bool liar_in(struct liar *l, const struct liar_heard *h, time_us now);
void liar_timer(struct liar *l, time_us now);
/* Calls `use` with every reference that it holds. */
void liar_refs(const struct liar *l, void (*use)(void *context, value_ref ref), void *context);
/* The same for proofs. */
void liar_proofs(const struct liar *l, void (*use)(void *context, proof_ref ref), void *context);

#endif
