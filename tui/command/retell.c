#include "tui/command/retell.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/core/text.h"
#include "proto/fault/link.h"
#include "proto/fault/mistake.h"
#include "proto/sim/sim_cluster.h"
#include "tui/command/drive.h"

static void hear_nothing(void *user, const struct report *report)
{
	(void)user;
	(void)report;
}

policy_id retell_policy(const struct scenario *s, policy_id more)
{
	policy_id policy = s->policy | more;

	if (policy_has(more, DEFENCE_QUORUM) && policy_f(policy, s->nodes) == 0)
		policy |= (policy_id)1 << POLICY_F_SHIFT;
	return policy;
}

static bool makes_wrong(const struct command *c)
{
	return (c->kind == COMMAND_ATTACK && c->attacks != 0) ||
	       (c->kind == COMMAND_MISTAKE && c->mistake != MISTAKE_NONE);
}

node_set retell_wrong(const struct scenario *s, bool mistakes)
{
	node_set wrong = 0;

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

static void note(const struct model *m, struct outcome *out)
{
	out->violated = m->safety == SAFETY_VIOLATED;
	out->property = m->violation.property;
	out->slot = m->violation.slot;
	out->at = m->violation.at;
	out->chosen = m->chosen_last_at != 0;
	text_write(out->words, sizeof out->words, "%s", m->violation.words);
}

struct outcome retell(const struct scenario *s, uint64_t seed, const struct change *change)
{
	const struct sim_cluster_options options = {
		.nodes = s->nodes,
		.mode = s->mode,
		.seed = seed,
		.clock = {.num = s->rate_num, .den = s->rate_den},
		.link = link_rule_default(),
		.policy = retell_policy(s, change->policy),
		.loss = change->loss,
	};
	struct outcome out = {0};
	struct drive drive = {0};
	void *memory = calloc(1, sim_cluster_size(&options));

	if (memory == NULL)
		return out;
	struct cluster *cluster = sim_cluster_init(memory, &options);

	if (drive_begin(&drive, cluster, hear_nothing, NULL)) {
		drive.runner->hurry = true;
		out.done = give(&drive, s, change->honest);
		note(drive.model, &out);
		drive_end(&drive);
	}
	cluster->ops->close(cluster);
	free(memory);
	return out;
}
