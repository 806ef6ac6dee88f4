/* The snapshot: all that can be seen of a member at one moment (proto/core/snapshot.h). */
#include <string.h>

#include "proto/member/proposals.h"
#include "proto/member/timing.h"

/* The earliest frame first; frames that wait for the operator come last. */
static void list_held(const struct member *m, struct snapshot *out)
{
	const struct held *before = NULL;

	for (out->held = 0; out->held < SNAPSHOT_HELD_MAX; out->held++) {
		const struct held *next = NULL;

		for (unsigned i = 0; i < m->inbox.count; i++) {
			const struct held *h = inbox_at(&m->inbox, i);

			if (before != NULL && (h->due < before->due || (h->due == before->due &&
									h->order <= before->order)))
				continue;
			if (next == NULL || h->due < next->due ||
			    (h->due == next->due && h->order < next->order))
				next = h;
		}
		if (next == NULL)
			return;
		out->held_message[out->held] = next->event;
		before = next;
	}
}

void member_snapshot(const struct member *m, struct snapshot *out)
{
	const struct paxos *p = &m->paxos;

	memset(out, 0, offsetof(struct snapshot, slot));
	out->node = p->config.self;
	out->boot = m->config.boot;
	out->seq = m->event_seq;
	out->at = m->now;
	out->pid = m->config.pid;
	out->epoch = m->config.wire.epoch;
	out->nodes = p->config.nodes;
	out->quorum = p->config.quorum;
	out->mode = p->config.mode;
	out->lines = p->lines;
	memcpy(out->line, p->line, sizeof p->line);
	out->attacks = m->liar.order.attacks;
	out->has_lied = m->has_lied;
	out->mistake = m->mistake;
	out->crash_point = m->crash_point;
	out->sync_us = m->sync_us;
	out->drift = m->drift;
	out->clock = m->config.clock;
	out->gate = m->config.gate;
	out->number = m->config.number;
	out->role = p->role;
	out->promised = p->promised;
	out->ballot = p->ballot;
	out->from = p->from;
	out->promised_by = p->promised_by;
	out->base = p->base;
	out->low = p->low;
	out->part_from = p->part_from;
	out->pending = (uint16_t)proposals_pending(m);
	out->wake_at = timing_timers_at(m);
	out->sent = m->counts.sent;
	out->received = m->counts.received;
	memcpy(out->dropped, m->counts.dropped, sizeof out->dropped);
	out->events_left_out = m->outbox.out.events_left_out;
	memcpy(out->link, m->config.link, sizeof out->link);
	memcpy(out->life, m->lives.known, sizeof out->life);
	out->slots = history_list(&m->history, p, out->slot);
	list_held(m, out);
}
