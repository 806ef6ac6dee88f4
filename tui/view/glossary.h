/* Words and marks that the program uses, explained: tui/view/glossary.def and legend.def. */
#ifndef TUI_VIEW_GLOSSARY_H
#define TUI_VIEW_GLOSSARY_H

struct word {
	const char *word;
	const char *also; /* other words for it, parted by blanks; "" = none */
	const char *meaning;
};

struct mark {
	const char *mark;  /* UTF-8 as it is drawn */
	const char *where; /* "everywhere", or the panes that have it */
	const char *meaning;
};

/* Row i of the tables, NULL behind the last. */
const struct word *glossary_word(unsigned i);
const struct mark *glossary_mark(unsigned i);

#endif
