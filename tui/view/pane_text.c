/* What happened, in words: WHY, the event list, and the proof of a violation. */
#include <stdio.h>
#include <string.h>

#include "proto/model/say/say.h"
#include "tui/view/alike.h"
#include "tui/view/identity.h"
#include "tui/view/list.h"
#include "tui/view/pane.h"

#define ROWS_MAX 512 /* of the event list that are drawn at once */

#define BACK_MAX 120

/* "event 134 of 371 at 12.482: G live"; where older events are not kept any more, whether it is the
 * oldest that is. */
static void back_words(const struct model *m, uint64_t event, const char *key, char out[BACK_MAX])
{
	char when[24];
	size_t used;

	time_show(model_event_time(m, event), when);
	used = (size_t)snprintf(out, BACK_MAX, "event %llu of %llu at %s: %s live",
				(unsigned long long)model_event_rank(m, event),
				(unsigned long long)m->events, when, key);
	if (m->events <= MODEL_EVENTS)
		return;
	if (event == model_event_first(m))
		snprintf(out + used, BACK_MAX - used, ", the oldest kept");
	else
		snprintf(out + used, BACK_MAX - used, ", oldest kept %llu",
			 (unsigned long long)m->events - MODEL_EVENTS + 1);
}

void events_title(const struct model *m, const struct scene *s, const char *name, char *out,
		  size_t size)
{
	uint64_t event;
	char back[BACK_MAX];
	size_t used = (size_t)snprintf(out, size, s->filter[0] != 0 ? "%s with \"%s\"" : "%s", name,
				       s->filter);

	if (used >= size || s->popup == POPUP_PROOF || !scene_looks_back(m, s, &event))
		return;
	back_words(m, event, "G", back);
	snprintf(out + used, size - used, "  back at %s", back);
}

/* Has nothing that WHY could tell of happened since safety was violated? */
static bool why_is_violation(const struct model *m, const struct scene *s)
{
	uint64_t i = why_newest(m, s->stepping), back;

	return m->safety == SAFETY_VIOLATED && !scene_looks_back(m, s, &back) &&
	       (i == EVENT_UNSEEN || model_event_at(m, i)->at <= m->violation.at);
}

void why_title(const struct model *m, const struct scene *s, char *out, size_t size)
{
	uint64_t event;
	char back[BACK_MAX];

	if (scene_looks_back(m, s, &event)) {
		back_words(m, event, s->popup == POPUP_PROOF ? "Esc" : "G", back);
		snprintf(out, size, "WHY  of %s", back);
	} else if (m->safety == SAFETY_VIOLATED && m->violation.slot != SLOT_NONE) {
		snprintf(out, size, "WHY  slot %llu is violated: v proof, d e starts afresh",
			 (unsigned long long)m->violation.slot);
	} else if (m->safety == SAFETY_VIOLATED) {
		snprintf(out, size, "WHY  safety is violated: v proof, d e starts afresh");
	} else {
		snprintf(out, size, "WHY");
	}
}

/* Had the cluster done something before this model heard its first word? */
static bool looks_late(const struct model *m)
{
	for (node_id id = 1; id <= m->nodes; id++)
		if (!ballot_is_none(m->node[id].promised) || m->node[id].base > 0)
			return true;
	return m->slot_end > m->slot_first;
}

/* Nothing that is kept can be explained, for the events since then are too many: the newest
 * decision is known without them. False: there is none. */
static bool why_forgotten(const struct model *m, struct canvas *c)
{
	char text[400], value[MARKED_MAX + 1], ballot[16], who[NODES_MAX * 4];

	for (slot_number i = m->slot_end; m->events > MODEL_EVENTS && i > m->slot_first; i--) {
		const struct model_slot *slot = model_slot(m, i - 1);

		if (slot == NULL || slot->decided == VALUE_NONE)
			continue;
		value_mark(m, slot->decided, value);
		ballot_show(slot->decided_at, ballot);
		set_show(slot->decided_by, who, sizeof(who));
		snprintf(text, sizeof(text),
			 "%s is CHOSEN in slot %llu: %s voted for it at ballot %s.\n"
			 "The steps that led there are not kept any more, and nothing was decided "
			 "since.",
			 value, (unsigned long long)slot->slot, who, ballot);
		draw_paragraph(c, PLAIN, text, m->nodes);
		return true;
	}
	return false;
}

/* Before anything was explained. */
static void why_nothing(const struct model *m, const struct scene *s, struct canvas *c)
{
	char text[240], when[24];

	if (why_forgotten(m, c))
		return;

	if (looks_late(m)) {
		time_show(m->since, when);
		snprintf(text, sizeof(text),
			 "This screen looks since %s, and nothing has happened since then.\nWhat "
			 "was "
			 "promised, accepted and chosen before is shown as the nodes tell it, "
			 "without "
			 "the steps that led there.",
			 when);
		draw_paragraph(c, STYLE(INK_FAINT, 0), text, m->nodes);
		return;
	}
	draw_paragraph(c, STYLE(INK_FAINT, 0),
		       s->can_act ? "Nobody has proposed anything yet.  Press p to have the "
				    "selected node propose a value."
				  : "Nobody has proposed anything yet.",
		       m->nodes);
}

static void why_event(const struct model *m, struct canvas *c, uint64_t i)
{
	char text[1024];

	if (!why_explain_marked(m, i, text, sizeof(text)) &&
	    !why_aside_marked(m, i, text, sizeof(text)))
		event_words_marked(m, model_event_at(m, i), text, sizeof(text));
	draw_paragraph(c, PLAIN, text, m->nodes);
}

