/* The rows of proto/fault/crash_points.def: before the sync of which write a node crashes. */
#ifndef PROTO_FAULT_CRASH_POINT_H
#define PROTO_FAULT_CRASH_POINT_H

#include "proto/core/paxos.h"

enum crash_point {
	CRASH_POINT_NONE,
#define CRASH_POINT(name, text, write, lost) CRASH_POINT_##name,
#include "proto/fault/crash_points.def"
#undef CRASH_POINT
	CRASH_POINTS
};

/* The columns of a row; "none" and "nothing" for what is no row. */
const char *crash_point_name(unsigned point);
const char *crash_point_lost(unsigned point);

/* The row of this name, or CRASH_POINT_NONE for "none"; CRASH_POINTS if there is none. */
unsigned crash_point_find(const char *name);

/* The first write of its kind that a step owes; NULL if it owes none. */
const struct paxos_write *crash_point_meets(unsigned point, const struct paxos_output *out);

#endif
