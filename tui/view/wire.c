#include "tui/view/wire.h"

#include <stdio.h>
#include <stdlib.h>

#include "tui/view/match.h"

/* A message that has ended stays for a while, and longer if it was lost: losses are what a viewer
 * looks for. */
static bool is_shown(const struct model *m, const struct scene *s, const struct flight *f)
{
	if (s->view == VIEW_gate)
		return f->state == FLIGHT_HELD && m->node[f->to].life != LIFE_DOWN;
	time_us end = f->ended_at != 0 ? f->ended_at : f->sent_at;
	time_us stay = f->state == FLIGHT_ARRIVED ? s->second_us : 3 * s->second_us;

	return flight_is_open(m, f) || end + stay > s->now;
}

static bool is_held(const struct scene *s, const struct flight *f)
{
	return s->wire_held && f->id.source == s->wire_id.source && f->id.boot == s->wire_id.boot &&
	       f->id.number == s->wire_id.number && f->to == s->wire_to && f->copy == s->wire_copy;
}

bool wire_matches(const struct model *m, const struct flight *f, const char *query)
{
	char words[VALUE_SHOWN_MAX + 80], type[16], ballot[16], value[VALUE_SHOWN_MAX + 1];
	const struct ballot ballots[] = {f->ballot, f->other};

	message_shout(f->type, type);
	ballot_show(f->ballot, ballot);
	values_show(m->values, f->value, value);
	snprintf(words, sizeof(words), "%s %s=%s from n%u to n%u", type, ballot, value, f->from,
		 f->to);
	const struct subject what = {.words = words,
				     .nodes = set_of(f->from) | set_of(f->to),
				     .slot = f->slot,
				     .ballot = ballots,
				     .ballots = 2,
				     .type = f->type};
	return match(query, &what);
}

static int by_age(const void *a, const void *b)
{
	const struct flight *x = *(const struct flight *const *)a;
	const struct flight *y = *(const struct flight *const *)b;

	if (x->sent_at != y->sent_at)
		return x->sent_at < y->sent_at ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->id.number != y->id.number)
		return x->id.number < y->id.number ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->copy - y->copy;
}

/* Those to one node, in the order in which they come to it: what waits at the gate, as it stands
 * there, and what is still on a link. */
static int by_gate(const void *a, const void *b)
{
	const struct flight *x = *(const struct flight *const *)a;
	const struct flight *y = *(const struct flight *const *)b;

	if (x->to != y->to)
		return x->to - y->to;
	if ((x->due == 0) != (y->due == 0))
		return x->due == 0 ? -1 : 1;
	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	if (x->due == 0 && x->held_order != y->held_order)
		return x->held_order < y->held_order ? -1 : 1;
	return by_age(a, b);
}

unsigned wire_list(const struct model *m, const struct scene *s, const struct flight *out[WIRE_MAX])
{
	unsigned count = 0;

	for (uint32_t i = 0; i < m->flights; i++)
		if ((is_shown(m, s, &m->flight[i]) &&
		     wire_matches(m, &m->flight[i], s->wire_filter)) ||
		    (s->view != VIEW_gate && is_held(s, &m->flight[i])))
			out[count++] = &m->flight[i];
	qsort(out, count, sizeof(out[0]), s->view == VIEW_gate ? by_gate : by_age);
	return count;
}

bool wire_cursor(const struct scene *s, const struct flight *const *list, unsigned count,
		 unsigned *at)
{
	for (*at = 0; *at < count; ++*at)
		if (is_held(s, list[*at]))
			return true;
	return false;
}

void wire_hold(struct scene *s, const struct flight *flight)
{
	s->wire_held = true;
	s->wire_id = flight->id;
	s->wire_copy = flight->copy;
	s->wire_to = flight->to;
	s->wire_sent_at = flight->sent_at;
}

void wire_title(const struct model *m, const struct scene *s, char *out, size_t size)
{
	const struct flight *list[WIRE_MAX];
	const unsigned open = model_flights_open(m);
	unsigned at;
	size_t used = (size_t)snprintf(
		out, size, s->wire_filter[0] != 0 ? "WIRE with \"%s\"" : "WIRE", s->wire_filter);

	if (open > 0)
		used += (size_t)snprintf(out + used, size - used, "  %u in flight", open);
	if (!s->wire_held)
		return;
	const unsigned count = wire_list(m, s, list);

	if (wire_cursor(s, list, count, &at))
		snprintf(out + used, size - used, "  at message %u of %u%s: G live", at + 1, count,
			 list[at]->state == FLIGHT_ARRIVED ? ", which has arrived"
			 : list[at]->state == FLIGHT_LOST  ? ", which is lost"
							   : "");
	else
		snprintf(out + used, size - used, "  its message is not kept any more: G live");
}