void pane_why(const struct model *m, const struct scene *s, struct canvas *c)
{
	char text[1024];
	uint64_t i;

	if (scene_looks_back(m, s, &i)) {
		why_event(m, c, i);
		return;
	}
	if (why_is_violation(m, s)) {
		draw_paragraph(c, STYLE(INK_BAD, ATTR_BOLD), m->violation.marked, m->nodes);
		return;
	}
	if ((m->progress == PROGRESS_STALLED || m->progress == PROGRESS_BEHIND) && !s->stepping &&
	    m->progress_why[0] != 0) {
		snprintf(text, sizeof(text), "%s%s",
			 m->progress == PROGRESS_STALLED ? "STALLED: " : "",
			 m->progress_marked[0] != 0 ? m->progress_marked : m->progress_why);
		draw_paragraph(c, STYLE(INK_WARN, ATTR_BOLD), text, m->nodes);
		return;
	}
	i = why_newest(m, s->stepping);
	if (i != EVENT_UNSEEN)
		why_event(m, c, i);
	else
		why_nothing(m, s, c);
}

static void event_row(const struct model *m, struct canvas *c, int y, uint64_t i, bool cursor,
		      const struct alike *alike)
{
	char when[24], words[256];

	time_show(model_event_time(m, i), when);
	event_line_marked(m, i, words, sizeof(words));
	int x = canvas_print(c, 0, y, STYLE(INK_FAINT, 0), "%9s ", when);

	alike_fit_line(m, alike, model_event_at(m, i)->value, c->width - x, words, sizeof(words));
	if (cursor)
		canvas_put(c, x - 1, y, STYLE(INK_KEY, ATTR_BOLD), 0x25ba);
	draw_words(c, x, y, STYLE(INK_TEXT, cursor ? ATTR_BOLD | ATTR_UNDERLINE : 0), words,
		   m->nodes);
}

void list_nothing(const struct list *l, struct canvas *c, int x, const char *empty)
{
	if (l->filter[0] == 0)
		canvas_text(c, x, x == 0 ? 0 : 1, STYLE(INK_FAINT, 0), empty);
	else
		canvas_print(c, x, x == 0 ? 0 : 1, STYLE(INK_FAINT, 0),
			     "Nothing passes \"%s\" from %s %llu on, the oldest that is kept.",
			     l->filter, l->noun, (unsigned long long)l->number(l->m, l->first));
}

/* The event list, the newest event at the bottom, or the one under the cursor in the middle. */
void pane_events(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct list list = list_events(m, s);
	uint64_t row[ROWS_MAX], i;
	int rows = 0;
	struct alike alike;

	alike_collect(m, s, &alike);

	if (m->events == 0) {
		char when[24];

		time_show(m->since, when);
		canvas_print(c, 0, 0, STYLE(INK_FAINT, 0),
			     looks_late(m) ? "No events since %s, when this screen began to look."
					   : "No events yet.",
			     when);
		return;
	}
	for (i = list_bottom(&list, c->height);
	     rows < c->height && rows < ROWS_MAX && i != LIST_NONE;
	     i = list_before(&list, list.earlier(m, i))) {
		row[rows++] = i;
		alike_add(m, &alike, model_event_at(m, i)->value);
	}
	for (int k = 0; k < rows; k++) {
		const int y = c->height - 1 - k;

		event_row(m, c, y, row[k], row[k] == list.cursor, &alike);
		canvas_click(c, 0, y, c->width, 1,
			     KEYCODE_EVENT + (unsigned)(m->events - 1 - row[k]));
	}
	if (rows == 0)
		list_nothing(&list, c, 0, "");
}

void pane_proof(const struct model *m, const struct scene *s, struct canvas *c)
{
	const struct model_violation *v = &m->violation;
	int y = 0;

	(void)s;
	const bool by_values = v->property == PROPERTY_AGREEMENT && !v->by_chain;
	for (unsigned i = 0; i < 2 && by_values; i++) {
		char value[MARKED_MAX + 1], ballot[16], who[100], text[320];

		value_mark(m, v->value[i], value);
		ballot_show(v->ballot[i], ballot);
		set_show(v->quorum[i], who, sizeof(who));
		if (v->voted[i])
			snprintf(text, sizeof(text), "%s chosen at %s by %s", value, ballot, who);
		else
			snprintf(text, sizeof(text),
				 "%s chosen at %s, says %s; no quorum is known to have voted so",
				 value, ballot, who);
		draw_words(c, 0, y++, PLAIN, text, m->nodes);
	}
	struct canvas rest = canvas_part(c, 0, y, c->width, c->height - y);
	char both[NODES_MAX * 4], lied[NODES_MAX * 4], text[2 * NODES_MAX * 4 + 40];

	if (!by_values) {
		draw_paragraph(&rest, STYLE(INK_BAD, ATTR_BOLD), v->marked, m->nodes);
		return;
	}
	set_show(v->quorum[0] & v->quorum[1], both, sizeof(both));
	set_show(v->liars, lied, sizeof(lied));
	snprintf(text, sizeof(text), "in both: %s;  of these, liars: %s", both, lied);
	draw_paragraph(&rest, STYLE(INK_BAD, ATTR_BOLD), text, m->nodes);
}
