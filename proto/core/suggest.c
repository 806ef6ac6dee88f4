/* "Did you mean ...?": the edit distance of Damerau and Levenshtein (optimal string alignment). */
#include "proto/core/suggest.h"

#include <string.h>

#define LETTERS_MAX 32

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned d[LETTERS_MAX + 1][LETTERS_MAX + 1];
	for (unsigned i = 0; i <= na; i++)
		d[i][0] = i;
	for (unsigned j = 0; j <= nb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= na; i++)
		for (size_t j = 1; j <= nb; j++) {
			unsigned cost = a[i - 1] != b[j - 1];
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[na][nb];
}

const char *suggest(const char *word, const char *const *name, unsigned count)
{
	size_t length = strlen(word);
	if (length == 0 || length > LETTERS_MAX)
		return NULL;
	const char *best = NULL;
	unsigned best_distance = length <= 3 ? 2 : 3; /* not as far as this */
	for (unsigned i = 0; i < count; i++) {
		size_t n = name[i] == NULL ? 0 : strlen(name[i]);
		if (n == 0 || n > LETTERS_MAX)
			continue;
		/* the beginning of a name is meant as the name */
		unsigned d = length >= 2 && strncmp(word, name[i], length) == 0
				     ? 1
				     : distance(word, length, name[i], n);
		if (d < best_distance) {
			best = name[i];
			best_distance = d;
		}
	}
	return best;
}
