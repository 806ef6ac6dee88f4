/* A held message is named by its type, its sender, its receiver and its ballot, and that is the
 * oldest of them.
 * So what is held is kept track of: an older one that is in the way is thrown away, if the schedule
 * does not need it any more.
 *
 * A liar is a puppet: what comes to it stays at its gate, and what others get from it, be it its
 * honest half's word or a lie, is forged when it is to arrive. */
#include "tui/report/check_scenario.h"

#include <stdlib.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "tui/report/check_story.h"

#define HELD_MAX  1024
#define STEPS_MAX 64

/* Messages at gates, the oldest first. */
struct held {
	struct message message;
	node_id to;
	bool gone;
};

struct writing {
	FILE *to;
	const struct check_bounds *bounds;
	unsigned steps;
	struct check_act act[STEPS_MAX];
	unsigned count;
	struct held held[HELD_MAX];
	node_set learners; /* at the end: of what, the latest: */
	value_ref learned;
};

static bool is_same(const struct message *a, const struct message *b)
{
	return a->type == b->type && a->from == b->from && ballot_cmp(a->ballot, b->ballot) == 0 &&
	       a->slot == b->slot && a->value == b->value && a->low == b->low &&
	       ballot_cmp(a->promised, b->promised) == 0;
}

/* Is the message delivered to this node in step `from` or later? */
static bool is_needed(const struct writing *w, const struct held *h, unsigned from)
{
	for (unsigned i = from; i < w->steps; i++)
		if (w->act[i].kind == CHECK_DELIVER && w->act[i].node == h->to &&
		    is_same(&w->act[i].message, &h->message))
			return true;
	return false;
}

static bool is_liar(const struct writing *w, node_id node)
{
	return node > w->bounds->nodes - w->bounds->liars;
}

static void hold(struct writing *w, const struct check_act *act)
{
	for (unsigned i = 0; i < act->sent && !is_liar(w, act->node); i++) {
		const struct message *m = &act->sends[i];

		for (node_set left = m->to & ~set_of(act->node); left != 0; left &= left - 1) {
			if (w->count == HELD_MAX)
				return; /* then it is not found, and that is told */
			w->held[w->count++] = (struct held){*m, set_lowest(left), false};
		}
	}
}

/* The message, once it is there, be it that it comes for the first time or again. */
static void order_about(const struct writing *w, const char *what, const struct held *h)
{
	const struct message *m = &h->message;

	fprintf(w->to, "%s %s %u %u ballot %u.%u", what, message_name(m->type), m->from, h->to,
		m->ballot.round, m->ballot.node);
	if (w->bounds->slots > 1)
		fprintf(w->to, " slot %llu", (unsigned long long)m->slot);
	fprintf(w->to, " within 2s\n");
}

/* A message that was lost with its receiver comes again, if a proposer waits for the answer. */
static bool comes_again(struct writing *w, const struct check_act *act)
{
	const struct held h = {act->message, act->node, false};

	if (act->message.type != MSG_PREPARE && act->message.type != MSG_ACCEPT)
		return false;
	order_about(w, "deliver", &h);
	return true;
}

/* Throws away what is older than the message of step i and of its kind. NULL: the message is not
 * held, or is younger than one that is needed later. */
static struct held *make_oldest(struct writing *w, unsigned i)
{
	const struct check_act *act = &w->act[i];

	for (unsigned k = 0; k < w->count; k++) {
		struct held *h = &w->held[k];

		if (h->gone || h->to != act->node || h->message.type != act->message.type ||
		    h->message.from != act->message.from || h->message.slot != act->message.slot ||
		    ballot_cmp(h->message.ballot, act->message.ballot) != 0)
			continue;
		if (is_same(&h->message, &act->message))
			return h;
		if (is_needed(w, h, i))
			return NULL;
		order_about(w, "drop", h);
		h->gone = true;
	}
	return NULL;
}

/* "accept 1.4 A", "promise 2.1 B at 1.4". */
static void write_content(const struct writing *w, const struct check_act *act)
{
	const struct message *m = &act->message;

	fprintf(w->to, "%s %u.%u", message_name(m->type), m->ballot.round, m->ballot.node);
	if ((message_fields(m->type) & FIELD_VALUE) != 0)
		fprintf(w->to, " %s", check_value_word(m->value));
	if (m->type == MSG_PROMISE && act->claim != VALUE_NONE)
		fprintf(w->to, " %s at %u.%u", check_value_word(act->claim), act->claim_at.round,
			act->claim_at.node);
	if (m->type == MSG_NACK)
		fprintf(w->to, " at %u.%u", m->promised.round, m->promised.node);
}

