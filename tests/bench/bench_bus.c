/* The floor under a commit: what a round of the same messages costs on bare nanomsg, without any
 * protocol, between processes that are connected as nodes are: each hears on one bound socket and
 * sends on one to each peer (node/mesh.c). The leader sends 64 bytes to every peer, waits for so
 * many answers of this round that they are a quorum with it, and sends 64 bytes that tell the
 * outcome.
 *
 * The same with so many rounds at a time, a message a send: rounds a second. What shares a message
 * or a slot may be faster than that. And with long messages, at 64 rounds at a time: bytes a second
 * that come to each peer.
 *
 *   bench_bus [ROUNDS [NODES]]     prints lines "name number"; ROUNDS 1: no single rounds */
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
#define NODES_MOST   31
#define SHORT_BYTES  64
#define LONG_BYTES   16384
#define BUFFER_BYTES (4 * 1024 * 1024)

enum kind { ASK, ANSWER, OUTCOME };

struct message {
	uint64_t round;
	uint32_t from;
	uint32_t kind;
	uint8_t value[LONG_BYTES - 16];
};

/* One process's sockets. The peers have no use for those between them. */
struct place {
	unsigned nodes;
	int in, ready;
	int out[NODES_MOST + 1]; /* by id */
};

extern char **environ;

static void name_endpoint(const char *dir, unsigned id, char endpoint[256])
{
	snprintf(endpoint, 256, "ipc://%s/%u", dir, id);
}

static int open_socket(void)
{
	const int size = BUFFER_BYTES, again_ms = 10;
	const int s = nn_socket(AF_SP, NN_BUS);
	nn_setsockopt(s, NN_SOL_SOCKET, NN_SNDBUF, &size, sizeof(size));
	nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVBUF, &size, sizeof(size));
	nn_setsockopt(s, NN_SOL_SOCKET, NN_RECONNECT_IVL, &again_ms, sizeof(again_ms));
	return s;
}

static void fail(const char *endpoint)
{
	fprintf(stderr, "bench_bus: %s: %s\n", endpoint, nn_strerror(nn_errno()));
	exit(2);
}

static struct place take_place(const char *dir, unsigned self, unsigned nodes)
{
	struct place p = {.nodes = nodes, .in = open_socket()};
	size_t length = sizeof(p.ready);
	char endpoint[256];
	name_endpoint(dir, self, endpoint);
	if (p.in < 0 || nn_bind(p.in, endpoint) < 0)
		fail(endpoint);
	nn_getsockopt(p.in, NN_SOL_SOCKET, NN_RCVFD, &p.ready, &length);
	for (unsigned peer = 1; peer <= (self == 1 ? nodes : 1); peer++) {
		if (peer == self)
			continue;
		name_endpoint(dir, peer, endpoint);
		p.out[peer] = open_socket();
		if (p.out[peer] < 0 || nn_connect(p.out[peer], endpoint) < 0)
			fail(endpoint);
	}
	return p;
}

static void tell_peers(const struct place *p, const struct message *m, size_t length)
{
	for (unsigned peer = 2; peer <= p->nodes; peer++)
		nn_send(p->out[peer], m, length, NN_DONTWAIT);
}

