/* Shapes, hues and the words that carry them. */
#include "tui/view/identity.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/core/letter.h"
#include "proto/model/base/show.h"

static const uint32_t shapes[] = {
	'?', /* NODE_NONE */
#define SHAPE(code, twin) code,
#include "tui/screen/shapes.def"
#undef SHAPE
};
static_assert(sizeof(shapes) / sizeof(shapes[0]) == NODES_MAX + 1, "shapes.def has NODES_MAX rows");

/* Words that tell harm, in sentences as the model makes them. */
static const char *const harm[] = {"CUT",       "DOWN",    "LOST",     "LIE",  "lost",
				   "cut",       "crashed", "VIOLATED", "DISK", "dropped",
				   "preempted", "refused", "refuses",  "NACK", "STOPPED"};

uint32_t node_shape(node_id node)
{
	return node <= NODES_MAX ? shapes[node] : '?';
}

enum ink node_ink(node_id node)
{
	if (node == NODE_NONE)
		return INK_TEXT;
	return (enum ink)(INK_HUE + (node - 1) % HUES);
}

int draw_node(struct canvas *c, int x, int y, unsigned attrs, node_id node)
{
	x = canvas_print(c, x, y, STYLE(INK_TEXT, attrs), "n%u ", node);
	canvas_put(c, x, y, STYLE(node_ink(node), attrs), node_shape(node));
	return x + 1;
}

int draw_ballot(struct canvas *c, int x, int y, unsigned attrs, struct ballot ballot)
{
	char text[16];

	ballot_show(ballot, text);
	return canvas_text(c, x, y, STYLE(node_ink(ballot.node), attrs), text);
}

/* The node whose hue a word has: "n3", "n3's", "3.1", "3.1=B"; none for any other word. */
static node_id word_owner(const char *word, size_t length, uint8_t nodes)
{
	unsigned round = 0, node = 0;
	size_t i = 0;

	if (length > 1 && word[0] == 'n') {
		for (i = 1; i < length && word[i] >= '0' && word[i] <= '9'; i++)
			node = node * 10 + (unsigned)(word[i] - '0');
		return i > 1 && i <= 3 && node <= nodes ? (node_id)node : NODE_NONE;
	}
	for (; i < length && i < 10 && word[i] >= '0' && word[i] <= '9'; i++)
		round = round * 10 + (unsigned)(word[i] - '0');
	if (i == 0 || i + 1 >= length || word[i] != '.' || round == 0)
		return NODE_NONE;
	for (i++; i < length && word[i] >= '0' && word[i] <= '9'; i++)
		node = node * 10 + (unsigned)(word[i] - '0');
	return node >= 1 && node <= nodes ? (node_id)node : NODE_NONE;
}

static bool is_word(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       ch == '.' || (unsigned char)ch >= 0x80;
}

static struct style word_style(const char *word, size_t length, struct style style, uint8_t nodes)
{
	node_id owner = word_owner(word, length, nodes);

	if (owner != NODE_NONE)
		return STYLE(node_ink(owner), style.attrs);
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++)
		if (strlen(harm[i]) == length && memcmp(harm[i], word, length) == 0)
			return STYLE(INK_BAD, style.attrs);
	if (length == 6 && memcmp(word, "CHOSEN", 6) == 0)
		return STYLE(INK_GOOD, style.attrs | ATTR_BOLD);
	return style;
}

static bool is_mark(char ch)
{
	return ch == MARK_VALUE || ch == MARK_VALUE_END;
}

/* Writes text[0 .. length), a word at a time. *value: within a value, whose words are not the
 * sentence's. */
static int draw_span(struct canvas *c, int x, int y, struct style style, const char *text,
		     size_t length, uint8_t nodes, bool *value)
{
	size_t i = 0;

	while (i < length) {
		size_t end = i;
		struct style word = style;

		if (is_mark(text[i])) {
			*value = text[i++] == MARK_VALUE;
			continue;
		}
		while (end < length && is_word(text[end]))
			end++;
		if (end > i && !*value)
			word = word_style(text + i, end - i, style, nodes);
		else if (end == i)
			end = i + 1;
		x = canvas_span(c, x, y, word, text + i, end - i);
		i = end;
	}
	return x;
}

int draw_words(struct canvas *c, int x, int y, struct style style, const char *text, uint8_t nodes)
{
	bool value = false;

	return draw_span(c, x, y, style, text, strlen(text), nodes, &value);
}

static bool is_numeral(char ch)
{
	return (ch >= '0' && ch <= '9') || ch == '.';
}

/* Where the first line of a text ends: at the last blank that leaves it narrow enough, else within
 * a word, but never within a number. */
static const char *line_end(const char *text, int width)
{
	const char *s = text, *end = NULL;
	int x = 0;

	while (*s != 0 && *s != '\n') {
		const char *next = s;

		if (is_mark(*s)) {
			s++;
			continue;
		}
		if (*s == ' ')
			end = s;
		x += (int)letter_cells(utf8_next(&next));
		if (x > width)
			break;
		s = next;
	}
	s += *s == MARK_VALUE_END;
	if (*s == 0 || *s == '\n')
		return s;
	if (end != NULL)
		return end;
	if (s == text)
		utf8_next(&s);
	end = s;
	while (end > text && is_numeral(end[-1]) && is_numeral(*s))
		end--;
	while (end == text && is_numeral(*s))
		s++;
	return end > text ? end : s;
}

int draw_paragraph(struct canvas *c, struct style style, const char *text, uint8_t nodes)
{
	bool value = false;
	int y = 0;

	if (c->width < 1)
		return 0;
	while (*text != 0) {
		const char *end = line_end(text, c->width);
		int x = draw_span(c, 0, y, style, text, (size_t)(end - text), nodes, &value);

		text = end;
		if (*text == '\n')
			text++;
		else
			while (*text == ' ')
				text++;
		if (*text != 0 && y == c->height - 1)
			canvas_text(c, x, y, style, "…");
		y++;
	}
	return y;
}
