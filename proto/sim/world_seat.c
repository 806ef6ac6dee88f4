#include "proto/sim/world_seat.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "proto/core/paxos_state.h"
#include "proto/core/text.h"

void world_wipe(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];

	assert(!n->up);
	disk_begin(&n->disk, n->disk.epoch);
	n->backlog_used = 0;
	n->lost = true;
	n->old = false;
}

void world_copy_disk(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];

	assert(!n->up && !n->lost && w->options.copies);
	disk_copy(&n->copy, &n->disk);
	n->copied_config = n->config;
	n->copied = true;
}

/* Lives count on: a process takes its number from its store, and its peers would not listen. */
void world_roll_back(struct world *w, node_id id)
{
	struct world_node *n = &w->node[id];
	const uint16_t boot = n->config.boot;
	const uint32_t life = n->config.life;

	assert(!n->up && n->copied);
	n->old = n->lost || n->old || n->disk.writes != n->copy.writes;
	disk_copy(&n->disk, &n->copy);
	n->config = n->copied_config;
	n->config.boot = boot;
	n->config.life = life;
	n->backlog_used = 0;
	n->lost = false;
}

bool world_is_old(const struct world *w, node_id id)
{
	for (node_id other = 1; other <= w->options.nodes && w->node[id].old; other++)
		if (other != id && w->node[other].up && !w->node[other].old)
			return true;
	return false;
}

__attribute__((format(printf, 3, 4))) static bool refuse(char *why, size_t size, const char *format,
							 ...)
{
	va_list list;

	va_start(list, format);
	text_write_list(why, size, format, list);
	va_end(list);
	return false;
}

/* What the others know of the node that had the seat. It knew of no more chosen slots than they
 * have touched, for a quorum voted in each; and it voted at most a window above those. */
bool world_replace(struct world *w, node_id id, char *why, size_t size)
{
	struct world_node *n = &w->node[id];
	struct member_config *c = &n->config;
	struct policy_line line[POLICY_LINES_MAX];
	uint32_t epoch = 0, round = 0;
	slot_number touched = 0;

	assert(!n->up);
	if (w->options.nodes == 1)
		return refuse(why, size, "nobody else knows where n%u voted", id);
	c->lines = 0;
	for (node_id other = 1; other <= w->options.nodes; other++) {
		const struct world_node *o = &w->node[other];
		uint32_t in = 0;

		if (other == id)
			continue;
		if (!o->up || o->stopped)
			return refuse(why, size,
				      "n%u may know where n%u voted, and is not here: bring it "
				      "back first",
				      other, id);
		const unsigned lines = member_policies(o->member, &in, line);
		const struct paxos *p = member_paxos(o->member);
		if (epoch != 0 && in != epoch)
			return refuse(why, size,
				      "n%u is in another epoch than the others: wait for it",
				      other);
		epoch = in;
		if (lines > c->lines) {
			c->lines = (uint8_t)lines;
			memcpy(c->line, line, sizeof c->line);
		}
		touched = higher_of(touched, paxos_untouched(p));
		round = (uint32_t)higher_of(round, higher_of(p->promised.round, p->ballot.round));
	}
	disk_begin(&n->disk, epoch);
	n->disk.promised = (struct ballot){round < UINT32_MAX ? round + 1 : round, id};
	c->wire.epoch = c->seat_epoch = epoch;
	c->seat_slot = touched + SLOTS_OPEN_MAX;
	c->out_of = (struct slot_bits){0};
	n->backlog_used = 0;
	n->lost = n->old = false;
	world_start(w, id);
	return true;
}
