/* Everything that has a name here, with what its table says about it: what `paxos-tui help WORD`
 * looks through and what the man page lists. */
#ifndef TUI_PRINT_TOPICS_H
#define TUI_PRINT_TOPICS_H

#include <stdbool.h>
#include <stdio.h>

#define TOPIC_HELP_MAX 700

enum topic_kind {
	TOPIC_WORD,
	TOPIC_COMMAND_LINE,
	TOPIC_COMMAND,
	TOPIC_CONDITION,
	TOPIC_LITERAL,
	TOPIC_HEAD,
	TOPIC_UNFOLD,
	TOPIC_ATTACK,
	TOPIC_MISTAKE,
	TOPIC_DEFENCE,
	TOPIC_PRESET,
	TOPIC_PROPERTY,
	TOPIC_MESSAGE,
	TOPIC_REFUSAL,
	TOPIC_DROP,
	TOPIC_PROOF,
	TOPIC_EVENT,
	TOPIC_VIEW,
	TOPIC_KEY,
	TOPIC_MARK,
	TOPIC_OPTION,
	TOPIC_VARIABLE,
	TOPICS
};

struct topic {
	enum topic_kind kind;
	char name[64];             /* what people look for: "equivocate", "1.1", "--seed" */
	const char *also;          /* other names, parted by blanks; "" = none */
	char usage[160];           /* how it is written, if that is more than its name; else "" */
	char help[TOPIC_HELP_MAX]; /* a sentence or more, without a full stop at the end */
};

/* "attack", "reason to refuse", ... */
const char *topic_kind_name(enum topic_kind kind);

/* Calls `use` with each topic of one kind, in the order of its table; `topic` is valid in the call.
 */
void topics_of(enum topic_kind kind, void (*use)(void *user, const struct topic *topic),
	       void *user);

/* Prints what there is under this name, in whatever table, in so many columns. False: nothing;
 * `nearest` is then a name that is like it, or NULL, valid until the next call. */
bool topic_print(FILE *to, size_t width, const char *name, const char **nearest);

/* Prints all names, a line a table. */
void topics_print_names(void);

#endif
