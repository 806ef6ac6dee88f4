/* The grid of cells. Glyphs are code points all the way to the screen, so that joining lines and
 * finding ASCII twins are look-ups. */
#include "tui/screen/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/letter.h"

enum { LINE_LEFT = 1, LINE_RIGHT = 2, LINE_UP = 4, LINE_DOWN = 8 };

/* The light line glyph for each set of directions. */
static const uint32_t line_glyph[16] = {
	' ',    0x2574, 0x2576, 0x2500, 0x2575, 0x2518, 0x2514, 0x2534,
	0x2577, 0x2510, 0x250c, 0x252c, 0x2502, 0x2524, 0x251c, 0x253c,
};

static const struct {
	uint32_t glyph;
	char twin;
} twins[] = {
#define GLYPH(code, twin) {code, twin},
#define SHAPE(code, twin) {code, twin},
#include "tui/screen/glyphs.def"
#include "tui/screen/shapes.def"
#undef GLYPH
#undef SHAPE
};

struct canvas canvas_over(struct cell *cells, int width, int height)
{
	struct canvas c = {width, height, width, cells};

	for (ptrdiff_t i = 0; i < (ptrdiff_t)width * height; i++)
		cells[i] = (struct cell){.glyph = ' ', .style = PLAIN};
	return c;
}

struct canvas canvas_part(const struct canvas *c, int x, int y, int width, int height)
{
	struct canvas part = *c;

	if (x < 0 || y < 0 || x >= c->width || y >= c->height || width <= 0 || height <= 0) {
		part.width = 0;
		part.height = 0;
		return part;
	}
	part.width = width < c->width - x ? width : c->width - x;
	part.height = height < c->height - y ? height : c->height - y;
	part.cell = c->cell + (ptrdiff_t)y * c->stride + x;
	return part;
}

static struct cell *cell_at(struct canvas *c, int x, int y)
{
	if (x < 0 || y < 0 || x >= c->width || y >= c->height)
		return NULL;
	return &c->cell[y * c->stride + x];
}

void canvas_put(struct canvas *c, int x, int y, struct style style, uint32_t glyph)
{
	struct cell *cell = cell_at(c, x, y);

	if (cell == NULL)
		return;
	/* Of a letter of two cells no half is left over. */
	if (cell->glyph == GLYPH_REST)
		cell[-1].glyph = ' ';
	else if (letter_cells(cell->glyph) == 2)
		cell[1].glyph = ' ';
	cell->glyph = glyph;
	cell->style = style;
}

void canvas_clear(struct canvas *c)
{
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++) {
			canvas_put(c, x, y, PLAIN, ' ');
			c->cell[y * c->stride + x].click = 0;
			c->cell[y * c->stride + x].drags = false;
		}
}

/* Decodes strictly enough that a broken byte costs one '?', never the bytes after it. What a
 * terminal does not draw in cells of its own is a '?', too. */
uint32_t utf8_next(const char **text)
{
	size_t length = strnlen(*text, 4);
	uint32_t code = 0;
	unsigned count = letter_read((const uint8_t *)*text, length, &code);

	if (length == 0)
		return 0;
	*text += count > 0 ? count : 1;
	return count > 0 && letter_cells(code) > 0 ? code : '?';
}

size_t utf8_length(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	const size_t length = s[0] < 0x80                   ? s[0] != 0
			      : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
			      : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
			      : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
							    : 0;

	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return length;
}

