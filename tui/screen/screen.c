/* ncursesw behind a narrow door. Cells that did not change are not touched again. */
#include "tui/screen/screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "node/io/files.h"
#include "proto/core/letter.h"
#include "tui/screen/keyboard.h"
#include "tui/screen/keycode.h"

static struct {
	SCREEN *curses;
	FILE *terminal_out;
	bool open, ascii, mouse, paste, color, synchronized, erase_all;
	int signals[2]; /* a pipe: the handler writes, poll reads */
	int stderr_saved, stderr_kept;
	struct termios terminal;
	struct cell *shown;
	int width, height;
	int drag_row; /* in which a button went down that is followed, and what was pressed last */
	unsigned drag_last;
} screen = {.signals = {-1, -1}, .stderr_saved = -1, .stderr_kept = -1};

static const int caught_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct sigaction before_caught[sizeof(caught_signals) / sizeof(caught_signals[0])];

/* Pairs of columns of inks.def: 256 colours and the base 16. */
enum colours { COLOURS_DARK, COLOURS_LIGHT, COLOURS_HIGH, COLOURS_NONE };

static const struct {
	enum colours colours;
	short ground, ground16;
} themes[THEMES] = {
#define THEME(id, name, colours, ground, ground16)                                                 \
	[THEME_##id] = {COLOURS_##colours, ground, ground16},
#include "tui/screen/themes.def"
#undef THEME
};

static const short colors[INKS][6] = {
#define INK(ink, dark, dark16, light, light16, high, high16)                                       \
	[INK_##ink] = {dark, dark16, light, light16, high, high16},
#include "tui/screen/inks.def"
#undef INK
};

static void on_signal(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;
	ssize_t written = write(screen.signals[1], &byte, 1);

	(void)written;
	errno = saved;
}

/* Only what a signal handler may call: leaves the alternate screen, shows the cursor, ends mouse
 * reports and bracketed paste, gives the modes back, and dies of the same signal. */
static void on_fatal(int number)
{
	static const char leave[] =
		"\033[?1002l\033[?1006l\033[?2004l\033[?1049l\033[?25h\033[0m\r\n";
	ssize_t written = write(STDOUT_FILENO, leave, sizeof(leave) - 1);

	(void)written;
	tcsetattr(STDIN_FILENO, TCSANOW, &screen.terminal);
	if (screen.stderr_saved >= 0)
		dup2(screen.stderr_saved, STDERR_FILENO);
	signal(number, SIG_DFL);
	raise(number);
}

static void catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	action.sa_flags = SA_RESTART;
	for (size_t i = 0; i < sizeof(caught_signals) / sizeof(caught_signals[0]); i++)
		sigaction(caught_signals[i], &action, &before_caught[i]);
	action.sa_handler = on_fatal;
	action.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
		sigaction(fatal_signals[i], &action, NULL);
}

static void release_signals(void)
{
	for (size_t i = 0; i < sizeof(caught_signals) / sizeof(caught_signals[0]); i++)
		sigaction(caught_signals[i], &before_caught[i], NULL);
	for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
		signal(fatal_signals[i], SIG_DFL);
}

static void keep_stderr(void)
{
	screen.stderr_kept = memfd_create("stderr", MFD_CLOEXEC);
	if (screen.stderr_kept < 0)
		return;
	screen.stderr_saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(screen.stderr_kept, STDERR_FILENO);
}

static void release_stderr(void)
{
	char text[4096];
	ssize_t n;

	if (screen.stderr_saved < 0)
		return;
	dup2(screen.stderr_saved, STDERR_FILENO);
	close(screen.stderr_saved);
	screen.stderr_saved = -1;
	lseek(screen.stderr_kept, 0, SEEK_SET);
	while ((n = read(screen.stderr_kept, text, sizeof(text))) > 0)
		if (write(STDERR_FILENO, text, (size_t)n) < 0)
			break;
	close(screen.stderr_kept);
	screen.stderr_kept = -1;
}

bool screen_is_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL && term[0] != 0 &&
	       strcmp(term, "dumb") != 0;
}

/* Terminals whose own character set is all they have. */
static bool is_old(const char *term)
{
	return strncmp(term, "vt", 2) == 0 || strcmp(term, "linux") == 0 ||
	       strncmp(term, "ansi", 4) == 0 || strncmp(term, "cons", 4) == 0;
}

void screen_theme(enum theme_name theme)
{
	const int column = 2 * (int)themes[theme].colours;
	const int ground = COLORS >= 256 ? themes[theme].ground : themes[theme].ground16;

	screen.erase_all = true;
	if (!has_colors() || themes[theme].colours == COLOURS_NONE) {
		screen.color = false;
		return;
	}
	screen.color = true;
	for (int ink = 0; ink < INKS; ink++) {
		int color = colors[ink][column + (COLORS < 256)];

		if (color >= COLORS)
			color = color == 8 ? 7 : color - 8;
		init_extended_pair(ink + 1, color, ground);
	}
}

