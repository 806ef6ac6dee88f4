/* A log whose slots are not all kept. Of the slots below `low` a node has only a summary: how many
 * there were, and a chain of digests over all that was chosen in them (proto/member/chain.h).
 *
 * The log is summarized at multiples of one number of slots, so that nodes can compare what they
 * say. A node lets slots go up to such a place when it has decided so many more that it still keeps
 * as many as it is to keep. A learner that asks for slots which are gone is given the summary, and
 * is brought over them: it then knows that they are decided, and the chain, and goes on above. It
 * forgets none of its promises, and its votes below count no more than those in any closed slot.
 *
 * Whom does a learner believe? The same as with a Commit. Without `cert` it believes one node
 * (on_commit.c). Under `cert` a Commit needs the signed Accepteds of a quorum, and a summary the
 * signed summaries of a quorum: as many as the strictest slot below asks for. An honest node signs
 * a chain only over decisions that were proven to it, so one honest word among them makes it true,
 * and a quorum has one as long as fewer than a quorum lie. More would be of no use, and a cluster
 * in which fewer say so decides nothing either.
 *
 * Hence under `cert` nodes tell each other signed summaries, and a node lets slots go only when it
 * has the words of a quorum: then it can always prove to a learner what it says, whoever else is
 * gone by then. Where a change of policy has ended `cert`, words are not signed, and nothing is let
 * go in the rest of the epoch that such slots come before. */
#include "proto/core/step.h"

/* Of a faster peer's words a node keeps those up to so many summaries ahead; the other places are
 * for the slots that it is to keep, at most 8 summaries of them. */
#define SUMMARIES_AHEAD 6

/* Between 4 and 8 times in the slots that are kept. */
slot_number paxos_interval(const struct paxos *p)
{
	slot_number interval = 1;

	if (p->config.keep == 0)
		return 0;
	while (interval <= p->config.keep / 8)
		interval *= 2;
	return interval;
}

/* How many distinct nodes must have signed a summary for one who knows the slots below `from`. 1:
 * none, it is believed. */
static unsigned words_needed(const struct paxos *p, slot_number from, slot_number end)
{
	unsigned needed = 1;

	for (slot_number slot = from; slot < end; slot = policy_line_end(p, slot))
		if (slot_is_under(p, slot, DEFENCE_CERT) && paxos_quorum(p, slot) > needed)
			needed = paxos_quorum(p, slot);
	return needed;
}

/* The place of the summary of all slots below `end`; NULL: none is kept of these. */
static struct paxos_summary *summary_of(struct paxos *p, slot_number end)
{
	const slot_number interval = paxos_interval(p);

	if (interval == 0 || end % interval != 0 || end <= p->low ||
	    end > p->base + SUMMARIES_AHEAD * interval)
		return NULL;
	struct paxos_summary *s = &p->summary[end / interval % SUMMARIES_MAX];
	if (s->end > end)
		return NULL;
	if (s->end < end)
		*s = (struct paxos_summary){.end = end};
	return s;
}

static void write_summary(struct paxos *p, const struct paxos_summary *s, struct paxos_output *out)
{
	struct message words = {.proofs = 0};

	output_attach_summary(p, s, out, &words);
	output_write(out, &(struct paxos_write){
				  .kind = WRITE_SUMMARY,
				  .slot = s->end - 1,
				  .value = s->chain,
				  .proofs = (uint8_t)words.proofs,
				  .proof_list = words.proof_list,
			  });
}

/* A summary is proven when others would believe it. */
static void prove(struct paxos *p, struct paxos_summary *s, struct paxos_output *out)
{
	const unsigned needed = words_needed(p, 0, s->end);
	unsigned words = 0;

	if (s->chain == VALUE_NONE || s->proven)
		return;
	for (unsigned i = 0; i < p->config.nodes; i++)
		words += s->word[i].chain == s->chain;
	if (needed > 1 && words < needed)
		return;
	s->proven = true;
	write_summary(p, s, out);
}

