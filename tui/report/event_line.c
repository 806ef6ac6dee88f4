#include "tui/report/event_line.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/core/drift.h"
#include "proto/fault/mistake.h"

static void print_ballot(const char *label, struct ballot ballot)
{
	if (!ballot_is_none(ballot))
		printf(" %s%" PRIu32 ".%u", label, ballot.round, ballot.node);
}

void event_line_print(const struct event *e, const struct values *values)
{
	unsigned fields = event_fields(e->kind);
	char value[VALUE_SHOWN_MAX + 1], names[ATTACKS_SHOWN_MAX], policy[POLICY_SHOWN_MAX];

	printf("%4" PRIu64 ".%06" PRIu64 "  n%u %s", e->at / 1000000, e->at % 1000000, e->node,
	       event_name(e->kind));
	if ((fields & EV_ATTACK) != 0) {
		attacks_show(e->attack, names);
		printf(" %s", names);
	}
	if ((fields & EV_POLICY) != 0) {
		policy_show(e->policy, policy);
		printf(" %s", policy);
	}
	if (e->kind == EVENT_MISTAKEN)
		printf(" %s", mistake_name(e->count));
	if (e->kind == EVENT_DRIFTED)
		printf(" %gx", e->count / (double)DRIFT_TRUE);
	if (e->kind == EVENT_DOOMED || e->kind == EVENT_FORGOT)
		printf(" %s", crash_point_name(e->count));
	if (e->type != MSG_NONE)
		printf(" %s", message_name(e->type));
	if (e->peer != NODE_NONE)
		printf(" n%u", e->peer);
	if (e->kind == EVENT_SENT || (fields & EV_SET) != 0)
		for (node_set left = e->to; left != 0; left &= left - 1)
			printf("%s%u", left == e->to ? " to " : ",", set_lowest(left));
	if ((fields & (EV_SLOT | EV_MESSAGE)) != 0 && e->slot != SLOT_NONE)
		printf(" slot %" PRIu64, e->slot);
	print_ballot("at ", e->ballot);
	if (e->value != VALUE_NONE) {
		values_show(values, e->value, value);
		printf(" = %s", value);
	}
	print_ballot("other ", e->other);
	if (e->why != REFUSE_NOTHING)
		printf(" because %s", refusal_words(e->why));
	if (e->because != BECAUSE_NOTHING)
		printf(" (%s)", because_name(e->because));
	if ((fields & EV_QUORUM) != 0)
		printf(" %" PRIu32 "/%" PRIu32, e->count, e->quorum);
	if (e->due != 0)
		printf(" due %" PRIu64 ".%06" PRIu64, e->due / 1000000, e->due % 1000000);
	if (e->drop != DROP_NOTHING)
		printf(": %s", drop_words(e->drop));
	if (e->copy != 0)
		printf(" copy %u", e->copy);
	putchar('\n');
}
