/* Commands on their way from a key or the prompt to the runner: what is wrong with them is said,
 * what the dashboard may not do is refused, and how to take them back is remembered. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "proto/core/text.h"
#include "tui/dashboard/dashboard.h"

#define MESSAGE_US 6000000 /* so long a message stays */

void dashboard_say(struct dashboard *d, bool bad, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_write_list(d->scene.message, sizeof(d->scene.message), format, args);
	va_end(args);
	d->scene.message_bad = bad;
	d->message_until = real_time_us() + MESSAGE_US;
	d->dirty = true;
}

void dashboard_tell(struct dashboard *d, const char *name)
{
	char why[MESSAGE_MAX];

	if (story_find(name, d->wanted, why, sizeof(why)))
		return;
	d->wanted[0] = 0;
	dashboard_say(d, true, "%s", why);
}

/* Whoever lets time go on, or does something to the cluster, wants to see what comes of it. */
static void look_at_now(struct scene *s, enum command_kind kind)
{
	if (kind == COMMAND_STEP || kind == COMMAND_UNTIL || kind == COMMAND_TIMER ||
	    kind == COMMAND_DELIVER || kind == COMMAND_DROP || kind == COMMAND_DUPLICATE)
		s->stepping = true;
	else if (kind == COMMAND_RESUME || kind == COMMAND_RATE || kind == COMMAND_GATE)
		s->stepping = false;
	if (kind != COMMAND_PAUSE && s->view != VIEW_gate && command_effect(kind) != EFFECT_LOOKS)
		scene_follow(s);
}

bool dashboard_waits(const struct dashboard *d)
{
	const struct command *command = &d->runner.command;

	if (d->runner.state == RUNNER_READY)
		return false;
	switch (command->kind) {
	case COMMAND_WAIT:
	case COMMAND_EXPECT:
	case COMMAND_ASK:
	case COMMAND_BEAT:
	case COMMAND_UNTIL:
	case COMMAND_TIMER:
		return true;
	default:
		return command->kind == COMMAND_PROPOSE && command->wait;
	}
}

void dashboard_end_wait(struct dashboard *d)
{
	runner_cancel(&d->runner);
	dashboard_say(d, false, "the `%s` is given up", command_name(d->runner.command.kind));
}

static bool queue_command(struct dashboard *d, const char *line)
{
	struct command command;
	char why[256];

	if (!command_parse(line, d->model->nodes, &command, why, sizeof(why))) {
		dashboard_say(d, true, "%s", why);
		return false;
	}
	if (command.kind == COMMAND_NONE)
		return true;
	if (!d->scene.can_act && command_effect(command.kind) != EFFECT_LOOKS) {
		dashboard_say(d, true, "read-only: %s",
			      d->scene.why_not != NULL ? d->scene.why_not
						       : "this cluster takes no commands");
		return false;
	}
	if (d->queued == QUEUE_MAX) {
		dashboard_say(d, true, "not yet: %u commands still wait for an answer", QUEUE_MAX);
		return false;
	}
	look_at_now(&d->scene, command.kind);
	d->queue[d->queued].command = command;
	d->queue[d->queued].batch = d->taking_back ? 0 : d->batch;
	memcpy(d->queue[d->queued].line, line, strlen(line) + 1); /* the parser took it */
	d->queued++;
	if (dashboard_waits(d))
		dashboard_say(d, false, "this comes after the `%s` that is not over: Esc ends that",
			      command_name(d->runner.command.kind));
	return true;
}

bool dashboard_command(struct dashboard *d, const char *line)
{
	d->batch++;
	return queue_command(d, line);
}

/* All of them or none: half of them would leave the cluster as nobody wished it. */
bool dashboard_commands(struct dashboard *d, const char *lines)
{
	unsigned count = 0;

	d->batch++;
	for (const char *s = lines; *s != 0; s += *s == '\n')
		count += (*s != '\n'), s += strcspn(s, "\n");
	if (count > QUEUE_MAX - d->queued) {
		dashboard_say(d, true, "not yet: %u commands still wait for an answer", d->queued);
		return false;
	}
	while (*lines != 0) {
		size_t length = strcspn(lines, "\n");
		char line[WORD_BYTES_MAX];

		assert(length < sizeof(line)); /* all of them are written by the dashboard */
		memcpy(line, lines, length);
		line[length] = 0;
		if (line[0] != 0 && !queue_command(d, line))
			return false;
		lines += length + (lines[length] == '\n');
	}
	return true;
}
