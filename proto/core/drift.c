#include "proto/core/drift.h"

time_us drift_own(const struct drift *d, time_us now)
{
	if (d->rate == 0)
		return now;
	if (now <= d->since)
		return d->own_since;
	return d->own_since + (now - d->since) / DRIFT_TRUE * d->rate +
	       (now - d->since) % DRIFT_TRUE * d->rate / DRIFT_TRUE;
}

time_us drift_world(const struct drift *d, time_us own)
{
	if (d->rate == 0)
		return own;
	if (own <= d->own_since)
		return d->since;
	const time_us ahead = own - d->own_since;
	return d->since + ahead / d->rate * DRIFT_TRUE +
	       (ahead % d->rate * DRIFT_TRUE + d->rate - 1) / d->rate;
}

void drift_set(struct drift *d, time_us now, uint32_t rate, int64_t jump_us)
{
	const struct drift before = *d;
	const time_us own = drift_own(d, now);

	d->rate = rate != 0 ? rate : before.rate != 0 ? before.rate : DRIFT_TRUE;
	if (before.rate != 0 && now < before.since)
		jump_us -= (int64_t)((before.since - now) * before.rate / DRIFT_TRUE);
	d->since = now;
	d->own_since = own;
	if (jump_us > 0)
		d->own_since += (time_us)jump_us;
	else if (jump_us < 0)
		d->since = drift_world(d, own + (time_us)-jump_us);
}

int64_t drift_ahead(const struct drift *d, time_us now)
{
	const time_us at = higher_of(now, d->rate != 0 ? d->since : 0);

	return (int64_t)(drift_own(d, at) - at);
}
