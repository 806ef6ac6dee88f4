/* Questions on the line above the keys: the : prompt, a value, a search, y or n. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "tui/dashboard/dashboard.h"

static void offer_story(void *user, const char *name)
{
	struct completions *c = user;

	if (c->count < COMPLETIONS_MAX && strlen(name) < COMPLETION_SIZE)
		memcpy(c->word[c->count++], name, strlen(name) + 1);
}

/* Finds out what may stand at the cursor of the : prompt. */
static void find_offers(struct dashboard *d)
{
	const struct prompt *p = &d->command;
	char head[PROMPT_MAX];

	snprintf(head, sizeof(head), "%.*s", p->cursor, p->text);
	command_complete(head, d->model, &d->offers);
	if (command_typed(head) == COMMAND_PLAY && d->offers.from > 0)
		story_each(head + d->offers.from, offer_story, &d->offers);
	d->scene.offers = &d->offers;
}

void dashboard_ask(struct dashboard *d, enum ask what, const char *label, const char *text)
{
	struct prompt *p = what == ASK_COMMAND ? &d->command : &d->line;

	prompt_begin(p, text);
	d->scene.ask = what;
	d->scene.ask_label = label;
	d->scene.ask_text = p->text;
	d->scene.ask_cursor = p->cursor;
	if (what == ASK_COMMAND)
		find_offers(d);
}

void dashboard_confirm(struct dashboard *d, const char *line, const char *format, ...)
{
	va_list args;

	assert(strlen(line) < sizeof(d->confirmed)); /* the palettes write so much at most, and no
						      * more can be pasted */
	memcpy(d->confirmed, line, strlen(line) + 1);
	va_start(args, format);
	text_write_list(d->line.text, sizeof(d->line.text), format, args);
	va_end(args);
	d->question_drawn = false;
	d->scene.ask = ASK_YES;
	d->scene.ask_label = "";
	d->scene.ask_text = d->line.text;
	d->scene.ask_cursor = 0;
}

static void complete(struct dashboard *d)
{
	struct prompt *p = &d->command;
	const struct completions *c = &d->offers;
	const char *word[COMPLETIONS_MAX];
	char common[COMPLETION_SIZE + 1];
	bool goes_on;

	if (c->count == 0)
		return;
	for (unsigned i = 0; i < c->count; i++)
		word[i] = c->word[i];
	prompt_common_beginning(word, c->count, common, sizeof(common) - 1);
	/* a folder goes on in the same word */
	goes_on = common[0] != 0 && common[strlen(common) - 1] == '/';
	if (c->count == 1 && !goes_on)
		strncat(common, " ", sizeof(common) - strlen(common) - 1);
	prompt_replace(p, (int)c->from, common);
}

/* A value is quoted for the command language, so that any text can be proposed. */
static void propose_value(struct dashboard *d)
{
	char line[2 * PROMPT_MAX + 32]; /* every character may need a backslash */
	size_t used = (size_t)snprintf(line, sizeof(line), "propose %u \"", d->scene.selected);

	if (d->line.text[0] == 0)
		return;
	for (const char *s = d->line.text; *s != 0; s++) {
		if (*s == '"' || *s == '\\')
			line[used++] = '\\';
		line[used++] = *s;
	}
	line[used++] = '"';
	line[used] = 0;
	dashboard_command(d, line);
}

static void answered(struct dashboard *d, enum ask what)
{
	switch (what) {
	case ASK_COMMAND:
		dashboard_command(d, d->command.text);
		break;
	case ASK_VALUE:
		propose_value(d);
		break;
	case ASK_SEARCH:
		dashboard_search(d, d->line.text);
		break;
	case ASK_FILTER:
		dashboard_filter(d, d->line.text);
		break;
	case ASK_MOMENT:
		dashboard_to_moment(d, d->line.text);
		break;
	default:
		break;
	}
}

