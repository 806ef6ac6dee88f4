/* What u takes back: each command that is given leaves here what undoes it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/show.h"
#include "tui/dashboard/dashboard.h"

/* Lines that arm every node anew. */
#define UNDO_LINES_MAX ((size_t)NODES_MAX * UNDO_LINE_MAX)

static struct undo *undo_new(struct dashboard *d, enum undo_kind kind, unsigned batch)
{
	struct undo *undo = calloc(1, sizeof(*undo));

	if (undo == NULL)
		return NULL;
	undo->kind = kind;
	undo->batch = batch;
	undo->before = d->undo;
	d->undo = undo;
	return undo;
}

void undo_forget(struct dashboard *d)
{
	struct undo *undo = d->undo;

	if (undo == NULL)
		return;
	d->undo = undo->before;
	free(undo->command);
	free(undo->link);
	free(undo);
}

/* The rule that more links have than not, if there is one: one vote after another stays or falls
 * (Boyer and Moore). */
static struct link_rule usual_rule(const struct model *m)
{
	struct link_rule usual = {0};
	int votes = 0;

	for (node_id to = 1; to <= m->nodes; to++)
		for (node_id from = 1; from <= m->nodes; from++) {
			const struct link_rule *rule = &m->node[to].link[from];

			if (to == from)
				continue;
			if (votes == 0)
				usual = *rule;
			votes += link_rule_equal(rule, &usual) || votes == 0 ? 1 : -1;
		}
	return usual;
}

void undo_remember_links(struct dashboard *d, unsigned batch)
{
	const struct model *m = d->model;
	struct undo *undo = undo_new(d, UNDO_LINKS, batch);

	if (undo == NULL)
		return;
	undo->usual = usual_rule(m);
	undo->link = calloc((size_t)m->nodes * m->nodes, sizeof(*undo->link));
	if (undo->link == NULL) {
		undo_forget(d);
		return;
	}
	for (node_id to = 1; to <= m->nodes; to++)
		for (node_id from = 1; from <= m->nodes; from++)
			if (!link_rule_equal(&m->node[to].link[from], &undo->usual))
				undo->link[undo->links++] =
					(struct undo_link){to, from, m->node[to].link[from]};
	/* Most of a session's changes are few links each. */
	struct undo_link *fits =
		realloc(undo->link, (undo->links > 0 ? undo->links : 1) * sizeof(*undo->link));

	undo->link = fits != NULL ? fits : undo->link;
}

static void remember_commands(struct dashboard *d, const char *lines, unsigned batch)
{
	struct undo *undo = undo_new(d, UNDO_COMMANDS, batch);

	if (undo == NULL)
		return;
	undo->command = strdup(lines);
	if (undo->command == NULL)
		undo_forget(d);
}

/* Appends "1,2,3". */
static size_t add_nodes(char *out, size_t size, size_t used, node_set nodes)
{
	for (node_set left = nodes; left != 0; left &= left - 1)
		used += (size_t)snprintf(out + used, size - used, left == nodes ? "%u" : ",%u",
					 set_lowest(left));
	assert(used < size);
	return used;
}

/* Those of the nodes that live so. */
static node_set living(const struct dashboard *d, node_set nodes, enum node_life life)
{
	node_set out = 0;

	for (node_set left = nodes; left != 0; left &= left - 1)
		if (d->model->node[set_lowest(left)].life == life)
			out |= set_of(set_lowest(left));
	return out;
}

/* What takes a command for processes back: a verb for those nodes that the command changes, and
 * those that were stopped are so again. */
static void remember_opposite(struct dashboard *d, unsigned batch, const char *verb, node_set nodes,
			      node_set stopped)
{
	char lines[2 * (3 * NODES_MAX + 16)] = "";
	size_t used = 0;

	if (nodes != 0) {
		used = (size_t)snprintf(lines, sizeof(lines), "%s ", verb);
		used = add_nodes(lines, sizeof(lines), used, nodes);
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "\n");
	}
	if (stopped != 0) {
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "stop ");
		add_nodes(lines, sizeof(lines), used, stopped);
	}
	if (lines[0] != 0)
		remember_commands(d, lines, batch);
}

