/* The defender: the defences that only refuse (proto/fault/defence.h), at the acceptor. */
#ifndef PROTO_MEMBER_DEFENDER_H
#define PROTO_MEMBER_DEFENDER_H

#include "proto/member/member_state.h"

/* True: m->frame is refused, and its sender was told why by a Nack. */
bool defender_refuses(struct member *m);

#endif
