/* A load that runs, or was the last thing that happened: how many values a second are chosen, how
 * long each takes and how many share a slot, now in numbers and over the last stretches of time as
 * bars, the newest at the right. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/say/say.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

#define LABEL_COLUMNS  9
#define NUMBER_COLUMNS 8
#define BAR_LOWEST     0x2581
#define BARS           8

enum measure { SPEED, P50, P99, PER_SLOT, MEASURES };

static const char *const labels[MEASURES] = {"values/s", "p50", "p99", "in a slot"};

/* In thousandths where parts of one count. */
static uint64_t measure_of(const struct load_sample *sample, enum measure measure)
{
	switch (measure) {
	case SPEED:
		return (uint64_t)sample->values * 1000000000 /
		       (sample->lasted_us > 0 ? sample->lasted_us : 1);
	case P50:
		return sample->latency_p50_us;
	case P99:
		return sample->latency_p99_us;
	case PER_SLOT:
	case MEASURES:
		break;
	}
	return sample->slots > 0 ? (uint64_t)sample->values * 1000 / sample->slots : 0;
}

/* The number for now; of a load that is over, for all of it. */
static void number_show(const struct model_load *l, enum measure measure, char *out, size_t size)
{
	const struct load_report *r = &l->report;
	const bool now = !r->done && !l->cut && r->sample.values > 0;

	if (r->values == 0) {
		text_write(out, size, "-");
		return;
	}
	switch (measure) {
	case SPEED:
		speed_words(now ? r->sample.values : r->values,
			    now ? r->sample.lasted_us : r->elapsed_us, out, size);
		break;
	case P50:
		latency_words(now ? r->sample.latency_p50_us : r->latency_p50_us, out, size);
		break;
	case P99:
		latency_words(now ? r->sample.latency_p99_us : r->latency_p99_us, out, size);
		break;
	case PER_SLOT:
	case MEASURES:
		per_slot_words(now ? r->sample.values : r->values, now ? r->sample.slots : r->slots,
			       out, size);
		break;
	}
}

/* Bars in a row of cells; a stretch in which nothing was chosen has a dot. */
static void draw_bars(const struct model_load *l, enum measure measure, struct canvas *c)
{
	const unsigned kept = l->samples < MODEL_SAMPLES ? l->samples : MODEL_SAMPLES;
	const unsigned shown = (unsigned)c->width < kept ? (unsigned)c->width : kept;
	uint64_t most = 1;

	for (unsigned back = 1; back <= shown; back++)
		most = higher_of(
			most, measure_of(&l->sample[(l->samples - back) % MODEL_SAMPLES], measure));
	for (unsigned back = 1; back <= shown; back++) {
		const struct load_sample *s = &l->sample[(l->samples - back) % MODEL_SAMPLES];
		const uint64_t value = measure_of(s, measure);
		const uint32_t bar =
			value == 0 ? 0x00b7 : BAR_LOWEST + (uint32_t)((value * BARS - 1) / most);

		canvas_put(c, (int)(shown - back), 0, STYLE(value == 0 ? INK_FAINT : INK_GOOD, 0),
			   bar);
	}
}

static void draw_measure(const struct model_load *l, enum measure measure, struct canvas *c)
{
	char number[32];

	number_show(l, measure, number, sizeof(number));
	canvas_text(c, 0, 0, STYLE(INK_FAINT, 0), labels[measure]);
	canvas_text(c, LABEL_COLUMNS + 1 + NUMBER_COLUMNS - utf8_columns(number), 0,
		    STYLE(INK_TEXT, ATTR_BOLD), number);
	struct canvas bars = canvas_part(c, LABEL_COLUMNS + NUMBER_COLUMNS + 3, 0,
					 c->width - LABEL_COLUMNS - NUMBER_COLUMNS - 3, 1);
	draw_bars(l, measure, &bars);
}

void load_title(const struct model *m, node_id id, char *out, size_t size)
{
	const struct load_report *r = &m->node[id].load.report;
	char words[32];

	text_write(out, size, "LOAD at n%u  %llu of %u values", id, (unsigned long long)r->values,
		   r->count);
	if (m->node[id].load.cut)
		text_append(out, size, ", ended with the process");
	else if (r->done && r->values + r->lost < r->count)
		text_append(out, size, ", ended");
	else if (r->done)
		text_append(out, size, ", done");
	else if (r->rate != 0)
		text_append(out, size, ", %u arrive a second", r->rate);
	else
		text_append(out, size, ", %u at a time", r->outstanding);
	latency_words(r->behind_us, words, sizeof(words));
	if (load_is_behind(r))
		text_append(out, size, ", late by %s", words);
	if (r->lost > 0)
		text_append(out, size, ", %llu given up", (unsigned long long)r->lost);
}

int pane_load_height(const struct model *m, int body)
{
	if (model_load_shown(m) == NODE_NONE)
		return 0;
	return body >= 28 ? MEASURES : MEASURES / 2;
}

void pane_load(const struct model *m, const struct scene *s, struct canvas *c)
{
	const node_id id = model_load_shown(m);
	const int columns = c->height >= MEASURES ? 1 : 2, width = c->width / columns;

	(void)s;
	if (id == NODE_NONE)
		return;
	for (int i = 0; i < MEASURES; i++) {
		struct canvas row = canvas_part(c, i % columns * (width + 1), i / columns,
						width - (columns - 1), 1);

		draw_measure(&m->node[id].load, (enum measure)i, &row);
	}
}
