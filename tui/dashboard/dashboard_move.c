/* Keys that move a cursor: to another event, slot, node, link or proof, whichever the view is
 * about. */
#include "tui/dashboard/dashboard.h"
#include "tui/screen/screen.h"
#include "tui/view/list.h"
#include "tui/view/match.h"
#include "tui/view/view.h"
#include "tui/view/wire.h"

static void move_event(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	const struct model *m = d->model;
	struct list list = s->view == VIEW_lanes ? list_lanes(m, s) : list_events(m, s);
	uint64_t i = list.cursor != LIST_NONE ? list.cursor : list.last;

	if (m->events == 0)
		return;
	list.cursor = i; /* from now on there is one */
	const uint64_t to = list_move(&list, i, by);

	/* What is earlier is in the recording. */
	if (by < 0 && (to == i || to == list.first) && m->events > MODEL_EVENTS &&
	    dashboard_earlier(d)) {
		list = s->view == VIEW_lanes ? list_lanes(d->model, s) : list_events(d->model, s);
		list.cursor = i;
		i = model_event_at(d->model, i) != NULL ? list_move(&list, i, by) : i;
	} else {
		i = to;
	}
	s->following = i == LIST_NONE;
	s->event_at = s->following ? 0 : i;
}

/* Up and down go to another proof, page up and page down scroll in the bytes of this one. On beyond
 * the newest the list follows again. */
static void move_evidence(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	const struct list list = list_proofs(d->model, s);
	uint64_t at = list_row(&list);

	if (at == LIST_NONE)
		return;
	if (by > 1 || by < -1)
		s->evidence_scroll = s->evidence_scroll + by < 0 ? 0 : s->evidence_scroll + by;
	else
		s->evidence_scroll = 0, at = list_move(&list, at, by);
	s->evidence_held = at != LIST_NONE;
	s->evidence_at = s->evidence_held ? (unsigned)at : 0;
}

static void move_slot(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	const struct list list = list_slots(d->model, s);
	uint64_t i = list.cursor != LIST_NONE ? list.cursor : list.last;

	if (list.last == LIST_NONE)
		return;
	const uint64_t to = list_move(&list, i, by);

	/* What is earlier is in the recording. */
	if (by < 0 && (to == i || to == list.first) && to > 0 && dashboard_earlier(d))
		i = lower_of(i - 1, d->model->slot_end > 0 ? d->model->slot_end - 1 : 0);
	else
		i = to;
	s->slot_held = i != LIST_NONE;
	s->slot_at = s->slot_held ? i : 0;
}

/* Among those that pass the filter; round at the end. */
/* On beyond the newest message the wire follows again. Where the message under the cursor is not
 * kept any more, the cursor goes on from where it was. */
static void move_message(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	const struct flight *list[WIRE_MAX];
	const unsigned count = wire_list(d->model, s, list);
	unsigned at = 0;
	int to;

	if (count == 0)
		return;
	if (!s->wire_held)
		to = by < 0 ? (int)count - 1 : 0;
	else if (wire_cursor(s, list, count, &at))
		to = (int)at + by;
	else
		for (to = 0; to + 1 < (int)count && list[to]->sent_at < s->wire_sent_at;)
			to++;
	s->wire_held = to < (int)count;
	if (s->wire_held)
		wire_hold(s, list[to < 0 ? 0 : to]);
}

static void move_node(struct dashboard *d, int by)
{
	const node_set passes = match_nodes(d->model, d->scene.node_filter);
	const int nodes = d->model->nodes, step = by < 0 ? -1 : 1;
	int at = d->scene.selected - 1;

	for (int left = passes != 0 ? by * step : 0; left > 0; left--)
		do
			at = (at + step + nodes) % nodes;
		while (!set_has(passes, (node_id)(at + 1)));
	d->scene.selected = (node_id)(at + 1);
}

/* Scrolls the popup of a text or the help, as far as there is more. */
static void move_page(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;
	int *scroll = s->popup == POPUP_HELP ? &s->help_scroll : &s->text_scroll;
	struct page_reach reach;
	int width, height, last;

	screen_size(&width, &height);
	reach = view_page(d->model, s, width, height, NULL);
	last = reach.rows > reach.seen ? reach.rows - reach.seen : 0;
	*scroll = *scroll > last - by ? last : *scroll + by < 0 ? 0 : *scroll + by;
}

