/* What a reader of the tables cannot see of a node: that it is silent, or what it has missed. */
#include <stdio.h>

#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"

/* "n3 is under none, the others under sign from slot 7 on". */
static bool say_line(const struct model *m, node_id id, char *out, size_t size)
{
	const struct model_node *n = &m->node[id];
	char own[POLICY_SHOWN_MAX], others[POLICY_SHOWN_MAX];
	const slot_number from =
		m->policy_lines == 0 ? 0 : m->policy_line[m->policy_lines - 1].from;

	if (!n->tells_line || n->line.policy == m->policy)
		return false;
	policy_show(n->line.policy, own);
	policy_show(m->policy, others);
	snprintf(out, size, "n%u is under %s, the others under %s from slot %llu on", id, own,
		 others, (unsigned long long)from);
	return true;
}

/* "n3 has been silent for 12.4 s: it is down, or out of reach from here". */
static bool say_silent(const struct model *m, node_id id, char *out, size_t size)
{
	uint64_t since_us;
	char span[32];

	if (!model_is_silent(m, id, &since_us))
		return false;
	if (since_us < 100 * (uint64_t)1000000)
		snprintf(span, sizeof span, "%llu.%llu s", (unsigned long long)(since_us / 1000000),
			 (unsigned long long)(since_us / 100000 % 10));
	else
		span_show(since_us / 1000000, span, sizeof span);
	snprintf(out, size, "n%u has been silent for %s: it is down, or out of reach from here", id,
		 span);
	return true;
}

/* The node itself is well: only what is wrong with more stands before this. */
static bool say_journal(const struct model *m, node_id id, char *out, size_t size)
{
	if (m->node[id].journal_end == 0)
		return false;
	snprintf(out, size, "n%u goes on without its journal, which ended after %llu input%s", id,
		 (unsigned long long)(m->node[id].journal_end - 1),
		 m->node[id].journal_end == 2 ? "" : "s");
	return true;
}

bool model_trouble(const struct model *m, node_id id, char *out, size_t size)
{
	const struct model_node *n = &m->node[id];

	if (n->life == LIFE_DOWN)
		return false;
	if (say_silent(m, id, out, size))
		return true;
	if (n->epoch != 0 && n->epoch != m->epoch) {
		snprintf(out, size, "n%u is in epoch %u, the others in %u", id, n->epoch, m->epoch);
		return true;
	}
	return say_line(m, id, out, size) || say_journal(m, id, out, size);
}
