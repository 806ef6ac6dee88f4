/* Shapes, hues and the words that carry them. */
#include "tui/view/identity.h"

#include <stdio.h>
#include <string.h>

#include "proto/model/base/model.h"

static const uint32_t shapes[NODES_MAX + 1] = {
	'?',    0x25c6, 0x25a0, 0x25b2, 0x25cf, 0x2605, 0x25bc, 0x2666, 0x25b6, 0x25c0, 0x25c7,
	0x25a1, 0x25b3, 0x25cb, 0x2606, 0x25bd, 0x2660, 0x2663, 0x2665, 0x25c8, 0x25d0, 0x25d1,
	0x25d2, 0x25d3, 0x25a3, 0x25a4, 0x25a5, 0x25a6, 0x25a7, 0x25a8, 0x25ce, 0x25c9,
};

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

/* Writes text[0 .. length), a word at a time. */
static int draw_span(struct canvas *c, int x, int y, struct style style, const char *text,
		     size_t length, uint8_t nodes)
{
	size_t i = 0;

	while (i < length) {
		size_t end = i;
		const char *s = text + i;
		struct style word = style;

		while (end < length && is_word(text[end]))
			end++;
		if (end > i)
			word = word_style(text + i, end - i, style, nodes);
		else
			end = i + 1;
		while (s < text + end)
			canvas_put(c, x++, y, word, text_next(&s));
		i = end;
	}
	return x;
}

int draw_words(struct canvas *c, int x, int y, struct style style, const char *text, uint8_t nodes)
{
	return draw_span(c, x, y, style, text, strlen(text), nodes);
}

int draw_paragraph(struct canvas *c, struct style style, const char *text, uint8_t nodes)
{
	int y = 0;

	if (c->width < 1)
		return 0;
	while (*text != 0) {
		const char *s = text, *line_end = NULL;
		int x = 0;

		while (*s != 0 && *s != '\n' && x < c->width) {
			if (*s == ' ')
				line_end = s;
			text_next(&s);
			x++;
		}
		if (*s == 0 || *s == '\n' || *s == ' ' || line_end == NULL)
			line_end = s;
		draw_span(c, 0, y, style, text, (size_t)(line_end - text), nodes);
		text = line_end;
		if (*text == '\n')
			text++;
		else
			while (*text == ' ')
				text++;
		y++;
	}
	return y;
}