/* What a liar says, in its own name or in that of another. */
static void forge(const struct writing *w, const struct check_act *act)
{
	const struct message *m = &act->message;
	const node_id liar = is_liar(w, m->from) ? m->from : w->bounds->nodes;

	fprintf(w->to, "forge %u ", liar);
	write_content(w, act);
	fprintf(w->to, " to %u", act->node);
	if (m->slot != 0)
		fprintf(w->to, " slot %llu", (unsigned long long)m->slot);
	if (liar != m->from)
		fprintf(w->to, " as %u", m->from);
	fprintf(w->to, "\ndeliver %s %u %u ballot %u.%u within 2s\n", message_name(m->type), liar,
		act->node, m->ballot.round, m->ballot.node);
}

static bool deliver(struct writing *w, unsigned i)
{
	if (w->act[i].lie || is_liar(w, w->act[i].message.from)) {
		forge(w, &w->act[i]);
		return true;
	}
	struct held *h = make_oldest(w, i);
	if (h == NULL)
		return comes_again(w, &w->act[i]);
	if (is_needed(w, h, i + 1))
		order_about(w, "duplicate", h);
	else
		h->gone = true;
	order_about(w, "deliver", h);
	return true;
}

static void arm(const struct writing *w, const char *nodes)
{
	if (w->bounds->mistake != MISTAKE_NONE)
		fprintf(w->to, "mistake %s %s\n", nodes, mistake_name(w->bounds->mistake));
}

/* What was held for the node is lost with it. What it has said and others still need must have
 * arrived: kill -9 takes what the kernel was not given yet. */
static void crash(struct writing *w, unsigned i)
{
	const node_id node = w->act[i].node;
	char name[8];

	for (unsigned k = 0; k < w->count; k++) {
		const struct held *h = &w->held[k];

		w->held[k].gone |= h->to == node;
		if (!h->gone && h->message.from == node && is_needed(w, h, i + 1))
			fprintf(w->to, "wait held %u %s %u within 2s\n", h->to,
				message_name(h->message.type), node);
	}
	snprintf(name, sizeof name, "%u", node);
	if (!w->act[i].cut)
		fprintf(w->to, "crash %s\n", name);
	/* and real processes need a moment to find each other again */
	fprintf(w->to, "restart %s\nwait up %s within 2s\nwait 10ms\n", name, name);
	arm(w, name);
}

/* Its own timer makes it try again: the ballot that it begins then is promised by itself. */
static void wait_for_timer(const struct writing *w, const struct check_act *act)
{
	for (unsigned i = 0; i < act->events; i++)
		if (act->event[i].kind == EVENT_PREPARING)
			fprintf(w->to, "wait promised %u %u.%u within 2s\n", act->node,
				act->event[i].ballot.round, act->event[i].ballot.node);
}

/* The crash comes before the vote that this step writes is synced. What has left is held elsewhere
 * by then. */
static void crash_within(struct writing *w, unsigned i)
{
	hold(w, &w->act[i]);
	fprintf(w->to, "wait down %u within 2s\n", w->act[i].node);
	crash(w, i);
}

static bool write_step(struct writing *w, unsigned i)
{
	const struct check_act *act = &w->act[i];
	char words[512];

	check_story_step(act, words, sizeof words);
	fprintf(w->to, "\n# %u. %s\n", i + 1, words);
	if (is_liar(w, act->node))
		return true;
	if (act->cut)
		fprintf(w->to, "disk %u crash-before vote\n", act->node);
	switch (act->kind) {
	case CHECK_PROPOSE:
		fprintf(w->to, "propose %u %s at %llu\n", act->node, check_value_word(act->value),
			(unsigned long long)act->slot);
		break;
	case CHECK_TIMER:
		wait_for_timer(w, act);
		break;
	case CHECK_DELIVER:
		if (!deliver(w, i))
			return false;
		break;
	case CHECK_CRASH:
	case CHECK_CRASH_UNSYNCED:
		crash(w, i);
		break;
	}
	if (act->cut)
		crash_within(w, i);
	else
		hold(w, act);
	return true;
}

