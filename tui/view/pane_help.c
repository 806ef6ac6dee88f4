/* The help: what works here first, then the other keys by where they work, the commands of the
 * prompt, words and marks, all from their tables. Two columns where there is room. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "proto/scenario/command.h"
#include "proto/scenario/grammar.h"
#include "proto/scenario/scenario.h"
#include "tui/view/glossary.h"
#include "tui/view/identity.h"
#include "tui/view/keys.h"
#include "tui/view/match.h"
#include "tui/view/pane.h"
#include "tui/view/view.h"

#define COLUMN_WIDTH_MIN 50
#define NAME_COLUMNS     8
#define HEADING_LETTERS  3 /* of a query, at least, for which headings are searched, too */

/* Where the list goes: lines above 0 and below the canvas are not seen. */
struct list {
	const struct scene *scene;
	struct canvas *c;
	int y;
	unsigned found;
	const char *heading;        /* not drawn yet: only with something below it */
	bool asked_for;             /* all below it is wanted */
	int above;                  /* rows above the canvas */
	struct page_search *search; /* or NULL */
	/* what is called so stands before what only speaks of it */
	enum pass { PASS_ALL, PASS_NAMES, PASS_REST } pass;
};

/* Has the item each word of the query? `also`: other words for it, which are not drawn. */
static bool item_has(const char *name, const char *also, const char *text, const char *query)
{
	char all[800];
	const int length = snprintf(all, sizeof(all), "%s %s %s", name, also, text);

	return match_text(all, (size_t)length < sizeof(all) ? (size_t)length : sizeof(all) - 1,
			  query);
}

/* Does its name, or another word for it, begin with what is searched for? */
static bool is_called(const char *name, const char *also, const char *query)
{
	const size_t length = strlen(query);

	if (strncasecmp(name, query, length) == 0)
		return true;
	while (also != NULL && strncasecmp(also, query, length) != 0) {
		also = strpbrk(also, " |");
		also += also != NULL;
	}
	return also != NULL;
}

/* A heading that is searched for has all that stands under it; single letters are keys. */
static void under(struct list *l, const char *heading)
{
	const char *query = l->scene->help_filter;

	l->heading = heading;
	l->asked_for =
		strlen(query) >= HEADING_LETTERS && match_text(heading, strlen(heading), query);
}

/* A name, and its text beside it, or below it where the name is long. */
static void item(struct list *l, const char *name, const char *also, const char *text)
{
	struct cell cells[600];

	if ((!l->asked_for && !item_has(name, also, text, l->scene->help_filter)) ||
	    (l->pass != PASS_ALL &&
	     is_called(name, also, l->scene->help_filter) != (l->pass == PASS_NAMES)))
		return;
	if (l->heading != NULL) {
		l->y += l->found > 0;
		canvas_text(l->c, 0, l->y++, STYLE(INK_TITLE, ATTR_BOLD), l->heading);
		l->heading = NULL;
	}
	l->found++;
	if (l->search != NULL && item_has(name, also, text, l->search->query))
		page_take(l->search, l->found, l->y + l->above);
	const bool marked = l->found == l->scene->page_at;
	const int width = l->c->width - NAME_COLUMNS < 100 ? l->c->width - NAME_COLUMNS : 100;
	struct canvas room = canvas_over(cells, width > 0 ? width : 0, 6);
	int lines = draw_paragraph(&room, PLAIN, text, 0);

	canvas_text(l->c, 0, l->y, STYLE(INK_KEY, marked ? ATTR_BOLD | ATTR_REVERSE : ATTR_BOLD),
		    name);
	if (utf8_columns(name) >= NAME_COLUMNS)
		l->y++;
	if (lines > room.height)
		lines = room.height;
	for (int line = 0; line < lines; line++, l->y++)
		for (int x = 0; x < room.width; x++) {
			const struct cell *cell = &room.cell[line * room.stride + x];

			canvas_put(l->c, NAME_COLUMNS + x, l->y, cell->style, cell->glyph);
		}
}

static void key_item(struct list *l, const struct key *key)
{
	char text[200], shown[16];

	key_shown_text(key, shown);
	key_help_text(key, text, sizeof(text));
	item(l, shown, key->label, text);
}

static void keys_here(const struct model *m, const struct scene *s, struct list *l)
{
	struct scene here = *s;

	here.popup = POPUP_NONE;
	under(l, "HERE, NOW");
	for (unsigned i = 0; key_row(i) != NULL; i++)
		if ((key_row(i)->where & IN_VIEW) != 0 && key_is_valid(m, &here, key_row(i)))
			key_item(l, key_row(i));
	under(l, "NOT HERE, OR NOT NOW");
	for (unsigned i = 0; key_row(i) != NULL; i++)
		if ((key_row(i)->where & IN_VIEW) != 0 && !key_is_valid(m, &here, key_row(i)))
			key_item(l, key_row(i));
}

