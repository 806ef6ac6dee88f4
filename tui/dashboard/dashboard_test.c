/* T: the session so far becomes a test, and the simulator tries it at once, in a process of its
 * own. What timers do when nothing shows no event tells, so not every session can be repeated by
 * what they tell; one of a simulated cluster then becomes a test by the clock, which is tried as
 * well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "node/io/files.h"
#include "tui/dashboard/dashboard.h"
#include "tui/dashboard/play.h"
#include "tui/dashboard/repeat.h"

#define WORDS_BYTES_MAX (64 * 1024)

static enum status start(struct session_test *t)
{
	const char *const argument[] = {"paxos-tui", "run", "--sim", t->scenario, NULL};
	char program[PATH_BYTES];
	enum status status = program_beside("paxos-tui", program, sizeof(program));

	if (status == STATUS_OK)
		status = state_file("paxos-tui", ".tried", t->words);
	if (status == STATUS_OK)
		status = file_write(t->words, (const uint8_t *)"", 0);
	return status != STATUS_OK ? status
				   : process_start(program, argument, t->words, -1, &t->process);
}

void session_test_end(struct session_test *t)
{
	free(t->timed);
	t->timed = NULL;
	if (t->process.pid == 0)
		return;
	process_end_all(&t->process, 1);
	(void)remove(t->words);
}

int session_test_fd(const struct session_test *t)
{
	return t->process.pid != 0 ? t->process.fd : -1;
}

/* What did not hold: the last line with the file's name, the number of a line and such a verdict.
 */
static void say_why_not(struct dashboard *d, const char *words)
{
	const struct session_test *t = &d->session_test;
	const char *why = "", *at = words;

	while ((at = strstr(at, t->scenario)) != NULL) {
		at += strlen(t->scenario);
		const char *said = at[0] == ':' ? strchr(at + 1, ':') : NULL;
		if (said != NULL && (strncmp(said, ": VIOLATED", 10) == 0 ||
				     strncmp(said, ": INCONCLUSIVE", 14) == 0))
			why = at + 1;
	}
	dashboard_say(d, true, "%s does not pass: line %.*s", t->scenario, (int)strcspn(why, "\n"),
		      why);
}

/* False: there is no other way. */
static bool try_by_the_clock(struct session_test *t)
{
	const bool written = t->timed != NULL && file_write(t->scenario, (const uint8_t *)t->timed,
							    strlen(t->timed)) == STATUS_OK;

	free(t->timed);
	t->timed = NULL;
	t->by_clock = written;
	return written && start(t) == STATUS_OK;
}

void session_test_watch(struct dashboard *d)
{
	struct session_test *t = &d->session_test;
	siginfo_t info = {0};
	char *words = NULL;
	size_t length;

	if (t->process.pid == 0 || !process_ended(&t->process, 0))
		return;
	(void)waitid(P_PIDFD, (id_t)t->process.fd, &info, WEXITED | WNOHANG | WNOWAIT);
	process_release(&t->process);
	const bool passes = info.si_code == CLD_EXITED && info.si_status == EXIT_PASS;

	const bool has_words = file_load(t->words, WORDS_BYTES_MAX, &words, &length) == STATUS_OK;

	(void)remove(t->words);
	if (passes)
		dashboard_say(d, false, "a test that passes: paxos-tui run %s%s",
			      t->by_clock ? "--sim " : "", t->scenario);
	else if (!try_by_the_clock(t) && has_words)
		say_why_not(d, words);
	free(words);
}

static bool write_test(struct dashboard *d, char path[PATH_BYTES])
{
	struct cluster_info info;
	char why[200], *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	if (to == NULL) {
		dashboard_say(d, true, "not enough memory");
		return false;
	}
	d->cluster->ops->info(d->cluster, &info);
	bool good = d->past.is_replay && d->past.line != NULL
			    ? repeat_recorded(d->model, d->past.line, to, why, sizeof(why))
			    : repeat_write(&d->session, d->live, &info, to, why, sizeof(why));

	if (fclose(to) != 0) {
		dashboard_say(d, true, "not enough memory");
		good = false;
	} else if (!good) {
		dashboard_say(d, true, "no test of this: %s", why);
	} else if (state_file("paxos-tui", ".pxs", path) != STATUS_OK ||
		   file_write(path, (const uint8_t *)text, length) != STATUS_OK) {
		dashboard_say(d, true, "%s", status_text());
		good = false;
	}
	free(text);
	return good;
}

/* Of what is so now, for later. */
static void write_by_the_clock(struct dashboard *d)
{
	struct session_test *t = &d->session_test;
	size_t length = 0;
	FILE *to = d->pump.simulated ? open_memstream(&t->timed, &length) : NULL;

	if (to == NULL)
		return;
	const bool good =
		repeat_timed(&d->session, d->live, d->cluster->ops->now(d->cluster, 0), to);
	if (fclose(to) != 0 || !good) {
		free(t->timed);
		t->timed = NULL;
	}
}

void key_test(struct dashboard *d)
{
	uint64_t seed;

	if (d->play != NULL) {
		dashboard_say(d, true, "a story is a test: paxos-tui run %s",
			      play_path(d->play, &seed));
		return;
	}
	session_test_end(&d->session_test);
	d->session_test.by_clock = false;
	if (!d->past.is_replay)
		write_by_the_clock(d);
	if (!write_test(d, d->session_test.scenario)) {
		if (d->session_test.timed != NULL &&
		    state_file("paxos-tui", ".pxs", d->session_test.scenario) == STATUS_OK &&
		    try_by_the_clock(&d->session_test))
			dashboard_say(d, false,
				      "a test of this session, tried now: paxos-tui run --sim %s",
				      d->session_test.scenario);
		return;
	}
	dashboard_say(d, false, "a test of this session, tried now: paxos-tui run %s",
		      d->session_test.scenario);
	if (start(&d->session_test) != STATUS_OK)
		dashboard_say(d, true, "%s is not tried: %s", d->session_test.scenario,
			      status_text());
}
