/* Lists that scroll: events, what space-time draws of them, slots of the log, proofs of lies. Rows
 * are named by numbers, events in the order in which they are told (model_event_earlier) and slots
 * in their own, the newest last; of what the model keeps, a filter may let only some be shown. All
 * views scroll by the same rule: they show the newest rows, or those around the cursor, and
 * no row is left blank while there are more to show. */
#ifndef TUI_VIEW_LIST_H
#define TUI_VIEW_LIST_H

#include "tui/view/scene.h"

#define LIST_NONE UINT64_MAX

struct list {
	const struct model *m;
	const struct scene *s;
	uint64_t first, last; /* of the rows that are kept; LIST_NONE: there are none */
	uint64_t (*earlier)(const struct model *m, uint64_t i); /* LIST_NONE above the first */
	uint64_t (*later)(const struct model *m, uint64_t i);   /* LIST_NONE below the last */
	bool (*shows)(const struct list *list, uint64_t i);
	bool (*matches)(const struct model *m, uint64_t i, const char *query);
	const char *filter;
	uint64_t (*number)(const struct model *m, uint64_t i); /* as people know the row */
	const char *noun;
	node_set lanes;  /* space-time: the lanes that there are; 0: all */
	uint64_t cursor; /* LIST_NONE: the newest row is at the bottom */
};

/* The event list; what space-time shows; the log. Each with the scene's filter and cursor. */
struct list list_events(const struct model *m, const struct scene *s);
struct list list_lanes(const struct model *m, const struct scene *s);
struct list list_slots(const struct model *m, const struct scene *s);
/* Proofs of lies, the newest last. */
struct list list_proofs(const struct model *m, const struct scene *s);

/* The row under the cursor, or the newest that is shown; LIST_NONE: no row is. */
uint64_t list_row(const struct list *list);

/* The nearest row that is shown, at `i` or above it; at `i` or below it. LIST_NONE: there is none,
 * or `i` is LIST_NONE. */
uint64_t list_before(const struct list *list, uint64_t i);
uint64_t list_after(const struct list *list, uint64_t i);

/* The row at the bottom, if so many fit: the cursor's row is in the middle unless the list ends
 * before; LIST_NONE if no row is shown. */
uint64_t list_bottom(const struct list *list, int rows);

/* From row `i` so many rows that are shown on, or back if `by` < 0, as far as there are some.
 * LIST_NONE: on beyond the newest. */
uint64_t list_move(const struct list *list, uint64_t i, int by);

/* Is the event one that space-time has a picture for? */
bool event_is_drawn(const struct event *event);

#endif
