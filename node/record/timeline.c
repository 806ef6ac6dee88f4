#include "node/record/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node/record/keyframe.h"
#include "proto/model/fold/fold.h"

#define KEYFRAMES_MAX 1024
#define AGES_MAX      1024

/* As a watcher of a live cluster has (node/live), but for whole values, which a simulated cluster
 * tells. */
#define VALUES_COUNT 65536
#define VALUES_BYTES ((size_t)32 << 20)

/* A snapshot has the most values of all items. */
#define ITEM_VALUES (4 * SNAPSHOT_SLOTS_MAX + SNAPSHOT_HELD_MAX)
#define ITEM_BYTES  ((size_t)ITEM_VALUES * VALUE_SHOWN_MAX + VALUE_BYTES_MAX)

/* Values are forgotten when the table is full, and a reference may then mean another one. Between
 * two such sweeps is an age. In one age a reference means the same, whichever way one came to it:
 * the table only grows. So the tables of ages that one has left are kept, and sweeps are made again
 * where they were made first. The table is swept when it still has room for one more item, so what
 * comes again fits, too. */
struct age {
	uint64_t begin; /* the items after this one are in it */
	uint8_t *table; /* NULL: one is in it, or was not yet */
};

struct timeline {
	struct reader *reader;
	struct model *model;
	void *values_memory;
	uint64_t at;
	uint64_t seen;
	uint64_t violated;
	struct keyframe keyframe[KEYFRAMES_MAX]; /* rising; the first is at 0 */
	unsigned keyframes;
	size_t bytes;
	uint64_t spacing; /* items between keyframes */
	struct age age[AGES_MAX];
	unsigned ages, in; /* how many there are, and in which the table is */
};

/* The table leaves its age for another one. */
static bool keep_table(struct timeline *t)
{
	struct age *age = &t->age[t->in];
	struct values *values = t->model->values;
	const size_t size = values_saved_size(values);

	free(age->table);
	age->table = calloc(1, size);
	if (age->table != NULL)
		values_save(values, age->table);
	return age->table != NULL;
}

static void sweep(struct timeline *t)
{
	struct values *values = t->model->values;

	values_unmark(values);
	model_mark_values(t->model);
	values_sweep(values);
}

/* False: there is not enough memory. */
static bool begin_age(struct timeline *t)
{
	if (t->in + 1 == AGES_MAX || !keep_table(t))
		return false;
	t->in++;
	if (t->in == t->ages)
		t->age[t->ages++].begin = t->at;
	if (t->age[t->in].table != NULL)
		values_restore(t->model->values, t->age[t->in].table);
	else
		sweep(t);
	return true;
}

/* Sweeps before the next item, if it was done before or must be. */
static bool make_room(struct timeline *t)
{
	if (t->in + 1 < t->ages)
		return t->age[t->in + 1].begin != t->at || begin_age(t);
	if (values_has_room(t->model->values, 2 * ITEM_VALUES, 2 * ITEM_BYTES))
		return true;
	return begin_age(t);
}

/* Goes to the age in which the moment `at` is, which was seen. A sweep comes before the next item,
 * so the moment itself is still in the age before. False: there is not enough memory. */
static bool go_to_age(struct timeline *t, uint64_t at)
{
	unsigned age = 0;

	while (age + 1 < t->ages && t->age[age + 1].begin < at)
		age++;
	if (age == t->in)
		return true;
	if (!keep_table(t))
		return false;
	assert(t->age[age].table != NULL);
	values_restore(t->model->values, t->age[age].table);
	t->in = age;
	return true;
}

static void drop_every_other(struct timeline *t)
{
	unsigned kept = 0;

	t->spacing *= 2;
	for (unsigned i = 0; i < t->keyframes; i++) {
		if (t->keyframe[i].at % t->spacing == 0) {
			t->keyframe[kept++] = t->keyframe[i];
			continue;
		}
		t->bytes -= t->keyframe[i].length;
		keyframe_free(&t->keyframe[i]);
	}
	t->keyframes = kept;
}

/* Keeps the present moment, where there is memory; without it, going back takes longer. */
static void keep(struct timeline *t)
{
	struct keyframe *k = &t->keyframe[t->keyframes];

	if (t->keyframes > 0 && t->keyframe[t->keyframes - 1].at >= t->at)
		return;
	if (t->at % t->spacing != 0 || !keyframe_make(k, t->at, t->model))
		return;
	t->bytes += k->length;
	t->keyframes++;
	if (t->keyframes == KEYFRAMES_MAX || t->bytes > TIMELINE_BYTES)
		drop_every_other(t);
}