void dashboard_move(struct dashboard *d, int by)
{
	struct scene *s = &d->scene;

	if (s->popup == POPUP_HELP || s->popup == POPUP_TEXT) {
		move_page(d, by);
		return;
	}
	switch (scene_cursor(s)) {
	case CURSOR_EVENT:
		move_event(d, by);
		break;
	case CURSOR_EVIDENCE:
		move_evidence(d, by);
		break;
	case CURSOR_WIRE:
		move_message(d, by);
		break;
	case CURSOR_SLOT:
		move_slot(d, by);
		break;
	case CURSOR_BRANCH:
		branch_move(d, by);
		break;
	case CURSOR_FOCUS:
	case CURSOR_NODE:
		move_node(d, by);
		break;
	}
}

void key_down(struct dashboard *d)
{
	dashboard_move(d, 1);
}

void key_up(struct dashboard *d)
{
	dashboard_move(d, -1);
}

void key_page_down(struct dashboard *d)
{
	dashboard_move(d, 10);
}

void key_page_up(struct dashboard *d)
{
	dashboard_move(d, -10);
}

#define PAGE_END 1000000 /* more rows than any text has */

/* The keys of both popups. */
void key_text_down(struct dashboard *d)
{
	dashboard_move(d, 1);
}

void key_text_up(struct dashboard *d)
{
	dashboard_move(d, -1);
}

void key_text_page(struct dashboard *d)
{
	dashboard_move(d, 10);
}

void key_text_back(struct dashboard *d)
{
	dashboard_move(d, -10);
}

void key_text_end(struct dashboard *d)
{
	dashboard_move(d, PAGE_END);
}

void key_text_begin(struct dashboard *d)
{
	dashboard_move(d, -PAGE_END);
}

void key_help_down(struct dashboard *d)
{
	dashboard_move(d, 1);
}

void key_help_up(struct dashboard *d)
{
	dashboard_move(d, -1);
}

void key_help_page(struct dashboard *d)
{
	dashboard_move(d, 10);
}

void key_help_back(struct dashboard *d)
{
	dashboard_move(d, -10);
}

void key_help_end(struct dashboard *d)
{
	dashboard_move(d, PAGE_END);
}

void key_help_begin(struct dashboard *d)
{
	dashboard_move(d, -PAGE_END);
}

void key_newest(struct dashboard *d)
{
	scene_follow(&d->scene);
}

void key_oldest(struct dashboard *d)
{
	const struct model *m = d->model;
	struct scene *s = &d->scene;
	struct list events = s->view == VIEW_lanes ? list_lanes(m, s) : list_events(m, s);
	const struct list slots = list_slots(m, s);

	events.cursor = m->events; /* there will be one, and not where it was */
	s->event_at = list_after(&events, events.first);
	s->following = s->event_at == LIST_NONE;
	s->slot_at = list_after(&slots, slots.first);
	s->slot_held = s->slot_at != LIST_NONE;
	if (scene_cursor(s) == CURSOR_WIRE) {
		s->wire_held = false;
		move_message(d, 1);
	}
	s->evidence_held = m->proofs > 0;
	s->evidence_at = 0;
	s->evidence_scroll = 0;
}

/* The whole slot, then one node's vote after the other. */
static void move_vote(struct dashboard *d, int by)
{
	const int places = d->model->nodes + 1;

	d->scene.vote_at = (node_id)((d->scene.vote_at + by + places) % places);
	d->scene.lanes_from = NODE_NONE; /* columns that were moved sideways may hide it */
}

void key_vote(struct dashboard *d)
{
	move_vote(d, 1);
}

void key_vote_back(struct dashboard *d)
{
	move_vote(d, -1);
}

#define LANES_STEP 4 /* nodes by which lanes and columns move sideways */

void key_lanes_right(struct dashboard *d)
{
	const node_id from = d->scene.lanes_from == NODE_NONE ? 1 : d->scene.lanes_from;

	if (from + LANES_STEP <= d->model->nodes)
		d->scene.lanes_from = (node_id)(from + LANES_STEP);
	else
		dashboard_say(d, false, "there are no nodes further to the right");
}

void key_lanes_left(struct dashboard *d)
{
	const node_id from = d->scene.lanes_from;

	if (from == NODE_NONE)
		dashboard_say(d, false,
			      "these are the nodes that matter most: > leads to the others");
	d->scene.lanes_from = from > LANES_STEP ? (node_id)(from - LANES_STEP) : NODE_NONE;
}