static bool is_crash(const struct check_act *act)
{
	return act->cut || act->kind == CHECK_CRASH || act->kind == CHECK_CRASH_UNSYNCED;
}

static bool sends(const struct check_act *act, const struct message *m, node_id to)
{
	for (unsigned i = 0; i < act->sent; i++)
		if (set_has(act->sends[i].to, to) && is_same(&act->sends[i], m))
			return true;
	return false;
}

/* The step that sends the message of step i; i: none does. */
static unsigned sender_of(const struct writing *w, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (sends(&w->act[k], &w->act[i].message, w->act[i].node))
			return k;
	return i;
}

/* Must step a come before step b? Steps of one node keep their order, and a message is sent before
 * it is delivered. What is held at a node is lost when it crashes: what it gets after a crash is
 * sent after the crash, which makes no difference to the other nodes. */
static bool comes_before(const struct writing *w, unsigned a, unsigned b)
{
	if (w->act[a].node == w->act[b].node)
		return a < b;
	if (w->act[b].kind == CHECK_DELIVER && sender_of(w, b) == a)
		return true;
	for (unsigned i = a + 1; is_crash(&w->act[a]) && b < a && i < w->steps; i++)
		if (w->act[i].kind == CHECK_DELIVER && w->act[i].node == w->act[a].node &&
		    sender_of(w, i) == b)
			return true;
	return false;
}

/* Puts the steps into such an order, if there is one; else they stay as they are. */
static void order_steps(struct writing *w)
{
	static struct check_act ordered[STEPS_MAX];
	bool done[STEPS_MAX] = {false};
	unsigned count = 0, next = 0;

	while (count < w->steps && next < w->steps) {
		bool ready = !done[next];

		for (unsigned i = 0; i < w->steps && ready; i++)
			ready = done[i] || i == next || !comes_before(w, i, next);
		if (!ready) {
			next++;
			continue;
		}
		done[next] = true;
		ordered[count++] = w->act[next];
		next = 0;
	}
	if (count == w->steps)
		memcpy(w->act, ordered, count * sizeof *ordered);
}

/* "defend sign quorum f=1" */
static void write_defences(const struct writing *w)
{
	char words[POLICY_SHOWN_MAX];

	if (w->bounds->policy == POLICY_NONE)
		return;
	policy_show(w->bounds->policy & ~((policy_id)POLICY_F_MAX << POLICY_F_SHIFT), words);
	for (char *c = words; *c != '\0'; c++)
		*c = *c == '+' ? ' ' : *c;
	fprintf(w->to, "defend %s", words);
	if (policy_has(w->bounds->policy, DEFENCE_QUORUM))
		fprintf(w->to, " f=%u",
			(unsigned)(w->bounds->policy >> POLICY_F_SHIFT & POLICY_F_MAX));
	fputc('\n', w->to);
}

static void write_head(const struct writing *w, const char *cause, const char *why)
{
	fprintf(w->to,
		"# Found by: %s\n# %s\n# The clock is slow, so that on a live cluster no timer "
		"fires "
		"before its turn.\n",
		cause, why);
	fprintf(w->to, "nodes %u\nmode %s\nrate 1/50\n", w->bounds->nodes,
		w->bounds->multi ? "multi" : "single");
	write_defences(w);
	fprintf(w->to, "\ngate on\n");
	arm(w, "all");
}

static unsigned quorum_of(const struct check_bounds *b)
{
	if (policy_has(b->policy, DEFENCE_QUORUM))
		return policy_quorum(b->policy, b->nodes);
	return b->nodes / 2u + 1;
}

/* Votes for a value in a ballot; those that liars may cast besides among them. */
static node_set votes_for(const struct writing *w, struct ballot ballot, value_ref value)
{
	node_set votes = 0;

	for (unsigned i = 0; i < w->steps; i++)
		for (unsigned k = 0; k < w->act[i].events; k++) {
			const struct event *e = &w->act[i].event[k];

			if (e->kind == EVENT_ACCEPTED && e->value == value &&
			    ballot_cmp(e->ballot, ballot) == 0)
				votes |= set_of(w->act[i].node);
		}
	for (unsigned i = 1; i <= w->bounds->liars; i++)
		votes |= set_of((node_id)(w->bounds->nodes + 1 - i));
	return votes;
}

