#include "tui/dashboard/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/files.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"

__attribute__((format(printf, 2, 3))) static void add(struct session *a, const char *format, ...)
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

void session_begin(struct session *a, bool whole)
{
	memset(a, 0, sizeof(*a));
	a->whole = whole;
}

void session_branch(struct session *a, const struct session *from, uint64_t events)
{
	session_begin(a, from->whole);
	a->is_branch = true;
	a->lines_miss = from->lines_miss;
	a->policy = from->policy;
	a->loads = from->loads;
	a->drifts = from->drifts;
	for (unsigned i = 0; i < from->commands && from->command[i].from < events; i++) {
		const struct session_command *was = &from->command[i];
		const char *line = from->text + was->line;

		a->begun = true;
		a->at = was->at;
		a->command[a->commands] = *was;
		a->command[a->commands++].line = a->used;
		add(a, "%.*s\n", (int)strcspn(line, "\n"), line);
	}
}

static void wait_until(struct session *a, time_us now)
{
	if (now > a->at)
		add(a, "wait %lluus\n", (unsigned long long)(now - a->at));
	a->at = now;
}

static void write_head(struct session *a, const struct model *m, const struct cluster_info *info)
{
	char policy[POLICY_SHOWN_MAX];

	for (node_id id = 1; id <= m->nodes; id++)
		if (m->node[id].boot > 1 || m->node[id].base > 0)
			a->whole = false;
	a->whole = a->whole && m->epoch <= 1;
	policy_show(m->policy, policy);
	add(a,
	    "# What was done in the dashboard, at the times at which it was done.\nnodes %u\nmode "
	    "%s\n",
	    m->nodes, m->mode == MODE_MULTI ? "multi" : "single");
	add(a, "rate 1/5\n"); /* links keep their delays */
	if (info->kind == CLUSTER_SIMULATED)
		add(a, "seed %llu\n", (unsigned long long)info->seed);
	if (m->policy != POLICY_NONE)
		add(a, "defend %s\n", policy);
	add(a, "\n");
	a->policy = m->policy;
	a->begun = true;
}

/* What becomes of a message shows in its receipt. How links lose messages and how long they take is
 * drawn anew in each run, and shows there as well. */
static bool is_told_by_events(enum command_kind kind)
{
	return kind == COMMAND_DELIVER || kind == COMMAND_DROP || kind == COMMAND_DUPLICATE ||
	       kind == COMMAND_MOVE || kind == COMMAND_LINK;
}

void session_note(struct session *a, const struct model *m, const struct cluster_info *info,
		  const struct command *command, const char *line, time_us now)
{
	if (command_effect(command->kind) != EFFECT_CHANGES)
		return;
	if (!a->begun)
		write_head(a, m, info);
	a->open = true;
	a->open_at = a->at;
	a->open_used = a->used;
	wait_until(a, now);
	if (a->commands == SESSION_COMMANDS)
		a->whole = false;
	else if (!is_told_by_events(command->kind))
		a->command[a->commands++] =

			(struct session_command){m->events, UINT64_MAX, now, a->used};
	a->open_kind = command->kind;
	add(a, "%s\n", line);
}

struct recorded {
	struct session *a;
	const struct model *m;
	struct reader *reader;
};

static void add_recorded(void *user, const char *line, uint64_t after)
{
	const struct recorded *of = user;
	struct session *a = of->a;
	const uint64_t events = reader_events(of->reader, after);
	struct command command;
	char why[200];

	if (a->commands > 0 && a->command[a->commands - 1].upto == UINT64_MAX)
		a->command[a->commands - 1].upto = events;
	if (events >= of->m->events ||
	    !command_parse(line, of->m->nodes, &command, why, sizeof(why)) ||
	    command_effect(command.kind) != EFFECT_CHANGES)
		return;
	a->loads = a->loads || command.kind == COMMAND_LOAD;
	a->drifts = a->drifts || command.kind == COMMAND_CLOCK;
	if (a->commands == SESSION_COMMANDS)
		a->whole = false;
	else if (!is_told_by_events(command.kind))
		a->command[a->commands++] = (struct session_command){
			events, UINT64_MAX, reader_time_of(of->reader, after), a->used};
	add(a, "%s\n", line);
}

/* Was each node in its first life when it was first heard of? */
static bool begins_with_cluster(const struct model *m)
{
	node_set heard = 0;
	uint64_t i = m->events > 0 ? model_event_first(m) : EVENT_UNSEEN;

	for (; i != EVENT_UNSEEN; i = model_event_later(m, i)) {
		const struct event *e = model_event_at(m, i);

		if (!set_has(heard, e->node) && e->boot > 1)
			return false;
		heard |= set_of(e->node);
	}
	return m->events <= MODEL_EVENTS && m->epoch <= 1;
}

void session_recorded(struct session *a, const struct model *m, struct reader *recording,
		      uint64_t items)
{
	struct cluster_info info;
	struct recorded of = {a, m, recording};

	reader_info(recording, &info);
	session_begin(a, reader_kind(recording) != CLUSTER_ATTACHED && begins_with_cluster(m));
	a->begun = a->is_branch = true;
	a->policy = info.policy;
	reader_commands(recording, add_recorded, &of);
	/* Where no line was given, a program did it. */
	a->whole = a->whole && (a->used > 0 || reader_deeds(recording, items) == 0);
}

void session_settle(struct session *a, const struct model *m, bool failed, bool touched)
{
	struct session_command *last = a->commands > 0 ? &a->command[a->commands - 1] : NULL;

	const bool is_listed = last != NULL && last->line >= a->open_used;

	if (a->open && is_listed) {
		last->upto = m->events;
		a->commands -= failed;
	}
	if (a->open && !failed) {
		a->loads = a->loads || a->open_kind == COMMAND_LOAD;
		a->drifts = a->drifts || a->open_kind == COMMAND_CLOCK;
	}
	if (a->open && failed) {
		a->used = a->open_used;
		a->at = a->open_at;
		/* Of a message that was not delivered as it was to be the events tell the rest. */
		a->lines_miss = a->lines_miss || (touched && !is_listed);
		a->whole = a->whole && !(touched && is_listed);
	}
	a->open = false;
}

void session_command(bool simulated, const char *path, char *out, size_t size)
{
	const bool plain = strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789/._-+") == strlen(path);
	char quoted[4 * PATH_BYTES];
	size_t used = 0;

	for (const char *s = path; *s != 0; s++) {
		const char *put = *s == '\'' ? "'\\''" : (char[]){*s, 0};
		memcpy(quoted + used, put, strlen(put));
		used += strlen(put);
	}
	quoted[used] = 0;
	snprintf(out, size, plain ? "paxos-tui run %s%s" : "paxos-tui run %s'%s'",
		 simulated ? "--sim " : "", quoted);
}

enum status session_write(const struct session *a, const struct model *m, time_us now,
			  char path[PATH_BYTES])
{
	static const char format[] = "wait violation %s within %lluus\nexpect violation %s\n";
	enum status status;
	char *text;

	if (!a->whole || a->lines_miss || !a->begun || a->is_branch)
		return status_fail(STATUS_UNAVAILABLE, "not all that was done is known");
	text = malloc(a->used + 200);
	if (text == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	memcpy(text, a->text, a->used);
	const time_us within_us = now - a->at + 10000000;
	snprintf(text + a->used, 200, format, property_name(m->violation.property),
		 (unsigned long long)within_us, property_name(m->violation.property));
	status = state_file("paxos-tui", ".pxs", path);
	if (status == STATUS_OK)
		status = file_write(path, (const uint8_t *)text, strlen(text));
	free(text);
	return status;
}
