/* What an attack would do here: the outcome of runs in the simulator for so many nodes and liars
 * under such defences (proto/sim/matrix.h), not a table of claims. Runs are made while the palette
 * is open, beside the dashboard, at a lower priority; what they have shown is kept. */
#ifndef TUI_VIEW_FORECAST_H
#define TUI_VIEW_FORECAST_H

#include "proto/core/policy.h"
#include "proto/core/types.h"

enum outcome {
	OUTCOME_UNKNOWN, /* nothing was tried yet */
	OUTCOME_HELD,    /* so far: safe and alive in every run */
	OUTCOME_STALLED, /* a run came to a stand */
	OUTCOME_BROKEN,  /* a run broke safety */
};

struct forecast {
	uint8_t nodes, liars;
	uint8_t attack; /* bit number */
	uint8_t outcome;
	bool done; /* no more runs will be made */
	policy_id policy;
	uint32_t runs;
	uint64_t seed; /* of the run that broke or stalled; 0: of the scripted one */
};

#define FORECASTS_MAX 512

struct forecasts {
	unsigned count;
	unsigned next; /* full: the oldest makes room */
	struct forecast forecast[FORECASTS_MAX];
};

/* True if both are about the same nodes, liars, attack and policy. */
bool forecast_is_alike(const struct forecast *a, const struct forecast *b);

/* What is known about the same question; NULL: nothing is. */
const struct forecast *forecast_find(const struct forecasts *f, const struct forecast *like);
/* Keeps a forecast in place of what was known about the same question. */
void forecast_keep(struct forecasts *f, const struct forecast *news);

/* The forecast in words, in up to 18 columns: "can break SAFETY", "held in 40 runs". */
#define FORECAST_WORDS_MAX 40
void forecast_words(const struct forecast *forecast, char out[FORECAST_WORDS_MAX]);

#endif
