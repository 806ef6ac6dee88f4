/* Proposals that wait while the pipeline is full, and the batches that were made of them
 * (proto/core/batch.h).
 *
 * A proposal for any slot that comes while `pipeline` values are under way in the core waits here.
 * As soon as the core has room, those that waited longest go into it as one value: as many as the
 * rule allows (proto/core/batch_rule.h), in the order in which they came. One that waits alone goes
 * as it is, unless it has the form of a batch. Two kinds never share a slot: what the operator
 * asked for, and what the driver itself proposes; each kind has a rule of its own.
 *
 * The driver proposes many values in a row. Where they may share slots none of them goes ahead
 * alone: they wait here until the driver says that it has no more for now.
 *
 * A proposal stays here until its answer is told: where it was chosen, at which place of the batch,
 * or why it is given up. So a batch of any length is answered in as many turns as it takes. The
 * driver hears of its own proposals by what is chosen, and of no answers.
 *
 * Memory is the owner's, and nothing is allocated. A proposal costs the same however many wait. */
#ifndef PROTO_MEMBER_BATCHER_H
#define PROTO_MEMBER_BATCHER_H

#include <stddef.h>

#include "proto/core/batch_rule.h"
#include "proto/core/control.h"
#include "proto/core/event.h"
#include "proto/core/paxos.h"

/* No more proposals wait, or are in batches that are not answered. */
#define BATCHER_VALUES_MAX 4096
/* Nor more bytes of them: 16 of the longest, however they lie in the ring. */
#define BATCHER_BYTES_MAX (17 * (size_t)VALUE_BYTES_MAX)
/* Values under way at most, where batches are made and nobody says how many. */
#define BATCHER_PIPELINE 8
/* Where nobody says how many, a value of so many bytes waits for no other. */
#define BATCHER_LONG_BYTES 4096

/* Answered behind one that is not, and under way. */
#define FLIGHTS_MAX (2 * PENDING_MAX)

struct batcher_proposal {
	uint32_t at; /* its bytes, in the ring */
	uint32_t length;
	uint64_t number; /* of the control that brought it; 0: it is the driver's */
};

/* What went into the core as one value. */
struct batcher_flight {
	value_ref value;
	uint32_t count;         /* proposals, */
	uint32_t told;          /* so many of which are answered */
	bool shares;            /* the value has the form of a batch */
	bool is_drivers;        /* who wants no answers */
	enum event_kind answer; /* EVENT_WON or EVENT_LOST; EVENT_NONE: it is under way */
	slot_number slot;
	enum because because;
};

enum batcher_kind { BATCHER_ASKED, BATCHER_DRIVERS, BATCHER_KINDS };

struct batcher {
	enum paxos_mode mode;
	bool signs; /* the owner's to say: what goes into the next slots is signed */
	struct batch_rule rule[BATCHER_KINDS]; /* count and bytes are said */
	/* Proposals are counted for ever; number i is at i % BATCHER_VALUES_MAX. */
	uint32_t first;  /* not answered */
	uint32_t packed; /* the first that waits */
	uint32_t end;
	/* Flights are a ring, too: in the order of their proposals. */
	uint32_t flight_first, flight_end;
	uint32_t answering; /* flights with an answer that is not told to the end */
	bool tells;         /* the answers of this flight, whose proposals begin here: */
	uint32_t telling, telling_from;
	uint32_t more; /* proposals that wait, above those that the core counts */
	bool feeds;    /* the core is given what was packed: */
	struct batcher_flight next;
	uint8_t *ring, *scratch;
	struct batcher_flight flight[FLIGHTS_MAX];
	struct batcher_proposal proposal[BATCHER_VALUES_MAX];
};

size_t batcher_size(void); /* bytes of `memory` */
/* `asked`: the rule of what the operator asks for. */
void batcher_init(struct batcher *b, void *memory, enum paxos_mode mode,
		  const struct batch_rule *asked);
/* The rule of what the driver proposes from now on; until it is set, one value has a slot. */
void batcher_set_drivers(struct batcher *b, const struct batch_rule *rule);

/* Is a proposal to go into the core at once, which has so many values under way? */
bool batcher_lets_through(const struct batcher *b, unsigned pending, const uint8_t *value,
			  uint32_t length, enum batcher_kind kind);
/* If not: DROP_NOTHING, it can wait here, or why it cannot. */
enum drop batcher_judge(const struct batcher *b, const uint8_t *value, uint32_t length,
			enum batcher_kind kind);
/* Then it waits. number 0: the driver's. */
void batcher_push(struct batcher *b, const uint8_t *value, uint32_t length, uint64_t number);

/* Is what waits longest the driver's? Something waits. */
bool batcher_heads_drivers(const struct batcher *b);
/* Does something wait for which the core, with so many values under way, has room? */
bool batcher_is_ready(const struct batcher *b, unsigned pending);
/* What is to go into the core next, valid until the next call; only if it is ready. Behind it
 * batcher_feed says which value it became. */
const uint8_t *batcher_pack(struct batcher *b, uint32_t *length);
void batcher_feed(struct batcher *b, value_ref value);
/* The core has had it. */
void batcher_fed(struct batcher *b);

/* Nothing waits, is under way, or is to be answered: no event of the core matters. */
static inline bool batcher_is_idle(const struct batcher *b)
{
	return b->first == b->end;
}

/* An event of the core. True: it is about a batch, and its proposals have answers instead. Else its
 * count is made to say how many proposals wait in all. */
bool batcher_hears(struct batcher *b, struct event *event);

struct batcher_answer {
	struct event event; /* its value is the caller's to fill in; EVENT_NONE: the core told it */
	const uint8_t *value;
	uint32_t length;
	uint64_t number;
};

/* The next answer that is owed. False: none is. Valid until the next proposal. */
bool batcher_answer(struct batcher *b, struct batcher_answer *out);

/* A new epoch: what was asked for by a control above `since` and has no answer waits again, the
 * rest is forgotten. */
void batcher_new_epoch(struct batcher *b, uint64_t since);

/* The i-th that waits, from 0. False: there is none. Valid until the next proposal. */
bool batcher_waits(const struct batcher *b, uint32_t i, const uint8_t **value, uint32_t *length);

/* References that it holds. */
void batcher_refs(const struct batcher *b, void (*use)(void *context, value_ref ref),
		  void *context);

#endif
