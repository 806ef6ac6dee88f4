/* What attacks are made of: the row's functions, and the steps that several attacks share. For
 * proto/fault/attack_NAME.c and the table above them, for nobody else. */
#ifndef PROTO_FAULT_ATTACK_TOOLS_H
#define PROTO_FAULT_ATTACK_TOOLS_H

#include "proto/fault/attack.h"

/* One attack, named attack_NAME after its row. Every function may be NULL. */
struct attack {
	const char *aim; /* what its lies are good for, in a sentence */
	/* When it is armed, and again at each epoch, when the core has just begun anew. */
	void (*armed)(struct liar *l);
	/* A message of the honest half, before it leaves; false: it goes no further. */
	bool (*out)(struct liar *l, struct message *m);
	/* The Promise of the honest half to itself, as the owner of a ballot. */
	void (*own_promise)(struct liar *l, struct message *m);
	/* A message that came in; false: the honest half does not hear it. */
	bool (*in)(struct liar *l, const struct liar_heard *h);
	/* At the time that liar_plan named; must be there if liar_plan is called. */
	void (*timer)(struct liar *l);
	/* Call `use` with every reference to a value, every proof, that only this attack holds. */
	void (*refs)(const struct liar *l, void (*use)(void *context, value_ref ref),
		     void *context);
	void (*proofs)(const struct liar *l, void (*use)(void *context, proof_ref ref),
		       void *context);
};

#define ATTACK(name, bit, text, breaks, stopped_by, parameters, help, see)                         \
	extern const struct attack attack_##name;
#include "proto/fault/attacks.def"
#undef ATTACK

/* The attack's timer is to be called at `at`, and not before; 0: not at all. */
void liar_plan(struct liar *l, enum attack_bit attack, time_us at);
bool liar_is_planned(const struct liar *l, enum attack_bit attack);

/* The nodes that do not collude with the liar; those of them that it is to lie to. */
node_set liar_honest(const struct liar *l);
node_set liar_victims(const struct liar *l);
node_id liar_self(const struct liar *l);
uint64_t liar_draw(struct liar *l, uint64_t below);
bool liar_wants(const struct liar *l, struct ballot ballot); /* not below order.from_round */
bool liar_is_ours(const struct liar *l, node_id node);       /* it or a colluder */
bool liar_told_all(const struct liar *l, slot_number slot);  /* Accepteds go to everybody */

/* The honest nodes in two parts: one hears the truth, the other the twin. If possible, each part
 * and the liars together are a quorum; if not, the first part and the liars are. */
struct liar_split {
	node_set truth;
	node_set twin;
	bool both; /* both parts reach a quorum at once */
};
struct liar_split liar_split(const struct liar *l, slot_number slot);

/* The value that colluders push beside another one: its twin. VALUE_NONE if there is no room. */
value_ref liar_twin(struct liar *l, value_ref value);
struct liar_swap *liar_find_swap(struct liar *l, slot_number slot, struct ballot ballot);
/* The swap of this slot and ballot, made if there is none. */
struct liar_swap *liar_swap(struct liar *l, slot_number slot, struct ballot ballot, value_ref meant,
			    value_ref said);

/* Sends the message, and reports that it is a lie. Returns the message as a proof. */
proof_ref liar_say(struct liar *l, enum attack_bit attack, const struct message *m);
/* Only reports: `m` is a lie and goes on its way; m NULL: the liar keeps silent towards `to`. */
void liar_lied(struct liar *l, enum attack_bit attack, const struct message *m, node_set to);

/* Makes `m` the Promise of an acceptor that has seen nothing: no votes, nothing chosen. */
void liar_pretend(struct liar *l, struct message *m);
/* Votes where the honest half would refuse because it knows better; true if it did. */
bool liar_vote(struct liar *l, enum attack_bit attack, const struct message *accept);
/* `m` tells what is chosen. Takes out of m->to the nodes to which the liar pretends not to know it,
 * or may still have to: in the ballot of another node, everybody but the ballot's owner. */
void liar_keep_secret(struct liar *l, struct message *m);

#endif
