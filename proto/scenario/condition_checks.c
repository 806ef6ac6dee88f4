/* What each condition asks of the model. */
#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/attack.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"
#include "proto/scenario/condition.h"

/* --- properties ------------------------------------------------------------------------------ */

static void find_violation(const struct model *m, char *found, size_t size)
{
	if (found != NULL)
		text_write(found, size, "%s",
			   m->safety == SAFETY_VIOLATED ? m->violation.words : "no violation");
}

bool check_agreement(const struct model *m, const struct condition *c, const char *value,
		     char *found, size_t size)
{
	(void)c, (void)value;
	find_violation(m, found, size);
	return m->safety != SAFETY_VIOLATED || m->violation.property != PROPERTY_AGREEMENT;
}

bool check_violation(const struct model *m, const struct condition *c, const char *value,
		     char *found, size_t size)
{
	(void)value;
	find_violation(m, found, size);
	return m->safety == SAFETY_VIOLATED &&
	       (c->any_property || m->violation.property == c->property);
}

static void find_waiting(const struct model *m, char *found, size_t size)
{
	if (found != NULL && m->waiting == 0 && m->progress_why[0] != 0)
		text_write(found, size, "no value waits, but %s", m->progress_why);
	else if (found != NULL)
		text_write(found, size, "%u value%s wait%s%s%s", m->waiting,
			   m->waiting == 1 ? "" : "s", m->waiting == 1 ? "s" : "",
			   m->progress_why[0] != 0 ? ": " : "", m->progress_why);
}

bool check_stalled(const struct model *m, const struct condition *c, const char *value, char *found,
		   size_t size)
{
	(void)c, (void)value;
	find_waiting(m, found, size);
	return m->progress == PROGRESS_STALLED;
}

bool check_stuck(const struct model *m, const struct condition *c, const char *value, char *found,
		 size_t size)
{
	(void)c, (void)value;
	find_waiting(m, found, size);
	return m->stuck;
}

bool check_progress(const struct model *m, const struct condition *c, const char *value,
		    char *found, size_t size)
{
	(void)c, (void)value;
	find_waiting(m, found, size);
	return m->progress == PROGRESS_IDLE || m->progress == PROGRESS_OK;
}

/* A slot whose votes decide it, and that no node knows to be decided, is not at rest either. */
bool check_idle(const struct model *m, const struct condition *c, const char *value, char *found,
		size_t size)
{
	const bool unknown = m->behind.node != NODE_NONE && m->behind.knowing == 0;
	(void)c, (void)value;
	find_waiting(m, found, size);
	if (found != NULL && m->waiting == 0 && unknown)
		behind_show(m, found, size);
	return m->waiting == 0 && !unknown;
}

/* --- slots ----------------------------------------------------------------------------------- */

/* What a condition is about: of what a node knows about a slot, a value, and in which ballot. */
struct vote_part {
	value_ref value;
	struct ballot at;
};

typedef struct vote_part vote_part_of(const struct model_vote *v);

static struct vote_part chosen(const struct model_vote *v)
{
	return (struct vote_part){v->chosen, v->chosen_at};
}

static struct vote_part accepted(const struct model_vote *v)
{
	return (struct vote_part){v->voted, v->voted_at};
}

/* A typed value is meant as it is, whole, alone in its slot or in a batch. Only "no-op" is the word
 * for the value that nobody proposed, too. */
static bool is_value(const struct model *m, value_ref ref, const struct condition *c,
		     const char *value)
{
	uint32_t place;
	if (ref == VALUE_NONE)
		return false;
	if (c->any_value || (ref == VALUE_NOOP && strcmp(value, "no-op") == 0))
		return true;
	return model_holds(m, ref, (const uint8_t *)value, (uint32_t)strlen(value), &place);
}

static bool is_part(const struct model *m, struct vote_part part, const struct condition *c,
		    const char *value)
{
	return is_value(m, part.value, c, value) &&
	       (ballot_is_none(c->ballot) || ballot_cmp(part.at, c->ballot) == 0);
}

/* A ballot is told where the condition names one. */
static void find_part(const struct model *m, struct vote_part part, const struct condition *c,
		      char *found, size_t size)
{
	char shown[VALUE_SHOWN_MAX + 1] = "-", ballot[16];
	values_show(m->values, part.value, shown);
	text_append(found, size, "%s", shown);
	if (part.value == VALUE_NONE || ballot_is_none(c->ballot))
		return;
	ballot_show(part.at, ballot);
	text_append(found, size, " at %s", ballot);
}

