/* A line that is being typed: editing, history, completion. It knows no terminal and no command. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/scene.h"

#define PROMPT_MAX  400
#define HISTORY_MAX 64

struct prompt {
	char text[PROMPT_MAX];                 /* UTF-8, with its 0 */
	int cursor;                            /* byte, at the beginning of a character */
	char history[HISTORY_MAX][PROMPT_MAX]; /* oldest first */
	int remembered;
	int at; /* in history; remembered = the line being typed */
	char draft[PROMPT_MAX];
};

enum prompt_answer { PROMPT_TYPING, PROMPT_DONE, PROMPT_GIVEN_UP, PROMPT_COMPLETE };

/* Begins a new line that already says `text`; history is kept. */
void prompt_begin(struct prompt *p, const char *text);

/* Does what a key means. PROMPT_DONE: Enter, the line is p->text and is now in the history if
 * `remember`. PROMPT_COMPLETE: Tab, the caller offers words with prompt_complete. */
enum prompt_answer prompt_key(struct prompt *p, int key, bool remember);

/* Replaces the text from byte `from` to the cursor. */
void prompt_replace(struct prompt *p, int from, const char *word);

/* The longest beginning that all words share, at most size - 1 bytes. */
void common_beginning(const char *const *word, unsigned count, char *out, size_t size);

#endif
