/* A short history of five nodes, told as events, for tests of what is drawn. */
#ifndef TESTS_SUPPORT_STORY_H
#define TESTS_SUPPORT_STORY_H

#include "proto/model/base/model.h"
#include "tui/view/scene.h"

/* A model of `nodes` nodes that run and have done nothing yet; freed by story_free. */
struct model *story_new(uint8_t nodes);
void story_free(struct model *m);

/* n1 proposes A at 1.1, n1, n2 and n3 vote for it: A is chosen in slot 0. Ends at 40 ms. */
void story_first_value(struct model *m);

/* n1 was told that n3 had voted for B at 2.2 and is sending Accept 3.1=B: n4's link is cut, n5 is
 * down. Ends at 132 ms with four messages on the wire. The picture in the design of the screen. */
void story_takeover(struct model *m);

/* n3 hides its vote: n1, n3 and n4 choose apple at 1.1, then n2, n3 and n5 choose pear at 2.2. Ends
 * at 75 ms with safety violated. */
void story_hidden_vote(struct model *m);

/* A scene for the model as it stands: full screen, live, 1/100. */
struct scene story_scene(const struct model *m);

#endif
