/* What a terminal sends, byte by byte, as keys, clicks, pasted text, or nothing. It knows no
 * terminal and no clock.
 *
 * It knows the grammar of control sequences (ECMA-48, 5.4 and 8.3, and what terminals made of
 * it), not only the sequences: one that it does not know is swallowed whole, so that nothing in it
 * is taken for a key. Each of these forms may also begin with one 8-bit control (C1):
 *
 *   Esc [  parameters 0x30-0x3f  intermediates 0x20-0x2f  final 0x40-0x7e        CSI
 *   Esc O  digits  one byte                                                      SS3
 *   Esc ] or P or X or ^ or _   text   Esc \ or BEL                  OSC DCS SOS PM APC
 *   Esc  intermediates  one byte                                      charsets
 *   Esc  any other byte                                               Alt and a key
 *   Esc [ M  three bytes;  Esc [ < numbers M or m                           mouse reports
 *   Esc [ 200 ~  text  Esc [ 201 ~                                         bracketed paste
 *
 * A lone Esc is the key Esc when nothing follows for a moment. If that moment was too short, as on
 * a slow line, the rest of the sequence is known by coming soon after it, and is still swallowed.
 */
#ifndef TUI_SCREEN_DECODER_H
#define TUI_SCREEN_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_MAX      24
#define SEQUENCES_OWN_MAX 48
#define PASTE_MAX         32768
#define DECODED_MAX       4

enum input_kind { INPUT_NOTHING, INPUT_KEY, INPUT_ALT, INPUT_CLICK, INPUT_PASTE, INPUT_BACKGROUND };

struct input {
	enum input_kind kind;
	int code;         /* INPUT_KEY: tui/screen/keycode.h; INPUT_ALT: an ASCII character that
			   * came at once behind Esc */
	int x, y;         /* INPUT_CLICK: the cell, from 0 */
	bool drag;        /* INPUT_CLICK: the button went down before, and has moved there */
	bool light;       /* INPUT_BACKGROUND: what the terminal says of its own background */
	const char *text; /* INPUT_PASTE: UTF-8 lines without control characters but '\n'; the
			   * decoder's, until the next byte */
	bool cut;         /* INPUT_PASTE: there was more, or its end never came */
};

struct decoder {
	enum decoder_state {
		DECODER_GROUND,
		DECODER_UTF8,
		DECODER_ESC,
		DECODER_LATE, /* Esc was given as a key a moment ago */
		DECODER_HELD, /* and this may be the rest of its sequence, or a key */
		DECODER_MORE, /* Esc and intermediates */
		DECODER_CSI,
		DECODER_CONSOLE, /* Esc [ [, which the Linux console sends for F1 to F5 */
		DECODER_SS3,
		DECODER_X10,
		DECODER_STRING,
		DECODER_PASTE,
	} state;
	bool mouse;                  /* mouse reports are asked for */
	bool apart;                  /* DECODER_ESC: what comes next does not come at once */
	bool meta;                   /* Esc Esc: whatever comes is no key */
	uint8_t held;                /* DECODER_HELD */
	uint32_t glyph;              /* DECODER_UTF8 */
	uint32_t glyph_least;        /* below it, its form is too long */
	unsigned left;               /* bytes that are still to come: DECODER_UTF8, DECODER_X10 */
	char sequence[SEQUENCE_MAX]; /* after Esc, with its 0 */
	size_t length;               /* may be more than there is room for */
	uint8_t window[6];           /* the last bytes of a paste or of a string */
	char paste[PASTE_MAX];
	size_t pasted;
	bool paste_cut;
	struct own_sequence {
		char sequence[SEQUENCE_MAX];
		int code;
	} own[SEQUENCES_OWN_MAX]; /* what terminfo knows of this terminal */
	unsigned owns;
	struct input decoded[DECODED_MAX];
	unsigned decodeds;
};

void decoder_begin(struct decoder *d, bool mouse);
/* A key's sequence as terminfo has it. One that does not begin with Esc is left out. */
void decoder_know(struct decoder *d, const char *sequence, int code);

/* Takes one byte; what it completes is then taken with decoder_take, before the next byte. */
void decoder_byte(struct decoder *d, uint8_t byte);
bool decoder_take(struct decoder *d, struct input *out);

/* The next byte comes some time after the last one: too late for Alt and a key, which a terminal
 * sends together. */
void decoder_apart(struct decoder *d);

/* How long to wait for the next byte before decoder_quiet is due, in microseconds; 0 = there is
 * nothing to wait for. */
uint64_t decoder_patience_us(const struct decoder *d);
/* No byte came for that long. */
void decoder_quiet(struct decoder *d);

#endif
