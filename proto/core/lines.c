/* Which policy a slot is decided under. The policy of a slot is pinned: two quorum rules in one
 * slot are safe only if any two of their quorums share an honest node.
 *
 * So a change of policy holds from a slot on in which this node has neither voted nor proposed. And
 * a ballot ends at the next change: what its Promises tell binds it in the slots before the change,
 * and it proposes in no others.
 *
 * A node that was out of reach cannot refuse, and hears of the change when it may have touched
 * slots behind it. It follows all the same, and keeps out of the slots in which it has voted or
 * echoed: its acceptor neither votes there any more, nor gives a ballot for them a Promise, which
 * would have to tell a vote that binds nobody. Thus every honest node votes in a slot under one
 * policy only. A quorum of one policy and a quorum of another share an honest node, so at most one
 * of them has ever voted for something: whatever the node voted for before the change, no slot is
 * decided twice. The others, who granted the change because they had not touched the slot, decide
 * it, and are enough for that; the node learns it from them. */
#include <assert.h>
#include <string.h>

#include "proto/core/step.h"

policy_id paxos_policy(const struct paxos *p, slot_number slot)
{
	return policy_of_slot(p->line, p->lines, slot);
}

policy_id paxos_policy_now(const struct paxos *p)
{
	return p->line[p->lines - 1].policy;
}

unsigned paxos_quorum(const struct paxos *p, slot_number slot)
{
	policy_id policy = paxos_policy(p, slot);

	return policy_has(policy, DEFENCE_QUORUM) ? policy_quorum(policy, p->config.nodes)
						  : p->config.quorum;
}

unsigned paxos_promises(const struct paxos *p, slot_number slot)
{
	policy_id policy = paxos_policy(p, slot);

	return policy_has(policy, DEFENCE_QUORUM) || p->config.promises == 0 ? paxos_quorum(p, slot)
									     : p->config.promises;
}

bool slot_is_under(const struct paxos *p, slot_number slot, unsigned any_of)
{
	return (paxos_policy(p, slot) & any_of) != 0;
}

slot_number policy_line_end(const struct paxos *p, slot_number slot)
{
	for (unsigned line = 1; line != p->lines; line++)
		if (p->line[line].from > slot)
			return p->line[line].from;
	return SLOT_NONE;
}

/* Was a word about the slot heard, or an Accept that waits for its NewView? The node that
 * spoke has touched the slot, even if this node has not. */
static bool has_heard(const struct paxos *p, const struct paxos_hard *h)
{
	for (unsigned i = 0; i != p->config.nodes; i++)
		if (!ballot_is_none(h->echo[i].ballot) || !ballot_is_none(h->accepted[i].ballot))
			return true;
	return h->early != VALUE_NONE;
}

bool slots_are_left(const struct paxos *p, slot_number from, slot_number end)
{
	if (from < p->part_from)
		return true;
	for (uint64_t left = p->out_of.bits; left != 0; left &= left - 1) {
		const slot_number slot = p->out_of.from + (unsigned)__builtin_ctzll(left);

		if (slot >= from && slot >= p->base && slot < end)
			return true;
	}
	return false;
}

slot_number paxos_untouched(const struct paxos *p)
{
	slot_number end = p->base;

	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = &p->open[slot % SLOTS_OPEN_MAX];
		const struct paxos_hard *h = &p->hard[slot % SLOTS_OPEN_MAX];
		if (s->voted != VALUE_NONE || s->chosen != VALUE_NONE ||
		    s->proposed != VALUE_NONE || s->pending != 0 || h->echoed != VALUE_NONE ||
		    has_heard(p, h))
			end = slot + 1;
	}
	return end;
}

/* A ballot is for slots of one policy: the proposer begins another one at once. */
static void end_ballot(struct paxos *p)
{
	if (p->role == ROLE_PREPARING || p->role == ROLE_LEADING) {
		p->role = ROLE_WAITING;
		p->proposer_at = p->now > 0 ? p->now : 1;
	}
}

/* Under `justify` what proves a ballot is signed under the policy of its slots, and so proves
 * nothing under another one. A ballot from a slot behind the change on may have begun, though it
 * proposes nothing yet. */
