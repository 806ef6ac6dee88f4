/* The judge of progress: values wait, so is one chosen? */
#ifndef PROTO_MODEL_JUDGE_PROGRESS_H
#define PROTO_MODEL_JUDGE_PROGRESS_H

#include "proto/model/base/model.h"

/* Remembers what stands in a proposer's way: higher ballots and refusals. */
void progress_event(struct model *m, const struct event *event);
/* Something was chosen: what stood in the way until now does not count any more. */
void progress_moved(struct model *m);
/* Sets m->progress and m->progress_why, as of m->now. */
void progress_judge(struct model *m);

#endif
