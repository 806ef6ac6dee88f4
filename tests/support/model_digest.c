#include "tests/support/model_digest.h"

#include <stdlib.h>
#include <string.h>

#include "proto/core/digest.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/walk.h"
#include "proto/model/say/say.h"

#define WORDS_MAX 65536

static uint64_t word[WORDS_MAX];
static unsigned words;

static void put(uint64_t number)
{
	if (words == WORDS_MAX)
		abort();
	word[words++] = number;
}

static void put_text(const char *text)
{
	put(digest64(1, (const uint8_t *)text, strlen(text)));
}

static void put_ballot(struct ballot b)
{
	put(((uint64_t)b.round << 8) | b.node);
}

static void put_value(const struct model *m, value_ref value)
{
	char text[VALUE_SHOWN_MAX + 1];

	values_show(m->values, value, text);
	put_text(text);
}

static void put_link(const struct link_rule *l)
{
	put(l->cut);
	put(l->delay_us);
	put(l->jitter_us);
	put(((uint64_t)l->loss_ppm << 32) | l->duplicate_ppm);
	put(l->reorder_ppm);
}

static void put_remarks(const struct model *m, const struct model_node *n)
{
	for (unsigned kind = 0; kind < REMARKS; kind++) {
		const struct model_remark *r = &n->remark[kind];

		put(r->count);
		put(r->slot);
		put_ballot(r->ballot);
		put_value(m, r->value);
		put(r->by);
	}
}

static void put_sample(const struct load_sample *s)
{
	const uint64_t of[] = {s->number, s->lasted_us,      s->values,
			       s->slots,  s->latency_p50_us, s->latency_p99_us};

	for (unsigned i = 0; i < sizeof of / sizeof of[0]; i++)
		put(of[i]);
}

/* A node without a load adds nothing. */
static void put_load(const struct model_load *l)
{
	const struct load_report *r = &l->report;
	const uint64_t of[] = {
		r->number,
		r->count,
		r->outstanding,
		r->rate,
		r->values,
		r->slots,
		r->lost,
		r->elapsed_us,
		r->latency_p50_us,
		r->latency_p99_us,
		r->latency_p999_us,
		r->latency_max_us,
		r->behind,
		r->behind_us,
		r->done,
		l->cut,
		l->told_at,
		l->samples,
	};

	if (r->number == 0)
		return;
	for (unsigned i = 0; i < sizeof of / sizeof of[0]; i++)
		put(of[i]);
	for (unsigned i = 0; i < l->samples && i < MODEL_SAMPLES; i++)
		put_sample(&l->sample[i]);
}

static void put_node(const struct model *m, const struct model_node *n)
{
	const uint64_t of[] = {
		n->life,      n->pid,          (uint64_t)n->ahead_us,
		n->boot,      n->epoch,        n->seq,
		n->told_at,   n->missed,       n->role,
		n->from,      n->base,         n->promised_changed_at,
		n->pending,   n->wake_at,      n->snapshots,
		n->preempted, n->preempted_by, n->sent,
		n->received,  n->gate.on,      n->behind,
		n->blurred,   n->attacks,      n->colluders,
		n->has_lied,  n->lies,         n->past_unknown,
		n->lied_in,   n->lied_by,      n->lied_at,
		n->mistake,
	};

	for (unsigned i = 0; i < sizeof of / sizeof of[0]; i++)
		put(of[i]);
	put_ballot(n->promised);
	put_ballot(n->ballot);
	put_value(m, n->wanted);
	for (unsigned i = 0; i < DROPS; i++)
		put(n->dropped[i]);
	for (unsigned i = 0; i <= m->nodes; i++) {
		put_link(&n->link[i]);
		put(n->lost_from[i]);
	}
	for (unsigned i = 0; i < REFUSALS; i++) {
		put(n->refused[i]);
		put(n->refused_by[i]);
	}
	put_remarks(m, n);
	put_load(&n->load);
}

