/* Histories that chance makes up, for tests of the model: nodes that say what honest nodes say, and
 * now and then what none would say. The nodes speak of few ballots, slots and values, so that what
 * they say meets. All chance comes from the seed. */
#ifndef TESTS_SUPPORT_MADE_UP_H
#define TESTS_SUPPORT_MADE_UP_H

#include "tests/support/handmade.h"

struct made_up {
	struct handmade *h;
	uint64_t random;
	unsigned wild; /* of 100 words, so many that no honest node would say */
	uint32_t rounds;
	uint8_t slots, values;
	bool is_wide;   /* more nodes, longer values, and nodes that sum up the log */
	bool is_deep;   /* beside that clients, disks, seats, batches, and more slots */
	uint64_t kinds; /* bits of rare kinds of items that this history has */
	value_ref value[8];
	uint16_t boot[NODES_MAX + 1];
	uint64_t number[NODES_MAX + 1]; /* of the node's last message */
	time_us now;
	uint32_t flights; /* wide: of the model, before the last item */
	node_id steps;    /* deep: the node that told the last event */
};

/* Histories of seeds from here on are wide; from there on they are deep, too. */
#define MADE_UP_WIDE 1000
#define MADE_UP_DEEP 2000

/* Freed by made_up_free. */
struct made_up *made_up_new(uint64_t seed);
void made_up_free(struct made_up *u);

/* Tells the model one thing. */
void made_up_item(struct made_up *u);

#endif
