/* Completion for the prompt: what may stand where the cursor is. The letters of the command's row
 * are walked through, each taking the words that it would read, until the word at the cursor is
 * reached: what that letter could read there is offered, and what the next ones could where the
 * letter may be left out. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/scenario/complete_words.h"

static void walk_attacks(struct walker *w)
{
	const unsigned first = w->at;
	if (walk_over(w, "none"))
		return;
	while (w->at < w->cursor && strcmp(w->words->word[w->at], "to") != 0 &&
	       strcmp(w->words->word[w->at], "from") != 0)
		w->at++;
	if (is_here(w)) {
		offer_attacks(w->out, w->prefix);
		if (w->at == first)
			offer(w->out, w->prefix, "none");
	}
	if (w->at == first)
		return;
	if (walk_keyword(w, "to"))
		offer_node_list(w->out, w->prefix, w->m);
	else if (walk_keyword(w, "from"))
		offer_ballots(w->out, w->prefix, w->m);
}

/* Does a word end the arguments of a condition? */
static bool is_end(const struct walker *w)
{
	static const char *const ends[] = {"within", "for", "or"};
	for (unsigned i = 0; w->at < w->cursor && i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(w->words->word[w->at], ends[i]) == 0)
			return true;
	return false;
}

static bool walk_defences(struct walker *w, bool may_go_off)
{
	const unsigned first = w->at;
	while (w->at < w->cursor && !is_end(w))
		w->at++;
	if (!is_here(w))
		return false;
	offer_defences(w->out, w->prefix);
	offer(w->out, w->prefix, "f=1");
	if (may_go_off && w->at > first)
		offer(w->out, w->prefix, "off");
	return w->at == first;
}

/* delay 5ms loss 20% ...: a name, and what is usual behind it. */
static void walk_link(struct walker *w)
{
	static const char *const names[] = {"delay", "jitter", "loss", "dup", "reorder", NULL};
	static const char *const times[] = {"5ms", "50ms", "500ms", NULL};
	static const char *const shares[] = {"10%", "30%", "100%", NULL};
	const bool value = (w->cursor - w->at) % 2 == 1;
	const char *before = w->words->word[w->cursor - 1];
	if (!value)
		offer_words(w->out, w->prefix, names);
	else if (strcmp(before, "delay") == 0 || strcmp(before, "jitter") == 0)
		offer_words(w->out, w->prefix, times);
	else
		offer_words(w->out, w->prefix, shares);
}

/* 1000 size 64 outstanding 16 ...: how many, then names and what is usual behind them. */
static void walk_load(struct walker *w)
{
	static const char *const counts[] = {"100", "1000", "10000", "none", NULL};
	static const char *const names[] = {"size", "outstanding", "rate", NULL};
	static const char *const sizes[] = {"64", "1024", "16384", NULL};
	static const char *const outstanding[] = {"16", "100", "1000", NULL};
	static const char *const rates[] = {"100", "1k", "20k", NULL};
	const bool value = (w->cursor - w->at) % 2 == 0;
	const char *before = w->words->word[w->cursor - 1];
	if (is_here(w))
		offer_words(w->out, w->prefix, counts);
	else if (strcmp(w->words->word[w->at], "none") == 0)
		return;
	else if (!value)
		offer_words(w->out, w->prefix, names);
	else if (strcmp(before, "size") == 0)
		offer_words(w->out, w->prefix, sizes);
	else if (strcmp(before, "outstanding") == 0)
		offer_words(w->out, w->prefix, outstanding);
	else if (strcmp(before, "rate") == 0)
		offer_words(w->out, w->prefix, rates);
}

/* A group of a partition, or the bar between two. */
static void walk_groups(struct walker *w)
{
	offer_node_list(w->out, w->prefix, w->m);
	if (!is_here(w) && strcmp(w->words->word[w->cursor - 1], "|") != 0)
		offer(w->out, w->prefix, "|");
}

/* TYPE BALLOT [VALUE] [at BALLOT] to NODES [slot S] [as NODE]. */
static void walk_forgery(struct walker *w)
{
	const unsigned begin = w->at;
	const char *before = w->cursor > begin ? w->words->word[w->cursor - 1] : "";

	if (is_here(w)) {
		for (unsigned type = MSG_PREPARE; type <= MSG_NACK; type++)
			offer(w->out, w->prefix, message_name((enum message_type)type));
	} else if (w->cursor == begin + 1 || strcmp(before, "at") == 0) {
		offer_ballots(w->out, w->prefix, w->m);
	} else if (strcmp(before, "to") == 0) {
		offer_node_list(w->out, w->prefix, w->m);
	} else if (strcmp(before, "as") == 0) {
		offer_nodes(w->out, w->prefix, w->m);
	} else if (strcmp(before, "slot") == 0) {
		offer_slots(w->out, w->prefix, w->m);
	} else {
		static const char *const words[] = {"at", "to", "slot", "as", NULL};

		offer_words(w->out, w->prefix, words);
	}
}