static void screen_send(const char *sequence)
{
	ssize_t written = write(STDOUT_FILENO, sequence, strlen(sequence));

	(void)written;
}

#define COPY_MAX 74994 /* bytes that terminals take in one OSC 52 */

/* Base64 (RFC 4648, 4) of the text, with a 0. */
static void encode64(const uint8_t *text, size_t length, char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < length; at += 3) {
		const unsigned bits = (unsigned)text[at] << 16 |
				      (at + 1 < length ? (unsigned)text[at + 1] << 8 : 0) |
				      (at + 2 < length ? (unsigned)text[at + 2] : 0);

		*out++ = digits[bits >> 18 & 63];
		*out++ = digits[bits >> 12 & 63];
		*out++ = at + 1 < length ? digits[bits >> 6 & 63] : '=';
		*out++ = at + 2 < length ? digits[bits & 63] : '=';
	}
	*out = 0;
}

bool screen_copy(const char *text)
{
	static char sequence[16 + COPY_MAX / 3 * 4 + 4];
	const size_t length = strlen(text);

	if (!screen.paste || length > COPY_MAX)
		return false;
	memcpy(sequence, "\033]52;c;", 7);
	encode64((const uint8_t *)text, length, sequence + 7);
	strcat(sequence, "\a");
	return fd_write_all(STDOUT_FILENO, sequence, strlen(sequence));
}

/* What the terminal is asked to send besides keys, or not to send any more. */
static void screen_modes(bool on)
{
	if (screen.mouse)
		screen_send(on ? "\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l");
	if (screen.paste)
		screen_send(on ? "\033[?2004h" : "\033[?2004l");
}

/* True if what terminfo has under this name begins like that. */
static bool terminal_can(const char *name, const char *beginning)
{
	const char *sequence = tigetstr(name);

	return sequence != NULL && sequence != (const char *)-1 &&
	       strncmp(sequence, beginning, strlen(beginning)) == 0;
}

enum status screen_check(void)
{
	const char *term = getenv("TERM");
	int error = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return status_fail(STATUS_UNAVAILABLE,
				   "this is no terminal; try --plain, or `paxos-tui up` and `ctl`");
	if (term == NULL || setupterm(term, STDOUT_FILENO, &error) != OK)
		return status_fail(STATUS_UNAVAILABLE,
				   "the terminal type \"%s\" is not known here; set TERM to one "
				   "that is (xterm, vt100), or try --plain",
				   term == NULL ? "" : term);
	del_curterm(cur_term);
	return STATUS_OK;
}

enum status screen_open(const struct screen_config *config)
{
	const char *term = getenv("TERM");
	enum status status = screen_check();

	if (status != STATUS_OK)
		return status;
	setlocale(LC_ALL, "");
	if (pipe2(screen.signals, O_CLOEXEC | O_NONBLOCK) != 0)
		return status_fail(STATUS_UNAVAILABLE, "cannot make a pipe: %s", strerror(errno));
	tcgetattr(STDIN_FILENO, &screen.terminal);
	/* What this program prints is made harmless on its way; what curses prints must not be. */
	screen.terminal_out = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "w");
	if (screen.terminal_out == NULL)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot open the terminal");
	screen.curses = newterm(NULL, screen.terminal_out, stdin);
	if (screen.curses == NULL)
		return status_fail(STATUS_UNAVAILABLE, "the terminal \"%s\" cannot be drawn on",
				   term);
	screen.ascii = config->ascii || is_old(term) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	screen.synchronized = !is_old(term);
	screen.mouse = config->mouse && terminal_can("kmous", "\033[");
	screen.paste = terminal_can("cup", "\033[");
	raw();
	noecho();
	nonl();
	typeahead(-1); /* a frame that has begun is drawn whole */
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	screen_theme(config->theme);
	keyboard_begin(screen.mouse);
	screen_modes(true);
	if (config->asks && screen.color && !is_old(term))
		screen_send("\033]11;?\033\\");
	screen.open = true;
	keep_stderr();
	catch_signals();
	atexit(screen_close);
	return STATUS_OK;
}

void screen_close(void)
{
	if (!screen.open)
		return;
	screen.open = false;
	screen_modes(false);
	endwin();
	delscreen(screen.curses);
	fclose(screen.terminal_out);
	release_signals();
	release_stderr();
	free(screen.shown);
	screen.shown = NULL;
	close(screen.signals[0]);
	close(screen.signals[1]);
}

bool screen_is_ascii(void)
{
	return screen.ascii;
}