void dashboard_answer(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;
	enum ask what = s->ask;
	struct prompt *p = what == ASK_COMMAND ? &d->command : &d->line;

	if (what == ASK_YES) {
		s->ask = ASK_NOTHING;
		if (code != 'y' && code != 'Y')
			return;
		if (strcmp(d->confirmed, "quit") == 0)
			d->quit = true;
		else
			dashboard_commands(d, d->confirmed);
		return;
	}
	switch (prompt_key(p, code, what == ASK_COMMAND || what == ASK_VALUE)) {
	case PROMPT_DONE:
		s->ask = ASK_NOTHING;
		answered(d, what);
		break;
	case PROMPT_CUT:
		s->ask = ASK_NOTHING;
		dashboard_say(d, true, "more than %d bytes were typed: nothing is done",
			      PROMPT_MAX - 1);
		break;
	case PROMPT_GIVEN_UP:
		s->ask = ASK_NOTHING;
		break;
	case PROMPT_COMPLETE:
		if (what == ASK_COMMAND)
			complete(d);
		break;
	case PROMPT_TYPING:
		break;
	}
	s->ask_cursor = p->cursor;
	if (s->ask == ASK_COMMAND)
		find_offers(d);
}

/* --- pasted text --------------------------------------------------------------------------- */

/* One line with its characters, a blank for each end of a line. */
static void paste_text(struct dashboard *d, struct prompt *p, const char *text)
{
	char line[PROMPT_MAX];
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == '\n')
		length--;
	if (length >= sizeof(line)) {
		p->cut = true;
		return;
	}
	memcpy(line, text, length);
	line[length] = 0;
	for (char *c = line; *c != 0; c++)
		*c = *c == '\n' ? ' ' : *c;
	prompt_paste(p, line);
	d->scene.ask_cursor = p->cursor;
	if (p == &d->command)
		find_offers(d);
}

/* How many commands these lines are; says which of them is none, and returns 0. */
static unsigned count_commands(struct dashboard *d, const char *lines)
{
	unsigned count = 0, number = 0;

	while (*lines != 0) {
		const size_t length = strcspn(lines, "\n");
		struct command command;
		char line[WORD_BYTES_MAX], why[256] = "the line is too long";

		number++;
		snprintf(line, sizeof(line), "%.*s", (int)length, lines);
		if (length >= sizeof(line) ||
		    !command_parse(line, d->model->nodes, &command, why, sizeof(why))) {
			dashboard_say(d, true, "nothing is done: line %u: %s", number, why);
			return 0;
		}
		count += command.kind != COMMAND_NONE;
		lines += length + (lines[length] == '\n');
	}
	if (count == 0)
		dashboard_say(d, true, "no line of what was pasted is a command");
	return count;
}

/* Asks once for all of them. What was typed before stands before the first line. */
static void paste_commands(struct dashboard *d, const char *text)
{
	static char lines[PROMPT_MAX + PASTE_MAX];
	unsigned count;

	snprintf(lines, sizeof(lines), "%s%s", d->command.text, text);
	d->scene.ask = ASK_NOTHING;
	if (d->command.cut || strlen(lines) >= sizeof(d->confirmed)) {
		dashboard_say(d, true, "that is too much: nothing is done");
		return;
	}
	count = count_commands(d, lines);
	if (count > QUEUE_MAX)
		dashboard_say(d, true,
			      "nothing is done: these are %u commands, and %u at most go "
			      "together",
			      count, QUEUE_MAX);
	else if (count > 0)
		dashboard_confirm(d, lines, "Run these %u commands?  y/n", count);
}

void dashboard_answer_paste(struct dashboard *d, const char *text)
{
	const char *end = strchr(text, '\n');

	if (d->scene.ask == ASK_YES)
		return;
	if (d->scene.ask == ASK_COMMAND && end != NULL && end[strspn(end, "\n ")] != 0)
		paste_commands(d, text);
	else
		paste_text(d, d->scene.ask == ASK_COMMAND ? &d->command : &d->line, text);
}
