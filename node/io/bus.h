/* One NN_BUS socket: bind one endpoint, connect to many, tell all of them, hear each of them.
 *
 * Sending never blocks and never fails: a peer that lags or is not there misses the message. So
 * everything above is written for loss. A message arrives in nanomsg's own memory and is lent to
 * the caller, not copied. */
#ifndef NODE_IO_BUS_H
#define NODE_IO_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/io/status.h"

struct bus {
	int socket;
	int ready; /* to poll(2) for POLLIN: a message waits */
};

struct bus_message {
	const uint8_t *bytes; /* until bus_release */
	size_t length;
};

#define BUS_CLOSED ((struct bus){.socket = -1, .ready = -1})

/* Frames longer than `length_max` are thrown away by the transport. */
enum status bus_open(size_t length_max, struct bus *out);

/* `endpoint`: as people write it (node/io/address.h). Refuses a path that is too long for a socket,
 * and to stand where something that is not a socket stands; a stale socket is replaced. */
enum status bus_bind(struct bus *bus, const char *endpoint);

/* Succeeds before there is a peer: the connection is made, and made again, in the background.
 * `connection`: what names it for bus_reconnect, -1 if there is none; may be NULL. */
enum status bus_connect(struct bus *bus, const char *endpoint, int *connection);

/* Gives a connection up (if it is not -1) and makes it anew; `endpoint` is in numbers. Now and then
 * nanomsg 1.1.5 looks no more for a peer that went away and came back at once; a peer that should
 * be there and is silent is looked for so. What was on its way is lost. */
void bus_reconnect(struct bus *bus, const char *endpoint, int *connection);

void bus_send(struct bus *bus, const uint8_t *bytes, size_t length);

/* The next message that waits; false if none does. */
bool bus_receive(struct bus *bus, struct bus_message *out);
void bus_release(struct bus_message *message);

/* Waits for a message, at most so long. */
void bus_wait(const struct bus *bus, uint64_t wait_us);

/* How many peers are connected right now. */
unsigned bus_peers(const struct bus *bus);

/* Could `endpoint` be bound? The same sentences as bus_bind, without binding. */
enum status bus_check_endpoint(const char *endpoint);

/* Closes it, whether open or not. What was sent just before may be lost. */
void bus_close(struct bus *bus);

#endif
