/* What the two palettes and the loop that makes forecasts share. */
#ifndef TUI_VIEW_PALETTE_H
#define TUI_VIEW_PALETTE_H

#include "tui/screen/canvas.h"
#include "tui/view/scene.h"

/* The questions that the open palette asks, the most urgent first; returns how many. */
unsigned forecast_wanted(const struct model *m, const struct scene *s, struct forecast *out,
			 unsigned max);

/* What would `attack` do if all of `lying` did it under `policy`? */
struct forecast forecast_question(const struct model *m, unsigned attack, node_set lying,
				  policy_id policy);

/* Every attack that is armed at some node, as bits. */
uint32_t attacks_armed(const struct model *m);

/* The worst that is known of what the armed attacks would do under `policy`. Of mixed attacks each
 * is judged as if every liar made that one attack. */
struct forecast forecast_worst(const struct model *m, const struct forecasts *f, policy_id policy);

/* "LIARS 1 > TOLERATED 0"; true if that is too many. */
bool liars_words(const struct model *m, char *out, size_t size);

/* "DEFENCES  now sign+cert, quorum 3 of 5". */
void defences_title(const struct model *m, char *out, size_t size);

struct style forecast_style(const struct forecast *f);

#endif
