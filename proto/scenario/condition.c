/* Conditions: read from words, asked of the model, and told again in words. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "proto/scenario/parts.h"

static const struct {
	const char *name, *args, *usage, *help;
} rows[CONDITIONS] = {
	[CONDITION_NONE] = {"", "", "", ""},
#define CONDITION(name, text, args, usage, help) [CONDITION_##name] = {text, args, usage, help},
#include "proto/scenario/conditions.def"
#undef CONDITION
};

const char *condition_name(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].name : "?";
}

const char *condition_usage(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].usage : "?";
}

const char *condition_help(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].help : "?";
}

const char *condition_args(enum condition_kind kind)
{
	return (unsigned)kind < CONDITIONS ? rows[kind].args : "";
}

static bool read_property(struct reader *r, struct condition *c)
{
	const char *word = reader_peek(r);
	c->any_property = true;
	for (unsigned i = 0; word != NULL && i < PROPERTIES; i++)
		if (strcmp(word, property_name((enum property)i)) == 0) {
			c->any_property = false;
			c->property = (enum property)i;
			reader_next(r);
			break;
		}
	return true;
}

static bool read_reason(struct reader *r, struct condition *c)
{
	const char *word = reader_peek(r);
	if (word == NULL || strcmp(word, "within") == 0 || strcmp(word, "for") == 0)
		return true;
	for (unsigned why = 1; why < REFUSALS; why++)
		if (strcmp(word, refusal_name((enum refusal)why)) == 0) {
			c->refusal = (enum refusal)why;
			reader_next(r);
			return true;
		}
	return reader_expected(r, "a reason like promised, busy or rejected");
}

static bool read_on(struct reader *r, struct condition *c)
{
	if (!reader_take(r, "on"))
		return true;
	const char *word = reader_peek(r);
	if (word == NULL || !nodes_parse(word, r->nodes, &c->on))
		return reader_expected(r, "nodes like 1,2,3");
	reader_next(r);
	return true;
}

static bool read_held(struct reader *r, struct condition *c)
{
	const char *word = reader_peek(r);
	if (word == NULL || strcmp(word, "within") == 0 || strcmp(word, "for") == 0)
		return true;
	for (unsigned type = 1; type < MSG_TYPES; type++)
		if (strcmp(word, message_name((enum message_type)type)) == 0) {
			c->type = (enum message_type)type;
			reader_next(r);
			return reader_node(r, &c->from);
		}
	return reader_expected(r, "a type of message like promise or accepted");
}

static bool read_argument(struct reader *r, char letter, struct command *out)
{
	struct condition *c = &out->condition;
	switch (letter) {
	case 'n':
		return reader_node(r, &c->node);
	case 's':
		return reader_slot(r, &c->slot);
	case 'w':
		c->any_value = reader_peek(r) != NULL && strcmp(reader_peek(r), "*") == 0;
		return reader_text(r, out);
	case 'O':
		return read_on(r, c);
	case 'P':
		return read_property(r, c);
	case 'a':
		return reader_attack(r, true, &c->attack);
	case 'b':
		return reader_attack(r, false, &c->attack);
	case 'R':
		return read_reason(r, c);
	case 'D':
		return reader_defences(r, true, &c->defences);
	case 'H':
		return read_held(r, c);
	case 'B':
		if (reader_peek(r) == NULL || !ballot_parse(reader_peek(r), &c->ballot))
			return reader_expected(r, "a ballot like 3.1");
		reader_next(r);
		return true;
	default:
		return true;
	}
}

static bool read_kind(struct reader *r, struct condition *c)
{
	const char *word = reader_peek(r);
	if (word == NULL)
		return reader_expected(r, "a condition");
	const char *names[CONDITIONS];
	for (unsigned i = 0; i < CONDITIONS; i++) {
		names[i] = rows[i].name;
		if (i != CONDITION_NONE && strcmp(word, rows[i].name) == 0) {
			c->kind = (enum condition_kind)i;
			r->usage = rows[i].usage;
			reader_next(r);
			return true;
		}
	}
	const char *near = suggest(word, names, CONDITIONS);
	if (near != NULL)
		return reader_fail(r, "no condition \"%.40s\"; did you mean \"%s\"?", word, near);
	return reader_fail(r, "no condition \"%.40s\"; there are: agreement, chosen, stalled, ...",
			   word);
}

bool reader_condition(struct reader *r, struct command *out)
{
	struct condition *c = &out->condition;
	c->negated = reader_take(r, "not");
	if (!read_kind(r, c))
		return false;
	for (const char *letter = rows[c->kind].args; *letter != 0; letter++)
		if (!read_argument(r, *letter, out))
			return false;
	return true;
}

static value_ref latest(const struct model_vote *v, enum condition_kind kind)
{
	return kind == CONDITION_CHOSEN ? v->chosen : v->voted;
}

static bool is_value(const struct model *m, value_ref ref, const struct condition *c,
		     const char *value)
{
	if (ref == VALUE_NONE)
		return false;
	if (c->any_value)
		return true;
	char shown[VALUE_SHOWN_MAX + 1];
	values_show(m->values, ref, shown);
	if (strcmp(shown, value) == 0)
		return true;
	uint32_t length;
	const uint8_t *bytes = values_bytes(m->values, ref, &length);
	return ref != VALUE_NOOP && length == strlen(value) && memcmp(bytes, value, length) == 0;
}

static bool slot_holds(const struct model *m, const struct condition *c, const char *value)
{
	const struct model_slot *s = model_slot(m, c->slot);
	if (s == NULL)
		return false;
	bool all = c->on != 0;
	node_set who = all ? c->on : set_first(m->nodes);
	for (; who != 0; who &= who - 1) {
		bool is = is_value(m, latest(&s->vote[set_lowest(who)], c->kind), c, value);
		if (is != all)
			return is;
	}
	return all;
}

static bool has_caught_up(const struct model *m)
{
	slot_number base = SLOT_NONE;
	for (unsigned id = 1; id <= m->nodes; id++) {
		if (m->node[id].life != LIFE_UP)
			continue;
		if (base != SLOT_NONE && m->node[id].base != base)
			return false;
		base = m->node[id].base;
	}
	return base != SLOT_NONE;
}

static bool is_held(const struct model *m, const struct condition *c)
{
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		if (f->to == c->node && f->state == FLIGHT_HELD &&
		    (c->type == MSG_NONE || (f->type == c->type && f->from == c->from)))
			return true;
	}
	return false;
}

static bool was_violated(const struct model *m, const struct condition *c)
{
	return m->safety == SAFETY_VIOLATED &&
	       (c->any_property || m->violation.property == c->property);
}

static bool has_lied(const struct model *m, const struct condition *c)
{
	const struct model_node *n = &m->node[c->node];
	if (c->attack == ATTACKS)
		return n->has_lied;
	return (n->lied_in >> c->attack & 1) != 0;
}

static bool is_proven(const struct model *m, const struct condition *c)
{
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].accused == c->node &&
		    (c->attack == ATTACKS || proof_is_of(m->proof[i].kind, attack_name(c->attack))))
			return true;
	return false;
}

static bool was_refused(const struct model *m, const struct condition *c)
{
	const struct model_node *n = &m->node[c->node];
	uint32_t times = 0;
	for (unsigned why = 1; why < REFUSALS; why++)
		if (c->refusal == REFUSE_NOTHING || c->refusal == (enum refusal)why)
			times += n->refused[why];
	return times > 0;
}

static bool are_on(const struct model *m, const struct defences *d)
{
	const policy_id all_f = (policy_id)POLICY_F_MAX << POLICY_F_SHIFT;
	if (d->f_given && policy_f(m->policy, m->nodes) != d->f)
		return false;
	if (d->is_preset)
		return (m->policy & ~all_f) == (d->named & ~all_f);
	return (m->policy & d->named & ~all_f) == (d->named & ~all_f);
}

bool condition_holds(const struct model *m, const struct condition *c, const char *value)
{
	const struct model_node *n = &m->node[c->node];
	bool is = false;
	switch (c->kind) {
	case CONDITION_AGREEMENT:
		is = !(m->safety == SAFETY_VIOLATED && m->violation.property == PROPERTY_AGREEMENT);
		break;
	case CONDITION_VIOLATION:
		is = was_violated(m, c);
		break;
	case CONDITION_CHOSEN:
	case CONDITION_ACCEPTED:
		is = slot_holds(m, c, value);
		break;
	case CONDITION_STALLED:
		is = m->progress == PROGRESS_STALLED;
		break;
	case CONDITION_STUCK:
		is = m->stuck;
		break;
	case CONDITION_PROGRESS:
		is = m->progress != PROGRESS_STALLED;
		break;
	case CONDITION_IDLE:
		is = m->waiting == 0;
		break;
	case CONDITION_PROMISED:
		is = ballot_cmp(n->promised, c->ballot) == 0;
		break;
	case CONDITION_LEADER:
		is = n->life == LIFE_UP && n->role == ROLE_LEADING;
		break;
	case CONDITION_UP:
		is = n->life == LIFE_UP;
		break;
	case CONDITION_DOWN:
		is = n->life == LIFE_DOWN;
		break;
	case CONDITION_STOPPED:
		is = n->life == LIFE_STOPPED;
		break;
	case CONDITION_CAUGHT_UP:
		is = has_caught_up(m);
		break;
	case CONDITION_LIED:
		is = has_lied(m, c);
		break;
	case CONDITION_EVIDENCE:
		is = is_proven(m, c);
		break;
	case CONDITION_DEFENCE:
		is = are_on(m, &c->defences);
		break;
	case CONDITION_REFUSED:
		is = was_refused(m, c);
		break;
	case CONDITION_HELD:
		is = is_held(m, c);
		break;
	default:
		break;
	}
	return is != c->negated;
}

void condition_show(const struct condition *c, const char *value, char *out, size_t size)
{
	char policy[POLICY_SHOWN_MAX], part[NODES_MAX * 4 + 80], more[NODES_MAX * 4] = "",
										  ballot[16];
	part[0] = 0;
	if (c->kind == CONDITION_CHOSEN || c->kind == CONDITION_ACCEPTED) {
		snprintf(part, sizeof part, " %llu %.64s", (unsigned long long)c->slot, value);
		if (c->on != 0)
			set_show(c->on, more, sizeof more);
	} else if (c->kind == CONDITION_PROMISED) {
		ballot_show(c->ballot, ballot);
		snprintf(part, sizeof part, " n%u %s", c->node, ballot);
	} else if (c->kind == CONDITION_EVIDENCE)
		snprintf(part, sizeof part, " %s n%u",
			 c->attack == ATTACKS ? "*" : attack_name(c->attack), c->node);
	else if (c->kind == CONDITION_LIED && c->attack != ATTACKS)
		snprintf(part, sizeof part, " n%u %s", c->node, attack_name(c->attack));
	else if (c->kind == CONDITION_HELD && c->type != MSG_NONE)
		snprintf(part, sizeof part, " n%u %s n%u", c->node, message_name(c->type), c->from);
	else if (c->kind == CONDITION_REFUSED && c->refusal != REFUSE_NOTHING)
		snprintf(part, sizeof part, " n%u %s", c->node, refusal_name(c->refusal));
	else if (c->kind == CONDITION_DEFENCE) {
		policy_show(c->defences.named, policy);
		snprintf(part, sizeof part, " %.100s", policy);
	} else if (c->node != NODE_NONE)
		snprintf(part, sizeof part, " n%u", c->node);
	else if (c->kind == CONDITION_VIOLATION && !c->any_property)
		snprintf(part, sizeof part, " %s", property_name(c->property));
	snprintf(out, size, "%s%s%s%s%s", c->negated ? "not " : "", condition_name(c->kind), part,
		 more[0] != 0 ? " on " : "", more);
}

static void found_slot(const struct model *m, const struct condition *c, char *out, size_t size)
{
	const struct model_slot *s = model_slot(m, c->slot);
	size_t length = 0;
	for (unsigned id = 1; id <= m->nodes && length < size; id++) {
		char shown[VALUE_SHOWN_MAX + 1] = "-";
		if (s != NULL)
			values_show(m->values, latest(&s->vote[id], c->kind), shown);
		int n = snprintf(out + length, size - length, "%sn%u %.24s", id > 1 ? ", " : "", id,
				 shown);
		length += (size_t)n;
	}
}

static const char *life_word(enum node_life life)
{
	return life == LIFE_UP        ? "up"
	       : life == LIFE_DOWN    ? "down"
	       : life == LIFE_STOPPED ? "stopped"
				      : "not heard of";
}

static void found_liar(const struct model *m, node_id node, char *out, size_t size)
{
	const struct model_node *n = &m->node[node];
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].accused == node) {
			snprintf(out, size, "%s", m->proof[i].words);
			return;
		}
	char attacks[ATTACKS_SHOWN_MAX];
	attacks_show(n->attacks, attacks);
	snprintf(out, size, "n%u lied %llu times, armed: %.120s; nothing is proven", node,
		 (unsigned long long)n->lies, attacks);
}

static void found_refusals(const struct model *m, node_id node, char *out, size_t size)
{
	size_t length = 0;
	snprintf(out, size, "nobody refused n%u", node);
	for (unsigned why = 1; why < REFUSALS && length < size; why++) {
		uint32_t times = m->node[node].refused[why];
		if (times > 0)
			length += (size_t)snprintf(out + length, size - length, "%s%u %s",
						   length > 0 ? ", " : "", times,
						   refusal_name((enum refusal)why));
	}
}

void condition_found(const struct model *m, const struct condition *c, char *out, size_t size)
{
	char ballot[16], policy[POLICY_SHOWN_MAX];
	switch (c->kind) {
	case CONDITION_LIED:
	case CONDITION_EVIDENCE:
		found_liar(m, c->node, out, size);
		break;
	case CONDITION_DEFENCE:
		policy_show(m->policy, policy);
		snprintf(out, size, "on: %s", policy);
		break;
	case CONDITION_REFUSED:
		found_refusals(m, c->node, out, size);
		break;
	case CONDITION_CHOSEN:
	case CONDITION_ACCEPTED:
		found_slot(m, c, out, size);
		break;
	case CONDITION_AGREEMENT:
	case CONDITION_VIOLATION:
		snprintf(out, size, "%s",
			 m->safety == SAFETY_VIOLATED ? m->violation.words : "no violation");
		break;
	case CONDITION_STALLED:
	case CONDITION_STUCK:
	case CONDITION_PROGRESS:
	case CONDITION_IDLE:
		snprintf(out, size, "%u values wait%s%s", m->waiting,
			 m->progress_why[0] != 0 ? ": " : "", m->progress_why);
		break;
	case CONDITION_PROMISED:
		ballot_show(m->node[c->node].promised, ballot);
		snprintf(out, size, "n%u promised %s", c->node, ballot);
		break;
	case CONDITION_LEADER:
		snprintf(out, size, "n%u is %s", c->node, paxos_role_name(m->node[c->node].role));
		break;
	case CONDITION_UP:
	case CONDITION_DOWN:
	case CONDITION_STOPPED:
		snprintf(out, size, "n%u is %s", c->node, life_word(m->node[c->node].life));
		break;
	case CONDITION_HELD:
		snprintf(out, size, "%s is held at n%u", is_held(m, c) ? "a message" : "nothing",
			 c->node);
		break;
	case CONDITION_CAUGHT_UP:
		snprintf(out, size, "%s",
			 has_caught_up(m) ? "all know as much" : "some lag behind");
		break;
	default:
		snprintf(out, size, "-");
		break;
	}
}
