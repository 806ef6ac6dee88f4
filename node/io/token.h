/* Join tokens: what a person gives to those who may join a cluster over the network. A token is a
 * text in a file of mode 0600 or in the environment, never on a command line, where everybody reads
 * it. Nobody sends it: nodes prove that they know it (proto/wire/join_frame.c). */
#ifndef NODE_IO_TOKEN_H
#define NODE_IO_TOKEN_H

#include <stdbool.h>

#include "node/io/status.h"
#include "proto/wire/control_frame.h"

#define TOKEN_VARIABLE "PAXOS_JOIN_TOKEN"

/* The token of `file`, or else of the environment. *found is false if neither is given (`file` is
 * NULL). */
enum status token_given(const char *file, struct join_token *out, bool *found);

/* The token in `path`, which is made if there is no such file. */
enum status token_load_or_make(const char *path, struct join_token *out);

void token_wipe(struct join_token *token);

#endif
