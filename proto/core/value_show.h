/* Inside proto/core: how values_show and value_show (proto/core/values.h) write. */
#ifndef PROTO_CORE_VALUE_SHOW_H
#define PROTO_CORE_VALUE_SHOW_H

#include "proto/core/values.h"

/* The whole value, which is not empty, with its digest; `ascii`: letters of no other script. */
void value_show_bytes(const uint8_t *bytes, uint32_t length, uint64_t digest, bool ascii,
		      char out[VALUE_SHOWN_MAX + 1]);
void value_show_sketch(const struct value_sketch *sketch, char out[VALUE_SHOWN_MAX + 1]);

#endif
