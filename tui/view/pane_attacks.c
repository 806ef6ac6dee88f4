/* The attack palette: what the selected node can be made to do, what each attack would do to this
 * cluster, and how many liars there are against how many the cluster bears. */
#include <stdio.h>

#include "proto/fault/attack.h"
#include "tui/view/identity.h"
#include "tui/view/palette.h"
#include "tui/view/pane.h"

#define BELOW 4 /* lines about the attack under the cursor */

/* The question that a line answers: what does this attack do if the selected node joins the nodes
 * that are liars now, and all of them use it? */
static struct forecast forecast_asked(const struct model *m, const struct scene *s, unsigned attack)
{
	return forecast_question(m, attack, model_armed(m) | set_of(s->selected), m->policy);
}

static void attack_row(const struct model *m, const struct scene *s, struct canvas *c, int y,
		       unsigned attack)
{
	struct forecast like = forecast_asked(m, s, attack);
	const struct forecast *f = forecast_find(s->forecasts, &like);
	bool armed = (m->node[s->selected].attacks >> attack & 1) != 0;
	bool cursor = s->attack_at == attack;
	char words[FORECAST_WORDS_MAX];
	int x = 20, right = c->width >= 56 ? c->width - 17 : 20;

	if (cursor)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	canvas_text(c, 2, y, armed ? STYLE(INK_BAD, ATTR_BOLD) : PLAIN, armed ? "[x]" : "[ ]");
	canvas_text(c, 6, y, STYLE(armed ? INK_BAD : INK_TEXT, cursor || armed ? ATTR_BOLD : 0),
		    attack_name(attack));
	if (right > x) {
		struct canvas help = canvas_part(c, x, y, right - x - 1, 1);

		canvas_text(&help, 0, 0, STYLE(INK_FAINT, 0), attack_help(attack));
	}
	forecast_words(f, words);
	canvas_text(c, right, y, forecast_style(f), words);
	canvas_click(c, 0, y, c->width, 1, KEYCODE_ATTACK + attack);
}

/* What the attack under the cursor does, how its forecast was made, and how one sees it. */
static void cursor_lines(const struct model *m, const struct scene *s, struct canvas *c)
{
	struct forecast like = forecast_asked(m, s, s->attack_at);
	const struct forecast *f = forecast_find(s->forecasts, &like);
	char text[300], policy[POLICY_SHOWN_MAX], words[FORECAST_WORDS_MAX];

	snprintf(text, sizeof(text), "%s: n%u %s", attack_name(s->attack_at), s->selected,
		 attack_help(s->attack_at));
	int used = draw_paragraph(c, STYLE(INK_TEXT, ATTR_BOLD), text, 0);
	policy_show(m->policy, policy);
	forecast_words(f, words);
	if (f == NULL || f->outcome == OUTCOME_UNKNOWN)
		snprintf(text, sizeof(text), "It is being tried in the simulator: defences %s.",
			 policy);
	else if (f->outcome == OUTCOME_HELD)
		snprintf(text, sizeof(text), "It %s of the simulator%s: defences %s.", words,
			 f->done ? "" : " so far", policy);
	else
		snprintf(text, sizeof(text), "It %s: %u liar%s of %u, quorum %u, defences %s.",
			 words, like.liars, like.liars == 1 ? "" : "s", m->nodes,
			 policy_quorum(m->policy, m->nodes), policy);
	draw_words(c, 0, used, STYLE(INK_FAINT, 0), text, m->nodes);
	if (used + 1 >= c->height)
		return;
	struct canvas see = canvas_part(c, 0, used + 1, c->width, c->height - used - 1);

	draw_paragraph(&see, PLAIN, attack_see(s->attack_at), m->nodes);
}

/* One list of attacks if that fits; else two side by side, which have no room for the help. */
int pane_attacks_height(const struct model *m, int most)
{
	(void)m;
	int height = most >= (int)ATTACKS + 2 ? (int)ATTACKS + 2 + BELOW
					      : ((int)ATTACKS + 1) / 2 + BELOW + 2;

	return height < most ? height : most;
}

void pane_attacks(const struct model *m, const struct scene *s, struct canvas *c)
{
	bool one = c->height >= (int)ATTACKS;
	int rows = one ? (int)ATTACKS : ((int)ATTACKS + 1) / 2;
	int width = one ? c->width : c->width / 2;
	struct canvas below = canvas_part(c, 0, rows, c->width, c->height - rows);

	for (unsigned i = 0; i < ATTACKS; i++) {
		int column = (int)i / rows;
		struct canvas list =
			canvas_part(c, column * (width + 1), 0, width - (one ? 0 : 1), rows);

		attack_row(m, s, &list, (int)i % rows, i);
	}
	cursor_lines(m, s, &below);
}
