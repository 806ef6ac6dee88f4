/* The terminal. One at a time; everything about curses, signals and terminal modes is in here.
 *
 * The terminal is given back on every way out: screen_close, exit(), and fatal signals, before any
 * message appears. What the program writes to stderr meanwhile is kept and comes after that. */
#ifndef TUI_SCREEN_SCREEN_H
#define TUI_SCREEN_SCREEN_H

#include "node/io/status.h"
#include "tui/screen/canvas.h"
#include "tui/screen/decoder.h"
#include "tui/screen/theme.h"

struct screen_config {
	bool ascii; /* even where the terminal can do more */
	bool mouse;
	enum theme_name theme;
	bool asks; /* the terminal for its background: the answer is an input, if one comes */
};

/* Fails with a sentence when there is no terminal that can be drawn on; changes nothing. */
enum status screen_check(void);
enum status screen_open(const struct screen_config *config);
void screen_close(void);

/* False: this is no place for a full screen (a pipe, TERM=dumb): plain lines are in order. */
bool screen_is_possible(void);

/* Draws the terminal no letters but those of ASCII? */
bool screen_is_ascii(void);

void screen_size(int *width, int *height);
/* Makes the terminal look like the canvas, which has its size, in one synchronized update. */
void screen_show(const struct canvas *c);
/* Forgets what the terminal looks like: the next screen_show draws everything. */
void screen_redraw(void);
void screen_theme(enum theme_name theme);

/* Sends a text to the terminal's clipboard (OSC 52), which the terminal may be set to refuse;
 * false: the terminal knows no such sequences, or the text is longer than terminals take. */
bool screen_copy(const char *text);

/* The next thing that came from the terminal, or a signal as a key; false if there is none. A click
 * is the key of the cell in `c` that was clicked, so INPUT_CLICK does not come. */
bool screen_input(const struct canvas *c, struct input *out);

/* When screen_input must be asked again though nothing came; UINT64_MAX: never. */
uint64_t screen_patience_us(uint64_t real_us);

/* To poll(2) besides stdin: readable when a signal came, which screen_input then tells. */
int screen_signal_fd(void);

/* Gives the terminal back, stops this process, and takes the terminal again when it continues. */
void screen_suspend(void);

#endif
