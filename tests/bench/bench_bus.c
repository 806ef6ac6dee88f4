/* The floor under a commit: what a round of the same messages costs on bare nanomsg, between three
 * processes, without any protocol. The leader broadcasts 64 bytes to two peers, waits for one
 * answer of this round and broadcasts 64 bytes that tell the outcome.
 *
 * The same with so many rounds at a time, a message a send: rounds a second. What shares a message
 * or a slot may be faster than that.
 *
 *   bench_bus [ROUNDS]     prints lines "name number" */
#include <nanomsg/bus.h>
#include <nanomsg/nn.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NODES        3
#define VALUE_BYTES  64
#define BUFFER_BYTES (4 * 1024 * 1024)

enum kind { ASK, ANSWER, OUTCOME };

struct message {
	uint64_t round;
	uint32_t from;
	uint32_t kind;
	uint8_t value[VALUE_BYTES - 16];
};

extern char **environ;

static int open_socket(const char *dir, unsigned self, int *ready)
{
	char endpoint[256];
	const int size = BUFFER_BYTES, again_ms = 10;
	size_t length = sizeof(*ready);
	const int s = nn_socket(AF_SP, NN_BUS);
	nn_setsockopt(s, NN_SOL_SOCKET, NN_SNDBUF, &size, sizeof(size));
	nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVBUF, &size, sizeof(size));
	nn_setsockopt(s, NN_SOL_SOCKET, NN_RECONNECT_IVL, &again_ms, sizeof(again_ms));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/%u", dir, self);
	if (s < 0 || nn_bind(s, endpoint) < 0) {
		fprintf(stderr, "bench_bus: %s: %s\n", endpoint, nn_strerror(nn_errno()));
		exit(2);
	}
	for (unsigned peer = 1; peer < self; peer++) {
		snprintf(endpoint, sizeof(endpoint), "ipc://%s/%u", dir, peer);
		nn_connect(s, endpoint);
	}
	nn_getsockopt(s, NN_SOL_SOCKET, NN_RCVFD, ready, &length);
	return s;
}

static void run_peer(const char *dir, unsigned self)
{
	int ready;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	const int s = open_socket(dir, self, &ready);
	struct pollfd wait = {.fd = ready, .events = POLLIN};
	for (;;) {
		struct message m;
		poll(&wait, 1, -1);
		while (nn_recv(s, &m, sizeof(m), NN_DONTWAIT) == sizeof(m)) {
			if (m.kind != ASK)
				continue;
			m.kind = ANSWER;
			m.from = self;
			nn_send(s, &m, sizeof(m), NN_DONTWAIT);
		}
	}
}

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void one_round(int s, int ready, uint64_t round)
{
	struct message m = {.round = round, .kind = ASK};
	struct pollfd wait = {.fd = ready, .events = POLLIN};
	bool answered = false;
	nn_send(s, &m, sizeof(m), NN_DONTWAIT);
	while (!answered) {
		/* A lost one is asked again: a bus may lose while peers are connecting. */
		if (poll(&wait, 1, 100) == 0) {
			m = (struct message){.round = round, .kind = ASK};
			nn_send(s, &m, sizeof(m), NN_DONTWAIT);
		}
		while (nn_recv(s, &m, sizeof(m), NN_DONTWAIT) == sizeof(m))
			answered |= m.kind == ANSWER && m.round == round;
	}
	m = (struct message){.round = round, .kind = OUTCOME};
	nn_send(s, &m, sizeof(m), NN_DONTWAIT);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void measure(int s, int ready, size_t rounds)
{
	uint64_t *took = calloc(rounds, sizeof(*took));
	if (took == NULL)
		exit(2);
	for (size_t i = 0; i < 1000; i++)
		one_round(s, ready, 1 + i);
	for (size_t i = 0; i < rounds; i++) {
		const uint64_t began = now_ns();
		one_round(s, ready, 1001 + i);
		took[i] = now_ns() - began;
	}
	qsort(took, rounds, sizeof(*took), compare);
	printf("commit_p50_us %.1f\n", (double)took[rounds / 2] / 1000);
	printf("commit_p99_us %.1f\n", (double)took[rounds * 99 / 100] / 1000);
	free(took);
}

#define FIRST_PIPELINED UINT64_C(1000000000) /* above the rounds that came one by one */
#define PIPELINED       20000

/* So many rounds are asked for at a time; one that is answered makes room for another. */
static void measure_window(int s, int ready, size_t window)
{
	static bool answered[PIPELINED];
	static uint64_t first = FIRST_PIPELINED;
	struct pollfd wait = {.fd = ready, .events = POLLIN};
	size_t asked = 0, done = 0;
	const uint64_t began = now_ns();
	memset(answered, 0, sizeof(answered));
	while (done < PIPELINED) {
		struct message m = {.kind = ASK};
		for (; asked < PIPELINED && asked - done < window; asked++) {
			m.round = first + asked;
			nn_send(s, &m, sizeof(m), NN_DONTWAIT);
		}
		const bool late = poll(&wait, 1, 100) == 0;
		for (size_t i = 0; late && i < asked; i++) {
			m.round = first + i;
			if (!answered[i])
				nn_send(s, &m, sizeof(m), NN_DONTWAIT);
		}
		while (nn_recv(s, &m, sizeof(m), NN_DONTWAIT) == sizeof(m)) {
			if (m.kind != ANSWER || m.round < first || answered[m.round - first])
				continue;
			answered[m.round - first] = true;
			done++;
			m.kind = OUTCOME;
			nn_send(s, &m, sizeof(m), NN_DONTWAIT);
		}
	}
	const double seconds = (double)(now_ns() - began) / 1e9;
	printf("rounds_s_%zu %.0f\n", window, PIPELINED / seconds);
	first += PIPELINED;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "peer") == 0)
		run_peer(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	const size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	char dir[] = "/tmp/bench_bus.XXXXXX";
	pid_t peer[NODES - 1];
	if (rounds == 0 || mkdtemp(dir) == NULL)
		return 2;
	for (unsigned i = 0; i < NODES - 1; i++) {
		char id[8], word[] = "peer";
		snprintf(id, sizeof(id), "%u", i + 2);
		char *argument[] = {argv[0], word, dir, id, NULL};
		if (posix_spawn(&peer[i], "/proc/self/exe", NULL, NULL, argument, environ) != 0)
			return 2;
	}
	int ready;
	const int s = open_socket(dir, 1, &ready);
	measure(s, ready, rounds);
	measure_window(s, ready, 16);
	measure_window(s, ready, 100);
	measure_window(s, ready, 1000);
	nn_close(s);
	for (unsigned i = 0; i < NODES - 1; i++) {
		char path[64];
		kill(peer[i], SIGKILL);
		waitpid(peer[i], NULL, 0);
		snprintf(path, sizeof(path), "%s/%u", dir, i + 2);
		unlink(path);
	}
	rmdir(dir);
	return 0;
}
