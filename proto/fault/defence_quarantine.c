#include "proto/fault/defence.h"

bool quarantine_refuses(node_set proven, const struct message *m)
{
	bool proposes = m->type == MSG_PREPARE || m->type == MSG_NEW_VIEW || m->type == MSG_ACCEPT;

	return proposes && set_has(proven, m->from);
}
