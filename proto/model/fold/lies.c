/* Liars, defences and proofs, as far as the cluster tells of them. Who lied is what lies say of
 * themselves (the event "lied") or what a proof shows; what is merely armed is shown, and judges
 * look at neither. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/model/parts.h"

policy_id model_policy_at(const struct model *m, slot_number slot)
{
	policy_id policy = m->policy_lines == 0 ? m->policy : m->policy_line[0].policy;

	for (unsigned i = 0; i < m->policy_lines && m->policy_line[i].from <= slot; i++)
		policy = m->policy_line[i].policy;
	return policy;
}

static unsigned quorum_of(const struct model *m, policy_id policy)
{
	return policy_has(policy, DEFENCE_QUORUM) ? policy_quorum(policy, m->nodes)
						  : m->plain_quorum;
}

unsigned model_quorum_at(const struct model *m, slot_number slot)
{
	if (m->policy_lines < 2)
		return m->quorum;
	return quorum_of(m, model_policy_at(m, slot));
}

unsigned model_tolerated(const struct model *m)
{
	const policy_id full = DEFENCE_SIGN | DEFENCE_ECHO | DEFENCE_JUSTIFY | DEFENCE_CERT;
	const unsigned quorum = policy_quorum(m->policy, m->nodes);
	const unsigned safe = 2 * quorum - m->nodes; /* fewer than these */
	const unsigned live = m->nodes - quorum;     /* at most these */

	if ((m->policy & full) != full)
		return 0;
	return safe - 1 < live ? safe - 1 : live;
}

node_set model_armed(const struct model *m)
{
	node_set set = 0;

	for (unsigned id = 1; id <= m->nodes; id++)
		if (m->node[id].attacks != 0)
			set |= set_of((node_id)id);
	return set;
}

/* A line that every node tells of; the last word stands. */
static void set_line(struct model *m, slot_number from, policy_id policy)
{
	while (m->policy_lines > 0 && m->policy_line[m->policy_lines - 1].from >= from)
		m->policy_lines--;
	if (m->policy_lines == 0 && from > 0)
		m->policy_line[m->policy_lines++] = (struct model_line){0, m->policy};
	if (m->policy_lines == MODEL_LINES) {
		memmove(&m->policy_line[0], &m->policy_line[1],
			sizeof m->policy_line - sizeof m->policy_line[0]);
		m->policy_lines--;
	}
	m->policy_line[m->policy_lines++] = (struct model_line){from, policy};
	m->policy = policy;
	m->quorum = (uint8_t)quorum_of(m, policy);
}

void lies_begin(struct model *m, policy_id policy)
{
	set_line(m, 0, policy);
}

/* Forgets everything that was about slots, ballots and messages of the run before. Nodes change
 * over one after the other: what one says until it says so itself is still about the run before. */
static void begin_run(struct model *m, uint32_t epoch, policy_id policy)
{
	m->epoch = epoch;
	m->policy_lines = 0;
	set_line(m, 0, policy);
	m->slot_first = m->slot_end = 0;
	for (unsigned i = 0; i < MODEL_SLOTS; i++)
		m->slot[i].slot = SLOT_NONE;
	for (unsigned id = 1; id <= m->nodes; id++) {
		struct model_node *n = &m->node[id];

		n->promised = n->ballot = BALLOT_NONE;
		n->role = ROLE_IDLE;
		n->base = 0;
		n->from = 0;
		n->pending = 0;
		n->wanted = VALUE_NONE;
		n->has_lied = n->past_unknown = false;
		n->lies = 0;
		n->lied_in = 0;
		n->preempted = 0;
		n->behind = n->epoch < epoch;
		memset(n->refused, 0, sizeof n->refused);
		memset(n->refused_by, 0, sizeof n->refused_by);
	}
	for (unsigned id = 1; id <= m->nodes; id++)
		for (unsigned kind = 0; kind < REMARK_FORGED; kind++)
			m->node[id].remark[kind].count = 0;
	m->claims = m->unsaids = 0;
	m->liars = m->proven = 0;
	m->proofs = m->proofs_end = 0;
	m->safety = SAFETY_OK;
	m->violation = (struct model_violation){0};
	m->stuck = false;
	m->chosen_last_at = m->waiting_since = m->blocked_since = 0;
	memset(m->proposed, 0, sizeof m->proposed);
	memset(m->doubt, 0, sizeof m->doubt);
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
	/* Who has just come finds it begun. */
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
	/* Who tells fewer has not come to the latest change yet. */
	if (same || s->lines == 0 || s->lines < m->policy_lines ||
	    (m->policy_lines > 0 && set_has(m->liars, s->node)))
		return;
	m->policy_lines = 0;
	for (unsigned i = 0; i < s->lines; i++)
		set_line(m, s->line[i].from, s->line[i].policy);
}

void lies_snapshot(struct model *m, const struct snapshot *s)
{
	struct model_node *n = &m->node[s->node];

	take_epoch(m, s->node, s->epoch, s->lines > 0 ? s->line[0].policy : m->policy, false);
	if (n->boot == 0 && (s->boot > 1 || s->base > 0 || s->slots > 0))
		n->past_unknown = true;
	n->attacks = s->attacks;
	if (s->attacks == 0)
		n->colluders = 0;
	if (n->behind)
		return;
	n->has_lied |= s->has_lied;
	if (n->has_lied)
		m->liars |= set_of(s->node);
	n->told_at = s->at;
	judge_proofs(m, s->node, s->at);
	if (!m->quorum_is_known && s->quorum > 0) {
		m->plain_quorum = s->quorum;
		m->quorum = (uint8_t)quorum_of(m, m->policy);
	}
	take_lines(m, s);
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
		judge_proposed(m, e->value);
	if (e->type != MSG_ACCEPTED || e->peer != NODE_NONE)
		return;
	struct model_slot *s = model_slot_make(m, e->slot);
	if (s != NULL)
		monitor_vote(m, s, e->node, e->ballot, e->value, index);
}

void lies_event(struct model *m, const struct event *e, uint64_t index)
{
	struct model_node *n = &m->node[e->node];

	switch (e->kind) {
	case EVENT_ARMED:
		n->attacks = e->attack;
		n->colluders = e->attack != 0 ? e->to : 0;
		break;
	case EVENT_LIED:
		on_lied(m, e, index);
		break;
	case EVENT_POLICY:
		set_line(m, e->slot, e->policy);
		break;
	case EVENT_EPOCH:
		take_epoch(m, e->node, e->count, e->policy, true);
		break;
	default:
		break;
	}
}

static struct model_proof *proof_of(struct model *m, enum proof_kind kind, node_id accused)
{
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].kind == kind && m->proof[i].accused == accused)
			return &m->proof[i];
	return NULL;
}

void model_proof(struct model *m, const struct item_proof *item)
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
	struct model_proof *p = proof_of(m, evidence.kind, evidence.accused);
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
