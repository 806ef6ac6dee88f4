/* The terminal. One at a time; everything about curses, signals and terminal modes is in here.
 *
 * The terminal is given back on every way out: screen_close, exit(), and fatal signals, before any
 * message appears. What anybody writes to stderr meanwhile is kept and comes after that. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "node/io/status.h"
#include "tui/screen/canvas.h"
#include "tui/option/options.h"

/* Fails with a sentence when there is no terminal that can be drawn on; changes nothing. */
enum status screen_check(void);
enum status screen_open(const struct options *options);
void screen_close(void);

/* False: this is no place for a full screen (a pipe, TERM=dumb): plain lines are in order. */
bool screen_is_possible(void);

void screen_size(int *width, int *height);
/* Makes the terminal look like the canvas, which has its size, in one synchronized update. */
void screen_show(const struct canvas *c);
/* Forgets what the terminal looks like: the next screen_show draws everything. */
void screen_redraw(void);
void screen_theme(enum theme_name theme);

/* The next key (tui/scene.h), 0 if there is none. A click is the key of the cell in `c` that was
 * clicked. */
int screen_key(const struct canvas *c);

/* To poll(2) besides stdin: readable when a signal came, which screen_key then tells. */
int screen_signal_fd(void);

/* Gives the terminal back, stops this process, and takes the terminal again when it continues. */
void screen_suspend(void);

#endif
