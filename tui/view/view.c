/* Puts a whole screen together: header, view, popup, tape or message or question, key line. */
#include "tui/view/view.h"

#include <stdio.h>
#include <string.h>

#include "tui/view/palette.h"

static const struct view views[VIEWS] = {
#define VIEW(key, name, title, help) {key, #name, title, help, view_##name},
#include "tui/views.def"
#undef VIEW
};

const struct view *view_at(enum view_id id)
{
	return &views[id < VIEWS ? id : VIEW_main];
}

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
	struct canvas under = canvas_part(body, x, y, width, height);

	canvas_clear(&under);
	return frame(&under, 0, 0, width, height, true, title);
}

/* At the top, so that WHY stays in sight below it. */
static struct canvas popup_top(struct canvas *body, int height, const char *title)
{
	struct canvas under = canvas_part(body, 0, 0, body->width, height);

	canvas_clear(&under);
	return frame(&under, 0, 0, body->width, under.height, true, title);
}

/* How many lie against how many are borne, at the right of a palette's upper edge. */
static void draw_count(const struct model *m, struct canvas *body)
{
	char text[40];
	bool bad = liars_words(m, text, sizeof(text));

	canvas_print(body, body->width - text_width(text) - 4, 0,
		     STYLE(bad ? INK_BAD : INK_GOOD, ATTR_BOLD), " %s ", text);
}

/* Rows for a popup at the top, so that WHY stays in sight if the view shows it. */
static int above_why(const struct model *m, const struct scene *s, const struct canvas *body)
{
	if (s->view == VIEW_main)
		return view_main_above_why(m, s, body);
	return body->height >= 20 ? body->height - 4 : body->height;
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
		struct canvas inside = popup_top(body, pane_attacks_height(m, above), title);

		draw_count(m, body);
		pane_attacks(m, s, &inside);
	}
	if (s->popup == POPUP_DEFENCES) {
		defences_title(m, title, sizeof(title));
		struct canvas inside = popup_top(body, pane_defences_height(m, above), title);

		draw_count(m, body);
		pane_defences(m, s, &inside);
	}
	if (s->popup == POPUP_PROOF) {
		snprintf(title, sizeof(title), "PROOF  violated: %s",
			 property_words(m->violation.property));
		struct canvas inside = popup_top(body, pane_walk_height(m, above),
						 m->safety == SAFETY_VIOLATED ? title : "PROOF");

		pane_walk(m, s, &inside);
	}
	if (s->popup == POPUP_HELP) {
		snprintf(title, sizeof(title),
			 s->help_filter[0] != 0 ? "HELP with \"%s\"" : "HELP%s  type to search",
			 s->help_filter);
		struct canvas inside = popup_frame(body, 100, body->height, title);

		pane_help(m, s, &inside);
	}
}

/* A question with the line that is being typed, its end in sight, and the cursor in reverse. */
static void draw_question(const struct scene *s, struct canvas *c)
{
	int x = canvas_text(c, 1, 0, STYLE(INK_KEY, ATTR_BOLD), s->ask_label);
	char before[512];
	int room = c->width - x - 1, back;

	snprintf(before, sizeof(before), "%.*s", s->ask_cursor, s->ask_text);
	back = text_width(before);
	back = back >= room ? back - room + 1 : 0;
	const char *text = s->ask_text;
	int cursor = x + text_width(before) - back;

	for (; back > 0; back--)
		text_next(&text);
	canvas_text(c, x, 0, PLAIN, text);
	if (s->ask != ASK_YES && cursor < c->width)
		canvas_restyle(c, cursor, 0, 1, STYLE(INK_TEXT, ATTR_REVERSE));
}

static void draw_line(const struct model *m, const struct scene *s, struct canvas *c)
{
	if (s->ask != ASK_NOTHING)
		draw_question(s, c);
	else if (s->message[0] != 0)
		canvas_text(c, 1, 0,
			    s->message_bad ? STYLE(INK_BAD, ATTR_BOLD) : STYLE(INK_TEXT, ATTR_BOLD),
			    s->message);
	else
		pane_tape(m, s, c);
}

void draw_screen(const struct model *m, const struct scene *s, struct canvas *c)
{
	int keys = c->height >= 8 ? 1 : 0;
	int line = c->height >= 12 || s->ask != ASK_NOTHING || s->message[0] != 0 ? 1 : 0;
	struct canvas header = canvas_part(c, 0, 0, c->width, 1);
	struct canvas body = canvas_part(c, 0, 1, c->width, c->height - 1 - keys - line);
	struct canvas below = canvas_part(c, 0, c->height - keys - line, c->width, line);
	struct canvas bottom = canvas_part(c, 0, c->height - keys, c->width, keys);

	canvas_clear(c);
	if (s->blank)
		return;
	pane_header(m, s, &header);
	view_at(s->view)->draw(m, s, &body);
	draw_popup(m, s, &body);
	if (line != 0)
		draw_line(m, s, &below);
	if (keys != 0)
		pane_keys(m, s, &bottom);
}
