#include "tui/command/search_workers.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/io/files.h"
#include "tui/command/drive.h"

static bool read_all(int fd, void *data, size_t size)
{
	char *at = data;

	while (size > 0) {
		const ssize_t n = read(fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

/* --- in a process that was forked ---------------------------------------------------------- */

static bool do_one(const struct search *s, int answer, uint64_t unit)
{
	json_t *result = s->run(s->user, unit);
	char *text = result == NULL ? NULL : json_dumps(result, JSON_COMPACT);
	const uint32_t length = text == NULL ? 0 : (uint32_t)strlen(text);
	const bool good = text != NULL && fd_write_all(answer, &length, sizeof length) &&
			  fd_write_all(answer, text, length);

	free(text);
	json_decref(result);
	return good;
}

static void serve(const struct search *s, int ask, int answer)
{
	uint64_t unit;

	while (read_all(ask, &unit, sizeof unit) && do_one(s, answer, unit))
		continue;
}

/* --- in the process that asks -------------------------------------------------------------- */

static void close_pipes(const struct search_worker *worker)
{
	close(worker->ask);
	close(worker->answer);
}

static bool begin_one(struct search_workers *w, struct search_worker *worker)
{
	int ask[2], answer[2];
	const pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ask) != 0)
		return false;
	if (pipe(answer) != 0) {
		close(ask[0]), close(ask[1]);
		return false;
	}
	worker->pid = fork();
	if (worker->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(EXIT_INCONCLUSIVE);
		for (const struct search_worker *other = w->list; other != worker; other++)
			close_pipes(other);
		close(ask[1]), close(answer[0]);
		serve(w->search, ask[0], answer[1]);
		_exit(EXIT_PASS);
	}
	close(ask[0]), close(answer[1]);
	worker->ask = ask[1];
	worker->answer = answer[0];
	worker->busy = false;
	if (worker->pid > 0)
		return true;
	close_pipes(worker);
	return false;
}

static unsigned cores(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

bool search_workers_begin(struct search_workers *w, const struct search *s, uint64_t units,
			  unsigned jobs)
{
	const unsigned wanted = jobs != 0 ? jobs : cores();
	const unsigned count = units < wanted ? (unsigned)units : wanted;

	*w = (struct search_workers){.search = s};
	if (count <= 1)
		return true; /* this process does it */
	w->list = calloc(count, sizeof *w->list);
	fflush(NULL); /* nothing that waits to be written is written twice */
	while (w->list != NULL && w->count < count && begin_one(w, &w->list[w->count]))
		w->count++;
	if (w->count == count)
		return true;
	fprintf(stderr, "paxos-tui: cannot start %u processes: %s\n", count, strerror(errno));
	search_workers_end(w);
	return false;
}

struct search_worker *search_workers_idle(struct search_workers *w)
{
	for (unsigned i = 0; i < w->count; i++)
		if (!w->list[i].busy)
			return &w->list[i];
	return NULL;
}

bool search_workers_busy(const struct search_workers *w)
{
	for (unsigned i = 0; i < w->count; i++)
		if (w->list[i].busy)
			return true;
	return false;
}

void search_worker_give(struct search_worker *worker, uint64_t unit)
{
	worker->busy = true;
	worker->unit = unit;
	/* One that has ended does not end this process by a signal: it is missed where its answer
	 * is waited for. */
	(void)send(worker->ask, &unit, sizeof unit, MSG_NOSIGNAL);
}

static json_t *answer_of(const struct search_worker *worker)
{
	uint32_t length;
	json_t *json = NULL;

	if (!read_all(worker->answer, &length, sizeof length))
		return NULL;
	char *text = malloc(length);
	if (text != NULL && read_all(worker->answer, text, length))
		json = json_loadb(text, length, 0, NULL);
	free(text);
	return json;
}

static void tell_end(const struct search_workers *w, const struct search_worker *worker)
{
	char words[SEARCH_UNIT_WORDS];
	int status = 0;

	w->search->name(w->search->user, worker->unit, words);
	waitpid(worker->pid, &status, 0);
	if (WIFSIGNALED(status))
		fprintf(stderr, "paxos-tui: the process that ran %s was ended by signal %d (%s)\n",
			words, WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		fprintf(stderr, "paxos-tui: the process that ran %s ended before it was done\n",
			words);
}

/* The first that can be read from. NULL: interrupted. */
static struct search_worker *next_answer(struct search_workers *w)
{
	struct pollfd fd[SEARCH_JOBS_MAX];
	sigset_t none;

	sigemptyset(&none);
	for (unsigned i = 0; i < w->count; i++)
		fd[i] = (struct pollfd){.fd = w->list[i].busy ? w->list[i].answer : -1,
					.events = POLLIN};
	while (!drive_interrupted()) {
		if (ppoll(fd, w->count, NULL, &none) < 0 && errno == EINTR)
			continue;
		for (unsigned i = 0; i < w->count; i++)
			if (fd[i].revents != 0)
				return &w->list[i];
	}
	return NULL;
}

json_t *search_workers_wait(struct search_workers *w, uint64_t *unit, bool *failed)
{
	sigset_t stops, before;

	*failed = false;
	sigemptyset(&stops);
	sigaddset(&stops, SIGINT), sigaddset(&stops, SIGTERM), sigaddset(&stops, SIGHUP);
	sigprocmask(SIG_BLOCK, &stops, &before);
	struct search_worker *worker = next_answer(w);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (worker == NULL)
		return NULL;
	json_t *json = answer_of(worker);
	*unit = worker->unit;
	worker->busy = false;
	if (json == NULL && !drive_interrupted()) {
		tell_end(w, worker);
		worker->pid = 0;
		*failed = true;
	}
	return json;
}

void search_workers_end(struct search_workers *w)
{
	for (unsigned i = 0; i < w->count; i++) {
		close_pipes(&w->list[i]);
		if (w->list[i].pid <= 0)
			continue;
		kill(w->list[i].pid, SIGKILL);
		waitpid(w->list[i].pid, NULL, 0);
	}
	free(w->list);
	*w = (struct search_workers){0};
}
