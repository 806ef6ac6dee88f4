/* Runs a recorded simulation again: the same cluster from the same seed, to which the same is done
 * at the same moments. It tells the same events. From any of them on it can go another way: then
 * its user acts on the cluster itself. */
#ifndef NODE_PROVE_RESIM_H
#define NODE_PROVE_RESIM_H

#include "node/record/reader.h"

struct resim;

/* Who takes in all that the cluster tells meanwhile, and so refers to its values: makes room for
 * more of them, and hears each item, events too. */
struct resim_watcher {
	void *user;
	void (*make_room)(void *user);
	void (*item)(void *user, const struct item *item);
};

/* STATUS_UNAVAILABLE: the recording is not of a simulation, or does not say enough. */
enum status resim_open(struct reader *reader, struct resim **out);
/* The same of what goes on from a recording of processes: `c` has lived through that, and told so
 * many events; the simulated cluster behind it is `simulated`. Both stay the caller's. */
enum status resim_over(struct reader *reader, struct cluster *c, const struct cluster *simulated,
		       uint64_t events, struct resim **out);
void resim_close(struct resim *r);

struct cluster *resim_cluster(struct resim *r);

/* From the next item on; valid as long as it runs. */
void resim_watch(struct resim *r, const struct resim_watcher *watcher);

/* Runs on to the next event, and gives it. ITEM_NOTHING: up to the last thing that was done to it
 * all is told; what comes behind comes by itself, with time. ITEM_END: it is not as recorded,
 * and status_text() says where. */
enum item_kind resim_next(struct resim *r, struct item *out);

/* The same after ITEM_NOTHING, until a virtual time. */
enum item_kind resim_more(struct resim *r, time_us until, struct item *out);

/* Goes on to the place after so many events, and does nothing that was done there: what comes next
 * is open. STATUS_CORRUPT: it is not as recorded. */
enum status resim_go(struct resim *r, uint64_t events);
/* Goes on until all that was done to it is done again, and then to this virtual time. */
enum status resim_go_on(struct resim *r, time_us until);

/* All that is still to be done is left undone: from here on the cluster is its user's. */
void resim_leave(struct resim *r);

/* Events that it has told. */
uint64_t resim_events(const struct resim *r);

#endif
