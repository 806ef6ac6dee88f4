/* What happens in a trial without a script: drawn from the seed, and drawn towards what liars can
 * use, the same slots again and again, and partitions that only liars bridge. Inside proto/sim
 * only. */
#ifndef PROTO_SIM_TRIAL_CHANCE_H
#define PROTO_SIM_TRIAL_CHANCE_H

struct trial;

/* Does one act, and sets the time of the next. */
void trial_chance_act(struct trial *t);

#endif
