/* The messages that a gate with `keep` holds, as a file of the node's directory: member_kept. */
#ifndef NODE_HELD_FILE_H
#define NODE_HELD_FILE_H

#include "node/io/status.h"
#include "proto/member/member.h"

enum status held_file_write(const char *dir, struct member *m);

/* Gives them back to a member that has just started. No file, or one that is cut: what there is. */
enum status held_file_read(const char *dir, struct member *m);

#endif
