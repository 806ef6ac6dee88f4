/* A message between nodes, as a plain value. Its bytes are proto/wire's affair. */
#ifndef PROTO_CORE_MESSAGE_H
#define PROTO_CORE_MESSAGE_H

#include "proto/core/policy.h"
#include "proto/core/types.h"

enum message_field {
	FIELD_BALLOT = 1 << 0,
	FIELD_SLOT = 1 << 1,
	FIELD_LOW = 1 << 2,
	FIELD_VALUE = 1 << 3,
	FIELD_CLAIMS = 1 << 4,
	FIELD_PROMISED = 1 << 5,
	FIELD_WHY = 1 << 6,
	FIELD_VIEW = 1 << 7,
	FIELD_LEVEL = 1 << 8,
	FIELD_ASKS = 1 << 9,
	/* no field of its own: a long value may be named by its digest, to those that have it */
	BY_REFERENCE = 1 << 15,
};

enum message_type {
	MSG_NONE = 0,
#define MESSAGE(name, code, text, handled, fields, help) MSG_##name = code,
#include "proto/core/messages.def"
#undef MESSAGE
	MSG_TYPES
};

enum refusal {
	REFUSE_NOTHING = 0,
#define REFUSAL(name, code, text, help) REFUSE_##name = (code),
#include "proto/core/refusals.def"
#undef REFUSAL
#define REFUSAL(name, code, text, help) +1
	REFUSALS = 1 /* one more than there are: their codes leave no gap */
#include "proto/core/refusals.def"
#undef REFUSAL
};

/* One vote that a Promise reports: "in slot I voted for value at ballot". */
struct claim {
	slot_number slot;
	struct ballot ballot;
	value_ref value;
	bool certified; /* hardened: `cert` proves that it may have happened, as admission has
			 * checked
			 */
	proof_ref cert;
};

struct message {
	enum message_type type;
	node_id from;
	node_set to;
	struct ballot ballot;
	slot_number slot;
	slot_number low;
	struct ballot promised;
	enum refusal why;
	/* BY_REFERENCE: VALUE_UNKNOWN if it came in as a digest that fits no value which this node
	 * heard in that slot and ballot */
	value_ref value;
	bool refers; /* BY_REFERENCE: it goes to nodes that should have the value already */
	/* Sync; bit k of a word is about slot `slot` + k */
	uint64_t known;            /* FIELD_LEVEL: it is known to be chosen, too */
	uint64_t voted;            /* FIELD_LEVEL: the sender voted there and knows no decision */
	uint64_t wanted;           /* FIELD_ASKS: the receivers' votes there are asked for */
	node_set unsure;           /* FIELD_ASKS: these nodes are asked how far they know */
	node_set ask;              /* FIELD_ASKS: these nodes are asked for decisions */
	uint16_t claims;           /* how many */
	const struct claim *claim; /* rising by slot; valid as long as what the message came in */
	/* hardened only; admission has verified what came in */
	proof_ref proof; /* the message itself, signed */
	bool late;       /* nobody has verified it, and it says nothing new: paxos_is_late */
	proof_ref view;  /* NewView and Accept: names the NewView by its digest */
	uint16_t proofs; /* other messages that go with it: */
	const proof_ref *proof_list;
	uint16_t told; /* and those as plain messages, in what came in */
	const struct message *tell;
};

/* "prepare", "promise", ...; "?" for a type that is not in the table. */
const char *message_name(enum message_type type);

/* A set of enum message_field; 0 for a type that is not in the table. */
unsigned message_fields(enum message_type type);

/* The same in a slot under that policy: an Accept that is to be justified has FIELD_VIEW too. */
unsigned message_fields_under(enum message_type type, policy_id policy);

/* Only its owner may begin a ballot, or ask for votes in it (Paxos Made Simple, 2.2): false for a
 * Prepare, an Accept or a NewView by another node. */
bool message_is_owners(const struct message *m);

/* Rule 3: a claim that nothing proves does no harm where one of `list` shelters it: a proven vote
 * of the same slot, below the ballot, at or above the claim. A proposer that is
 * bound by that vote is bound enough. */
bool claim_is_sheltered(const struct claim *claim, const struct claim *list, unsigned count,
			struct ballot below);

/* The name of a reason, and the sentence after "nX refuses: ". */
const char *refusal_name(enum refusal why);
const char *refusal_words(enum refusal why);

#endif
