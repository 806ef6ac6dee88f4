/* What a virtual world remembers: its disks, compared with a list of what was written, and its
 * table of values, from which only what is forgotten goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "tests/support/judged.h"
#include "tests/support/policy_named.h"

#define SLOTS  24
#define WRITES 400

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

/* The reference: all that reached the disk of this epoch, in order. */
static struct paxos_write done[WRITES], pending[WRITES];
static unsigned dones, pendings;

static void reach(unsigned count)
{
	memcpy(done + dones, pending, count * sizeof *done);
	dones += count;
	pendings = 0;
}

static slot_number low_after(unsigned writes)
{
	slot_number low = 0;

	for (unsigned i = 0; i < writes; i++)
		if (done[i].kind == WRITE_LOW)
			low = done[i].slot;
	return low;
}

/* The last write of a kind about the slot since the slot was deleted. */
static const struct paxos_write *last_of(unsigned kind, slot_number slot)
{
	static const struct paxos_write nothing;
	const struct paxos_write *last = &nothing;

	for (unsigned i = 0; i < dones; i++) {
		if (done[i].kind == WRITE_LOW && kind != WRITE_PROMISED && slot < done[i].slot)
			last = &nothing;
		else if (done[i].kind == kind && (kind == WRITE_PROMISED || done[i].slot == slot))
			last = &done[i];
	}
	return last;
}

static void assert_same(const struct disk *d)
{
	slot_number base = low_after(dones);

	assert_int_equal(ballot_cmp(d->promised, last_of(WRITE_PROMISED, 0)->ballot), 0);
	assert_int_equal(d->low, base);
	while (base < SLOTS && last_of(WRITE_CHOSEN, base)->value != VALUE_NONE)
		base++;
	assert_int_equal(d->base, base);
	for (slot_number slot = 0; slot < SLOTS; slot++) {
		static const struct disk_slot nothing;
		const struct disk_slot *s = slot < d->end ? &d->slot[slot] : &nothing;
		const struct paxos_write *vote = last_of(WRITE_VOTE, slot),
					 *echo = last_of(WRITE_ECHO, slot),
					 *chosen = last_of(WRITE_CHOSEN, slot);

		assert_int_equal(s->voted, vote->value);
		assert_int_equal(s->vote_cert, vote->cert);
		assert_int_equal(ballot_cmp(s->voted_at, vote->ballot), 0);
		assert_int_equal(s->echoed, echo->value);
		assert_int_equal(ballot_cmp(s->echoed_at, echo->ballot), 0);
		assert_int_equal(s->chosen, chosen->value);
		assert_int_equal(s->chosen_cert, chosen->cert);
		assert_int_equal(ballot_cmp(s->chosen_at, chosen->ballot), 0);
	}
}

/* A decision that is written can be asked for at once. */
static void assert_chosen(const struct disk *d)
{
	for (slot_number slot = 0; slot < SLOTS; slot++) {
		const struct paxos_write *w = last_of(WRITE_CHOSEN, slot);
		struct ballot at = BALLOT_NONE;
		value_ref proofs = VALUE_NONE;

		for (unsigned i = pendings; i-- > 0;)
			if (pending[i].kind == WRITE_CHOSEN && pending[i].slot == slot)
				w = &pending[i];
		assert_int_equal(disk_chosen(d, slot, &at, &proofs), w->value);
		if (w->value == VALUE_NONE)
			continue;
		assert_int_equal(ballot_cmp(at, w->ballot), 0);
		assert_int_equal(proofs, w->cert);
	}
}

static struct paxos_write any_write(slot_number low)
{
	struct paxos_write w = {.kind = draw(4),
				.slot = low + draw(SLOTS - low),
				.ballot = {1 + (uint32_t)draw(9), 1},
				.value = 2 + (value_ref)draw(50),
				.cert = 100 + (value_ref)draw(50)};

	if (draw(30) == 0)
		w = (struct paxos_write){.kind = WRITE_LOW, .slot = low + draw(SLOTS - low)};
	return w;
}

