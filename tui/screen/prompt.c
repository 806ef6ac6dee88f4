/* Editing a line as shells do: arrows, Home and End, Ctrl-A, E, K, U and W, a history. */
#include "tui/screen/prompt.h"

#include <stdio.h>
#include <string.h>

#include "tui/screen/canvas.h"
#include "tui/screen/keycode.h"

void prompt_begin(struct prompt *p, const char *text)
{
	p->cut = strlen(text) >= sizeof(p->text);
	snprintf(p->text, sizeof(p->text), "%s", text);
	p->cursor = (int)strlen(p->text);
	p->at = p->remembered;
	p->draft[0] = 0;
}

void prompt_replace(struct prompt *p, int from, const char *word)
{
	char rest[PROMPT_MAX];

	if ((size_t)from + strlen(word) + strlen(p->text + p->cursor) >= sizeof(p->text)) {
		p->cut = true;
		return;
	}
	snprintf(rest, sizeof(rest), "%s", p->text + p->cursor);
	snprintf(p->text + from, sizeof(p->text) - (size_t)from, "%s", word);
	p->cursor = (int)strlen(p->text);
	snprintf(p->text + p->cursor, sizeof(p->text) - (size_t)p->cursor, "%s", rest);
}

void prompt_common_beginning(const char *const *word, unsigned count, char *out, size_t size)
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

static int character_before(const struct prompt *p, int at)
{
	while (at > 0 && (p->text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static int character_after(const struct prompt *p, int at)
{
	if (p->text[at] != 0)
		at++;
	while ((p->text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void prompt_erase(struct prompt *p, int from, int to)
{
	memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
	p->cursor = from;
}

static void prompt_recall(struct prompt *p, int to)
{
	if (to < 0 || to > p->remembered || to == p->at)
		return;
	if (p->at == p->remembered)
		snprintf(p->draft, sizeof(p->draft), "%s", p->text);
	p->at = to;
	p->cut = false;
	snprintf(p->text, sizeof(p->text), "%s", to == p->remembered ? p->draft : p->history[to]);
	p->cursor = (int)strlen(p->text);
}

static void prompt_remember(struct prompt *p)
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

static void prompt_insert(struct prompt *p, int key)
{
	char bytes[5] = {0};

	if (key < ' ' || key == 127 || (key >= 0x80 && key < 0xa0) || key >= KEYCODE_UNICODE_END)
		return;
	utf8_encode((uint32_t)key, bytes);
	prompt_replace(p, p->cursor, bytes);
}

/* Bytes that are no UTF-8 and controls of 8 bits are left out. */
void prompt_paste(struct prompt *p, const char *text)
{
	char clean[PROMPT_MAX];
	size_t used = 0;

	while (*text != 0) {
		const size_t length = utf8_length(text);

		if (length > 0 && used + length < sizeof(clean) &&
		    !(length == 2 && (unsigned char)text[0] == 0xc2 &&
		      (unsigned char)text[1] < 0xa0)) {
			memcpy(clean + used, text, length);
			used += length;
		}
		text += length > 0 ? length : 1;
	}
	clean[used] = 0;
	prompt_replace(p, p->cursor, clean);
}

static void prompt_erase_word(struct prompt *p)
{
	int from = p->cursor;

	while (from > 0 && p->text[from - 1] == ' ')
		from--;
	while (from > 0 && p->text[from - 1] != ' ')
		from--;
	prompt_erase(p, from, p->cursor);
}

enum prompt_answer prompt_key(struct prompt *p, int key, bool remember)
{
	switch (key) {
	case KEYCODE_ENTER:
		if (p->cut)
			return PROMPT_CUT;
		if (remember)
			prompt_remember(p);
		return PROMPT_DONE;
	case KEYCODE_ESC:
		return PROMPT_GIVEN_UP;
	case KEYCODE_TAB:
		return PROMPT_COMPLETE;
	case KEYCODE_BACKSPACE:
		if (p->cursor == 0 && p->text[0] == 0)
			return PROMPT_GIVEN_UP;
		prompt_erase(p, character_before(p, p->cursor), p->cursor);
		break;
	case KEYCODE_DELETE:
		prompt_erase(p, p->cursor, character_after(p, p->cursor));
		break;
	case KEYCODE_LEFT:
		p->cursor = character_before(p, p->cursor);
		break;
	case KEYCODE_RIGHT:
		p->cursor = character_after(p, p->cursor);
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
		prompt_erase(p, 0, p->cursor);
		p->cut = p->cut && p->text[0] != 0;
		break;
	case 23: /* Ctrl-W */
		prompt_erase_word(p);
		break;
	case KEYCODE_UP:
		prompt_recall(p, p->at - 1);
		break;
	case KEYCODE_DOWN:
		prompt_recall(p, p->at + 1);
		break;
	default:
		prompt_insert(p, key);
		break;
	}
	return PROMPT_TYPING;
}
