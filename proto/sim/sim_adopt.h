/* Members that lived elsewhere, as processes, go on in a simulated cluster: each as it is, with
 * what it stored, with its links and gates, and with what is on its way to it. Between
 * sim_cluster_empty and sim_cluster_adopted only what is declared here. */
#ifndef PROTO_SIM_SIM_ADOPT_H
#define PROTO_SIM_SIM_ADOPT_H

#include "proto/member/member.h"
#include "proto/sim/sim_cluster.h"

/* As sim_cluster_init, but no node has started. */
struct cluster *sim_cluster_empty(void *memory, const struct sim_cluster_options *options);

/* A life of the node begins, from `memory` and by `config`, which has its keys; the caller gives it
 * its inputs. */
void sim_cluster_adopt(struct cluster *c, node_id node, struct member *member, void *memory,
		       const struct member_config *config);
/* What it owed and carried out, before it is cleared. */
void sim_cluster_adopt_output(struct cluster *c, node_id node, const struct member_output *out);
/* What it told in that and nobody has heard: it is told in the cluster, first of all. */
void sim_cluster_adopt_event(struct cluster *c, const struct event *event);
/* A standing order that it heard. */
void sim_cluster_adopt_order(struct cluster *c, const struct control *order);
/* The life has ended. */
void sim_cluster_adopt_crash(struct cluster *c, node_id node);

/* All are there; it is so late. */
void sim_cluster_adopted(struct cluster *c, time_us now, node_set stopped);
/* After that: a frame that was on its way. */
void sim_cluster_bring(struct cluster *c, node_id node, const uint8_t *bytes, size_t length);

#endif