static void a_disk_keeps_what_reached_it(void **state)
{
	static struct disk_slot slots[SLOTS];
	struct disk *d = malloc(sizeof *d);

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		slot_number low = 0;

		random_state = seed;
		memset(slots, 0xa5, sizeof slots);
		disk_init(d, slots, SLOTS);
		dones = pendings = 0;
		for (unsigned i = 0; i < WRITES && low < SLOTS - 2; i++) {
			struct paxos_write w = any_write(low);

			if (w.kind == WRITE_LOW)
				low = w.slot;
			assert_true(disk_write(d, &w));
			pending[pendings++] = w;
			assert_chosen(d);
			switch (draw(8)) {
			case 0:
				disk_sync(d);
				reach(pendings);
				break;
			case 1: {
				const unsigned kept = (unsigned)draw(pendings + 1u);

				disk_crash(d, kept);
				reach(kept);
				low = low_after(dones);
				break;
			}
			case 2:
				if (draw(20) != 0)
					break;
				disk_begin(d, (uint32_t)seed);
				assert_int_equal(d->epoch, seed);
				dones = pendings = 0;
				low = 0;
				break;
			default:
				break;
			}
			assert_int_equal(d->unsynced, pendings);
			assert_same(d);
			assert_false(d->full);
		}
	}
	/* a slot for which there is no room is said to be lost */
	const struct paxos_write beyond = {.kind = WRITE_VOTE, .slot = SLOTS, .value = 5};
	disk_write(d, &beyond);
	disk_sync(d);
	assert_true(d->full);
	free(d);
}

static bool has_summary(const struct disk *d, slot_number end)
{
	for (unsigned i = 0; i < DISK_SUMMARIES; i++)
		if (d->summary[i].end == end)
			return true;
	return false;
}

/* Of summaries the newest are kept, beside the one that is all that is left of what was deleted. */
static void the_newest_summaries_are_kept(void **state)
{
	static struct disk_slot slots[SLOTS];
	struct disk *d = malloc(sizeof *d);

	(void)state;
	disk_init(d, slots, SLOTS);
	for (slot_number end = 1; end < SLOTS; end++) {
		disk_write(d, &(struct paxos_write){
				      .kind = WRITE_SUMMARY, .slot = end - 1, .value = 2});
		if (end == 3)
			disk_write(d, &(struct paxos_write){.kind = WRITE_LOW, .slot = 3});
		disk_sync(d);
		for (slot_number old = 1; old <= end; old++)
			assert_int_equal(has_summary(d, old),
					 old == 3 || (end < 3 && old < 3) ||
						 (old > 3 && old + DISK_SUMMARIES - 1 > end));
	}
	/* what is deleted takes all lower ones with it */
	disk_write(d, &(struct paxos_write){.kind = WRITE_LOW, .slot = SLOTS - 2});
	disk_sync(d);
	for (slot_number old = 1; old < SLOTS; old++)
		assert_int_equal(has_summary(d, old), old >= SLOTS - 2);
	free(d);
}

static value_ref number(struct values *values, unsigned n)
{
	char text[32];
	int length = snprintf(text, sizeof text, "value number %u", n);

	return values_intern(values, (const uint8_t *)text, (uint32_t)length);
}

/* Each kind of reference is marked, synced or not, and nothing else is. */
static void a_disk_marks_all_that_it_refers_to(void **state)
{
	static struct disk_slot slots[SLOTS];
	struct disk *d = malloc(sizeof *d);
	struct values *values = values_init(malloc(values_size(64, 4096)), 64, 4096);
	enum { KINDS = 5 };

	(void)state;
	for (unsigned i = 0; i < 2 * KINDS; i++) {
		const bool synced = i < KINDS;
		struct paxos_write w = {.slot = 7, .ballot = {1, 1}};

		disk_init(d, slots, SLOTS);
		for (unsigned n = 0; n < 20; n++)
			number(values, 20 * i + n);
		w.kind = i % KINDS == 0   ? WRITE_VOTE
			 : i % KINDS == 1 ? WRITE_CHOSEN
			 : i % KINDS == 2 ? WRITE_ECHO
					  : WRITE_SUMMARY;
		w.value = number(values, 20 * i + 3);
		w.cert = w.kind == WRITE_ECHO ? VALUE_NONE : number(values, 20 * i + 4);
		disk_write(d, &w);
		if (synced)
			disk_sync(d);
		values_unmark(values);
		disk_mark(d, values);
		values_sweep(values);
		for (unsigned n = 0; n < 20; n++) {
			char text[32];
			int length = snprintf(text, sizeof text, "value number %u", 20 * i + n);
			const value_ref found =
				values_find(values, (const uint8_t *)text, (uint32_t)length);

			assert_int_equal(found, n == 3                           ? w.value
						: n == 4 && w.kind != WRITE_ECHO ? w.cert
										 : VALUE_NONE);
		}
	}
	free(values);
	free(d);
}

/* A sweep in mid-run: what nodes and disks refer to stays, what nobody refers to goes. */

static bool owes_nothing(const struct world *w)
{
	for (node_id id = 1; id <= w->options.nodes; id++)
		if (w->node[id].owes)
			return false;
	return true;
}

