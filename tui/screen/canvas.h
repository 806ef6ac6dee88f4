/* A grid of styled cells that views write into and a screen shows. It knows no terminal, so that a
 * test reads it as text.
 *
 * A canvas is a window onto cells that another owns: a part of it is again a canvas, with its
 * own origin, and whatever does not fit is cut off at its edge: a text that is cut ends in an
 * ellipsis, and a number is never cut but left out. Text is UTF-8; a letter takes one cell or two
 * (proto/core/letter.h), what is not printable is shown as '?'. */
#ifndef TUI_SCREEN_CANVAS_H
#define TUI_SCREEN_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a colour means; a theme says which it is. The hues are those of ballot owners. */
enum ink {
	INK_TEXT,
	INK_FAINT, /* there, but not what one looks at */
	INK_FRAME,
	INK_TITLE,
	INK_KEY, /* what can be pressed */
	INK_GOOD,
	INK_BAD,
	INK_WARN,
	INK_HUE, /* INK_HUE + 0 .. HUES - 1 */
};
#define HUES 8
#define INKS (INK_HUE + HUES)

enum attribute {
	ATTR_BOLD = 1 << 0, /* durable */
	ATTR_DIM = 1 << 1,  /* volatile */
	ATTR_REVERSE = 1 << 2,
	ATTR_UNDERLINE = 1 << 3,
};

struct style {
	uint8_t ink;
	uint8_t attrs;
};

#define STYLE(ink_, attrs_) ((struct style){(uint8_t)(ink_), (uint8_t)(attrs_)})
#define PLAIN               STYLE(INK_TEXT, 0)

#define GLYPH_REST 0      /* the second cell of a letter that takes two */
#define GLYPH_CUT  0x2026 /* an ellipsis */

struct cell {
	uint32_t glyph; /* a code point */
	struct style style;
	bool drags;     /* a button that went down on such a cell presses others as it moves */
	uint32_t click; /* the key that a click here presses, 0 = none */
};

struct canvas {
	int width, height;
	int stride;
	struct cell *cell; /* its top left */
};

/* A canvas over width * height cells, blank. */
struct canvas canvas_over(struct cell *cells, int width, int height);
void canvas_clear(struct canvas *c);

/* The part at x, y; smaller than asked for where the canvas ends. */
struct canvas canvas_part(const struct canvas *c, int x, int y, int width, int height);

void canvas_put(struct canvas *c, int x, int y, struct style style, uint32_t glyph);
/* All return the column after the text, also where it is cut off. */
int canvas_text(struct canvas *c, int x, int y, struct style style, const char *text);
/* canvas_span: of text[0 .. length). */
int canvas_span(struct canvas *c, int x, int y, struct style style, const char *text,
		size_t length);
__attribute__((format(printf, 5, 6))) int canvas_print(struct canvas *c, int x, int y,
						       struct style style, const char *format, ...);

/* Lines that join the lines they meet: ├ ┬ ┼ come by themselves. Ends included. */
void canvas_hline(struct canvas *c, int x0, int x1, int y, struct style style);
void canvas_vline(struct canvas *c, int x, int y0, int y1, struct style style);
void canvas_box(struct canvas *c, int x, int y, int width, int height, struct style style);

/* Changes the style of cells that are there. */
void canvas_restyle(struct canvas *c, int x, int y, int width, struct style style);
/* A click on these cells presses `key`. */
void canvas_click(struct canvas *c, int x, int y, int width, int height, unsigned key);
/* These cells of a row, which each have a key, follow a button that is held down: where it moves,
 * the cell above or below it is pressed. */
void canvas_drag(struct canvas *c, int x, int y, int width);
/* What a click at a cell presses, 0 = nothing. While a button is held down (`drag`) in a row that
 * follows it: what it has come to. *row: the row in which it went down, -1 = one that does not
 * follow; *last: what was pressed last. */
unsigned canvas_pressed(const struct canvas *c, int x, int y, bool drag, int *row, unsigned *last);

/* Columns that a text takes. */
int utf8_columns(const char *text);
/* The next code point of *text, which moves on; 0 at its end. */
uint32_t utf8_next(const char **text);
/* Bytes of the character that the text begins with; 0 if it is no whole character of UTF-8. */
size_t utf8_length(const char *text);
/* Writes a code point as UTF-8; returns how many bytes (1 to 4). */
size_t utf8_encode(uint32_t glyph, char out[4]);

/* The one-cell ASCII twin of a glyph (glyphs.def, shapes.def), itself if it is ASCII already. */
char glyph_ascii(uint32_t glyph);

/* The whole canvas as text, a line a row, without blanks at the ends of lines. */
void canvas_dump(const struct canvas *c, bool ascii, char *out, size_t size);

#endif
