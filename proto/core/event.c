#include "proto/core/event.h"

#include <stddef.h>

enum event_list { STORY, NOISE };

static const struct {
	const char *name;
	enum event_list list;
	unsigned durable;
	unsigned fields;
} events[EVENT_KINDS] = {
#define EVENT(name, code, text, list, durable, fields, help) [code] = {text, list, durable, fields},
#include "proto/core/events.def"
#undef EVENT
};

static const struct {
	const char *name;
	const char *words;
} drops[DROPS] = {
#define DROP(name, code, text, help) [code] = {text, help},
#include "proto/core/drops.def"
#undef DROP
};

static const char *const becauses[BECAUSES] = {
	[BECAUSE_NOTHING] = "nothing", [BECAUSE_FREE] = "free",       [BECAUSE_FORCED] = "forced",
	[BECAUSE_GAP] = "gap",         [BECAUSE_COUNTED] = "counted", [BECAUSE_TOLD] = "told",
	[BECAUSE_STORED] = "stored",   [BECAUSE_TAKEN] = "taken",     [BECAUSE_FULL] = "full",
	[BECAUSE_TOO_FAR] = "too-far", [BECAUSE_SKIPPED] = "skipped", [BECAUSE_ORDERED] = "ordered",
	[BECAUSE_OWN] = "own",
};

const char *event_name(enum event_kind kind)
{
	if ((unsigned)kind >= EVENT_KINDS || events[kind].name == NULL)
		return "?";
	return events[kind].name;
}

unsigned event_fields(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KINDS ? events[kind].fields : 0;
}

unsigned event_durable(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KINDS ? events[kind].durable : 0;
}

bool event_is_noise(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KINDS && events[kind].list == NOISE;
}

const char *drop_name(enum drop why)
{
	if ((unsigned)why >= DROPS || drops[why].name == NULL)
		return "?";
	return drops[why].name;
}

const char *drop_words(enum drop why)
{
	if ((unsigned)why >= DROPS || drops[why].words == NULL)
		return "for no reason that is known";
	return drops[why].words;
}

const char *because_name(enum because why)
{
	if ((unsigned)why >= BECAUSES || becauses[why] == NULL)
		return "?";
	return becauses[why];
}

void event_of_message(struct event *event, const struct message *message)
{
	unsigned fields = message_fields(message->type);

	event->type = message->type;
	event->to = message->to;
	event->slot = fields & FIELD_SLOT ? message->slot : 0;
	event->ballot = fields & FIELD_BALLOT ? message->ballot : BALLOT_NONE;
	event->other = fields & FIELD_PROMISED ? message->promised : BALLOT_NONE;
	event->value = VALUE_NONE;
	if (fields & FIELD_VALUE && message->value != VALUE_UNKNOWN)
		event->value = message->value;
	event->why = fields & FIELD_WHY ? message->why : REFUSE_NOTHING;
	event->count = 0;
	if (!(fields & FIELD_CLAIMS))
		return;
	event->count = message->claims;
	for (unsigned i = 0; i < message->claims; i++) {
		const struct claim *claim = &message->claim[i];

		if (i > 0 && ballot_cmp(claim->ballot, event->other) <= 0)
			continue;
		event->other = claim->ballot;
		event->value = claim->value;
	}
}
