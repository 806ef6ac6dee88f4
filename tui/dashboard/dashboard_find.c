/* Search, which moves the cursor, and the filter, which shows only what passes: each in the list in
 * which j and k move. */
#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/model/judge/walk.h"
#include "tui/dashboard/dashboard.h"
#include "tui/screen/screen.h"
#include "tui/view/list.h"
#include "tui/view/match.h"
#include "tui/view/view.h"
#include "tui/view/wire.h"

#define LOOK_US 2000000 /* so long a search looks into the past; pressed again, it goes on */

char *dashboard_filter_here(struct dashboard *d)
{
	struct scene *s = &d->scene;

	if (s->popup == POPUP_TEXT)
		return s->page_filter;
	if (s->popup == POPUP_HELP)
		return s->help_filter;
	switch (scene_cursor(s)) {
	case CURSOR_SLOT:
		return s->log_filter;
	case CURSOR_FOCUS:
	case CURSOR_NODE:
		return s->node_filter;
	case CURSOR_EVIDENCE:
		return s->proof_filter;
	case CURSOR_WIRE:
		return s->wire_filter;
	case CURSOR_BRANCH:
	case CURSOR_EVENT:
		break;
	}
	return s->filter;
}

void dashboard_filter(struct dashboard *d, const char *query)
{
	struct scene *s = &d->scene;
	char *filter = dashboard_filter_here(d);
	node_set passes;

	if (strlen(query) >= FILTER_MAX) {
		dashboard_say(d, true, "a filter has at most %d bytes", FILTER_MAX - 1);
		return;
	}
	memcpy(filter, query, strlen(query) + 1);
	s->page_at = 0;
	s->text_scroll = s->help_scroll = 0;
	if (filter == s->filter && query[0] != 0 && s->view != VIEW_lanes)
		s->view = VIEW_events;
	passes = match_nodes(d->model, s->node_filter);
	if (filter == s->node_filter && passes != 0 && !set_has(passes, s->selected))
		s->selected = set_lowest(passes);
}

/* In the list, from its cursor on: older if `by` < 0. `here`: the row under the cursor, or the
 * newest where there is none, will do. */
static bool find_row(const struct list *l, const char *query, int by, bool here, uint64_t *at)
{
	uint64_t i = l->cursor != LIST_NONE ? l->cursor : l->last;

	if (l->last == LIST_NONE)
		return false;
	if (here && l->shows(l, i) && l->matches(l->m, i, query)) {
		*at = i;
		return true;
	}
	do
		i = by < 0 ? list_before(l, l->earlier(l->m, i)) : list_after(l, l->later(l->m, i));
	while (i != LIST_NONE && !l->matches(l->m, i, query));
	*at = i;
	return i != LIST_NONE;
}

static void say_not_found(struct dashboard *d, const struct list *l, int by)
{
	const uint64_t end = by > 0 ? l->last : l->first;

	if (end == LIST_NONE)
		dashboard_say(d, true, "there is no %s yet", l->noun);
	else
		dashboard_say(
			d, true, "no %s %s has \"%s\": looked %s %s %llu, the %s that is kept",
			by > 0 ? "later" : "earlier", l->noun, d->scene.search,
			by > 0 ? "on to" : "back to", l->noun,
			(unsigned long long)l->number(l->m, end), by > 0 ? "newest" : "oldest");
}

static void find_event(struct dashboard *d, int by, bool here)
{
	struct scene *s = &d->scene;
	struct list list =
		s->view == VIEW_lanes ? list_lanes(d->model, s) : list_events(d->model, s);
	uint64_t at;

	const uint64_t until_us = real_time_us() + LOOK_US;
	const uint64_t from = list.cursor;
	bool found = find_row(&list, s->search, by, here, &at);

	/* What is earlier is in the recording. */
	while (!found && by < 0 && real_time_us() < until_us && d->model->events > MODEL_EVENTS &&
	       dashboard_earlier(d)) {
		list = s->view == VIEW_lanes ? list_lanes(d->model, s) : list_events(d->model, s);
		list.cursor = model_event_at(d->model, from) != NULL ? from : LIST_NONE;
		found = find_row(&list, s->search, by, list.cursor == LIST_NONE, &at);
	}
	if (!found) {
		say_not_found(d, &list, by);
		return;
	}
	s->following = false;
	s->event_at = at;
}

