/* A virtual world under a judge: what a run of `sim` (sim_run.h) and a trial of the matrix
 * (trial_run.h) do to a cluster, and what both count. Everything random comes from one seed. */
#ifndef PROTO_SIM_STAGE_H
#define PROTO_SIM_STAGE_H

#include "proto/core/invariants.h"
#include "proto/model/judge/clients.h"
#include "proto/sim/world.h"

/* Each epoch has a log of its own, and a judge. */
#define STAGE_EPOCHS_MAX 5

/* What a node will have told its clients once it has carried out what it owes. */
#define STAGE_ANSWERS_MAX 256

struct stage_answers {
	unsigned count;
	struct stage_answer {
		enum event_kind kind;
		enum because because;
		value_ref value;
		slot_number slot;
		uint64_t number;
	} answer[STAGE_ANSWERS_MAX];
};

struct stage {
	struct world *world;
	struct invariants *judge; /* of the latest epoch */
	struct invariants *judge_of[STAGE_EPOCHS_MAX];
	struct invariants_config law;
	unsigned epochs_max;
	unsigned epochs; /* begun; they count from 1 */
	unsigned lines;  /* the policies of the latest epoch, which every node is owed */
	struct policy_line line[POLICY_LINES_MAX];
	node_set away; /* nodes that the operator does not reach, though they may be up and at work
			*/
	/* Called with a line about every act of a schedule or script; or NULL. */
	void (*act)(void *user, time_us now, const char *line);
	void *act_user;
	uint64_t random;
	uint64_t control_number; /* of the last control */
	uint64_t proposals;
	uint64_t late;     /* nodes that had touched what was owed to them as something else */
	uint64_t messages; /* that cores took in */
	uint64_t core_steps;
	struct clients clients; /* what they asked for in the latest epoch, and were told */
	struct stage_answers answers[NODES_MAX + 1];
	uint64_t heard; /* events, to number them */
	uint64_t reads; /* that were answered */
	uint64_t stale; /* the operations of the proof, if the history is not linearizable */
};

/* Memory for the judges of so many epochs; the first one begins. */
size_t stage_judges_size(const struct invariants_config *law, unsigned epochs);
void stage_begin(struct stage *s, void *memory, const struct invariants_config *law,
		 unsigned epochs);

/* The first judge that found something, or else the latest; is any of them full? */
const struct invariants *stage_verdict(const struct stage *s);
bool stage_is_full(const struct stage *s);

/* All nodes are owed another policy, from the first slot on that none of those in reach has
 * touched; or another epoch under this policy. False: no more changes fit, or too few are in reach.
 * Nodes that are up, not stopped and in reach get it at once. */
bool stage_defend(struct stage *s, policy_id policy);
bool stage_epoch(struct stage *s, policy_id policy);

/* A minority of `of` is out of the operator's reach from now on; or all are in reach again, and get
 * what they are owed. */
void stage_go_away(struct stage *s, node_set of);
void stage_come_near(struct stage *s);

/* Gives a node that is back what it is owed. */
void stage_catch_up(struct stage *s, node_id node);

/* A random number from 0 to below - 1. */
uint64_t stage_draw(struct stage *s, uint64_t below);

/* Tells a line about the run to s->act, if somebody reads along. */
void stage_narrate(const struct stage *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What the judge is told of the world. The watcher's user is the stage. */
struct world_watch stage_watch(struct stage *s);
void stage_stepped(void *user, const struct paxos *p, const struct paxos_input *in,
		   const struct paxos_output *out);
void stage_durable(void *user, node_id node, const struct paxos_write *write);

/* Does the receiver `to` have to be told of the rule? False: it has it, or it is down or stopped,
 * and then it has the rule when it is back. */
bool stage_link_is_news(struct stage *s, node_id from, node_id to, const struct link_rule *rule);
void stage_link(struct stage *s, node_id from, node_id to, const struct link_rule *rule);

/* Asks a node that is up for a value that nobody proposed before: `text`. VALUE_NONE: it has no
 * room for one more. */
value_ref stage_propose(struct stage *s, node_id node, slot_number slot, const char *text);

/* Asks a node that is up what was written last, through the log. */
void stage_read(struct stage *s, node_id node);
/* "linearizable: ...", if what clients were told is not. */
bool stage_is_stale(const struct stage *s, char *why, size_t size);

/* A node that is down comes back from its disk. */
void stage_restart(struct stage *s, node_id node);
void stage_control(struct stage *s, node_id node, struct control *control);

/* "framed: ...": an honest node holds evidence against an honest one. */
void stage_say_framed(node_id holder, node_id accused, char *why, size_t size);

/* Slots below slots_max in which a value is chosen. */
uint64_t stage_count_chosen(const struct stage *s);

#endif
