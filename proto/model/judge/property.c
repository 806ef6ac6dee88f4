#include "proto/model/judge/property.h"

#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/show.h"

void property_broken(struct model *m, enum property property, const struct event *e, uint64_t index,
		     const char *words)
{
	if (m->safety == SAFETY_VIOLATED)
		return;
	m->safety = SAFETY_VIOLATED;
	m->violation = (struct model_violation){
		.property = property,
		.slot = e->slot,
		.value = {e->value, VALUE_NONE},
		.ballot = {e->ballot, e->other},
		.quorum = {set_of(e->node), set_of(e->node)},
		.event = {index, index},
		.at = m->now,
	};
	text_write(m->violation.marked, sizeof m->violation.marked, "%s", words);
	marks_leave_out(words, m->violation.words, sizeof m->violation.words);
}

/* The row's property is judged where votes are counted or where proofs come, not event by event. */
void judge_elsewhere(struct model *m, const struct event *e, uint64_t index)
{
	(void)m, (void)e, (void)index;
}
