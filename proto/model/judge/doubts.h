/* A node's word against other nodes' words and against its own signature. */
#ifndef PROTO_MODEL_JUDGE_DOUBTS_H
#define PROTO_MODEL_JUDGE_DOUBTS_H

#include "proto/model/base/model.h"

/* True: what the learner claims to be chosen is not borne out; the claim waits until it is. */
bool doubts_hold(struct model *m, struct model_slot *s, const struct model_claim *claim);
/* Does a claim of the node about the slot wait? */
bool doubts_wait(const struct model *m, node_id node, slot_number slot);
/* The node takes its claim about the slot back before anybody has borne it out: neither word of it
 * is believed. */
void doubts_contradicted(struct model *m, struct model_slot *s, node_id node);
/* Takes out the next claim, from number *at on, 0 the first time, that is borne out by now; false:
 * there is none. Claims that nothing can bear out any more are taken out too, and what they say is
 * taken back. */
bool doubts_founded(struct model *m, unsigned *at, struct model_claim *out);

/* A node other than the voter told of its vote. */
void doubts_receipt(struct model *m, struct model_slot *s, struct model_tally *t, node_id voter);
/* Looks for voters that kept silent about votes that others received. */
void doubts_settle_unsaid(struct model *m);

/* The node is proven a liar, and says nothing of it. */
void doubts_denial(struct model *m, node_id accused, slot_number slot);

#endif
