/* Text as troff takes it literally. */
#ifndef TUI_PRINT_MAN_TEXT_H
#define TUI_PRINT_MAN_TEXT_H

void man_text(const char *text);
/* The same, and the line ends. */
void man_line(const char *text);

#endif
