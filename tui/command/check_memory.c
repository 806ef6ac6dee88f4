#include "tui/command/check_memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

uint64_t check_memory_for(const struct options *o)
{
	const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

	if (o->memory_bytes != 0)
		return o->memory_bytes;
	return pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page / 2 : 1024 * MIB;
}

/* Pages that are not touched cost nothing. States are looked for all over the memory, which is
 * faster where pages are large. */
void *check_memory_take(uint64_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory != MAP_FAILED) {
		(void)madvise(memory, bytes, MADV_HUGEPAGE);
		return memory;
	}
	fprintf(stderr,
		"paxos-tui: there are no %" PRIu64 " MiB of memory: say --memory with less\n",
		bytes / MIB);
	return NULL;
}

void check_memory_leave(void *memory, uint64_t bytes)
{
	munmap(memory, bytes);
}
