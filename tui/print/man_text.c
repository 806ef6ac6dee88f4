#include "tui/print/man_text.h"

#include <stdio.h>

/* One character beyond ASCII, by its number, which every troff understands. Returns where it ends.
 */
static const char *man_wide(const char *text)
{
	unsigned char lead = (unsigned char)*text++;
	unsigned code = lead >= 0xF0 ? lead & 0x07u : lead >= 0xE0 ? lead & 0x0Fu : lead & 0x1Fu;
	while (((unsigned char)*text & 0xC0u) == 0x80u)
		code = code << 6 | ((unsigned char)*text++ & 0x3Fu);
	printf("\\[u%04X]", code);
	return text;
}

/* '-' is a minus that can be copied into a shell. */
void man_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	while (*text != '\0') {
		if ((unsigned char)*text >= 0x80) {
			text = man_wide(text);
			continue;
		}
		switch (*text) {
		case '-':
			printf("\\-");
			break;
		case '\\':
			printf("\\e");
			break;
		case '\'':
			printf("\\(aq");
			break;
		case '`':
			printf("\\(ga");
			break;
		case '~':
			printf("\\(ti");
			break;
		case '^':
			printf("\\(ha");
			break;
		default:
			putchar(*text);
		}
		text++;
	}
}

void man_line(const char *text)
{
	man_text(text);
	putchar('\n');
}
