#include "node/record/keyframe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A run of words that are 0, then words as they are. */
struct run {
	uint32_t zeros;
	uint32_t words;
};

#define WORDS (sizeof(struct model) / sizeof(uint64_t))

static_assert(sizeof(struct model) % sizeof(uint64_t) == 0, "a model is words");

static size_t zeros_at(const uint64_t *word, size_t at)
{
	const size_t begin = at;

	while (at < WORDS && word[at] == 0)
		at++;
	return at - begin;
}

/* A single 0 between others is cheaper copied than counted. Writes the runs to `out` if it is not
 * NULL; returns how many bytes they take. */
static size_t pack(const struct model *m, uint8_t *out)
{
	const uint64_t *word = (const uint64_t *)(const void *)m;
	size_t used = 0;

	for (size_t at = 0; at < WORDS;) {
		struct run run = {.zeros = (uint32_t)zeros_at(word, at)};
		const size_t begin = at + run.zeros;
		size_t end = begin, zeros = 0;

		while (end < WORDS && (zeros = zeros_at(word, end)) < 2)
			end += zeros + 1;
		if (end > WORDS)
			end = WORDS;
		run.words = (uint32_t)(end - begin);
		if (out != NULL) {
			memcpy(out + used, &run, sizeof(run));
			memcpy(out + used + sizeof(run), word + begin, run.words * sizeof(*word));
		}
		used += sizeof(run) + run.words * sizeof(*word);
		at = end;
	}
	return used;
}

static void unpack(const uint8_t *in, struct model *m)
{
	uint64_t *word = (uint64_t *)(void *)m;

	for (size_t at = 0; at < WORDS;) {
		struct run run;

		memcpy(&run, in, sizeof(run));
		in += sizeof(run);
		memset(word + at, 0, run.zeros * sizeof(*word));
		at += run.zeros;
		memcpy(word + at, in, run.words * sizeof(*word));
		in += run.words * sizeof(*word);
		at += run.words;
	}
}

bool keyframe_make(struct keyframe *k, uint64_t at, const struct model *m)
{
	const size_t size = pack(m, NULL);

	k->bytes = malloc(size);
	if (k->bytes == NULL)
		return false;
	k->at = at;
	k->length = size;
	pack(m, k->bytes);
	return true;
}

void keyframe_free(struct keyframe *k)
{
	free(k->bytes);
	*k = (struct keyframe){0};
}

void keyframe_restore(const struct keyframe *k, struct model *m)
{
	const struct values *values = m->values;

	unpack(k->bytes, m);
	assert(m->values == values);
}
