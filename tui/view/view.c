/* Puts a whole screen together: header, story, view, popup, tape or message or question, key line.
 */
#include "tui/view/view.h"

#include <stdio.h>
#include <string.h>

#include "tui/screen/prompt.h"
#include "tui/view/palette.h"

#define PAGE_WIDTH 140 /* of a text and the help, at most */

/* A frame in the middle of the body, on blank cells. */
static struct canvas popup_frame(struct canvas *body, int width, int height, const char *title)
{
	int x, y;

	if (width > body->width)
		width = body->width;
	if (height > body->height)
		height = body->height;
	x = (body->width - width) / 2;
	y = (body->height - height) / 3;
	/* What would stand beside the popup, torn apart, is left out. */
	struct canvas under = canvas_part(body, 0, y, body->width, height);

	canvas_clear(&under);
	return pane_frame(&under, x, 0, width, height, true, title);
}

/* At the top, so that WHY stays in sight below it. */
static struct canvas popup_top(struct canvas *body, int height, const char *title)
{
	struct canvas under = canvas_part(body, 0, 0, body->width, height);

	canvas_clear(&under);
	return pane_frame(&under, 0, 0, body->width, under.height, true, title);
}

/* How many nodes are liars and how many the defences tolerate, at the right of a palette's upper
 * edge. */
static void draw_count(const struct model *m, struct canvas *body, const char *title)
{
	char text[40];
	bool bad = liars_words(m, text, sizeof(text));
	const int x = body->width - utf8_columns(text) - 4;

	/* where the title leaves room */
	if (x >= utf8_columns(title) + 4)
		canvas_print(body, x, 0, STYLE(bad ? INK_BAD : INK_GOOD, ATTR_BOLD), " %s ", text);
}

/* Rows for a popup at the top, so that WHY stays in sight if the view shows it. */
static int above_why(const struct model *m, const struct scene *s, const struct canvas *body)
{
	if (s->view == VIEW_main)
		return view_main_above_why(m, s, body);
	return body->height >= 20 ? body->height - 4 : body->height;
}

/* The title of WHY on the lower edge of a popup that ends where WHY begins. */
static void retitle_why(const struct model *m, const struct scene *s, struct canvas *body,
			int height, int above)
{
	char title[160];

	if (s->view != VIEW_main || height != above || above >= body->height)
		return;
	why_title(m, s, title, sizeof(title));
	pane_title(body, 0, above - 1, body->width, false, title);
}

static void draw_popup(const struct model *m, const struct scene *s, struct canvas *body)
{
	char title[160];
	int above = above_why(m, s, body);

	if (s->popup == POPUP_LINKS) {
		struct canvas inside =
			popup_frame(body, pane_links_width(m) + 4, pane_links_height(m),
				    "LINKS  row sends, column receives");

		pane_links(m, s, &inside);
	}
	if (s->popup == POPUP_ATTACKS) {
		snprintf(title, sizeof(title), "ATTACK n%u %s", s->selected,
			 m->node[s->selected].attacks != 0 ? "a liar" : "honest so far");
		int height = pane_attacks_height(m, above);
		struct canvas inside = popup_top(body, height, title);

		retitle_why(m, s, body, height, above);

		draw_count(m, body, title);
		pane_attacks(m, s, &inside);
	}
	if (s->popup == POPUP_MISTAKES) {
		snprintf(title, sizeof(title), "MISTAKE n%u %s", s->selected,
			 m->node[s->selected].mistake != 0 ? "runs a wrong program"
							   : "runs the right program");
		int height = pane_mistakes_height(above);
		struct canvas inside = popup_top(body, height, title);

		retitle_why(m, s, body, height, above);
		pane_mistakes(m, s, &inside);
	}
	if (s->popup == POPUP_DEFENCES) {
		defences_title(m, title, sizeof(title));
		int height = pane_defences_height(m, above);
		struct canvas inside = popup_top(body, height, title);

		retitle_why(m, s, body, height, above);

		draw_count(m, body, title);
		pane_defences(m, s, &inside);
	}
	if (s->popup == POPUP_PROOF) {
		snprintf(title, sizeof(title), "PROOF  violated: %s",
			 property_words(m->violation.property));
		int height = pane_walk_height(m, above);
		struct canvas inside =
			popup_top(body, height, m->safety == SAFETY_VIOLATED ? title : "PROOF");

		retitle_why(m, s, body, height, above);

		pane_walk(m, s, &inside);
	}
	if (s->popup == POPUP_TEXT) {
		const char *has = s->page_filter[0] != 0 ? " with \"" : "";
		const size_t used =
			(size_t)snprintf(title, sizeof(title), "%s%s%s%s", s->text_title, has,
					 s->page_filter, has[0] != 0 ? "\"" : "");
		char when[24];

		time_show(s->text_at, when);
		if (s->text_is_dated)
			snprintf(title + used, sizeof(title) - used, "  as of %s: Esc live", when);
		struct canvas inside = popup_frame(body, PAGE_WIDTH, body->height, title);

		pane_page(m, s, &inside);
	}
	if (s->popup == POPUP_HELP) {
		snprintf(title, sizeof(title),
			 s->help_filter[0] != 0 ? "HELP with \"%s\"" : "HELP%s  type to search",
			 s->help_filter);
		struct canvas inside = popup_frame(body, PAGE_WIDTH, body->height, title);

		pane_help(m, s, &inside);
	}
}

