/* One event as one line of text on stdout, for runs of the simulator that are shown in full. */
#ifndef TUI_REPORT_EVENT_LINE_H
#define TUI_REPORT_EVENT_LINE_H

#include "proto/core/event.h"
#include "proto/core/values.h"

void event_line_print(const struct event *e, const struct values *values);

#endif
