/* What a member knows of its peers' lives, so that an old copy of a peer's directory is noticed.
 *
 * A node draws a number for each of its lives, and stamps each frame with that number and with how
 * many transactions it had stored by then. A peer believes a new life if it knows none, or if the
 * node remembers the life that the peer knows, to its end: as many transactions at least as the
 * peer has heard of (proto/wire/hello_frame.h). A directory that was put back from an old copy
 * remembers less, however often it is started, and nothing that it says is believed.
 *
 * A frame goes only to the nodes that it is for. So with what a node sends anyway it hands on what
 * it heard from others since it last sent something there: whoever learns from a proposer that a
 * value is chosen learns how far the stores of the voters had come by then.
 *
 * A life counts from its first message on. Before, a node only greets: it may hear from another
 * peer that it must not go on, and then that life never was. */
#ifndef PROTO_MEMBER_LIVES_H
#define PROTO_MEMBER_LIVES_H

#include "proto/core/event.h"
#include "proto/member/member.h"
#include "proto/wire/frame.h"

struct lives {
	struct known_life known[NODES_MAX + 1];   /* by id */
	struct known_life greeted[NODES_MAX + 1]; /* said to have begun; boot 0 = none */
	/* By peer: the nodes that have said more of themselves since something was sent there. */
	node_set untold[NODES_MAX + 1];
};

/* A peer said that a life of it has begun, and that it remembers how the life `past` ended. True:
 * its frames will be believed. */
bool lives_greet(struct lives *lives, node_id peer, const struct known_life *begun, uint32_t past);

/* May the frame's sender, in the life that it names, be believed? A frame that another node repeats
 * is that node's affair. What it says to have stored is remembered. *is_new: the first of its life.
 */
enum drop lives_judge(struct lives *lives, const struct frame *frame, bool *is_new);

/* What the sender of a frame that is believed heard of others than `self`. */
void lives_hear(struct lives *lives, node_id self, const struct hearsay *heard, bool *is_new);

/* What is to be handed on with a frame for these peers; it counts as told to them. */
void lives_tell(struct lives *lives, node_set to, struct hearsay *out);

#endif