#define REFS 4096
static struct {
	value_ref ref;
	uint32_t length;
	uint64_t digest;
} refs[REFS];
static unsigned refs_count;

static uint64_t digest_of(const struct values *values, value_ref ref, uint32_t *length)
{
	const uint8_t *bytes = values_bytes(values, ref, length);
	uint64_t digest = 1469598103934665603u;

	for (uint32_t i = 0; i < *length; i++)
		digest = (digest ^ bytes[i]) * 1099511628211u;
	return digest;
}

static void note_ref(const struct values *values, value_ref ref)
{
	assert_true(refs_count < REFS);
	refs[refs_count].ref = ref;
	refs[refs_count].digest = digest_of(values, ref, &refs[refs_count].length);
	refs_count++;
}

static void note_disks(const struct world *w)
{
	refs_count = 0;
	for (node_id id = 1; id <= w->options.nodes; id++) {
		const struct disk *d = &w->node[id].disk;

		for (slot_number slot = 0; slot < d->end; slot++) {
			note_ref(w->values, d->slot[slot].voted);
			note_ref(w->values, d->slot[slot].vote_cert);
			note_ref(w->values, d->slot[slot].chosen);
			note_ref(w->values, d->slot[slot].chosen_cert);
			note_ref(w->values, d->slot[slot].echoed);
		}
		for (unsigned i = 0; i < d->unsynced; i++) {
			note_ref(w->values, d->journal[i].value);
			note_ref(w->values, d->journal[i].cert);
		}
	}
}

static unsigned marked;

static void mark_model(void *user)
{
	const struct judged *j = user;

	model_mark_values(j->model);
	marked++;
}

static void sweep(struct judged *j, unsigned junk)
{
	char text[32];
	uint32_t length;

	note_disks(j->world);
	number(j->world->values, junk);
	world_sweep(j->world, mark_model, j);
	snprintf(text, sizeof text, "value number %u", junk);
	assert_int_equal(
		values_find(j->world->values, (const uint8_t *)text, (uint32_t)strlen(text)),
		VALUE_NONE);
	/* others take the places that are free now */
	for (unsigned i = 0; i < 30; i++)
		number(j->world->values, 1000000 + 30 * junk + i);
	for (unsigned i = 0; i < refs_count; i++) {
		assert_true(digest_of(j->world->values, refs[i].ref, &length) == refs[i].digest);
		assert_int_equal(length, refs[i].length);
	}
}

static void a_sweep_takes_nothing_that_a_node_or_a_disk_refers_to(void **state)
{
	static const char *const policies[] = {"none", "sign+cert", "sign+quorum+echo",
					       "sign+justify", "all"};

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		const struct judged_options options = {.seed = 4 + i,
						       .nodes = (uint8_t)(3 + i % 3),
						       .mode = i % 2 == 0 ? MODE_SINGLE
									  : MODE_MULTI,
						       .policy = policy_named(policies[i / 2])};
		struct judged *j = judged_new(&options);
		unsigned sweeps = 0;

		marked = 0;
		for (unsigned act = 0; act < 120; act++) {
			judged_act(j);
			if (act % 3 != 0 || !owes_nothing(j->world))
				continue;
			sweep(j, act);
			sweeps++;
		}
		const char *accused = judged_accusation(j);
		if (accused != NULL || j->wrong[0] != 0)
			fail_msg("%s: %s %s", policies[i / 2], accused == NULL ? "" : accused,
				 j->wrong);
		assert_true(sweeps > 5);
		assert_int_equal(marked, sweeps);
		world_sweep(j->world, NULL, NULL);
		judged_free(j);
	}
}

/* All nodes refer to one table of values, which alone would hold all that two snapshots tell. */
static void a_node_more_takes_less_than_a_table(void **state)
{
	struct world_options o = {.nodes = 1,
				  .slots_max = 8,
				  .values_max = 16,
				  .values_bytes = 64,
				  .inbox_bytes = 1 << 16,
				  .outbox_bytes = 1 << 16};
	const size_t one = world_size(&o);

	(void)state;
	o.nodes = 2;
	assert_true(world_size(&o) > one);
	assert_true(world_size(&o) - one < (size_t)2 * SNAPSHOT_SLOTS_MAX * VALUE_BYTES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_keeps_what_reached_it),
		cmocka_unit_test(the_newest_summaries_are_kept),
		cmocka_unit_test(a_disk_marks_all_that_it_refers_to),
		cmocka_unit_test(a_node_more_takes_less_than_a_table),
		cmocka_unit_test(a_sweep_takes_nothing_that_a_node_or_a_disk_refers_to),
	};

	return cmocka_run_group_tests_name("memory of the world", tests, NULL, NULL);
}
