/* Completion for the prompt: what may stand where the cursor is, by the letters of the row. */
#include <stdio.h>
#include <string.h>

#include "proto/scenario/parts.h"

static void offer(struct completions *out, const char *prefix, const char *word)
{
	if (out->count == COMPLETIONS_MAX || word[0] == 0 || strlen(word) >= COMPLETION_SIZE ||
	    strncmp(word, prefix, strlen(prefix)) != 0)
		return;
	for (unsigned i = 0; i < out->count; i++)
		if (strcmp(out->word[i], word) == 0)
			return;
	snprintf(out->word[out->count++], COMPLETION_SIZE, "%s", word);
}

static void offer_nodes(struct completions *out, const char *prefix, const struct model *m)
{
	char id[8];
	for (unsigned n = 1; m != NULL && n <= m->nodes; n++) {
		snprintf(id, sizeof id, "%u", n);
		offer(out, prefix, id);
	}
}

static void offer_conditions(struct completions *out, const char *prefix)
{
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++)
		offer(out, prefix, condition_name((enum condition_kind)i));
}

/* Values that the slots of the model know, for `chosen 0 ...`. */
static void offer_values(struct completions *out, const char *prefix, const struct model *m)
{
	char shown[VALUE_SHOWN_MAX + 1];
	offer(out, prefix, "*");
	for (slot_number s = m == NULL ? 0 : m->slot_first; m != NULL && s < m->slot_end; s++) {
		const struct model_slot *slot = model_slot(m, s);
		if (slot == NULL || slot->decided == VALUE_NONE)
			continue;
		values_show(m->values, slot->decided, shown);
		offer(out, prefix, shown);
	}
}

static void offer_held(struct completions *out, const char *prefix, const struct model *m)
{
	char id[40];
	for (uint32_t i = 0; m != NULL && i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (f->state != FLIGHT_HELD)
			continue;
		snprintf(id, sizeof id, f->copy > 0 ? "%u.%u.%llu+%u" : "%u.%u.%llu", f->id.source,
			 f->id.boot, (unsigned long long)f->id.number, f->copy);
		offer(out, prefix, id);
	}
	for (unsigned type = 1; type < MSG_TYPES; type++)
		offer(out, prefix, message_name((enum message_type)type));
}

static void offer_letter(struct completions *out, const char *prefix, char letter,
			 const struct model *m)
{
	switch (letter) {
	case 'n':
	case 'N':
	case 'F':
	case 'T':
	case 'M':
	case 'p':
		offer_nodes(out, prefix, m);
		break;
	case 'w':
		offer_values(out, prefix, m);
		break;
	case 'o':
		offer(out, prefix, "on");
		offer(out, prefix, "off");
		break;
	case 'r':
		offer(out, prefix, "1/100");
		offer(out, prefix, "1/10");
		offer(out, prefix, "1x");
		offer(out, prefix, "unlimited");
		break;
	case 'm':
		offer_held(out, prefix, m);
		break;
	case 'l':
		offer(out, prefix, "delay");
		offer(out, prefix, "jitter");
		offer(out, prefix, "loss");
		offer(out, prefix, "dup");
		offer(out, prefix, "reorder");
		break;
	case '@':
		offer(out, prefix, "at");
		break;
	case 'b':
		offer(out, prefix, "both");
		break;
	case 'O':
		offer(out, prefix, "on");
		break;
	case 'P':
		for (unsigned i = 0; i < PROPERTIES; i++)
			offer(out, prefix, property_name((enum property)i));
		break;
	default:
		break;
	}
}

/* Words behind `wait` or `expect`: [not] CONDITION arguments [within D]. */
static void offer_condition(struct completions *out, const char *prefix, const struct words *w,
			    unsigned at, const struct model *m)
{
	unsigned first = w->count > 1 && strcmp(w->word[1], "not") == 0 ? 2 : 1;
	if (at <= first) {
		if (at == 1)
			offer(out, prefix, "not");
		offer_conditions(out, prefix);
		return;
	}
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++) {
		if (strcmp(w->word[first], condition_name((enum condition_kind)i)) != 0)
			continue;
		const char *args = condition_args((enum condition_kind)i);
		unsigned place = at - first - 1;
		if (place < strlen(args))
			offer_letter(out, prefix, args[place], m);
		else
			offer(out, prefix, "within");
	}
}

void command_complete(const char *line, const struct model *m, struct completions *out)
{
	struct words words;
	char why[80];
	size_t length = strlen(line);
	memset(out, 0, sizeof *out);
	if (!words_split(line, &words, why, sizeof why))
		return;
	size_t from = length;
	while (from > 0 && line[from - 1] != ' ')
		from--;
	const char *prefix = line + from;
	/* which word it is: a new one after a space */
	unsigned at = prefix[0] == 0 || words.count == 0 ? words.count : words.count - 1;
	out->from = (unsigned)from;
	if (at == 0) {
		for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
			offer(out, prefix, command_name((enum command_kind)i));
		return;
	}
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++) {
		const char *args = command_args((enum command_kind)i);
		if (strcmp(words.word[0], command_name((enum command_kind)i)) != 0)
			continue;
		if (args[0] == 'd' || args[0] == 'e')
			offer_condition(out, prefix, &words, at, m);
		else if (at - 1 < strlen(args))
			offer_letter(out, prefix, args[at - 1], m);
		else if (args[0] != 0 && args[strlen(args) - 1] == 'l')
			offer_letter(out, prefix, 'l', m);
	}
}