void screen_size(int *width, int *height)
{
	*width = COLS;
	*height = LINES;
}

void screen_redraw(void)
{
	screen.erase_all = true;
}

static attr_t style_attributes(struct style style)
{
	attr_t attrs = A_NORMAL;

	if ((style.attrs & ATTR_BOLD) != 0)
		attrs |= A_BOLD;
	if ((style.attrs & ATTR_DIM) != 0)
		attrs |= A_DIM;
	if ((style.attrs & ATTR_REVERSE) != 0)
		attrs |= A_REVERSE;
	if ((style.attrs & ATTR_UNDERLINE) != 0)
		attrs |= A_UNDERLINE;
	if (!screen.color && (style.ink == INK_FAINT || style.ink == INK_FRAME))
		attrs |= A_DIM;
	return attrs;
}

/* Does the terminal draw the letter, and in as many cells as the canvas has for it? */
static bool cell_is_known(const struct cell *cell)
{
	return !screen.ascii && (cell->glyph < 0x300 ||
				 wcwidth((wchar_t)cell->glyph) == (int)letter_cells(cell->glyph));
}

static void show_cell(int x, int y, const struct cell *cell)
{
	wchar_t glyph[2] = {(wchar_t)cell->glyph, 0};
	int pair = screen.color ? cell->style.ink + 1 : 0;
	cchar_t out;

	if (cell->glyph == GLYPH_REST && x > 0 && cell_is_known(cell - 1))
		return; /* its letter fills it */
	if (!cell_is_known(cell) || cell->glyph == GLYPH_REST)
		glyph[0] = (wchar_t)(unsigned char)glyph_ascii(cell->glyph);
	setcchar(&out, glyph, style_attributes(cell->style), (short)pair, &pair);
	mvadd_wch(y, x, &out);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->glyph == b->glyph && a->style.ink == b->style.ink &&
	       a->style.attrs == b->style.attrs;
}

void screen_show(const struct canvas *c)
{
	if (screen.shown == NULL || screen.width != c->width || screen.height != c->height) {
		free(screen.shown);
		screen.shown = calloc((size_t)c->width * (size_t)c->height, sizeof(struct cell));
		screen.width = c->width;
		screen.height = c->height;
		screen.erase_all = true;
	}
	if (screen.shown == NULL)
		return;
	if (screen.erase_all)
		clear();
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++) {
			const struct cell *cell = &c->cell[y * c->stride + x];
			struct cell *shown = &screen.shown[y * c->width + x];

			if (!screen.erase_all && same_cell(cell, shown))
				continue;
			show_cell(x, y, cell);
			*shown = *cell;
		}
	screen.erase_all = false;
	move(c->height - 1, c->width - 1); /* where a cursor that cannot be hidden harms least */
	if (screen.synchronized)
		screen_send("\033[?2026h");
	wnoutrefresh(stdscr);
	doupdate();
	if (screen.synchronized)
		screen_send("\033[?2026l");
}

/* Our handler has the signal, so curses must be told. */
static void screen_take_size(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

static int signal_key(void)
{
	unsigned char number;

	if (read(screen.signals[0], &number, 1) != 1)
		return 0;
	switch (number) {
	case SIGINT:
		return KEYCODE_INTERRUPT;
	case SIGTSTP:
		return KEYCODE_SUSPEND;
	case SIGWINCH:
		return KEYCODE_RESIZE;
	default:
		return KEYCODE_HANGUP;
	}
}

bool screen_input(const struct canvas *c, struct input *out)
{
	*out = (struct input){.kind = INPUT_KEY, .code = signal_key()};
	if (out->code == KEYCODE_RESIZE)
		screen_take_size();
	if (out->code != KEYCODE_NONE)
		return true;
	while (keyboard_input(out)) {
		if (out->kind == INPUT_CLICK)
			*out = (struct input){
				.kind = INPUT_KEY,
				.code = (int)canvas_pressed(c, out->x, out->y, out->drag,
							    &screen.drag_row, &screen.drag_last)};
		if (out->kind != INPUT_KEY || out->code != KEYCODE_NONE)
			return true;
	}
	return false;
}

uint64_t screen_patience_us(uint64_t real_us)
{
	return keyboard_patience_us(real_us);
}

int screen_signal_fd(void)
{
	return screen.signals[0];
}

/* The whole foreground job stops, as by Ctrl-Z in a terminal that is not raw: a program that
 * started this one and waits for it (make, a script) would keep the terminal otherwise. The nodes
 * are in sessions of their own and run on. Where no shell could bring the job back, nothing stops.
 */
void screen_suspend(void)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, caught;

	screen_modes(false);
	endwin();
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &caught);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &caught, NULL);
	screen_take_size();
	refresh();
	keyboard_forget();
	screen_modes(true);
	screen.erase_all = true;
}