enum status timeline_open(const char *path, struct timeline **out)
{
	struct timeline *t = calloc(1, sizeof(*t));
	struct cluster_info info;
	enum status status = STATUS_OK;

	*out = NULL;
	if (t != NULL)
		status = reader_open(path, &t->reader);
	if (status != STATUS_OK) {
		timeline_close(t);
		return status;
	}
	if (t != NULL) {
		t->model = calloc(1, model_size());
		t->values_memory = calloc(1, values_size(VALUES_COUNT, VALUES_BYTES));
	}
	if (t == NULL || t->model == NULL || t->values_memory == NULL) {
		timeline_close(t);
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	}
	reader_info(t->reader, &info);
	/* Whether nodes' words are true is a matter of what was recorded. */
	info.kind = reader_kind(t->reader);
	model_begin(t->model, values_init(t->values_memory, VALUES_COUNT, VALUES_BYTES), &info);
	t->spacing = TIMELINE_STRIDE;
	t->ages = 1;
	keep(t);
	if (t->keyframes == 0) {
		timeline_close(t);
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	}
	*out = t;
	return STATUS_OK;
}

void timeline_close(struct timeline *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->keyframes; i++)
		keyframe_free(&t->keyframe[i]);
	for (unsigned i = 0; i < t->ages; i++)
		free(t->age[i].table);
	reader_close(t->reader);
	free(t->model);
	free(t->values_memory);
	free(t);
}

struct reader *timeline_reader(struct timeline *t)
{
	return t->reader;
}

uint64_t timeline_end(struct timeline *t)
{
	return reader_items(t->reader);
}

struct model *timeline_model(struct timeline *t)
{
	return t->model;
}

uint64_t timeline_at(const struct timeline *t)
{
	return t->at;
}

uint64_t timeline_seen(const struct timeline *t)
{
	return t->seen;
}

uint64_t timeline_violated(const struct timeline *t)
{
	return t->violated;
}

/* The last keyframe that is not after `to`; there is one, at 0. */
static const struct keyframe *keyframe_before(const struct timeline *t, uint64_t to)
{
	unsigned low = 0, high = t->keyframes;

	while (high - low > 1) {
		const unsigned middle = low + (high - low) / 2;

		if (t->keyframe[middle].at <= to)
			low = middle;
		else
			high = middle;
	}
	return &t->keyframe[low];
}

/* False: there is not enough memory. */
static bool jump(struct timeline *t, uint64_t to)
{
	const struct keyframe *k = keyframe_before(t, to);

	if (t->at <= to && t->at >= k->at)
		return true;
	if (!go_to_age(t, k->at))
		return false;
	keyframe_restore(k, t->model);
	t->at = k->at;
	reader_seek(t->reader, t->at);
	return true;
}

/* What is judged by time is judged where the recording has a time, whichever way one came. */
static void settle(struct timeline *t, const struct reader_tick *tick)
{
	if (tick->real_us != 0) {
		model_real_time(t->model, tick->real_us);
		model_time(t->model, tick->at);
	}
	keep(t);
	if (t->seen < t->at)
		t->seen = t->at;
	if (t->violated == 0 && t->model->safety == SAFETY_VIOLATED)
		t->violated = t->at;
}

bool timeline_go(struct timeline *t, uint64_t to, uint64_t items, bool *failed)
{
	struct reader_tick tick;
	struct item item;

	*failed = !jump(t, to);
	if (*failed) {
		status_fail(STATUS_UNAVAILABLE, "not enough memory");
		return false;
	}
	for (; t->at < to && items > 0; items--) {
		enum item_kind kind = ITEM_END;

		if (make_room(t))
			kind = reader_next(t->reader, t->model->values, &item, &tick);
		else
			status_fail(STATUS_UNAVAILABLE, "not enough memory");
		*failed = kind == ITEM_END;
		if (kind == ITEM_END || kind == ITEM_NOTHING)
			return false;
		model_item(t->model, &item);
		t->at++;
		settle(t, &tick);
	}
	return t->at == to;
}
