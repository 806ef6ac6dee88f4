/* Tells whoever keeps the inputs of a member of one that it is about to obey. Inside proto/member
 * only. */
#ifndef PROTO_MEMBER_HEARS_H
#define PROTO_MEMBER_HEARS_H

#include "proto/member/input.h"
#include "proto/member/member_state.h"

/* A macro, so that where nobody keeps them an input costs one look at a pointer and is not even
 * put together. */
#define MEMBER_HEARS(m, ...)                                                                       \
	do {                                                                                       \
		if ((m)->config.heard != NULL)                                                     \
			(m)->config.heard((m)->config.heard_user,                                  \
					  &(struct member_input){__VA_ARGS__});                    \
	} while (0)

#endif
