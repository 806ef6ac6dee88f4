#include "proto/member/batcher.h"

#include <assert.h>
#include <string.h>

#include "proto/core/batch.h"
#include "proto/core/memory.h"

size_t batcher_size(void)
{
	return memory_aligned(BATCHER_BYTES_MAX) + memory_aligned(VALUE_BYTES_MAX);
}

/* What a rule leaves open is filled in. */
static struct batch_rule rule_of(const struct batch_rule *said, uint32_t count)
{
	struct batch_rule rule = *said;

	if (rule.count == 0)
		rule.count = count;
	if (rule.bytes == 0)
		rule.bytes = VALUE_BYTES_MAX;
	return rule;
}

/* How many values may be under way. In single mode it is one, whatever waits: both phases for every
 * slot. Where slots are signed a slot costs so much more than a value in it that fewer and fuller
 * ones are quicker. */
static unsigned pipeline_of(const struct batcher *b, const struct batch_rule *rule)
{
	if (rule->pipeline != 0)
		return (unsigned)lower_of(rule->pipeline, PENDING_MAX);
	if (rule->count == 1)
		return PENDING_MAX;
	return b->mode == MODE_SINGLE || b->signs ? 1 : BATCHER_PIPELINE;
}

void batcher_init(struct batcher *b, void *memory, enum paxos_mode mode,
		  const struct batch_rule *asked)
{
	memset(b, 0, offsetof(struct batcher, flight));
	b->ring = memory;
	b->scratch = b->ring + memory_aligned(BATCHER_BYTES_MAX);
	b->mode = mode;
	b->rule[BATCHER_ASKED] = rule_of(asked, 1);
	b->rule[BATCHER_DRIVERS] = rule_of(&(struct batch_rule){0}, 1);
}

void batcher_set_drivers(struct batcher *b, const struct batch_rule *rule)
{
	b->rule[BATCHER_DRIVERS] = rule_of(rule, BATCH_VALUES_MAX);
}

static const struct batcher_proposal *proposal_at(const struct batcher *b, uint32_t i)
{
	assert(i - b->first < b->end - b->first);
	return &b->proposal[i % BATCHER_VALUES_MAX];
}

static struct batcher_flight *flight_at(struct batcher *b, uint32_t i)
{
	return &b->flight[i % FLIGHTS_MAX];
}

static enum batcher_kind kind_of(const struct batcher_proposal *p)
{
	return p->number == 0 ? BATCHER_DRIVERS : BATCHER_ASKED;
}

/* How many bytes a batch has with these values' bytes in it. */
static uint32_t batch_bytes(uint32_t count, uint32_t bytes)
{
	return BATCH_HEAD_BYTES + count * BATCH_EACH_BYTES + bytes;
}

/* So many values may be under way when one of this length goes into the core. One that can share a
 * slot with no other has nothing to wait for, and a long one, whose bytes cost more than its slot
 * does unless that is signed, nothing to gain. */
static unsigned pipeline_for(const struct batcher *b, const struct batch_rule *rule,
			     uint32_t length)
{
	const bool is_alone = batch_bytes(2, 1) + length > rule->bytes;
	const bool is_long = rule->pipeline == 0 && !b->signs && length >= BATCHER_LONG_BYTES;

	return rule->count > 1 && (is_alone || is_long) ? PENDING_MAX : pipeline_of(b, rule);
}

bool batcher_lets_through(const struct batcher *b, unsigned pending, const uint8_t *value,
			  uint32_t length, enum batcher_kind kind)
{
	const struct batch_rule *rule = &b->rule[kind];
	const bool holds_back = rule->count > 1 || pipeline_of(b, rule) < PENDING_MAX;
	const unsigned pipeline = pipeline_for(b, rule, length);

	if (batch_count(value, length) > 0 || pending >= pipeline)
		return false;
	if (kind == BATCHER_DRIVERS && rule->count > 1 && pipeline < PENDING_MAX)
		return false;
	return !holds_back || b->packed == b->end;
}

/* Where in the ring so many bytes have room; BATCHER_BYTES_MAX: nowhere. Bytes of a proposal lie
 * together, so those behind the last one stay empty if they are too few. */