/* A question with the line that is being typed, its end in sight, and the cursor in reverse. */
static void draw_question(const struct scene *s, struct canvas *c)
{
	int x = canvas_text(c, 1, 0, STYLE(INK_KEY, ATTR_BOLD), s->ask_label);
	char before[PROMPT_MAX];
	int room = c->width - x - 1, back;

	snprintf(before, sizeof(before), "%.*s", s->ask_cursor, s->ask_text);
	back = utf8_columns(before);
	back = back >= room ? back - room + 1 : 0;
	const char *text = s->ask_text;
	int cursor = x + utf8_columns(before) - back;

	for (; back > 0; back--)
		utf8_next(&text);
	canvas_text(c, x, 0, PLAIN, text);
	if (s->ask != ASK_YES && cursor < c->width)
		canvas_restyle(c, cursor, 0, 1, STYLE(INK_TEXT, ATTR_REVERSE));
}

/* What is said above the key line and must be read to its end; NULL: nothing. */
static const char *said_below(const struct scene *s)
{
	if (s->ask == ASK_YES)
		return s->ask_text;
	return s->ask == ASK_NOTHING && s->message[0] != 0 ? s->message : NULL;
}

/* Writes it, broken at blanks, unless `c` is NULL. Returns how many lines it takes. */
static int write_said(struct canvas *c, const char *text, int width, struct style style)
{
	int y = 0;

	for (; *text != 0; y++) {
		const size_t bytes = line_bytes(text, width - 1);

		if (c != NULL)
			canvas_span(c, 1, y, style, text, bytes);
		text += bytes;
		text += *text == '\n' ? 1 : strspn(text, " ");
	}
	return y;
}

static void draw_line(const struct model *m, const struct scene *s, struct canvas *c)
{
	const char *said = said_below(s);
	const bool bad = s->ask == ASK_NOTHING && s->message_bad;

	if (said != NULL)
		write_said(c, said, c->width, STYLE(bad ? INK_BAD : INK_TEXT, ATTR_BOLD));
	else if (s->ask != ASK_NOTHING)
		draw_question(s, c);
	else
		pane_tape(m, s, c);
}

/* Rows of the key line. */
static int key_rows(const struct canvas *c)
{
	return c->height >= 8 ? 1 : 0;
}

/* Rows for what is said: above its one row it covers the lowest ones of the view. */
static int said_rows(const struct scene *s, const struct canvas *c, int line)
{
	const char *said = said_below(s);
	/* on a small screen it takes what it needs, below the header */
	const int most = c->height >= 18 ? c->height / 3 : c->height - 1 - key_rows(c);
	int rows;

	if (said == NULL || c->width < 8)
		return line;
	rows = write_said(NULL, said, c->width, PLAIN);
	return rows < line ? line : rows < most ? rows : most;
}

/* What may be typed, right above the line in which it is typed. */
static void draw_offers(const struct model *m, const struct scene *s, struct canvas *body)
{
	int height = pane_offers_height(s, body->width - 4, body->height - 2);

	if (height < 1 || body->width < 20)
		return;
	struct canvas under =
		canvas_part(body, 0, body->height - height - 2, body->width, height + 2);

	canvas_clear(&under);
	struct canvas inside =
		pane_frame(&under, 0, 0, under.width, under.height, true, offers_title(s));

	pane_offers(m, s, &inside);
}

/* Rows of the line above the key line. */
static int line_rows(const struct scene *s, const struct canvas *c)
{
	return c->height >= 12 || s->ask != ASK_NOTHING || s->message[0] != 0 ? 1 : 0;
}

/* What is left for the view and its popup. */
static struct canvas body_of(const struct scene *s, const struct canvas *c)
{
	const int above = 1 + pane_story_height(s, c->width, c->height);

	return canvas_part(c, 0, above, c->width,
			   c->height - above - key_rows(c) - line_rows(s, c));
}

struct page_reach view_page(const struct model *m, const struct scene *s, int width, int height,
			    struct page_search *search)
{
	struct canvas whole = {.width = width, .height = height};
	const struct canvas body = body_of(s, &whole);
	const int inside = (body.width < PAGE_WIDTH ? body.width : PAGE_WIDTH) - 4;
	struct page_reach reach = {.seen = body.height - 2};

	if (s->popup != POPUP_HELP) {
		reach.rows = page_rows(s, inside, search);
		return reach;
	}
	reach.rows = help_rows(m, s, inside, search);
	reach.seen *= help_columns(inside);
	return reach;
}

void draw_screen(const struct model *m, const struct scene *s, struct canvas *c)
{
	const int keys = key_rows(c), line = line_rows(s, c), rows = said_rows(s, c, line);
	const int said = pane_story_height(s, c->width, c->height);
	struct canvas header = canvas_part(c, 0, 0, c->width, 1);
	struct canvas story = canvas_part(c, 0, 1, c->width, said);
	struct canvas body = body_of(s, c);
	struct canvas below = canvas_part(c, 0, c->height - keys - rows, c->width, rows);
	struct canvas bottom = canvas_part(c, 0, c->height - keys, c->width, keys);

	canvas_clear(c);
	if (s->blank)
		return;
	pane_header(m, s, &header);
	if (said > 0)
		pane_story(m, s, &story);
	view_at(s->view)->draw(m, s, &body);
	draw_popup(m, s, &body);
	draw_offers(m, s, &body);
	if (rows > line)
		canvas_clear(&below);
	if (rows != 0)
		draw_line(m, s, &below);
	if (keys != 0)
		pane_keys(m, s, &bottom);
}
