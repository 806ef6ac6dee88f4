/* Themes by name; their rows are tui/screen/themes.def. */
#ifndef TUI_SCREEN_THEME_H
#define TUI_SCREEN_THEME_H

#include <stdbool.h>

enum theme_name {
#define THEME(id, name, colours, ground, ground16) THEME_##id,
#include "tui/screen/themes.def"
#undef THEME
	THEMES
};

/* All names as "|a|b|c"; a table of options calls its argument THEME_WORDS. */
extern const char theme_words[];
#define THEME_WORDS (theme_words + 1)

/* As typed after --theme. */
const char *theme_word(enum theme_name theme);

/* The theme of that name; false: there is none. */
bool theme_find(const char *name, enum theme_name *out);

#endif
