/* What a node measured when it was told to load the cluster (CONTROL_LOAD): the file `load` in its
 * directory, written when the last value is chosen, read by `paxos-tui bench`. Lines "name number"
 * in the order of the fields. */
#ifndef NODE_IO_LOAD_REPORT_H
#define NODE_IO_LOAD_REPORT_H

#include <stdint.h>

#include "node/io/status.h"

#define LOAD_REPORT_FILE "load"

struct load_report {
	uint64_t number; /* of the control that asked for it */
	uint64_t values; /* chosen */
	uint64_t size_bytes;
	uint64_t outstanding;
	uint64_t elapsed_us; /* real time, from the first proposal to the last value chosen */
	/* from proposing a value until this node knows it to be chosen, real nanoseconds */
	uint64_t p50_ns, p99_ns, p999_ns, max_ns, mean_ns;
};

/* `dir` is the node's own. The report appears as a whole or not at all. */
enum status load_report_write(const char *dir, const struct load_report *report);

/* STATUS_UNAVAILABLE: there is none (yet). STATUS_CORRUPT: it is not one. */
enum status load_report_read(const char *dir, struct load_report *report);

#endif
