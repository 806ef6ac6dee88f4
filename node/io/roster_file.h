/* The signed roster of a cluster, as a file of its bytes. */
#ifndef NODE_IO_ROSTER_FILE_H
#define NODE_IO_ROSTER_FILE_H

#include "node/io/status.h"
#include "proto/wire/control_frame.h"

/* Reads and checks it. With `operator_key` the roster must be signed with that key, else with the
 * one that it names itself. STATUS_CORRUPT: it cannot be trusted. */
enum status roster_file_read(const char *path, const struct public_key *operator_key,
			     struct roster *roster);

#endif
