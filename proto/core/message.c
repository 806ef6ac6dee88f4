#include "proto/core/message.h"

#include <stddef.h>

static const struct {
	const char *name;
	unsigned fields;
} messages[MSG_TYPES] = {
#define MESSAGE(name, code, text, fields, help) [code] = {text, fields},
#include "proto/core/messages.def"
#undef MESSAGE
};

static const struct {
	const char *name;
	const char *words;
} refusals[REFUSALS] = {
#define REFUSAL(name, code, text, help) [code] = {text, help},
#include "proto/core/refusals.def"
#undef REFUSAL
};

const char *message_name(enum message_type type)
{
	if ((unsigned)type >= MSG_TYPES || messages[type].name == NULL)
		return "?";
	return messages[type].name;
}

unsigned message_fields(enum message_type type)
{
	return (unsigned)type < MSG_TYPES ? messages[type].fields : 0;
}

unsigned message_fields_under(enum message_type type, policy_id policy)
{
	bool justified = type == MSG_ACCEPT && policy_has(policy, DEFENCE_JUSTIFY);

	return message_fields(type) | (justified ? FIELD_VIEW : 0);
}

const char *refusal_name(enum refusal why)
{
	if ((unsigned)why >= REFUSALS || refusals[why].name == NULL)
		return "?";
	return refusals[why].name;
}

const char *refusal_words(enum refusal why)
{
	if ((unsigned)why >= REFUSALS || refusals[why].words == NULL)
		return "it gives no reason";
	return refusals[why].words;
}
