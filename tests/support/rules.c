#include "tests/support/rules.h"

void hear_accept(slot_number slot, value_ref value)
{
	const struct message m = {
		.type = MSG_ACCEPT,
		.from = 1,
		.to = set_of(SELF),
		.ballot = at(5, 1),
		.slot = slot,
		.value = value,
		.proof = 600,
		.view = VIEW,
	};

	hear(&m);
}

void hear_nack(node_id from, enum refusal why, struct ballot promised)
{
	const struct message m = {.type = MSG_NACK,
				  .from = from,
				  .ballot = p.ballot,
				  .promised = promised,
				  .why = why};

	hear(&m);
}