static bool was_delivered(const struct writing *w, node_id from, node_id to, struct ballot ballot)
{
	for (unsigned i = 0; i < w->steps; i++) {
		const struct check_act *act = &w->act[i];

		if (act->kind == CHECK_DELIVER && act->node == to &&
		    act->message.type == MSG_ACCEPTED && act->message.from == from &&
		    ballot_cmp(act->message.ballot, ballot) == 0)
			return true;
	}
	return false;
}

/* The ballot that the node began last, as far as the schedule goes. */
static struct ballot own_ballot(const struct writing *w, node_id node)
{
	struct ballot own = BALLOT_NONE;

	for (unsigned i = 0; i < w->steps; i++)
		for (unsigned k = 0; k < w->act[i].events && w->act[i].node == node; k++)
			if (w->act[i].event[k].kind == EVENT_PREPARING)
				own = w->act[i].event[k].ballot;
	return own;
}

/* The ballot's owner counts the votes, those of liars among them. */
static void count_votes(const struct writing *w, const struct event *vote, node_set votes)
{
	const node_id owner = vote->ballot.node;

	for (node_set left = votes & ~set_of(owner); left != 0; left &= left - 1) {
		const node_id voter = set_lowest(left);

		if (was_delivered(w, voter, owner, vote->ballot))
			continue;
		if (is_liar(w, voter))
			fprintf(w->to, "forge %u accepted %u.%u %s to %u\n", voter,
				vote->ballot.round, owner, check_value_word(vote->value), owner);
		fprintf(w->to, "deliver accepted %u %u ballot %u.%u within 2s\n", voter, owner,
			vote->ballot.round, owner);
	}
}

static bool owner_counts(const struct writing *w, const struct event *vote)
{
	const node_id owner = vote->ballot.node;

	return !is_liar(w, owner) && ballot_cmp(own_ballot(w, owner), vote->ballot) == 0;
}

/* Somebody learns of the choice who knows of none: the ballot's owner, or another from a liar. */
static void learn(struct writing *w, const struct event *vote)
{
	const node_set votes = votes_for(w, vote->ballot, vote->value);
	const node_set honest = set_first(w->bounds->nodes - w->bounds->liars);
	const node_id owner = vote->ballot.node, liar = w->bounds->nodes;
	const bool counts = owner_counts(w, vote);
	const node_id learner = counts ? owner : set_lowest(honest & ~w->learners);

	if (set_count(votes) < quorum_of(w->bounds) || (honest & ~w->learners) == 0 ||
	    set_has(w->learners, learner) || w->learned == vote->value)
		return;
	w->learners |= set_of(learner);
	w->learned = vote->value;
	fprintf(w->to, "# so %s is chosen at %u.%u\n", check_value_word(vote->value),
		vote->ballot.round, owner);
	if (counts)
		count_votes(w, vote, votes);
	else
		fprintf(w->to,
			"forge %u commit %u.%u %s to %u\n"
			"deliver commit %u %u ballot %u.%u within 2s\n",
			liar, vote->ballot.round, owner, check_value_word(vote->value), learner,
			liar, learner, vote->ballot.round, owner);
}

/* Of each value the first vote in each ballot. */
static bool is_first_vote(const struct writing *w, unsigned step, unsigned place)
{
	const struct event *vote = &w->act[step].event[place];

	for (unsigned i = 0; i <= step; i++)
		for (unsigned k = 0; k < w->act[i].events && (i < step || k < place); k++) {
			const struct event *e = &w->act[i].event[k];

			if (e->kind == EVENT_ACCEPTED && e->value == vote->value &&
			    ballot_cmp(e->ballot, vote->ballot) == 0)
				return false;
		}
	return true;
}

static void learn_all(struct writing *w, bool by_owners)
{
	for (unsigned i = 0; i < w->steps; i++)
		for (unsigned k = 0; k < w->act[i].events; k++) {
			const struct event *e = &w->act[i].event[k];

			if (e->kind == EVENT_ACCEPTED && is_first_vote(w, i, k) &&
			    owner_counts(w, e) == by_owners)
				learn(w, e);
		}
}

