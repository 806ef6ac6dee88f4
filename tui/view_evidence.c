/* Proofs of lies on the whole screen. */
#include "tui/view/view.h"

void view_evidence(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct canvas inside = frame(c, 0, 0, c->width, c->height, true,
				     "EVIDENCE  checked with the keys of the cluster");

	pane_evidence(m, s, &inside);
}
