#include "tui/again.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "node/io/files.h"

__attribute__((format(printf, 2, 3))) static void add(struct again *a, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(a->text + a->used, sizeof(a->text) - a->used, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(a->text) - a->used)
		a->whole = false;
	else
		a->used += (size_t)length;
}

void again_begin(struct again *a, bool whole)
{
	memset(a, 0, sizeof(*a));
	a->whole = whole;
}

/* Only what is done to the cluster; when it happens is told in virtual time, however fast that
 * ran. */
static bool changes_something(enum command_kind kind)
{
	switch (kind) {
	case COMMAND_PROPOSE:
	case COMMAND_CUT:
	case COMMAND_JOIN:
	case COMMAND_PARTITION:
	case COMMAND_HEAL:
	case COMMAND_LINK:
	case COMMAND_CRASH:
	case COMMAND_RESTART:
	case COMMAND_STOP:
	case COMMAND_CONTINUE:
	case COMMAND_GATE:
	case COMMAND_DELIVER:
	case COMMAND_DROP:
	case COMMAND_DUPLICATE:
	case COMMAND_ATTACK:
	case COMMAND_DEFEND:
	case COMMAND_EPOCH:
		return true;
	default:
		return false;
	}
}

static void wait_until(struct again *a, time_us now)
{
	if (now > a->at)
		add(a, "wait %lluus\n", (unsigned long long)(now - a->at));
	a->at = now;
}

static void head(struct again *a, const struct model *m, const struct cluster_info *info)
{
	char policy[POLICY_SHOWN_MAX];

	policy_show(m->policy, policy);
	add(a, "# What was done in the dashboard, until safety was violated.\nnodes %u\nmode %s\n",
	    m->nodes, m->mode == MODE_MULTI ? "multi" : "single");
	add(a, "rate 1/5\n"); /* links keep their delays */
	if (info->kind == CLUSTER_SIMULATED)
		add(a, "seed %llu\n", (unsigned long long)info->seed);
	if (m->policy != POLICY_NONE)
		add(a, "defend %s\n", policy);
	add(a, "\n");
	a->begun = true;
}

void again_note(struct again *a, const struct model *m, const struct cluster_info *info,
		const struct command *command, const char *line, time_us now)
{
	if (!changes_something(command->kind))
		return;
	if (!a->begun)
		head(a, m, info);
	wait_until(a, now);
	add(a, "%s\n", line);
}

/* $XDG_STATE_HOME/paxos-tui, else ~/.local/state/paxos-tui; made if it is not there. */
static enum status state_directory(char out[PATH_BYTES])
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int length;

	if (state != NULL && state[0] == '/')
		length = snprintf(out, PATH_BYTES, "%s/paxos-tui", state);
	else if (home != NULL && home[0] == '/')
		length = snprintf(out, PATH_BYTES, "%s/.local/state/paxos-tui", home);
	else
		return status_fail(STATUS_UNAVAILABLE, "neither XDG_STATE_HOME nor HOME is set");
	if (length >= PATH_BYTES)
		return status_fail(STATUS_UNAVAILABLE,
				   "the path of the state directory is too long");
	for (char *slash = strchr(out + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = 0;
		mkdir(out, 0700); /* what is wrong shows when the file is written */
		if (slash == NULL)
			return STATUS_OK;
		*slash = '/';
	}
}

enum status again_write(const struct again *a, const struct model *m,
			const struct cluster_info *info, time_us now, char *command, size_t size)
{
	static const char format[] = "wait violation %s within %lluus\nexpect violation %s\n";
	char dir[PATH_BYTES], path[PATH_BYTES], name[64], *text;
	time_t seconds = time(NULL);
	struct tm tm;
	enum status status;

	if (!a->whole || !a->begun)
		return status_fail(STATUS_UNAVAILABLE, "not all that was done is known");
	text = malloc(a->used + 200);
	if (text == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	memcpy(text, a->text, a->used);
	const time_us within_us = now - a->at + 10000000;
	snprintf(text + a->used, 200, format, property_name(m->violation.property),
		 (unsigned long long)within_us, property_name(m->violation.property));
	strftime(name, sizeof(name), "%Y%m%d-%H%M%S.pxs", localtime_r(&seconds, &tm));
	status = state_directory(dir);
	if (status == STATUS_OK)
		status = path_join(dir, name, path);
	if (status == STATUS_OK)
		status = file_write(path, (const uint8_t *)text, strlen(text));
	free(text);
	if (status == STATUS_OK)
		snprintf(command, size, "paxos-tui run %s%s",
			 info->kind == CLUSTER_SIMULATED ? "--sim " : "", path);
	return status;
}
