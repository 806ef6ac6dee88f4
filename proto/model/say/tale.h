/* What the files of the WHY sentences share; nobody else includes it. */
#ifndef PROTO_MODEL_SAY_TALE_H
#define PROTO_MODEL_SAY_TALE_H

#include "proto/model/base/model.h"
#include "proto/model/base/show.h"

struct tale {
	const struct model *m;
	const struct event *e;
	uint64_t index; /* of the event */
	char ballot[16], other[16], value[MARKED_MAX + 1], type[16], message[160];
	unsigned long long slot;
	char *out;
	size_t size;
};

#define SAY(t, ...) (snprintf((t)->out, (t)->size, __VA_ARGS__), true)

/* Writes what there is to say about the event; false: nothing. */
typedef bool explain(const struct tale *t);

/* May there be something to say about such an event? Asked first, for it costs nothing. */
bool why_has_words(const struct event *e);

/* The tale of event i; false: the event is too old to be kept (why.c). */
bool tale_begin(const struct model *m, uint64_t i, char *out, size_t size, struct tale *t);

/* why_liars.c */
explain why_armed, why_lied, why_evidence, why_echoed, why_policy, why_epoch, why_forged,
	why_defended;
/* why_disk.c */
explain why_doomed, why_forgot, why_seated, why_slowed, why_drifted, why_disk;
/* why_clients.c */
explain why_reading, why_read;

#endif
