#include "tui/suggest.h"

#include <stddef.h>
#include <string.h>

#define WORD_MAX 31
#define FAR      99u

static unsigned min_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: Levenshtein's table with one more case, two neighbours swapped. */
unsigned suggest_distance(const char *a, const char *b)
{
	unsigned table[WORD_MAX + 1][WORD_MAX + 1];
	size_t m = strlen(a), n = strlen(b);
	if (m > WORD_MAX || n > WORD_MAX)
		return FAR;
	for (size_t i = 0; i <= m; i++)
		table[i][0] = (unsigned)i;
	for (size_t j = 0; j <= n; j++)
		table[0][j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++) {
		for (size_t j = 1; j <= n; j++) {
			unsigned wrong = a[i - 1] == b[j - 1] ? 0 : 1;
			unsigned best = table[i - 1][j - 1] + wrong;
			best = min_of(best, table[i - 1][j] + 1);
			best = min_of(best, table[i][j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = min_of(best, table[i - 2][j - 2] + 1);
			table[i][j] = best;
		}
	}
	return table[m][n];
}

/* A slip in every third letter is a slip; more is another word. The beginning of a longer word is
 * near too: people stop typing. */
void suggest_offer(const char *word, const char *candidate, const char **best, unsigned *distance)
{
	size_t length = strlen(word);
	unsigned far = suggest_distance(word, candidate);
	if (length >= 2 && strncmp(word, candidate, length) == 0)
		far = min_of(far, 1);
	unsigned most = length <= 2 ? 1 : min_of((unsigned)(length + 2) / 3 + 1, 3);
	if (far > most || far >= length)
		return;
	if (*best == NULL || far < *distance) {
		*best = candidate;
		*distance = far;
	}
}