/* With the votes of liars two values are chosen. Two nodes learn that. */
static void tell_choices(struct writing *w)
{
	if (w->bounds->liars == 0)
		return;
	learn_all(w, true);
	learn_all(w, false);
}

static bool is_proposing(const struct writing *w)
{
	for (unsigned i = 0; i < w->steps; i++)
		if (w->act[i].kind == CHECK_PROPOSE && !is_liar(w, w->act[i].node))
			return true;
	return false;
}

/* The harm: a node acts on a value that is not chosen, or two values are chosen. Before that a node
 * may have broken a rule for itself, and that is what the dashboard tells then. */
static void write_end(struct writing *w, enum check_rule rule)
{
	const struct check_act *last = &w->act[w->steps > 0 ? w->steps - 1 : 0];

	fputc('\n', w->to);
	for (unsigned i = 0; rule == CHECK_RULE_QUORUM && i < last->events; i++) {
		const struct event *e = &last->event[i];

		if (e->kind == EVENT_CHOSEN)
			fprintf(w->to,
				"expect chosen %llu %s on %u within 5s\nexpect not decided %llu "
				"%s\n",
				(unsigned long long)e->slot, check_value_word(e->value), last->node,
				(unsigned long long)e->slot, check_value_word(e->value));
	}
	for (unsigned i = 1; i <= w->bounds->liars && rule == CHECK_RULE_PROGRESS; i++)
		fprintf(w->to, "crash %u\n", w->bounds->nodes + 1 - i); /* they are silent */
	if (rule == CHECK_RULE_AGREEMENT)
		tell_choices(w);
	if (rule == CHECK_RULE_PROGRESS && !is_proposing(w))
		fprintf(w->to, "propose 1 A\n");
	if (rule == CHECK_RULE_PROGRESS)
		fprintf(w->to, "rate unlimited\ngate off\nexpect stalled within 60s\n");
	else if (rule != CHECK_RULE_QUORUM)
		fprintf(w->to, "expect violation within 5s\n");
}

const char *check_scenario_why_not(const struct check_bounds *bounds)
{
	if (bounds->quorum != 0)
		return "a scenario cannot set another --quorum";
	if (bounds->strict && bounds->mistake != MISTAKE_NONE)
		return "with --refine it ends before there is any harm to be seen";
	if ((bounds->policy & (DEFENCE_ECHO | DEFENCE_CERT)) != 0)
		return "words of a quorum arrive together here, and one by one there";
	if (policy_has(bounds->policy, DEFENCE_JUSTIFY))
		return "a NewView comes with its Accept here, and before it there";
	return NULL;
}

unsigned check_scenario_step(const char *text, unsigned line)
{
	unsigned step = 0;

	for (unsigned i = 1; i < line && text != NULL; i++) {
		if (strncmp(text, "# ", 2) == 0 && text[2] >= '1' && text[2] <= '9')
			step = (unsigned)strtoul(text + 2, NULL, 10);
		text = strchr(text, '\n');
		text = text == NULL ? NULL : text + 1;
	}
	return step;
}

bool check_scenario_write(struct check *c, const struct check_bounds *bounds, const char *cause,
			  FILE *to, char *why, size_t size)
{
	const char *why_not = check_scenario_why_not(bounds);
	struct writing *w = calloc(1, sizeof *w);
	bool good = w != NULL && why_not == NULL && check_schedule_length(c) <= STEPS_MAX;

	if (!good) {
		text_write(why, size, "%s", why_not != NULL ? why_not : "the schedule is too long");
		free(w);
		return false;
	}
	w->to = to;
	w->bounds = bounds;
	w->steps = check_schedule_length(c);
	for (unsigned i = 0; i < w->steps; i++)
		good &= check_schedule(c, i, &w->act[i]);
	order_steps(w);
	write_head(w, cause, check_why(c));
	for (unsigned i = 0; good && i < w->steps; i++) {
		good = write_step(w, i);
		if (!good)
			text_write(
				why, size,
				"the message of step %u cannot be delivered by hand: it was lost "
				"in a crash, or an older one of its kind is needed later",
				i + 1);
	}
	if (good)
		write_end(w, check_broken(c));
	free(w);
	return good;
}