static void end_unproven(struct paxos *p, slot_number from, policy_id before)
{
	if (p->view.from >= from)
		p->view = (struct paxos_view){.ballot = BALLOT_NONE};
	if (p->from >= from && ((before | paxos_policy(p, p->from)) & DEFENCE_JUSTIFY) != 0)
		end_ballot(p);
}

/* A change that changes nothing is granted, whatever was touched: it may be a change that was
 * granted before, or one that takes back a change that this node refused. And it takes no line. */
bool paxos_set_policy(struct paxos *p, slot_number from, policy_id policy)
{
	if (policy_line_end(p, from) == SLOT_NONE && paxos_policy(p, from) == policy)
		return true;
	if (from < paxos_untouched(p))
		return false;
	const policy_id before = paxos_policy(p, p->from);
	const unsigned lines = policy_lines_put(p->line, p->lines, from, policy);
	if (lines == 0)
		return false;
	p->lines = (uint8_t)lines;
	end_unproven(p, from, before);
	return true;
}

/* What was heard and proposed in the slot under the policy before. What is stored stays: the vote
 * is told to nobody any more. A value stays bound to the slot, and is proposed there again. */
static void forget_open(struct paxos *p, slot_number slot)
{
	struct paxos_slot *s = open_slot(p, slot);
	struct paxos_hard *h = hard_slot(p, slot);

	s->claim_at = BALLOT_NONE;
	s->claim = s->proposed = VALUE_NONE;
	s->claim_by = NODE_NONE;
	s->accepted_by = s->said = 0;
	memset(h->echo, 0, sizeof h->echo);
	memset(h->accepted, 0, sizeof h->accepted);
	h->claim_cert = h->rival_cert[0] = h->rival_cert[1] = PROOF_NONE;
	h->early_at = BALLOT_NONE;
	h->early = VALUE_NONE;
	h->early_proof = h->early_view = PROOF_NONE;
}

/* The acceptor keeps out of the slot from now on. Slots below the base are of no interest. */
static void leave_slot(struct paxos *p, slot_number slot)
{
	struct slot_bits *out = &p->out_of;

	const slot_number from = higher_of(out->from, p->base), closed = from - out->from;

	out->bits = closed < 64 ? out->bits >> closed : 0;
	out->from = from;
	out->bits |= (uint64_t)1 << (slot - out->from);
}

static bool has_lines(const struct paxos *p, const struct policy_line *line, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		if (p->line[i].from != line[i].from || p->line[i].policy != line[i].policy)
			return false;
	return lines == p->lines;
}

void paxos_follow_lines(struct paxos *p, const struct policy_line *line, unsigned lines)
{
	policy_id before[SLOTS_OPEN_MAX];

	assert(lines > 0 && lines <= POLICY_LINES_MAX && line[0].from == 0);
	if (has_lines(p, line, lines))
		return;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++)
		before[slot % SLOTS_OPEN_MAX] = paxos_policy(p, slot);
	memset(p->line, 0, sizeof p->line);
	memcpy(p->line, line, lines * sizeof *line);
	p->lines = (uint8_t)lines;
	for (slot_number slot = p->base; slot - p->base < SLOTS_OPEN_MAX; slot++) {
		const struct paxos_slot *s = open_slot(p, slot);
		if (before[slot % SLOTS_OPEN_MAX] == paxos_policy(p, slot) ||
		    s->chosen != VALUE_NONE)
			continue;
		if (s->voted != VALUE_NONE || hard_slot(p, slot)->echoed != VALUE_NONE)
			leave_slot(p, slot);
		forget_open(p, slot);
	}
	p->view = (struct paxos_view){.ballot = BALLOT_NONE};
	end_ballot(p);
}

struct slot_bits paxos_out_of(const struct paxos *p)
{
	return p->out_of;
}

void paxos_keep_out(struct paxos *p, slot_number part_from, struct slot_bits out_of)
{
	p->part_from = part_from;
	p->out_of = out_of;
}

bool paxos_keeps_out_of(const struct paxos *p, const struct message *m)
{
	switch (m->type) {
	case MSG_PREPARE:
		return slots_are_left(p, m->slot, policy_line_end(p, m->slot));
	case MSG_ACCEPT:
	case MSG_ECHO:
		return slots_are_left(p, m->slot, m->slot + 1);
	default:
		return false;
	}
}
