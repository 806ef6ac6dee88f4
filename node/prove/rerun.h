/* Runs a node's lives again, from its journal, and compares what comes out with what the journal
 * says came out, output by output. Every frame, write and event is computed anew by the code of
 * this program; the member does not know that it is not the first time. */
#ifndef NODE_PROVE_RERUN_H
#define NODE_PROVE_RERUN_H

#include "node/journal/journal_reader.h"
#include "node/prove/kept.h"

struct rerun;

struct rerun_counts {
	unsigned lives;
	uint64_t inputs, frames, writes, events;
};

/* `dir`: the node's, with its journal and its key. STATUS_CORRUPT, STATUS_UNAVAILABLE: it cannot
 * begin, and status_text() says why. */
enum status rerun_open(const char *dir, struct rerun **out);
void rerun_close(struct rerun *r);

/* The cluster and the node that the journal names. */
const struct segment_head *rerun_head(const struct rerun *r);

/* Hears each input before the member does. NULL: nobody does. */
void rerun_hear(struct rerun *r, void (*heard)(void *user, const struct member_input *in),
		void *user);

enum rerun_found {
	RERUN_OUTPUT, /* an output is whole: it is as the journal says, or the life ended before */
	RERUN_END,    /* of the journal */
	RERUN_WRONG,  /* the first difference, or damage: status_text() names it */
};

/* Runs on to the next output. */
enum rerun_found rerun_next(struct rerun *r);

/* The output at hand, until the next call; NULL: there is none. */
const struct member_output *rerun_output(const struct rerun *r);
struct values *rerun_values(const struct rerun *r);
uint16_t rerun_boot(const struct rerun *r);
/* Did the driver carry out the output at hand, as far as the journal says? */
bool rerun_is_carried_out(const struct rerun *r);
/* The latest virtual time that an input of this life had. */
time_us rerun_now(const struct rerun *r);
/* The member of the life at hand, as its inputs so far made it. */
struct member *rerun_member(const struct rerun *r);
/* To let it live on elsewhere: by what it began, with its key, and its memory, which is this
 * rerun's. rerun_settle clears the output at hand; there is no rerun_next after it. */
const struct member_config *rerun_config(const struct rerun *r);
void *rerun_memory(const struct rerun *r);
void rerun_settle(struct rerun *r);

const struct rerun_counts *rerun_counts(const struct rerun *r);
/* What its store must hold by now; NULL: that is not known. */
struct kept *rerun_kept(struct rerun *r);
/* Why something is missing that was there once, in a sentence; NULL: nothing is. */
const char *rerun_missing(const struct rerun *r);

#endif