/* A word of any table, to be explained. */
static void walk_topic(struct walker *w)
{
	if (!is_here(w))
		return;
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		offer(w->out, w->prefix, command_name((enum command_kind)i));
	offer_attacks(w->out, w->prefix);
	offer_defences(w->out, w->prefix);
	offer_types(w->out, w->prefix);
	offer_conditions(w->out, w->prefix);
}

/* Letters that are one word, which must be there. */
static void offer_word(const struct walker *w, char letter)
{
	static const char *const switches[] = {"on", "off", NULL};
	static const char *const rates[] = {"1/100", "1/10", "1x", "unlimited", NULL};
	switch (letter) {
	case 'n':
		offer_nodes(w->out, w->prefix, w->m);
		break;
	case 'N':
	case 'F':
	case 'T':
	case 'M':
		offer_node_list(w->out, w->prefix, w->m);
		break;
	case 's':
		offer_slots(w->out, w->prefix, w->m);
		break;
	case 'w':
		offer_values(w->out, w->prefix, w->m);
		break;
	case 'B':
		offer_ballots(w->out, w->prefix, w->m);
		break;
	case 'y':
		offer_types(w->out, w->prefix);
		break;
	case 'o':
		offer_words(w->out, w->prefix, switches);
		break;
	case 'r':
		offer_words(w->out, w->prefix, rates);
		break;
	case 'a':
		offer(w->out, w->prefix, "*");
		offer_attacks(w->out, w->prefix);
		break;
	default:
		break;
	}
}

/* Letters of conditions that are words which may be left out. True: nothing else can stand here. */
static bool walk_optional(struct walker *w, char letter)
{
	if (is_end(w))
		return false;
	if (is_here(w) && letter == 'b')
		offer_attacks(w->out, w->prefix);
	for (enum refusal why = 1; is_here(w) && letter == 'R' && why < REFUSALS; why++)
		offer(w->out, w->prefix, refusal_name(why));
	for (unsigned i = 0; is_here(w) && letter == 'P' && i < PROPERTIES; i++)
		offer(w->out, w->prefix, property_name((enum property)i));
	if (is_here(w) && letter == 'H')
		offer_types(w->out, w->prefix);
	if (is_here(w))
		return false;
	w->at++;
	if (letter != 'H')
		return false;
	if (is_here(w))
		offer_nodes(w->out, w->prefix, w->m);
	return w->at++ == w->cursor;
}

/* One letter of a condition; true: nothing that follows can stand at the cursor. */
static bool walk_condition_letter(struct walker *w, char letter)
{
	static const char *const compares[] = {"<=", ">=", "=", NULL};
	switch (letter) {
	case 'O':
		if (!walk_keyword(w, "on"))
			return false;
		offer_node_list(w->out, w->prefix, w->m);
		return true;
	case '@':
		if (!walk_keyword(w, "at"))
			return false;
		offer_ballots(w->out, w->prefix, w->m);
		return true;
	case 'D':
		return walk_defences(w, false);
	case 'c':
		if (is_here(w)) {
			offer_words(w->out, w->prefix, compares);
			return true;
		}
		w->at += 2;
		return w->at > w->cursor;
	case 'f':
		if (!walk_keyword(w, "for"))
			return false;
		offer_slots(w->out, w->prefix, w->m);
		return true;
	case 'b':
	case 'R':
	case 'P':
	case 'H':
		return walk_optional(w, letter);
	default:
		if (is_here(w)) {
			offer_word(w, letter);
			return true;
		}
		w->at++;
		return false;
	}
}

static bool walk_duration(struct walker *w, const char *keyword)
{
	static const char *const spans[] = {"1s", "5s", "30s", NULL};
	if (!walk_keyword(w, keyword))
		return false;
	offer_words(w->out, w->prefix, spans);
	return true;
}

/* [not] CONDITION arguments; true: nothing that follows can stand at the cursor. */
static bool walk_alternative(struct walker *w)
{
	const char *args = NULL;
	const bool negated = walk_over(w, "not");
	if (is_here(w)) {
		if (!negated)
			offer(w->out, w->prefix, "not");
		offer_conditions(w->out, w->prefix);
		return true;
	}
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++)
		if (strcmp(w->words->word[w->at], condition_name((enum condition_kind)i)) == 0)
			args = condition_args((enum condition_kind)i);
	w->at++;
	for (; args != NULL && *args != 0; args++)
		if (walk_condition_letter(w, *args))
			return true;
	return args == NULL;
}

