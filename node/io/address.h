/* The address behind an endpoint that a person wrote: a name is looked up, here and nowhere else,
 * and what goes on the wire is a number.
 *
 *   tcp://HOST:PORT   HOST is 10.0.0.7, [2001:db8::7], localhost, another name, or an interface
 *                     of this machine (eth0); to listen at, also 0.0.0.0, [::] and *
 *   ipc://PATH        as it is */
#ifndef NODE_IO_ADDRESS_H
#define NODE_IO_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "node/io/status.h"
#include "proto/wire/endpoint.h"

struct address {
	struct sockaddr_storage at; /* AF_INET or AF_INET6, port included */
	socklen_t length;
};

/* Is it written as an endpoint? No name is looked up. STATUS_USAGE: the sentence says what to
 * write. */
enum status address_check(const char *endpoint);

/* Looks up the HOST of tcp://HOST:PORT; an IPv4 address is preferred where there are both. */
enum status address_of(const char *endpoint, struct address *out);

/* "tcp://ADDRESS:PORT", in numbers. */
void address_show(const struct address *address, char out[ENDPOINT_MAX]);

/* 0.0.0.0 or [::]: to listen at, not to go to. */
bool address_is_any(const struct address *address);

unsigned address_port(const struct address *address);
void address_set_port(struct address *address, unsigned port);

/* Any endpoint in the form that goes on the wire: tcp with an address in numbers, ipc as it is. */
enum status address_numeric(const char *endpoint, char out[ENDPOINT_MAX]);

#endif
