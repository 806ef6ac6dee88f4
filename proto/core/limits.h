/* A limit on everything. Each may be set smaller on the compiler's command line, so that an
 * explorer, which copies and hashes states by the million, can be built with tiny ones. */
#ifndef PROTO_CORE_LIMITS_H
#define PROTO_CORE_LIMITS_H

/* Nodes of a cluster; a set of nodes is one 32-bit word. */
#ifndef NODES_MAX
#define NODES_MAX 31
#endif

/* Slots that a node keeps open, from the first one that it does not know to be chosen. A leader
 * has at most this many Accepts outstanding, and a Promise lists at most this many claims. */
#ifndef SLOTS_OPEN_MAX
#define SLOTS_OPEN_MAX 64
#endif

/* Changes of policy in one epoch. */
#ifndef POLICY_LINES_MAX
#define POLICY_LINES_MAX 16
#endif

/* Values that wait at a proposer for a slot. */
#ifndef PENDING_MAX
#define PENDING_MAX 64
#endif

/* Commits sent for one Sync. */
#ifndef SYNC_CHUNK_MAX
#define SYNC_CHUNK_MAX 16
#endif

/* Bytes of one value. A batch is one value. */
#ifndef VALUE_BYTES_MAX
#define VALUE_BYTES_MAX 65536
#endif

/* Bytes of a value that an event tells; a longer one is shown as a prefix and a digest. */
#ifndef VALUE_SHOWN_MAX
#define VALUE_SHOWN_MAX 64
#endif

#endif