static void find_slot(struct dashboard *d, int by, bool here)
{
	struct scene *s = &d->scene;
	const struct list list = list_slots(d->model, s);
	uint64_t at;

	if (!find_row(&list, s->search, by, here, &at)) {
		say_not_found(d, &list, by);
		return;
	}
	s->slot_held = true;
	s->slot_at = at;
}

/* Of what has no order in time: by < 0 is on, as in the others n is; round at the end. Returns
 * which, from 0; `count` if none. */
static unsigned find_round(const struct dashboard *d, unsigned count, unsigned at, int by,
			   bool (*has)(const struct dashboard *d, unsigned i))
{
	for (unsigned k = 0; k < count; k++) {
		const unsigned i = (by < 0 ? at + k : at + count - k) % count;

		if (has(d, i))
			return i;
	}
	return count;
}

static bool node_has(const struct dashboard *d, unsigned i)
{
	return match_node(d->model, (node_id)(i + 1), d->scene.search) &&
	       match_node(d->model, (node_id)(i + 1), d->scene.node_filter);
}

static bool proof_has(const struct dashboard *d, unsigned i)
{
	return match_proof(d->model, i, d->scene.search) &&
	       match_proof(d->model, i, d->scene.proof_filter);
}

/* The messages on the wire, as the cursor goes through them. */
static void find_message(struct dashboard *d, int by, bool here)
{
	const struct flight *list[WIRE_MAX];
	const unsigned count = wire_list(d->model, &d->scene, list);
	unsigned at, k = here ? 0 : 1;

	if (!wire_cursor(&d->scene, list, count, &at))
		at = count > 0 ? count - 1 : 0;
	while (k < count && !wire_matches(d->model, list[(at + (by < 0 ? count - k : k)) % count],
					  d->scene.search))
		k++;
	if (k >= count)
		dashboard_say(d, true, "no message on the wire has \"%s\": 3 leads to the events",
			      d->scene.search);
	else
		wire_hold(&d->scene, list[(at + (by < 0 ? count - k : k)) % count]);
}

static void find_node(struct dashboard *d, int by, bool here)
{
	const unsigned nodes = d->model->nodes, at = d->scene.selected - 1u;
	const unsigned from = here ? at : by < 0 ? (at + 1) % nodes : (at + nodes - 1) % nodes;
	const unsigned found = find_round(d, nodes, from, by, node_has);

	if (found == nodes)
		dashboard_say(d, true,
			      "no node has \"%s\": Tab or 3 leads to the events, 2 to the log",
			      d->scene.search);
	else
		d->scene.selected = (node_id)(found + 1);
}

static void find_proof(struct dashboard *d, int by, bool here)
{
	const unsigned proofs = d->model->proofs;
	unsigned at = 0;

	if (proofs > 0)
		scene_holds_proof(d->model, &d->scene, &at);
	const unsigned from = here || proofs == 0 ? at
			      : by < 0            ? (at + 1) % proofs
						  : (at + proofs - 1) % proofs;
	const unsigned found = find_round(d, proofs, from, by, proof_has);

	if (found == proofs) {
		dashboard_say(d, true, "no proof has \"%s\", of %u", d->scene.search, proofs);
		return;
	}
	d->scene.evidence_held = true;
	d->scene.evidence_at = found;
	d->scene.evidence_scroll = 0;
}

static bool step_has(const struct dashboard *d, unsigned i)
{
	struct walk walk;

	walk_through_violation(d->model, &walk);
	return match_event(d->model, walk.step[i].event, d->scene.search);
}

static bool attack_has(const struct dashboard *d, unsigned i)
{
	char words[400];

	snprintf(words, sizeof(words), "%s %s", attack_name(i), attack_help(i));
	return match_text(words, strlen(words), d->scene.search);
}

/* Row 0 is no mistake. */
static bool mistake_has(const struct dashboard *d, unsigned i)
{
	char words[400];

	snprintf(words, sizeof(words), "%s %s", mistake_name(i), mistake_help(i));
	return i != MISTAKE_NONE && match_text(words, strlen(words), d->scene.search);
}

