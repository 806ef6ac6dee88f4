/* Stories: scenario files that are found by name, and read. They lie in demo/ beside the folder of
 * a build, and in share/paxos-tui beside the folder of an installed program. */
#ifndef TUI_DASHBOARD_STORY_H
#define TUI_DASHBOARD_STORY_H

#include "node/io/files.h"
#include "proto/scenario/scenario.h"

#define STORY_DIRS        2
#define STORY_OPENING_MAX 4000

/* The two folders, whether they are there or not; "" = it is not known where this program is. */
void story_dirs(char dir[STORY_DIRS][PATH_BYTES]);

/* Finds `name`, with or without its ".pxs": the file of that path, else one in a story folder.
 * False: `why` says where it was looked for. */
bool story_find(const char *name, char path[PATH_BYTES], char *why, size_t size);

/* Reads a scenario, and into `opening` the comment that it begins with, a line a paragraph; NULL:
 * nobody wants that. What is longer than there is room for ends in an ellipsis. False: `why` is a
 * sentence. */
bool story_load(const char *path, struct scenario *out, char opening[STORY_OPENING_MAX], char *why,
		size_t size);

/* Calls `use` with the name of each story that begins so, without ".pxs"; or, where `prefix` has a
 * slash in it, with each path of a scenario or folder that begins so. */
void story_each(const char *prefix, void (*use)(void *user, const char *name), void *user);

#endif