static void find_values(const struct model *m, const struct model_slot *s, vote_part_of *of,
			const struct condition *c, char *found, size_t size)
{
	found[0] = 0;
	for (unsigned id = 1; id <= m->nodes; id++) {
		text_append(found, size, "%sn%u ", id > 1 ? ", " : "", id);
		if (s == NULL)
			text_append(found, size, "-");
		else
			find_part(m, of(&s->vote[id]), c, found, size);
	}
}

/* Is it the value of some node, or of all nodes that are named? */
static bool is_value_of_nodes(const struct model *m, const struct model_slot *s, vote_part_of *of,
			      const struct condition *c, const char *value)
{
	const bool all = c->on != 0;
	if (s == NULL)
		return false;
	for (node_set left = all ? c->on : set_first(m->nodes); left != 0; left &= left - 1) {
		bool is = is_part(m, of(&s->vote[set_lowest(left)]), c, value);
		if (is != all)
			return is;
	}
	return all;
}

/* A node that has let the slot go, or was brought over it, cannot tell. */
static void find_not_kept(const struct model *m, const struct condition *c, char *found,
			  size_t size)
{
	for (node_set left = c->on != 0 ? c->on : set_first(m->nodes); left != 0;
	     left &= left - 1) {
		const node_id id = set_lowest(left);
		if (c->slot < m->node[id].low)
			text_append(found, size, "; n%u keeps no slot below %llu", id,
				    (unsigned long long)m->node[id].low);
	}
}

bool check_chosen(const struct model *m, const struct condition *c, const char *value, char *found,
		  size_t size)
{
	const struct model_slot *s = model_slot(m, c->slot);
	if (found != NULL)
		find_values(m, s, chosen, c, found, size);
	if (found != NULL)
		find_not_kept(m, c, found, size);
	return is_value_of_nodes(m, s, chosen, c, value);
}

bool check_accepted(const struct model *m, const struct condition *c, const char *value,
		    char *found, size_t size)
{
	const struct model_slot *s = model_slot(m, c->slot);
	if (found != NULL)
		find_values(m, s, accepted, c, found, size);
	return is_value_of_nodes(m, s, accepted, c, value);
}

static bool decides(const struct model *m, const struct model_slot *s, const struct model_tally *t)
{
	return model_tally_is_used(t) && m->quorum != 0 &&
	       set_count(t->voters) >= model_quorum_at(m, s->slot);
}

/* The ballots in which votes decide the slot: the first, which is kept when its votes are not, and
 * the others. */
static unsigned decisions(const struct model *m, const struct model_slot *s,
			  struct vote_part part[MODEL_TALLIES + 1], node_set by[MODEL_TALLIES + 1])
{
	unsigned count = 0;
	if (s == NULL || s->decided == VALUE_NONE)
		return 0;
	part[count] = (struct vote_part){s->decided, s->decided_at};
	by[count++] = s->decided_by;
	for (unsigned i = 0; i < MODEL_TALLIES; i++) {
		const struct model_tally *t = &s->tally[i];
		if (!decides(m, s, t))
			continue;
		if (t->value == s->decided && ballot_cmp(t->ballot, s->decided_at) == 0) {
			by[0] = t->voters;
			continue;
		}
		part[count] = (struct vote_part){t->value, t->ballot};
		by[count++] = t->voters;
	}
	return count;
}

bool check_decided(const struct model *m, const struct condition *c, const char *value, char *found,
		   size_t size)
{
	const struct model_slot *s = model_slot(m, c->slot);
	struct vote_part part[MODEL_TALLIES + 1];
	node_set by[MODEL_TALLIES + 1];
	const unsigned count = decisions(m, s, part, by);
	bool is = false;
	for (unsigned i = 0; i < count; i++) {
		char shown[VALUE_SHOWN_MAX + 1], ballot[16], voters[NODES_MAX * 4 + 1];
		values_show(m->values, part[i].value, shown);
		ballot_show(part[i].at, ballot);
		set_show(by[i], voters, sizeof voters);
		is = is || is_part(m, part[i], c, value);
		if (found != NULL && i == 0)
			found[0] = 0;
		if (found != NULL)
			text_append(found, size, "%s%s at %s by %s", i > 0 ? "; " : "", shown,
				    ballot, voters);
	}
	if (found != NULL && count == 0) {
		text_write(found, size, "no quorum is known to have voted: ");
		find_values(m, s, accepted, c, found + strlen(found), size - strlen(found));
	}
	return is;
}

