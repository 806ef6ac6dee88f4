/* How far each process of a live cluster had come at a moment that a dashboard showed, and what was
 * on its way then: found from the journals of all of them, which are run again for it from their
 * first lives to their ends.
 *
 * A node stands where it had told its last event of that moment; the step in which it told it is
 * whole. Where another node had received by then what it sent later, it goes on to where it had
 * sent that: nobody can have received what was never sent. A frame is on its way if its sender had
 * sent it by then, and its receiver took it in later, as its journal says. */
#ifndef NODE_PROVE_FORK_SCAN_H
#define NODE_PROVE_FORK_SCAN_H

#include "node/io/files.h"
#include "node/io/status.h"
#include "proto/model/base/model.h"

struct scan;

struct scan_cut {
	uint64_t output; /* the last of its outputs that belongs to it, from 0 */
	bool up, stopped;
};

struct scan_flight {
	node_id from, to;
	uint64_t output; /* of the sender, */
	unsigned frame;  /* and which of its frames */
};

/* `dir`: the nodes' directories, by id; `m`: what was shown. STATUS_UNAVAILABLE, STATUS_CORRUPT: it
 * cannot be found out, and status_text() says why. */
enum status scan_open(char dir[NODES_MAX + 1][PATH_BYTES], const struct model *m,
		      struct scan **out);
void scan_close(struct scan *s);

const struct scan_cut *scan_cut(const struct scan *s, node_id node);
/* Was that output carried out before its node ended? */
bool scan_is_carried_out(const struct scan *s, node_id node, uint64_t output);

/* In the order in which each receiver takes them in. */
unsigned scan_flights(const struct scan *s);
const struct scan_flight *scan_flight(const struct scan *s, unsigned i);

#endif
