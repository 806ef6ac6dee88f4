/* What speaks against a node's word, in words. */
#include <stdio.h>

#include "proto/core/text.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"

static void remark_show(const struct model *m, node_id id, enum remark kind, char *out, size_t size)
{
	const struct model_node *n = &m->node[id];
	const struct model_remark *r = &n->remark[kind];
	char value[MARKED_BRIEF_MAX + 1], at[16], who[NODES_MAX * 4];

	value_mark_brief(m, r->value, value);
	ballot_show(r->ballot, at);
	set_show(r->by, who, sizeof who);
	switch (kind) {
	case REMARK_UNFOUNDED:
		text_write(out, size,
			   "n%u says that %s is chosen in slot %llu at %s, and no quorum voted so "
			   "(%.40s): it is not believed",
			   id, value, (unsigned long long)r->slot, at, who);
		break;
	case REMARK_HIDDEN_VOTE:
		text_write(out, size,
			   "n%u does not say that it voted for %s in slot %llu at %s, and %.40s "
			   "received that vote: the receipt%s believed",
			   id, value, (unsigned long long)r->slot, at, who,
			   model_outweighs(m, r->by) ? "s are"
						     : ", one word against another, is not");
		break;
	case REMARK_DENIAL:
		text_write(
			out, size,
			"n%u does not say that it has lied, and is proven to: its signatures are "
			"believed",
			id);
		break;
	case REMARK_FORGED:
		text_write(out, size,
			   "%u report%s in the name of n%u %s not signed by it: %s not believed",
			   r->count, r->count == 1 ? "" : "s", id, r->count == 1 ? "was" : "were",
			   r->count == 1 ? "it is" : "they are");
		break;
	case REMARK_FALSE_PROOFS:
		text_write(
			out, size,
			"n%u brought %u proof%s that prove%s nothing: no node is accused by them",
			id, r->count, r->count == 1 ? "" : "s", r->count == 1 ? "s" : "");
		break;
	case REMARK_OTHER_CHAIN:
		text_write(out, size,
			   "n%u tells another chain over the slots up to %llu than %.60s: one of "
			   "them knows other values, or does not say the truth",
			   id, (unsigned long long)r->slot, who);
		break;
	default:
		out[0] = 0;
		break;
	}
}

/* Votes that are not counted, for there are too many ballots with votes in their slot. */
static bool uncounted_show(const struct model *m, unsigned i, char *out, size_t size)
{
	char at[16], who[NODES_MAX * 4];

	for (slot_number slot = m->slot_first; slot < m->slot_end; slot++) {
		const struct model_slot *s = model_slot(m, slot);

		if (s == NULL || s->late_votes == 0 || i-- > 0)
			continue;
		ballot_show(s->uncounted_at, at);
		set_show(s->uncounted, who, sizeof who);
		snprintf(out, size,
			 "in slot %llu %u vote%s came too late to be counted: %d other ballots "
			 "there "
			 "have votes; not counted up to %s: %.60s",
			 (unsigned long long)slot, s->late_votes, s->late_votes == 1 ? "" : "s",
			 MODEL_TALLIES, at, who);
		return true;
	}
	return false;
}

bool model_remark_marked(const struct model *m, unsigned i, char *out, size_t size)
{
	for (unsigned id = 1; id <= m->nodes; id++)
		for (unsigned kind = 0; kind < REMARKS; kind++)
			if (m->node[id].remark[kind].count > 0 && i-- == 0) {
				remark_show(m, (node_id)id, (enum remark)kind, out, size);
				return true;
			}
	return uncounted_show(m, i, out, size);
}

bool model_remark(const struct model *m, unsigned i, char *out, size_t size)
{
	const bool told = model_remark_marked(m, i, out, size);
	if (told)
		marks_remove(out);
	return told;
}