static void run_peer(const char *dir, unsigned self)
{
	static struct message m;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	const struct place p = take_place(dir, self, 1);
	struct pollfd wait = {.fd = p.ready, .events = POLLIN};
	for (;;) {
		poll(&wait, 1, -1);
		while (nn_recv(p.in, &m, sizeof(m), NN_DONTWAIT) >= SHORT_BYTES) {
			if (m.kind != ASK)
				continue;
			m.kind = ANSWER;
			m.from = self;
			nn_send(p.out[1], &m, SHORT_BYTES, NN_DONTWAIT);
		}
	}
}

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void one_round(const struct place *p, uint64_t round)
{
	static struct message m;
	struct pollfd wait = {.fd = p->ready, .events = POLLIN};
	uint64_t answered = 0;
	unsigned answers = 0;
	bool asks = true;
	/* A lost one is asked again: a bus may lose while peers are connecting. */
	while (answers < p->nodes / 2) {
		m = (struct message){.round = round, .kind = ASK};
		if (asks)
			tell_peers(p, &m, SHORT_BYTES);
		asks = poll(&wait, 1, 100) == 0;
		while (nn_recv(p->in, &m, sizeof(m), NN_DONTWAIT) == SHORT_BYTES) {
			if (m.kind != ANSWER || m.round != round || (answered >> m.from & 1) != 0)
				continue;
			answered |= (uint64_t)1 << m.from;
			answers++;
		}
	}
	m = (struct message){.round = round, .kind = OUTCOME};
	tell_peers(p, &m, SHORT_BYTES);
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void measure(const struct place *p, size_t rounds)
{
	uint64_t *took = calloc(rounds, sizeof(*took));
	if (took == NULL)
		exit(2);
	for (size_t i = 0; i < 1000; i++)
		one_round(p, 1 + i);
	for (size_t i = 0; i < rounds; i++) {
		const uint64_t began = now_ns();
		one_round(p, 1001 + i);
		took[i] = now_ns() - began;
	}
	qsort(took, rounds, sizeof(*took), compare);
	printf("commit_p50_us %.1f\n", (double)took[rounds / 2] / 1000);
	printf("commit_p99_us %.1f\n", (double)took[rounds * 99 / 100] / 1000);
	free(took);
}

#define FIRST_PIPELINED UINT64_C(1000000000) /* above the rounds that came one by one */
#define PIPELINED       20000

struct pipelined {
	uint64_t first; /* number of the first round */
	size_t asked, done;
	uint8_t answers[PIPELINED];
};

/* Takes in what has come; a round that a quorum has answered makes room for another. */
static void take_answers(const struct place *p, struct pipelined *l)
{
	static struct message m;
	while (nn_recv(p->in, &m, sizeof(m), NN_DONTWAIT) == SHORT_BYTES) {
		if (m.kind != ANSWER || m.round < l->first || m.round >= l->first + PIPELINED ||
		    ++l->answers[m.round - l->first] != p->nodes / 2)
			continue;
		l->done++;
		m.kind = OUTCOME;
		tell_peers(p, &m, SHORT_BYTES);
	}
}

/* Rounds a second, so many at a time, that ask with messages of so many bytes. */
static double measure_window(const struct place *p, size_t window, size_t bytes)
{
	static struct pipelined l = {.first = FIRST_PIPELINED};
	static struct message m;
	struct pollfd wait = {.fd = p->ready, .events = POLLIN};
	const uint64_t began = now_ns();
	m.kind = ASK;
	l.asked = l.done = 0;
	memset(l.answers, 0, sizeof(l.answers));
	while (l.done < PIPELINED) {
		for (; l.asked < PIPELINED && l.asked - l.done < window; l.asked++) {
			m.round = l.first + l.asked;
			tell_peers(p, &m, bytes);
		}
		const bool late = poll(&wait, 1, 100) == 0;
		for (size_t i = 0; late && i < l.asked; i++) {
			m.round = l.first + i;
			if (l.answers[i] < p->nodes / 2)
				tell_peers(p, &m, bytes);
		}
		take_answers(p, &l);
	}
	l.first += PIPELINED;
	return PIPELINED / ((double)(now_ns() - began) / 1e9);
}

static void measure_windows(const struct place *p)
{
	static const size_t windows[] = {16, 100, 1000};
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
		printf("rounds_s_%zu %.0f\n", windows[i],
		       measure_window(p, windows[i], SHORT_BYTES));
	printf("bytes_s_64_of_%d %.0f\n", LONG_BYTES,
	       LONG_BYTES * measure_window(p, 64, LONG_BYTES));
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "peer") == 0)
		run_peer(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
	const size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	const unsigned nodes = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : NODES;
	char dir[] = "/tmp/bench_bus.XXXXXX";
	pid_t peer[NODES_MOST + 1];
	if (rounds == 0 || nodes < 2 || nodes > NODES_MOST || mkdtemp(dir) == NULL)
		return 2;
	for (unsigned id = 2; id <= nodes; id++) {
		char name[8], word[] = "peer";
		snprintf(name, sizeof(name), "%u", id);
		char *argument[] = {argv[0], word, dir, name, NULL};
		if (posix_spawn(&peer[id], "/proc/self/exe", NULL, NULL, argument, environ) != 0)
			return 2;
	}
	const struct place p = take_place(dir, 1, nodes);
	if (rounds > 1)
		measure(&p, rounds);
	measure_windows(&p);
	nn_close(p.in);
	for (unsigned id = 2; id <= nodes; id++) {
		char path[64];
		nn_close(p.out[id]);
		kill(peer[id], SIGKILL);
		waitpid(peer[id], NULL, 0);
		snprintf(path, sizeof(path), "%s/%u", dir, id);
		unlink(path);
	}
	rmdir(dir);
	return 0;
}
