#include "tui/command/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tui/command/drive.h"
#include "tui/command/search_results.h"
#include "tui/command/search_workers.h"

#define AHEAD 64 /* units a process may be ahead of the one that is taken next */

/* Units are counted as this shard's: its first is 0. */
struct searching {
	const struct search *s;
	struct search_results known; /* of files */
	struct search_workers workers;
	uint64_t first, step, units;
	uint64_t given, taken;
	json_t **window; /* results of units from `taken` on, at unit % room */
	uint64_t room;
	int fd; /* of --results, or -1 */
};

static uint64_t unit_at(const struct searching *x, uint64_t at)
{
	return x->first + at * x->step;
}

static int damaged(const struct searching *x, uint64_t unit)
{
	char words[SEARCH_UNIT_WORDS];

	x->s->name(x->s->user, unit, words);
	fprintf(stderr, "paxos-tui: the result of %s makes no sense: the file is damaged\n", words);
	return EXIT_INCONCLUSIVE;
}

/* Takes what is there, in order. */
static int take_all(struct searching *x)
{
	for (; x->taken < x->given; x->taken++) {
		const uint64_t unit = unit_at(x, x->taken);
		json_t **own = &x->window[x->taken % x->room];
		const json_t *result = *own != NULL ? *own : search_results_find(&x->known, unit);

		if (result == NULL)
			break;
		if (!x->s->take(x->s->user, unit, result))
			return damaged(x, unit);
		json_decref(*own);
		*own = NULL;
	}
	return EXIT_PASS;
}

/* Keeps what was found for a unit. */
static int keep(struct searching *x, uint64_t unit, json_t *result)
{
	x->window[(unit - x->first) / x->step % x->room] = result;
	if (x->fd >= 0 && !search_results_write(x->fd, x->s->options->results, unit, result))
		return EXIT_INCONCLUSIVE;
	return take_all(x);
}

static int run_here(struct searching *x, uint64_t unit)
{
	json_t *result = x->s->run(x->s->user, unit);

	if (result != NULL && !drive_interrupted())
		return keep(x, unit, result);
	json_decref(result);
	if (drive_interrupted())
		return EXIT_INTERRUPTED;
	fputs("paxos-tui: there is not enough memory for this search\n", stderr);
	return EXIT_INCONCLUSIVE;
}

static int lacks(const struct searching *x, uint64_t unit)
{
	char words[SEARCH_UNIT_WORDS];

	x->s->name(x->s->user, unit, words);
	fprintf(stderr, "paxos-tui: the files do not make a whole: none has the result of %s\n",
		words);
	return EXIT_INCONCLUSIVE;
}

/* Gives every idle process a unit that nobody has done; without processes, does one. */
static int hand_out(struct searching *x)
{
	while (x->given < x->units && x->given - x->taken < x->room) {
		const uint64_t unit = unit_at(x, x->given);

		if (search_results_find(&x->known, unit) != NULL) {
			x->given++;
			continue;
		}
		if (x->s->options->part != NULL)
			return lacks(x, unit);
		if (x->workers.count == 0) {
			x->given++;
			return run_here(x, unit);
		}
		struct search_worker *idle = search_workers_idle(&x->workers);
		if (idle == NULL)
			break;
		x->given++;
		search_worker_give(idle, unit);
	}
	return EXIT_PASS;
}

static int wait_for_one(struct searching *x)
{
	uint64_t unit;
	bool failed;
	json_t *result = search_workers_wait(&x->workers, &unit, &failed);

	if (result != NULL)
		return keep(x, unit, result);
	return failed ? EXIT_INCONCLUSIVE : EXIT_INTERRUPTED;
}

static int go_on(struct searching *x)
{
	while (x->taken < x->units) {
		int code = hand_out(x);

		if (code == EXIT_PASS)
			code = take_all(x);
		if (code == EXIT_PASS && search_workers_busy(&x->workers))
			code = wait_for_one(x);
		if (code != EXIT_PASS)
			return code;
	}
	return EXIT_PASS;
}

/* What is known before anything is done. */
static int look_up(struct searching *x)
{
	const struct options *o = x->s->options;

	for (int i = 0; i < o->parts; i++)
		if (!search_results_read(&x->known, x->s, o->part[i], -1))
			return EXIT_INCONCLUSIVE;
	if (o->results == NULL)
		return EXIT_PASS;
	x->fd = search_results_open(&x->known, x->s, o->results);
	return x->fd < 0 ? EXIT_INCONCLUSIVE : EXIT_PASS;
}

static bool begin_work(struct searching *x)
{
	if (x->s->options->part == NULL &&
	    !search_workers_begin(&x->workers, x->s, x->units, x->s->options->jobs))
		return false;
	x->room = AHEAD * (x->workers.count + 1);
	x->window = calloc(x->room, sizeof *x->window);
	if (x->window == NULL)
		fputs("paxos-tui: there is not enough memory for this search\n", stderr);
	return x->window != NULL;
}

int search_run(const struct search *s)
{
	const struct options *o = s->options;
	struct searching x = {.s = s, .step = 1, .units = s->units, .fd = -1};
	int code;

	if (o->shards != 0) {
		x.first = o->shard - 1;
		x.step = o->shards;
		x.units = x.first < s->units ? (s->units - x.first - 1) / x.step + 1 : 0;
	}
	code = look_up(&x);
	if (code == EXIT_PASS)
		code = begin_work(&x) ? go_on(&x) : EXIT_INCONCLUSIVE;
	search_workers_end(&x.workers);
	for (uint64_t i = 0; x.window != NULL && i < x.room; i++)
		json_decref(x.window[i]);
	free(x.window);
	search_results_free(&x.known);
	if (x.fd >= 0)
		close(x.fd);
	return code;
}
