/* Writes a node's journal: every input of its member, and digests of what the member then owed, as
 * it happens (node/journal/segment.h). With it the node's life can be run again and compared
 * (node/prove).
 *
 * An input is in the file before the member obeys it, and so before anything that follows from it
 * leaves the node: kill -9 loses none. It is not synced to the disk one by one: after a power cut
 * the end may be missing, and what is there is whole.
 *
 * What goes wrong with the journal never stops the node: the journal ends there, and
 * journal_trouble says why. Old lives leave first when it has come to its size; a life that is
 * longer than that ends its journal. Nothing is allocated after journal_open. */
#ifndef NODE_JOURNAL_JOURNAL_H
#define NODE_JOURNAL_JOURNAL_H

#include "node/io/status.h"
#include "proto/member/input.h"

struct journal;

struct journal_options {
	const char *dir; /* of the node */
	uint8_t cluster[8];
	node_id node;
	uint64_t bytes_max; /* of all its segments; 0 = JOURNAL_BYTES_MAX */
};

/* Does the node keep a journal, from an earlier life? */
bool journal_is_kept(const char *dir);

/* Ready to be given to a member that begins by `config`, whose `heard` it sets. Fails only if there
 * is not enough memory: what is wrong with files is journal_trouble. */
enum status journal_open(const struct journal_options *options, struct member_config *config,
			 struct journal **out);

/* The member that was begun by it. */
void journal_follow(struct journal *j, struct member *member);

/* Inputs that it has, of this life. */
uint64_t journal_inputs(const struct journal *j);
/* Why it has ended early; NULL: it goes on. NULL for no journal, too. */
const char *journal_trouble(const struct journal *j);

/* Ends it in order. NULL is allowed. */
void journal_close(struct journal *j);

#endif
