/* Runs a recorded simulation again: the same cluster from the same seed, to which the same is done
 * at the same moments. It tells the same events. From any of them on it can go another way: then
 * its user acts on the cluster itself. */
#ifndef NODE_PROVE_RESIM_H
#define NODE_PROVE_RESIM_H

#include "node/record/reader.h"

struct resim;

/* STATUS_UNAVAILABLE: the recording is not of a simulation, or does not say enough. */
enum status resim_open(struct reader *reader, struct resim **out);
void resim_close(struct resim *r);

struct cluster *resim_cluster(struct resim *r);

/* Runs on to the next event, and gives it. ITEM_NOTHING: up to the last thing that was done to it
 * all is told; what comes behind comes by itself, with time. ITEM_END: it is not as recorded,
 * and status_text() says where. */
enum item_kind resim_next(struct resim *r, struct item *out);

/* The same after ITEM_NOTHING, until a virtual time. */
enum item_kind resim_more(struct resim *r, time_us until, struct item *out);

/* All that is still to be done is left undone: from here on the cluster is its user's. */
void resim_leave(struct resim *r);

/* Events that it has told. */
uint64_t resim_events(const struct resim *r);

#endif
