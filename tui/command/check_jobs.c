#include "tui/command/check_jobs.h"

#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLDS_AT_ONCE 4096
/* With fewer worlds than that to look at, threads wait for each other longer than they work. */
#define WORLDS_LEAST 256

static_assert(CHECK_JOBS_MAX <= CHECK_LOOKERS_MAX, "each thread is a looker");

struct worker {
	struct check_jobs *jobs;
	unsigned part;
};

/* A part of a turn: all look at worlds, one settles what is not known, all enter what they found.
 */
static void look_and_enter(struct check_jobs *j, unsigned part)
{
	check_turn_look(j->check, part);
	pthread_barrier_wait(&j->turn);
	if (part == 0)
		check_turn_settle(j->check);
	pthread_barrier_wait(&j->turn);
	check_turn_enter(j->check, part);
	pthread_barrier_wait(&j->turn);
}

static void *work(void *user)
{
	const struct worker own = *(const struct worker *)user;
	struct check_jobs *j = own.jobs;

	free(user);
	for (;;) {
		pthread_barrier_wait(&j->turn);
		if (j->check == NULL)
			return NULL;
		look_and_enter(j, own.part);
	}
}

static unsigned cores(void)
{
	cpu_set_t set;
	const unsigned count =
		sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;

	return count < CHECK_JOBS_MAX ? count : CHECK_JOBS_MAX;
}

static bool begin_one(struct check_jobs *j, unsigned part)
{
	struct worker *worker = malloc(sizeof *worker);

	if (worker == NULL)
		return false;
	*worker = (struct worker){j, part};
	if (pthread_create(&j->thread[part], NULL, work, worker) == 0)
		return true;
	free(worker);
	return false;
}

/* The threads that were begun wait at a barrier for all of them, so none is begun if not all can
 * be. */
bool check_jobs_begin(struct check_jobs *j, unsigned count)
{
	memset(j, 0, sizeof *j);
	j->count = count != 0 ? count : cores();
	if (j->count == 1)
		return true;
	bool good = pthread_barrier_init(&j->turn, NULL, j->count) == 0;
	for (unsigned i = 0; i < j->count && good; i++) {
		j->looker[i] = calloc(1, check_looker_bytes());
		good = j->looker[i] != NULL;
	}
	for (unsigned i = 1; i < j->count && good; i++)
		good = begin_one(j, i);
	if (good)
		return true;
	fprintf(stderr, "paxos-tui: cannot start %u threads: say fewer --jobs\n", j->count);
	return false;
}

enum check_state check_jobs_run(struct check_jobs *j, struct check *c)
{
	struct check_count n;

	check_count(c, &n);
	if (j->count == 1 || n.waiting < WORLDS_LEAST)
		return check_run(c, j->count == 1 ? WORLDS_AT_ONCE : WORLDS_LEAST);
	j->check = c;
	check_turn_begin(c, j->looker, j->count);
	pthread_barrier_wait(&j->turn);
	look_and_enter(j, 0);
	return check_turn_end(c);
}

void check_jobs_end(struct check_jobs *j)
{
	if (j->count == 1)
		return;
	j->check = NULL;
	pthread_barrier_wait(&j->turn);
	for (unsigned i = 1; i < j->count; i++)
		pthread_join(j->thread[i], NULL);
	for (unsigned i = 0; i < j->count; i++)
		free(j->looker[i]);
	pthread_barrier_destroy(&j->turn);
}
