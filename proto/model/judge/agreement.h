/* The judge of agreement and integrity: is one value chosen in a slot, and does it stay? `index`
 * and `event` are the numbers of events in the model. */
#ifndef PROTO_MODEL_JUDGE_AGREEMENT_H
#define PROTO_MODEL_JUDGE_AGREEMENT_H

#include "proto/model/base/model.h"

/* The node says that it voted. */
void agreement_vote(struct model *m, struct model_slot *s, node_id node, struct ballot ballot,
		    value_ref value, uint64_t event);
/* A node received a vote of another one. */
void agreement_receipt(struct model *m, const struct event *event, uint64_t index);
/* A learner says what is chosen, before the model believes it. False: it contradicts what it said
 * before, and the model is not to believe it. */
bool agreement_claim(struct model *m, struct model_slot *s, struct model_claim *claim);
/* A node tells the chain over all slots up to one. */
void agreement_chain(struct model *m, const struct event *event, uint64_t index);
/* Judges the learners whose claims are borne out by now. */
void agreement_settle(struct model *m);

#endif
