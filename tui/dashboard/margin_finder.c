#include "tui/dashboard/margin_finder.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICE 10 /* behind the cluster and the screen */

struct margin_finder {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	bool ending, running, wanted, answered;
	bool abandoned; /* by margin_finder_end: the thread frees it */
	struct margin_case want;
	struct margin_case at_work; /* the thread's */
	struct margin answer, found;
	void *memory; /* of the search; the thread's */
};

static void finder_free(struct margin_finder *f)
{
	pthread_cond_destroy(&f->asked);
	pthread_mutex_destroy(&f->lock);
	free(f->memory);
	free(f);
}

static void *answer_questions(void *argument)
{
	struct margin_finder *f = argument;

	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	pthread_mutex_lock(&f->lock);
	while (!f->ending) {
		if (!f->wanted) {
			pthread_cond_wait(&f->asked, &f->lock);
			continue;
		}
		f->wanted = false;
		f->running = true;
		f->at_work = f->want;
		pthread_mutex_unlock(&f->lock);
		margin_find(f->memory, &f->at_work, &f->found);
		pthread_mutex_lock(&f->lock);
		f->running = false;
		f->answered = true;
		f->answer = f->found;
	}
	const bool abandoned = f->abandoned;

	pthread_mutex_unlock(&f->lock);
	if (abandoned)
		finder_free(f);
	return NULL;
}

struct margin_finder *margin_finder_start(void)
{
	struct margin_finder *f = calloc(1, sizeof(*f));
	sigset_t all, before;

	if (f == NULL)
		return NULL;
	f->memory = malloc(margin_memory_size());
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->asked, NULL);
	/* Signals must reach the thread that owns the screen. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const bool failed =
		f->memory == NULL || pthread_create(&f->thread, NULL, answer_questions, f) != 0;

	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return f;
	finder_free(f);
	return NULL;
}

void margin_finder_end(struct margin_finder *f)
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
	finder_free(f);
}

void margin_finder_ask(struct margin_finder *f, const struct margin_case *c)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->lock);
	if (memcmp(&f->want, c, sizeof(*c)) != 0) {
		f->want = *c;
		f->wanted = true;
		pthread_cond_signal(&f->asked);
	}
	pthread_mutex_unlock(&f->lock);
}

bool margin_finder_take(struct margin_finder *f, struct margin *out)
{
	if (f == NULL)
		return false;
	pthread_mutex_lock(&f->lock);
	const bool answered = f->answered;

	if (answered)
		*out = f->answer;
	f->answered = false;
	pthread_mutex_unlock(&f->lock);
	return answered;
}

bool margin_finder_is_busy(struct margin_finder *f)
{
	if (f == NULL)
		return false;
	pthread_mutex_lock(&f->lock);
	const bool busy = f->wanted || f->running || f->answered;

	pthread_mutex_unlock(&f->lock);
	return busy;
}