static size_t find_room(const struct batcher *b, uint32_t length)
{
	if (b->first == b->end)
		return 0;
	const struct batcher_proposal *last = proposal_at(b, b->end - 1);
	const size_t from = proposal_at(b, b->first)->at, to = last->at + last->length;

	if (from < to && length <= BATCHER_BYTES_MAX - to)
		return to;
	if (from < to)
		return length <= from ? 0 : BATCHER_BYTES_MAX;
	return length <= from - to ? to : BATCHER_BYTES_MAX;
}

enum drop batcher_judge(const struct batcher *b, const uint8_t *value, uint32_t length,
			enum batcher_kind kind)
{
	const struct batch_rule *rule = &b->rule[kind];
	const bool imitates = batch_count(value, length) > 0;

	/* It cannot be wrapped, and unwrapped it would be read as what it is not. */
	if (imitates && batch_bytes(1, length) > VALUE_BYTES_MAX)
		return DROP_REFUSED;
	/* The core has all the room that there is, and nobody asked for more. */
	if (rule->count == 1 && pipeline_of(b, rule) == PENDING_MAX && !imitates)
		return DROP_QUEUE;
	return find_room(b, length) == BATCHER_BYTES_MAX || b->end - b->first == BATCHER_VALUES_MAX
		       ? DROP_QUEUE
		       : DROP_NOTHING;
}

void batcher_push(struct batcher *b, const uint8_t *value, uint32_t length, uint64_t number)
{
	const size_t at = find_room(b, length);

	assert(length > 0 && at < BATCHER_BYTES_MAX);
	assert(b->end - b->first < BATCHER_VALUES_MAX);
	memcpy(b->ring + at, value, length);
	b->proposal[b->end++ % BATCHER_VALUES_MAX] =
		(struct batcher_proposal){.at = (uint32_t)at, .length = length, .number = number};
	b->more += number != 0;
}

bool batcher_heads_drivers(const struct batcher *b)
{
	return kind_of(proposal_at(b, b->packed)) == BATCHER_DRIVERS;
}

bool batcher_is_ready(const struct batcher *b, unsigned pending)
{
	if (b->packed == b->end || b->flight_end - b->flight_first == FLIGHTS_MAX)
		return false;
	const struct batcher_proposal *head = proposal_at(b, b->packed);

	return pending < pipeline_for(b, &b->rule[kind_of(head)], head->length);
}

const uint8_t *batcher_pack(struct batcher *b, uint32_t *length)
{
	const struct batcher_proposal *head = proposal_at(b, b->packed);
	const enum batcher_kind kind = kind_of(head);
	const struct batch_rule *rule = &b->rule[kind];
	struct batch_writer w = batch_write(b->scratch, VALUE_BYTES_MAX);
	uint32_t i = b->packed;

	for (; i != b->end && w.count < rule->count; i++) {
		const struct batcher_proposal *p = proposal_at(b, i);
		if (kind_of(p) != kind ||
		    (w.count > 0 && w.length + BATCH_EACH_BYTES + p->length > rule->bytes) ||
		    !batch_add(&w, b->ring + p->at, p->length))
			break;
	}
	const uint8_t *bytes = batch_end(&w, length);
	/* The first does not fit into a batch: it goes as it is, and has not the form of one. */
	if (bytes == NULL) {
		bytes = b->ring + head->at;
		*length = head->length;
	}
	b->next = (struct batcher_flight){
		.count = w.count > 0 ? w.count : 1,
		.shares = bytes == b->scratch,
		.is_drivers = kind == BATCHER_DRIVERS,
	};
	return bytes;
}

void batcher_feed(struct batcher *b, value_ref value)
{
	assert(b->flight_end - b->flight_first < FLIGHTS_MAX);
	b->next.value = value;
	*flight_at(b, b->flight_end++) = b->next;
	b->packed += b->next.count;
	/* The core counts it as one. */
	b->more -= !b->next.is_drivers;
	b->feeds = true;
}

void batcher_fed(struct batcher *b)
{
	b->feeds = false;
}

