#include "tui/dashboard/dashboard_branches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/status.h"
#include "node/prove/fork.h"
#include "node/record/shelf.h"
#include "proto/model/fold/fold.h"
#include "tui/screen/screen.h"

struct branch {
	struct dashboard *d;
	struct fork *fork; /* NULL: the trunk */
	struct recorder *recorder;
	char no_recording[PATH_BYTES + 200]; /* why there is none */
};

struct branches {
	struct branch branch[BRANCHES_MAX];
	struct branch_tree tree; /* what is drawn of them */
	uint64_t trunk_at;       /* of a replay: the moment to which one returns */
};

struct branches *branches_new(struct dashboard *trunk)
{
	struct branches *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->branch[0].d = trunk;
	b->tree.count = 1;
	b->tree.branch[0] = (struct branch_shown){.changed = "", .model = trunk->live};
	trunk->scene.tree = &b->tree;
	return b;
}

static void end_branch(struct branch *branch)
{
	dashboard_end(branch->d);
	recorder_close(branch->recorder);
	fork_close(branch->fork);
}

void branches_end(struct branches *b)
{
	if (b == NULL)
		return;
	for (unsigned i = 1; i < b->tree.count; i++)
		end_branch(&b->branch[i]);
	b->branch[0].d->scene.tree = NULL;
	free(b);
}

struct dashboard *branches_front(const struct branches *b)
{
	return b->branch[b->tree.here].d;
}

/* --- going to a branch --------------------------------------------------------------------- */

/* What one sees and has typed goes along. */
static void hand_over(const struct dashboard *from, struct dashboard *to)
{
	to->theme = from->theme;
	to->theme_open_until = from->theme_open_until;
	to->command = from->command;
	to->key_us = from->key_us;
	to->scene.view = from->scene.view;
	to->scene.popup = POPUP_NONE;
	to->scene.selected = from->scene.selected;
	to->scene.reduce_motion = from->scene.reduce_motion;
	to->scene.freezes = from->scene.freezes;
	to->dirty = true;
}

/* The trunk of a replay shows its end where it is compared, and the moment that one left when one
 * is back. */
static void leave_trunk(struct branches *b)
{
	struct dashboard *trunk = b->branch[0].d;

	if (!trunk->past.is_replay)
		return;
	b->trunk_at = trunk->past.at;
	past_leave(&trunk->past);
}

static void enter(struct branches *b, unsigned branch, uint64_t real_us)
{
	struct dashboard *from = branches_front(b), *to = b->branch[branch].d;

	if (branch == b->tree.here)
		return;
	if (b->tree.here == 0)
		leave_trunk(b);
	b->tree.here = branch;
	hand_over(from, to);
	to->scene.branch_at = branch;
	to->scene.branch_scroll = 0;
	to->pump.real_us = real_us;
	if (branch == 0 && to->past.is_replay)
		dashboard_go(to, b->trunk_at);
	if (branch == 0)
		dashboard_say(to, false, "the trunk: B has its branches");
	else
		dashboard_say(to, false, "fork %u", branch);
}

/* --- forking ------------------------------------------------------------------------------- */

static bool refuse(struct dashboard *d, const char *why)
{
	dashboard_say(d, true, "no fork: %s", why);
	return false;
}

/* Where `d` stands. */
static bool point_of(struct dashboard *d, struct fork_point *out)
{
	const char *why;

	if (!past_look(&d->past, &why))
		return refuse(d, why[0] != '\0' ? why : "nothing is recorded here");
	/* What another process records may be further than what is shown here. */
	if (!d->past.back && d->past.recorder == NULL && !past_go(&d->past, UINT64_MAX, &why))
		return refuse(d, why);
	if (d->past.reading)
		return refuse(d, "the moment is still being read");
	*out = (struct fork_point){
		.path = d->past.path,
		.moment = d->past.back ? d->past.at : d->past.end,
		.is_now = !d->past.back,
		.now = d->cluster->ops->now(d->cluster, 0),
		.model = d->past.back ? past_model(&d->past) : d->live,
	};
	return true;
}

static void make_room(void *user)
{
	pump_make_room(&((struct dashboard *)user)->pump);
}

static void live_through(void *user, const struct item *item)
{
	struct dashboard *d = user;

	model_item(d->live, item);
	d->pump.items++;
}

/* The recording of the branch, on the shelf. Without it the branch goes on, and knows no past. */
static void record(struct branch *branch)
{
	char path[PATH_BYTES];
	const struct recorder_options options = {.path = path,
						 .bytes_max = SHELF_RECORDING_MAX,
						 .base = fork_base(branch->fork),
						 .simulated = fork_simulated(branch->fork)};

	if (shelf_new(path) != STATUS_OK || recorder_open(&options, fork_cluster(branch->fork),
							  NULL, &branch->recorder) != STATUS_OK)
		snprintf(branch->no_recording, sizeof(branch->no_recording), "%s", status_text());
}

