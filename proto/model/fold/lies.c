/* Liars, mistakes, defences and proofs, as far as the cluster tells of them. A node is a liar from
 * its first lie on: it says so itself (the event "lied"), or a proof shows it. A node that is
 * merely armed has not lied; it is only shown. */
#include <string.h>

#include "proto/model/base/query.h"
#include "proto/model/base/slots.h"
#include "proto/model/fold/lamps.h"
#include "proto/model/fold/lies.h"
#include "proto/model/judge/agreement.h"
#include "proto/model/judge/clients.h"
#include "proto/model/judge/conduct.h"

/* One change of the defences. Every node tells of it; the last word stands. Below the oldest change
 * that is kept its defences are taken to have been there before. */
static void set_line(struct model *m, slot_number from, policy_id policy)
{
	const policy_id first = model_policy_at(m, 0);

	while (m->policy_lines > 0 && m->policy_line[m->policy_lines - 1].from >= from)
		m->policy_lines--;
	if (m->policy_lines == 0 && from > 0)
		m->policy_line[m->policy_lines++] = (struct model_line){0, first};
	if (m->policy_lines == MODEL_LINES) {
		memmove(&m->policy_line[0], &m->policy_line[1],
			sizeof m->policy_line - sizeof m->policy_line[0]);
		m->policy_lines--;
	}
	if (m->policy_lines == 0 || m->policy_line[m->policy_lines - 1].policy != policy)
		m->policy_line[m->policy_lines++] = (struct model_line){from, policy};
	m->policy = policy;
	m->quorum = (uint8_t)model_quorum_of(m, policy);
}

void lies_begin(struct model *m, policy_id policy)
{
	set_line(m, 0, policy);
}

/* Forgets everything that was about slots, ballots and messages of the run before. Nodes change
 * over one after the other: what a node says until it has told the new epoch is still about the run
 * before. */
static void begin_run(struct model *m, uint32_t epoch, policy_id policy)
{
	m->epoch = epoch;
	set_line(m, 0, policy);
	model_slots_forget(m);
	m->chains = 0;
	for (unsigned id = 1; id <= m->nodes; id++) {
		struct model_node *n = &m->node[id];

		n->promised = n->ballot = BALLOT_NONE;
		n->role = ROLE_IDLE;
		n->base = n->low = n->part_from = n->keeps_out = 0;
		n->from = 0;
		n->pending = 0;
		n->wanted = VALUE_NONE;
		n->has_lied = n->past_unknown = false;
		n->lies = 0;
		n->lied_in = 0;
		n->preempted = 0;
		n->behind = n->epoch < epoch;
		n->lost = 0;
		memset(n->refused, 0, sizeof n->refused);
		memset(n->refused_by, 0, sizeof n->refused_by);
	}
	for (unsigned id = 1; id <= m->nodes; id++)
		for (unsigned kind = 0; kind < REMARK_FORGED; kind++)
			m->node[id].remark[kind].count = 0;
	m->has_claims = m->has_unsaid = m->has_unproposed = false;
	m->liars = m->proven = 0;
	m->proofs = m->proofs_end = 0;
	m->safety = SAFETY_OK;
	m->violation = (struct model_violation){0};
	m->stuck = false;
	m->chosen_last_at = m->waiting_since = m->blocked_since = 0;
	memset(m->proposed, 0, sizeof m->proposed);
	m->decisions = 0;
	memset(m->sent, 0, sizeof m->sent);
	memset(m->sent_about, 0, sizeof m->sent_about);
	clients_begin(&m->clients);
	lamps_forget(m);
}

/* A node says in which epoch it is. One that is ahead of the others does not begin a run: they
 * follow at once, or it lies. */
static void take_epoch(struct model *m, node_id node, uint32_t epoch, policy_id policy, bool begins)
{
	unsigned behind = 0, heard = 0;

	for (unsigned id = 1; id <= m->nodes; id++) {
		heard += m->node[id].epoch != 0;
		behind += id != node && m->node[id].epoch != 0 && m->node[id].epoch < epoch &&
			  m->node[id].life == LIFE_UP;
	}
	m->node[node].epoch = epoch;
	/* A model that hears its first node finds the run begun. */
	if (epoch > m->epoch && heard == 0 && !begins)
		m->epoch = epoch;
	else if (epoch > m->epoch && (m->words_are_true || behind <= m->nodes / 2u))
		begin_run(m, epoch, policy);
	m->node[node].behind = epoch != m->epoch;
}

/* The defences as one node tells them: also those of slots that nobody has come to yet, for the
 * next change builds on them. */
static void take_lines(struct model *m, const struct snapshot *s)
{
	bool same = m->policy_lines == s->lines;

	for (unsigned i = 0; i < s->lines && same; i++)
		same = m->policy_line[i].from == s->line[i].from &&
		       m->policy_line[i].policy == s->line[i].policy;
	/* A node that tells fewer lines has not come to the latest change yet. */
	if (same || s->lines == 0 || s->lines < m->policy_lines ||
	    (m->policy_lines > 0 && set_has(m->liars, s->node) && m->liars != set_first(m->nodes)))
		return;
	m->policy_lines = 0;
	for (unsigned i = 0; i < s->lines; i++)
		set_line(m, s->line[i].from, s->line[i].policy);
}

/* What the node itself follows: one that was out of reach may have missed a change. */
static void node_line(struct model *m, node_id node, slot_number from, policy_id policy)
{
	struct model_node *n = &m->node[node];

	if (n->tells_line && n->line.policy == policy && n->line.from <= from)
		return;
	n->tells_line = true;
	n->line = (struct model_line){from, policy};
}

