/* A scenario file (.pxs): lines of commands, with # comments. Its head, before the first command,
 * may say on what kind of cluster it plays: rows of proto/scenario/heads.def. Lines may be
 * repeated, and values have names: rows of proto/scenario/unfold.def. */
#ifndef PROTO_SCENARIO_SCENARIO_H
#define PROTO_SCENARIO_SCENARIO_H

#include "proto/scenario/command.h"

#define SCENARIO_COMMANDS_MAX 4096

struct scenario {
	uint8_t nodes; /* NODES_DEFAULT if it does not say */
	enum paxos_mode mode;
	bool rate_given, seed_given, mode_given, nodes_given;
	uint32_t rate_num, rate_den; /* unlimited if it does not say */
	uint64_t seed;
	policy_id policy; /* none if it does not say */
	unsigned commands;
	struct command command[SCENARIO_COMMANDS_MAX]; /* more than `commands` say nothing */
};

/* Row i of heads.def: "nodes", "nodes 5", and what it says; NULL behind the last. */
const char *head_name(unsigned i);
const char *head_usage(unsigned i);
const char *head_help(unsigned i);

/* The same of unfold.def: lines that stand for other lines, anywhere in a scenario. */
const char *unfold_name(unsigned i);
const char *unfold_usage(unsigned i);
const char *unfold_help(unsigned i);

/* `text` ends with a 0. False: `why` is "file:line: what". */
bool scenario_parse(const char *file, const char *text, struct scenario *out, char *why,
		    size_t size);

#endif
