/* What goes out over the data sockets and comes in, a turn at a time: the frames of a turn that are
 * for the same nodes go out as one bundle (proto/wire/bundle.h), or as what it is if there is one
 * only, so a node that says one thing at a time sends what it always sent. */
#ifndef NODE_MAILBOX_H
#define NODE_MAILBOX_H

#include "node/mesh.h"
#include "proto/wire/bundle.h"

struct mailbox {
	struct mesh *mesh;               /* lent */
	struct bundle_writer out;        /* all frames of this turn, */
	node_set to[BUNDLE_FRAMES_MAX];  /* whom each of them is for, */
	node_set all;                    /* and all of them together */
	bool differ;                     /* not each frame is for all of these */
	struct bus_message whole;        /* that came last; NULL bytes: none */
	struct bundle in;                /* its frames that were not taken yet */
	uint8_t bytes[BUNDLE_BYTES_MAX]; /* of `out` */
	uint8_t part[BUNDLE_BYTES_MAX];  /* what some nodes get of it */
};

void mailbox_init(struct mailbox *m, struct mesh *mesh);

/* Takes a frame for these peers, which may be sent from now on: what it rests on is durable. A peer
 * gets its frames in the order in which they were put in. */
void mailbox_put(struct mailbox *m, node_set to, const uint8_t *bytes, size_t length);

/* Sends what was put in. */
void mailbox_flush(struct mailbox *m);

/* The next frame, hello or order that came, lent until the next call; false if there is none.
 * A bundle that is refused comes as it is: no reader takes it for anything else. */
bool mailbox_take(struct mailbox *m, struct bus_message *out);

/* Are there frames at hand that the bus does not tell of any more? */
bool mailbox_has_more(const struct mailbox *m);

/* Forgets what is at hand. */
void mailbox_close(struct mailbox *m);

#endif
