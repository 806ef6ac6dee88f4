/* Proofs of lies on the whole screen. */
#include <stdio.h>

#include "tui/view/view.h"

void view_evidence(const struct model *m, const struct scene *s, struct canvas *c)
{
	const char *has = s->proof_filter[0] != 0 ? " with \"" : "";
	char title[200];
	unsigned at;
	const size_t used = (size_t)snprintf(title, sizeof(title), "EVIDENCE%s%s%s", has,
					     s->proof_filter, has[0] != 0 ? "\"" : "");

	if (m->proofs > 0 && scene_holds_proof(m, s, &at))
		snprintf(title + used, sizeof(title) - used, "  back at proof %u of %u: G newest",
			 at + 1, m->proofs);
	else
		snprintf(title + used, sizeof(title) - used,
			 "  checked with the keys of the cluster");
	struct canvas inside = pane_frame(c, 0, 0, c->width, c->height, true, title);

	pane_evidence(m, s, &inside);
}
