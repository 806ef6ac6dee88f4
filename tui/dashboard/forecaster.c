#include "tui/dashboard/forecaster.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/sim/matrix.h"

#define WANTED_MAX 256
#define NICE       10 /* behind the cluster and the screen */

struct forecaster {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	bool ending, running;
	bool abandoned; /* by forecaster_end: the thread frees it */
	struct forecast at_work;
	unsigned wanted, answers;
	struct forecast want[WANTED_MAX];
	struct forecast answer[WANTED_MAX];
	void *memory; /* of a trial; the thread's */
};

/* Runs one cell of the matrix. The first time only the scripts are run, for a quick answer; the
 * second time also runs that chance decides. */
static void run_cell(struct forecaster *f, struct forecast *q)
{
	struct matrix_cell cell = {
		.attacks = (uint32_t)1 << q->attack,
		.policy = q->policy,
		.nodes = q->nodes,
		.liars = q->liars,
		.last = (q->runs == 0 ? trial_scripted() : MATRIX_SEEDS) - 1,
	};
	struct matrix_result result;

	matrix_run(f->memory, &cell, &result);
	q->outcome = result.result == TRIAL_BROKEN    ? OUTCOME_BROKEN
		     : result.result == TRIAL_STALLED ? OUTCOME_STALLED
		     : result.result == TRIAL_HELD    ? OUTCOME_HELD
						      : OUTCOME_UNKNOWN;
	q->done = q->runs != 0 || q->outcome == OUTCOME_BROKEN;
	q->runs = (uint32_t)result.seeds;
	q->seed = result.replay;
}

/* Takes the first question that has no answer yet, else the first that has a quick one; false if
 * there is none. */
static bool next_question(struct forecaster *f, struct forecast *out)
{
	unsigned i = 0;

	if (f->wanted == 0)
		return false;
	while (i < f->wanted && f->want[i].runs != 0)
		i++;
	if (i == f->wanted)
		i = 0;
	*out = f->want[i];
	f->wanted--;
	memmove(&f->want[i], &f->want[i + 1], (f->wanted - i) * sizeof(f->want[0]));
	return true;
}

static void forecaster_free(struct forecaster *f)
{
	pthread_cond_destroy(&f->asked);
	pthread_mutex_destroy(&f->lock);
	free(f->memory);
	free(f);
}

static void *answer_questions(void *argument)
{
	struct forecaster *f = argument;
	struct forecast q;

	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	pthread_mutex_lock(&f->lock);
	while (!f->ending) {
		if (f->answers == WANTED_MAX || !next_question(f, &q)) {
			pthread_cond_wait(&f->asked, &f->lock);
			continue;
		}
		f->running = true;
		f->at_work = q;
		pthread_mutex_unlock(&f->lock);
		run_cell(f, &q);
		pthread_mutex_lock(&f->lock);
		f->running = false;
		f->answer[f->answers++] = q;
	}
	bool abandoned = f->abandoned;

	pthread_mutex_unlock(&f->lock);
	if (abandoned)
		forecaster_free(f);
	return NULL;
}

struct forecaster *forecaster_start(void)
{
	struct forecaster *f = calloc(1, sizeof(*f));
	sigset_t all, before;
	int failed;

	if (f == NULL)
		return NULL;
	f->memory = malloc(trial_size());
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->asked, NULL);
	/* Signals must reach the thread that owns the screen. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = f->memory == NULL || pthread_create(&f->thread, NULL, answer_questions, f) != 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return f;
	free(f->memory);
	free(f);
	return NULL;
}

void forecaster_end(struct forecaster *f)
{
	bool running;

	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	f->ending = true;
	f->abandoned = running = f->running;
	pthread_cond_signal(&f->asked);
	if (running)
		pthread_detach(f->thread);
	pthread_mutex_unlock(&f->lock);
	if (running)
		return;
	pthread_join(f->thread, NULL);
	forecaster_free(f);
}

/* Is the question being answered, or is its answer waiting for forecaster_take? */
static bool is_answered(const struct forecaster *f, const struct forecast *q)
{
	if (f->running && forecast_is_alike(&f->at_work, q))
		return true;
	for (unsigned i = 0; i < f->answers; i++)
		if (forecast_is_alike(&f->answer[i], q) && f->answer[i].runs > q->runs)
			return true;
	return false;
}

void forecaster_ask(struct forecaster *f, const struct forecast *wanted, unsigned count,
		    const struct forecasts *known)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	f->wanted = 0;
	for (unsigned i = 0; i < count && f->wanted < WANTED_MAX; i++) {
		struct forecast q = wanted[i];
		const struct forecast *old = forecast_find(known, &q);

		if (old != NULL)
			q = *old;
		if (!q.done && q.liars > 0 && q.liars < q.nodes && !is_answered(f, &q))
			f->want[f->wanted++] = q;
	}
	if (f->wanted > 0)
		pthread_cond_signal(&f->asked);
	pthread_mutex_unlock(&f->lock);
}

bool forecaster_take(struct forecaster *f, struct forecasts *known)
{
	bool any;

	if (f == NULL)
		return false;
	pthread_mutex_lock(&f->lock);
	any = f->answers > 0;
	for (unsigned i = 0; i < f->answers; i++)
		forecast_keep(known, &f->answer[i]);
	f->answers = 0;
	pthread_cond_signal(&f->asked);
	pthread_mutex_unlock(&f->lock);
	return any;
}

bool forecaster_is_busy(struct forecaster *f)
{
	bool busy;

	if (f == NULL)
		return false;
	pthread_mutex_lock(&f->lock);
	busy = f->running || f->wanted > 0 || f->answers > 0;
	pthread_mutex_unlock(&f->lock);
	return busy;
}
