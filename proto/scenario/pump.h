/* The loop over a cluster, for everything that watches one or plays on one: each item that the
 * cluster tells goes to the model, then to the runner, then to a listener; and a simulated
 * cluster's virtual time runs on at the rate of the cluster's clock.
 *
 * A program that carries out one command after another (`run`, `ctl`):
 *     runner_give(r, &command);
 *     while (pump_run(&pump, real_time) != RUNNER_READY && !pump.over)
 *             sleep as long as cluster and runner have patience, but not if pump.more;
 * A program that people watch (a dashboard), each time it wakes:
 *     pump_time(&pump, real_time);
 *     while (pump_take(&pump, pump.until, some))
 *             leave the loop if the screen owes a frame;
 *     runner_step(r, real_time);
 *     sleep as long as cluster and pump have patience; */
#ifndef PROTO_SCENARIO_PUMP_H
#define PROTO_SCENARIO_PUMP_H

#include "proto/scenario/runner.h"

struct pump {
	struct runner *runner; /* with its cluster and its model; the caller owns all three */
	/* After model and runner had the item, which is valid during the call; NULL: nobody
	 * listens. */
	void (*hear)(void *user, const struct item *item);
	void *user;
	bool simulated;
	bool over;      /* the cluster has ended */
	bool more;      /* pump_run left items */
	uint64_t items; /* taken so far */

	uint32_t times;    /* virtual time passes so many times as fast as the clock says; 1 */
	time_us until;     /* how far virtual time has come; 0 in a live cluster */
	time_us real_us;   /* when pump_time last looked */
	uint64_t rest_num; /* of a division: virtual time that is not yet a microsecond */
};

/* `real_us`: now, in microseconds since 1970. */
void pump_init(struct pump *p, struct runner *r, time_us real_us);

/* Makes room for the values of another item, if there is too little. */
void pump_make_room(struct pump *p);

/* Takes items that happen at virtual time `until` or earlier, at most so many. True: there may be
 * more. */
bool pump_take(struct pump *p, time_us until, unsigned items_max);

/* Carries a simulated cluster's `until` on, and tells the model of any other one what time it is,
 * by which times that are far off are known. A program that was stopped for long makes up for one
 * second at most. */
void pump_time(struct pump *p, time_us real_us);

/* How long a program that people watch can sleep for its runner, in real microseconds. */
time_us pump_patience(const struct pump *p, time_us real_us);

/* Takes the items that are there and steps the runner. A simulated cluster runs on by itself until
 * the runner's command is carried out. After very many items it returns with `more` set, so that
 * the caller can look at its signals: call it again at once. */
enum runner_state pump_run(struct pump *p, time_us real_us);

#endif
