/* What the two palettes and the loop that makes forecasts share. */
#ifndef TUI_PALETTE_H
#define TUI_PALETTE_H

#include "tui/screen/canvas.h"
#include "tui/scene.h"

/* The questions that the open palette asks, the most urgent first; returns how many. */
unsigned forecast_wanted(const struct model *m, const struct scene *s, struct forecast *out,
			 unsigned max);

/* The policy with this row switched, alone; and with all that this takes: on, what it needs comes
 * on and what it clashes with goes off; off, what needs it goes off. Where n nodes bear no liar, a
 * quorum is made to bear one all the same. */
policy_id policy_toggled(policy_id policy, unsigned defence);
policy_id policy_switched(policy_id policy, unsigned defence, unsigned n);

/* What would `attack` do if all of `lying` did it under `policy`? */
struct forecast question(const struct model *m, unsigned attack, node_set lying, policy_id policy);

/* Armed at anybody. */
uint32_t attacks_armed(const struct model *m);

/* The worst that is known of what the armed attacks would do under `policy`. Of mixed attacks each
 * is judged as if all liars did it. */
struct forecast forecast_worst(const struct model *m, const struct forecasts *f, policy_id policy);

/* "LIARS 1 > TOLERATED 0"; true if that is too many. */
bool liars_words(const struct model *m, char *out, size_t size);

/* "DEFENCES  now sign+cert, quorum 3 of 5". */
void defences_title(const struct model *m, char *out, size_t size);

struct style forecast_style(const struct forecast *f);

#endif
