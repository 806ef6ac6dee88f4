/* Questions on the line above the keys: the : prompt, a value, a filter, y or n. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/dashboard.h"

void dashboard_ask(struct dashboard *d, enum ask what, const char *label, const char *text)
{
	struct prompt *p = what == ASK_COMMAND ? &d->command : &d->line;

	prompt_begin(p, text);
	d->scene.ask = what;
	d->scene.ask_label = label;
	d->scene.ask_text = p->text;
	d->scene.ask_cursor = p->cursor;
}

void dashboard_confirm(struct dashboard *d, const char *line, const char *format, ...)
{
	va_list args;

	snprintf(d->confirmed, sizeof(d->confirmed), "%s", line);
	va_start(args, format);
	vsnprintf(d->line.text, sizeof(d->line.text), format, args);
	va_end(args);
	d->scene.ask = ASK_YES;
	d->scene.ask_label = "";
	d->scene.ask_text = d->line.text;
	d->scene.ask_cursor = 0;
}

static void complete(struct dashboard *d)
{
	struct prompt *p = &d->command;
	struct completions c;
	const char *word[COMPLETIONS_MAX];
	char head[PROMPT_MAX], common[COMPLETION_SIZE + 1], all[MESSAGE_MAX] = "";
	size_t used = 0;

	snprintf(head, sizeof(head), "%.*s", p->cursor, p->text);
	command_complete(head, d->model, &c);
	if (c.count == 0)
		return;
	for (unsigned i = 0; i < c.count; i++) {
		word[i] = c.word[i];
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used, "%s ", word[i]);
	}
	common_beginning(word, c.count, common, sizeof(common) - 1);
	if (c.count == 1)
		strncat(common, " ", sizeof(common) - strlen(common) - 1);
	prompt_replace(p, (int)c.from, common);
	if (c.count > 1)
		dashboard_say(d, false, "%s", all);
}

/* A value is quoted for the command language, so that any text can be proposed. */
static void propose_value(struct dashboard *d)
{
	char line[COMMAND_TEXT_MAX];
	size_t used = (size_t)snprintf(line, sizeof(line), "propose %u \"", d->scene.selected);

	if (d->line.text[0] == 0)
		return;
	for (const char *s = d->line.text; *s != 0 && used + 4 < sizeof(line); s++) {
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
	case ASK_FILTER:
		snprintf(d->scene.filter, sizeof(d->scene.filter), "%.*s", FILTER_MAX - 1,
			 d->line.text);
		if (d->scene.filter[0] != 0 && d->scene.view != VIEW_lanes)
			d->scene.view = VIEW_events;
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
}
