/* What several mistakes do. */
#include "proto/fault/mistake.h"

void mistake_forget_writes(struct paxos_output *out, int kind, node_id owner)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < out->writes; i++)
		if ((int)out->write[i].kind != kind ||
		    (owner != NODE_NONE && out->write[i].ballot.node != owner))
			out->write[kept++] = out->write[i];
	out->writes = (uint16_t)kept;
}
