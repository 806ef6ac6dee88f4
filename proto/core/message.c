#include "proto/core/message.h"

#include <assert.h>
#include <stddef.h>

static const struct {
	const char *name;
	unsigned fields;
} messages[MSG_TYPES] = {
#define MESSAGE(name, code, text, handled, fields, help) [code] = {text, fields},
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

#define REFUSAL(name, code, text, help) | 1u << REFUSE_##name
static_assert((1u << REFUSE_NOTHING
#include "proto/core/refusals.def"
	       ) == (1u << REFUSALS) - 1,
	      "the codes of refusals leave no gap");
#undef REFUSAL

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

bool message_is_owners(const struct message *m)
{
	if (m->type != MSG_PREPARE && m->type != MSG_ACCEPT && m->type != MSG_NEW_VIEW)
		return true;
	return m->ballot.node == m->from;
}

bool claim_is_sheltered(const struct claim *claim, const struct claim *list, unsigned count,
			struct ballot below)
{
	for (unsigned i = 0; i < count; i++) {
		const struct claim *c = &list[i];
		const int order = ballot_cmp(c->ballot, claim->ballot);

		if (c->slot == claim->slot && c->certified && ballot_cmp(c->ballot, below) < 0 &&
		    (order > 0 || (order == 0 && c->value == claim->value)))
			return true;
	}
	return false;
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
