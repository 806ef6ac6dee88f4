#include "tui/print/topics.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/core/policy.h"
#include "proto/core/suggest.h"
#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/scenario/command.h"
#include "proto/scenario/grammar.h"
#include "proto/scenario/scenario.h"
#include "proto/wire/evidence.h"
#include "tui/print/print.h"
#include "tui/view/glossary.h"
#include "tui/view/keys.h"
#include "tui/view/view.h"

typedef void topic_use(void *user, const struct topic *topic);

static struct topic topic_make(enum topic_kind kind, const char *name, const char *help)
{
	struct topic topic = {.kind = kind, .also = ""};

	snprintf(topic.name, sizeof topic.name, "%s", name);
	snprintf(topic.help, sizeof topic.help, "%s", help);
	return topic;
}

/* A table that has only a name and a sentence. */
struct plain_row {
	const char *name, *help;
};

static const struct plain_row messages[] = {
#define MESSAGE(name, code, text, handler, fields, help) {text, help},
#include "proto/core/messages.def"
#undef MESSAGE
	{NULL, NULL},
};

static const struct plain_row refusals[] = {
#define REFUSAL(name, code, text, words) {text, words},
#include "proto/core/refusals.def"
#undef REFUSAL
	{NULL, NULL},
};

static const struct plain_row drops[] = {
#define DROP(name, code, text, words) {text, words},
#include "proto/core/drops.def"
#undef DROP
	{NULL, NULL},
};

static const struct plain_row events[] = {
#define EVENT(name, code, text, list, durable, fields, help) {text, help},
#include "proto/core/events.def"
#undef EVENT
	{NULL, NULL},
};

static const struct plain_row properties[] = {
#define PROPERTY(name, text, judge, words) {text, words},
#include "proto/model/base/properties.def"
#undef PROPERTY
	{NULL, NULL},
};

static const struct plain_row variables[] = {
#define VARIABLE(name, help) {name, help},
#include "tui/print/variables.def"
#undef VARIABLE
	{NULL, NULL},
};

static void plain_rows(enum topic_kind kind, const struct plain_row *row, topic_use *use,
		       void *user)
{
	for (; row->name != NULL; row++) {
		const struct topic topic = topic_make(kind, row->name, row->help);

		use(user, &topic);
	}
}

static void use_words(topic_use *use, void *user)
{
	for (unsigned i = 0; glossary_word(i) != NULL; i++) {
		const struct word *word = glossary_word(i);
		struct topic topic = topic_make(TOPIC_WORD, word->word, word->meaning);

		topic.also = word->also;
		use(user, &topic);
	}
}

static void use_marks(topic_use *use, void *user)
{
	for (unsigned i = 0; glossary_mark(i) != NULL; i++) {
		const struct mark *mark = glossary_mark(i);
		struct topic topic = topic_make(TOPIC_MARK, mark->mark, mark->meaning);

		snprintf(topic.usage, sizeof topic.usage, "%s  (%s)", mark->mark, mark->where);
		use(user, &topic);
	}
}

static void use_command_line(topic_use *use, void *user)
{
	for (unsigned i = 0; i < SUBCOMMANDS; i++) {
		const struct subcommand_row *row = &subcommand_rows[i];
		struct topic topic = topic_make(TOPIC_COMMAND_LINE, row->name, row->help);

		snprintf(topic.usage, sizeof topic.usage, "paxos-tui%s%s%s%s",
			 row->name[0] == 0 ? "" : " ", row->name, row->args[0] == 0 ? "" : " ",
			 row->args);
		use(user, &topic);
	}
}

static void use_options(topic_use *use, void *user)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		struct topic topic = topic_make(TOPIC_OPTION, "", row->help);
		char usual[400];

		if (row->help[0] == 0)
			continue;
		option_defaults((enum option_id)i, usual, sizeof usual);
		if (usual[0] != 0)
			text_append(topic.help, sizeof topic.help, ". Without it: %s", usual);
		snprintf(topic.name, sizeof topic.name, "--%s", row->name);
		print_option_name(row, topic.usage, sizeof topic.usage);
		use(user, &topic);
	}
}

static void use_commands(topic_use *use, void *user)
{
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++) {
		const enum command_kind kind = (enum command_kind)i;
		struct topic topic =
			topic_make(TOPIC_COMMAND, command_name(kind), command_help(kind));

		snprintf(topic.usage, sizeof topic.usage, "%s", command_usage(kind));
		use(user, &topic);
	}
}