void lies_snapshot(struct model *m, const struct snapshot *s)
{
	struct model_node *n = &m->node[s->node];

	take_epoch(m, s->node, s->epoch, s->lines > 0 ? s->line[0].policy : m->policy, false);
	if (n->boot == 0 && (s->boot > 1 || s->base > 0 || s->slots > 0))
		n->past_unknown = true;
	n->attacks = s->attacks;
	n->mistake = s->mistake;
	n->crash_point = s->crash_point;
	n->sync_us = s->sync_us;
	n->drift = s->drift;
	if (s->attacks == 0)
		n->colluders = 0;
	if (n->behind)
		return;
	n->has_lied |= s->has_lied;
	if (n->has_lied)
		m->liars |= set_of(s->node);
	n->told_at = s->at;
	conduct_proofs(m, s->node, s->at);
	if (!m->quorum_is_known && s->quorum > 0) {
		m->plain_quorum = s->quorum;
		m->quorum = (uint8_t)model_quorum_of(m, m->policy);
	}
	take_lines(m, s);
	n->tells_line = s->lines > 0;
	if (n->tells_line)
		n->line = (struct model_line){s->line[s->lines - 1].from,
					      s->line[s->lines - 1].policy};
}

static void on_lied(struct model *m, const struct event *e, uint64_t index)
{
	struct model_node *n = &m->node[e->node];

	n->has_lied = true;
	n->lies++;
	n->lied_by = e->attack;
	n->lied_in |= e->attack;
	n->lied_at = m->now;
	m->liars |= set_of(e->node);
	if (e->value != VALUE_NONE)
		conduct_proposed(m, e->value);
	/* A ballot's owner that proposes a value, or says that it is chosen, claims its own vote
	 * for it. */
	const bool owns =
		(e->type == MSG_ACCEPT || e->type == MSG_COMMIT) && e->ballot.node == e->node;
	if ((e->type != MSG_ACCEPTED && !owns) || e->peer != NODE_NONE)
		return;
	struct model_slot *s = model_slot_make(m, e->slot);
	if (s != NULL)
		agreement_vote(m, s, e->node, e->ballot, e->value, index);
}

void lies_event(struct model *m, const struct event *e, uint64_t index)
{
	struct model_node *n = &m->node[e->node];

	switch (e->kind) {
	case EVENT_STARTED:
		n->mistake = 0; /* a restart ends it; else it is told next */
		n->crash_point = n->sync_us = 0;
		n->drift = (struct drift){0};
		n->disk_used = n->disk != 0;
		break;
	case EVENT_CRASHED:
		n->disk = n->disk_used ? 0 : n->disk;
		n->disk_used = false;
		break;
	case EVENT_DISK:
		n->disk = e->count == DISK_COPIED ? n->disk : e->count;
		break;
	case EVENT_DRIFTED:
		n->drift = (struct drift){e->due, e->number, e->count};
		break;
	case EVENT_SLOWED:
		n->sync_us = e->count;
		break;
	case EVENT_MISTAKEN:
		n->mistake = e->count;
		break;
	case EVENT_FORGOT:
		n->crash_point = 0;
		n->forgot++;
		break;
	case EVENT_DOOMED:
		n->crash_point = e->count;
		break;
	case EVENT_ARMED:
		n->attacks = e->attack;
		n->colluders = e->attack != 0 ? e->to : 0;
		break;
	case EVENT_LIED:
		on_lied(m, e, index);
		break;
	case EVENT_POLICY:
		set_line(m, e->slot, e->policy);
		node_line(m, e->node, e->slot, e->policy);
		break;
	case EVENT_EPOCH:
		n->tells_line = true;
		n->line = (struct model_line){0, e->policy};
		take_epoch(m, e->node, e->count, e->policy, true);
		break;
	default:
		break;
	}
}

static struct model_proof *find_proof(struct model *m, enum proof_kind kind, node_id accused)
{
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].kind == kind && m->proof[i].accused == accused)
			return &m->proof[i];
	return NULL;
}

void lies_proof(struct model *m, const struct item_proof *item)
{
	struct evidence evidence;

	if (item->holder == NODE_NONE || item->holder > m->nodes)
		return;
	if (item->verdict != DROP_NOTHING ||
	    evidence_decode(item->bytes, item->length, &evidence) != DROP_NOTHING ||
	    evidence.accused > m->nodes) {
		/* A proof of the run before is late, not false. */
		m->node[item->holder].remark[REMARK_FALSE_PROOFS].count +=
			item->verdict != DROP_EPOCH && item->verdict != DROP_NOTHING;
		return;
	}
	struct model_proof *p = find_proof(m, evidence.kind, evidence.accused);
	if (p != NULL) {
		p->holders |= set_of(item->holder);
		return;
	}
	m->proven |= set_of(evidence.accused);
	if (m->proofs == MODEL_PROOFS || MODEL_PROOF_BYTES - m->proofs_end < item->length)
		return;
	p = &m->proof[m->proofs++];
	*p = (struct model_proof){
		.kind = evidence.kind,
		.accused = evidence.accused,
		.slot = evidence.slot,
		.holders = set_of(item->holder),
		.at = m->now,
		.bytes_at = m->proofs_end,
		.length = item->length,
	};
	evidence_words(&evidence, p->words);
	memcpy(m->proof_bytes + m->proofs_end, item->bytes, item->length);
	m->proofs_end += item->length;
}
