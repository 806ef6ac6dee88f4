#include "tui/view/palette.h"

#include <stdio.h>

#include "proto/fault/attack.h"

bool liars_words(const struct model *m, char *out, size_t size)
{
	unsigned count = set_count(model_armed(m)), borne = model_tolerated(m);

	snprintf(out, size, "LIARS %u%s TOLERATED %u", count, count > borne ? " >" : ",", borne);
	return count > borne;
}

struct style forecast_style(const struct forecast *f)
{
	switch (f != NULL ? (enum outcome)f->outcome : OUTCOME_UNKNOWN) {
	case OUTCOME_BROKEN:
		return STYLE(INK_BAD, ATTR_BOLD);
	case OUTCOME_STALLED:
		return STYLE(INK_WARN, ATTR_BOLD);
	case OUTCOME_HELD:
		return STYLE(INK_GOOD, f->done ? ATTR_BOLD : 0);
	case OUTCOME_UNKNOWN:
		break;
	}
	return STYLE(INK_FAINT, 0);
}

struct forecast forecast_question(const struct model *m, unsigned attack, node_set lying,
				  policy_id policy)
{
	return (struct forecast){
		.nodes = m->nodes,
		.liars = (uint8_t)set_count(lying),
		.attack = (uint8_t)attack,
		.policy = policy,
	};
}

uint32_t attacks_armed(const struct model *m)
{
	uint32_t armed = 0;

	for (node_id n = 1; n <= m->nodes; n++)
		armed |= m->node[n].attacks;
	return armed;
}

struct forecast forecast_worst(const struct model *m, const struct forecasts *f, policy_id policy)
{
	struct forecast worst = forecast_question(m, 0, model_armed(m), policy);

	worst.done = true;
	for (unsigned a = 0; a < ATTACKS; a++) {
		struct forecast like = forecast_question(m, a, model_armed(m), policy);
		const struct forecast *one = forecast_find(f, &like);

		if ((attacks_armed(m) >> a & 1) == 0)
			continue;
		if (one == NULL) {
			worst.done = false;
			continue;
		}
		worst.done = worst.done && one->done;
		if (one->outcome > worst.outcome ||
		    (one->outcome == worst.outcome && one->runs < worst.runs)) {
			bool done = worst.done;

			worst = *one;
			worst.done = done;
		}
	}
	/* the cluster holds against all armed attacks only when each of them was tried */
	if (!worst.done && worst.outcome == OUTCOME_HELD)
		worst.outcome = OUTCOME_UNKNOWN;
	return worst;
}

/* What the attacks that are armed would do under a policy. */
static unsigned ask_armed(const struct model *m, policy_id policy, struct forecast *out,
			  unsigned count, unsigned max)
{
	for (unsigned a = 0; a < ATTACKS && count < max; a++)
		if ((attacks_armed(m) >> a & 1) != 0)
			out[count++] = forecast_question(m, a, model_armed(m), policy);
	return count;
}

unsigned forecast_wanted(const struct model *m, const struct scene *s, struct forecast *out,
			 unsigned max)
{
	policy_id policy = m->policy;
	unsigned count = 0;

	if (s->popup == POPUP_ATTACKS) {
		for (unsigned i = 0; i < ATTACKS && count < max; i++)
			out[count++] =
				forecast_question(m, (s->attack_at + i) % ATTACKS,
						  model_armed(m) | set_of(s->selected), policy);
	} else if (s->popup == POPUP_DEFENCES) {
		count = ask_armed(m, policy, out, count, max);
		for (unsigned i = 0; i < DEFENCES; i++)
			count = ask_armed(
				m,
				policy_switched(policy, (s->defence_at + i) % DEFENCES, m->nodes),
				out, count, max);
	}
	return count;
}
