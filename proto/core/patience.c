/* Liveness: when to try, ask or tell again. Nothing here can make an unsafe step; what is wrong
 * here costs time, never agreement. An idle node waits for nothing and wakes for nothing. */
#include "proto/core/step.h"

/* Commits told again to acceptors that never answer; resends before one refusal is enough. */
#define TAIL_TRIES_MAX   3
#define PATIENCE_RESENDS 2

/* Ballots in a row that no quorum promised, from which on a proposer waits ever longer: it may be
 * one that no quorum can answer, and each of its ballots ends one of a proposer that could finish.
 */
#define UNHEARD_MAX 12

/* Two proposers that both try again at once would go on preempting each other for ever (Paxos Made
 * Simple, 2.4): each waits a random time that doubles. A proposer that wants nothing stays idle. */
static void after_preempted(struct paxos *p, struct event *e)
{
	if (p->pending_count == 0)
		return;
	const slot_number slot = higher_of(p->from, p->base);
	const time_us round = round_patience(p);
	const time_us usual = higher_of(2 * round, p->config.backoff_us_max);
	time_us longest = usual;

	if (set_count(p->promised_by) >= paxos_promises(p, slot))
		p->unheard = 0;
	else if (p->unheard < UINT8_MAX)
		p->unheard++;
	if (p->unheard > UNHEARD_MAX)
		longest = backoff_doubled(usual, p->unheard - UNHEARD_MAX,
					  higher_of(usual, p->config.gossip_us_max));
	time_us most = backoff_doubled(higher_of(round, p->config.backoff_us), p->losses, longest);
	if (p->losses < UINT8_MAX)
		p->losses++;
	p->role = ROLE_WAITING;
	p->proposer_at = p->now + p->config.backoff_us / 2 + backoff_draw(p) % (most + 1);
	e->due = p->proposer_at;
}

static struct event *report_resent(struct paxos *p, enum message_type type, slot_number slot,
				   struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_RESENT);
	e->type = type;
	e->ballot = p->ballot;
	e->slot = slot;
	e->count = p->resends;
	return e;
}

static void resend_prepare(struct paxos *p, struct paxos_output *out)
{
	if (p->base >= policy_line_end(p, p->from)) {
		proposer_begin_ballot(p, out);
		return;
	}
	/* Slots that were learned since are not asked for again. */
	if (p->from < p->base)
		p->from = p->base;
	round_repeated(p);
	report_resent(p, MSG_PREPARE, p->from, out);
	struct message *m = output_send(p, out, MSG_PREPARE, nodes_all(p) & ~p->promised_by);
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
		if (!any && slot_is_under(p, slot, DEFENCE_JUSTIFY))
			view_send(p, nodes_all(p) & ~s->accepted_by, out);
		any = true;
		struct message *m = output_send(p, out, MSG_ACCEPT, nodes_all(p) & ~s->accepted_by);
		m->ballot = p->ballot;
		m->slot = slot;
		m->value = s->proposed;
	}
	return any;
}

static void proposer_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->role == ROLE_WAITING) {
		proposer_begin_ballot(p, out);
		return;
	}
	/* Where liars are reckoned with, one refusal proves nothing; one refusal and a long silence
	 * of the other acceptors are reason enough to give the ballot up. */
	if (p->refused_by != 0 && p->resends >= PATIENCE_RESENDS) {
		note_preempted(p, p->seen, out);
		return;
	}
	p->proposer_at = 0;
	if (p->resends < UINT8_MAX)
		p->resends++;
	if (p->role == ROLE_PREPARING) {
		backoff_await_answers(p);
		resend_prepare(p, out);
	} else if (p->role == ROLE_LEADING && resend_accepts(p, out)) {
		backoff_await_answers(p);
	}
}

/* The base has risen: the decisions that were asked for have come, so waiting starts afresh. */
static void base_moved(struct paxos *p)
{
	if (p->role == ROLE_LEADING)
		backoff_await_answers(p);
	/* Promises of acceptors that were ahead did not count. This node has caught up with them,
	 * so it asks for their Promises again. */
	if (p->role == ROLE_PREPARING && levels_ahead(p) == 0)
		p->proposer_at = p->now;
}

void patience_read(struct paxos *p, const struct paxos_note *note, struct paxos_output *out)
{
	if (note->preempted != 0)
		after_preempted(p, &out->event[note->preempted - 1]);
	if (note->base_moved)
		base_moved(p);
	/* A proposer that is behind cannot lead before it has caught up. */
	if (p->role == ROLE_PREPARING && (note->heard & levels_ahead(p)) != 0)
		gossip_ask_at_once(p, set_lowest(note->heard & levels_ahead(p)), out);
}

static void tail_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->tail.tries == TAIL_TRIES_MAX) {
		p->tail.slot = SLOT_NONE;
		return;
	}
	p->tail.tries++;
	p->tail.at = p->now +
		     backoff_doubled(round_patience(p), p->tail.tries, 8 * p->config.resend_us_max);
	struct message *m = output_send(p, out, MSG_COMMIT, p->tail.missing);
	m->ballot = p->tail.ballot;
	m->slot = p->tail.slot;
	m->low = p->base;
	m->value = p->tail.value;
	for (unsigned i = 0; i < p->tail.certs; i++)
		output_attach(out, m, p->tail.cert[i]);
}

void patience_timer(struct paxos *p, struct paxos_output *out)
{
	if (p->proposer_at != 0 && p->proposer_at <= p->now)
		proposer_timer(p, out);
	if (p->tail.slot != SLOT_NONE && p->tail.at <= p->now)
		tail_timer(p, out);
}

/* A value has come: a proposer that was in no hurry is, from now on. */
void patience_hurry(struct paxos *p)
{
	const time_us at = p->now + p->config.resend_us_max;

	if (p->settling && p->proposer_at > at)
		p->proposer_at = at;
	p->settling = false;
}

/* A link works again: a proposer that waits for answers need not wait on, so it sends again. */
void patience_link_up(struct paxos *p, struct paxos_output *out)
{
	p->resends = 0;
	if (p->unheard > UNHEARD_MAX && p->role == ROLE_WAITING)
		p->proposer_at = lower_of(p->proposer_at, p->now + p->config.backoff_us_max);
	p->unheard = 0;
	if (p->role == ROLE_PREPARING || (p->role == ROLE_LEADING && p->proposer_at != 0)) {
		p->proposer_at = p->now;
		proposer_timer(p, out);
	}
}

time_us patience_wake(const struct paxos *p)
{
	time_us tail = p->tail.slot == SLOT_NONE ? 0 : p->tail.at;

	return time_sooner(p->proposer_at, tail);
}