/* CONDITION [or CONDITION] [within D], or [for D] where `may_last`; `wait 2s`, too. */
static void walk_conditions(struct walker *w, bool may_last, bool may_be_span)
{
	static const char *const spans[] = {"1s", "5s", "30s", NULL};
	const bool may_be_time = is_here(w) && may_be_span;
	do {
		if (walk_alternative(w)) {
			if (may_be_time)
				offer_words(w->out, w->prefix, spans);
			return;
		}
		if (is_here(w))
			offer(w->out, w->prefix, "or");
	} while (walk_over(w, "or"));
	if (!walk_duration(w, "within") && may_last)
		walk_duration(w, "for");
}

static void walk_until(struct walker *w)
{
	if (is_here(w))
		offer(w->out, w->prefix, "until");
	if (walk_over(w, "until"))
		walk_conditions(w, false, false);
}

static void walk_disk(struct walker *w)
{
	static const char *const faults[] = {"full", "wipe", "copy", "roll-back", NULL};

	if (is_here(w))
		offer_words(w->out, w->prefix, faults);
	if (walk_keyword(w, "slow"))
		offer(w->out, w->prefix, "none");
	if (walk_keyword(w, "crash-before"))
		offer_crash_points(w->out, w->prefix);
}

static void walk_clock(struct walker *w)
{
	(void)walk_keyword(w, "jump");
	if (walk_keyword(w, "rate"))
		offer_word(w, 'r');
}

/* One letter of a command; true: nothing that follows can stand at the cursor. */
static bool walk_letter(struct walker *w, char letter)
{
	switch (letter) {
	case '@':
		if (!walk_keyword(w, "at"))
			break;
		offer_slots(w->out, w->prefix, w->m);
		return true;
	case 'W':
		if (is_here(w))
			offer(w->out, w->prefix, "--wait");
		if (walk_over(w, "--wait"))
			walk_duration(w, "within");
		break;
	case 'b':
		if (is_here(w))
			offer(w->out, w->prefix, "both");
		break;
	case 'x':
		if (is_here(w))
			offer(w->out, w->prefix, "local");
		walk_over(w, "local");
		break;
	case 'A':
		walk_attacks(w);
		break;
	case 'K':
		if (is_here(w))
			offer_mistakes(w->out, w->prefix);
		break;
	case 'f':
		walk_forgery(w);
		return true;
	case 'Z':
		walk_disk(w);
		return true;
	case 'C':
		walk_clock(w);
		return true;
	case 'D':
		walk_defences(w, true);
		break;
	case 'E':
		walk_defences(w, false);
		break;
	case 'l':
		walk_link(w);
		break;
	case 'L':
		walk_load(w);
		break;
	case 'm':
		return walk_pick(w);
	case 'B':
		walk_before(w);
		break;
	case 'G':
		walk_gate(w);
		break;
	case 'i':
		walk_duration(w, "within");
		break;
	case 'u':
		walk_conditions(w, false, false);
		break;
	case 'U':
		walk_until(w);
		break;
	case 'p':
		walk_groups(w);
		break;
	case 'd':
		walk_conditions(w, false, true);
		break;
	case 'e':
		walk_conditions(w, true, false);
		break;
	case 'h':
		walk_topic(w);
		break;
	default:
		if (is_here(w)) {
			offer_word(w, letter);
			return true;
		}
		w->at++;
	}
	return false;
}

enum command_kind command_typed(const char *line)
{
	struct words words;
	char why[80];
	if (!words_split(line, &words, why, sizeof why) || words.count == 0)
		return COMMAND_NONE;
	const unsigned first = words.count > 1 && strcmp(words.word[0], "fails") == 0;
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		if (strcmp(words.word[first], command_name((enum command_kind)i)) == 0)
			return (enum command_kind)i;
	return COMMAND_NONE;
}

void command_complete(const char *line, const struct model *m, struct completions *out)
{
	struct words words;
	char why[80];
	size_t from = strlen(line);
	memset(out, 0, sizeof *out);
	if (!words_split(line, &words, why, sizeof why))
		return;
	while (from > 0 && line[from - 1] != ' ')
		from--;
	const char *prefix = line + from;
	out->from = (unsigned)from;
	struct walker w = {.out = out, .m = m, .words = &words, .prefix = prefix};
	/* The place of the word that is typed; behind a space a new word begins. */
	w.cursor = prefix[0] == 0 || words.count == 0 ? words.count : words.count - 1;
	const bool fails = walk_over(&w, "fails");
	if (is_here(&w)) {
		for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
			if (!fails || command_effect((enum command_kind)i) == EFFECT_CHANGES)
				offer(out, prefix, command_name((enum command_kind)i));
		return;
	}
	w.at++;
	for (const char *args = command_args(command_typed(line)); *args != 0; args++)
		if (walk_letter(&w, *args))
			return;
}
