/* A program at the keyboard, in a terminal of its own: it presses the next key at once when the
 * screen shows what it waits for. No question that was drawn is deaf to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/io/spawn.h"
#include "tests/support/test_dir.h"

#define WAIT_MS 30000

static struct hands {
	pid_t pid;
	int terminal;
	char seen[1 << 16]; /* what was printed since the last key */
	size_t length;
} hands;

static int sit_down(void **state)
{
	const struct winsize size = {.ws_row = 24, .ws_col = 80};
	char program[PATH_BYTES];
	(void)state;
	assert_int_equal(program_beside("paxos-tui", program, sizeof(program)), STATUS_OK);
	memset(&hands, 0, sizeof(hands));
	hands.pid = forkpty(&hands.terminal, NULL, NULL, &size);
	if (hands.pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execl(program, program, "--sim", "--seed", "7", (char *)NULL);
		_exit(127);
	}
	return hands.pid < 0;
}

static int stand_up(void **state)
{
	(void)state;
	if (hands.pid > 0) {
		kill(hands.pid, SIGKILL);
		waitpid(hands.pid, NULL, 0);
	}
	close(hands.terminal);
	return 0;
}

static void press(const char *keys)
{
	hands.length = 0;
	hands.seen[0] = 0;
	assert_int_equal(write(hands.terminal, keys, strlen(keys)), strlen(keys));
}

static bool reads(void)
{
	struct pollfd wait = {.fd = hands.terminal, .events = POLLIN};
	if (hands.length == sizeof(hands.seen) - 1)
		hands.length = 0;
	if (poll(&wait, 1, WAIT_MS) != 1)
		return false;
	const ssize_t n = read(hands.terminal, hands.seen + hands.length,
			       sizeof(hands.seen) - 1 - hands.length);
	hands.length += n > 0 ? (size_t)n : 0;
	hands.seen[hands.length] = '\0';
	return n > 0;
}

static void shows(const char *what)
{
	while (strstr(hands.seen, what) == NULL)
		assert_true(reads());
}

static int exit_code(void)
{
	int status;
	while (reads())
		;
	assert_int_equal(waitpid(hands.pid, &status, 0), hands.pid);
	hands.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Five keys, each at once when the one before was answered: a crash, a restart, and out. */
static void each_answer_counts_as_soon_as_its_question_is_seen(void **state)
{
	(void)state;
	shows("SAFETY");
	press("K");
	shows("Crash n1");
	press("y");
	shows("DOWN");
	press("K");
	shows("Restart n1");
	press("y");
	shows("acceptor");
	press("q");
	shows("Quit this simulation");
	press("y");
	assert_int_equal(exit_code(), 0);
}

static void a_no_is_as_quick(void **state)
{
	(void)state;
	shows("SAFETY");
	for (unsigned i = 0; i < 20; i++) {
		press("q");
		shows("Quit this simulation");
		press("n");
		shows("pause"); /* among the keys, where the answers were */
	}
	press("q");
	shows("Quit this simulation");
	press("y");
	assert_int_equal(exit_code(), 0);
}

static void what_is_typed_at_once_answers_nothing(void **state)
{
	(void)state;
	shows("SAFETY");
	press("KyKyKyy");
	shows("Crash n1");
	press("n");
	shows("pause");
	press("q");
	shows("Quit this simulation");
	press("y");
	assert_int_equal(exit_code(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_answer_counts_as_soon_as_its_question_is_seen,
						sit_down, stand_up),
		cmocka_unit_test_setup_teardown(a_no_is_as_quick, sit_down, stand_up),
		cmocka_unit_test_setup_teardown(what_is_typed_at_once_answers_nothing, sit_down,
						stand_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
