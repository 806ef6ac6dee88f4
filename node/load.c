#include "node/load.h"

#include <string.h>
#include <time.h>

#include "node/io/keys.h"

#define NUMBER_BYTES 4
#define TAG_BYTES    8

static uint64_t cpu_time_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

void load_begin(struct load *load, uint32_t count, uint32_t size_bytes, uint32_t outstanding,
		uint64_t real_us)
{
	*load = (struct load){
		.running = true,
		.count = count,
		.size_bytes = size_bytes > VALUE_BYTES_MAX ? VALUE_BYTES_MAX : size_bytes,
		.outstanding =
			outstanding > LOAD_OUTSTANDING_MAX ? LOAD_OUTSTANDING_MAX : outstanding,
		.started_us = real_us,
		.cpu_us = cpu_time_us(),
	};
	random_fill(&load->tag, sizeof(load->tag));
	memset(load->value, 'x', load->size_bytes);
}

/* Writes the value of this number into load->value. A value begins with its number, then the tag of
 * the run, as far as there is room; 'x' follows. The number's low byte comes first, so that even of
 * values of one byte no two that are in flight are alike. */
static void fill_value(struct load *load, uint32_t number)
{
	uint8_t head[NUMBER_BYTES + TAG_BYTES];
	memcpy(head, &number, NUMBER_BYTES);
	memcpy(head + NUMBER_BYTES, &load->tag, TAG_BYTES);
	memcpy(load->value, head,
	       load->size_bytes < sizeof(head) ? load->size_bytes : sizeof(head));
}

/* Does this write choose the value of this number? The rest of a value is the same in all. */
static bool is_value_of_number(struct load *load, uint32_t number, const struct member_write *write)
{
	fill_value(load, number);
	const size_t head = NUMBER_BYTES + TAG_BYTES;
	return write->value_length == load->size_bytes &&
	       memcmp(write->value, load->value,
		      load->size_bytes < head ? load->size_bytes : head) == 0;
}

static void make_report(struct load *load, uint64_t real_us)
{
	load->running = false;
	load->report = (struct load_report){
		.values = load->chosen,
		.elapsed_us = real_us - load->started_us,
		.latency_p50_us = histogram_quantile(&load->latency, 500000),
		.latency_p99_us = histogram_quantile(&load->latency, 990000),
		.latency_p999_us = histogram_quantile(&load->latency, 999000),
		.latency_max_us = load->latency.max,
		.cpu_us = cpu_time_us() - load->cpu_us,
		.done = true,
	};
}

bool load_observe(struct load *load, const struct member_write *write, unsigned writes,
		  uint64_t real_us)
{
	for (unsigned i = 0; i < writes && load->in_flight > 0; i++) {
		if (write[i].kind != MEMBER_CHOSEN)
			continue;
		for (uint32_t k = 0; k < load->outstanding; k++) {
			if (load->flying[k].number == 0 ||
			    !is_value_of_number(load, load->flying[k].number, &write[i]))
				continue;
			histogram_add(&load->latency, real_us - load->flying[k].proposed_us);
			load->flying[k].number = 0;
			load->in_flight--;
			load->chosen++;
			break;
		}
	}
	if (!load->running || load->chosen < load->count)
		return false;
	make_report(load, real_us);
	return true;
}

void load_propose(struct load *load, struct member *member, time_us now, uint64_t real_us)
{
	for (uint32_t k = 0; k < load->outstanding && load->proposed < load->count; k++) {
		if (load->flying[k].number != 0)
			continue;
		if (member_is_full(member))
			return;
		fill_value(load, load->proposed + 1);
		if (!member_propose(member, now, load->value, load->size_bytes))
			return;
		load->flying[k].number = ++load->proposed;
		load->flying[k].proposed_us = real_us;
		load->in_flight++;
	}
}
