/* Literals of the command language: numbers, durations, shares, rates, nodes, ballots. */
#include <stdio.h>
#include <string.h>

#include "proto/scenario/parser.h"

bool number_take(const char **at, uint64_t *out)
{
	const char *c = *at;
	uint64_t n = 0;
	if (*c < '0' || *c > '9')
		return false;
	for (; *c >= '0' && *c <= '9'; c++) {
		if (n > (UINT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(*c - '0');
	}
	*at = c;
	*out = n;
	return true;
}

bool number_parse(const char *word, uint64_t most, uint64_t *out)
{
	return number_take(&word, out) && *word == 0 && *out <= most;
}

/* A decimal as num / den, den a power of ten up to 10^6. */
static bool decimal_take(const char **at, uint64_t *num, uint64_t *den)
{
	*den = 1;
	if (!number_take(at, num) || *num > 1000000000)
		return false;
	if (**at != '.')
		return true;
	++*at;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; ++*at) {
		if (*den == 1000000)
			return false;
		*num = *num * 10 + (uint64_t)(**at - '0');
		*den *= 10;
	}
	return true;
}

bool duration_parse(const char *word, time_us *out)
{
	static const struct {
		const char *unit;
		uint64_t us;
	} units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"min", 60000000}};
	uint64_t num, den;
	if (!decimal_take(&word, &num, &den))
		return false;
	for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(word, units[i].unit) == 0) {
			*out = num * units[i].us / den;
			return true;
		}
	return false;
}

bool share_parse(const char *word, uint32_t *ppm)
{
	uint64_t num, den;
	if (!decimal_take(&word, &num, &den) || strcmp(word, "%") != 0 || num > 100 * den)
		return false;
	*ppm = (uint32_t)(num * 10000 / den);
	return true;
}

bool arrivals_parse(const char *word, uint32_t *out)
{
	uint64_t num, den, times = 1;
	if (!decimal_take(&word, &num, &den))
		return false;
	if (*word == 'k' || *word == 'M')
		times = *word++ == 'k' ? 1000 : 1000000;
	if (*word != 0 || num * times % den != 0 || num * times / den < 1 ||
	    num * times / den > LOAD_RATE_MAX)
		return false;
	*out = (uint32_t)(num * times / den);
	return true;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		const uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

bool rate_parse(const char *word, uint32_t *num, uint32_t *den)
{
	if (strcmp(word, "unlimited") == 0 || strcmp(word, "paused") == 0) {
		*num = word[0] == 'u';
		*den = word[0] == 'p';
		return true;
	}
	uint64_t a, b, c = 1;
	if (!decimal_take(&word, &a, &b))
		return false;
	if (*word == '/') {
		word++;
		if (b != 1 || !number_take(&word, &c) || c == 0)
			return false;
	} else if (*word == '%') {
		word++;
		c = 100;
	}
	if (*word == 'x')
		word++;
	b *= c;
	if (*word != 0 || a == 0)
		return false;
	const uint64_t common = common_divisor(a, b);
	a /= common;
	b /= common;
	/* A rate above a thousandfold or below a millionth is a typing error. */
	if (b > 1000000 || a > 1000 * b)
		return false;
	*num = (uint32_t)a;
	*den = (uint32_t)b;
	return true;
}

void rate_show(uint32_t num, uint32_t den, char *out, size_t size)
{
	if (num == 0)
		snprintf(out, size, "paused");
	else if (den == 0)
		snprintf(out, size, "unlimited");
	else if (den == 1)
		snprintf(out, size, "%ux", num);
	else
		snprintf(out, size, "%u/%ux", num, den);
}

bool node_parse(const char *word, unsigned nodes, node_id *out)
{
	uint64_t n;
	if (*word == 'n')
		word++;
	if (!number_parse(word, nodes, &n) || n == 0)
		return false;
	*out = (node_id)n;
	return true;
}

bool nodes_take(const char **at, unsigned nodes, node_set *out)
{
	*out = 0;
	for (;;) {
		uint64_t n;
		if (**at == 'n')
			++*at;
		if (!number_take(at, &n) || n == 0 || n > nodes)
			return false;
		*out |= set_of((node_id)n);
		if (**at != ',')
			return true;
		++*at;
	}
}

bool nodes_parse(const char *word, unsigned nodes, node_set *out)
{
	if (strcmp(word, "all") == 0) {
		*out = set_first(nodes);
		return true;
	}
	return nodes_take(&word, nodes, out) && *word == 0;
}

bool ballot_parse(const char *word, struct ballot *out)
{
	uint64_t round, node;
	if (strncmp(word, "max.", 4) == 0) {
		round = ROUND_MAX;
		word += 3;
	} else if (!number_take(&word, &round) || *word != '.' || round > ROUND_MAX) {
		return false;
	}
	word++;
	if (!number_parse(word, NODES_MAX, &node))
		return false;
	*out = (struct ballot){(uint32_t)round, (node_id)node};
	return true;
}
