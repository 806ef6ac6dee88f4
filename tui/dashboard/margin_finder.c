#include "tui/dashboard/margin_finder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NICE 10 /* behind the cluster and the screen */

struct margin_finder {
	pid_t pid;  /* 0: none */
	int socket; /* questions go out, answers come in */
	bool asked; /* a question is under way: so much of its answer has come: */
	size_t come;
	bool waits; /* `want` is to be asked next */
	struct margin_case want;
	struct margin answer;
	void *memory; /* of the search */
};

/* --- the process ----------------------------------------------------------------------------- */

static bool read_all(int fd, void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		const ssize_t n = read(fd, (char *)bytes + done, size - done);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool write_all(int fd, const void *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		const ssize_t n = send(fd, (const char *)bytes + done, size - done, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Nothing of the dashboard is its own: neither its terminal nor its sockets, and it ends with it.
 */
static void come_to_terms(int own, pid_t parent)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	(void)signal(SIGINT, SIG_IGN); /* keys of the terminal are the dashboard's */
	(void)signal(SIGQUIT, SIG_IGN);
	(void)signal(SIGTSTP, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, "paxos-margin");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	if (dup2(own, 0) < 0)
		_exit(1);
	closefrom(1);
	setpriority(PRIO_PROCESS, 0, NICE);
}

static _Noreturn void answer_questions(struct margin_finder *f)
{
	while (read_all(0, &f->want, sizeof f->want)) {
		margin_find(f->memory, &f->want, &f->answer);
		if (!write_all(0, &f->answer, sizeof f->answer))
			break;
	}
	_exit(0);
}

static bool begin_process(struct margin_finder *f)
{
	const pid_t parent = getpid();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	f->pid = fork();
	if (f->pid == 0) {
		come_to_terms(pair[1], parent);
		answer_questions(f);
	}
	close(pair[1]);
	f->socket = pair[0];
	if (f->pid > 0)
		return true;
	f->pid = 0;
	close(pair[0]);
	return false;
}

/* --- the dashboard --------------------------------------------------------------------------- */

static void end_process(struct margin_finder *f)
{
	if (f->pid == 0)
		return;
	kill(f->pid, SIGKILL);
	while (waitpid(f->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	close(f->socket);
	f->pid = 0;
	f->asked = false;
	f->come = 0;
}

struct margin_finder *margin_finder_start(void)
{
	struct margin_finder *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->memory = malloc(margin_memory_size());
	if (f->memory != NULL && begin_process(f))
		return f;
	free(f->memory);
	free(f);
	return NULL;
}

void margin_finder_end(struct margin_finder *f)
{
	if (f == NULL)
		return;
	end_process(f);
	free(f->memory);
	free(f);
}

static void ask_next(struct margin_finder *f)
{
	if (!f->waits || f->asked || (f->pid == 0 && !begin_process(f)))
		return;
	f->waits = false;
	f->asked = write_all(f->socket, &f->want, sizeof f->want);
	if (!f->asked)
		end_process(f);
}

void margin_finder_ask(struct margin_finder *f, const struct margin_case *c)
{
	if (f == NULL || memcmp(&f->want, c, sizeof *c) == 0)
		return;
	f->want = *c;
	f->waits = true;
	ask_next(f);
}

bool margin_finder_take(struct margin_finder *f, struct margin *out)
{
	if (f == NULL || !f->asked)
		return false;
	const ssize_t n = recv(f->socket, (char *)&f->answer + f->come, sizeof f->answer - f->come,
			       MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		end_process(f); /* it has died */
		return false;
	}
	f->come += n > 0 ? (size_t)n : 0;
	if (f->come < sizeof f->answer)
		return false;
	f->come = 0;
	f->asked = false;
	*out = f->answer;
	ask_next(f);
	return true;
}

int margin_finder_fd(const struct margin_finder *f)
{
	return f != NULL && f->asked ? f->socket : -1;
}

int margin_finder_pid(const struct margin_finder *f)
{
	return f != NULL && f->pid != 0 ? f->pid : -1;
}