/* The value of the event is one that went into the core from here: the flight that it is about.
 * Flights of equal bytes are alike, so any of them will do. */
static struct batcher_flight *flight_of(struct batcher *b, value_ref value)
{
	for (uint32_t i = b->flight_first; i != b->flight_end; i++)
		if (flight_at(b, i)->value == value && flight_at(b, i)->answer == EVENT_NONE)
			return flight_at(b, i);
	return NULL;
}

/* Proposals whose answers are all told make room, in the order in which they came. */
static void let_go(struct batcher *b)
{
	while (b->flight_first != b->flight_end) {
		const struct batcher_flight *f = flight_at(b, b->flight_first);
		if (f->told < f->count)
			break;
		b->first += f->count;
		b->flight_first++;
	}
}

bool batcher_hears(struct batcher *b, struct event *event)
{
	if (batcher_is_idle(b))
		return false;
	if (event->kind == EVENT_QUEUED) {
		event->count += b->more;
		return b->feeds && !b->next.is_drivers;
	}
	if (event->kind != EVENT_WON && event->kind != EVENT_LOST)
		return false;
	struct batcher_flight *f = flight_of(b, event->value);
	if (f == NULL)
		return false;
	f->answer = event->kind;
	f->slot = event->slot;
	f->because = event->because;
	if (f->is_drivers) {
		f->told = f->count;
		let_go(b);
		return false;
	}
	b->answering++;
	b->more += f->shares;
	return f->shares;
}

/* The first flight with an answer that is not told to the end: there is one. */
static void find_answered(struct batcher *b)
{
	b->telling = b->flight_first;
	b->telling_from = b->first;
	for (;; b->telling++) {
		const struct batcher_flight *f = flight_at(b, b->telling);
		if (f->answer != EVENT_NONE && f->told < f->count)
			break;
		b->telling_from += f->count;
	}
	b->tells = true;
}

bool batcher_answer(struct batcher *b, struct batcher_answer *out)
{
	if (b->answering == 0)
		return false;
	if (!b->tells)
		find_answered(b);
	struct batcher_flight *f = flight_at(b, b->telling);
	struct batcher_proposal *p = &b->proposal[(b->telling_from + f->told) % BATCHER_VALUES_MAX];
	*out = (struct batcher_answer){
		.value = b->ring + p->at, .length = p->length, .number = p->number};
	/* No new epoch asks for it. */
	p->number = 0;
	f->told++;
	if (f->shares) {
		b->more--;
		out->event.kind = f->answer == EVENT_WON ? EVENT_PLACED : EVENT_LOST;
		out->event.slot = f->slot;
		out->event.because = f->because;
		if (f->answer == EVENT_WON)
			out->event.count = f->told;
	}
	if (f->told == f->count) {
		b->answering--;
		b->tells = false;
		let_go(b);
	}
	return true;
}

/* Flights are forgotten, so what stays of them waits again. It lies behind what is forgotten, for
 * the numbers of controls rise; only the driver's proposals lie in between. */
void batcher_new_epoch(struct batcher *b, uint64_t since)
{
	uint32_t kept = b->end;

	b->answering = 0;
	b->tells = b->feeds = false;
	b->flight_first = b->flight_end = 0;
	b->more = 0;
	for (uint32_t i = b->end; i != b->first; i--) {
		const struct batcher_proposal p = *proposal_at(b, i - 1);
		if (p.number <= since)
			continue;
		b->proposal[--kept % BATCHER_VALUES_MAX] = p;
		b->more++;
	}
	b->first = b->packed = kept;
}

bool batcher_waits(const struct batcher *b, uint32_t i, const uint8_t **value, uint32_t *length)
{
	if (i >= b->end - b->packed)
		return false;
	const struct batcher_proposal *p = proposal_at(b, b->packed + i);
	*value = b->ring + p->at;
	*length = p->length;
	return true;
}

void batcher_refs(const struct batcher *b, void (*use)(void *context, value_ref ref), void *context)
{
	for (uint32_t i = b->flight_first; i != b->flight_end; i++)
		use(context, b->flight[i % FLIGHTS_MAX].value);
}
