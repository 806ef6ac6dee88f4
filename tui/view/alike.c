#include "tui/view/alike.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/core/letter.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "tui/screen/canvas.h"
#include "tui/view/list.h"

#define ROWS_LOOKED_AT 64 /* of a list; no screen has more */
#define LEAST_COLUMNS  8  /* of a value in a line that is too long */

void alike_begin(struct alike *a)
{
	a->count = 0;
	memset(a->place, 0, sizeof(a->place));
}

void alike_add(const struct model *m, struct alike *a, value_ref value)
{
	unsigned at = (uint32_t)value * 2654435761u % (2 * ALIKE_MAX);

	if (value == VALUE_NONE || value == VALUE_NOOP)
		return;
	for (; a->place[at] != 0; at = (at + 1) % (2 * ALIKE_MAX))
		if (a->value[a->place[at] - 1] == value)
			return;
	if (a->count == ALIKE_MAX)
		return;
	a->value[a->count] = value;
	values_show(m->values, value, a->text[a->count]);
	a->place[at] = (uint16_t)++a->count;
}

static void add_slot(const struct model *m, struct alike *a, slot_number number)
{
	const struct model_slot *slot = model_slot(m, number);

	if (slot == NULL)
		return;
	alike_add(m, a, slot->decided);
	for (node_id id = 1; id <= m->nodes; id++) {
		alike_add(m, a, slot->vote[id].voted);
		alike_add(m, a, slot->vote[id].chosen);
	}
}

static void add_event(const struct model *m, struct alike *a, uint64_t i)
{
	alike_add(m, a, model_event_at(m, i)->value);
}

/* The rows of a list that a screen shows at most. */
static void add_rows(const struct list *list, struct alike *a,
		     void (*add)(const struct model *m, struct alike *a, uint64_t row))
{
	uint64_t row = list_bottom(list, ROWS_LOOKED_AT);

	for (unsigned k = 0; k < ROWS_LOOKED_AT && row != LIST_NONE; k++) {
		add(list->m, a, row);
		row = list_before(list, list->earlier(list->m, row));
	}
}

void alike_collect(const struct model *m, const struct scene *s, struct alike *out)
{
	const struct list slots = list_slots(m, s);
	const struct list events = s->view == VIEW_lanes ? list_lanes(m, s) : list_events(m, s);

	alike_begin(out);
	alike_add(m, out, m->violation.value[0]);
	alike_add(m, out, m->violation.value[1]);
	add_slot(m, out, scene_slot(m));
	for (node_id id = 1; id <= m->nodes; id++) {
		alike_add(m, out, m->node[id].wanted);
		alike_add(m, out, m->ballots[id].value);
	}
	if (m->events > 0)
		add_rows(&events, out, add_event);
	add_rows(&slots, out, add_slot);
	for (uint32_t i = 0; i < m->flights; i++)
		alike_add(m, out, m->flight[i].value);
}

/* Takes letters while they fit into `width` columns; returns where they end. */
static const char *take(const char *text, int width)
{
	for (;;) {
		const char *next = text;
		uint32_t glyph = utf8_next(&next);

		if (glyph == 0 || (int)letter_cells(glyph) > width)
			return text;
		width -= (int)letter_cells(glyph);
		text = next;
	}
}

/* The beginning and the last `tail` columns of a text, with an ellipsis between them. */
static void cut_middle(const char *text, int width, int tail, char out[FITTED_MAX])
{
	const char *head = take(text, width - 1 - tail), *rest = text;

	while (utf8_columns(rest) > tail)
		utf8_next(&rest);
	snprintf(out, FITTED_MAX, "%.*s…%s", (int)(head - text), text, rest);
}

/* From `skip` columns on, between ellipses. */
static void cut_ends(const char *text, int width, int skip, char out[FITTED_MAX])
{
	const char *from = take(text, skip);
	const char *to = take(from, width - 2);

	snprintf(out, FITTED_MAX, "…%.*s%s", (int)(to - from), from, *to != 0 ? "…" : "");
}

typedef void cutter(const char *text, int width, int at, char out[FITTED_MAX]);

/* Does any other value look the same if it is cut so? `head` bytes at its beginning and `tail`
 * bytes at its end are in what it looks like: where another differs in them, it looks different. */
static bool is_unique(const struct alike *a, value_ref value, const char *text, cutter *cut,
		      int width, int at, const char *looks)
{
	const size_t head = cut == cut_middle ? strcspn(looks, "…") : 0, length = strlen(text);
	char other[FITTED_MAX];

	for (unsigned i = 0; i < a->count; i++) {
		const size_t others = strlen(a->text[i]);

		if (a->value[i] == value || strncmp(a->text[i], text, head) != 0)
			continue;
		if (cut == cut_middle && at > 0 && others > 0 &&
		    a->text[i][others - 1] != text[length - 1])
			continue;
		cut(a->text[i], width, at, other);
		if (strcmp(other, looks) == 0)
			return false;
	}
	return true;
}

void alike_fit(const struct model *m, const struct alike *a, value_ref value, int width,
	       char out[FITTED_MAX])
{
	char text[VALUE_SHOWN_MAX + 1];
	int whole;

	values_show(m->values, value, text);
	whole = utf8_columns(text);
	if (whole <= width || width < 2) {
		snprintf(out, FITTED_MAX, "%s", text);
		return;
	}
	for (int tail = 0; tail < width - 1; tail = tail == 0 ? (width - 1) / 2 + 1 : tail + 1) {
		cut_middle(text, width, tail, out);
		if (is_unique(a, value, text, cut_middle, width, tail, out))
			return;
	}
	for (int skip = 1; skip < whole && width > 3; skip++) {
		cut_ends(text, width, skip, out);
		if (is_unique(a, value, text, cut_ends, width, skip, out))
			return;
	}
	const int digits = width - 1 < 12 ? width - 1 : 12;
	const uint64_t digest = digest64(0, (const uint8_t *)text, strlen(text));

	snprintf(out, FITTED_MAX, "~%0*llx", digits,
		 (unsigned long long)(digest >> (64 - 4 * digits)));
}

/* Columns of a line, without its marks. */
static int marked_columns(const char *line)
{
	char plain[400];

	snprintf(plain, sizeof(plain), "%s", line);
	marks_remove(plain);
	return utf8_columns(plain);
}

void alike_fit_line(const struct model *m, const struct alike *a, value_ref value, int width,
		    char *line, size_t size)
{
	char *from = strchr(line, MARK_VALUE), *to = strchr(line, MARK_VALUE_END);
	char whole[VALUE_SHOWN_MAX + 1], fitted[FITTED_MAX], rest[400];
	const int over = marked_columns(line) - width;

	if (over <= 0 || from == NULL || to == NULL || value == VALUE_NONE)
		return;
	values_show(m->values, value, whole);
	if (strncmp(from + 1, whole, strlen(whole)) != 0 || from + 1 + strlen(whole) != to)
		return; /* the line shows another value */
	snprintf(rest, sizeof(rest), "%s", to);
	*from = 0;
	const int room = width - marked_columns(line) - 2, left = utf8_columns(whole) - over;
	*from = MARK_VALUE;
	const int least = room < LEAST_COLUMNS ? room : LEAST_COLUMNS;
	alike_fit(m, a, value, left > least ? left : least, fitted);
	snprintf(from + 1, size - (size_t)(from + 1 - line), "%s%s", fitted, rest);
}