static bool same_lies(const struct dashboard *d, node_id a, node_id b)
{
	const struct model_node *x = &d->model->node[a], *y = &d->model->node[b];
	const struct armed *v = &d->armed[a], *w = &d->armed[b];

	if (x->attacks != y->attacks || x->attacks == 0)
		return x->attacks == y->attacks;
	return (x->colluders | set_of(a)) == (y->colluders | set_of(b)) &&
	       v->attacks == w->attacks && v->victims == w->victims &&
	       v->from_round == w->from_round;
}

/* The line that arms these nodes as node `like` is armed now. */
static size_t add_attack(const struct dashboard *d, node_set nodes, node_id like, size_t used,
			 char *out)
{
	const size_t size = UNDO_LINES_MAX;
	const struct armed *armed = &d->armed[like];
	const uint32_t attacks = d->model->node[like].attacks;
	char names[ATTACKS_SHOWN_MAX];

	attacks_show(attacks, names);
	used += (size_t)snprintf(out + used, size - used, "attack ");
	used = add_nodes(out, size, used, nodes);
	used += (size_t)snprintf(out + used, size - used, " %s", names);
	if (attacks != 0 && armed->attacks == attacks && armed->victims != 0) {
		used += (size_t)snprintf(out + used, size - used, " to ");
		used = add_nodes(out, size, used, armed->victims);
	}
	if (attacks != 0 && armed->attacks == attacks && armed->from_round != 0)
		used += (size_t)snprintf(out + used, size - used, " from %u", armed->from_round);
	used += (size_t)snprintf(out + used, size - used, "\n");
	assert(used < size);
	return used;
}

/* One command for all that lie alike: only those collude that one command arms. */
static void remember_attacks(struct dashboard *d, const struct command *command, unsigned batch)
{
	char lines[UNDO_LINES_MAX] = "";
	size_t used = 0;

	for (node_set left = command->nodes; left != 0;) {
		const node_id like = set_lowest(left);
		const bool lies = d->model->node[like].attacks != 0;
		node_set alike = 0;

		for (node_id n = 1; n <= d->model->nodes; n++)
			if ((lies || set_has(left, n)) && same_lies(d, like, n))
				alike |= set_of(n);
		used = add_attack(d, alike, like, used, lines);
		left &= ~alike;
	}
	remember_commands(d, lines, batch);
}

static void note_armed(struct dashboard *d, const struct command *command)
{
	for (node_set left = command->nodes; left != 0; left &= left - 1)
		d->armed[set_lowest(left)] =
			(struct armed){command->attacks, command->victims, command->from_round};
}

/* What a node is told to be by a number, which it keeps: how the number is read, and said as a
 * command. */
struct told {
	unsigned (*of)(const struct model_node *n);
	const char *before; /* the nodes */
	void (*say)(unsigned number, char *out, size_t size);
};

static unsigned mistake_of(const struct model_node *n)
{
	return n->mistake;
}

static void say_mistake(unsigned mistake, char *out, size_t size)
{
	snprintf(out, size, "%s", mistake_name(mistake));
}

static unsigned crash_point_of(const struct model_node *n)
{
	return n->crash_point;
}

static void say_crash_point(unsigned point, char *out, size_t size)
{
	snprintf(out, size, "%s%s", point == CRASH_POINT_FULL ? "" : "crash-before ",
		 crash_point_name(point));
}

static unsigned sync_us_of(const struct model_node *n)
{
	return n->sync_us;
}

static void say_sync_us(unsigned sync_us, char *out, size_t size)
{
	char longer[24];

	ms_show(sync_us, longer);
	snprintf(out, size, "slow %s", sync_us == 0 ? "none" : longer);
}

static unsigned drift_of(const struct model_node *n)
{
	return n->drift.rate != 0 ? n->drift.rate : DRIFT_TRUE;
}

static void say_drift(unsigned rate, char *out, size_t size)
{
	snprintf(out, size, "rate %gx", rate / (double)DRIFT_TRUE);
}

static const struct told told_mistake = {mistake_of, "mistake ", say_mistake},
			 told_crash_point = {crash_point_of, "disk ", say_crash_point},
			 told_slow_disk = {sync_us_of, "disk ", say_sync_us},
			 told_drift = {drift_of, "clock ", say_drift};

