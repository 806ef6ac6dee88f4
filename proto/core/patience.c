/* Liveness: when to try, ask or tell again. Nothing here can make an unsafe step; what is wrong
 * here costs time, never agreement. An idle node waits for nothing and wakes for nothing. */
#include "proto/core/step.h"

#define ASKS_MAX         6 /* Syncs in a row without learning anything, of who knows that it is behind */
#define STALE_ASKS_MAX   3 /* and of who only was away, and may have missed nothing */
#define TAIL_TRIES_MAX   3 /* Commits told again to who never answered */
#define DOUBLINGS_MAX    16
#define PATIENCE_RESENDS 2

/* splitmix64: the state's own randomness, so that equal states go on equally. */
static uint64_t draw(struct paxos *p)
{
	uint64_t z = (p->random += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static time_us doubled(time_us first, unsigned times, time_us max)
{
	time_us wait = first << (times < DOUBLINGS_MAX ? times : DOUBLINGS_MAX);
	return wait < max ? wait : max;
}

void await_answers(struct paxos *p)
{
	p->proposer_at = p->now + doubled(p->config.resend_us, p->resends, p->config.resend_us_max);
}

/* A higher ballot has taken over. Two proposers that both try again at once would go on preempting
 * each other for ever (Paxos Made Simple, 2.4): each waits a random time that doubles. */
void preempt(struct paxos *p, struct ballot by, struct paxos_output *out)
{
	if (p->role != ROLE_PREPARING && p->role != ROLE_LEADING)
		return;
	lease_give_up(p);
	struct event *e = report(out, EVENT_PREEMPTED);
	e->ballot = p->ballot;
	e->other = by;
	e->peer = by.node;
	if (p->pending_count == 0) {
		p->role = ROLE_IDLE;
		p->proposer_at = 0;
		return;
	}
	time_us most = doubled(p->config.backoff_us, p->losses, p->config.backoff_us_max);
	if (p->losses < UINT8_MAX)
		p->losses++;
	p->role = ROLE_WAITING;
	p->proposer_at = p->now + p->config.backoff_us / 2 + draw(p) % (most + 1);
	e->due = p->proposer_at;
}

static struct event *report_resent(struct paxos *p, enum message_type type, slot_number slot,
				   struct paxos_output *out)
{
	struct event *e = report(out, EVENT_RESENT);
	e->type = type;
	e->ballot = p->ballot;
	e->slot = slot;
	e->count = p->resends;
	return e;
}

static void resend_prepare(struct paxos *p, struct paxos_output *out)
{
	if (p->base >= border(p, p->from)) {
		begin_ballot(p, out);
		return;
	}
	/* Slots that were learned since are not asked for again. */
	if (p->from < p->base)
		p->from = p->base;
	report_resent(p, MSG_PREPARE, p->from, out);
	struct message *m = send(p, out, MSG_PREPARE, everybody(p) & ~p->promised_by);
	m->ballot = p->ballot;
	m->slot = p->from;
}

static bool resend_accepts(struct paxos *p, struct paxos_output *out)
{
	bool any = false;

	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (s->proposed == VALUE_NONE || s->chosen != VALUE_NONE)
			continue;
		if (!any)
			report_resent(p, MSG_ACCEPT, slot, out);
		if (!any && under(p, slot, DEFENCE_JUSTIFY))
			send_new_view(p, everybody(p) & ~s->accepted_by, out);
		any = true;
		struct message *m = send(p, out, MSG_ACCEPT, everybody(p) & ~s->accepted_by);
		m->ballot = p->ballot;
		m->slot = slot;
		m->value = s->proposed;
	}
	return any;
}

static void proposer_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->role == ROLE_WAITING) {
		begin_ballot(p, out);
		return;
	}
	/* Where one refusal proves nothing, one and long silence of the others are enough. */
	if (p->refused_by != 0 && p->resends >= PATIENCE_RESENDS) {
		preempt(p, p->seen, out);
		return;
	}
	p->proposer_at = 0;
	if (p->resends < UINT8_MAX)
		p->resends++;
	if (p->role == ROLE_PREPARING) {
		await_answers(p);
		resend_prepare(p, out);
	} else if (p->role == ROLE_LEADING && resend_accepts(p, out)) {
		await_answers(p);
	}
}

static bool is_behind(const struct paxos *p)
{
	return p->unresolved > 0 || p->heard_low > p->base;
}

static time_us ask_wait(const struct paxos *p)
{
	return doubled(2 * p->config.resend_us, p->asks, 8 * p->config.resend_us_max);
}

static bool asks_on(const struct paxos *p)
{
	return is_behind(p) ? p->asks < ASKS_MAX : p->stale && p->asks < STALE_ASKS_MAX;
}

/* A vote or a gap stands open: if nobody tells how it ended, ask. */
void learner_worry(struct paxos *p)
{
	if (p->learner_at == 0 && asks_on(p))
		p->learner_at = p->now + ask_wait(p);
}

