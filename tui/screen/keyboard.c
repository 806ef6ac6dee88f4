/* Reading is raw, and only where something is there to be read: curses draws and does not read. */
#include "tui/screen/keyboard.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <term.h>
#include <unistd.h>

#include "node/io/clock.h"
#include "tui/screen/keycode.h"

#define APART_US 1000 /* what a terminal sends at once comes within less */

static struct {
	struct decoder decoder;
	uint8_t bytes[4096];
	size_t at, count;
	uint64_t heard_us; /* real: when the last byte came */
} keyboard;

void keyboard_know_terminal(struct decoder *d)
{
	static const struct {
		const char *name;
		int code;
	} names[] = {
		{"kcuu1", KEYCODE_UP},     {"kcud1", KEYCODE_DOWN},  {"kcub1", KEYCODE_LEFT},
		{"kcuf1", KEYCODE_RIGHT},  {"kpp", KEYCODE_PAGE_UP}, {"knp", KEYCODE_PAGE_DOWN},
		{"khome", KEYCODE_HOME},   {"kend", KEYCODE_END},    {"kdch1", KEYCODE_DELETE},
		{"kcbt", KEYCODE_BACKTAB}, {"kent", KEYCODE_ENTER},  {"kbs", KEYCODE_BACKSPACE},
		{"kf1", KEYCODE_F1},       {"kf2", KEYCODE_F1 + 1},  {"kf3", KEYCODE_F1 + 2},
		{"kf4", KEYCODE_F1 + 3},   {"kf5", KEYCODE_F5},      {"kf6", KEYCODE_F1 + 5},
		{"kf7", KEYCODE_F1 + 6},   {"kf8", KEYCODE_F1 + 7},  {"kf9", KEYCODE_F9},
		{"kf10", KEYCODE_F10},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *sequence = tigetstr(names[i].name);

		if (sequence != NULL && sequence != (const char *)-1)
			decoder_know(d, sequence, names[i].code);
	}
}

void keyboard_begin(bool mouse)
{
	decoder_begin(&keyboard.decoder, mouse);
	keyboard_know_terminal(&keyboard.decoder);
	keyboard.at = keyboard.count = 0;
}

void keyboard_forget(void)
{
	keyboard.at = keyboard.count = 0;
	keyboard.decoder.state = DECODER_GROUND;
}

/* Reads what is there. False: nothing is. */
static bool keyboard_read(void)
{
	struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
	ssize_t n;

	if (poll(&fd, 1, 0) != 1 || (fd.revents & POLLIN) == 0)
		return false;
	n = read(STDIN_FILENO, keyboard.bytes, sizeof(keyboard.bytes));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	keyboard.at = 0;
	keyboard.count = n > 0 ? (size_t)n : 0;
	if (real_time_us() >= keyboard.heard_us + APART_US)
		decoder_apart(&keyboard.decoder);
	keyboard.heard_us = real_time_us();
	return true;
}

bool keyboard_input(struct input *out)
{
	for (;;) {
		if (decoder_take(&keyboard.decoder, out))
			return true;
		if (keyboard.at < keyboard.count) {
			decoder_byte(&keyboard.decoder, keyboard.bytes[keyboard.at++]);
			continue;
		}
		if (keyboard_read()) {
			if (keyboard.count > 0)
				continue;
			*out = (struct input){.kind = INPUT_KEY, .code = KEYCODE_HANGUP};
			return true;
		}
		if (keyboard_patience_us(real_time_us()) > 0)
			return false;
		keyboard.heard_us = real_time_us();
		decoder_quiet(&keyboard.decoder);
	}
}

uint64_t keyboard_patience_us(uint64_t real_us)
{
	const uint64_t wait = decoder_patience_us(&keyboard.decoder);
	const uint64_t waited = real_us - keyboard.heard_us;

	if (wait == 0)
		return UINT64_MAX;
	return waited < wait ? wait - waited : 0;
}
