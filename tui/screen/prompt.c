/* Editing a line as shells do. */
#include "tui/screen/prompt.h"

#include <stdio.h>
#include <string.h>

#include "tui/screen/canvas.h"

void prompt_begin(struct prompt *p, const char *text)
{
	snprintf(p->text, sizeof(p->text), "%s", text);
	p->cursor = (int)strlen(p->text);
	p->at = p->remembered;
	p->draft[0] = 0;
}

void prompt_replace(struct prompt *p, int from, const char *word)
{
	char rest[PROMPT_MAX];

	snprintf(rest, sizeof(rest), "%s", p->text + p->cursor);
	snprintf(p->text + from, sizeof(p->text) - (size_t)from, "%s", word);
	p->cursor = (int)strlen(p->text);
	snprintf(p->text + p->cursor, sizeof(p->text) - (size_t)p->cursor, "%s", rest);
}

void common_beginning(const char *const *word, unsigned count, char *out, size_t size)
{
	size_t length = 0;

	for (; count > 0 && length + 1 < size && word[0][length] != 0; length++) {
		unsigned i = 1;

		while (i < count && word[i][length] == word[0][length])
			i++;
		if (i < count)
			break;
		out[length] = word[0][length];
	}
	out[length] = 0;
}

static int before(const struct prompt *p, int at)
{
	while (at > 0 && (p->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static int after(const struct prompt *p, int at)
{
	if (p->text[at] != 0)
		at++;
	while ((p->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void erase(struct prompt *p, int from, int to)
{
	memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
	p->cursor = from;
}

static void recall(struct prompt *p, int to)
{
	if (to < 0 || to > p->remembered || to == p->at)
		return;
	if (p->at == p->remembered)
		snprintf(p->draft, sizeof(p->draft), "%s", p->text);
	p->at = to;
	snprintf(p->text, sizeof(p->text), "%s", to == p->remembered ? p->draft : p->history[to]);
	p->cursor = (int)strlen(p->text);
}

static void remember_line(struct prompt *p)
{
	if (p->text[0] == 0 ||
	    (p->remembered > 0 && strcmp(p->history[p->remembered - 1], p->text) == 0))
		return;
	if (p->remembered == HISTORY_MAX) {
		memmove(p->history[0], p->history[1], sizeof(p->history) - sizeof(p->history[0]));
		p->remembered--;
	}
	memcpy(p->history[p->remembered++], p->text, sizeof(p->text));
}

static void insert(struct prompt *p, int key)
{
	char bytes[5] = {0};
	size_t n;

	if (key < ' ' || key == 127 || (key >= 0x80 && key < 0xa0) ||
	    (key >= 0xd800 && key < 0xf900))
		return;
	n = text_encode((uint32_t)key, bytes);
	if (strlen(p->text) + n >= sizeof(p->text))
		return;
	prompt_replace(p, p->cursor, bytes);
}

static void erase_word(struct prompt *p)
{
	int from = p->cursor;

	while (from > 0 && p->text[from - 1] == ' ')
		from--;
	while (from > 0 && p->text[from - 1] != ' ')
		from--;
	erase(p, from, p->cursor);
}

enum prompt_answer prompt_key(struct prompt *p, int key, bool remember)
{
	switch (key) {
	case KEYCODE_ENTER:
		if (remember)
			remember_line(p);
		return PROMPT_DONE;
	case KEYCODE_ESC:
		return PROMPT_GIVEN_UP;
	case KEYCODE_TAB:
		return PROMPT_COMPLETE;
	case KEYCODE_BACKSPACE:
		if (p->cursor == 0 && p->text[0] == 0)
			return PROMPT_GIVEN_UP;
		erase(p, before(p, p->cursor), p->cursor);
		break;
	case KEYCODE_DELETE:
		erase(p, p->cursor, after(p, p->cursor));
		break;
	case KEYCODE_LEFT:
		p->cursor = before(p, p->cursor);
		break;
	case KEYCODE_RIGHT:
		p->cursor = after(p, p->cursor);
		break;
	case KEYCODE_HOME:
	case 1: /* Ctrl-A */
		p->cursor = 0;
		break;
	case KEYCODE_END:
	case 5: /* Ctrl-E */
		p->cursor = (int)strlen(p->text);
		break;
	case 11: /* Ctrl-K */
		p->text[p->cursor] = 0;
		break;
	case 21: /* Ctrl-U */
		erase(p, 0, p->cursor);
		break;
	case 23: /* Ctrl-W */
		erase_word(p);
		break;
	case KEYCODE_UP:
		recall(p, p->at - 1);
		break;
	case KEYCODE_DOWN:
		recall(p, p->at + 1);
		break;
	default:
		insert(p, key);
		break;
	}
	return PROMPT_TYPING;
}
