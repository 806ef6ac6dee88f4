#include "tui/view/list.h"

#include "proto/model/say/say.h"
#include "tui/view/match.h"

static bool filter_passes(const struct list *l, uint64_t i)
{
	return l->filter[0] == 0 || l->matches(l->m, i, l->filter);
}

/* The event list in the main view leaves bookkeeping out until one looks closer, and what a long
 * load does. */
static bool shows_event(const struct list *l, uint64_t i)
{
	const bool all = l->s->view == VIEW_events || l->filter[0] != 0 || l->cursor != LIST_NONE;
	node_set nodes;

	return (all || (!event_is_noise(model_event_at(l->m, i)->kind) &&
			!event_is_of_load(l->m, model_event_at(l->m, i)))) &&
	       !event_is_repeated(l->m, i, &nodes) && filter_passes(l, i);
}

bool event_is_drawn(const struct event *event)
{
	switch (event->kind) {
	case EVENT_RECEIVED:
	case EVENT_DROPPED:
	case EVENT_ACCEPTED:
	case EVENT_CHOSEN:
	case EVENT_CRASHED:
	case EVENT_STARTED:
	case EVENT_STOPPED:
	case EVENT_SILENT:
	case EVENT_CONTINUED:
	case EVENT_PREPARING:
	case EVENT_PREEMPTED:
	case EVENT_QUEUED:
	case EVENT_LIED:
	case EVENT_ARMED:
	case EVENT_DOOMED:
	case EVENT_FORGOT:
	case EVENT_SEATED:
	case EVENT_DISK:
	case EVENT_SLOWED:
	case EVENT_DRIFTED:
	case EVENT_EVIDENCE:
		return true;
	default:
		return false;
	}
}

/* The cursor's row is there whatever it is: the cursor is always in sight. */
static bool shows_lane_event(const struct list *l, uint64_t i)
{
	const struct event *event = model_event_at(l->m, i);
	node_set at = set_of(event->node);

	if (i == l->cursor)
		return true;
	if (event->kind == EVENT_RECEIVED || event->kind == EVENT_DROPPED)
		at |= set_of(event->peer);
	return event_is_drawn(event) && (l->lanes == 0 || (at & l->lanes) != 0) &&
	       filter_passes(l, i);
}

static bool shows_slot(const struct list *l, uint64_t i)
{
	return filter_passes(l, i);
}

static uint64_t slot_earlier(const struct model *m, uint64_t i)
{
	return i > m->slot_first ? i - 1 : LIST_NONE;
}

static uint64_t slot_later(const struct model *m, uint64_t i)
{
	return i + 1 < m->slot_end ? i + 1 : LIST_NONE;
}

static uint64_t slot_itself(const struct model *m, uint64_t i)
{
	(void)m;
	return i;
}

static struct list of_events(const struct model *m, const struct scene *s,
			     bool (*shows)(const struct list *, uint64_t))
{
	struct list l = {.m = m,
			 .s = s,
			 .first = model_event_first(m),
			 .last = model_event_last(m),
			 .earlier = model_event_earlier,
			 .later = model_event_later,
			 .shows = shows,
			 .matches = match_event,
			 .filter = s->filter,
			 .number = model_event_rank,
			 .noun = "event"};

	if (!scene_looks_back(m, s, &l.cursor))
		l.cursor = LIST_NONE;
	/* of what is kept no more the row takes the place that is shown first */
	else if (s->popup != POPUP_PROOF && model_event_at(m, s->event_at) == NULL &&
		 list_after(&l, l.first) != LIST_NONE)
		l.cursor = list_after(&l, l.first);
	return l;
}

struct list list_events(const struct model *m, const struct scene *s)
{
	return of_events(m, s, shows_event);
}

struct list list_lanes(const struct model *m, const struct scene *s)
{
	return of_events(m, s, shows_lane_event);
}

