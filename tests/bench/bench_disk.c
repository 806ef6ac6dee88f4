/* The floor under what is durable: how long a sync of a small piece of a file takes that is long
 * enough already, as a store's log of transactions is (node/store/store_wal.c).
 *
 *   bench_disk [SYNCS]     prints "sync_p50_us NUMBER", of the directory for temporary files */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PIECE_BYTES 4096
#define FILE_BYTES  (1024 * 1024)

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void must(int done)
{
	if (done)
		return;
	perror("bench_disk");
	exit(2);
}

static void write_piece(int fd, off_t at)
{
	static const uint8_t piece[PIECE_BYTES];
	must(pwrite(fd, piece, sizeof(piece), at) == sizeof(piece));
}

int main(int argc, char **argv)
{
	const size_t syncs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	const char *dir = getenv("TMPDIR");
	char path[256];
	snprintf(path, sizeof(path), "%s/bench_disk.XXXXXX", dir != NULL ? dir : "/tmp");
	const int fd = mkstemp(path);
	uint64_t *took = calloc(syncs, sizeof(*took));
	must(fd >= 0 && took != NULL && syncs > 0);
	unlink(path);
	for (off_t at = 0; at < FILE_BYTES; at += PIECE_BYTES)
		write_piece(fd, at);
	must(fsync(fd) == 0);
	for (size_t i = 0; i < syncs; i++) {
		const uint64_t began = now_ns();
		write_piece(fd, (off_t)(i * PIECE_BYTES % FILE_BYTES));
		must(fdatasync(fd) == 0);
		took[i] = now_ns() - began;
	}
	qsort(took, syncs, sizeof(*took), compare);
	printf("sync_p50_us %.1f\n", (double)took[syncs / 2] / 1000);
	free(took);
	close(fd);
	return 0;
}
