#include "proto/member/load.h"

#include <stddef.h>
#include <string.h>

#define SECOND_US    UINT64_C(1000000)
#define NUMBER_BYTES 4 /* of a short value */
#define DIGITS_MAX   10
#define OF           " of "
#define OF_BYTES     4
/* Values of so many bytes are long enough to be read. */
#define TEXT_BYTES (DIGITS_MAX + OF_BYTES + LOAD_TAG_BYTES)

/* --- values -------------------------------------------------------------------------------- */

static void write_tag(struct load *load, uint64_t tag)
{
	static const char digits[] = "0123456789abcdef";

	load->tag = tag;
	for (unsigned i = 0; i < LOAD_TAG_BYTES; i++)
		load->tag_text[i] = digits[tag >> (4 * (LOAD_TAG_BYTES - 1 - i)) & 15];
}

/* The number and the tag of a short value, as long as they are. */
static void write_short_head(const struct load *load, uint32_t number, uint8_t head[12])
{
	for (unsigned i = 0; i < NUMBER_BYTES; i++)
		head[i] = (uint8_t)(number >> (8 * i));
	for (unsigned i = 0; i < 8; i++)
		head[NUMBER_BYTES + i] = (uint8_t)(load->tag >> (8 * i));
}

/* Writes the value of this number into load->value. Numbers rise, so the head of the value before
 * is no longer than this one, and nothing of it is left. */
static void write_value(struct load *load, uint32_t number)
{
	uint8_t head[NUMBER_BYTES + 8];
	char digit[DIGITS_MAX];
	unsigned digits = 0, at = 0;

	if (load->order.size_bytes < TEXT_BYTES) {
		write_short_head(load, number, head);
		memcpy(load->value, head, lower_of(load->order.size_bytes, sizeof head));
		return;
	}
	for (uint32_t left = number; left != 0; left /= 10)
		digit[digits++] = (char)('0' + left % 10);
	while (digits > 0)
		load->value[at++] = (uint8_t)digit[--digits];
	memcpy(load->value + at, OF, OF_BYTES);
	memcpy(load->value + at + OF_BYTES, load->tag_text, LOAD_TAG_BYTES);
}

/* The number of a value of this run, as far as the value tells it: the bits of *mask. False: it is
 * another's. */
static bool read_value(const struct load *load, const uint8_t *value, uint32_t length,
		       uint32_t *number, uint32_t *mask)
{
	uint64_t read = 0;
	unsigned at = 0;

	if (length != load->order.size_bytes)
		return false;
	*mask = length >= NUMBER_BYTES ? UINT32_MAX : ((uint32_t)1 << (8 * length)) - 1;
	if (length < TEXT_BYTES) {
		uint8_t head[NUMBER_BYTES + 8];

		for (; at < NUMBER_BYTES && at < length; at++)
			read |= (uint64_t)value[at] << (8 * at);
		*number = (uint32_t)read;
		write_short_head(load, *number, head);
		return memcmp(value, head, lower_of(length, sizeof head)) == 0;
	}
	for (; at < DIGITS_MAX && value[at] >= '0' && value[at] <= '9'; at++)
		read = 10 * read + (uint64_t)(value[at] - '0');
	*number = (uint32_t)read;
	return read <= UINT32_MAX && value[0] != '0' && memcmp(value + at, OF, OF_BYTES) == 0 &&
	       memcmp(value + at + OF_BYTES, load->tag_text, LOAD_TAG_BYTES) == 0;
}

/* The value on its way that has this number, as far as the bits of the mask; the one that was
 * proposed first if there are several. NULL: there is none. */
static struct load_flying *find_flying(struct load *load, uint32_t number, uint32_t mask)
{
	struct load_flying *found = NULL;

	for (uint64_t at = number & mask & (load->places - 1); at < load->places;
	     at += (uint64_t)mask + 1) {
		struct load_flying *f = &load->flying[at];

		if (f->number != 0 && ((f->number ^ number) & mask) == 0 &&
		    (found == NULL || f->number < found->number))
			found = f;
	}
	return found;
}

/* --- what was measured --------------------------------------------------------------------- */

static void end_sample(struct load *load, time_us now)
{
	struct load_sample *s = &load->sample_now;

	s->number = load->sample.number + 1;
	s->lasted_us = (uint32_t)lower_of(now - load->sample_from, UINT32_MAX);
	s->latency_p50_us = histogram_quantile(&load->latency_now, 500000);
	s->latency_p99_us = histogram_quantile(&load->latency_now, 990000);
	load->sample = *s;
	memset(s, 0, sizeof *s);
	memset(&load->latency_now, 0, sizeof load->latency_now);
	load->sample_from = now;
	load->changes++;
}

static void look_at_time(struct load *load, time_us now)
{
	load->at = higher_of(load->at, now);
	if (load->at - load->sample_from >= LOAD_SAMPLE_US)
		end_sample(load, load->at);
}

static void finish(struct load *load)
{
	load->lost += load->in_flight;
	load->in_flight = 0;
	load->running = false;
	if (load->at > load->sample_from)
		end_sample(load, load->at);
	load->changes++;
}

static void finish_if_all_are_settled(struct load *load)
{
	if (load->proposed == load->order.count && load->in_flight == 0)
		finish(load);
}

/* When value i, from 0, is to arrive. */
static time_us arrival(const struct load *load, uint32_t i)
{
	return load->started + (i * SECOND_US + load->order.rate - 1) / load->order.rate;
}

