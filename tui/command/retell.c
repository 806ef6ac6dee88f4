#include "tui/command/retell.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/core/text.h"
#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/model/fold/fold.h"
#include "proto/sim/sim_cluster.h"
#include "tui/command/drive.h"

static void hear_nothing(void *user, const struct report *report)
{
	(void)user;
	(void)report;
}

policy_id retell_policy(const struct told_run *run, policy_id more)
{
	policy_id policy = run->policy | more;

	if (policy_has(more, DEFENCE_QUORUM) && policy_f(policy, run->nodes) == 0)
		policy |= (policy_id)1 << POLICY_F_SHIFT;
	return policy;
}

static bool makes_wrong(const struct command *c)
{
	return (c->kind == COMMAND_ATTACK && c->attacks != 0) ||
	       (c->kind == COMMAND_MISTAKE && c->mistake != MISTAKE_NONE);
}

static bool gives_wrong(const struct given_row *row)
{
	return row->kind == GIVEN_CONTROL &&
	       ((row->control.kind == CONTROL_ATTACK && row->control.attack.attacks != 0) ||
		(row->control.kind == CONTROL_MISTAKE && row->control.count != MISTAKE_NONE));
}

node_set retell_wrong(const struct told_run *run, bool mistakes)
{
	const struct scenario *s = run->scenario;
	const struct given_list *given = run->given;
	node_set wrong = 0;

	for (unsigned i = 0; s == NULL && i < given->rows; i++)
		if (gives_wrong(&given->row[i]) &&
		    (mistakes || given->row[i].control.kind == CONTROL_ATTACK))
			wrong |= given->row[i].control.to;
	if (s == NULL)
		return wrong;
	for (unsigned i = 0; i < s->commands; i++)
		if (makes_wrong(&s->command[i]) &&
		    (mistakes || s->command[i].kind == COMMAND_ATTACK))
			wrong |= s->command[i].nodes == 0 ? set_first(s->nodes)
							  : s->command[i].nodes;
	return wrong;
}

/* The command without the nodes that are to be honest; false: nothing of it is left. */
static bool without(const struct scenario *s, struct command *c, node_set honest)
{
	if (!makes_wrong(c) || honest == 0)
		return true;
	c->nodes = (c->nodes == 0 ? set_first(s->nodes) : c->nodes) & ~honest;
	return c->nodes != 0;
}

/* What a change makes vain is not waited for as long as the scenario would. */
#define PATIENCE_US 2000000

static void hurry(struct command *c)
{
	if ((c->kind == COMMAND_WAIT || c->kind == COMMAND_EXPECT) && c->alternatives > 0 &&
	    (c->within == 0 || c->within > PATIENCE_US) && c->holds == 0)
		c->within = PATIENCE_US;
}

static bool is_violated(const struct drive *d)
{
	return d->model->safety == SAFETY_VIOLATED;
}

/* False: interrupted. */
static bool give(struct drive *d, const struct scenario *s, node_set honest)
{
	struct command last;
	char why[200];

	for (unsigned i = 0; i < s->commands && !is_violated(d); i++) {
		struct command c = s->command[i];

		hurry(&c);
		if (without(s, &c, honest) && !drive_command(d, &c))
			return false;
	}
	return is_violated(d) || !command_parse("wait 2s", s->nodes, &last, why, sizeof why) ||
	       drive_command(d, &last);
}

/* Brings the cluster to a moment, and the model with it. */
static void go_to(struct drive *d, time_us at)
{
	struct cluster *c = d->cluster;

	while (!is_violated(d) && !drive_interrupted()) {
		const bool more = pump_take(&d->pump, at, 1);

		if (!more &&
		    (c->ops->now(c, 0) >= at || d->pump.over || !pump_take(&d->pump, at, 1)))
			break;
	}
	model_time(d->model, c->ops->now(c, 0));
}

static void do_again(struct drive *d, const struct given_row *row, node_set honest)
{
	struct cluster *c = d->cluster;
	struct control control = row->control;

	if (gives_wrong(row))
		control.to &= ~honest;
	if (row->kind == GIVEN_PROCESS)
		(void)c->ops->process(c, row->node, row->act);
	else if (row->kind == GIVEN_CONTROL && control.to != 0)
		(void)c->ops->control(c, &control);
}

/* What was done is done at its time; whoever asks for snapshots changes nothing. */
static bool give_again(struct drive *d, const struct given_list *given, node_set honest)
{
	for (unsigned i = 1; i < given->rows && !is_violated(d); i++) {
		if (drive_interrupted())
			return false;
		go_to(d, given->row[i].at);
		do_again(d, &given->row[i], honest);
	}
	go_to(d, d->cluster->ops->now(d->cluster, 0) + PATIENCE_US);
	return !drive_interrupted();
}

static void note(const struct model *m, struct outcome *out)
{
	out->violated = m->safety == SAFETY_VIOLATED;
	out->property = m->violation.property;
	out->slot = m->violation.slot;
	out->at = m->violation.at;
	out->chosen = m->chosen_last_at != 0;
	text_write(out->words, sizeof out->words, "%s", m->violation.words);
}

static struct sim_cluster_options beginning(const struct told_run *run)
{
	const struct scenario *s = run->scenario;

	if (s == NULL)
		return run->given->options;
	return (struct sim_cluster_options){
		.nodes = s->nodes,
		.mode = s->mode,
		.seed = run->seed,
		.clock = {.num = s->rate_num, .den = s->rate_den},
		.link = link_rule_default(),
	};
}

struct outcome retell(const struct told_run *run, const struct change *change)
{
	struct sim_cluster_options options = beginning(run);

	options.policy = retell_policy(run, change->policy);
	options.loss = change->loss;
	struct outcome out = {0};
	struct drive drive = {0};
	void *memory = calloc(1, sim_cluster_size(&options));

	if (memory == NULL)
		return out;
	struct cluster *cluster = sim_cluster_init(memory, &options);

	if (drive_begin(&drive, cluster, hear_nothing, NULL)) {
		drive.runner->hurry = true;
		out.done = run->scenario != NULL ? give(&drive, run->scenario, change->honest)
						 : give_again(&drive, run->given, change->honest);
		note(drive.model, &out);
		drive_end(&drive);
	}
	cluster->ops->close(cluster);
	free(memory);
	return out;
}
