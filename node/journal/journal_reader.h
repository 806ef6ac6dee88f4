/* Reads a journal, life by life, while its node may still write it. All that it says is checked:
 * what is cut off, changed, another cluster's or a newer program's is told in a sentence, with the
 * file and the byte, and never believed. */
#ifndef NODE_JOURNAL_JOURNAL_READER_H
#define NODE_JOURNAL_JOURNAL_READER_H

#include "node/io/status.h"
#include "node/journal/segment.h"
#include "proto/member/input.h"

struct journal_reader;

/* `dir`: the node's. STATUS_UNAVAILABLE: there is no journal; STATUS_CORRUPT: it cannot be read on
 * from its first whole life. */
enum status journal_reader_open(const char *dir, struct journal_reader **out);
void journal_reader_close(struct journal_reader *r);

/* Of the segment at hand; its life, cluster and node are those of the journal there. */
const struct segment_head *journal_reader_head(const struct journal_reader *r);
/* Lives whose beginning has left, for room. */
unsigned journal_reader_left(const struct journal_reader *r);
/* Inputs read, of this life. */
uint64_t journal_reader_inputs(const struct journal_reader *r);

enum journal_found {
	JOURNAL_INPUT,    /* a CONFIG begins a life */
	JOURNAL_LIFE_END, /* the process ended in order, or was killed, or lives: what was written
			     is whole */
	JOURNAL_LIFE_CUT, /* so too, but something is missing behind: status_text() says where */
	JOURNAL_END,      /* of the last life */
	JOURNAL_DAMAGED,  /* status_text() says where; nothing comes behind it */
};

/* *out is valid until the next call. */
enum journal_found journal_reader_next(struct journal_reader *r, struct member_input *out);

#endif
