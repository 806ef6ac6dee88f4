/* What a person waits for: bench_screen PAXOS_TUI DIRECTORY
 *
 * A cluster of five runs in DIRECTORY already. A dashboard is attached to it on a pseudo terminal
 * of 80x24; measured are its first full paint, the time from a key to the paint that answers it,
 * the processor time that dashboard and paused nodes take while nothing happens, and memory. Prints
 * lines "name number". */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#define NODES_MAX_HERE 31
#define SCREEN_BYTES   65536
#define KEYS           60
#define QUIET_MS       60
#define STEPS          40
#define STEP_QUIET_MS  300 /* longer than any step may take */
#define GIVE_UP_MS     10000
#define IDLE_S         10

static uint64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_screen: %s\n", what);
	exit(2);
}

static uint64_t cpu_us(pid_t pid)
{
	clockid_t clock;
	struct timespec t = {0};
	if (clock_getcpuclockid(pid, &clock) == 0)
		clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

/* Resident memory in KiB; 0 for a process that is gone. */
static long rss_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	}
	if (f != NULL)
		fclose(f);
	return kib;
}

/* The processes of the nodes, from `ctl state --json`. */
static unsigned node_pids(const char *program, const char *dir, pid_t pid[NODES_MAX_HERE])
{
	char command[1024];
	snprintf(command, sizeof command, "'%s' ctl '%s' state --json", program, dir);
	FILE *f = popen(command, "r");
	json_t *state = f == NULL ? NULL : json_loadf(f, 0, NULL);
	json_t *nodes = json_object_get(state, "nodes");
	unsigned count = 0;
	for (size_t i = 0; i < json_array_size(nodes) && count < NODES_MAX_HERE; i++) {
		json_t *number = json_object_get(json_array_get(nodes, i), "pid");
		if (json_is_integer(number))
			pid[count++] = (pid_t)json_integer_value(number);
	}
	json_decref(state);
	if (f != NULL)
		pclose(f);
	return count;
}

/* `what`: attach or replay. */
static pid_t start(const char *program, const char *what, const char *where, int *terminal)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	pid_t pid = forkpty(terminal, NULL, NULL, &size);
	if (pid < 0)
		die("no pseudo terminal");
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		execl(program, program, what, where, (char *)NULL);
		_exit(127);
	}
	fcntl(*terminal, F_SETFL, O_NONBLOCK);
	return pid;
}

/* Waits for output; false if there is none within `wait_ms`. The time of the first byte in *at. */
static bool wait_output(int terminal, int wait_ms, uint64_t *at)
{
	struct pollfd fd = {.fd = terminal, .events = POLLIN};
	if (poll(&fd, 1, wait_ms) != 1 || (fd.revents & POLLIN) == 0)
		return false;
	*at = now_us();
	return true;
}

/* Takes everything until the screen is quiet for so long; when the last of it came. */
static uint64_t drain_until(int terminal, int quiet_ms, char *screen, size_t *length)
{
	uint64_t at = now_us();
	char part[4096];
	while (wait_output(terminal, quiet_ms, &at)) {
		ssize_t n = read(terminal, part, sizeof part);
		if (n <= 0)
			break;
		at = now_us();
		if (screen != NULL && *length + (size_t)n < SCREEN_BYTES) {
			memcpy(screen + *length, part, (size_t)n);
			*length += (size_t)n;
		}
	}
	return at;
}

