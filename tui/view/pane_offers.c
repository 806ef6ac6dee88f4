/* What may be typed at the : prompt, while it is typed: commands with what they do, or how the
 * command is written, what it does, and the words that may stand at the cursor. */
#include <stdio.h>
#include <string.h>

#include "proto/scenario/command.h"
#include "tui/view/pane.h"

#define ROWS_MAX   8
#define TEXT_BYTES 4096

/* The command that is being typed, or the only one whose name begins so; NONE while it may be
 * several. */
static enum command_kind kind_of(const struct scene *s)
{
	if (s->offers->from > 0)
		return command_typed(s->ask_text);
	return s->offers->count == 1 ? command_typed(s->offers->word[0]) : COMMAND_NONE;
}

/* Are there so few commands that each has a line of its own? */
static bool has_lines(const struct scene *s)
{
	return s->offers->from == 0 && s->offers->count > 1 && s->offers->count <= ROWS_MAX;
}

static void all_words(const struct scene *s, char out[TEXT_BYTES])
{
	size_t used = 0;

	out[0] = 0;
	for (unsigned i = 0; i < s->offers->count && used < TEXT_BYTES; i++)
		used += (size_t)snprintf(out + used, TEXT_BYTES - used, "%s%s", i > 0 ? "  " : "",
					 s->offers->word[i]);
}

/* Writes a text from row y on, at most so many rows, the last with an ellipsis if there is more;
 * `c` NULL: only counts. Returns the row behind it. */
static int write_text(struct canvas *c, int y, int width, int rows, struct style style,
		      const char *text)
{
	for (int row = 0; *text != 0; row++, y++) {
		const size_t bytes = line_bytes(text, width);
		char line[TEXT_BYTES];

		if (row == rows)
			break;
		snprintf(line, sizeof(line), "%.*s", (int)bytes, text);
		text += bytes;
		text += strspn(text, " ");
		if (c == NULL)
			continue;
		struct canvas part = canvas_part(c, 0, y, width, 1);
		const int x = canvas_text(&part, 0, 0, style, line);

		if (row + 1 == rows && *text != 0)
			canvas_text(&part, x, 0, style, "…");
	}
	return y;
}

/* A command a row. */
static int write_commands(const struct scene *s, struct canvas *c, int width)
{
	int y = 0;

	for (unsigned i = 0; i < s->offers->count; i++, y++) {
		const enum command_kind kind = command_typed(s->offers->word[i]);
		char text[400];

		if (c == NULL)
			continue;
		snprintf(text, sizeof(text), "%s: %s", command_usage(kind), command_help(kind));
		write_text(c, y, width, 1, PLAIN, text);
		canvas_restyle(c, 0, y, (int)strlen(s->offers->word[i]), STYLE(INK_KEY, ATTR_BOLD));
	}
	return y;
}

/* All of it; `c` NULL: only counts the rows. */
static int write_all(const struct scene *s, struct canvas *c, int width)
{
	const enum command_kind kind = kind_of(s);
	char words[TEXT_BYTES];
	int y = 0;

	if (has_lines(s))
		return write_commands(s, c, width);
	if (kind != COMMAND_NONE) {
		y = write_text(c, y, width, 2, STYLE(INK_TEXT, ATTR_BOLD), command_usage(kind));
		y = write_text(c, y, width, 2, STYLE(INK_FAINT, 0), command_help(kind));
	}
	all_words(s, words);
	if (s->offers->count > 0 && (s->offers->from > 0 || kind == COMMAND_NONE))
		return write_text(c, y, width, 4, STYLE(INK_KEY, 0), words);
	if (kind == COMMAND_NONE && s->ask_text[0] != 0)
		return write_text(c, y, width, 1, STYLE(INK_WARN, 0),
				  "No command begins so: ? lists them.");
	return y;
}

const char *offers_title(const struct scene *s)
{
	const enum command_kind kind = kind_of(s);

	return kind != COMMAND_NONE ? command_name(kind) : "COMMANDS";
}

int pane_offers_height(const struct scene *s, int width, int most)
{
	int rows;

	if (s->ask != ASK_COMMAND || s->offers == NULL || width < 1 || most < 1)
		return 0;
	rows = write_all(s, NULL, width);
	return rows < most ? rows : most;
}

void pane_offers(const struct model *m, const struct scene *s, struct canvas *c)
{
	(void)m;
	write_all(s, c, c->width);
}
