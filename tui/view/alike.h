/* Values in few columns, so that values that differ do not look alike. */
#ifndef TUI_VIEW_ALIKE_H
#define TUI_VIEW_ALIKE_H

#include "tui/view/scene.h"

#define ALIKE_MAX  1024                  /* more than the cells of a screen tell apart */
#define FITTED_MAX (VALUE_SHOWN_MAX + 8) /* bytes of a value that was made to fit, with its 0 */

/* The values that a screen may show, each once, as they look when there is room. */
struct alike {
	unsigned count;
	value_ref value[ALIKE_MAX];
	char text[ALIKE_MAX][VALUE_SHOWN_MAX + 1];
	uint16_t place[2 * ALIKE_MAX]; /* 1 + where a value stands, by a hash of it; 0 = nowhere */
};

void alike_begin(struct alike *a);
/* One more, if it is a value and there is room. */
void alike_add(const struct model *m, struct alike *a, value_ref value);

/* What this screen shows, first; then what else may soon be there: of the rows around the cursors
 * of the lists and of their newest rows, of the violation, nodes, ballots and messages on the wire.
 */
void alike_collect(const struct model *m, const struct scene *s, struct alike *out);

/* The value in at most `width` columns: whole if it fits, else its beginning, or where another
 * value has the same beginning, the part in which the two differ, or a digest. */
void alike_fit(const struct model *m, const struct alike *a, value_ref value, int width,
	       char out[FITTED_MAX]);

/* A line whose value is between marks (proto/model/base/show.h), in at most `width` columns if
 * making the value shorter can do that: then the value keeps that in which it differs from others.
 */
void alike_fit_line(const struct model *m, const struct alike *a, value_ref value, int width,
		    char *line, size_t size);

#endif
