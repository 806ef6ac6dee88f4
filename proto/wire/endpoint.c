#include "proto/wire/endpoint.h"

#include <string.h>

struct text {
	const uint8_t *at;
	size_t left;
};

static bool take_word(struct text *t, const char *word)
{
	const size_t length = strlen(word);

	if (t->left < length || memcmp(t->at, word, length) != 0)
		return false;
	t->at += length;
	t->left -= length;
	return true;
}

/* Digits of a number up to `most`, without a 0 in front. */
static bool take_number(struct text *t, unsigned most, unsigned *out)
{
	const uint8_t *first = t->at;

	*out = 0;
	while (t->left > 0 && *t->at >= '0' && *t->at <= '9') {
		*out = *out * 10 + (unsigned)(*t->at - '0');
		if (*out > most)
			return false;
		t->at++;
		t->left--;
	}
	return t->at > first && (*first != '0' || t->at == first + 1);
}

static bool take_ipv4(struct text *t, unsigned byte[4])
{
	for (unsigned i = 0; i < 4; i++)
		if ((i > 0 && !take_word(t, ".")) || !take_number(t, 255, &byte[i]))
			return false;
	return true;
}

static bool take_group(struct text *t, unsigned *group)
{
	unsigned digits = 0;

	*group = 0;
	for (; t->left > 0 && digits < 4; digits++) {
		const uint8_t c = *t->at;
		const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';

		if (!is_letter && (c < '0' || c > '9'))
			break;
		*group = *group * 16 + (is_letter ? (c | 0x20u) - 'a' + 10 : c - (unsigned)'0');
		t->at++;
		t->left--;
	}
	return digits > 0;
}

/* RFC 4291, 2.2: eight groups, or fewer around one "::"; an IPv4 address may be the last two. */
static bool take_ipv6(struct text *t, unsigned *first, bool *is_zero)
{
	unsigned groups = 0, group, byte[4];
	bool gap = take_word(t, "::");

	*first = 0;
	*is_zero = true;
	while (groups < 8 && t->left > 0 && *t->at != ']') {
		struct text rest = *t;

		if (groups <= 6 && take_ipv4(&rest, byte)) {
			*is_zero &= (byte[0] | byte[1] | byte[2] | byte[3]) == 0;
			*t = rest;
			groups += 2;
			break;
		}
		if (!take_group(t, &group))
			return false;
		if (groups++ == 0 && !gap)
			*first = group;
		*is_zero &= group == 0;
		if (t->left == 0 || *t->at == ']')
			break;
		if (take_word(t, "::")) {
			if (gap)
				return false;
			gap = true;
		} else if (!take_word(t, ":") || t->left == 0 || *t->at == ']') {
			return false;
		}
	}
	return gap ? groups < 8 : groups == 8;
}

static bool is_tcp(struct text t)
{
	unsigned byte[4], first, port;
	bool is_zero;

	if (take_word(&t, "[")) {
		/* ff00::/8 is multicast */
		if (!take_ipv6(&t, &first, &is_zero) || !take_word(&t, "]") || is_zero ||
		    first >> 8 == 0xff)
			return false;
	} else if (!take_ipv4(&t, byte) || byte[0] == 0 || byte[0] >= 224) {
		return false;
	}
	return take_word(&t, ":") && take_number(&t, 65535, &port) && port > 0 && t.left == 0;
}

static bool is_ipc(struct text t)
{
	if (t.left < 2 || t.left > ENDPOINT_PATH_MAX || t.at[0] != '/')
		return false;
	for (size_t i = 0; i < t.left; i++)
		if (t.at[i] < ' ' || t.at[i] == 0x7f)
			return false;
	return true;
}

bool endpoint_is_sound(const uint8_t *bytes, size_t length)
{
	struct text t = {bytes, length};

	if (take_word(&t, "tcp://"))
		return is_tcp(t);
	return take_word(&t, "ipc://") && is_ipc(t);
}
