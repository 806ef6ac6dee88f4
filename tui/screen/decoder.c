/* A machine over bytes: a state is what has begun and has not ended yet. */
#include "tui/screen/decoder.h"

#include <assert.h>
#include <string.h>

#include "tui/screen/keycode.h"

#define ESC 0x1b
#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a

#define ESC_US      25000   /* then Esc was the key */
#define LATE_US     300000  /* then nothing of its sequence will come any more */
#define HELD_US     150000  /* then it was a key */
#define SEQUENCE_US 1000000 /* then the rest of a sequence is given up */
#define PASTE_US    3000000 /* then the rest of a pasted text is given up */

static const struct own_sequence known[] = {
#define SEQUENCE(sequence, code) {sequence, code},
#include "tui/screen/sequences.def"
#undef SEQUENCE
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

void decoder_begin(struct decoder *d, bool mouse)
{
	memset(d, 0, sizeof(*d));
	d->mouse = mouse;
}

void decoder_know(struct decoder *d, const char *sequence, int code)
{
	const size_t length = strlen(sequence);

	if (sequence[0] != ESC || length < 2 || length > SEQUENCE_MAX ||
	    d->owns == SEQUENCES_OWN_MAX)
		return;
	memcpy(d->own[d->owns].sequence, sequence + 1, length);
	d->own[d->owns++].code = code;
}

bool decoder_take(struct decoder *d, struct input *out)
{
	if (d->decodeds == 0)
		return false;
	*out = d->decoded[0];
	d->decodeds--;
	memmove(&d->decoded[0], &d->decoded[1], d->decodeds * sizeof(d->decoded[0]));
	return true;
}

static struct input *decoded(struct decoder *d, enum input_kind kind)
{
	struct input *in;

	assert(d->decodeds < DECODED_MAX); /* a byte completes two things at most */
	in = &d->decoded[d->decodeds++];
	memset(in, 0, sizeof(*in));
	in->kind = kind;
	return in;
}

static void decoded_key(struct decoder *d, int code)
{
	if (code != KEYCODE_NONE)
		decoded(d, INPUT_KEY)->code = code;
}

/* --- what a whole sequence means ----------------------------------------------------------- */

static void sequence_add(struct decoder *d, uint8_t byte)
{
	if (d->length + 1 < SEQUENCE_MAX) {
		d->sequence[d->length] = (char)byte;
		d->sequence[d->length + 1] = 0;
	}
	d->length++;
}

static void sequence_begin(struct decoder *d, enum decoder_state state, char introducer)
{
	d->state = state;
	d->length = 0;
	sequence_add(d, (uint8_t)introducer);
	memset(d->window, 0, sizeof(d->window));
}

static int sequence_key(const struct decoder *d)
{
	if (d->meta || d->length >= SEQUENCE_MAX)
		return KEYCODE_NONE;
	for (unsigned i = 0; i < d->owns; i++)
		if (strcmp(d->own[i].sequence, d->sequence) == 0)
			return d->own[i].code;
	for (unsigned i = 0; i < KNOWN; i++)
		if (strcmp(known[i].sequence, d->sequence) == 0)
			return known[i].code;
	return KEYCODE_NONE;
}

#define BUTTON_MOVED 32

/* A button that went down at a cell, or has moved there, both from 0. The wheel moves as the arrows
 * do. */
static void mouse_report(struct decoder *d, unsigned button, unsigned x, unsigned y)
{
	struct input *in;

	if (!d->mouse)
		return;
	if (button == 64 || button == 65) {
		decoded_key(d, button == 64 ? KEYCODE_UP : KEYCODE_DOWN);
	} else if (button == 0 || button == BUTTON_MOVED) {
		in = decoded(d, INPUT_CLICK);
		in->drag = button == BUTTON_MOVED;
		in->x = (int)x;
		in->y = (int)y;
	}
}

/* "[<0;12;5M": a press; one that ends in 'm' is a release. */
static void sgr_report(struct decoder *d)
{
	unsigned number[3] = {0, 0, 0}, at = 0;

	for (size_t i = 2; i + 1 < d->length; i++) {
		const char byte = d->sequence[i];

		if (byte == ';' && at < 2)
			at++;
		else if (byte >= '0' && byte <= '9' && number[at] < 100000)
			number[at] = number[at] * 10 + (unsigned)(byte - '0');
		else
			return;
	}
	if (at == 2 && number[1] > 0 && number[2] > 0 && d->sequence[d->length - 1] == 'M')
		mouse_report(d, number[0], number[1] - 1, number[2] - 1);
}

/* "[M" and three bytes, each 32 more than what it says. */
static void x10_report(struct decoder *d)
{
	const uint8_t *byte = (const uint8_t *)d->sequence + 2;

	d->state = DECODER_GROUND;
	if (!d->meta && byte[1] > 32 && byte[2] > 32)
		mouse_report(d, byte[0] - 32u, byte[1] - 33u, byte[2] - 33u);
}

static void sequence_end(struct decoder *d)
{
	d->state = DECODER_GROUND;
	if (d->length >= SEQUENCE_MAX || d->meta)
		return;
	if (strcmp(d->sequence, "[200~") == 0) {
		d->state = DECODER_PASTE;
		d->pasted = 0;
		d->paste_cut = false;
	} else if (strncmp(d->sequence, "[<", 2) == 0) {
		sgr_report(d);
	} else {
		decoded_key(d, sequence_key(d));
	}
}

/* One part of "rgb:ffff/8080/0000", which has one to four digits, in 0..65535. */
static bool color_part(const char **text, unsigned *out)
{
	unsigned value = 0, most = 0;

	for (; most < 0xffff; (*text)++) {
		const char c = **text;

		if (c >= '0' && c <= '9')
			value = value * 16 + (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value = value * 16 + (unsigned)((c | 0x20) - 'a' + 10);
		else
			break;
		most = most * 16 + 15;
	}
	*out = most > 0 ? value * 0xffff / most : 0;
	return most > 0;
}

/* "]11;rgb:..." is the answer to what colour the background has. It is light from half the
 * brightness on, as eyes see it (ITU-R BT.601). */
static void string_end(struct decoder *d)
{
	static const char head[] = "]11;rgb:";
	const char *text = d->sequence + sizeof(head) - 1;
	unsigned red, green, blue;

	d->state = DECODER_GROUND;
	if (d->length < SEQUENCE_MAX && strncmp(d->sequence, head, sizeof(head) - 1) == 0 &&
	    color_part(&text, &red) && *text++ == '/' && color_part(&text, &green) &&
	    *text++ == '/' && color_part(&text, &blue))
		decoded(d, INPUT_BACKGROUND)->light =
			299 * red + 587 * green + 114 * blue >= 1000u * 0x8000;
}

/* --- pasted text --------------------------------------------------------------------------- */

/* Lines end in '\n', a tab is a blank, and no other control character is left. */
static void paste_clean(struct decoder *d)
{
	size_t used = 0;
	char before = 0;

	for (size_t i = 0; i < d->pasted; i++) {
		char c = d->paste[i];
		const bool ended = c == '\n' && before == '\r';

		before = c;
		if (ended)
			continue;
		c = c == '\r' ? '\n' : c == '\t' ? ' ' : c;
		if ((unsigned char)c >= ' ' ? c != 0x7f : c == '\n')
			d->paste[used++] = c;
	}
	d->paste[used] = 0;
}

static void paste_end(struct decoder *d, bool whole)
{
	struct input *in;

	d->state = DECODER_GROUND;
	paste_clean(d);
	in = decoded(d, INPUT_PASTE);
	in->text = d->paste;
	in->cut = d->paste_cut || !whole;
}

static void window_add(struct decoder *d, uint8_t byte)
{
	memmove(d->window, d->window + 1, sizeof(d->window) - 1);
	d->window[sizeof(d->window) - 1] = byte;
}

/* The end is known by the last bytes, so that it is found also behind what has no room. */
static void on_paste(struct decoder *d, uint8_t byte)
{
	static const char end[] = "\033[201~";

	if (d->pasted + 1 < PASTE_MAX)
		d->paste[d->pasted++] = (char)byte;
	else
		d->paste_cut = true;
	window_add(d, byte);
	if (memcmp(d->window, end, sizeof(d->window)) != 0)
		return;
	if (!d->paste_cut)
		d->pasted -= sizeof(d->window);
	paste_end(d, true);
}

/* --- the machine --------------------------------------------------------------------------- */

/* The control that Esc and this byte, or one 8-bit byte 0x40 higher, begin. */
static bool begins(struct decoder *d, uint8_t byte)
{
	switch (byte) {
	case '[':
		sequence_begin(d, DECODER_CSI, '[');
		return true;
	case 'O':
		sequence_begin(d, DECODER_SS3, 'O');
		return true;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		sequence_begin(d, DECODER_STRING, (char)byte);
		return true;
	default:
		return false;
	}
}

static void glyph_begin(struct decoder *d, unsigned left, uint32_t bits, uint32_t least)
{
	d->state = DECODER_UTF8;
	d->left = left;
	d->glyph = bits;
	d->glyph_least = least;
}

static void on_ground(struct decoder *d, uint8_t byte)
{
	d->state = DECODER_GROUND;
	d->meta = false;
	d->apart = false;
	if (byte == ESC)
		d->state = DECODER_ESC;
	else if (byte >= 0xc2 && byte < 0xe0)
		glyph_begin(d, 1, byte & 0x1fu, 0x80);
	else if (byte >= 0xe0 && byte < 0xf0)
		glyph_begin(d, 2, byte & 0x0fu, 0x800);
	else if (byte >= 0xf0 && byte < 0xf5)
		glyph_begin(d, 3, byte & 0x07u, 0x10000);
	else if (byte >= 0x80 && byte < 0xa0)
		(void)begins(d, (uint8_t)(byte - 0x40));
	else if (byte < 0x80)
		decoded_key(d, byte == 3      ? KEYCODE_INTERRUPT
			       : byte == 8    ? KEYCODE_BACKSPACE
			       : byte == '\n' ? KEYCODE_ENTER
			       : byte == 12   ? KEYCODE_REDRAW
			       : byte == SUB  ? KEYCODE_SUSPEND
					      : byte);
}

/* A broken character is left out; the byte that broke it is looked at afresh. */
static void on_utf8(struct decoder *d, uint8_t byte)
{
	const uint32_t glyph = d->glyph << 6 | (byte & 0x3fu);

	if ((byte & 0xc0) != 0x80) {
		on_ground(d, byte);
		return;
	}
	d->glyph = glyph;
	if (--d->left > 0)
		return;
	d->state = DECODER_GROUND;
	if (glyph < d->glyph_least || glyph >= KEYCODE_UNICODE_END ||
	    (glyph >= 0xd800 && glyph < 0xe000))
		return;
	if (glyph < 0xa0)
		(void)begins(d, (uint8_t)(glyph - 0x40));
	else if (!d->meta)
		decoded_key(d, (int)glyph);
}

static void on_esc(struct decoder *d, uint8_t byte)
{
	if (byte == ESC) {
		d->meta = true;
	} else if (begins(d, byte)) {
		return;
	} else if (d->apart) {
		decoded_key(d, KEYCODE_ESC);
		on_ground(d, byte);
	} else if (byte >= 0x20 && byte < 0x30) {
		sequence_begin(d, DECODER_MORE, (char)byte);
	} else if (byte >= 0x80) {
		on_ground(d, byte);
		d->meta = true;
	} else if (byte == 3) {
		on_ground(d, byte);
	} else { /* Alt and a key, unless the terminal has a key of its own like that */
		sequence_begin(d, DECODER_GROUND, (char)byte);
		if (sequence_key(d) != KEYCODE_NONE)
			decoded_key(d, sequence_key(d));
		else if (!d->meta && byte > ' ' && byte < 0x7f)
			decoded(d, INPUT_ALT)->code = byte;
	}
}

/* Controls within a sequence: what ends it without its meaning. True: the byte is done with. */
static bool broke_off(struct decoder *d, uint8_t byte)
{
	if (byte == ESC || byte == 3 || byte >= 0x80) {
		on_ground(d, byte);
		return true;
	}
	if (byte == CAN || byte == SUB)
		d->state = DECODER_GROUND;
	return byte < 0x20 || byte == 0x7f;
}

static void on_csi(struct decoder *d, uint8_t byte)
{
	if (broke_off(d, byte))
		return;
	sequence_add(d, byte);
	if (byte < 0x40)
		return;
	if (d->length == 2 && byte == '[') {
		d->state = DECODER_CONSOLE;
	} else if (d->length == 2 && byte == 'M' && d->mouse) {
		d->state = DECODER_X10;
		d->left = 3;
	} else {
		sequence_end(d);
	}
}

static void on_console(struct decoder *d, uint8_t byte)
{
	if (byte < 'A' || byte > 'E') {
		on_ground(d, byte);
		return;
	}
	sequence_add(d, byte);
	sequence_end(d);
}

static void on_ss3(struct decoder *d, uint8_t byte)
{
	if (broke_off(d, byte))
		return;
	sequence_add(d, byte);
	if ((byte < '0' || byte > '9') && byte != ';')
		sequence_end(d);
}

static void on_more(struct decoder *d, uint8_t byte)
{
	if (broke_off(d, byte) || byte < 0x30)
		return;
	d->state = DECODER_GROUND;
}

static void on_x10(struct decoder *d, uint8_t byte)
{
	if (byte < 0x20) {
		on_ground(d, byte);
		return;
	}
	sequence_add(d, byte);
	if (--d->left == 0)
		x10_report(d);
}

/* 0x9c ends a string unless it is a part of a character. */
static void on_string(struct decoder *d, uint8_t byte)
{
	const uint8_t before = d->window[sizeof(d->window) - 1];

	window_add(d, byte);
	if (byte == 3) {
		on_ground(d, byte);
	} else if (before == ESC && byte != '\\') {
		d->state = DECODER_ESC;
		on_esc(d, byte);
	} else if (byte == BEL || before == ESC ||
		   (byte == 0x9c && (before < 0x80 || before == 0xc2))) {
		string_end(d);
	} else if (byte == CAN || byte == SUB) {
		d->state = DECODER_GROUND;
	} else if (byte != ESC) {
		sequence_add(d, byte);
	}
}

/* Does the byte go on with what a held introducer would begin? A key that is held down does not. */
static bool may_follow(uint8_t introducer, uint8_t byte)
{
	if (introducer == '[' || introducer == 'O')
		return byte >= 0x20 && byte < 0x7f;
	return (byte >= '0' && byte <= '9') || (introducer != ']' && byte >= 0x20 && byte < 0x30);
}

static void on_late(struct decoder *d, uint8_t byte)
{
	d->state = DECODER_GROUND;
	if (byte != 0 && strchr("[O]PX^_", byte) != NULL) {
		d->held = byte;
		d->state = DECODER_HELD;
		return;
	}
	on_ground(d, byte);
}

static void on_held(struct decoder *d, uint8_t byte)
{
	if (may_follow(d->held, byte)) {
		(void)begins(d, d->held);
		if (d->state == DECODER_CSI)
			on_csi(d, byte);
		else if (d->state == DECODER_SS3)
			on_ss3(d, byte);
		else
			on_string(d, byte);
		return;
	}
	decoded_key(d, d->held);
	on_ground(d, byte);
}

void decoder_byte(struct decoder *d, uint8_t byte)
{
	static void (*const on[])(struct decoder * d, uint8_t byte) = {
		[DECODER_GROUND] = on_ground, [DECODER_UTF8] = on_utf8,
		[DECODER_ESC] = on_esc,       [DECODER_LATE] = on_late,
		[DECODER_HELD] = on_held,     [DECODER_MORE] = on_more,
		[DECODER_CSI] = on_csi,       [DECODER_CONSOLE] = on_console,
		[DECODER_SS3] = on_ss3,       [DECODER_X10] = on_x10,
		[DECODER_STRING] = on_string, [DECODER_PASTE] = on_paste,
	};

	on[d->state](d, byte);
}

void decoder_apart(struct decoder *d)
{
	d->apart = d->state == DECODER_ESC;
}

uint64_t decoder_patience_us(const struct decoder *d)
{
	switch (d->state) {
	case DECODER_GROUND:
		return 0;
	case DECODER_ESC:
		return ESC_US;
	case DECODER_LATE:
		return LATE_US;
	case DECODER_HELD:
		return HELD_US;
	case DECODER_PASTE:
		return PASTE_US;
	default:
		return SEQUENCE_US;
	}
}

void decoder_quiet(struct decoder *d)
{
	const enum decoder_state state = d->state;

	d->state = DECODER_GROUND;
	if (state == DECODER_PASTE)
		paste_end(d, false);
	if (state == DECODER_HELD)
		decoded_key(d, d->held);
	if (state != DECODER_ESC)
		return;
	decoded_key(d, KEYCODE_ESC);
	d->state = DECODER_LATE;
}
