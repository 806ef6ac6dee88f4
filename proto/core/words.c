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

/* Adds the proofs of those words to a message that is under construction. */
void words_attach(const struct paxos *p, const struct paxos_word *word, struct ballot ballot,
		  value_ref value, struct paxos_output *out, struct message *m)
{
	for (unsigned i = 0; i < p->config.nodes; i++)
		if (word[i].value == value && ballot_cmp(word[i].ballot, ballot) == 0 &&
		    word[i].proof != PROOF_NONE)
			output_attach(out, m, word[i].proof);
}
