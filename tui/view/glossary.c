#include "tui/view/glossary.h"

#include <stddef.h>

static const struct word words[] = {
#define WORD(word, also, meaning) {word, also, meaning},
#include "tui/view/glossary.def"
#undef WORD
};

static const struct mark marks[] = {
#define MARK(mark, where, meaning) {mark, where, meaning},
#include "tui/view/legend.def"
#undef MARK
};

const struct word *glossary_word(unsigned i)
{
	return i < sizeof words / sizeof words[0] ? &words[i] : NULL;
}

const struct mark *glossary_mark(unsigned i)
{
	return i < sizeof marks / sizeof marks[0] ? &marks[i] : NULL;
}
