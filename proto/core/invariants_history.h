/* What the judge keeps and what its rows look at. Inside proto/core/invariants*.c only. */
#ifndef PROTO_CORE_INVARIANTS_PARTS_H
#define PROTO_CORE_INVARIANTS_PARTS_H

#include "proto/core/invariants.h"

/* Who proposed, echoed and voted for one value in one slot and ballot. */
struct tally {
	struct ballot ballot;
	value_ref value;
	bool proposed;    /* an Accept left its honest owner */
	node_set voters;  /* durable; of liars, who said so */
	node_set echoers; /* durable; honest only */
	uint32_t next;    /* 1 + the next tally of the slot, 0 = none */
};

struct slot_history {
	uint32_t first; /* 1 + the newest tally */
	struct ballot chosen_at;
	value_ref chosen; /* VALUE_NONE while no ballot has a quorum */
	value_ref known;  /* the first that a node took for chosen */
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
	struct ballot promised_before; /* its last step */
	struct ballot durable;         /* promise on disk */
	slot_number base;
	uint32_t turn; /* of the open slot that is looked at next */
};

struct invariants {
	struct invariants_config config;
	enum invariant broken;
	bool full;
	uint32_t rows[16]; /* by bit of enum change_kind: which rows it can break here */
	uint32_t tallies;
	slot_number chosen_upto;
	slot_number slots_end; /* no slot from here on has a tally */
	struct node_history node[NODES_MAX + 1];
	struct tally *tally;
	struct slot_history *slot;   /* one more than there are slots: who promised which ballot */
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

static inline struct node_slot *held_by(const struct invariants *i, node_id node, slot_number slot)
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

static inline struct tally *tally_of(const struct invariants *i, slot_number slot,
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

/* Can so many honest nodes and all the liars be a quorum? */
static inline bool can_be_quorum(const struct invariants *i, node_set who)
{
	return set_count(who | i->config.liars) >= i->config.quorum;
}

/* invariants_rows.c */
bool row_is_judged(enum invariant row, const struct invariants_config *config);
unsigned row_changes(enum invariant row);
bool row_holds(enum invariant row, const struct invariants *i, const struct change *c);

#endif
