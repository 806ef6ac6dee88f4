/* A liar: an honest member whose words pass through here on their way out, and who may look at what
 * comes in before its honest half does. It knows all that the member knows, agrees with its
 * colluders beforehand (struct attack_order is the same at all of them) and signs with its own key
 * only: messages in other names go out too, but their signatures are not those names'.
 *
 * Everything here is pure. What a liar needs of its member stands in struct liar_means; the same
 * code lies in a live process and in a virtual world. A liar that is not armed costs nothing. */
#ifndef PROTO_FAULT_ATTACK_H
#define PROTO_FAULT_ATTACK_H

#include <stddef.h>

#include "proto/core/control.h"
#include "proto/core/paxos.h"
#include "proto/core/values.h"

enum attack_bit {
#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help) ATTACK_##name = 1 << (bit),
#include "proto/fault/attacks.def"
#undef ATTACK
};

enum { ATTACKS = 15 }; /* one more than the highest bit */

#define ATTACKS_ALL (((uint32_t)1 << ATTACKS) - 1)

enum attack_breaks { BREAKS_NOTHING, BREAKS_AGREEMENT, BREAKS_PROGRESS };

/* The columns of a row, by bit number; NULL and BREAKS_NOTHING for what is no row. */
const char *attack_name(unsigned bit);
const char *attack_help(unsigned bit);
const char *attack_parameters(unsigned bit);
const char *attack_stopped_by(unsigned bit);
enum attack_breaks attack_breaks(unsigned bit);

/* The bit number of the attack of this name, ATTACKS if there is none. */
unsigned attack_find(const char *name, size_t length);

/* Long enough for the names of all. */
#define ATTACKS_SHOWN_MAX 160

/* "equivocate+mute"; "none". */
void attacks_show(uint32_t attacks, char out[ATTACKS_SHOWN_MAX]);

/* What the member lends to the liar in it. */
struct liar_means {
	void *member;
	const struct paxos *paxos; /* of its honest half */
	struct values *values;
	struct paxos_output
		*scratch; /* free while the liar looks at what comes in, or at the time */
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

/* "In this slot and ballot I say `said` to some, where my honest half says `meant`." */
struct liar_swap {
	slot_number slot;
	struct ballot ballot;
	value_ref meant;
	value_ref said;   /* VALUE_NONE: this place is free */
	proof_ref accept; /* the owner's Accept for `said`, as a proof */
	proof_ref view;   /* what its ballot's NewView rests on */
	node_set asked;   /* who was asked for both */
	node_set told;    /* who was asked for `meant`, where that needs everybody's vote */
};

/* "In this slot and ballot nobody was asked for a vote but my honest half." */
struct liar_alone {
	slot_number slot;
	struct ballot ballot;
};

/* What it promised to whom as if it had seen nothing. */
struct liar_pretence {
	struct ballot ballot;
	slot_number from;
};

#define LIAR_SWAPS_MAX  16
#define LIAR_WORDS_MAX  16
#define LIAR_WORD_BYTES 2048
#define LIAR_GHOST_LOG  64

/* A message of somebody else, to be sent again. */
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
	time_us replay_at, flood_at, climb_at;
	struct ballot climbed; /* the highest that it prepared */
	unsigned replays;      /* still to be sent */
	unsigned words;        /* ever remembered */
	node_set framed;       /* whom it has accused */
	struct claim claim[SLOTS_OPEN_MAX + 1];
	proof_ref proof[2]; /* of a message at hand */
	/* override: whose promise does not bind it, and the ballot whose NewView says that none
	 * does */
	node_set unbound;
	struct ballot freed;
	proof_ref picked[NODES_MAX];
	/* lie: a vote that was its latest once, and what proves it */
	struct claim stale;
	uint16_t stale_proofs;
	proof_ref stale_proof[NODES_MAX];

	time_us ghost_at;
	struct paxos ghost; /* two-face: what it is to the other side */
	struct liar_word word[LIAR_WORDS_MAX];
};

/* What came in, and that it came from `sender`, who may not be m->from. */
struct liar_heard {
	struct message *m; /* to be changed before the honest half hears it */
	node_id sender;
	const uint8_t *bytes; /* the frame */
	size_t length;
};

/* One attack. Each function may be NULL. False: the message goes no further. */
struct attack {
	void (*armed)(struct liar *l);
	bool (*out)(struct liar *l, struct message *m); /* before it leaves */
	bool (*in)(struct liar *l, const struct liar_heard *h);
	void (*timer)(struct liar *l);
};

#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help)                              \
	extern const struct attack attack_##name;
#include "proto/fault/attacks.def"
#undef ATTACK

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
/* False: the honest half does not hear it. */
bool liar_in(struct liar *l, const struct liar_heard *h, time_us now);
void liar_timer(struct liar *l, time_us now);
/* Calls `use` with every reference that it holds. */
void liar_refs(const struct liar *l, void (*use)(void *context, value_ref ref), void *context);
/* The same for proofs. */
void liar_proofs(const struct liar *l, void (*use)(void *context, proof_ref ref), void *context);

/* What attacks share. */

/* Everybody else who is honest, as far as it knows; and those of them that are to be lied to. */
node_set liar_honest(const struct liar *l);
node_set liar_victims(const struct liar *l);
node_id liar_self(const struct liar *l);
uint64_t liar_draw(struct liar *l, uint64_t below);
bool liar_wants(const struct liar *l, struct ballot ballot); /* from_round */
bool liar_is_ours(const struct liar *l, node_id node);       /* it or a colluder */
bool liar_told_all(const struct liar *l, slot_number slot);  /* Accepteds go to everybody */

/* How a cluster is split: those who hear the truth, and those who hear the twin. Each part gets
 * enough for a quorum with the liars' own votes, if that is possible; else the first part does. */
struct liar_split {
	node_set truth;
	node_set twin;
	bool both; /* both parts reach a quorum at once */
};
struct liar_split liar_split(const struct liar *l, slot_number slot);

/* The value that colluders push beside another one: its twin. VALUE_NONE if there is no room. */
value_ref liar_twin(struct liar *l, value_ref value);
struct liar_swap *liar_find_swap(struct liar *l, slot_number slot, struct ballot ballot);
/* The same made if there is none. */
struct liar_swap *liar_swap(struct liar *l, slot_number slot, struct ballot ballot, value_ref meant,
			    value_ref said);

/* Says it, and that it is a lie. */
proof_ref liar_say(struct liar *l, enum attack_bit attack, const struct message *m);
/* Only tells: `m` is a lie and goes on its way; m NULL: it keeps silent towards `to`. */
void liar_lied(struct liar *l, enum attack_bit attack, const struct message *m, node_set to);

/* A Promise of one who has seen nothing, in `m`: no claims, nothing chosen. */
void liar_pretend(struct liar *l, struct message *m);
/* Votes where its honest half cannot because it knows better; true if it did. */
bool liar_vote(struct liar *l, enum attack_bit attack, const struct message *accept);
/* Of what is chosen, in m, it tells nobody to whom it pretends not to know it, or may have to: in
 * another's ballot that is everybody but its owner. */
void liar_keep_secret(struct liar *l, struct message *m);

#endif
