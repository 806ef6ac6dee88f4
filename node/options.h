/* The command line of paxos-node; its rows are node/options.def. */
#ifndef NODE_OPTIONS_H
#define NODE_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "proto/core/types.h"

struct node_options {
	const char *coordinator; /* NULL: the roster is stored already */
	const char *dir;         /* NULL: a fresh one, kept */
	node_id id;              /* the id it would like, NODE_NONE = any */
	bool memory_store;
	bool keep_given;
	slot_number keep;             /* decided slots, 0 = all */
	const char *batch, *pipeline; /* as typed; NULL: as before */
	bool journal;                 /* keep one; a node that has one goes on with it */
	const char *listen;           /* tcp://HOST:PORT; NULL: sockets in its directory */
	const char *token_file;       /* NULL: the environment may have the join token */
	const char *alive;            /* a FIFO: end when its last writer does */
	pid_t owner; /* end with this process, which is the parent; 0 = with none */
	int leash;   /* descriptor of a leash (node/io/leash.h); -1 = none */
	bool done;   /* help, say, was asked for and is printed: nothing is left to do */
};

#define NODE_OPTIONS_READ (-1)

/* Reads them; the strings point into argv. Returns NODE_OPTIONS_READ, or the exit code of a program
 * that has nothing left to do: help was asked for, or the arguments make no sense, which is said on
 * stderr. */
int node_options_read(int argc, char **argv, struct node_options *out);

#endif
