/* Whole screens as text, compared with tests/data/screens/NAME.txt. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "tui/screen/canvas.h"
#include "tui/view/scene.h"

/* The screen of a scene, at most 200 x 60; its cells are overwritten by the next one. */
struct canvas golden_draw(const struct model *m, const struct scene *s, int width, int height);

/* A canvas as text, valid until the next one. */
const char *golden_text(const struct canvas *c, bool ascii);

/* Fails if the canvas is not what the file says, and shows it; with REWRITE=1 in the environment it
 * becomes what the file says. */
void golden_compare(const char *name, const struct canvas *c, bool ascii);

#endif
