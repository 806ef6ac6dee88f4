#include "proto/core/step.h"

void on_echo(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	(void)p;
	(void)m;
	(void)out;
}
