/* What the judge keeps and what its rows look at. Inside proto/core/invariants*.c only. */
#ifndef PROTO_CORE_INVARIANTS_HISTORY_H
#define PROTO_CORE_INVARIANTS_HISTORY_H

#include "proto/core/invariants.h"
#include "proto/core/paxos_state.h"

/* Which nodes proposed, echoed and voted for one value in one slot and ballot. */
struct tally {
	struct ballot ballot;
	value_ref value;
	bool proposed;    /* an Accept left its honest owner */
	node_set voters;  /* durable; of liars, those that said so */
	node_set echoers; /* durable; honest only */
	uint32_t next;    /* 1 + the next tally of the slot, 0 = none */
};

struct slot_history {
	uint32_t first; /* 1 + the newest tally */
	struct ballot chosen_at;
	value_ref chosen; /* VALUE_NONE while no ballot has a quorum */
	value_ref known;  /* the first that a node took for chosen */
	value_ref chain;  /* the first that a node counted, over the slots up to this one */
};

/* What a node holds for a slot, in memory. */
struct node_slot {
	struct ballot voted_at;
	struct ballot echoed_at;
	value_ref voted;
	value_ref echoed;
	value_ref chosen;
};

struct node_history {
	struct ballot promised;        /* in memory */
	struct ballot promised_before; /* the same before the node's last step */
	struct ballot durable;         /* the promise on the disk */
	slot_number base;              /* the node knows every slot below to be chosen */
	uint32_t turn;                 /* base + turn % SLOTS_OPEN_MAX is looked at next */
	uint8_t lines; /* the policies that the node follows; 0: none may change, or not known */
	struct policy_line line[POLICY_LINES_MAX];
};

/* What holds from a slot on: the policy, and which rows it makes to be judged. */
struct law {
	slot_number from;
	policy_id policy;
	uint8_t quorum;
	uint32_t rows[16]; /* by bit of enum change_kind: which rows it can break here */
};

struct invariants {
	struct invariants_config config; /* its policy and quorum: of the slot at hand */
	enum invariant broken;
	bool full;
	unsigned laws;
	struct law law[POLICY_LINES_MAX];
	struct law late; /* of a node that follows another policy in the slot at hand */
	uint32_t tallies;
	slot_number chosen_upto;
	slot_number slots_end; /* no slot from here on has a tally */
	struct node_history node[NODES_MAX + 1];
	struct tally *tally;
	struct slot_history *slot;   /* one more than slots: the last has tallies of promises */
	struct node_slot *node_slot; /* node * slots + slot */
	uint64_t *proposed;          /* bits by reference */
	char why[320];
};

struct change {
	enum change_kind kind;
	node_id node;
	slot_number slot;
	struct ballot ballot;
	value_ref value;
	const struct message *message;    /* CHANGE_SENT */
	const struct paxos *state;        /* CHANGE_LOOK, CHANGE_BACK */
	const struct paxos_slot *looking; /* CHANGE_LOOK */
	const struct paxos_write *write;  /* CHANGE_CAST, CHANGE_LEARN, CHANGE_ECHO */
};

static inline struct node_slot *node_slot_of(const struct invariants *i, node_id node,
					     slot_number slot)
{
	return &i->node_slot[(size_t)node * i->config.slots + slot];
}

/* for (const struct tally *t = first_tally(i, slot); t != NULL; t = next_tally(i, t)) */
static inline struct tally *first_tally(const struct invariants *i, slot_number slot)
{
	return i->slot[slot].first == 0 ? NULL : &i->tally[i->slot[slot].first - 1];
}

static inline struct tally *next_tally(const struct invariants *i, const struct tally *t)
{
	return t->next == 0 ? NULL : &i->tally[t->next - 1];
}

static inline struct tally *tally_find(const struct invariants *i, slot_number slot,
				       struct ballot ballot, value_ref value)
{
	struct tally *t = first_tally(i, slot);

	while (t != NULL && (t->value != value || ballot_cmp(t->ballot, ballot) != 0))
		t = next_tally(i, t);
	return t;
}

/* Are the defences safe against so many liars? Two quorums must share an honest node, and nothing
 * that a liar says alone may bind. */
static inline bool is_safe(const struct invariants_config *c)
{
	const policy_id needed = DEFENCE_SIGN | DEFENCE_ECHO | DEFENCE_JUSTIFY;
	const unsigned liars = set_count(c->liars);

	return liars == 0 || ((c->policy & needed) == needed && 2u * c->quorum > c->nodes + liars);
}

/* Can these nodes together with all the liars be a quorum? */
static inline bool can_be_quorum(const struct invariants *i, node_set nodes)
{
	return set_count(nodes | i->config.liars) >= i->config.quorum;
}

/* A row's predicate: is the change as it should be, by the history before it? */
#define INVARIANT(name, text, under, against, changes, words)                                      \
	bool holds_##name(const struct invariants *i, const struct change *c);
#include "proto/core/invariants.def"
#undef INVARIANT

/* invariants_rows.c */
bool invariant_is_judged(enum invariant row, const struct invariants_config *config);
unsigned invariant_changes(enum invariant row);
bool invariant_holds(enum invariant row, const struct invariants *i, const struct change *c);

#endif
