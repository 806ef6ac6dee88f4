/* Changes of many links at once: a goal for every link, and one command after another towards it.
 */
#include <stdio.h>
#include <string.h>

#include "proto/fault/link.h"
#include "tui/dashboard/dashboard.h"

/* Appends "1,2,3" for the nodes of a set. */
static size_t append_group(char *out, size_t size, size_t used, node_set set)
{
	for (node_set left = set; left != 0 && used < size; left &= left - 1)
		used += (size_t)snprintf(out + used, size - used, "%s%u", left == set ? "" : ",",
					 set_lowest(left));
	return used;
}

static void partition(struct dashboard *d, const node_set *set, unsigned sets)
{
	char line[COMMAND_TEXT_MAX] = "partition ";
	size_t used = strlen(line);

	for (unsigned i = 0; i < sets; i++) {
		if (i > 0 && used < sizeof(line))
			used += (size_t)snprintf(line + used, sizeof(line) - used, " | ");
		used = append_group(line, sizeof(line), used, set[i]);
	}
	dashboard_command(d, line);
}

/* A majority that the selected node is in, and the rest. */
void links_split(struct dashboard *d)
{
	node_set all = set_first(d->model->nodes), mine = set_of(d->scene.selected);

	for (node_id n = 1; set_count(mine) < d->model->quorum && n <= d->model->nodes; n++)
		mine |= set_of(n);
	if (mine != all)
		partition(d, (node_set[]){mine, all & ~mine}, 2);
}

void links_island(struct dashboard *d)
{
	node_set all = set_first(d->model->nodes), mine = set_of(d->scene.selected);

	if (mine != all)
		partition(d, (node_set[]){mine, all & ~mine}, 2);
}

/* As few groups as it takes for none of them to hold a quorum. */
void links_lonely(struct dashboard *d)
{
	node_set set[GROUPS_MAX] = {0};
	unsigned sets = 0, most = d->model->quorum > 1 ? d->model->quorum - 1u : 1u;

	for (node_id n = 1; n <= d->model->nodes; n++) {
		if (sets == 0 || set_count(set[sets - 1]) >= most)
			sets++;
		if (sets > GROUPS_MAX)
			return;
		set[sets - 1] |= set_of(n);
	}
	if (sets > 1)
		partition(d, set, sets);
}

void links_ring(struct dashboard *d, bool closed)
{
	unsigned n = d->model->nodes;

	undo_remember_links(d, ++d->batch);
	for (node_id to = 1; to <= n; to++)
		for (node_id from = 1; from <= n; from++) {
			unsigned apart = to > from ? to - from : from - to;

			d->goal[to][from] = d->model->node[to].link[from];
			d->goal[to][from].cut = apart > 1 && (!closed || apart != n - 1);
		}
	d->goal_at = 64;
}

void links_undo(struct dashboard *d)
{
	const struct undo *undo = d->undo;

	for (node_id to = 1; to <= d->model->nodes; to++)
		for (node_id from = 1; from <= d->model->nodes; from++)
			d->goal[to][from] = undo->usual;
	for (unsigned i = 0; i < undo->links; i++)
		d->goal[undo->link[i].to][undo->link[i].from] = undo->link[i].rule;
	d->goal_at = 64;
}

static bool same_shape(const struct link_rule *a, const struct link_rule *b)
{
	return a->delay_us == b->delay_us && a->jitter_us == b->jitter_us &&
	       a->loss_ppm == b->loss_ppm && a->duplicate_ppm == b->duplicate_ppm &&
	       a->reorder_ppm == b->reorder_ppm;
}

/* A share in parts per million as "12.3456%". */
static void share_show(uint32_t ppm, char out[16])
{
	snprintf(out, 16, "%u.%04u%%", ppm / 10000, ppm % 10000);
}

/* A link may need two commands, one for its shape and one to cut or join it, so each link is looked
 * at twice. There is no third look: a node that does not obey must not hold up the other links. */
bool links_next(struct dashboard *d, char *out, size_t size)
{
	const struct model *m = d->model;

	while (d->goal_at != 0) {
		node_id to = (node_id)(d->goal_at / 64), from = (node_id)(d->goal_at / 2 % 32);
		bool second = d->goal_at % 2 != 0;

		d->goal_at++;
		if (to > m->nodes) {
			d->goal_at = 0;
			break;
		}
		if (to == 0 || from == 0 || from > m->nodes || to == from ||
		    m->node[to].life != LIFE_UP)
			continue;
		const struct link_rule *is = &m->node[to].link[from], *goal = &d->goal[to][from];

		if (!second && !same_shape(is, goal)) {
			char loss[16], duplicate[16], reorder[16];

			share_show(goal->loss_ppm, loss);
			share_show(goal->duplicate_ppm, duplicate);
			share_show(goal->reorder_ppm, reorder);
			snprintf(out, size,
				 "link %u %u delay %lluus jitter %lluus loss %s dup %s reorder %s",
				 from, to, (unsigned long long)goal->delay_us,
				 (unsigned long long)goal->jitter_us, loss, duplicate, reorder);
			return true;
		}
		if (second && is->cut != goal->cut) {
			snprintf(out, size, "%s %u %u", goal->cut ? "cut" : "join", from, to);
			return true;
		}
	}
	return false;
}
