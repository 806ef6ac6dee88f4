/* The defence palette: which defences the cluster has, what each would do about the attacks that
 * are armed, and what a switch lacks. */
#include <stdio.h>
#include <string.h>

#include "tui/view/identity.h"
#include "tui/view/palette.h"
#include "tui/view/pane.h"

/* The name of a row. The row of `quorum` also says how many of how many nodes: as they are now, or
 * as they would be with the defence on. */
static void defence_words(const struct model *m, policy_id policy, unsigned defence, char *out,
			  size_t size)
{
	if (((policy_id)1 << defence) == DEFENCE_QUORUM) {
		policy_id with = policy_has(policy, DEFENCE_QUORUM)
					 ? policy
					 : policy_switched(policy, defence, m->nodes);

		snprintf(out, size, "%s %u of %u", defence_name(defence),
			 policy_quorum(with, m->nodes), m->nodes);
		return;
	}
	snprintf(out, size, "%s", defence_name(defence));
}

static void defence_row(const struct model *m, const struct scene *s, struct canvas *c, int y,
			unsigned defence)
{
	policy_id policy = m->policy, bit = (policy_id)1 << defence;
	bool on = (policy & bit) != 0, cursor = s->defence_at == defence;
	bool lacks = on && (policy_missing(policy) & policy_missing(bit)) != 0;
	char name[40], words[FORECAST_WORDS_MAX];
	bool forecasts = attacks_armed(m) != 0 && c->width >= 60;
	int right = forecasts ? c->width - 22 : c->width;

	defence_words(m, policy, defence, name, sizeof(name));
	if (cursor)
		canvas_text(c, 0, y, STYLE(INK_KEY, ATTR_BOLD), "►");
	canvas_text(c, 2, y, on ? STYLE(INK_GOOD, ATTR_BOLD) : PLAIN, on ? "[x]" : "[ ]");
	canvas_text(c, 6, y, STYLE(on ? INK_GOOD : INK_TEXT, cursor || on ? ATTR_BOLD : 0), name);
	struct canvas help = canvas_part(c, 21, y, right - 22, 1);
	struct style style = lacks ? STYLE(INK_WARN, ATTR_BOLD) : STYLE(INK_FAINT, 0);

	canvas_text(&help, 0, 0, style, lacks ? "lacks what it needs" : defence_help(defence));
	canvas_click(c, 0, y, c->width, 1, KEYCODE_DEFENCE + defence);
	if (!forecasts)
		return;
	struct forecast then =
		forecast_worst(m, s->forecasts, policy_switched(policy, defence, m->nodes));

	forecast_words(&then, words);
	int x = canvas_text(c, right, y, STYLE(INK_FAINT, 0), on ? "off: " : "on:  ");
	canvas_text(c, x, y, forecast_style(&then), words);
}

/* What the defence under the cursor does, which others it needs, and with which it clashes. */
static void cursor_lines(const struct model *m, const struct scene *s, struct canvas *c)
{
	policy_id policy = m->policy, bit = (policy_id)1 << s->defence_at;
	policy_id missing = policy_missing(policy | bit) & policy_missing(bit);
	policy_id clash = policy_clash(policy | bit);
	char text[400], names[POLICY_SHOWN_MAX];
	size_t used;

	clash = (clash & bit) != 0 ? clash & ~bit : 0;
	used = (size_t)snprintf(text, sizeof(text), "%s: %s", defence_name(s->defence_at),
				defence_help(s->defence_at));
	if (missing != 0 && used < sizeof(text)) {
		policy_show(missing, names);
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 ".  Needs %s, which is off", names);
	}
	if (clash != 0 && used < sizeof(text)) {
		policy_show(clash, names);
		snprintf(text + used, sizeof(text) - used, ".  Never together with %s", names);
	}
	draw_paragraph(c, missing != 0 || clash != 0 ? STYLE(INK_WARN, 0) : PLAIN, text, 0);
}

#define BELOW 2 /* lines about the row under the cursor */

void defences_title(const struct model *m, char *out, size_t size)
{
	char policy[POLICY_SHOWN_MAX];

	policy_show(m->policy, policy);
	if (strlen(policy) > 24)
		snprintf(policy, sizeof(policy), "%u of %u switched on",
			 set_count(m->policy & (((policy_id)1 << DEFENCES) - 1)),
			 (unsigned)DEFENCES);
	snprintf(out, size, "DEFENCES  now %s, quorum %u of %u", policy,
		 policy_quorum(m->policy, m->nodes), m->nodes);
}

int pane_defences_height(const struct model *m, int most)
{
	int height = (int)DEFENCES + BELOW + 2;

	(void)m;
	return height < most ? height : most;
}

/* The list scrolls where it must; the lines about the defence under the cursor stay below it. */
void pane_defences(const struct model *m, const struct scene *s, struct canvas *c)
{
	int rows = c->height - BELOW, first;
	struct canvas below;

	if (rows > (int)DEFENCES)
		rows = (int)DEFENCES;
	if (rows < 1)
		rows = 1;
	first = (int)s->defence_at >= rows ? (int)s->defence_at - rows + 1 : 0;
	below = canvas_part(c, 0, rows, c->width, BELOW);
	for (int y = 0; y < rows; y++)
		defence_row(m, s, c, y, (unsigned)(first + y));
	cursor_lines(m, s, &below);
}