bool check_caught_up(const struct model *m, const struct condition *c, const char *value,
		     char *found, size_t size)
{
	bool up = false;
	for (unsigned id = 1; id <= m->nodes; id++)
		up = up || m->node[id].life == LIFE_UP;
	(void)c, (void)value;
	if (found != NULL && up)
		behind_show(m, found, size);
	else if (found != NULL)
		text_write(found, size, "no node is up");
	return up && m->behind.node == NODE_NONE;
}

/* --- nodes ----------------------------------------------------------------------------------- */

bool check_promised(const struct model *m, const struct condition *c, const char *value,
		    char *found, size_t size)
{
	const struct ballot promised = m->node[c->node].promised;
	char ballot[16];
	(void)value;
	ballot_show(promised, ballot);
	if (found != NULL)
		text_write(found, size, "n%u promised %s", c->node, ballot);
	return ballot_cmp(promised, c->ballot) == 0;
}

bool check_ballot(const struct model *m, const struct condition *c, const char *value, char *found,
		  size_t size)
{
	const struct ballot latest = m->node[c->node].ballot;
	char ballot[16];
	(void)value;
	ballot_show(latest, ballot);
	if (found != NULL)
		text_write(found, size, "n%u began %s", c->node, ballot);
	return ballot_cmp(latest, c->ballot) == 0;
}

bool check_leader(const struct model *m, const struct condition *c, const char *value, char *found,
		  size_t size)
{
	const struct model_node *n = &m->node[c->node];
	(void)value;
	if (found != NULL)
		text_write(found, size, "n%u is %s", c->node, paxos_role_name(n->role));
	return n->life == LIFE_UP && n->role == ROLE_LEADING;
}

bool check_loaded(const struct model *m, const struct condition *c, const char *value, char *found,
		  size_t size)
{
	const struct load_report *r = &m->node[c->node].load.report;
	(void)value;
	if (found != NULL && !load_words(m, c->node, found, size))
		text_write(found, size, "n%u was told no load", c->node);
	return r->number != 0 && r->done && r->values == r->count;
}

static bool is_alive(const struct model *m, node_id node, enum node_life life, char *found,
		     size_t size)
{
	const enum node_life is = m->node[node].life;
	if (found != NULL)
		text_write(found, size, "n%u is %s", node,
			   is == LIFE_UP        ? "up"
			   : is == LIFE_DOWN    ? "down"
			   : is == LIFE_STOPPED ? "stopped"
						: "silent: down, or out of reach from here");
	return is == life;
}

bool check_up(const struct model *m, const struct condition *c, const char *value, char *found,
	      size_t size)
{
	(void)value;
	return is_alive(m, c->node, LIFE_UP, found, size);
}

bool check_down(const struct model *m, const struct condition *c, const char *value, char *found,
		size_t size)
{
	(void)value;
	return is_alive(m, c->node, LIFE_DOWN, found, size);
}

bool check_stopped(const struct model *m, const struct condition *c, const char *value, char *found,
		   size_t size)
{
	(void)value;
	return is_alive(m, c->node, LIFE_STOPPED, found, size);
}

bool check_held(const struct model *m, const struct condition *c, const char *value, char *found,
		size_t size)
{
	bool is = false;
	(void)value;
	for (uint32_t i = 0; i < m->flights && !is; i++) {
		const struct flight *f = &m->flight[i];
		is = f->to == c->node && f->state == FLIGHT_HELD &&
		     (c->type == MSG_NONE || (f->type == c->type && f->from == c->from)) &&
		     (ballot_is_none(c->ballot) || ballot_cmp(f->ballot, c->ballot) == 0) &&
		     (c->slot == SLOT_NONE || f->slot == c->slot);
	}
	if (found != NULL)
		text_write(found, size, "%s is held at n%u", is ? "a message" : "nothing", c->node);
	return is;
}

static void find_refusals(const struct model_node *n, node_id node, char *found, size_t size)
{
	found[0] = 0;
	for (unsigned why = 1; why < REFUSALS; why++)
		if (n->refused[why] > 0)
			text_append(found, size, "%s%u %s", found[0] != 0 ? ", " : "",
				    n->refused[why], refusal_name((enum refusal)why));
	if (found[0] == 0)
		text_write(found, size, "nobody refused n%u", node);
}

bool check_refused(const struct model *m, const struct condition *c, const char *value, char *found,
		   size_t size)
{
	const struct model_node *n = &m->node[c->node];
	bool is = false;
	(void)value;
	for (unsigned why = 1; why < REFUSALS; why++)
		if ((c->refusal == REFUSE_NOTHING || c->refusal == (enum refusal)why) &&
		    n->refused[why] > 0)
			is = true;
	if (found != NULL)
		find_refusals(n, c->node, found, size);
	return is;
}

