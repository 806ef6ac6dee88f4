/* The grid of cells. Glyphs are code points all the way to the screen, so that joining lines and
 * finding ASCII twins are look-ups. */
#include "tui/screen/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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
#include "tui/screen/glyphs.def"
#undef GLYPH
};

struct canvas canvas_over(struct cell *cells, int width, int height)
{
	struct canvas c = {width, height, width, cells};

	canvas_clear(&c);
	return c;
}

void canvas_clear(struct canvas *c)
{
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++)
			c->cell[y * c->stride + x] = (struct cell){' ', PLAIN, 0};
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
	cell->glyph = glyph;
	cell->style = style;
}

/* Code points that a terminal may show two cells wide or not at all. Only what glyphs.def lists
 * and plain letters go through. */
static uint32_t one_cell(uint32_t glyph)
{
	if (glyph >= 0x20 && glyph < 0x7f)
		return glyph;
	if (glyph >= 0xa1 && glyph < 0x300 && glyph != 0xad)
		return glyph;
	if (glyph >= 0x370 && glyph < 0x483)
		return glyph;
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++)
		if (twins[i].glyph == glyph)
			return glyph;
	return '?';
}

/* Decodes strictly enough that a broken byte costs one '?', never the bytes after it. */
uint32_t text_next(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	unsigned more = 0;
	uint32_t glyph = s[0];

	if (s[0] == 0)
		return 0;
	if (s[0] >= 0xf0 && s[0] < 0xf8)
		more = 3, glyph = s[0] & 0x07u;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		more = 2, glyph = s[0] & 0x0fu;
	else if (s[0] >= 0xc0 && s[0] < 0xe0)
		more = 1, glyph = s[0] & 0x1fu;
	else if (s[0] >= 0x80)
		glyph = '?';
	for (unsigned i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			*text += 1;
			return '?';
		}
		glyph = glyph << 6 | (s[i] & 0x3fu);
	}
	*text += 1 + more;
	return one_cell(glyph);
}

size_t text_encode(uint32_t glyph, char out[4])
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

int text_width(const char *text)
{
	int width = 0;

	while (text_next(&text) != 0)
		width++;
	return width;
}

int canvas_text(struct canvas *c, int x, int y, struct style style, const char *text)
{
	uint32_t glyph;

	while ((glyph = text_next(&text)) != 0)
		canvas_put(c, x++, y, style, glyph);
	return x;
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
				cell->click = (uint16_t)key;
		}
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

			if (ascii)
				bytes[0] = glyph_ascii(row[x].glyph);
			else
				n = text_encode(row[x].glyph, bytes);
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
