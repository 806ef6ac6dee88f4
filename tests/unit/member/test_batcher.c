/* What waits to share slots, against a plain list: every proposal that is taken in goes into the
 * core once and in its order, within the rule, and is answered once, with its place; whatever the
 * core decides first, and whenever an epoch begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/batch.h"
#include "proto/member/batcher.h"

#define SEEDS     400
#define STEPS     600
#define LISTED    20000
#define VALUE_REF 100 /* of the first that goes into the core */

static struct batcher b;
static uint8_t *memory;
static uint64_t random_state;

/* The list, in the order in which proposals came. */
static struct listed {
	uint32_t length;
	uint64_t number; /* 0: the driver's */
	enum { WAITS, IN_CORE, ANSWERED, FORGOTTEN } state;
	value_ref value; /* in the core; it may be a batch, and then of its values the */
	unsigned place;  /* how manieth, from 1 */
	bool direct;     /* it never waited */
	bool gone;       /* answered, and so are all that share its slot */
} listed[LISTED];
static unsigned count; /* listed */
static unsigned next;  /* none before it waits */

/* What the core has, in the order in which it came, and what it has decided. */
static struct in_core {
	value_ref value;
	unsigned values;
	bool shares, direct, is_drivers;
	bool won;
	slot_number slot;
	unsigned told;
} core[PENDING_MAX], decided[LISTED];
static unsigned pending, decisions;
static value_ref last_value;
static slot_number last_slot;

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* The bytes of proposal i: some have the form of a batch. */
static const uint8_t *bytes_of(unsigned i)
{
	static uint8_t bytes[VALUE_BYTES_MAX];
	const uint32_t length = listed[i].length, head = BATCH_HEAD_BYTES + BATCH_EACH_BYTES;
	uint32_t at = 0;

	memset(bytes, 'x', length);
	if (i % 7 == 3 && length > head) {
		memcpy(bytes, BATCH_MARK "\1\0\0\0", BATCH_HEAD_BYTES);
		for (unsigned k = 0; k < BATCH_EACH_BYTES; k++)
			bytes[BATCH_HEAD_BYTES + k] = (uint8_t)((length - head) >> 8 * k);
		at = head;
	}
	memcpy(bytes + at, &i, length - at < sizeof i ? length - at : sizeof i);
	return bytes;
}

static uint32_t any_length(unsigned sizes)
{
	switch (draw(sizes)) {
	case 0:
		return 1 + (uint32_t)draw(8);
	case 1:
		return 1 + (uint32_t)draw(100);
	case 2:
		return 1 + (uint32_t)draw(3000);
	default:
		return draw(3) == 0 ? VALUE_BYTES_MAX - (uint32_t)draw(20)
				    : 1 + (uint32_t)draw(VALUE_BYTES_MAX);
	}
}

/* The core of a member, as far as the batcher sees it. */
static void into_core(const struct in_core *c)
{
	struct event queued = {.kind = EVENT_QUEUED, .value = c->value, .count = 1};

	assert_true(pending < PENDING_MAX);
	core[pending++] = *c;
	if (!c->direct)
		batcher_feed(&b, c->value);
	assert_int_equal(batcher_hears(&b, &queued), !c->direct && !c->is_drivers);
	batcher_fed(&b);
}

static void skip_gone(void)
{
	while (next < count && listed[next].state != WAITS)
		next++;
}

/* How many proposals, and bytes of them, take room: from the first on that has no answer. */
static size_t bytes_held(unsigned *held)
{
	size_t bytes = 0;
	*held = 0;
	for (unsigned i = 0; i < count; i++) {
		if (listed[i].direct || (*held == 0 && listed[i].gone))
			continue;
		bytes += listed[i].length;
		++*held;
	}
	return bytes;
}

static void are_gone(value_ref value)
{
	for (unsigned i = 0; i < count; i++)
		if (listed[i].state != WAITS && listed[i].value == value)
			listed[i].gone = true;
}

