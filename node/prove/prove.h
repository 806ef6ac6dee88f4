/* Proves that what is left of a run tells the truth: every member is run again from its journal,
 * and every output compared with the journal, with the events of a recording, and with what the
 * stores hold. The first difference is named, with its node, its input and what differs. */
#ifndef NODE_PROVE_PROVE_H
#define NODE_PROVE_PROVE_H

#include "node/io/status.h"
#include "node/prove/rerun.h"

struct prove_options {
	const char *where;                  /* a recording, a cluster's directory or a node's */
	void (*tell)(const char *sentence); /* what is missing, in a sentence each; NULL: nobody */
};

struct prove_report {
	unsigned nodes;
	struct rerun_counts counts; /* of all nodes together */
	uint64_t recorded;          /* events of the recording that were compared */
	uint64_t stored;            /* rows of stores that were compared */
	bool is_whole;              /* nothing is missing that was there once */
	bool is_simulated; /* the recording of a simulation: it was run again from its seed */
};

/* STATUS_OK: identical. STATUS_CORRUPT: something differs or is damaged. STATUS_UNAVAILABLE and
 * others: it cannot be judged. status_text() says which, of what. */
enum status prove(const struct prove_options *options, struct prove_report *report);

#endif
