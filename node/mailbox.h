/* What goes out over the data bus and comes in, a turn at a time: the frames of a turn go out as
 * one bundle (proto/wire/bundle.h), or as what it is if there is one only, so a node that says one
 * thing at a time sends what it always sent. */
#ifndef NODE_MAILBOX_H
#define NODE_MAILBOX_H

#include "node/io/bus.h"
#include "proto/wire/bundle.h"

struct mailbox {
	struct bus *bus; /* lent */
	struct bundle_writer out;
	struct bus_message whole; /* that came last; NULL bytes: none */
	struct bundle in;         /* its frames that were not taken yet */
	uint8_t bytes[BUNDLE_BYTES_MAX];
};

void mailbox_init(struct mailbox *m, struct bus *bus);

/* Takes a frame, which may be sent from now on: what it rests on is durable. Frames leave in the
 * order in which they were put in. */
void mailbox_put(struct mailbox *m, const uint8_t *bytes, size_t length);

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
