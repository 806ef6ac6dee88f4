/* Lines about events, held for a moment so that they come out in the order in which events are told
 * (model_event_earlier): nodes report each at its own pace, and what a message came to may be heard
 * before that it was sent. */
#ifndef TUI_DASHBOARD_IN_ORDER_H
#define TUI_DASHBOARD_IN_ORDER_H

#include <stdio.h>

#include "proto/model/base/model.h"

#define IN_ORDER_LINES 256
#define IN_ORDER_BYTES 1400   /* of a line, with its newlines and its 0: what is longer is cut */
#define IN_ORDER_US    100000 /* real: so long a line waits for its cause */

struct in_order {
	unsigned count;
	struct line_in_order {
		uint64_t event; /* of the model */
		uint64_t rank;
		uint64_t heard_us;
		char text[IN_ORDER_BYTES];
	} line[IN_ORDER_LINES];
};

/* Holds a line, which is printed behind the time that is told of its event. If there is no room,
 * all that are held are printed first. */
void in_order_add(struct in_order *o, const struct model *m, uint64_t event, uint64_t real_us,
		  const char *text, FILE *out);

/* Prints the lines that were heard until then, and those that come before them. UINT64_MAX: all. */
void in_order_print(struct in_order *o, const struct model *m, uint64_t until_us, FILE *out);

/* When the next line is to be printed, in real time; UINT64_MAX: none is held. */
uint64_t in_order_due(const struct in_order *o);

#endif