static void put_claim(const struct model *m, const struct model_claim *c)
{
	put_value(m, c->value);
	if (c->value == VALUE_NONE)
		return;
	put(c->node);
	put(c->slot);
	put_ballot(c->ballot);
	put(c->because);
	put(c->peer);
	put(c->at);
	put(c->event);
	put_value(m, c->before);
	put_ballot(c->before_at);
}

static void put_vote(const struct model *m, const struct model_vote *v)
{
	put_ballot(v->voted_at);
	put_value(m, v->voted);
	put(v->voted_boot);
	put(v->voted_changed_at);
	put_ballot(v->echoed_at);
	put_value(m, v->echoed);
	put_ballot(v->chosen_at);
	put_value(m, v->chosen);
	put(v->chosen_changed_at);
	put(v->chosen_by);
	put(v->chosen_from);
	put(v->counted);
	put_ballot(v->counted_at);
	put_value(m, v->counted_value);
	put_claim(m, &v->claim);
	put_value(m, v->unproposed);
	put(v->unproposed_event);
	put(v->unproposed_at);
}

static void put_tally(const struct model *m, const struct model_tally *t)
{
	put_ballot(t->ballot);
	put_value(m, t->value);
	put(t->voters);
	put(t->liars);
	put(t->said);
	put(t->heard_of);
	put(t->unsaid);
	put(t->unsaid_at);
	for (unsigned id = 1; id <= m->nodes; id++) {
		put(t->heard[id]);
		put(t->event[id]);
	}
}

static void put_slot(const struct model *m, const struct model_slot *s)
{
	put(s->slot);
	for (unsigned id = 1; id <= m->nodes; id++)
		put_vote(m, &s->vote[id]);
	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		put(model_tally_is_used(&s->tally[i]));
		if (model_tally_is_used(&s->tally[i]))
			put_tally(m, &s->tally[i]);
	}
	put(s->uncounted);
	put_ballot(s->uncounted_at);
	put(s->late_votes);
	put(s->claimed);
	put(s->unproposed);
	put(s->is_unsaid);
	put_value(m, s->decided);
	put_ballot(s->decided_at);
	put(s->decided_by);
	put(s->decided_event);
}

static void put_lamps(const struct model *m, const struct model_ballot *b)
{
	put_ballot(b->ballot);
	put(b->slot);
	for (unsigned id = 1; id <= m->nodes; id++)
		put((uint64_t)b->promise[id] << 8 | b->accept[id]);
	put(b->promises);
	put(b->accepts);
	put(b->quorum);
	put_value(m, b->value);
	put(b->because);
	put_ballot(b->forced_at);
	put(b->forced_by);
	put(b->preempted);
	put_ballot(b->preempted_by);
	put(b->finished);
	put(b->since);
}

static void put_flight(const struct model *m, const struct flight *f)
{
	put(f->id.source);
	put(f->id.boot);
	put(f->id.number);
	put(f->copy);
	put(f->from);
	put(f->to);
	put(f->state);
	put(f->type);
	put(f->slot);
	put_ballot(f->ballot);
	put_ballot(f->other);
	put_value(m, f->value);
	put(f->sent_at);
	put(f->due);
	put(f->ended_at);
	put(f->drop);
	put(flight_is_open(m, f));
}

static void put_violation(const struct model *m, const struct model_violation *v)
{
	put(v->property);
	put(v->slot);
	for (unsigned i = 0; i < 2; i++) {
		put_value(m, v->value[i]);
		put_ballot(v->ballot[i]);
		put(v->quorum[i]);
		put(v->voted[i]);
		put(v->votes[i]);
		put(v->counted[i]);
		put(v->said[i]);
		put(v->event[i]);
		for (unsigned id = 1; id <= m->nodes; id++)
			put(v->vote_event[i][id]);
	}
	put(v->liars);
	put(v->at);
	put_text(v->words);
}

static void put_progress(const struct model *m)
{
	put(m->progress);
	put(m->behind.node);
	put(m->behind.slot);
	put(m->behind.knowing);
	put(m->behind.since);
	put(m->progress_since);
	put_text(m->progress_why);
	put(m->stuck);
	put(m->blocked_since);
	put(m->waiting_since);
	put(m->waiting);
	put(m->chosen_last_at);
}

