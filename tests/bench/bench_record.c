/* Recording and going back, measured: a simulated cluster in which a leader decides one value after
 * the other until so many items are told (EVENTS, 1000000). FILE is kept, if one is named. Prints
 * what recording costs an event, bytes an event, the first moment's time, reading all, and seeking
 * anywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/record/recorder.h"
#include "node/record/timeline.h"
#include "proto/fault/link.h"
#include "proto/sim/sim_cluster.h"

#define SEEKS 200

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Proposes at node 1 until so many items are told; returns how many milliseconds it took. */
static double run(struct cluster *c, uint64_t items)
{
	const double begin = now_ms();
	time_us until = 0;
	uint64_t told = 0;
	char value[32];
	struct item item;

	for (uint64_t i = 0; told < items; i++) {
		const int length =
			snprintf(value, sizeof(value), "value-%llu", (unsigned long long)i);
		struct control propose = {.kind = CONTROL_PROPOSE,
					  .to = set_of(1),
					  .slot = SLOT_NONE,
					  .value = (const uint8_t *)value,
					  .value_length = (uint32_t)length};

		if (!values_has_room(c->values, 64, 65536)) {
			values_unmark(c->values);
			values_sweep(c->values);
		}
		c->ops->control(c, &propose);
		until += 20000;
		while (c->ops->next(c, until, &item) != ITEM_NOTHING)
			told++;
	}
	return now_ms() - begin;
}

static struct cluster *cluster(void **memory)
{
	const struct sim_cluster_options options = {.nodes = 3,
						    .mode = MODE_MULTI,
						    .seed = 1,
						    .clock = {.num = 1, .den = 1},
						    .link = link_rule_default(),
						    .keep = 1000};

	*memory = calloc(1, sim_cluster_size(&options));
	return sim_cluster_init(*memory, &options);
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void go(struct timeline *t, uint64_t to)
{
	bool failed;

	if (timeline_go(t, to, UINT64_MAX, &failed))
		return;
	fprintf(stderr, "%s\n", status_text());
	exit(2);
}

static void seek(struct timeline *t, uint64_t end)
{
	static double took[SEEKS];
	uint64_t random = 1;

	for (unsigned i = 0; i < SEEKS; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		const double begin = now_ms();

		go(t, (random >> 20) % (end + 1));
		took[i] = now_ms() - begin;
	}
	qsort(took, SEEKS, sizeof(took[0]), by_size);
	printf("seek_p50_ms %.1f\nseek_max_ms %.1f\n", took[SEEKS / 2], took[SEEKS - 1]);
}

int main(int argc, char **argv)
{
	const uint64_t items = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	char made[] = "/tmp/bench-record-XXXXXX";
	const char *path = argc > 2 ? argv[2] : made;
	struct recorder *r;
	struct timeline *t;
	struct stat file;
	struct rusage used;
	void *memory;
	struct cluster *c = cluster(&memory);

	const double plain = run(c, items);

	c->ops->close(c);
	free(memory);
	c = cluster(&memory);
	if (path == made && (mkstemp(made) < 0 || unlink(made) < 0))
		return 2;
	const struct recorder_options options = {.path = path};

	if (recorder_open(&options, c, NULL, &r) != STATUS_OK)
		return 2;
	const double recorded = run(c, items);

	recorder_close(r);
	c->ops->close(c);
	free(memory);
	stat(path, &file);
	printf("record_us_an_event %.2f\n", (recorded - plain) * 1e3 / (double)items);
	printf("bytes_an_event %.1f\n", (double)file.st_size / (double)items);

	const double begin = now_ms();

	if (timeline_open(path, &t) != STATUS_OK)
		return 2;
	go(t, 100);
	printf("first_moment_ms %.1f\n", now_ms() - begin);
	const uint64_t end = timeline_end(t);

	go(t, end);
	printf("items %llu\nread_all_ms %.0f\n", (unsigned long long)end, now_ms() - begin);
	seek(t, end);
	getrusage(RUSAGE_SELF, &used);
	printf("rss_mib %ld\n", used.ru_maxrss / 1024);
	timeline_close(t);
	if (path == made)
		unlink(path);
	return 0;
}
