/* A limit on everything. Each may be set smaller on the compiler's command line, so that an
 * explorer, which copies and hashes states by the million, can be built with tiny ones. */
#ifndef PROTO_CORE_LIMITS_H
#define PROTO_CORE_LIMITS_H

/* Nodes of a cluster; a set of nodes is one 32-bit word. */
#ifndef NODES_MAX
#define NODES_MAX 31
#endif

/* Nodes of a cluster if nobody says how many: few enough for a screen, and two may fail. */
#define NODES_DEFAULT 5

/* Slots that a node keeps open, from the first one that it does not know to be chosen. A leader
 * has at most this many Accepts outstanding, and a Promise lists at most this many claims. */
#ifndef SLOTS_OPEN_MAX
#define SLOTS_OPEN_MAX 64
#endif

/* Changes of policy in one epoch. */
#ifndef POLICY_LINES_MAX
#define POLICY_LINES_MAX 16
#endif

/* Summaries of the log that a node has at hand at a time: those between the slots that it keeps
 * behind its base, and some that faster peers tell of (proto/core/summary.c). At least 16. */
#ifndef SUMMARIES_MAX
#define SUMMARIES_MAX 16
#endif

/* A disk can be made so much slower: what is longer looks as if the node was down. */
#define SYNC_US_MAX 1000000

/* Decided slots that a node can be told to keep, if not all. */
#define KEEP_MIN 8
#define KEEP_MAX 1000000000

/* No log is longer: a summary of more is nonsense. */
#define LOG_SLOTS_MAX ((uint64_t)1 << 48)

/* Values that wait at a proposer for a slot. */
#ifndef PENDING_MAX
#define PENDING_MAX 64
#endif

/* Decisions, and votes, told in answer to one Sync; decisions told at once to a silent node. */
#ifndef SYNC_CHUNK_MAX
#define SYNC_CHUNK_MAX 16
#endif

/* Virtual time. When a node comes to know more, it tells all nodes how far it knows, GOSSIP_US
 * later, and again with doubling waits up to GOSSIP_US_MAX, until every node that it hears knows as
 * much. So where links lose nothing, a node that can ask hears within 5 s how far another knows,
 * and then learns a chunk in each round trip. A node that nobody hears cannot ask: every
 * GOSSIP_US_MAX the nodes that know tell it a chunk of what it may lack. */
#define GOSSIP_US     400000
#define GOSSIP_US_MAX 4000000

/* Virtual time. So long a slot in which a quorum may have voted stays open, with nothing learned,
 * before a node finds out by a ballot of its own. Longer than it takes to hear what others know. */
#define SETTLE_US 5000000

/* Virtual time. A round trip that takes longer was an outage, and is counted as one of so long. */
#define ROUND_US_MAX 1000000

/* Bytes of one value. A batch is one value. */
#ifndef VALUE_BYTES_MAX
#define VALUE_BYTES_MAX 65536
#endif

/* Bytes of a value that an event tells; a longer one is shown as a prefix and a digest. */
#ifndef VALUE_SHOWN_MAX
#define VALUE_SHOWN_MAX 64
#endif

#endif
