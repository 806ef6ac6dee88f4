/* The command language: a line becomes a plain struct command. The commands are the rows of
 * proto/scenario/commands.def, the conditions those of proto/scenario/conditions.def;
 * proto/scenario/runner.h carries commands out.
 *
 * A line is words, parted by spaces; "double quotes" keep a word together (\" and \\ inside), and
 * a word that begins with # begins a comment. Nodes are 1 or n1; durations 500us, 80ms, 2s, 1m. */
#ifndef PROTO_SCENARIO_COMMAND_H
#define PROTO_SCENARIO_COMMAND_H

#include <stddef.h>

#include "proto/core/control.h"
#include "proto/core/event.h"
#include "proto/core/gate_rule.h"
#include "proto/model/base/model.h"

#define WORDS_MAX        64
#define WORD_BYTES_MAX   4096 /* of all words of a line, with their ends */
#define ALTERNATIVES_MAX 4    /* conditions with "or" between them */
#define COMMAND_TEXT_MAX 400  /* of a value or a text, with its 0 */
#define GROUPS_MAX       8    /* of a partition */

enum command_kind {
	COMMAND_NONE, /* an empty line or a comment */
#define COMMAND(name, text, args, does, effect, usage, help) COMMAND_##name,
#include "proto/scenario/commands.def"
#undef COMMAND
	COMMANDS
};

/* What carrying out a command does, see proto/scenario/commands.def. */
enum command_effect { EFFECT_LOOKS, EFFECT_STEERS, EFFECT_CHANGES };

enum condition_kind {
	CONDITION_NONE,
#define CONDITION(name, text, args, check, usage, help) CONDITION_##name,
#include "proto/scenario/conditions.def"
#undef CONDITION
	CONDITIONS
};

/* Defences as they are typed: how they change a policy. */
struct defences {
	policy_id named;
	bool is_preset; /* `named` is the whole new policy; else `named` is switched on or off */
	bool off;
	bool f_given;
	uint8_t f; /* that `quorum` tolerates */
};

enum compare { AT_MOST, AT_LEAST, JUST };

struct condition {
	enum condition_kind kind;
	bool negated;
	node_id node;
	node_set on; /* 0 = some node */
	slot_number slot;
	struct ballot ballot;
	bool any_value;
	bool any_property;
	enum property property;
	unsigned attack;      /* bit number; ATTACKS = any */
	enum refusal refusal; /* REFUSE_NOTHING = any */
	struct defences defences;
	enum message_type type; /* MSG_NONE = any, from anybody */
	node_id from;
	enum compare compare;
	uint64_t count;    /* with which it is compared */
	uint16_t value_at; /* where its value begins in the command's text */
};

enum link_part {
	LINK_DELAY = 1 << 0,
	LINK_JITTER = 1 << 1,
	LINK_LOSS = 1 << 2,
	LINK_DUPLICATE = 1 << 3,
	LINK_REORDER = 1 << 4,
};

/* Held messages: one by its id (copy, and perhaps where); or the oldest, or all, of those that are
 * of a type, between these nodes, of a ballot, about a slot. */
struct message_pick {
	struct message_id id; /* source NODE_NONE: not by id */
	uint8_t copy;
	bool all;
	enum message_type type; /* MSG_NONE: of any */
	node_set from, to;      /* 0: any */
	struct ballot ballot;   /* none: any */
	slot_number slot;       /* SLOT_NONE: any */
};

/* What is done to a disk: see commands.def. */
enum disk_fault {
	DISK_CRASH_BEFORE,
	DISK_SLOW,
	DISK_FULL,
	DISK_WIPE,
	DISK_COPY,
	DISK_ROLL_BACK,
	DISK_FAULTS
};