struct list list_slots(const struct model *m, const struct scene *s)
{
	struct list l = {.m = m,
			 .s = s,
			 .first = m->slot_end > m->slot_first ? m->slot_first : LIST_NONE,
			 .last = m->slot_end > m->slot_first ? m->slot_end - 1 : LIST_NONE,
			 .earlier = slot_earlier,
			 .later = slot_later,
			 .shows = shows_slot,
			 .matches = match_slot,
			 .filter = s->view == VIEW_log ? s->log_filter : "",
			 .number = slot_itself,
			 .noun = "slot"};

	if (!scene_holds_slot(m, s, &l.cursor))
		l.cursor = LIST_NONE;
	return l;
}

static uint64_t proof_earlier(const struct model *m, uint64_t i)
{
	(void)m;
	return i > 0 ? i - 1 : LIST_NONE;
}

static uint64_t proof_later(const struct model *m, uint64_t i)
{
	return i + 1 < m->proofs ? i + 1 : LIST_NONE;
}

static bool proof_matches(const struct model *m, uint64_t i, const char *query)
{
	return match_proof(m, (unsigned)i, query);
}

static uint64_t proof_number(const struct model *m, uint64_t i)
{
	(void)m;
	return i + 1;
}

struct list list_proofs(const struct model *m, const struct scene *s)
{
	struct list l = {.m = m,
			 .s = s,
			 .first = m->proofs > 0 ? 0 : LIST_NONE,
			 .last = m->proofs > 0 ? m->proofs - 1 : LIST_NONE,
			 .earlier = proof_earlier,
			 .later = proof_later,
			 .shows = filter_passes,
			 .matches = proof_matches,
			 .filter = s->proof_filter,
			 .number = proof_number,
			 .noun = "proof",
			 .cursor = LIST_NONE};
	unsigned at;

	if (m->proofs > 0 && scene_holds_proof(m, s, &at))
		l.cursor = at;
	return l;
}

uint64_t list_before(const struct list *l, uint64_t i)
{
	while (i != LIST_NONE && !l->shows(l, i))
		i = l->earlier(l->m, i);
	return i;
}

uint64_t list_after(const struct list *l, uint64_t i)
{
	while (i != LIST_NONE && !l->shows(l, i))
		i = l->later(l->m, i);
	return i;
}

uint64_t list_row(const struct list *l)
{
	uint64_t i = list_before(l, l->cursor != LIST_NONE ? l->cursor : l->last);

	if (i == LIST_NONE) /* a filter hides all up to the cursor */
		i = list_after(l, l->cursor);
	return i;
}

uint64_t list_bottom(const struct list *l, int rows)
{
	int above = 0, below = rows / 2;
	uint64_t middle = LIST_NONE, bottom, next;

	if (l->cursor != LIST_NONE) {
		middle = list_before(l, l->cursor);
		if (middle == LIST_NONE) /* a filter hides all up to the cursor */
			middle = list_after(l, l->cursor);
	}
	if (middle == LIST_NONE)
		return list_before(l, l->last);
	bottom = next = middle;
	for (; above + 1 < rows; above++) {
		next = list_before(l, l->earlier(l->m, next));
		if (next == LIST_NONE)
			break;
	}
	if (above + 1 + below < rows)
		below = rows - 1 - above;
	for (; below > 0; below--) {
		next = list_after(l, l->later(l->m, bottom));
		if (next == LIST_NONE)
			break;
		bottom = next;
	}
	return bottom;
}

uint64_t list_move(const struct list *l, uint64_t i, int by)
{
	uint64_t next;

	for (; by < 0; by++, i = next) {
		next = list_before(l, l->earlier(l->m, i));
		if (next == LIST_NONE)
			break;
	}
	for (; by > 0; by--, i = next) {
		next = list_after(l, l->later(l->m, i));
		if (next == LIST_NONE)
			return LIST_NONE;
	}
	return i;
}
