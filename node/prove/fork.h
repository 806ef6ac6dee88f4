/* From a moment of a run, a simulated cluster that stands exactly there and goes on. What happened
 * until then has happened in it, too; what happens from then on is up to its user.
 *
 * A simulation is run again from its seed up to that moment (node/prove/resim.h); processes are run
 * again from their journals, which stand beside their stores (node/prove/fork_live.h), and so is
 * what went on from them in a fork. Where a fork cannot be exact, there is none, and a sentence
 * says why.
 *
 * A step of a node is whole: if the moment is in the middle of what one step told, the rest of that
 * comes next, whatever the user does. */
#ifndef NODE_PROVE_FORK_H
#define NODE_PROVE_FORK_H

#include "node/prove/resim.h"
#include "node/record/given.h"

struct fork;

struct fork_point {
	const char *path; /* of the recording of the run, all of which was written */
	uint64_t moment;  /* after so many items */
	/* The moment is the last one that was recorded, and virtual time has come to `now` since.
	 */
	bool is_now;
	time_us now;
	/* What a dashboard shows of it; needed during fork_open only, and of processes only. */
	const struct model *model;
};

/* STATUS_UNAVAILABLE, STATUS_CORRUPT: it cannot be exact, and status_text() says why. */
enum status fork_open(const struct fork_point *point, struct fork **out);
/* NULL is allowed. */
void fork_close(struct fork *f);

/* Its operations may be watched by a recorder from before fork_relive on. */
struct cluster *fork_cluster(struct fork *f);

/* Once: lives through all that happened, which `watcher` hears. After that the cluster is its
 * user's. STATUS_CORRUPT: it is not as recorded, and status_text() says where. */
enum status fork_relive(struct fork *f, const struct resim_watcher *watcher);

/* Of processes: from where it goes on, and the simulated cluster in which it does, for its
 * recorder. NULL: it is of a simulation. */
const struct given_base *fork_base(const struct fork *f);
const struct cluster *fork_simulated(const struct fork *f);

/* Of processes: how many messages were on their way between them. */
unsigned fork_flights(const struct fork *f);

/* How many events happened until then: so many the recording tells, too. */
uint64_t fork_events(const struct fork *f);

#endif