static void put_answers(const struct model *m)
{
	put(model_has_heard_all(m));
	put(model_tolerated(m));
	put(model_armed(m));
	put(model_liars_possible(m));
	put(model_violation_is_open(m));
	put(model_quorum_possible(m));
	put(model_flights_open(m));
	put(model_event_at(m, m->events) == NULL);
	for (slot_number slot = 0; slot < 6; slot++) {
		put(model_policy_at(m, slot));
		put(model_quorum_at(m, slot));
	}
}

static void put_proofs(const struct model *m)
{
	put(m->proofs);
	put(m->proofs_end);
	for (unsigned i = 0; i < m->proofs; i++) {
		const struct model_proof *p = &m->proof[i];

		put(p->kind);
		put(p->accused);
		put(p->slot);
		put(p->holders);
		put(p->at);
		put(p->judged);
		put_text(p->words);
		put(digest64(1, m->proof_bytes + p->bytes_at, p->length));
	}
}

static slot_number slots_begin(const struct model *m)
{
	if (m->slot_end - m->slot_first <= MODEL_DIGEST_SLOTS)
		return m->slot_first;
	return m->slot_end - MODEL_DIGEST_SLOTS;
}

uint64_t model_digest(uint64_t seed, const struct model *m)
{
	words = 0;
	put(m->quorum);
	put(m->plain_quorum);
	put(m->mode);
	put(m->epoch);
	put(m->policy);
	put(m->policy_lines);
	for (unsigned i = 0; i < m->policy_lines; i++) {
		put(m->policy_line[i].from);
		put(m->policy_line[i].policy);
	}
	put(m->clock.num);
	put(m->clock.den);
	put(m->now);
	for (unsigned id = 1; id <= m->nodes; id++) {
		put_node(m, &m->node[id]);
		put_lamps(m, &m->ballots[id]);
	}
	put(m->slot_first);
	put(m->slot_end);
	for (slot_number slot = slots_begin(m); slot < m->slot_end; slot++)
		if (model_slot(m, slot) != NULL)
			put_slot(m, model_slot(m, slot));
	put_lamps(m, &m->ballot);
	for (uint32_t i = 0; i < m->flights; i++)
		put_flight(m, &m->flight[i]);
	put(m->events);
	put(m->liars);
	put(m->proven);
	put_proofs(m);
	put(m->safety);
	put_violation(m, &m->violation);
	put_progress(m);
	put_answers(m);
	return digest64(seed, (const uint8_t *)word, words * sizeof word[0]);
}

static void put_node_rest(const struct model *m, const struct model_node *n)
{
	const uint64_t of[] = {
		n->low,          n->part_from,   n->lost,        n->silent_since_us,
		n->silent_since, n->journal_end, n->gate.keep,   n->tells_line,
		n->line.from,    n->line.policy, n->crash_point, n->forgot,
	};

	for (unsigned i = 0; i < sizeof of / sizeof of[0]; i++)
		put(of[i]);
	for (unsigned i = 0; i < MODEL_LOST; i++)
		put_value(m, n->lost_value[i]);
	for (unsigned i = 0; i <= NODES_MAX; i++)
		put(n->gate.types[i]);
}

static void put_op(const struct model *m, const struct client_op *op)
{
	const uint64_t of[] = {op->writes, op->answered,    op->won,    op->slot,
			       op->node,   op->because,     op->number, op->called_at,
			       op->called, op->answered_at, op->answer};

	for (unsigned i = 0; i < sizeof of / sizeof of[0]; i++)
		put(of[i]);
	put_value(m, op->value);
}

static void put_clients(const struct model *m)
{
	put(m->clients.ops);
	for (unsigned i = 0; i < CLIENT_OPS && i < m->clients.ops; i++)
		put_op(m, &m->clients.op[i]);
	for (node_id id = 1; id <= m->nodes; id++) {
		put(m->clients.known[id].end);
		put(m->clients.known[id].above);
	}
	put(m->violation.ops);
	for (unsigned i = 0; i < m->violation.ops; i++)
		put_op(m, &m->violation.op[i]);
}

