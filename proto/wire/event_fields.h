/* What an event carries besides its node and its time: the fields of its row in
 * proto/core/events.def. */
#ifndef PROTO_WIRE_EVENT_FIELDS_H
#define PROTO_WIRE_EVENT_FIELDS_H

#include "proto/core/event.h"
#include "proto/core/values.h"
#include "proto/wire/bytes.h"
#include "proto/wire/fields.h"

bool event_kind_is_known(unsigned kind);

/* By the row of event->kind. */
void write_event_fields(struct byte_writer *w, const struct values *values,
			const struct event *event);
void read_event_fields(struct byte_reader *r, struct value_room *room, struct event *event);

#endif
