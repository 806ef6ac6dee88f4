/* A line that is being typed: editing, history, completion. It knows no terminal and no command. */
#ifndef TUI_SCREEN_PROMPT_H
#define TUI_SCREEN_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#define PROMPT_MAX  1024
#define HISTORY_MAX 64

struct prompt {
	char text[PROMPT_MAX];                 /* UTF-8, with its 0 */
	int cursor;                            /* byte, at the beginning of a character */
	char history[HISTORY_MAX][PROMPT_MAX]; /* oldest first */
	int remembered;
	int at; /* in history; remembered = the line being typed */
	char draft[PROMPT_MAX];
	bool cut; /* more was typed than there is room for: the line must not be used */
};

enum prompt_answer { PROMPT_TYPING, PROMPT_DONE, PROMPT_GIVEN_UP, PROMPT_COMPLETE, PROMPT_CUT };

/* Begins a new line that already says `text`; history is kept. */
void prompt_begin(struct prompt *p, const char *text);

/* Does what a key means. PROMPT_DONE: Enter, the line is p->text and is now in the history if
 * `remember`. PROMPT_CUT: Enter, but some of what was typed had no room. PROMPT_COMPLETE: Tab, the
 * caller puts a word in with prompt_replace. */
enum prompt_answer prompt_key(struct prompt *p, int key, bool remember);

/* Puts a text in at the cursor, without what no key would have typed. */
void prompt_paste(struct prompt *p, const char *text);

/* Replaces the text from byte `from` to the cursor. */
void prompt_replace(struct prompt *p, int from, const char *word);

/* The longest beginning that all words share, at most size - 1 bytes. */
void prompt_common_beginning(const char *const *word, unsigned count, char *out, size_t size);

#endif
