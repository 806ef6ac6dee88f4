/* A simulated cluster behind the cluster interface (proto/core/cluster.h): the members of
 * proto/member in a virtual world without faults of its own. What goes wrong in it is what its user
 * does to it. Everything comes from the seed: equal options, controls and calls give equal items.
 *
 * Time is virtual and stands still between calls: next(c, until) runs on to the next thing that
 * happens, at `until` at the latest, and while the clock is paused to nothing but what ADVANCE
 * allows. The rate of a CLOCK control is obeyed by the user, which chooses `until`; paused (num 0)
 * and unlimited (den 0: default link delays are waived) are obeyed here.
 *
 * A stopped node takes nothing in; what is sent to it waits in a buffer like that of a socket, and
 * what does not fit there is lost. A control to a node that is down or stopped is refused. A load
 * is measured in virtual time; what it measured comes out when it begins, when it is done, and
 * before time stands still. */
#ifndef PROTO_SIM_SIM_CLUSTER_H
#define PROTO_SIM_SIM_CLUSTER_H

#include "proto/core/batch_rule.h"
#include "proto/core/cluster.h"
#include "proto/sim/loss.h"

struct sim_cluster_options {
	uint8_t nodes; /* 1 .. NODES_MAX */
	enum paxos_mode mode;
	uint64_t seed;
	struct clock_rule clock; /* num and den count */
	struct link_rule link;   /* of every link, at the beginning: link_rule_default() */
	policy_id policy;        /* at the beginning */
	slot_number keep;        /* decided slots that each node keeps at least; 0 = all */
	struct sim_loss *loss;   /* NULL: no message is lost but by links */
	struct batch_rule batch; /* how values that nodes are asked to propose share slots */
};

/* Bytes of memory that it needs; most of it is touched only when long histories or long values
 * ask for it, so that memory fresh from the system costs little. */
size_t sim_cluster_size(const struct sim_cluster_options *options);

/* Starts the nodes at virtual time 0 in `memory`, which is the caller's, aligned for any type, and
 * not needed again once ops->close was called. */
struct cluster *sim_cluster_init(void *memory, const struct sim_cluster_options *options);

/* By which it was made. False: it is another kind of cluster. `under`: the cluster's own
 * operations, where somebody has put others before them. */
bool sim_cluster_options(const struct cluster *c, const struct cluster_ops *under,
			 struct sim_cluster_options *out);

/* Inputs that its nodes took so far: with the events that were taken from it, a place in its run.
 */
uint64_t sim_cluster_steps(const struct cluster *c);

#endif