static uint64_t drain(int terminal, char *screen, size_t *length)
{
	return drain_until(terminal, QUIET_MS, screen, length);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* From the start of the program until the whole screen stands: header and key line are there, and
 * what follows is silence. `last_word`: what the key line or the tape has last. */
static void first_paint(int terminal, const char *last_word, uint64_t begin)
{
	static char screen[SCREEN_BYTES + 1];
	size_t length = 0;
	uint64_t at = begin;
	while (now_us() - begin < GIVE_UP_MS * 1000u) {
		if (!wait_output(terminal, GIVE_UP_MS, &at))
			break;
		uint64_t last = drain(terminal, screen, &length);
		screen[length] = '\0';
		if (strstr(screen, "PAXOS") != NULL && strstr(screen, "NODES") != NULL &&
		    strstr(screen, last_word) != NULL) {
			printf("first_paint_ms %.1f\n", (double)(last - begin) / 1e3);
			return;
		}
	}
	die("the dashboard never showed itself");
}

/* A key that moves the selection, and the first byte of the answer. */
static void key_to_paint(int terminal)
{
	uint64_t took[KEYS], at;
	for (unsigned i = 0; i < KEYS; i++) {
		drain(terminal, NULL, NULL);
		uint64_t begin = now_us();
		if (write(terminal, i % 2 == 0 ? "j" : "k", 1) != 1)
			die("cannot press a key");
		if (!wait_output(terminal, GIVE_UP_MS, &at))
			die("a key had no effect on the screen");
		took[i] = at - begin;
	}
	qsort(took, KEYS, sizeof took[0], by_size);
	printf("key_to_paint_p50_ms %.2f\n", (double)took[KEYS / 2] / 1e3);
	printf("key_to_paint_max_ms %.2f\n", (double)took[KEYS - 1] / 1e3);
}

static void press(int terminal, const char *keys)
{
	if (write(terminal, keys, strlen(keys)) != (ssize_t)strlen(keys))
		die("cannot press a key");
}

/* Time stands still, a value is proposed, and -> lets one thing after the other happen: from the
 * key to the last byte of the screen that shows what happened. */
static void key_to_delivery(int terminal)
{
	uint64_t took[STEPS];
	press(terminal, "p");
	drain(terminal, NULL, NULL);
	press(terminal, "apple\r");
	drain_until(terminal, STEP_QUIET_MS, NULL, NULL);
	for (unsigned i = 0; i < STEPS; i++) {
		const uint64_t begin = now_us();
		press(terminal, "\033[C");
		took[i] = drain_until(terminal, STEP_QUIET_MS, NULL, NULL) - begin;
	}
	qsort(took, STEPS, sizeof took[0], by_size);
	printf("key_to_delivery_p50_ms %.2f\n", (double)took[STEPS / 2] / 1e3);
	printf("key_to_delivery_max_ms %.2f\n", (double)took[STEPS - 1] / 1e3);
}

static void idle(int terminal, pid_t dashboard, const pid_t *node, unsigned nodes)
{
	uint64_t before = 0, after = 0;
	drain(terminal, NULL, NULL);
	uint64_t begin = now_us();
	uint64_t alone = cpu_us(dashboard);
	for (unsigned i = 0; i < nodes; i++)
		before += cpu_us(node[i]);
	while (now_us() - begin < IDLE_S * UINT64_C(1000000))
		drain(terminal, NULL, NULL);
	uint64_t took = now_us() - begin;
	alone = cpu_us(dashboard) - alone;
	for (unsigned i = 0; i < nodes; i++)
		after += cpu_us(node[i]);
	printf("idle_percent %.3f\n", (double)(after - before + alone) * 100.0 / (double)took);
	printf("idle_dashboard_percent %.3f\n", (double)alone * 100.0 / (double)took);
}

static void memory(pid_t dashboard, const pid_t *node, unsigned nodes)
{
	long most = 0;
	for (unsigned i = 0; i < nodes; i++) {
		long kib = rss_kib(node[i]);
		most = kib > most ? kib : most;
	}
	printf("rss_dashboard_mib %.1f\n", (double)rss_kib(dashboard) / 1024.0);
	printf("rss_node_mib %.1f\n", (double)most / 1024.0);
}

static void end(pid_t dashboard, int terminal)
{
	kill(dashboard, SIGTERM);
	while (waitpid(dashboard, NULL, WNOHANG) == 0)
		drain(terminal, NULL, NULL);
}

int main(int argc, char **argv)
{
	pid_t node[NODES_MAX_HERE];
	struct stat file;
	int terminal;
	if (argc != 3 || stat(argv[2], &file) < 0)
		die("usage: bench_screen PAXOS_TUI DIRECTORY|RECORDING");
	if (S_ISREG(file.st_mode)) {
		const uint64_t asked = now_us();
		const pid_t replay = start(argv[1], "replay", argv[2], &terminal);
		first_paint(terminal, "REPLAY", asked);
		end(replay, terminal);
		return 0;
	}
	unsigned nodes = node_pids(argv[1], argv[2], node);
	if (nodes == 0)
		die("the cluster does not answer");
	uint64_t begin = now_us();
	pid_t dashboard = start(argv[1], "attach", argv[2], &terminal);
	first_paint(terminal, "propose", begin);
	key_to_paint(terminal);
	if (write(terminal, " ", 1) != 1)
		die("cannot press a key");
	idle(terminal, dashboard, node, nodes);
	memory(dashboard, node, nodes);
	key_to_delivery(terminal);
	end(dashboard, terminal);
	return 0;
}
