/* One case for each kind of event that says something new at times only. */
#include "tui/report/brief.h"

/* The first node that learns of a decision tells it; the others learn the same. A slot far above
 * those that were told moves the window. */
static bool is_news(struct brief *b, slot_number slot)
{
	if (slot < b->decided)
		return false;
	if (slot - b->decided >= 128) {
		b->decided = slot - 63;
		b->above = 0;
	}
	for (; slot - b->decided >= 64; b->decided++)
		b->above >>= 1;
	if ((b->above >> (slot - b->decided) & 1) != 0)
		return false;
	b->above |= (uint64_t)1 << (slot - b->decided);
	return true;
}

/* A link that stays as cut or as open as it was told is no news. */
static bool link_changed(struct brief *b, const struct event *e)
{
	const node_set from = e->peer == NODE_NONE ? ~(node_set)0 : set_of(e->peer);
	const node_set before = b->cut[e->node];

	if (e->link.cut)
		b->cut[e->node] |= from;
	else
		b->cut[e->node] &= ~from;
	return before != b->cut[e->node];
}

/* Every node says what all were told; the first one is enough. */
static bool policy_changed(struct brief *b, const struct event *e)
{
	const bool same = b->policy.kind == e->kind && b->policy.slot == e->slot &&
			  b->policy.policy == e->policy;

	b->policy = *e;
	return !same;
}

static bool epoch_changed(struct brief *b, const struct event *e)
{
	const bool same = b->epoch.kind == e->kind && b->epoch.count == e->count;

	b->epoch = *e;
	if (!same)
		b->decided = b->above = 0; /* the log is empty again */
	return !same;
}

static bool time_changed(struct brief *b, const struct event *e)
{
	const bool same = b->timed.kind == e->kind && b->timed.clock.num == e->clock.num &&
			  b->timed.clock.den == e->clock.den;

	b->timed = *e;
	return !same;
}

/* The same lie in the same slot is told once, however often the liar repeats it. */
static bool is_other_lie(struct brief *b, const struct event *e)
{
	struct event *lied = &b->lied[e->node];
	const bool same = lied->kind == e->kind && lied->attack == e->attack &&
			  lied->slot == e->slot && lied->type == e->type;

	*lied = *e;
	return !same;
}

bool brief_tells(struct brief *b, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STARTED:
	case EVENT_CRASHED:
	case EVENT_STOPPED:
	case EVENT_SILENT:
	case EVENT_CONTINUED:
	case EVENT_FORGED:
	case EVENT_QUEUED:
	case EVENT_BATCHED:
	case EVENT_PREPARING:
	case EVENT_LEADING:
	case EVENT_PROPOSING:
	case EVENT_PREEMPTED:
	case EVENT_LOST:
	case EVENT_EXHAUSTED:
	case EVENT_CONTRADICTED:
	case EVENT_DISOBEYED:
	case EVENT_GATED:
	case EVENT_ARMED:
	case EVENT_DOOMED:
	case EVENT_FORGOT:
	case EVENT_SEATED:
	case EVENT_DISK:
	case EVENT_SLOWED:
	case EVENT_DRIFTED:
	case EVENT_EVIDENCE:
		return true;
	case EVENT_CHOSEN:
		return is_news(b, e->slot);
	case EVENT_LINKED:
		return link_changed(b, e);
	case EVENT_POLICY:
		return policy_changed(b, e);
	case EVENT_EPOCH:
		return epoch_changed(b, e);
	case EVENT_TIMED:
		return time_changed(b, e);
	case EVENT_LIED:
		return is_other_lie(b, e);
	default:
		return false;
	}
}

bool brief_explains(const struct event *e)
{
	return e->kind == EVENT_PROPOSING || e->kind == EVENT_PREEMPTED || e->kind == EVENT_CHOSEN;
}
