#include "proto/member/timing.h"

void timing_come_to(struct member *m, time_us now)
{
	if (now > m->now && !clock_is_paused(&m->config.clock))
		m->now = now;
}

void timing_advance(struct member *m, time_us now)
{
	m->config.clock.virtual_us = now;
	m->now = now;
	m->advancing = true;
	m->advance_order = m->inbox.order;
}

void timing_move(struct member *m, time_us now)
{
	m->config.clock.virtual_us = now;
	m->now = now;
	m->advancing = false;
}

void timing_run_timers(struct member *m)
{
	m->advancing = true;
	m->advance_order = 0;
}

bool timing_frame_is_due(const struct member *m, const struct held *held)
{
	if (held->due > m->now)
		return false;
	if (!clock_is_paused(&m->config.clock))
		return true;
	return m->advancing && held->order <= m->advance_order;
}

/* When the core wants to act, in the cluster's time; 0 = it does not. */
static time_us core_wake(const struct member *m)
{
	return m->core_wake == 0 ? 0 : higher_of(1, drift_world(&m->drift, m->core_wake));
}

bool timing_core_is_due(const struct member *m)
{
	return m->core_wake != 0 && core_wake(m) <= m->now &&
	       (m->advancing || !clock_is_paused(&m->config.clock));
}

bool timing_liar_is_due(const struct member *m)
{
	return liar_is_armed(&m->liar) && m->liar.wake_at != 0 && m->liar.wake_at <= m->now &&
	       (m->advancing || !clock_is_paused(&m->config.clock));
}

time_us timing_timers_at(const struct member *m)
{
	time_us wake = core_wake(m);

	if (liar_is_armed(&m->liar) && m->liar.wake_at != 0 &&
	    (wake == 0 || m->liar.wake_at < wake))
		wake = m->liar.wake_at;
	return wake;
}

time_us timing_wake_at(const struct member *m)
{
	const struct held *first = inbox_first(&m->inbox);
	time_us wake = timing_timers_at(m);

	if (clock_is_paused(&m->config.clock))
		return m->advancing || m->links_up != 0 ? m->now : 0;
	if (m->links_up != 0)
		return m->now;
	if (first != NULL && first->due != DUE_WHEN_TOLD && (wake == 0 || first->due < wake))
		wake = first->due;
	return wake;
}
