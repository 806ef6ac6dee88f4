#include "tui/screen/theme.h"

#include <string.h>

static const char *const words[THEMES] = {
#define THEME(id, name, colours, ground, ground16) name,
#include "tui/screen/themes.def"
#undef THEME
};

const char theme_words[] =
#define THEME(id, name, colours, ground, ground16) "|" name
#include "tui/screen/themes.def"
#undef THEME
	;

const char *theme_word(enum theme_name theme)
{
	return theme < THEMES ? words[theme] : "";
}

bool theme_find(const char *name, enum theme_name *out)
{
	for (unsigned i = 0; i < THEMES; i++)
		if (strcmp(name, words[i]) == 0) {
			*out = (enum theme_name)i;
			return true;
		}
	return false;
}
