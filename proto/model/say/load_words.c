/* Loads in words. */
#include <string.h>

#include "proto/core/text.h"
#include "proto/model/say/say.h"

#define SECOND_US 1000000u
/* A value waited for its turn for longer than this share of the load: the cluster does not keep up.
 */
#define BEHIND_SHARE 20
/* Of a load of more values the single ones are not told. */
#define LISTED_MAX    50
#define BEHIND_US_MIN 10000

/* "17 of 8c1f0a9b", as proto/member/load.c writes it, perhaps cut. */
static bool is_of_load(const uint8_t *bytes, uint32_t length)
{
	uint32_t at = 0, tag;

	while (at < length && bytes[at] >= '0' && bytes[at] <= '9')
		at++;
	if (at == 0 || length < at + 4 || memcmp(bytes + at, " of ", 4) != 0)
		return false;
	for (tag = at += 4; at < length && ((bytes[at] >= '0' && bytes[at] <= '9') ||
					    (bytes[at] >= 'a' && bytes[at] <= 'f'));)
		at++;
	return at - tag >= 4;
}

/* Several values in one slot: those of the load, for nothing else brings so many. */
static bool is_batch(const uint8_t *bytes, uint32_t length)
{
	return length >= BATCH_HEAD_BYTES && memcmp(bytes, BATCH_MARK, 4) == 0;
}

/* In single mode every value has a ballot of its own, about which no more is said than about it. */
static bool is_ballot_of_load(const struct model *m, const struct event *event)
{
	const struct model_load *l = &m->node[event->ballot.node].load;
	const bool runs = !l->report.done && !l->cut;

	return m->mode == MODE_SINGLE && l->report.count > LISTED_MAX &&
	       event->at + l->report.elapsed_us >= l->told_at && (runs || event->at <= l->told_at);
}

/* Asked of every event of the list, again and again: so nothing is written out. */
bool event_is_of_load(const struct model *m, const struct event *event)
{
	const node_id owner = event->ballot.node;
	const uint8_t *bytes;
	uint32_t length;
	bool is_long = false;

	if (event->value == VALUE_NONE)
		return owner != NODE_NONE && owner <= m->nodes && is_ballot_of_load(m, event);
	for (unsigned id = 1; id <= m->nodes; id++)
		is_long = is_long || m->node[id].load.report.count > LISTED_MAX;
	if (!is_long || event->value == VALUE_NOOP)
		return false;
	bytes = values_bytes(m->values, event->value, &length);
	return is_of_load(bytes, length) || is_batch(bytes, length);
}

void latency_words(uint64_t us, char *out, size_t size)
{
	if (us < 1000)
		text_write(out, size, "%llu us", (unsigned long long)us);
	else if (us < 100 * 1000)
		text_write(out, size, "%llu.%llu ms", (unsigned long long)us / 1000,
			   (unsigned long long)us / 100 % 10);
	else if (us < SECOND_US)
		text_write(out, size, "%llu ms", (unsigned long long)us / 1000);
	else
		text_write(out, size, "%llu.%llu s", (unsigned long long)us / SECOND_US,
			   (unsigned long long)us / (SECOND_US / 10) % 10);
}

void speed_words(uint64_t values, uint64_t elapsed_us, char *out, size_t size)
{
	const uint64_t us = elapsed_us > 0 ? elapsed_us : 1;
	const uint64_t tenths = values * 10 * SECOND_US / us;

	if (tenths < 100)
		text_write(out, size, "%llu.%llu", (unsigned long long)tenths / 10,
			   (unsigned long long)tenths % 10);
	else if (tenths < 100 * 1000)
		text_write(out, size, "%llu", (unsigned long long)tenths / 10);
	else if (tenths < 1000 * 1000)
		text_write(out, size, "%llu.%lluk", (unsigned long long)tenths / 10000,
			   (unsigned long long)tenths / 1000 % 10);
	else
		text_write(out, size, "%lluk", (unsigned long long)tenths / 10000);
}

void per_slot_words(uint64_t values, uint64_t slots, char *out, size_t size)
{
	const uint64_t tenths = slots > 0 ? (values * 10 + slots / 2) / slots : 0;

	if (tenths % 10 == 0 || tenths >= 1000)
		text_write(out, size, "%llu", (unsigned long long)tenths / 10);
	else
		text_write(out, size, "%llu.%llu", (unsigned long long)tenths / 10,
			   (unsigned long long)tenths % 10);
}

bool load_is_behind(const struct load_report *r)
{
	return r->rate != 0 && r->behind_us > BEHIND_US_MIN &&
	       r->behind_us * BEHIND_SHARE > r->elapsed_us;
}

bool load_words(const struct model *m, node_id id, char *out, size_t size)
{
	const struct model_load *l = &m->node[id].load;
	const struct load_report *r = &l->report;
	char number[32];

	if (r->number == 0)
		return false;
	text_write(out, size, "n%u's load: %llu of %u values chosen", id,
		   (unsigned long long)r->values, r->count);
	speed_words(r->values, r->elapsed_us, number, sizeof(number));
	if (r->values > 0)
		text_append(out, size, ", %s/s", number);
	latency_words(r->latency_p50_us, number, sizeof(number));
	if (r->values > 0)
		text_append(out, size, ", p50 %s", number);
	latency_words(r->latency_p99_us, number, sizeof(number));
	if (r->values > 0)
		text_append(out, size, ", p99 %s", number);
	per_slot_words(r->values, r->slots, number, sizeof(number));
	if (r->slots < r->values)
		text_append(out, size, ", %s in a slot", number);
	latency_words(r->behind_us, number, sizeof(number));
	if (load_is_behind(r))
		text_append(out, size, "; it cannot keep up: a value waits %s for its turn",
			    number);
	if (r->lost > 0)
		text_append(out, size, "; %llu given up", (unsigned long long)r->lost);
	if (l->cut)
		text_append(out, size, "; it ended with the node's process");
	else if (r->done)
		text_append(out, size,
			    r->values + r->lost < r->count ? "; it was ended" : "; done");
	return true;
}
