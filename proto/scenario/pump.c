#include "proto/scenario/pump.h"

#include <string.h>

#include "proto/model/fold/fold.h"
#include "proto/scenario/acts.h"

#define MAKE_UP_US 1000000
#define ITEMS_MAX  4096 /* then the caller sees whether its user has lost patience */

void pump_init(struct pump *p, struct runner *r, time_us real_us)
{
	struct cluster_info info;
	memset(p, 0, sizeof *p);
	r->cluster->ops->info(r->cluster, &info);
	p->runner = r;
	p->simulated = info.kind == CLUSTER_SIMULATED;
	p->real_us = real_us;
	p->times = 1;
}

/* The model refers to values as long as it lives. Values that it has forgotten make room. */
void pump_make_room(struct pump *p)
{
	const struct runner *r = p->runner;
	struct values *values = r->cluster->values;
	if (values_has_room(values, 64, (size_t)64 * VALUE_SHOWN_MAX))
		return;
	values_unmark(values);
	model_mark_values(r->model);
	values_sweep(values);
}

bool pump_take(struct pump *p, time_us until, unsigned items_max)
{
	struct runner *r = p->runner;
	struct item item;
	for (unsigned i = 0; i < items_max; i++) {
		pump_make_room(p);
		enum item_kind kind = r->cluster->ops->next(r->cluster, until, &item);
		p->over = kind == ITEM_END;
		if (kind == ITEM_NOTHING || kind == ITEM_END)
			return false;
		model_item(r->model, &item);
		if (kind == ITEM_EVENT)
			runner_event(r, item.event);
		p->items++;
		if (p->hear != NULL)
			p->hear(p->user, &item);
	}
	return true;
}

void pump_time(struct pump *p, time_us real_us)
{
	const struct runner *r = p->runner;
	const struct clock_rule *clock = &r->model->clock;
	uint64_t passed = real_us - p->real_us;
	time_us now = r->cluster->ops->now(r->cluster, real_us);
	if (!p->simulated) {
		model_time(r->model, now);
		return;
	}
	const bool paused = clock_is_paused(clock);
	p->real_us = real_us;
	/* Steps take a paused cluster further than `until`. */
	if (paused || now > p->until)
		p->until = now;
	if (paused)
		return;
	if (passed > MAKE_UP_US)
		passed = MAKE_UP_US;
	if (clock->den == 0) {
		p->until += passed * p->times;
		return;
	}
	passed = passed * p->times * clock->num + p->rest_num;
	p->until += passed / clock->den;
	p->rest_num = passed % clock->den;
}

time_us pump_patience(const struct pump *p, time_us real_us)
{
	const struct runner *r = p->runner;
	const struct clock_rule *clock = &r->model->clock;
	if (!p->simulated || r->state != RUNNER_BUSY || !r->has_deadline || runner_is_real(r))
		return runner_patience(r, real_us);
	const time_us left = r->deadline > p->until ? r->deadline - p->until : 0;
	const uint64_t den = clock->den == 0 ? 1 : clock->den;
	const uint64_t num = (clock->den == 0 ? 1 : (uint64_t)clock->num) * p->times;
	return left > UINT64_MAX / 2 / den ? UINT64_MAX : (left * den + num - 1) / num;
}

enum runner_state pump_run(struct pump *p, time_us real_us)
{
	struct runner *r = p->runner;
	const time_us begin = r->cluster->ops->now(r->cluster, real_us);
	p->more = false;
	if (!p->simulated)
		model_time(r->model, begin);
	for (unsigned taken = 0; !p->more; taken++) {
		/* In a cluster that never rests time moves while its items are taken. */
		time_us now = r->cluster->ops->now(r->cluster, real_us);
		time_us until = runner_until(r, begin);
		if (!pump_take(p, until, 1))
			break;
		p->more = taken == ITEMS_MAX;
		/* A simulated cluster must not run past the moment that the runner waits for. */
		if (p->simulated && until > now && runner_step(r, real_us) != RUNNER_BUSY)
			return r->state;
	}
	return runner_step(r, real_us);
}
