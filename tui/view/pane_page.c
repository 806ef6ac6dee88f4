/* A text of many lines in a popup: what a command prints where there is no screen. It scrolls, is
 * searched and filtered. */
#include <string.h>

#include "proto/core/letter.h"
#include "tui/view/match.h"
#include "tui/view/pane.h"

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* Where a line ends that is full at `end`, within a word, but not within a number that began in it.
 */
static size_t within_word(const char *text, const char *end)
{
	const char *s = end;

	while (s > text && is_digit(s[-1]) && is_digit(*s))
		s--;
	return (size_t)((s > text ? s : end) - text);
}

size_t line_bytes(const char *text, int columns)
{
	const char *s = text, *blank = NULL;

	for (int x = 0; *s != 0 && *s != '\n';) {
		const char *next = s;

		if (*s == ' ' && s > text)
			blank = s;
		x += (int)letter_cells(utf8_next(&next));
		if (x > columns && blank != NULL)
			return (size_t)(blank - text);
		if (x > columns)
			return within_word(text, s > text ? s : next);
		s = next;
	}
	return (size_t)(s - text);
}

void page_take(struct page_search *search, unsigned line, int row)
{
	if (search->by > 0) {
		const bool on = search->after != 0 ? line > search->after : row >= search->row;

		if (!on || search->found != 0)
			return;
	} else if (search->after != 0 ? line >= search->after : row >= search->row) {
		return;
	}
	search->found = line;
	search->found_row = row;
}

/* Where lines of a text go, or only how many rows they take: `canvas` NULL. */
struct page {
	struct canvas *canvas;
	int width, y;
};

/* One line. What it has no room for goes on below it, as far to the right as it begins. */
static void write_line(struct page *p, struct style style, const char *line, size_t length)
{
	const char *text = line, *end = line + length;
	const int lead = (int)strspn(text, " "), indent = lead < p->width / 2 ? lead : 0;

	do {
		const int from = text == line ? 0 : indent;
		const size_t bytes = line_bytes(text, p->width - from);

		if (p->canvas != NULL && p->y >= 0 && p->y < p->canvas->height)
			canvas_span(p->canvas, from, p->y, style, text, bytes);
		text += bytes;
		text += text < end ? strspn(text, " ") : 0;
		p->y++;
	} while (text < end);
}

/* Writes the lines that pass the filter, the first one so many rows above the canvas. Returns how
 * many rows there are. */
static int write_text(const struct scene *s, struct page *p, int above, struct page_search *search)
{
	const char *text = s->text;

	p->y = -above;
	for (unsigned line = 1; *text != 0; line++) {
		const size_t length = strcspn(text, "\n");
		const bool marked = line == s->page_at;

		if (match_text(text, length, s->page_filter)) {
			if (search != NULL && match_text(text, length, search->query))
				page_take(search, line, p->y + above);
			write_line(p, STYLE(INK_TEXT, marked ? ATTR_REVERSE : 0), text, length);
		}
		text += length + (text[length] == '\n');
	}
	return p->y + above;
}

int page_rows(const struct scene *s, int width, struct page_search *search)
{
	struct page p = {.width = width};

	return width < 8 ? 0 : write_text(s, &p, 0, search);
}

void pane_page(const struct model *m, const struct scene *s, struct canvas *c)
{
	if (c->width < 8)
		return;
	const int lines = page_rows(s, c->width, NULL);
	const int last = lines > c->height ? lines - c->height : 0;
	const int above = s->text_scroll < last ? s->text_scroll : last;
	/* the last row says that there is more, and nothing else */
	struct canvas rows = canvas_part(c, 0, 0, c->width, c->height - (above < last));
	struct page p = {.canvas = &rows, .width = c->width};

	(void)m;
	if (lines == 0)
		canvas_print(c, 0, 0, STYLE(INK_FAINT, 0), "No line has \"%s\".", s->page_filter);
	write_text(s, &p, above, NULL);
	if (above < last)
		canvas_text(c, c->width - 6, c->height - 1, STYLE(INK_KEY, ATTR_BOLD), "more ↓");
}
