/* What the files of the runner offer each other; nobody else includes it. */
#ifndef PROTO_SCENARIO_RUNNER_PARTS_H
#define PROTO_SCENARIO_RUNNER_PARTS_H

#include "proto/scenario/runner.h"

/* How far a command has come in this step. FAILED: r->words says why. */
enum act { ACT_DONE, ACT_WAIT, ACT_FAILED };

/* Carries a command on from r->stage; called again and again until it is not ACT_WAIT. */
typedef enum act act(struct runner *r);

act act_link, act_partition, act_heal;              /* runner_links.c */
act act_crash, act_restart, act_stop, act_continue; /* runner_processes.c */
act act_pause, act_resume, act_rate, act_step;      /* runner_time.c */
act act_attack, act_defend, act_epoch;              /* runner_liars.c */
act act_propose, act_gate, act_pick;                /* runner_messages.c */

__attribute__((format(printf, 2, 3))) enum act runner_fail(struct runner *r, const char *format,
							   ...);
void runner_stage(struct runner *r, int stage);
/* Nodes that are up and can be told something. */
node_set runner_present(const struct runner *r);
/* Sends a control to those of its `to` that are present and owe no answer. */
bool runner_send(struct runner *r, struct control *control);
/* ACT_WAIT while a node has not answered, ACT_FAILED when it takes too long. */
enum act runner_answers(struct runner *r);
/* ACT_WAIT until the links are as the goal says, at nodes that are present. */
enum act runner_links(struct runner *r);
/* Tells nodes that were away what was changed meanwhile. */
enum act runner_debts(struct runner *r);
/* The clock rule for a rate from now on. */
struct control runner_clock(const struct runner *r, uint32_t num, uint32_t den);
time_us runner_now(const struct runner *r);

#endif
