#include "tui/options.h"

#include <string.h>

#define TERM_MAX 1000000u

/* Reads digits; false if there is none, or too large. */
static bool digits(const char **text, uint32_t *out)
{
	const char *s = *text;
	uint32_t n = 0;
	while (*s >= '0' && *s <= '9') {
		n = n * 10 + (uint32_t)(*s++ - '0');
		if (n > TERM_MAX)
			return false;
	}
	bool some = s != *text;
	*text = s;
	*out = n;
	return some;
}

/* A fraction in lowest terms is what the header shows: 50% is 1/2. */
static void reduce(uint32_t *num, uint32_t *den)
{
	uint32_t a = *num, b = *den;
	while (b != 0) {
		uint32_t rest = a % b;
		a = b;
		b = rest;
	}
	*num /= a;
	*den /= a;
}

bool rate_parse(const char *text, uint32_t *num, uint32_t *den)
{
	if (strcmp(text, "unlimited") == 0) {
		*num = 1;
		*den = 0;
		return true;
	}
	if (strcmp(text, "paused") == 0) {
		*num = 0;
		*den = 1;
		return true;
	}
	const char *s = text;
	if (!digits(&s, num))
		return false;
	*den = 1;
	if (*s == '/') {
		s++;
		if (!digits(&s, den) || *den == 0)
			return false;
	} else if (*s == '.') {
		s++;
		for (; *s >= '0' && *s <= '9'; s++) {
			*num = *num * 10 + (uint32_t)(*s - '0');
			*den *= 10;
			if (*den > TERM_MAX || *num > TERM_MAX)
				return false;
		}
	}
	if (*s == '%') {
		s++;
		*den *= 100;
	} else if (*s == 'x') {
		s++;
	}
	if (*s != '\0' || *num == 0)
		return false;
	reduce(num, den);
	return true;
}
