/* What nodes were heard to say in a slot: counted by distinct nodes, and handed on as proof. */
#include "proto/core/step.h"

/* How many distinct nodes said this value in this ballot. */
unsigned words_count(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		     value_ref value)
{
	unsigned count = 0;

	for (unsigned i = 0; i < p->config.nodes; i++)
		count += word[i].value == value && ballot_cmp(word[i].ballot, ballot) == 0;
	return count;
}

bool paxos_is_late(const struct paxos *p, const struct message *m)
{
	if (!slot_is_open(p, m->slot))
		return false;
	const struct paxos_slot *s = &p->open[m->slot % SLOTS_OPEN_MAX];
	const struct paxos_hard *h = &p->hard[m->slot % SLOTS_OPEN_MAX];
	const bool chosen = s->chosen == m->value && ballot_cmp(s->chosen_at, m->ballot) == 0;
	const bool voted = s->voted == m->value && ballot_cmp(s->voted_at, m->ballot) == 0;

	if (m->value == VALUE_NONE)
		return false;
	if (m->type == MSG_ACCEPTED)
		return chosen;
	return m->type == MSG_ECHO && (chosen || voted) && !set_has(h->late, m->from) &&
	       ballot_cmp(h->echo[m->from - 1].ballot, m->ballot) < 0;
}

struct values_at {
	struct ballot ballot;
	unsigned count;
	value_ref *value;
};

static void add_value_at(struct values_at *at, struct ballot ballot, value_ref value)
{
	if (value == VALUE_NONE || ballot_cmp(ballot, at->ballot) != 0)
		return;
	for (unsigned i = 0; i < at->count; i++)
		if (at->value[i] == value)
			return;
	if (at->count < VALUES_AT_MAX)
		at->value[at->count++] = value;
}

unsigned paxos_values_at(const struct paxos *p, slot_number slot, struct ballot ballot,
			 value_ref out[VALUES_AT_MAX])
{
	struct values_at at = {.ballot = ballot, .value = out};

	if (!slot_is_open(p, slot))
		return 0;
	const struct paxos_slot *s = &p->open[slot % SLOTS_OPEN_MAX];
	const struct paxos_hard *h = &p->hard[slot % SLOTS_OPEN_MAX];
	add_value_at(&at, s->voted_at, s->voted);
	add_value_at(&at, s->chosen_at, s->chosen);
	add_value_at(&at, p->ballot, s->proposed);
	if (!slot_is_under(p, slot, HARDENED))
		return at.count;
	add_value_at(&at, h->echoed_at, h->echoed);
	add_value_at(&at, h->early_at, h->early);
	for (unsigned i = 0; i < p->config.nodes; i++)
		add_value_at(&at, h->echo[i].ballot, h->echo[i].value);
	return at.count;
}

/* Adds the proofs of those words to a message that is under construction. */
void words_attach(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		  value_ref value, struct paxos_output *out, struct message *m)
{
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (word[i].value == value && ballot_cmp(word[i].ballot, ballot) == 0 &&
		    word[i].proof != PROOF_NONE)
			output_attach(out, m, word[i].proof);
}