/* A dashboard over the fork, which has lived through all that happened until then. */
static enum status live(struct branch *branch, const struct options *options)
{
	const struct dashboard_past past = {.recorder = branch->recorder,
					    .why_not = branch->no_recording};
	struct dashboard *d = dashboard_new(fork_cluster(branch->fork), options, NULL, &past);
	const struct resim_watcher watcher = {
		.user = d, .make_room = make_room, .item = live_through};

	if (d == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	branch->d = d;
	return fork_relive(branch->fork, &watcher);
}

static void note_branch(struct branches *b, unsigned branch, uint64_t moment)
{
	const struct dashboard *d = b->branch[branch].d;
	struct branch_shown *shown = &b->tree.branch[branch];

	*shown = (struct branch_shown){.from = b->tree.here,
				       .moment = moment,
				       .events = fork_events(b->branch[branch].fork),
				       .at = d->live->now,
				       .changed = d->changed,
				       .model = d->live};
	for (node_id id = 1; id <= d->live->nodes; id++) {
		shown->last[id].boot = d->live->node[id].boot;
		shown->last[id].seq = d->live->node[id].seq;
	}
}

/* Time stands still there until the user lets it go on. */
static void stand_still(struct dashboard *d, uint64_t real_us)
{
	d->pump.real_us = real_us;
	d->seen_violation = d->live->safety == SAFETY_VIOLATED;
	if (!clock_is_paused(&d->live->clock))
		dashboard_give(d, "pause", real_us);
	d->changed[0] = '\0';
}

static void fork_off(struct branches *b, uint64_t real_us)
{
	struct dashboard *from = branches_front(b);
	const unsigned branch = b->tree.count;
	struct branch *new = &b->branch[branch];
	struct fork_point point;
	enum status status;

	if (branch == BRANCHES_MAX) {
		refuse(from, "there are as many branches as there is room for: B, and X lets one "
			     "go");
		return;
	}
	if (!point_of(from, &point))
		return;
	*new = (struct branch){.d = NULL};
	status = fork_open(&point, &new->fork);
	if (status == STATUS_OK) {
		record(new);
		status = live(new, from->options);
	}
	if (status != STATUS_OK) {
		refuse(from, status_text());
		end_branch(new);
		return;
	}
	note_branch(b, branch, point.moment);
	new->d->scene.tree = &b->tree;
	if (from->past.is_replay)
		session_recorded(&new->d->session, new->d->live, timeline_reader(from->past.line),
				 point.moment);
	else
		session_branch(&new->d->session, &from->session, b->tree.branch[branch].events);
	b->tree.count++;
	snprintf(new->d->scene.name, sizeof(new->d->scene.name), "fork of %.50s", from->scene.name);
	enter(b, branch, real_us);
	stand_still(new->d, real_us);
	dashboard_say(
		new->d, false,
		"fork %u stands at moment %llu: what you do now is done here only, and B shows "
		"both futures",
		branch, (unsigned long long)point.moment);
}

/* --- letting go ---------------------------------------------------------------------------- */

static void drop(struct branches *b, unsigned branch)
{
	struct dashboard *front = branches_front(b);
	struct branch_tree *tree = &b->tree;

	for (unsigned i = 1; i < tree->count; i++)
		if (tree->branch[i].from == branch && branch > 0) {
			dashboard_say(front, true, "fork %u left it: that one first", i);
			return;
		}
	if (branch == 0 || branch == tree->here) {
		dashboard_say(front, true,
			      branch == 0 ? "the trunk stays"
					  : "this is where you are: Enter on another "
					    "one first");
		return;
	}
	end_branch(&b->branch[branch]);
	tree->count--;
	for (unsigned i = branch; i < tree->count; i++) {
		b->branch[i] = b->branch[i + 1];
		tree->branch[i] = tree->branch[i + 1];
	}
	for (unsigned i = 1; i < tree->count; i++)
		tree->branch[i].from -= tree->branch[i].from > branch;
	tree->here -= tree->here > branch;
	front->scene.branch_at = tree->here;
	dashboard_say(front, false, "fork %u is gone", branch);
}

bool branches_change(struct branches *b, uint64_t real_us)
{
	struct dashboard *front = branches_front(b);
	const struct branch_wish wish = front->wish;
	const struct dashboard *trunk = b->branch[0].d;

	b->tree.branch[0].model = trunk->past.is_replay && past_model(&trunk->past) != NULL
					  ? past_model(&trunk->past)
					  : trunk->live;
	front->wish = (struct branch_wish){.what = WISH_NOTHING};
	if (wish.what == WISH_FORK)
		fork_off(b, real_us);
	else if (wish.what == WISH_ENTER && wish.branch < b->tree.count)
		enter(b, wish.branch, real_us);
	else if (wish.what == WISH_DROP && wish.branch < b->tree.count)
		drop(b, wish.branch);
	return wish.what != WISH_NOTHING;
}

void branches_grown(struct branches *b)
{
	struct dashboard *front = branches_front(b);

	front->dirty = front->dirty || front->scene.view == VIEW_branches;
}
