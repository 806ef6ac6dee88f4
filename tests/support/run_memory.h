/* Memory for one run of the simulator at a time, a sweep's (proto/sim/sim.h) or a trial's
 * (proto/sim/trial.h). */
#ifndef TESTS_SUPPORT_RUN_MEMORY_H
#define TESTS_SUPPORT_RUN_MEMORY_H

/* cmocka's setup and teardown of a group. */
int run_memory_take(void **state);
int run_memory_free(void **state);

/* At least sim_size() and trial_size() bytes. */
void *run_memory(void);

#endif
