/* What a story says, right below the header, where the last row of a lecture hall can read it: the
 * heads in front hide the lower edge of a screen. Bold on a bar across the screen, its words broken
 * at blanks; at the end of its last line, what the story waits for. A text that has no room ends in
 * an ellipsis, and the key that opens all of it. */
#include <stdio.h>
#include <string.h>

#include "tui/view/pane.h"

#define BAR STYLE(INK_TITLE, ATTR_BOLD | ATTR_REVERSE)

/* What the story waits for, short enough for any screen. */
static const char *what_next(const struct scene *s)
{
	switch (s->story) {
	case STORY_NONE:
		break;
	case STORY_RUNS:
		return "";
	case STORY_READS:
		return "Space goes on";
	case STORY_WAITS:
		return "Enter goes on";
	case STORY_BREAKS:
		return "SAFETY is violated: Space goes on";
	case STORY_OVER:
		return s->story_returns ? "The end: Esc returns" : "The end: q quits";
	case STORY_FAILED:
		return s->story_returns ? "It stops here: Esc returns" : "It stops here: q quits";
	}
	return "";
}

/* Writes the text, unless `c` is NULL, and returns how many lines it takes. *end: where the last
 * one ends. `last`: columns of the lowest row of the canvas that the text may use. */
static int write_lines(struct canvas *c, const char *text, int columns, int last, int *end)
{
	int y = 0;

	*end = 0;
	while (*text != 0) {
		size_t bytes = line_bytes(text, columns);
		struct canvas none = {0}, row = none;

		if (c != NULL)
			row = canvas_part(c, 0, y, y + 1 == c->height ? last : c->width, 1);
		*end = canvas_span(&row, 1, 0, BAR, text, bytes);
		text += bytes;
		text += *text == '\n' ? 1 : strspn(text, " ");
		if (c != NULL && y + 1 == c->height && *text != 0)
			canvas_text(&row, *end, 0, BAR, "…");
		y++;
	}
	return y > 0 ? y : 1;
}

/* Is there room for what comes next behind the last line? */
static bool fits(const struct scene *s, int width, int end)
{
	return end + 3 + utf8_columns(what_next(s)) < width;
}

int pane_story_height(const struct scene *s, int width, int height)
{
	const int usual = height >= 20 ? 2 : 1;
	int end, lines, most = height / 4 > 1 ? height / 4 : 1;

	if (s->story == STORY_NONE || width < 4 || height < 3)
		return 0;
	if (s->story_line == 0 && height / 2 > most)
		most = height / 2; /* the opening: there is nothing else to see yet */
	lines = write_lines(NULL, s->story_text, width - 2, 0, &end);
	if (!fits(s, width, end))
		lines++;
	if (lines < usual)
		lines = usual;
	return lines < most ? lines : most;
}

void pane_story(const struct model *m, const struct scene *s, struct canvas *c)
{
	const char *next = what_next(s);
	int end;

	(void)m;
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++)
			canvas_put(c, x, y, BAR, ' ');
	const int lines = write_lines(NULL, s->story_text, c->width - 2, 0, &end);
	char more[80] = "";

	if (lines > c->height && c->width >= 40)
		snprintf(more, sizeof(more), " i reads all  %s", next);
	write_lines(c, s->story_text, c->width - 2, c->width - 1 - utf8_columns(more), &end);
	if (lines > c->height) {
		canvas_text(c, c->width - 1 - utf8_columns(more), c->height - 1, BAR, more);
	} else if (lines < c->height || fits(s, c->width, end)) {
		canvas_text(c, c->width - 1 - utf8_columns(next), c->height - 1, BAR, next);
	}
}