static void use_conditions(topic_use *use, void *user)
{
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++) {
		const enum condition_kind kind = (enum condition_kind)i;
		struct topic topic =
			topic_make(TOPIC_CONDITION, condition_name(kind), condition_help(kind));

		snprintf(topic.usage, sizeof topic.usage, "wait %s", condition_usage(kind));
		use(user, &topic);
	}
}

static void use_literals(topic_use *use, void *user)
{
	for (unsigned i = 0; grammar_literal(i) != NULL; i++) {
		const struct literal *row = grammar_literal(i);
		struct topic topic = topic_make(TOPIC_LITERAL, row->name, row->help);

		snprintf(topic.usage, sizeof topic.usage, "%s", row->written);
		text_append(topic.help, sizeof topic.help, "; as in: %s", row->example);
		use(user, &topic);
	}
}

static void use_heads(topic_use *use, void *user)
{
	for (unsigned i = 0; head_name(i) != NULL; i++) {
		struct topic topic = topic_make(TOPIC_HEAD, head_name(i), head_help(i));

		snprintf(topic.usage, sizeof topic.usage, "%s", head_usage(i));
		use(user, &topic);
	}
}

static void use_unfolds(topic_use *use, void *user)
{
	for (unsigned i = 0; unfold_name(i) != NULL; i++) {
		struct topic topic = topic_make(TOPIC_UNFOLD, unfold_name(i), unfold_help(i));

		snprintf(topic.usage, sizeof topic.usage, "%s", unfold_usage(i));
		use(user, &topic);
	}
}

static void use_attacks(topic_use *use, void *user)
{
	static const char *const breaks[] = {
		[BREAKS_NOTHING] = "by itself it breaks nothing",
		[BREAKS_AGREEMENT] = "with no defence it breaks agreement",
		[BREAKS_PROGRESS] = "with no defence it stops progress",
	};

	for (unsigned bit = 0; bit < ATTACKS; bit++) {
		struct topic topic = topic_make(TOPIC_ATTACK, attack_name(bit), "");
		const char *stopped = attack_stopped_by(bit), *takes = attack_parameters(bit);

		snprintf(topic.usage, sizeof topic.usage, "attack NODE %s%s%s", attack_name(bit),
			 strstr(takes, "victims") != NULL ? " [to NODES]" : "",
			 strstr(takes, "from-round") != NULL ? " [from BALLOT]" : "");
		snprintf(topic.help, sizeof topic.help,
			 "%s; among five nodes with one liar %s%s%s. How to see it: %.*s",
			 attack_help(bit), breaks[attack_breaks(bit)],
			 stopped[0] == 0 ? "" : ", and is stopped by ", stopped,
			 (int)strlen(attack_see(bit)) - 1, attack_see(bit));
		use(user, &topic);
	}
}

static void use_mistakes(topic_use *use, void *user)
{
	for (unsigned i = MISTAKE_NONE + 1; i < MISTAKES; i++) {
		struct topic topic = topic_make(TOPIC_MISTAKE, mistake_name(i), "");

		snprintf(topic.usage, sizeof topic.usage, "mistake NODE %s", mistake_name(i));
		snprintf(topic.help, sizeof topic.help,
			 "%s; 'paxos-tui check --mistake %s' finds a shortest schedule in which it "
			 "does harm, and 'paxos-tui play mistake-%s' tells one",
			 mistake_help(i), mistake_name(i), mistake_name(i));
		use(user, &topic);
	}
}

static void names_of(policy_id policy, char *out, size_t size)
{
	size_t used = 0;

	out[0] = 0;
	for (unsigned bit = 0; bit < DEFENCES; bit++)
		if ((policy >> bit & 1) != 0 && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used == 0 ? "" : ", ", defence_name(bit));
}

static void use_defences(topic_use *use, void *user)
{
	for (unsigned bit = 0; bit < DEFENCES; bit++) {
		struct topic topic = topic_make(TOPIC_DEFENCE, defence_name(bit), "");
		const policy_id alone = (policy_id)1 << bit;
		char needs[POLICY_SHOWN_MAX], clashes[POLICY_SHOWN_MAX] = "";

		names_of(policy_missing(alone), needs, sizeof needs);
		for (unsigned other = 0; other < DEFENCES; other++)
			if (policy_clash(alone | (policy_id)1 << other) != 0)
				names_of((policy_id)1 << other, clashes, sizeof clashes);
		snprintf(topic.usage, sizeof topic.usage, "defend %s", defence_name(bit));
		snprintf(topic.help, sizeof topic.help, "%s%s%s%s%s; %s", defence_help(bit),
			 needs[0] == 0 ? "" : "; needs ", needs,
			 clashes[0] == 0 ? "" : "; cannot be on together with ", clashes,
			 defence_is_at_once(bit)
				 ? "holds at once, in every slot"
				 : "holds from the first slot on that nobody has touched");
		use(user, &topic);
	}
}