static void put_sent(const struct model *m)
{
	put(m->decisions);
	for (unsigned type = 0; type < MSG_TYPES; type++)
		put(m->sent[type]);
	for (unsigned i = 0; i < 16; i++) {
		put(m->sent_about[i].slot);
		for (unsigned type = 0; type < MSG_TYPES; type++)
			put(m->sent_about[i].count[type]);
	}
	put(m->chains);
	for (unsigned i = 0; i < MODEL_CHAINS && i < m->chains; i++) {
		put(m->chain[i].slot);
		for (unsigned k = 0; k < 2; k++) {
			put_value(m, m->chain[i].value[k]);
			put(m->chain[i].by[k]);
			put(m->chain[i].event[k]);
		}
	}
	for (unsigned i = 0; i < 16; i++) {
		uint32_t bits = 0;

		for (unsigned k = 0; k < 32; k++)
			bits |= (uint32_t)m->proposed[32 * i + k] << k;
		put(bits);
	}
}

uint64_t model_digest_rest(uint64_t seed, const struct model *m)
{
	char text[1000];

	words = 0;
	for (node_id id = 1; id <= m->nodes; id++) {
		put_node_rest(m, &m->node[id]);
		put(m->ballots[id].promised_to);
		put(m->ballots[id].accepted_to);
		put(model_trouble(m, id, text, sizeof text));
		if (word[words - 1])
			put_text(text);
		put(load_words(m, id, text, sizeof text));
		if (word[words - 1])
			put_text(text);
	}
	put_clients(m);
	put_sent(m);
	put(m->held_order);
	for (uint32_t i = 0; i < m->flights; i++)
		put(m->flight[i].held_order);
	put_text(m->progress_marked);
	put_text(m->violation.marked);
	put(m->violation.by_chain);
	put(m->asked);
	put(m->since);
	put(m->has_claims);
	put(m->has_unsaid);
	put(m->has_unproposed);
	put(model_load_shown(m));
	put(model_has_heard_one(m));
	put(model_may_be_stalled(m));
	put(why_newest(m, false));
	put(why_newest(m, true));
	event_line_marked(m, m->events - 1, text, sizeof text);
	put_text(text);
	return digest64(seed, (const uint8_t *)word, words * sizeof word[0]);
}

static void put_walk(const struct model *m)
{
	static struct walk walk;

	walk_through_violation(m, &walk);
	put(walk.both);
	put(walk.steps);
	for (unsigned i = 0; i < walk.steps; i++) {
		put(walk.step[i].event);
		put(walk.step[i].completes);
		put(walk.step[i].both);
	}
}

uint64_t model_digest_words(uint64_t seed, const struct model *m)
{
	const uint64_t first = m->events > MODEL_EVENTS ? m->events - MODEL_EVENTS : 0;
	char text[1000];

	words = 0;
	for (uint64_t i = first; i < m->events; i++) {
		event_words(m, model_event_at(m, i), text, sizeof text);
		put_text(text);
		put(why_explain(m, i, text, sizeof text));
		if (word[words - 1])
			put_text(text);
	}
	put(why_newest(m, false));
	for (unsigned i = 0; model_remark(m, i, text, sizeof text); i++)
		put_text(text);
	for (node_id id = 1; id <= m->nodes; id++) {
		put_text(node_role(m, id));
		if (model_skew(m, id, text, sizeof text))
			put_text(text);
	}
	behind_show(m, text, sizeof text);
	put_text(text);
	put_walk(m);
	return digest64(seed, (const uint8_t *)word, words * sizeof word[0]);
}

uint64_t model_digest_asides(uint64_t seed, const struct model *m)
{
	const uint64_t first = m->events > MODEL_EVENTS ? m->events - MODEL_EVENTS : 0;
	char text[1000];

	words = 0;
	for (uint64_t i = first; i < m->events; i++)
		if (why_aside(m, i, text, sizeof text))
			put_text(text);
	return digest64(seed, (const uint8_t *)word, words * sizeof word[0]);
}
