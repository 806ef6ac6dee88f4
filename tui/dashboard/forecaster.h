/* Makes forecasts beside the dashboard, in a thread of its own and at a lower priority: it runs
 * cells of the matrix (proto/sim/matrix.h) for the questions that the open palette asks, first the
 * scripts, for a quick answer, then chance. Nothing is run while nobody asks. */
#ifndef TUI_DASHBOARD_FORECASTER_H
#define TUI_DASHBOARD_FORECASTER_H

#include "tui/view/forecast.h"

struct forecaster;

/* NULL: there is no memory or no thread to be had; then nothing is forecast. */
struct forecaster *forecaster_start(void);
/* Does not wait for a cell that is being run: its thread ends by itself. NULL is fine. */
void forecaster_end(struct forecaster *f);

/* Replaces the questions, the most urgent first. A question whose answer `known` has is left out.
 */
void forecaster_ask(struct forecaster *f, const struct forecast *wanted, unsigned count,
		    const struct forecasts *known);

/* Moves new answers into `known`; true if there were any. */
bool forecaster_take(struct forecaster *f, struct forecasts *known);

/* Does it have a question or an answer that was not taken? */
bool forecaster_is_busy(struct forecaster *f);

#endif
