#include "tests/support/handmade.h"

#include <stdlib.h>

#include "proto/model/fold/fold.h"

#define VALUES 256
#define BYTES  16384

struct handmade *handmade_new(uint8_t nodes, bool ticks)
{
	struct handmade *h = calloc(1, sizeof *h);

	h->m = malloc(model_size());
	model_init(h->m, values_init(malloc(values_size(VALUES, BYTES)), VALUES, BYTES), nodes);
	h->a = values_intern(h->m->values, (const uint8_t *)"A", 1);
	h->b = values_intern(h->m->values, (const uint8_t *)"B", 1);
	h->ticks = ticks;
	return h;
}

void handmade_free(struct handmade *h)
{
	free(h->m->values);
	free(h->m);
	free(h);
}

void handmade_tell(struct handmade *h, struct event e)
{
	e.boot = e.boot == 0 ? 1 : e.boot;
	e.seq = ++h->seq[e.node];
	if (h->ticks)
		e.at = ++h->now;
	model_event(h->m, &e);
}

void handmade_start(struct handmade *h)
{
	for (node_id id = 1; id <= h->m->nodes; id++)
		handmade_tell(h, (struct event){.kind = EVENT_STARTED, .node = id});
}

void handmade_queued(struct handmade *h, node_id node, value_ref value)
{
	handmade_tell(h, (struct event){.kind = EVENT_QUEUED,
					.node = node,
					.slot = SLOT_NONE,
					.value = value,
					.count = 1});
}

void handmade_accepted(struct handmade *h, node_id node, struct ballot ballot, value_ref value)
{
	handmade_tell(
		h, (struct event){
			   .kind = EVENT_ACCEPTED, .node = node, .ballot = ballot, .value = value});
}