size_t utf8_encode(uint32_t glyph, char out[4])
{
	if (glyph < 0x80) {
		out[0] = (char)glyph;
		return 1;
	}
	if (glyph < 0x800) {
		out[0] = (char)(0xc0 | glyph >> 6);
		out[1] = (char)(0x80 | (glyph & 0x3f));
		return 2;
	}
	if (glyph < 0x10000) {
		out[0] = (char)(0xe0 | glyph >> 12);
		out[1] = (char)(0x80 | (glyph >> 6 & 0x3f));
		out[2] = (char)(0x80 | (glyph & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (glyph >> 18 & 0x07));
	out[1] = (char)(0x80 | (glyph >> 12 & 0x3f));
	out[2] = (char)(0x80 | (glyph >> 6 & 0x3f));
	out[3] = (char)(0x80 | (glyph & 0x3f));
	return 4;
}

int utf8_columns(const char *text)
{
	int width = 0;
	uint32_t glyph;

	while ((glyph = utf8_next(&text)) != 0)
		width += (int)letter_cells(glyph);
	return width;
}

static bool is_digit(uint32_t glyph)
{
	return glyph >= '0' && glyph <= '9';
}

/* The last cell of the row says that a text goes on beyond it. Part of a number would be another
 * number, so if the mark would stand in one, it stands in place of all of it. */
static void mark_cut(struct canvas *c, int y, struct style style)
{
	int x = c->width - 1;
	const struct cell *row;

	if (x < 0 || y < 0 || y >= c->height)
		return;
	row = &c->cell[y * c->stride];
	if (row[x].glyph == GLYPH_CUT)
		return;
	bool in_number = is_digit(row[x].glyph) || (row[x].glyph == '.' && x > 0);

	while (in_number && x > 0 && (is_digit(row[x - 1].glyph) || row[x - 1].glyph == '.')) {
		canvas_put(c, x, y, style, ' ');
		x--;
	}
	canvas_put(c, x, y, style, GLYPH_CUT);
}

int canvas_span(struct canvas *c, int x, int y, struct style style, const char *text, size_t length)
{
	const char *end = text + length;
	bool cut = false;

	while (text < end) {
		uint32_t glyph = utf8_next(&text);
		int cells = (int)letter_cells(glyph);

		if (x + cells <= c->width) {
			canvas_put(c, x, y, style, glyph);
			if (cells == 2)
				canvas_put(c, x + 1, y, style, GLYPH_REST);
		} else {
			if (!cut && x < c->width) /* half of a letter */
				canvas_put(c, x, y, style, ' ');
			cut = cut || glyph != ' ';
		}
		x += cells;
	}
	if (cut)
		mark_cut(c, y, style);
	return x;
}

int canvas_text(struct canvas *c, int x, int y, struct style style, const char *text)
{
	return canvas_span(c, x, y, style, text, strlen(text));
}

int canvas_print(struct canvas *c, int x, int y, struct style style, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return canvas_text(c, x, y, style, text);
}

static unsigned line_of(uint32_t glyph)
{
	for (unsigned i = 1; i < 16; i++)
		if (line_glyph[i] == glyph)
			return i;
	return 0;
}

static void line_add(struct canvas *c, int x, int y, struct style style, unsigned directions)
{
	struct cell *cell = cell_at(c, x, y);

	if (cell == NULL || directions == 0)
		return;
	cell->glyph = line_glyph[line_of(cell->glyph) | directions];
	cell->style = style;
}

void canvas_hline(struct canvas *c, int x0, int x1, int y, struct style style)
{
	for (int x = x0; x <= x1; x++)
		line_add(c, x, y, style, (x > x0 ? LINE_LEFT : 0u) | (x < x1 ? LINE_RIGHT : 0u));
}

void canvas_vline(struct canvas *c, int x, int y0, int y1, struct style style)
{
	for (int y = y0; y <= y1; y++)
		line_add(c, x, y, style, (y > y0 ? LINE_UP : 0u) | (y < y1 ? LINE_DOWN : 0u));
}

void canvas_box(struct canvas *c, int x, int y, int width, int height, struct style style)
{
	if (width < 2 || height < 2)
		return;
	canvas_hline(c, x, x + width - 1, y, style);
	canvas_hline(c, x, x + width - 1, y + height - 1, style);
	canvas_vline(c, x, y, y + height - 1, style);
	canvas_vline(c, x + width - 1, y, y + height - 1, style);
}

void canvas_restyle(struct canvas *c, int x, int y, int width, struct style style)
{
	for (int i = x; i < x + width; i++) {
		struct cell *cell = cell_at(c, i, y);

		if (cell != NULL)
			cell->style = style;
	}
}

void canvas_click(struct canvas *c, int x, int y, int width, int height, unsigned key)
{
	for (int j = y; j < y + height; j++)
		for (int i = x; i < x + width; i++) {
			struct cell *cell = cell_at(c, i, j);

			if (cell != NULL)
				cell->click = key;
		}
}

void canvas_drag(struct canvas *c, int x, int y, int width)
{
	for (int i = x; i < x + width; i++) {
		struct cell *cell = cell_at(c, i, y);

		if (cell != NULL)
			cell->drags = true;
	}
}

/* The cell of the row that follows a button and is nearest to x; NULL: none does any more. */
static const struct cell *nearest_dragged(const struct canvas *c, int x, int y)
{
	const struct cell *row = &c->cell[y * c->stride];

	for (int off = 0; off < c->width; off++) {
		if (x - off >= 0 && x - off < c->width && row[x - off].drags)
			return &row[x - off];
		if (x + off < c->width && row[x + off].drags)
			return &row[x + off];
	}
	return NULL;
}

unsigned canvas_pressed(const struct canvas *c, int x, int y, bool drag, int *row, unsigned *last)
{
	const struct cell *cell = NULL;

	if (drag && *row >= 0 && *row < c->height)
		cell = nearest_dragged(c, x < c->width ? x : c->width - 1, *row);
	else if (!drag && x < c->width && y < c->height)
		cell = &c->cell[y * c->stride + x];
	if (!drag)
		*row = cell != NULL && cell->drags ? y : -1;
	if (cell == NULL || (drag && cell->click == *last))
		return 0;
	*last = cell->click;
	return cell->click;
}

char glyph_ascii(uint32_t glyph)
{
	if (glyph < 0x80)
		return (char)glyph;
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++)
		if (twins[i].glyph == glyph)
			return twins[i].twin;
	return '?';
}

void canvas_dump(const struct canvas *c, bool ascii, char *out, size_t size)
{
	size_t used = 0;

	for (int y = 0; y < c->height; y++) {
		const struct cell *row = c->cell + (ptrdiff_t)y * c->stride;
		int end = c->width;

		while (end > 0 && row[end - 1].glyph == ' ')
			end--;
		for (int x = 0; x < end; x++) {
			char bytes[4] = {0};
			size_t n = 1;

			if (row[x].glyph == GLYPH_REST && !ascii)
				continue;
			if (ascii)
				bytes[0] = glyph_ascii(row[x].glyph);
			else
				n = utf8_encode(row[x].glyph, bytes);
			if (used + n + 2 > size)
				break;
			memcpy(out + used, bytes, n);
			used += n;
		}
		if (used + 2 <= size)
			out[used++] = '\n';
	}
	if (size > 0)
		out[used < size ? used : size - 1] = 0;
}
