/* How long to wait: doubling, or by chance. */
#include "proto/core/step.h"

#define DOUBLINGS_MAX 16

time_us time_sooner(time_us a, time_us b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* splitmix64: the state's own randomness, so that equal states go on equally. */
uint64_t backoff_draw(struct paxos *p)
{
	uint64_t z = (p->random += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

time_us backoff_doubled(time_us first, unsigned times, time_us max)
{
	time_us wait = first << (times < DOUBLINGS_MAX ? times : DOUBLINGS_MAX);
	return lower_of(wait, max);
}

/* The proposer waits for answers; without answers it sends again. One that had no value of its
 * own when it began is in no hurry. */
void backoff_await_answers(struct paxos *p)
{
	const time_us first = round_patience(p);
	time_us most = 4 * first > p->config.resend_us_max ? 4 * first : p->config.resend_us_max;

	if (p->settling && p->config.gossip_us_max > most)
		most = p->config.gossip_us_max;

	p->proposer_at = p->now + backoff_doubled(first, p->resends, most);
}
