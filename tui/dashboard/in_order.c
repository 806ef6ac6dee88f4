#include "tui/dashboard/in_order.h"

#include <string.h>

#include "proto/model/base/query.h"
#include "tui/view/scene.h"

/* Few lines wait, and most came in order. */
static void sort(struct in_order *o, const struct model *m)
{
	struct line_in_order moved;

	for (unsigned i = 0; i < o->count; i++)
		o->line[i].rank = model_event_rank(m, o->line[i].event);
	for (unsigned i = 1; i < o->count; i++) {
		unsigned to = i;

		while (to > 0 && o->line[to - 1].rank > o->line[i].rank)
			to--;
		if (to == i)
			continue;
		moved = o->line[i];
		memmove(&o->line[to + 1], &o->line[to], (i - to) * sizeof(moved));
		o->line[to] = moved;
	}
}

void in_order_print(struct in_order *o, const struct model *m, uint64_t until_us, FILE *out)
{
	unsigned ripe = 0;
	char when[24];

	if (o->count == 0)
		return;
	sort(o, m);
	for (unsigned i = 0; i < o->count; i++)
		if (o->line[i].heard_us <= until_us)
			ripe = i + 1;
	for (unsigned i = 0; i < ripe; i++) {
		time_show(model_event_time(m, o->line[i].event), when);
		fprintf(out, "%s %s", when, o->line[i].text);
	}
	o->count -= ripe;
	memmove(&o->line[0], &o->line[ripe], o->count * sizeof(o->line[0]));
}

void in_order_add(struct in_order *o, const struct model *m, uint64_t event, uint64_t real_us,
		  const char *text, FILE *out)
{
	if (o->count == IN_ORDER_LINES)
		in_order_print(o, m, UINT64_MAX, out);
	struct line_in_order *line = &o->line[o->count++];
	line->event = event;
	line->heard_us = real_us;
	snprintf(line->text, sizeof(line->text), "%s", text);
}

uint64_t in_order_due(const struct in_order *o)
{
	uint64_t first_us = UINT64_MAX - IN_ORDER_US;

	for (unsigned i = 0; i < o->count; i++)
		if (o->line[i].heard_us < first_us)
			first_us = o->line[i].heard_us;
	return first_us + IN_ORDER_US;
}
