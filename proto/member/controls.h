/* What the operator orders (proto/core/controls.def). */
#ifndef PROTO_MEMBER_CONTROLS_H
#define PROTO_MEMBER_CONTROLS_H

#include "proto/member/member_state.h"

/* Carries out a control that was decoded and verified. DROP_NOTHING, or why it is refused; then
 * nothing has changed. */
enum drop controls_obey(struct member *m, const struct control *control);

#endif