/* The base has risen: what was asked for has come, so patience starts afresh. */
void learner_moved(struct paxos *p)
{
	p->asks = 0;
	p->stale = false;
	p->learner_at = is_behind(p) ? p->now + ask_wait(p) : 0;
	if (!is_behind(p))
		p->asked_upto = p->base;
	/* Promises of those who were ahead did not count; now they can. */
	if (p->role == ROLE_PREPARING && p->heard_low <= p->base)
		p->proposer_at = p->now;
}

void ask(struct paxos *p, node_set whom, struct paxos_output *out)
{
	whom &= others(p);
	if (whom == 0)
		return;
	send(p, out, MSG_SYNC, whom)->slot = p->base;
	struct event *e = report(out, EVENT_SYNCING);
	e->slot = p->base;
	e->peer = set_count(whom) == 1 ? set_lowest(whom) : NODE_NONE;
	p->asked_upto = p->base + SYNC_CHUNK_MAX;
	p->asks++;
	p->learner_at = asks_on(p) ? p->now + ask_wait(p) : 0;
}

/* Back from a crash. Nobody tells it what it missed, so it asks, and again in case nobody heard. */
void wake_up(struct paxos *p, struct paxos_output *out)
{
	p->stale = others(p) != 0;
	ask(p, others(p), out);
}

/* `from` says that every slot below `low` is chosen. Who is behind asks at once, unless what it
 * asked for is still on its way; when a chunk is complete it asks for the next. */
void heard_low(struct paxos *p, node_id from, slot_number low, struct paxos_output *out)
{
	if (low <= p->base)
		return;
	bool news = low > p->heard_low;
	if (news) {
		p->heard_low = low;
		p->heard_from = from;
	}
	if (p->base >= p->asked_upto)
		ask(p, set_of(from), out);
	else if (news)
		p->asks = 0;
	learner_worry(p);
}

static void learner_timer(struct paxos *p, struct paxos_output *out)
{
	p->learner_at = 0;
	if (!asks_on(p))
		return;
	/* Its own proposals are looked after by the proposer. */
	if (p->role == ROLE_LEADING && p->heard_low <= p->base) {
		p->learner_at = p->now + ask_wait(p);
		return;
	}
	ask(p, others(p), out);
}

void owe_tail(struct paxos *p, const struct paxos_slot *s)
{
	node_set missing = others(p) & ~s->accepted_by;

	if (missing == 0 || (p->tail.slot != SLOT_NONE && p->tail.slot > s->slot))
		return;
	p->tail.slot = s->slot;
	p->tail.ballot = p->ballot;
	p->tail.value = s->proposed;
	p->tail.missing = missing;
	p->tail.tries = 0;
	p->tail.at = p->now + p->config.resend_us;
	p->tail.certs = 0;
	if (!under(p, s->slot, DEFENCE_CERT))
		return;
	const struct paxos_hard *h = hard_slot(p, s->slot);
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (ballot_cmp(h->accepted[i].ballot, p->ballot) == 0 &&
		    h->accepted[i].value == s->proposed)
			p->tail.cert[p->tail.certs++] = h->accepted[i].proof;
}

void tail_answered(struct paxos *p, node_id from, slot_number slot)
{
	if (p->tail.slot == SLOT_NONE || slot != p->tail.slot)
		return;
	p->tail.missing &= ~set_of(from);
	if (p->tail.missing == 0)
		p->tail.slot = SLOT_NONE;
}

static void tail_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->tail.tries == TAIL_TRIES_MAX) {
		p->tail.slot = SLOT_NONE;
		return;
	}
	p->tail.tries++;
	p->tail.at =
		p->now + doubled(p->config.resend_us, p->tail.tries, 8 * p->config.resend_us_max);
	struct message *m = send(p, out, MSG_COMMIT, p->tail.missing);
	m->ballot = p->tail.ballot;
	m->slot = p->tail.slot;
	m->low = p->base;
	m->value = p->tail.value;
	for (unsigned i = 0; i < p->tail.certs; i++)
		attach(out, m, p->tail.cert[i]);
}

void patience_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->proposer_at != 0 && p->proposer_at <= p->now)
		proposer_timer(p, out);
	if (p->learner_at != 0 && p->learner_at <= p->now)
		learner_timer(p, out);
	if (p->tail.slot != SLOT_NONE && p->tail.at <= p->now)
		tail_timer(p, out);
}

/* A link works again: who was cut off may be behind, and who waits for answers need not wait on. */
void patience_link_up(struct paxos *p, node_id peer, struct paxos_output *out)
{
	p->asks = 0;
	p->resends = 0;
	ask(p, set_of(peer), out);
	if (p->role == ROLE_PREPARING || (p->role == ROLE_LEADING && p->proposer_at != 0)) {
		p->proposer_at = p->now;
		proposer_timer(p, out);
	}
}

static time_us sooner(time_us a, time_us b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

time_us patience_wake(const struct paxos *p)
{
	time_us tail = p->tail.slot == SLOT_NONE ? 0 : p->tail.at;

	return sooner(sooner(p->proposer_at, p->learner_at), tail);
}
