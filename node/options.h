/* The command line of paxos-node; its rows are node/options.def. */
#ifndef NODE_OPTIONS_H
#define NODE_OPTIONS_H

#include <sys/types.h>

#include "proto/core/types.h"

struct node_options {
	const char *coordinator; /* NULL: the roster is stored already */
	const char *dir;         /* NULL: a fresh one, kept */
	node_id id;              /* the id it would like, NODE_NONE = any */
	bool memory_store;
	const char *listen; /* tcp://HOST:PORT; NULL: sockets in its directory */
	const char *alive;  /* a FIFO: end when its last writer does */
	pid_t owner;        /* end with this process, which is the parent; 0 = nobody's */
};

/* Reads them. Returns -1, or the exit code of a program that has nothing left to do: help was
 * asked for, or the arguments make no sense, which is said on stderr. */
int node_options_read(int argc, char **argv, struct node_options *out);

#endif
