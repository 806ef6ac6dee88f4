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

#include "tui/scene.h"

static struct {
	SCREEN *curses;
	bool open, ascii, mouse, color, synchronized, erase_all;
	int signals[2]; /* a pipe: the handler writes, poll reads */
	int stderr_saved, stderr_kept;
	struct termios terminal;
	struct cell *shown;
	int width, height;
} screen = {.signals = {-1, -1}, .stderr_saved = -1, .stderr_kept = -1};

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct sigaction before_caught[sizeof(caught) / sizeof(caught[0])];

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
 * reports, gives the modes back, and dies of the same signal. */
static void on_fatal(int number)
{
	static const char leave[] = "\033[?1000l\033[?1006l\033[?1049l\033[?25h\033[0m\r\n";
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
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &action, &before_caught[i]);
	action.sa_handler = on_fatal;
	action.sa_flags = (int)SA_RESETHAND;
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaction(fatal[i], &action, NULL);
}

static void release_signals(void)
{
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaction(caught[i], &before_caught[i], NULL);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		signal(fatal[i], SIG_DFL);
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
	int column = theme == THEME_LIGHT ? 2 : theme == THEME_HIGH_CONTRAST ? 4 : 0;
	int ground = theme == THEME_LIGHT           ? (COLORS >= 256 ? 231 : 7)
		     : theme == THEME_HIGH_CONTRAST ? 0
						    : -1;

	screen.erase_all = true;
	if (!has_colors() || theme == THEME_MONO || getenv("NO_COLOR") != NULL) {
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

enum status screen_open(const struct options *options)
{
	const char *term = getenv("TERM");
	enum status status = screen_check();

	if (status != STATUS_OK)
		return status;
	setlocale(LC_ALL, "");
	if (pipe2(screen.signals, O_CLOEXEC | O_NONBLOCK) != 0)
		return status_fail(STATUS_UNAVAILABLE, "cannot make a pipe: %s", strerror(errno));
	tcgetattr(STDIN_FILENO, &screen.terminal);
	screen.curses = newterm(NULL, stdout, stdin);
	if (screen.curses == NULL)
		return status_fail(STATUS_UNAVAILABLE, "the terminal \"%s\" cannot be drawn on",
				   term);
	screen.ascii = options->ascii || is_old(term) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	screen.synchronized = !is_old(term);
	screen.mouse = !options->no_mouse;
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
	}
	if (screen.mouse) {
		mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
		mouseinterval(0);
	}
	screen_theme(options->no_color ? THEME_MONO : options->theme);
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
	endwin();
	delscreen(screen.curses);
	release_signals();
	release_stderr();
	free(screen.shown);
	screen.shown = NULL;
	close(screen.signals[0]);
	close(screen.signals[1]);
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

static attr_t attributes(struct style style)
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

static void show_cell(int x, int y, const struct cell *cell)
{
	wchar_t glyph[2] = {(wchar_t)cell->glyph, 0};
	int pair = screen.color ? cell->style.ink + 1 : 0;
	cchar_t out;

	if (screen.ascii)
		glyph[0] = (wchar_t)(unsigned char)glyph_ascii(cell->glyph);
	setcchar(&out, glyph, attributes(cell->style), (short)pair, &pair);
	mvadd_wch(y, x, &out);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->glyph == b->glyph && a->style.ink == b->style.ink &&
	       a->style.attrs == b->style.attrs;
}

static void synchronize(const char *sequence)
{
	ssize_t written;

	if (!screen.synchronized)
		return;
	written = write(STDOUT_FILENO, sequence, strlen(sequence));
	(void)written;
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
	synchronize("\033[?2026h");
	wnoutrefresh(stdscr);
	doupdate();
	synchronize("\033[?2026l");
}

/* Our handler has the signal, so curses must be told. */
static void take_size(void)
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

static int mouse_key(const struct canvas *c)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return KEYCODE_NONE;
	if ((event.bstate & BUTTON4_PRESSED) != 0)
		return KEYCODE_UP;
	if ((event.bstate & BUTTON5_PRESSED) != 0)
		return KEYCODE_DOWN;
	if (event.x < 0 || event.y < 0 || event.x >= c->width || event.y >= c->height)
		return KEYCODE_NONE;
	return c->cell[event.y * c->stride + event.x].click;
}

static int curses_key(wint_t key, const struct canvas *c)
{
	static const struct {
		int curses, code;
	} keys[] = {
		{KEY_UP, KEYCODE_UP},
		{KEY_DOWN, KEYCODE_DOWN},
		{KEY_LEFT, KEYCODE_LEFT},
		{KEY_RIGHT, KEYCODE_RIGHT},
		{KEY_PPAGE, KEYCODE_PAGE_UP},
		{KEY_NPAGE, KEYCODE_PAGE_DOWN},
		{KEY_HOME, KEYCODE_HOME},
		{KEY_END, KEYCODE_END},
		{KEY_DC, KEYCODE_DELETE},
		{KEY_BTAB, KEYCODE_BACKTAB},
		{KEY_BACKSPACE, KEYCODE_BACKSPACE},
		{KEY_ENTER, KEYCODE_ENTER},
		{KEY_RESIZE, KEYCODE_RESIZE},
	};

	if (key == KEY_MOUSE)
		return mouse_key(c);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key == (wint_t)keys[i].curses)
			return keys[i].code;
	if (key >= KEY_F(1) && key <= KEY_F(10))
		return KEYCODE_F1 + (int)key - KEY_F(1);
	return KEYCODE_NONE;
}

int screen_key(const struct canvas *c)
{
	wint_t key = 0;
	int got, code = signal_key();

	if (code == KEYCODE_RESIZE)
		take_size();
	if (code != 0)
		return code;
	for (;;) {
		got = get_wch(&key);
		if (got == ERR)
			return KEYCODE_NONE;
		if (got == KEY_CODE_YES) {
			code = curses_key(key, c);
			if (code != KEYCODE_NONE)
				return code;
			continue;
		}
		break;
	}
	switch (key) {
	case 3:
		return KEYCODE_INTERRUPT;
	case 12:
		return KEYCODE_REDRAW;
	case 26:
		return KEYCODE_SUSPEND;
	case 8:
	case 127:
		return KEYCODE_BACKSPACE;
	case '\n':
		return KEYCODE_ENTER;
	default:
		return (int)key;
	}
}

int screen_signal_fd(void)
{
	return screen.signals[0];
}

void screen_suspend(void)
{
	endwin();
	raise(SIGSTOP);
	refresh();
	screen.erase_all = true;
}
