/* Journals, measured: what keeping one costs a member an input, bytes an input, and how many inputs
 * a second are run again and compared (nothing is signed). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "node/io/files.h"
#include "node/journal/segment.h"
#include "node/prove/prove.h"
#include "tests/support/journaled.h"

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Milliseconds for so many values; *inputs: that the members had. */
static double run(const char *dir, bool journals, unsigned values, uint64_t *inputs)
{
	const struct journaled_options options = {
		.dir = dir, .nodes = 3, .seed = 1, .journals = journals};
	struct journaled *c = journaled_begin(&options);
	const double begin = now_ms();

	*inputs = journaled_decide(c, values);
	const double took = now_ms() - begin;

	journaled_end(c, true);
	return took;
}

static uint64_t bytes_of(const char *dir)
{
	char node[PATH_BYTES], path[PATH_BYTES];
	uint64_t first, last, bytes = 0;
	struct stat is;

	for (unsigned id = 1; id <= 3; id++) {
		snprintf(node, sizeof(node), "%.*s/n%u", DIR_BYTES, dir, id);
		for (segments_find(node, &first, &last); first <= last; first++) {
			segment_path(node, first, path);
			bytes += stat(path, &is) == 0 ? (uint64_t)is.st_size : 0;
		}
	}
	return bytes;
}

int main(int argc, char **argv)
{
	const unsigned values = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 5000;
	char plain[PATH_BYTES], dir[PATH_BYTES];
	struct prove_report report;
	uint64_t inputs;

	if (dir_make_private("bench-journal", plain) != STATUS_OK ||
	    dir_make_private("bench-journal", dir) != STATUS_OK)
		return 2;
	const double without = run(plain, false, values, &inputs);
	const double with = run(dir, true, values, &inputs);

	printf("a member's input: %.3f us, with a journal %.3f us\n",
	       without * 1e3 / (double)inputs, with * 1e3 / (double)inputs);
	printf("%.1f bytes an input\n", (double)bytes_of(dir) / (double)inputs);

	const struct prove_options options = {.where = dir};
	const double begin = now_ms();
	const enum status status = prove(&options, &report);
	const double took = now_ms() - begin;

	dir_remove(plain);
	dir_remove(dir);
	if (status != STATUS_OK) {
		fprintf(stderr, "%s\n", status_text());
		return 2;
	}
	printf("%llu inputs run again in %.0f ms: %.0f a second\n",
	       (unsigned long long)report.counts.inputs, took,
	       (double)report.counts.inputs * 1e3 / took);
	return 0;
}