/* Lets slots go, up to the last proven summary that leaves as many as are to be kept. */
static void let_go(struct paxos *p, struct paxos_output *out)
{
	const struct paxos_summary *last = NULL;

	for (unsigned i = 0; i < SUMMARIES_MAX; i++) {
		const struct paxos_summary *s = &p->summary[i];
		if (s->proven && s->end > p->low && s->end <= p->base &&
		    p->base - s->end >= p->config.keep && (last == NULL || s->end > last->end))
			last = s;
	}
	if (last == NULL)
		return;
	p->low = last->end;
	p->low_summary = *last;
	output_write(out, &(struct paxos_write){.kind = WRITE_LOW, .slot = p->low});
	output_report(out, EVENT_LET_GO)->slot = p->low - 1;
}

static void prove_all(struct paxos *p, struct paxos_output *out)
{
	for (unsigned i = 0; i < SUMMARIES_MAX; i++)
		if (p->summary[i].end > p->low && p->summary[i].end <= p->base)
			prove(p, &p->summary[i], out);
	let_go(p, out);
}

/* The caller has counted the chain up to a slot that this learner has closed. */
void summary_count(struct paxos *p, slot_number slot, value_ref chain, struct paxos_output *out)
{
	struct paxos_summary *s = summary_of(p, slot + 1);

	if (s == NULL || slot >= p->base)
		return;
	s->chain = chain;
	struct event *e = output_report(out, EVENT_SUMMARIZED);
	e->slot = slot;
	e->value = chain;
	if (slot_is_under(p, slot, DEFENCE_CERT) && nodes_others(p) != 0) {
		struct message *m = output_send(p, out, MSG_SUMMARY, nodes_all(p));
		m->slot = slot;
		m->value = chain;
	}
	prove_all(p, out);
}

static bool is_same_summary(const struct message *a, const struct message *b)
{
	return a->type == MSG_SUMMARY && a->slot == b->slot && a->value == b->value;
}

/* The first word of a node stands. */
static void hear_word(struct paxos *p, const struct message *m)
{
	struct paxos_summary *s = m->proof != PROOF_NONE ? summary_of(p, m->slot + 1) : NULL;

	if (s == NULL || s->word[m->from - 1].chain != VALUE_NONE)
		return;
	s->word[m->from - 1].chain = m->value;
	s->word[m->from - 1].proof = m->proof;
}

void summary_hear(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	hear_word(p, m);
	for (unsigned i = 0; i < m->told; i++)
		if (is_same_summary(&m->tell[i], m))
			hear_word(p, &m->tell[i]);
	prove_all(p, out);
}

bool summary_believed(const struct paxos *p, const struct message *m)
{
	const unsigned needed = words_needed(p, p->base, m->slot + 1);
	node_set who = m->proof != PROOF_NONE ? set_of(m->from) : 0;

	for (unsigned i = 0; i < m->told; i++)
		if (is_same_summary(&m->tell[i], m))
			who |= set_of(m->tell[i].from);
	return needed == 1 || set_count(who) >= needed;
}

/* The learner is brought over every slot up to that of the summary, which is believed, and keeps
 * what it needs to bring others over them. */
void summary_take(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct paxos_summary *s = &p->low_summary;

	*s = (struct paxos_summary){.end = m->slot + 1, .chain = m->value, .proven = true};
	if (m->proofs > 0)
		s->cert = m->proof_list[0];
	if (m->proof != PROOF_NONE) {
		s->word[m->from - 1].chain = m->value;
		s->word[m->from - 1].proof = m->proof;
	}
	write_summary(p, s, out);
	struct event *e = output_report(out, EVENT_BROUGHT);
	e->slot = m->slot;
	e->value = m->value;
	e->peer = m->from;
	p->low = s->end;
	output_write(out, &(struct paxos_write){.kind = WRITE_LOW, .slot = p->low});
	out->must_sync = true;
	learner_skip(p, p->low, out);
}

void paxos_restore_low(struct paxos *p, slot_number end, value_ref chain, proof_ref cert)
{
	p->low = end;
	p->low_summary =
		(struct paxos_summary){.end = end, .chain = chain, .proven = true, .cert = cert};
}

void paxos_restore_summary(struct paxos *p, slot_number end, value_ref chain, bool proven,
			   proof_ref cert)
{
	struct paxos_summary *s = end <= p->base ? summary_of(p, end) : NULL;

	if (s == NULL)
		return;
	s->chain = chain;
	s->proven |= proven;
	s->cert = cert != PROOF_NONE ? cert : s->cert;
}