static void keys_of_popups(struct list *l)
{
	static const struct {
		unsigned where;
		const char *heading;
	} popups[] = {
		{IN_PAST, "LOOKING BACK (←)"},
		{IN_ATTACKS, "IN THE PALETTE OF ATTACKS (x)"},
		{IN_MISTAKES, "ON ITS PAGE OF MISTAKES (x m)"},
		{IN_DEFENCES, "IN THE PALETTE OF DEFENCES (d)"},
		{IN_LINKS, "IN THE MATRIX OF LINKS (c)"},
		{IN_PROOF, "IN THE PROOF OF A VIOLATION (v)"},
		{IN_TEXT, "IN A TEXT THAT IS OPEN (Enter)"},
		{IN_HELP, "IN THE HELP (?)"},
	};

	for (size_t p = 0; p < sizeof(popups) / sizeof(popups[0]); p++) {
		under(l, popups[p].heading);
		for (unsigned i = 0; key_row(i) != NULL; i++)
			if (key_row(i)->where == popups[p].where)
				key_item(l, key_row(i));
	}
}

static void views(struct list *l)
{
	under(l, "VIEWS");
	for (unsigned i = 0; i < VIEWS; i++) {
		const struct view *view = view_at((enum view_id)i);
		char key[8], text[200];

		snprintf(key, sizeof(key), "%c", view->key);
		snprintf(text, sizeof(text), "%s: %s", view->title, view->help);
		item(l, key, "", text);
	}
}

static void language(struct list *l)
{
	under(l, "COMMANDS OF THE PROMPT (:)");
	for (unsigned i = COMMAND_NONE + 1; i < COMMANDS; i++)
		item(l, command_usage((enum command_kind)i), "",
		     command_help((enum command_kind)i));
	under(l, "CONDITIONS, FOR wait AND expect");
	for (unsigned i = CONDITION_NONE + 1; i < CONDITIONS; i++)
		item(l, condition_usage((enum condition_kind)i), "",
		     condition_help((enum condition_kind)i));
}

static void words_of_language(struct list *l)
{
	under(l, "WORDS OF COMMANDS");
	for (unsigned i = 0; grammar_literal(i) != NULL; i++) {
		const struct literal *row = grammar_literal(i);
		char text[300];

		snprintf(text, sizeof(text), "%s: %s", row->written, row->help);
		item(l, row->name, "", text);
	}
	under(l, "HEADS OF A SCENARIO");
	for (unsigned i = 0; head_name(i) != NULL; i++)
		item(l, head_usage(i), head_name(i), head_help(i));
	under(l, "LINES OF A SCENARIO THAT STAND FOR OTHERS");
	for (unsigned i = 0; unfold_name(i) != NULL; i++)
		item(l, unfold_usage(i), unfold_name(i), unfold_help(i));
}

static void words_and_marks(struct list *l)
{
	under(l, "LEGEND: MARKS");
	for (unsigned i = 0; glossary_mark(i) != NULL; i++) {
		const struct mark *mark = glossary_mark(i);
		char text[200];

		snprintf(text, sizeof(text), "%s: %s", mark->where, mark->meaning);
		item(l, mark->mark, "", text);
	}
	under(l, "GLOSSARY: WORDS");
	for (unsigned i = 0; glossary_word(i) != NULL; i++)
		item(l, glossary_word(i)->word, glossary_word(i)->also, glossary_word(i)->meaning);
}

static void all_sections(const struct model *m, const struct scene *s, struct list *l)
{
	keys_here(m, s, l);
	views(l);
	keys_of_popups(l);
	language(l);
	words_of_language(l);
	words_and_marks(l);
}

/* All of it, its first line `above` lines above the canvas. Returns how many lines there are. */
static int draw_all(const struct model *m, const struct scene *s, struct canvas *c, int above,
		    struct page_search *search)
{
	struct list l = {.scene = s, .c = c, .y = -above, .above = above, .search = search};

	if (s->help_filter[0] == 0) {
		all_sections(m, s, &l);
	} else {
		l.pass = PASS_NAMES;
		all_sections(m, s, &l);
		l.pass = PASS_REST;
		all_sections(m, s, &l);
	}
	if (l.found == 0)
		canvas_print(c, 0, -above, STYLE(INK_FAINT, 0), "Nothing has \"%s\" in its help.",
			     s->help_filter);
	return l.y + above;
}

int help_columns(int width)
{
	return width >= 2 * COLUMN_WIDTH_MIN + 2 ? 2 : 1;
}

int help_rows(const struct model *m, const struct scene *s, int width, struct page_search *search)
{
	struct canvas nowhere = {.width = help_columns(width) == 2 ? width / 2 - 1 : width};

	return draw_all(m, s, &nowhere, 0, search);
}

void pane_help(const struct model *m, const struct scene *s, struct canvas *c)
{
	const bool wide = help_columns(c->width) == 2;
	struct canvas left = canvas_part(c, 0, 0, wide ? c->width / 2 - 1 : c->width, c->height);
	struct canvas right =
		canvas_part(c, left.width + 2, 0, c->width - left.width - 2, c->height);
	const int room = wide ? 2 * c->height : c->height;
	const int lines = help_rows(m, s, c->width, NULL);
	const int last = lines > room ? lines - room : 0;
	const int above = s->help_scroll < last ? s->help_scroll : last;

	draw_all(m, s, &left, above, NULL);
	if (wide)
		draw_all(m, s, &right, above + c->height, NULL);
}
