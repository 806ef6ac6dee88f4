/* The terminal's input: reads what is there and has it decoded. One at a time. */
#ifndef TUI_SCREEN_KEYBOARD_H
#define TUI_SCREEN_KEYBOARD_H

#include "tui/screen/decoder.h"

/* Adds to a decoder what terminfo says of the keys of the terminal that is set up (setupterm,
 * newterm). */
void keyboard_know_terminal(struct decoder *d);

void keyboard_begin(bool mouse);

/* The next thing that was pressed, clicked, pasted or answered on stdin, which is a terminal in raw
 * mode; false if there is none yet. A terminal that is gone is KEYCODE_HANGUP. */
bool keyboard_input(struct input *out);

/* Forgets what has begun: a program that was stopped does not go on in the middle. */
void keyboard_forget(void);

/* Real time after which keyboard_input must be asked again, though nothing came; UINT64_MAX: that
 * is never. */
uint64_t keyboard_patience_us(uint64_t real_us);

#endif