static void use_presets(topic_use *use, void *user)
{
	policy_id policy;

	for (unsigned i = 0; policy_preset(i, &policy) != NULL; i++) {
		struct topic topic = topic_make(TOPIC_PRESET, policy_preset(i, &policy), "");
		char names[POLICY_SHOWN_MAX];

		names_of(policy, names, sizeof names);
		snprintf(topic.usage, sizeof topic.usage, "defend %s", topic.name);
		snprintf(topic.help, sizeof topic.help, "%s",
			 names[0] == 0 ? "classic Paxos: no defence at all" : names);
		use(user, &topic);
	}
}

static void use_proofs(topic_use *use, void *user)
{
	for (unsigned i = 1; proof_name((enum proof_kind)i) != NULL && i < PROOFS; i++) {
		struct topic topic = topic_make(TOPIC_PROOF, proof_name((enum proof_kind)i), "");

		snprintf(topic.help, sizeof topic.help, "the node %s",
			 proof_words((enum proof_kind)i));
		use(user, &topic);
	}
}

static void use_views(topic_use *use, void *user)
{
	for (unsigned i = 0; i < VIEWS; i++) {
		const struct view *view = view_at((enum view_id)i);
		struct topic topic = topic_make(TOPIC_VIEW, view->title, view->help);

		snprintf(topic.usage, sizeof topic.usage, "%c  %s", view->key, view->title);
		use(user, &topic);
	}
}

static void use_keys(topic_use *use, void *user)
{
	for (unsigned i = 0; key_row(i) != NULL; i++) {
		struct topic topic = topic_make(TOPIC_KEY, "", "");
		char shown[16];

		key_shown_text(key_row(i), shown);
		snprintf(topic.name, sizeof topic.name, "%s", shown);
		key_help_text(key_row(i), topic.help, sizeof topic.help);
		use(user, &topic);
	}
}

void topics_of(enum topic_kind kind, topic_use *use, void *user)
{
	switch (kind) {
	case TOPIC_WORD:
		use_words(use, user);
		break;
	case TOPIC_COMMAND_LINE:
		use_command_line(use, user);
		break;
	case TOPIC_COMMAND:
		use_commands(use, user);
		break;
	case TOPIC_CONDITION:
		use_conditions(use, user);
		break;
	case TOPIC_LITERAL:
		use_literals(use, user);
		break;
	case TOPIC_HEAD:
		use_heads(use, user);
		break;
	case TOPIC_UNFOLD:
		use_unfolds(use, user);
		break;
	case TOPIC_ATTACK:
		use_attacks(use, user);
		break;
	case TOPIC_MISTAKE:
		use_mistakes(use, user);
		break;
	case TOPIC_DEFENCE:
		use_defences(use, user);
		break;
	case TOPIC_PRESET:
		use_presets(use, user);
		break;
	case TOPIC_PROPERTY:
		plain_rows(kind, properties, use, user);
		break;
	case TOPIC_MESSAGE:
		plain_rows(kind, messages, use, user);
		break;
	case TOPIC_REFUSAL:
		plain_rows(kind, refusals, use, user);
		break;
	case TOPIC_DROP:
		plain_rows(kind, drops, use, user);
		break;
	case TOPIC_PROOF:
		use_proofs(use, user);
		break;
	case TOPIC_EVENT:
		plain_rows(kind, events, use, user);
		break;
	case TOPIC_VIEW:
		use_views(use, user);
		break;
	case TOPIC_KEY:
		use_keys(use, user);
		break;
	case TOPIC_MARK:
		use_marks(use, user);
		break;
	case TOPIC_OPTION:
		use_options(use, user);
		break;
	case TOPIC_VARIABLE:
		plain_rows(kind, variables, use, user);
		break;
	case TOPICS:
		break;
	}
}

