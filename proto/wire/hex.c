#include "proto/wire/hex.h"

#include <sodium.h>
#include <string.h>

void hex_write(const uint8_t *bytes, size_t length, char *out)
{
	sodium_bin2hex(out, HEX_SIZE(length), bytes, length);
}

size_t hex_read(const char *text, uint8_t *out, size_t capacity)
{
	const size_t digits = strlen(text);

	/* libsodium reads capital letters too: then one proof would have two texts. */
	if (digits % 2 != 0 || strspn(text, "0123456789abcdef") != digits)
		return 0;
	return sodium_hex2bin(out, capacity, text, digits, NULL, NULL, NULL) == 0 ? digits / 2 : 0;
}