static bool defence_has(const struct dashboard *d, unsigned i)
{
	char words[400];

	snprintf(words, sizeof(words), "%s %s", defence_name(i), defence_help(i));
	return match_text(words, strlen(words), d->scene.search);
}

/* In a popup with `count` rows, of which the cursor is *at. */
static void find_in_popup(struct dashboard *d, const char *noun, unsigned count, unsigned *at,
			  int by, bool here, bool (*has)(const struct dashboard *d, unsigned i))
{
	const unsigned from = here || count == 0 ? *at
			      : by < 0           ? (*at + 1) % count
						 : (*at + count - 1) % count;
	const unsigned found = find_round(d, count, from, by, has);

	if (found == count)
		dashboard_say(d, true, "no %s has \"%s\"", noun, d->scene.search);
	else
		*at = found;
}

/* A line of the text, or an item of the help: from the one that was found last, or from the first
 * that is seen. It is scrolled to the top, as far as there is more below it. */
static void find_line(struct dashboard *d, int by, bool here)
{
	struct scene *s = &d->scene;
	int *scroll = s->popup == POPUP_HELP ? &s->help_scroll : &s->text_scroll;
	struct page_search search = {
		.query = s->page_search, .by = -by, .after = here ? 0 : s->page_at, .row = *scroll};
	int width, height;

	screen_size(&width, &height);
	const struct page_reach reach = view_page(d->model, s, width, height, &search);
	const int last = reach.rows > reach.seen ? reach.rows - reach.seen : 0;

	if (search.found == 0) {
		dashboard_say(d, true, "no line %s has \"%s\"",
			      by > 0                 ? "above"
			      : *scroll > 0 || !here ? "below"
						     : "of it",
			      s->page_search);
		return;
	}
	s->page_at = search.found;
	*scroll = search.found_row < last ? search.found_row : last;
}

/* The popup in which there is something to find. False: none is open. */
static bool find_in_popups(struct dashboard *d, int by, bool here)
{
	struct scene *s = &d->scene;
	struct walk walk;

	switch (s->popup) {
	case POPUP_HELP:
	case POPUP_TEXT:
		find_line(d, by, here);
		return true;
	case POPUP_ATTACKS:
		find_in_popup(d, "attack", ATTACKS, &s->attack_at, by, here, attack_has);
		return true;
	case POPUP_MISTAKES:
		find_in_popup(d, "mistake", MISTAKES, &s->mistake_at, by, here, mistake_has);
		return true;
	case POPUP_DEFENCES:
		find_in_popup(d, "defence", DEFENCES, &s->defence_at, by, here, defence_has);
		return true;
	case POPUP_PROOF:
		walk_through_violation(d->model, &walk);
		find_in_popup(d, "step of the proof", walk.steps, &s->proof_at, by, here, step_has);
		return true;
	case POPUP_LINKS:
	case POPUP_NONE:
		break;
	}
	return false;
}

/* by < 0: on, which is back in time. */
static void find(struct dashboard *d, int by, bool here)
{
	if (find_in_popups(d, by, here))
		return;
	switch (scene_cursor(&d->scene)) {
	case CURSOR_EVENT:
		find_event(d, by, here);
		break;
	case CURSOR_WIRE:
		find_message(d, by, here);
		break;
	case CURSOR_SLOT:
		find_slot(d, by, here);
		break;
	case CURSOR_EVIDENCE:
		find_proof(d, by, here);
		break;
	case CURSOR_BRANCH:
	case CURSOR_FOCUS:
	case CURSOR_NODE:
		find_node(d, by, here);
		break;
	}
}

void dashboard_search(struct dashboard *d, const char *query)
{
	struct scene *s = &d->scene;
	const bool page = s->popup == POPUP_TEXT || s->popup == POPUP_HELP;

	if (strlen(query) >= FILTER_MAX) {
		dashboard_say(d, true, "a search has at most %d bytes", FILTER_MAX - 1);
		return;
	}
	memcpy(page ? s->page_search : s->search, query, strlen(query) + 1);
	if (query[0] != 0)
		find(d, -1, true);
	else
		s->page_at = 0;
}

void key_next(struct dashboard *d)
{
	find(d, -1, false);
}

void key_previous(struct dashboard *d)
{
	find(d, 1, false);
}