const char *topic_kind_name(enum topic_kind kind)
{
	static const char *const names[TOPICS] = {
		[TOPIC_WORD] = "word",
		[TOPIC_COMMAND_LINE] = "on the command line",
		[TOPIC_COMMAND] = "command",
		[TOPIC_CONDITION] = "condition",
		[TOPIC_LITERAL] = "word of the command language",
		[TOPIC_HEAD] = "head of a scenario",
		[TOPIC_UNFOLD] = "line of a scenario that stands for others",
		[TOPIC_ATTACK] = "attack",
		[TOPIC_MISTAKE] = "mistake",
		[TOPIC_DEFENCE] = "defence",
		[TOPIC_PRESET] = "preset of defences",
		[TOPIC_PROPERTY] = "property",
		[TOPIC_MESSAGE] = "message",
		[TOPIC_REFUSAL] = "why a node refuses",
		[TOPIC_DROP] = "why something was thrown away",
		[TOPIC_PROOF] = "proof of a lie",
		[TOPIC_EVENT] = "event",
		[TOPIC_VIEW] = "view",
		[TOPIC_KEY] = "key",
		[TOPIC_MARK] = "mark on the screen",
		[TOPIC_OPTION] = "option",
		[TOPIC_VARIABLE] = "environment variable",
	};

	return names[kind];
}

/* --- Looking for a name. */

#define NAMES_MAX 600

struct search {
	FILE *to;
	size_t width;
	const char *name;
	unsigned found;
	unsigned names;
	char list[NAMES_MAX][64];
};

static bool is_among(const char *words, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = words; *at != 0;) {
		const size_t one = strcspn(at, " ");

		if (one == length && strncasecmp(at, word, one) == 0)
			return true;
		at += one;
		at += *at == ' ';
	}
	return false;
}

/* A key is a letter in its own case; everything else may be written in either. */
static bool is_called(const struct topic *topic, const char *name)
{
	if (topic->kind == TOPIC_KEY || topic->kind == TOPIC_MARK)
		return strcmp(topic->name, name) == 0 ||
		       (is_among(topic->name, name) && strstr(topic->name, name) != NULL);
	return topic->name[0] != 0 &&
	       (strcasecmp(topic->name, name) == 0 || is_among(topic->also, name) ||
		(topic->kind == TOPIC_OPTION && strcasecmp(topic->name + 2, name) == 0));
}

static void print_topic(FILE *to, size_t width, const struct topic *topic)
{
	fprintf(to, "%s, %s", topic->name, topic_kind_name(topic->kind));
	if (topic->usage[0] != 0 && strcmp(topic->usage, topic->name) != 0)
		fprintf(to, ": %s", topic->usage);
	fprintf(to, "\n    ");
	print_paragraph(to, 4, width, topic->help);
}

static void look_at(void *user, const struct topic *topic)
{
	struct search *search = user;

	if (search->names < NAMES_MAX && topic->kind != TOPIC_KEY && topic->kind != TOPIC_MARK)
		snprintf(search->list[search->names++], sizeof search->list[0], "%s", topic->name);
	if (!is_called(topic, search->name))
		return;
	if (search->found++ > 0)
		putc('\n', search->to);
	print_topic(search->to, search->width, topic);
}

bool topic_print(FILE *to, size_t width, const char *name, const char **nearest)
{
	static struct search search;
	const char *list[NAMES_MAX];

	search = (struct search){.to = to, .width = width, .name = name};
	for (unsigned kind = 0; kind < TOPICS; kind++)
		topics_of((enum topic_kind)kind, look_at, &search);
	for (unsigned i = 0; i < search.names; i++)
		list[i] = search.list[i];
	*nearest = suggest(name, list, search.names);
	return search.found > 0;
}

struct names {
	size_t column;
	bool first;
};

static void print_name(void *user, const struct topic *topic)
{
	struct names *names = user;
	const char *name = topic->name[0] != 0 ? topic->name : "(none)";
	const size_t length = strlen(name) + 2; /* with its blank and comma */

	if (!names->first)
		putchar(',');
	if (names->column + length > 100) {
		printf("\n   ");
		names->column = 4;
	}
	printf(" %s", name);
	names->column += length;
	names->first = false;
}

void topics_print_names(void)
{
	for (unsigned kind = 0; kind < TOPICS; kind++) {
		struct names names = {.first = true};

		names.column = (size_t)printf("%s:", topic_kind_name((enum topic_kind)kind));
		topics_of((enum topic_kind)kind, print_name, &names);
		putchar('\n');
	}
}
