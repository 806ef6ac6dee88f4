/* Keys as numbers: characters are their code points, everything else is beyond Unicode, where no
 * keyboard and no paste can reach. */
#ifndef TUI_SCREEN_KEYCODE_H
#define TUI_SCREEN_KEYCODE_H

/* Keys beyond characters. */
enum key_code {
	KEYCODE_NONE = 0,
	KEYCODE_TAB = '\t',
	KEYCODE_ENTER = '\r',
	KEYCODE_ESC = 27,
	KEYCODE_BACKSPACE = 127,
	KEYCODE_UNICODE_END = 0x110000,
	KEYCODE_UP = KEYCODE_UNICODE_END,
	KEYCODE_DOWN,
	KEYCODE_LEFT,
	KEYCODE_RIGHT,
	KEYCODE_PAGE_UP,
	KEYCODE_PAGE_DOWN,
	KEYCODE_HOME,
	KEYCODE_END,
	KEYCODE_DELETE,
	KEYCODE_BACKTAB,
	KEYCODE_F1,
	KEYCODE_F5 = KEYCODE_F1 + 4,
	KEYCODE_F9 = KEYCODE_F1 + 8,
	KEYCODE_F10 = KEYCODE_F1 + 9,
	KEYCODE_RESIZE = KEYCODE_F1 + 12,
	KEYCODE_REDRAW,    /* Ctrl-L */
	KEYCODE_SUSPEND,   /* Ctrl-Z */
	KEYCODE_INTERRUPT, /* Ctrl-C */
	KEYCODE_HANGUP,
	KEYCODE_CLICKS = 0x120000, /* from here on: what a view puts on its cells */
};

#endif