static void propose(bool is_drivers, unsigned sizes)
{
	const enum batcher_kind kind = is_drivers ? BATCHER_DRIVERS : BATCHER_ASKED;
	const struct batch_rule *rule = &b.rule[kind];
	struct listed *p = &listed[count];

	*p = (struct listed){.length = any_length(sizes), .number = is_drivers ? 0 : count + 1};
	const uint8_t *bytes = bytes_of(count);
	const bool imitates = batch_count(bytes, p->length) > 0;
	if (batcher_lets_through(&b, pending, bytes, p->length, kind)) {
		assert_false(imitates);
		assert_true(pending < PENDING_MAX);
		/* Nobody overtakes where values share slots. */
		skip_gone();
		assert_true(rule->count == 1 || next == count);
		p->state = IN_CORE;
		p->value = ++last_value;
		p->place = 1;
		p->direct = true;
		count++;
		into_core(&(struct in_core){.value = last_value,
					    .values = 1,
					    .direct = true,
					    .is_drivers = is_drivers});
		return;
	}
	const enum drop why = batcher_judge(&b, bytes, p->length, kind);
	if (why == DROP_NOTHING) {
		p->state = WAITS;
		batcher_push(&b, bytes, p->length, p->number);
		count++;
		return;
	}
	unsigned held;
	const size_t filled = bytes_held(&held);
	if (why == DROP_REFUSED)
		assert_true(imitates && p->length > VALUE_BYTES_MAX - 12);
	else if (rule->count > 1)
		assert_true(filled + 2 * (size_t)VALUE_BYTES_MAX > BATCHER_BYTES_MAX ||
			    held == BATCHER_VALUES_MAX);
}

/* What is packed is what waited longest, of one kind, as the rule allows, and no less. */
static void check_packed(const uint8_t *bytes, uint32_t length, unsigned values, bool shares)
{
	const bool is_drivers = listed[next].number == 0;
	const struct batch_rule *rule = &b.rule[is_drivers ? BATCHER_DRIVERS : BATCHER_ASKED];
	struct batch_reader r = batch_read(bytes, length);
	const uint8_t *value;
	uint32_t value_length;
	unsigned place = 0;

	assert_true(length <= VALUE_BYTES_MAX);
	assert_true(values <= rule->count && values >= 1);
	assert_true(values == 1 || length <= rule->bytes);
	assert_int_equal(shares, batch_count(bytes, length) > 0);
	for (; place < values; skip_gone()) {
		assert_int_equal(listed[next].number == 0, is_drivers);
		assert_true(batch_next(&r, &value, &value_length));
		assert_int_equal(value_length, listed[next].length);
		assert_memory_equal(value, bytes_of(next), value_length);
		listed[next].state = IN_CORE;
		listed[next].value = last_value;
		listed[next].place = ++place;
	}
	assert_false(batch_next(&r, &value, &value_length));
	if (next < count && values < rule->count && (listed[next].number == 0) == is_drivers)
		assert_true((shares ? length : length + 12) + 4 + listed[next].length >
			    rule->bytes);
}

static void feed(void)
{
	uint32_t length;

	while (batcher_is_ready(&b, pending) && draw(20) != 0) {
		skip_gone();
		const uint8_t *bytes = batcher_pack(&b, &length);
		const struct in_core c = {.value = ++last_value,
					  .values = b.next.count,
					  .shares = b.next.shares,
					  .is_drivers = listed[next].number == 0};
		check_packed(bytes, length, c.values, c.shares);
		into_core(&c);
	}
}

/* The core decides one of its values, not always the first. */
static void decide(void)
{
	if (pending == 0)
		return;
	const unsigned at = draw(3) == 0 ? (unsigned)draw(pending) : 0;
	struct in_core c = core[at];
	memmove(&core[at], &core[at + 1], (--pending - at) * sizeof core[0]);
	c.won = draw(5) != 0;
	c.slot = ++last_slot;
	struct event e = {.kind = c.won ? EVENT_WON : EVENT_LOST,
			  .value = c.value,
			  .slot = c.slot,
			  .because = c.won ? BECAUSE_NOTHING : BECAUSE_SKIPPED};
	assert_int_equal(batcher_hears(&b, &e), c.shares && !c.is_drivers);
	if (!c.direct && !c.is_drivers) {
		decided[decisions++] = c;
		return;
	}
	for (unsigned i = 0; i < count; i++)
		if (listed[i].state == IN_CORE && listed[i].value == c.value)
			listed[i].state = ANSWERED;
	are_gone(c.value);
}

static struct in_core *decision_of(value_ref value)
{
	for (unsigned i = 0; i < decisions; i++)
		if (decided[i].value == value)
			return &decided[i];
	return NULL;
}

