/* A simulated cluster with which chance plays: it proposes, arms liars, cuts links, holds and
 * delivers messages, crashes and stops nodes, changes defences and begins epochs. Two models watch:
 * one that takes the nodes for simulated, and one that takes them for processes, whose words come
 * late and in another order. All chance comes from the seed. */
#ifndef TESTS_SUPPORT_PLAYED_H
#define TESTS_SUPPORT_PLAYED_H

#include "proto/core/cluster.h"
#include "proto/model/base/model.h"

#define PLAYED_LATE 24

struct played {
	struct cluster *c;
	void *memory;
	struct model *model[2]; /* simulated, live */
	uint64_t random;
	bool has_liars;
	node_set liars; /* that were armed */
	node_set down, stopped;
	time_us now;
	bool is_fixed; /* its defences stay */
	uint64_t items;
	unsigned late; /* events that the live model has not heard yet */
	struct event event[PLAYED_LATE];
	void (*watch)(struct played *p); /* after each item, if it is not NULL */
};

/* Freed by played_free. */
struct played *played_new(uint64_t seed);
void played_free(struct played *p);

/* Plays once, and lets some time pass. */
void played_act(struct played *p);
/* Every node tells all that it has, and both models hear it. */
void played_look(struct played *p);

#endif
