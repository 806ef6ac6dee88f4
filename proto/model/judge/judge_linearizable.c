/* Do clients see one log? A proposal writes, a read returns what was written last. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/show.h"
#include "proto/model/judge/clients.h"
#include "proto/model/judge/property.h"

static void show_time(time_us at, char out[24])
{
	snprintf(out, 24, "%llu.%03llu s", (unsigned long long)(at / 1000000),
		 (unsigned long long)(at / 1000 % 1000));
}

/* "n1 wrote apple (0.010 s to 0.031 s)" */
static void append_op(const struct model *m, const struct client_op *op, char *words, size_t size)
{
	char value[MARKED_BRIEF_MAX + 1], from[24], to[24];

	value_mark_brief(m, op->value, value);
	show_time(op->called_at, from);
	show_time(op->answered_at, to);
	text_append(words, size, "n%u %s %s (", op->node, op->writes ? "wrote" : "read",
		    op->value == VALUE_NONE ? "nothing" : value);
	if (!op->answered)
		text_append(words, size, "from %s on, not answered)", from);
	else if (op->called_at == op->answered_at)
		text_append(words, size, "at %s)", to);
	else
		text_append(words, size, "%s to %s)", from, to);
}

/* What breaks it: no order of these explains every read. */
static void violate(struct model *m, const struct event *e, uint64_t index, uint64_t proof)
{
	struct client_op op[CLIENT_OPS];
	const unsigned ops = clients_proof(&m->clients, proof, op);
	char words[600];

	text_write(words, sizeof words, "no order explains what was read: ");
	for (unsigned i = 0; i < ops && i < VIOLATION_OPS_MAX; i++) {
		text_append(words, sizeof words, "%s", i == 0 ? "" : ", ");
		append_op(m, &op[i], words, sizeof words);
	}
	const struct event about = {.node = e->node, .slot = SLOT_NONE, .value = e->value};
	property_broken(m, PROPERTY_LINEARIZABLE, &about, index, words);
	for (unsigned i = 0; i < ops && i < VIOLATION_OPS_MAX; i++)
		m->violation.op[m->violation.ops++] = op[i];
}

void judge_linearizable(struct model *m, const struct event *e, uint64_t index)
{
	uint64_t proof;

	clients_known(&m->clients, e->node, m->node[e->node].base, e->at, index);
	if (!clients_event(&m->clients, m->values, e, index) || m->safety == SAFETY_VIOLATED)
		return;
	if (clients_judge(&m->clients, m->liars, &proof) == LINEAR_NO)
		violate(m, e, index, proof);
}