struct command {
	enum command_kind kind;
	bool fails;        /* it is expected to fail */
	unsigned line;     /* of its file, from 1 */
	node_id a;         /* propose: the node that is asked to */
	node_set nodes;    /* 0 = all */
	node_set from, to; /* of links */
	bool both;
	bool local; /* a read: from what the node knows itself */
	bool on;
	slot_number slot; /* SLOT_NONE = any */
	uint32_t count;
	uint32_t rate_num, rate_den;                /* as in struct clock_rule */
	uint32_t size_bytes, outstanding, arrivals; /* of a load; arrivals a second, 0 = no rate */
	time_us duration;                           /* wait 2s; 0 = it waits for the condition */
	bool wait;                                  /* propose, read: until there is an answer */
	time_us within;                             /* 0 = not said */
	time_us holds;                              /* expect ... for 2s; 0 = not said */
	unsigned alternatives;                      /* conditions of which one is to hold */
	struct condition condition[ALTERNATIVES_MAX];
	uint32_t attacks; /* bits of proto/fault/attacks.def */
	node_set victims; /* 0 = everybody */
	uint32_t from_round;
	unsigned mistake; /* a row of proto/fault/mistakes.def; MISTAKE_NONE */
	enum disk_fault disk;
	unsigned crash_point; /* a row of proto/fault/crash_points.def; CRASH_POINT_NONE */
	time_us sync_us;      /* so much longer a sync takes, 0 = no longer */
	uint32_t drift;       /* thousandths of the cluster's rate; 0 = not said */
	int64_t jump_us;      /* of a clock; 0 = not said */
	struct defences defences;
	unsigned link_parts; /* which of enum link_part were named */
	struct link_rule link;
	uint8_t groups;
	node_set group[GROUPS_MAX];
	struct message_pick pick, before;
	type_set types; /* of a gate; 0 = all */
	struct forgery word;
	bool own, keep;  /* a gate: its own messages too; over a crash */
	uint16_t length; /* of text, without its last 0 */
	char text[COMMAND_TEXT_MAX];
};

/* A line cut into words; word[] points into bytes[]. */
struct words {
	unsigned count;
	const char *word[WORDS_MAX];
	char bytes[WORD_BYTES_MAX];
};

/* Each returns false with a sentence in `why` (no newline, no prefix). `nodes`: how many the
 * cluster has; ids above are refused. */
bool words_split(const char *line, struct words *out, char *why, size_t size);
bool command_parse(const char *line, unsigned nodes, struct command *out, char *why, size_t size);
bool command_parse_words(const char *const *word, unsigned count, unsigned nodes,
			 struct command *out, char *why, size_t size);
/* "1/100", "2x", "0.01", "50%", "unlimited", "paused". */
bool rate_parse(const char *word, uint32_t *num, uint32_t *den);
/* "500", "20k", "1.5M": values a second, up to LOAD_RATE_MAX. */
bool arrivals_parse(const char *word, uint32_t *out);
/* "1/100x", "2x", "unlimited", "paused". */
void rate_show(uint32_t num, uint32_t den, char *out, size_t size);
/* "80ms", "2s"; a number without a unit is refused. */
bool duration_parse(const char *word, time_us *out);

/* Changes a policy as typed. False if the result is no policy: the sentence in `why` says what is
 * missing and how to switch it on, or which defences clash. */
bool defences_apply(const struct defences *defences, policy_id policy, unsigned nodes,
		    policy_id *out, char *why, size_t size);
/* A warning about the quorum of a policy, to stand behind another sentence ("; ..."): that it
 * tolerates no liar, or that one silent node, or a few, stop the cluster. "" if there is nothing to
 * warn of. */
void defences_remark(policy_id policy, unsigned nodes, char *out, size_t size);

/* Is a violation what the command waits for or expects? */
bool command_means_violation(const struct command *command);

const char *command_name(enum command_kind kind);
const char *command_usage(enum command_kind kind);
const char *command_help(enum command_kind kind);
const char *command_args(enum command_kind kind);
enum command_effect command_effect(enum command_kind kind);
const char *condition_name(enum condition_kind kind);
const char *condition_usage(enum condition_kind kind);
const char *condition_help(enum condition_kind kind);
const char *condition_args(enum condition_kind kind);

/* Is the condition true in the model? `text`: the command's. */
bool condition_holds(const struct model *m, const struct condition *condition, const char *text);
/* "not chosen 0 B on n1 n2", as a person reads it. */
void condition_show(const struct condition *condition, const char *text, char *out, size_t size);
/* What the model knows about it: "n1 A, n2 -". */
void condition_found(const struct model *m, const struct condition *condition, char *out,
		     size_t size);

/* What the last word of `line` can be completed to, for the prompt. */
#define COMPLETIONS_MAX 160
#define COMPLETION_SIZE 64
struct completions {
	unsigned from; /* place in the line of the word that they replace */
	unsigned count;
	char word[COMPLETIONS_MAX][COMPLETION_SIZE];
};
void command_complete(const char *line, const struct model *m, struct completions *out);
/* The command that the line begins with; COMMAND_NONE if its first word is none (yet). */
enum command_kind command_typed(const char *line);

#endif
