#include "proto/core/step.h"

/* A proof that somebody lied is weighed by who admits messages (proto/wire/evidence.h). What the
 * protocol does stays the same: n and the quorum never change, and a liar's votes still count. */
void on_evidence(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	(void)p;
	(void)m;
	(void)out;
}
