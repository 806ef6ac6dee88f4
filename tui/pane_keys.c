/* The bottom line, which can be clicked, and the help, both from the key table. */
#include <stdio.h>
#include <string.h>

#include "tui/view/identity.h"
#include "tui/view/keys.h"
#include "tui/pane.h"
#include "tui/view/view.h"

void pane_keys(const struct model *m, const struct scene *s, struct canvas *c)
{
	int x = 1, end = c->width - 8;
	const struct key *help = key_find(s, '?');

	for (unsigned i = 0; key_row(i) != NULL; i++) {
		const struct key *key = key_row(i);
		char label[24];

		key_label(m, s, key, label);
		if (label[0] == 0 || key == help || !key_is_valid(m, s, key))
			continue;
		int width = text_width(key->shown) + 1 + text_width(label);

		if (x + width > end)
			continue;
		int code = key->code != 0 ? key->code : '1';
		int next = canvas_text(c, x, 0, STYLE(INK_KEY, ATTR_BOLD), key->shown);

		next = canvas_text(c, next + 1, 0, PLAIN, label);
		canvas_click(c, x, 0, next - x, 1, (unsigned)code);
		x = next + 2;
	}
	canvas_text(c, c->width - 7, 0, STYLE(INK_KEY, ATTR_BOLD), "?");
	canvas_text(c, c->width - 5, 0, PLAIN, "help");
	canvas_click(c, c->width - 7, 0, 6, 1, '?');
}

static bool help_matches(const struct scene *s, const char *shown, const char *help)
{
	return s->help_filter[0] == 0 || strcasestr(help, s->help_filter) != NULL ||
	       strcasestr(shown, s->help_filter) != NULL;
}

/* One key and as many lines as its help takes; returns the line after it. */
static int help_line(struct canvas *c, int y, const char *shown, const char *help)
{
	struct cell cells[400];
	int width = c->width - 8 < 100 ? c->width - 8 : 100;
	struct canvas text = canvas_over(cells, width > 0 ? width : 0, 4);
	int lines = draw_paragraph(&text, PLAIN, help, 0);

	canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), shown);
	for (int line = 0; line < lines && line < text.height; line++)
		for (int x = 0; x < text.width; x++) {
			const struct cell *cell = &text.cell[line * text.stride + x];

			canvas_put(c, 8 + x, y + line, cell->style, cell->glyph);
		}
	return y + (lines < text.height ? lines : text.height);
}

/* Where a key works, if it is in one popup only. */
static const char *place_words(unsigned where)
{
	return where == IN_LINKS      ? "links: "
	       : where == IN_ATTACKS  ? "attacks: "
	       : where == IN_DEFENCES ? "defences: "
	       : where == IN_PROOF    ? "proof: "
				      : "";
}

void pane_help(const struct model *m, const struct scene *s, struct canvas *c)
{
	int y = -s->help_scroll;

	(void)m;
	for (unsigned i = 0; i < VIEWS; i++) {
		const struct view *view = view_at((enum view_id)i);
		char key[8], text[200];

		snprintf(key, sizeof(key), "%c", view->key);
		snprintf(text, sizeof(text), "%s: %s", view->title, view->help);
		if (help_matches(s, key, text))
			y = help_line(c, y, key, text);
	}
	for (unsigned i = 0; key_row(i) != NULL; i++) {
		const struct key *key = key_row(i);
		char text[200];

		snprintf(text, sizeof(text), "%s%s", place_words(key->where), key->help);
		if (key->action != ACTION_views && help_matches(s, key->shown, text))
			y = help_line(c, y, key->shown, text);
	}
	if (y + s->help_scroll == 0)
		canvas_print(c, 0, 0, STYLE(INK_FAINT, 0), "No key has \"%s\" in its help.",
			     s->help_filter);
}