static void take_answers(unsigned most)
{
	struct batcher_answer a;

	while (most-- > 0 && batcher_answer(&b, &a)) {
		struct listed *p = &listed[a.number - 1];
		struct in_core *d = decision_of(p->value);
		assert_non_null(d);
		assert_int_equal(p->state, IN_CORE);
		assert_int_equal(p->place, ++d->told);
		assert_int_equal(a.length, p->length);
		assert_memory_equal(a.value, bytes_of((unsigned)a.number - 1), a.length);
		p->state = ANSWERED;
		if (d->told == d->values)
			are_gone(d->value);
		assert_int_equal(a.event.kind, !d->shares ? EVENT_NONE
					       : d->won   ? EVENT_PLACED
							  : EVENT_LOST);
		if (!d->shares)
			continue;
		assert_int_equal(a.event.slot, d->slot);
		assert_int_equal(a.event.count, d->won ? d->told : 0);
		assert_int_equal(a.event.because, d->won ? BECAUSE_NOTHING : BECAUSE_SKIPPED);
	}
}

/* What has no answer and came later than `since` waits again, in its order. */
static void begin_epoch(void)
{
	const uint64_t since = count < 20 ? 0 : count - draw(20);
	const uint8_t *value;
	uint32_t length, waiting = 0;

	batcher_new_epoch(&b, since);
	for (unsigned i = 0; i < count; i++) {
		struct listed *p = &listed[i];
		if (p->state == ANSWERED || p->state == FORGOTTEN)
			continue;
		const bool stays = p->number > since && !p->direct;
		p->state = stays ? WAITS : FORGOTTEN;
		p->gone = !stays;
		if (!stays)
			continue;
		assert_true(batcher_waits(&b, waiting++, &value, &length));
		assert_int_equal(length, p->length);
		assert_memory_equal(value, bytes_of(i), length);
	}
	assert_false(batcher_waits(&b, waiting, &value, &length));
	pending = decisions = next = 0;
}

/* The proposals that have no answer, but for those that the core counts itself. */
static void check_more(void)
{
	uint32_t more = 0;

	for (unsigned i = 0; i < count; i++)
		more += listed[i].number != 0 && listed[i].state == WAITS;
	for (unsigned k = 0; k < pending; k++)
		more += core[k].is_drivers ? 0 : core[k].values - 1;
	for (unsigned i = 0; i < decisions; i++)
		more += decided[i].shares ? decided[i].values - decided[i].told : 0;
	assert_int_equal(b.more, more);
}

static struct batch_rule any_rule(void)
{
	return (struct batch_rule){
		.count = draw(3) == 0 ? 0 : 1 + (uint32_t)draw(40),
		.bytes = draw(3) == 0 ? 64 + (uint32_t)draw(5000) : 0,
		.pipeline = (uint32_t)draw(6),
	};
}

static void run(uint64_t seed)
{
	const struct batch_rule asked = any_rule(), drivers = any_rule();

	random_state = seed * 0x9e3779b97f4a7c15u | 1;
	for (unsigned i = 0; i < 5; i++)
		draw(2);
	batcher_init(&b, memory, seed % 2 == 0 ? MODE_MULTI : MODE_SINGLE, &asked);
	batcher_set_drivers(&b, &drivers);
	count = next = pending = decisions = 0;
	last_value = VALUE_REF;
	const unsigned sizes = 1 + (unsigned)draw(4);
	const bool both = draw(2) == 0, is_drivers = draw(2) == 0;
	for (unsigned step = 0; step < STEPS; step++) {
		for (unsigned burst = draw(6) == 0 ? (unsigned)draw(60) : 1; burst > 0; burst--)
			propose(both ? draw(2) == 0 : is_drivers, sizes);
		if (draw(3) != 0)
			feed();
		if (draw(2) == 0)
			decide();
		take_answers((unsigned)draw(5));
		if (draw(150) == 0)
			begin_epoch();
		if (step % 16 == 0)
			check_more();
	}
	/* In the end nothing is left. */
	for (unsigned left = 0; left < 3 * LISTED && (pending > 0 || b.packed != b.end); left++) {
		feed();
		decide();
		take_answers(100);
	}
	take_answers(LISTED);
	for (unsigned i = 0; i < count; i++)
		assert_true(listed[i].state == ANSWERED || listed[i].state == FORGOTTEN);
	assert_true(batcher_is_idle(&b));
	assert_int_equal(b.more, 0);
}

