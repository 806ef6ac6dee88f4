#include "tests/support/lone_node.h"

#include <stdlib.h>

struct paxos p;
struct paxos_output out;

policy_id policy_of(const char *text)
{
	const char *bad;
	size_t length;
	policy_id policy;

	if (!policy_parse(text, &policy, &bad, &length))
		abort();
	return policy;
}

node_id lone_self = 2;

void begin(uint8_t nodes, enum paxos_mode mode, const char *policy)
{
	struct paxos_config config = paxos_config_default(SELF, nodes, mode);

	config.policy = policy_of(policy);
	paxos_init(&p, &config);
	p.now = 1000;
	out = (struct paxos_output){.wake_at = 0};
}

void give(struct paxos_input in)
{
	in.now = p.now;
	paxos_step(&p, &in, &out);
}

void hear(const struct message *m)
{
	give((struct paxos_input){.kind = INPUT_MESSAGE, .message = m});
}

void propose_at(value_ref value, slot_number slot)
{
	give((struct paxos_input){.kind = INPUT_PROPOSE, .value = value, .slot = slot});
}

void propose(value_ref value)
{
	propose_at(value, SLOT_NONE);
}

void wake(void)
{
	p.now = out.wake_at;
	give((struct paxos_input){.kind = INPUT_TIMER});
}

const struct message *sent(enum message_type type)
{
	for (unsigned i = 0; i < out.sends; i++)
		if (out.send[i].type == type)
			return &out.send[i];
	return NULL;
}

unsigned told(enum event_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < out.events; i++)
		count += out.event[i].kind == kind;
	return count;
}

const struct event *event_of(enum event_kind kind)
{
	for (unsigned i = 0; i < out.events; i++)
		if (out.event[i].kind == kind)
			return &out.event[i];
	return NULL;
}