/* --- lies and defences ----------------------------------------------------------------------- */

/* The proof against the node if there is one, else what the model, which sees all, counted. */
static void find_lies(const struct model *m, node_id node, char *found, size_t size)
{
	const struct model_node *n = &m->node[node];
	char attacks[ATTACKS_SHOWN_MAX];
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].accused == node) {
			text_write(found, size, "%s", m->proof[i].words);
			return;
		}
	attacks_show(n->attacks, attacks);
	/* A node tells one that comes late that it has lied, and not how. */
	if (n->has_lied && n->lies == 0) {
		text_write(found, size,
			   "n%u has lied, and how was not seen here; armed: %s; nothing is proven",
			   node, attacks);
		return;
	}
	text_write(found, size, "n%u lied %llu time%s, armed: %s; nothing is proven", node,
		   (unsigned long long)n->lies, n->lies == 1 ? "" : "s", attacks);
}

static bool is_proven(const struct model *m, const struct condition *c)
{
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].accused == c->node &&
		    (c->attack == ATTACKS || proof_is_of(m->proof[i].kind, attack_name(c->attack))))
			return true;
	return false;
}

bool check_lied(const struct model *m, const struct condition *c, const char *value, char *found,
		size_t size)
{
	const struct model_node *n = &m->node[c->node];
	(void)value;
	if (found != NULL)
		find_lies(m, c->node, found, size);
	if (is_proven(m, c))
		return true;
	return c->attack == ATTACKS ? n->has_lied : (n->lied_in >> c->attack & 1) != 0;
}

bool check_evidence(const struct model *m, const struct condition *c, const char *value,
		    char *found, size_t size)
{
	(void)value;
	if (found != NULL)
		find_lies(m, c->node, found, size);
	return is_proven(m, c);
}

bool check_defence(const struct model *m, const struct condition *c, const char *value, char *found,
		   size_t size)
{
	const policy_id all_f = (policy_id)POLICY_F_MAX << POLICY_F_SHIFT;
	const policy_id named = c->defences.named & ~all_f, on = m->policy & ~all_f;
	char policy[POLICY_SHOWN_MAX];
	(void)value;
	policy_show(m->policy, policy);
	if (found != NULL)
		text_write(found, size, "on: %s", policy);
	if (c->defences.f_given && policy_f(m->policy, m->nodes) != c->defences.f)
		return false;
	return c->defences.is_preset ? on == named : (on & named) == named;
}

bool check_lost(const struct model *m, const struct condition *c, const char *value, char *found,
		size_t size)
{
	const struct model_node *n = &m->node[c->node];
	const unsigned kept = n->lost < MODEL_LOST ? n->lost : MODEL_LOST;
	char shown[VALUE_SHOWN_MAX + 1];
	bool is = false;
	if (found != NULL)
		text_write(found, size, "n%u gave up %u proposal%s", c->node, n->lost,
			   n->lost == 1 ? "" : "s");
	for (unsigned i = 0; i < kept; i++) {
		is = is || is_value(m, n->lost_value[i], c, value);
		values_show(m->values, n->lost_value[i], shown);
		if (found != NULL)
			text_append(found, size, "%s%s", i > 0 ? ", " : ": ", shown);
	}
	return is;
}

static bool compares(const struct condition *c, uint64_t number)
{
	return c->compare == AT_MOST    ? number <= c->count
	       : c->compare == AT_LEAST ? number >= c->count
					: number == c->count;
}

bool check_messages(const struct model *m, const struct condition *c, const char *value,
		    char *found, size_t size)
{
	const struct model_sent *about = &m->sent_about[c->slot % MODEL_SLOTS];
	uint64_t sent = m->sent[c->type];
	(void)value;
	if (c->slot != SLOT_NONE && about->slot > c->slot) {
		if (found != NULL)
			text_write(found, size, "what was sent for that slot is forgotten");
		return false;
	}
	if (c->slot != SLOT_NONE)
		sent = about->slot == c->slot ? about->count[c->type] : 0;
	if (found != NULL)
		text_write(found, size, "%llu sent", (unsigned long long)sent);
	return compares(c, sent);
}

bool check_decisions(const struct model *m, const struct condition *c, const char *value,
		     char *found, size_t size)
{
	(void)value;
	if (found != NULL)
		text_write(found, size, "%llu decided", (unsigned long long)m->decisions);
	return compares(c, m->decisions);
}