static void every_proposal_goes_once_in_order_and_is_answered_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run(seed);
}

static void one_value_a_slot_never_waits(void **state)
{
	const struct batch_rule none = {0};
	const uint8_t *a = (const uint8_t *)"a";

	(void)state;
	batcher_init(&b, memory, MODE_MULTI, &none);
	for (unsigned i = 0; i < PENDING_MAX; i++)
		assert_true(batcher_lets_through(&b, i, a, 1, BATCHER_ASKED));
	assert_false(batcher_lets_through(&b, PENDING_MAX, a, 1, BATCHER_ASKED));
	assert_int_equal(batcher_judge(&b, a, 1, BATCHER_ASKED), DROP_QUEUE);
	assert_false(batcher_is_ready(&b, 0));
}

static void a_load_shares_slots_unless_it_says_otherwise(void **state)
{
	const struct batch_rule none = {0}, one = {.count = 1};
	const uint8_t *a = (const uint8_t *)"a";

	(void)state;
	batcher_init(&b, memory, MODE_MULTI, &none);
	assert_true(batcher_lets_through(&b, PENDING_MAX - 1, a, 1, BATCHER_DRIVERS));
	batcher_set_drivers(&b, &none);
	/* it may have more: the first does not go ahead alone */
	assert_false(batcher_lets_through(&b, 0, a, 1, BATCHER_DRIVERS));
	assert_int_equal(batcher_judge(&b, a, 1, BATCHER_DRIVERS), DROP_NOTHING);
	batcher_set_drivers(&b, &one);
	assert_true(batcher_lets_through(&b, PENDING_MAX - 1, a, 1, BATCHER_DRIVERS));
}

/* As many as the header says wait, however long they are. */
static void the_ring_holds_what_it_promises(void **state)
{
	static uint8_t value[VALUE_BYTES_MAX];
	const struct batch_rule many = {.count = 100};

	(void)state;
	batcher_init(&b, memory, MODE_MULTI, &many);
	for (unsigned i = 0; i < 4096; i++) {
		assert_int_equal(batcher_judge(&b, value, 64, BATCHER_ASKED), DROP_NOTHING);
		batcher_push(&b, value, 64, i + 1);
	}
	assert_int_equal(batcher_judge(&b, value, 64, BATCHER_ASKED), DROP_QUEUE);
	batcher_init(&b, memory, MODE_MULTI, &many);
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(batcher_judge(&b, value, sizeof value, BATCHER_ASKED),
				 DROP_NOTHING);
		batcher_push(&b, value, sizeof value, i + 1);
	}
}

/* A value that no other can join has nothing to wait for. */
static void a_value_that_fills_a_batch_goes_at_once(void **state)
{
	static uint8_t value[VALUE_BYTES_MAX];
	const struct batch_rule small = {.count = 10, .bytes = 100, .pipeline = 1};

	(void)state;
	batcher_init(&b, memory, MODE_MULTI, &small);
	assert_true(batcher_lets_through(&b, 1, value, 84, BATCHER_ASKED));
	assert_false(batcher_lets_through(&b, 1, value, 83, BATCHER_ASKED));
	assert_false(batcher_lets_through(&b, PENDING_MAX, value, 84, BATCHER_ASKED));
	batcher_init(&b, memory, MODE_MULTI, &(struct batch_rule){.count = 10});
	assert_true(batcher_lets_through(&b, BATCHER_PIPELINE, value, 4096, BATCHER_ASKED));
	assert_false(batcher_lets_through(&b, BATCHER_PIPELINE, value, 4095, BATCHER_ASKED));
	b.signs = true;
	assert_false(batcher_lets_through(&b, 1, value, 4096, BATCHER_ASKED));
	assert_true(batcher_lets_through(&b, 0, value, 4096, BATCHER_ASKED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_proposal_goes_once_in_order_and_is_answered_once),
		cmocka_unit_test(one_value_a_slot_never_waits),
		cmocka_unit_test(a_load_shares_slots_unless_it_says_otherwise),
		cmocka_unit_test(the_ring_holds_what_it_promises),
		cmocka_unit_test(a_value_that_fills_a_batch_goes_at_once),
	};

	memory = malloc(batcher_size());
	assert_non_null(memory);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(memory);
	return failed;
}