/* One command for all that are alike now. */
static void remember_told(struct dashboard *d, const struct command *command, unsigned batch,
			  const struct told *told)
{
	char lines[UNDO_LINES_MAX] = "", words[64];
	size_t used = 0;

	for (node_set left = living(d, command->nodes, LIFE_UP); left != 0;) {
		const unsigned number = told->of(&d->model->node[set_lowest(left)]);
		node_set alike = 0;

		for (node_set rest = left; rest != 0; rest &= rest - 1)
			if (told->of(&d->model->node[set_lowest(rest)]) == number)
				alike |= set_of(set_lowest(rest));
		told->say(number, words, sizeof(words));
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%s", told->before);
		used = add_nodes(lines, sizeof(lines), used, alike);
		used += (size_t)snprintf(lines + used, sizeof(lines) - used, " %s\n", words);
		left &= ~alike;
	}
	if (used > 0)
		remember_commands(d, lines, batch);
}

static void remember_clock(struct dashboard *d, const struct command *command, unsigned batch)
{
	char back[24];

	if (command->drift != 0) {
		remember_told(d, command, batch, &told_drift);
		return;
	}
	const node_set up = living(d, command->nodes, LIFE_UP);
	char lines[UNDO_LINES_MAX] = "clock ";
	size_t used = add_nodes(lines, sizeof lines, strlen(lines), up);

	if (up == 0)
		return;
	ms_show((time_us)(command->jump_us < 0 ? -command->jump_us : command->jump_us), back);
	(void)snprintf(lines + used, sizeof lines - used, " jump %s%s\n",
		       command->jump_us < 0 ? "" : "-", back);
	remember_commands(d, lines, batch);
}

/* Of the commands that lead from one policy to another, the first one knows from where. */
static void remember_defences(struct dashboard *d, unsigned batch)
{
	struct undo *undo = d->undo;

	if (undo != NULL && undo->kind == UNDO_DEFENCES && undo->batch == batch)
		return;
	undo = undo_new(d, UNDO_DEFENCES, batch);
	if (undo != NULL)
		undo->policy = d->model->policy;
}

static void remember(struct dashboard *d, const struct command *command, unsigned batch)
{
	const node_set up = living(d, command->nodes, LIFE_UP);
	const node_set stopped = living(d, command->nodes, LIFE_STOPPED);

	switch (command->kind) {
	case COMMAND_CUT:
	case COMMAND_JOIN:
	case COMMAND_LINK:
	case COMMAND_PARTITION:
	case COMMAND_HEAL:
		undo_remember_links(d, batch);
		break;
	case COMMAND_CRASH:
		remember_opposite(d, batch, "restart", up | stopped, stopped);
		break;
	case COMMAND_RESTART:
		remember_opposite(d, batch, "crash", living(d, command->nodes, LIFE_DOWN), stopped);
		break;
	case COMMAND_STOP:
		remember_opposite(d, batch, "continue", up, 0);
		break;
	case COMMAND_CONTINUE:
		remember_opposite(d, batch, "", 0, stopped);
		break;
	case COMMAND_ATTACK:
		remember_attacks(d, command, batch);
		break;
	case COMMAND_MISTAKE:
		remember_told(d, command, batch, &told_mistake);
		break;
	case COMMAND_DISK:
		if (command->disk == DISK_CRASH_BEFORE || command->disk == DISK_FULL)
			remember_told(d, command, batch, &told_crash_point);
		else if (command->disk == DISK_SLOW)
			remember_told(d, command, batch, &told_slow_disk);
		else if (command->disk != DISK_COPY)
			(void)undo_new(d, UNDO_NOTHING, batch);
		break;
	case COMMAND_REPLACE:
		(void)undo_new(d, UNDO_NOTHING, batch);
		break;
	case COMMAND_CLOCK:
		remember_clock(d, command, batch);
		break;
	case COMMAND_DEFEND:
		remember_defences(d, batch);
		break;
	default:
		break;
	}
}

void undo_remember(struct dashboard *d, const struct command *command, unsigned batch)
{
	if (batch != 0)
		remember(d, command, batch);
	if (command->kind == COMMAND_ATTACK)
		note_armed(d, command);
}
