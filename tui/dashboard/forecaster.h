/* Makes forecasts beside the dashboard, in a thread of its own and at a lower priority: it runs
 * cells of the matrix (proto/sim/matrix.h) for the questions that the open palette asks, first the
 * scripts, for a quick answer, then chance. Nothing is run while nobody asks. */
#ifndef TUI_FORECASTER_H
#define TUI_FORECASTER_H

#include "tui/view/forecast.h"

struct forecaster;

/* NULL: there is no memory or no thread to be had; then nothing is forecast. */
struct forecaster *forecaster_start(void);
/* Does not wait for a run that is at hand: its thread ends by itself. NULL is fine. */
void forecaster_end(struct forecaster *f);

/* These are the questions now, the most urgent first, those of before are dropped. What `known` has
 * already is not asked again. */
void forecaster_ask(struct forecaster *f, const struct forecast *wanted, unsigned count,
		    const struct forecasts *known);

/* Moves new answers into `known`; true if there were any. */
bool forecaster_take(struct forecaster *f, struct forecasts *known);

/* It has something to do. */
bool forecaster_is_busy(struct forecaster *f);

#endif
