/* Members side by side in one process, each with a journal in a directory of its own, as nodes have
 * (DIR/n1 ...): a wire that chance carries, a liar or two if chance wants it, and stores. */
#ifndef TESTS_SUPPORT_JOURNALED_H
#define TESTS_SUPPORT_JOURNALED_H

#include "node/journal/journal.h"

struct journaled;

/* Hears what its driver carries out, before it is cleared and after; and that a process is gone. */
struct journaled_watch {
	void *user;
	void (*owes)(void *user, node_id id, struct member *m, const struct member_output *out);
	void (*cleared)(void *user, node_id id, struct member *m);
	/* a number that is kept with what leaves a node now; and given when it first comes to one
	 */
	uint64_t (*mark)(void *user);
	void (*came)(void *user, node_id id, uint64_t mark);
	void (*died)(void *user, node_id id, uint16_t boot, time_us now);
};

struct journaled_options {
	const char *dir; /* exists */
	uint8_t nodes;
	uint64_t seed;
	bool journals; /* else members only */
	bool stores;   /* on disk; else nothing is written anywhere */
	policy_id policy;
	uint64_t bytes_max;                  /* of a journal; 0 = as usual */
	const struct journaled_watch *watch; /* NULL, or somebody who listens all the time */
};

struct journaled *journaled_begin(const struct journaled_options *options);

/* So many things happen, drawn by chance: frames come, are lost or come twice, values are proposed,
 * time passes, links are cut, somebody listens or does not, a node lies. */
void journaled_run(struct journaled *c, unsigned things);
/* A leader decides so many values, one after the other, and nothing goes wrong. Returns how many
 * inputs all members had. */
uint64_t journaled_decide(struct journaled *c, unsigned values);

/* As by kill -9, in the middle of what it owes; and from its store again. */
void journaled_kill(struct journaled *c, node_id id);

/* Of the present life of a node; NULL: none. */
const struct journal *journaled_journal(const struct journaled *c, node_id id);

/* Ends all in order, or as by kill -9. */
void journaled_end(struct journaled *c, bool in_order);

#endif
