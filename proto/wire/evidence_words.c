/* Proofs in words, for people. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/core/text.h"
#include "proto/core/values.h"
#include "proto/wire/hex.h"
#include "proto/wire/statement.h"

#define VALUE_WORDS        24                /* bytes of a value */
#define VALUE_TEXT         (VALUE_WORDS + 3) /* with its marks and 0 */
#define DIGEST_SHOWN_BYTES 6
#define DIGITS_SHOWN       8

/* Between marks: letters of any script; of a long value the beginning and a digest, so that values
 * that differ look different. */
static void value_words(const struct said_value *value, char out[VALUE_TEXT])
{
	char shown[VALUE_SHOWN_MAX + 1];
	size_t head = VALUE_WORDS;

	if (value->length > VALUE_INLINE_MAX) {
		shown[0] = '~';
		hex_write(value->bytes, DIGEST_SHOWN_BYTES, shown + 1);
	} else {
		value_show(value->bytes, value->length, shown);
	}
	if (strlen(shown) <= VALUE_WORDS) {
		snprintf(out, VALUE_TEXT, "%c%.*s%c", MARK_VALUE, VALUE_WORDS, shown,
			 MARK_VALUE_END);
		return;
	}
	const uint64_t digest = digest64(0, (const uint8_t *)shown, strlen(shown));

	for (head -= 1 + DIGITS_SHOWN; ((unsigned char)shown[head] & 0xc0) == 0x80;)
		head--;
	snprintf(out, VALUE_TEXT, "%c%.*s~%08x%c", MARK_VALUE, (int)head, shown,
		 (unsigned)(digest >> 32), MARK_VALUE_END);
}

static void ballot_words(struct ballot ballot, char out[16])
{
	if (ballot.round == ROUND_MAX)
		snprintf(out, 16, "max.%u", ballot.node);
	else
		snprintf(out, 16, "%u.%u", ballot.round, ballot.node);
}

static void promise_words(const struct statement *p, const char *ballot, slot_number slot,
			  char *out, size_t size)
{
	char at[16], value[VALUE_TEXT];
	struct said_vote told;

	if (!statement_tells(p, slot, &told)) {
		snprintf(out, size, "PROMISE %s", ballot);
		return;
	}
	ballot_words(told.ballot, at);
	value_words(&told.value, value);
	if (ballot_is_none(told.ballot))
		snprintf(out, size, "PROMISE %s (slot %llu: nothing accepted)", ballot,
			 (unsigned long long)slot);
	else
		snprintf(out, size, "PROMISE %s (slot %llu: accepted %s=%s)", ballot,
			 (unsigned long long)slot, at, value);
}

void evidence_part_words_marked(const struct evidence *e, unsigned part, char *out, size_t size)
{
	char ballot[16], value[VALUE_TEXT], type[16];
	struct statement said;
	struct evidence inner;

	assert(part < e->parts);
	if (!statement_read_anyhow(&e->part[part], &said)) {
		snprintf(out, size, "no message");
		return;
	}
	snprintf(type, sizeof type, "%s", message_name(said.type));
	for (char *c = type; *c != 0; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	ballot_words(said.ballot, ballot);
	value_words(&said.value, value);
	if (said.type == MSG_PROMISE)
		promise_words(&said, ballot, e->slot, out, size);
	else if (said.type == MSG_EVIDENCE &&
		 evidence_decode(e->accusation, e->accusation_length, &inner) == DROP_NOTHING)
		snprintf(out, size, "%s against n%u (%s)", type, inner.accused,
			 proof_name(inner.kind));
	else if (said.type == MSG_EVIDENCE)
		snprintf(out, size, "%s of no known form", type);
	else if (message_fields(said.type) & FIELD_VALUE)
		snprintf(out, size, "%s %s=%s", type, ballot, value);
	else
		snprintf(out, size, "%s %s", type, ballot);
}

void evidence_words_marked(const struct evidence *e, char out[EVIDENCE_WORDS_MAX])
{
	char part[EVIDENCE_PARTS_MAX][112] = {"", ""};

	for (unsigned i = 0; i < e->parts && i < EVIDENCE_PARTS_MAX; i++)
		evidence_part_words_marked(e, i, part[i], sizeof part[i]);
	if (e->parts == 2)
		snprintf(out, EVIDENCE_WORDS_MAX, "n%u %s: %s and %s, in slot %llu", e->accused,
			 proof_words(e->kind), part[0], part[1], (unsigned long long)e->slot);
	else
		snprintf(out, EVIDENCE_WORDS_MAX, "n%u %s: %s", e->accused, proof_words(e->kind),
			 part[0]);
}

void evidence_part_words(const struct evidence *e, unsigned part, char *out, size_t size)
{
	evidence_part_words_marked(e, part, out, size);
	marks_remove(out);
}

void evidence_words(const struct evidence *e, char out[EVIDENCE_WORDS_MAX])
{
	evidence_words_marked(e, out);
	marks_remove(out);
}
