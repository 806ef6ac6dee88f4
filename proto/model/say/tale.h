/* What the files of the WHY sentences share; nobody else includes it. */
#ifndef PROTO_MODEL_WHY_H
#define PROTO_MODEL_WHY_H

#include "proto/model/parts.h"

struct tale {
	const struct model *m;
	const struct event *e;
	char ballot[16], other[16], value[VALUE_SHOWN_MAX + 1], type[16], message[160];
	unsigned long long slot;
	char *out;
	size_t size;
};

#define SAY(t, ...) (snprintf((t)->out, (t)->size, __VA_ARGS__), true)

/* Writes what there is to say about the event; false: nothing. */
typedef bool explain(const struct tale *t);

/* why_liars.c */
explain why_armed, why_lied, why_evidence, why_echoed, why_policy, why_epoch, why_forged,
	why_defended;

#endif
