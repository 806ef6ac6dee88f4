/* How long a round takes here and now. Timers that are shorter than a healthy round make everybody
 * say everything twice, which makes rounds longer still.
 *
 * Measured are the time from this node's Prepare to its quorum of Promises, and the time from this
 * node's vote to the decision of that slot, one slot at a time. The estimate is that of TCP (RFC
 * 6298): a smoothed mean and four times the smoothed deviation, in whole microseconds. A round that
 * takes longer than patience lasts may be a slow one, or one in which a message was lost: it counts
 * as long as patience lasts, so that patience grows from round to round if rounds are slow, and
 * hardly if messages are lost. */
#include "proto/core/step.h"

static time_us at_most_an_outage(time_us us)
{
	return lower_of(us, ROUND_US_MAX);
}

time_us round_patience(const struct paxos *p)
{
	time_us us = at_most_an_outage(p->round.mean_us + 4 * p->round.deviation_us);

	return higher_of(us, p->config.resend_us);
}

/* A round is two message delays, and a ballot with echoes is not much more than five. */
time_us round_ballot(const struct paxos *p)
{
	time_us us = at_most_an_outage(3 * p->round.mean_us + 4 * p->round.deviation_us);

	return higher_of(us, p->config.resend_us);
}

static void round_sample(struct paxos *p, time_us began)
{
	struct paxos_round *r = &p->round;
	time_us us = p->now - began;

	if (us > round_patience(p))
		us = round_patience(p);
	if (!r->measured) {
		r->measured = true;
		r->mean_us = us;
		r->deviation_us = us / 2;
		return;
	}
	time_us off = us > r->mean_us ? us - r->mean_us : r->mean_us - us;
	r->deviation_us = (3 * r->deviation_us + off) / 4;
	r->mean_us = (7 * r->mean_us + us) / 8;
}

void round_prepared(struct paxos *p)
{
	p->round.prepared_at = p->now;
	p->round.repeated = false;
}

void round_repeated(struct paxos *p)
{
	p->round.repeated = true;
}

void round_promised(struct paxos *p)
{
	/* Of a Prepare that was sent again it is not known which one was answered. */
	if (!p->round.repeated)
		round_sample(p, p->round.prepared_at);
}

/* Begins to measure from a vote to its decision. Only one slot is measured at a time; a slot that
 * is never decided is given up after a while. */
void round_voted(struct paxos *p, slot_number slot)
{
	struct paxos_round *r = &p->round;

	if (r->waits && p->now - r->voted_at < ROUND_US_MAX)
		return;
	r->waits = true;
	r->slot = slot;
	r->voted_at = p->now;
}

void round_decided(struct paxos *p, slot_number slot)
{
	struct paxos_round *r = &p->round;

	if (!r->waits || slot != r->slot)
		return;
	r->waits = false;
	round_sample(p, r->voted_at);
}