/* How many values should have arrived by now. */
static uint32_t arrived(const struct load *load)
{
	const uint64_t elapsed = load->at - load->started, rate = load->order.rate;
	const uint64_t due = elapsed / SECOND_US * rate + elapsed % SECOND_US * rate / SECOND_US;

	return (uint32_t)lower_of(due + 1, load->order.count);
}

void load_report_make(const struct load *load, struct load_report *out)
{
	*out = (struct load_report){
		.number = load->order.number,
		.count = load->order.count,
		.outstanding = load->order.outstanding,
		.rate = load->order.rate,
		.values = load->chosen,
		.slots = load->slots,
		.lost = load->lost,
		.elapsed_us = load->at - load->started,
		.latency_p50_us = histogram_quantile(&load->latency, 500000),
		.latency_p99_us = histogram_quantile(&load->latency, 990000),
		.latency_p999_us = histogram_quantile(&load->latency, 999000),
		.latency_max_us = load->latency.max,
		.behind_us = load->behind_us,
		.done = !load->running,
		.sample = load->sample,
	};
	if (load->running && load->order.rate != 0)
		out->behind = arrived(load) - load->proposed;
}

/* --- what the driver calls ------------------------------------------------------------------ */

/* Twice as many places as values that are outstanding: the next free one is near. */
static uint32_t places_for(uint32_t outstanding)
{
	uint32_t places = 2;

	while (places < 2 * outstanding)
		places *= 2;
	return places;
}

void load_init(struct load *load)
{
	memset(load, 0, offsetof(struct load, flying));
}

void load_begin(struct load *load, const struct load_order *order, uint64_t tag, time_us now)
{
	if (order->count == 0) {
		if (load->running) {
			look_at_time(load, now);
			finish(load);
		}
		return;
	}
	const uint64_t changes = load->changes;

	memset(load, 0, offsetof(struct load, value));
	load->order = *order;
	load->running = true;
	load->started = load->at = load->sample_from = now;
	load->places = places_for(order->outstanding);
	load->changes = changes + 1;
	write_tag(load, tag);
	memset(load->value, '.', order->size_bytes);
}

/* True: it is a value of this run, and was on its way. */
static bool take_chosen(struct load *load, const uint8_t *value, uint32_t length)
{
	uint32_t number, mask;
	struct load_flying *f;

	if (!read_value(load, value, length, &number, &mask))
		return false;
	f = find_flying(load, number, mask);
	if (f == NULL)
		return false;
	histogram_add(&load->latency, load->at - f->from);
	histogram_add(&load->latency_now, load->at - f->from);
	f->number = 0;
	load->in_flight--;
	load->chosen++;
	load->sample_now.values++;
	return true;
}

void load_observe(struct load *load, const struct member_write *write, unsigned writes, time_us now)
{
	if (!load->running)
		return;
	look_at_time(load, now);
	for (unsigned i = 0; i < writes && load->in_flight > 0; i++) {
		const uint64_t chosen = load->chosen;
		struct batch_reader values;
		const uint8_t *value;
		uint32_t length;

		if (write[i].kind != MEMBER_CHOSEN)
			continue;
		values = batch_read(write[i].value, write[i].value_length);
		while (batch_next(&values, &value, &length))
			take_chosen(load, value, length);
		if (load->chosen == chosen)
			continue;
		load->slots++;
		load->sample_now.slots++;
		load->changes++;
	}
	finish_if_all_are_settled(load);
}

/* The member holds no value any more that it was asked to propose: what is still on its way was
 * given up, by a change of epochs or because nobody tells how its slot was decided. */
static void note_lost(struct load *load, const struct member *member)
{
	if (load->in_flight == 0 || member_waiting(member) > 0)
		return;
	load->lost += load->in_flight;
	load->in_flight = 0;
	load->changes++;
	memset(load->flying, 0, load->places * sizeof load->flying[0]);
	finish_if_all_are_settled(load);
}

bool load_propose(struct load *load, struct member *member, time_us now)
{
	const uint32_t before = load->proposed;

	if (!load->running)
		return false;
	look_at_time(load, now);
	note_lost(load, member);
	while (load->proposed < load->order.count && load->in_flight < load->order.outstanding) {
		const bool at_rate = load->order.rate != 0;
		const time_us from = at_rate ? arrival(load, load->proposed) : load->at;
		uint32_t number = load->number + 1;

		if (from > load->at || member_is_full(member))
			break;
		while (load->flying[number & (load->places - 1)].number != 0)
			number++;
		write_value(load, number);
		if (!member_propose(member, now, load->value, load->order.size_bytes))
			break;
		load->flying[number & (load->places - 1)] = (struct load_flying){number, from};
		load->number = number;
		load->proposed++;
		load->in_flight++;
		load->behind_us = load->at - from;
	}
	const bool fed = member_proposed_all(member, now);
	return fed || load->proposed != before;
}

time_us load_wake(const struct load *load)
{
	time_us wake;

	if (!load->running)
		return 0;
	wake = load->sample_from + LOAD_SAMPLE_US;
	if (load->order.rate != 0 && load->proposed < load->order.count &&
	    load->in_flight < load->order.outstanding) {
		const time_us next = arrival(load, load->proposed);

		if (next > load->at)
			wake = lower_of(wake, next);
	}
	return wake;
}
