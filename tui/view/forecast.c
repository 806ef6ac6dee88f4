/* The table of forecasts, and their words. */
#include "tui/view/forecast.h"

#include <stdio.h>

bool forecast_is_alike(const struct forecast *a, const struct forecast *b)
{
	return a->nodes == b->nodes && a->liars == b->liars && a->attack == b->attack &&
	       a->policy == b->policy;
}

const struct forecast *forecast_find(const struct forecasts *f, const struct forecast *like)
{
	for (unsigned i = 0; f != NULL && i < f->count; i++)
		if (forecast_is_alike(&f->forecast[i], like))
			return &f->forecast[i];
	return NULL;
}

void forecast_keep(struct forecasts *f, const struct forecast *news)
{
	unsigned i = 0;

	while (i < f->count && !forecast_is_alike(&f->forecast[i], news))
		i++;
	if (i == FORECASTS_MAX) {
		i = f->next;
		f->next = (f->next + 1) % FORECASTS_MAX;
	} else if (i == f->count) {
		f->count++;
	}
	f->forecast[i] = *news;
}

void forecast_words(const struct forecast *forecast, char out[FORECAST_WORDS_MAX])
{
	if (forecast == NULL || forecast->outcome == OUTCOME_UNKNOWN)
		snprintf(out, FORECAST_WORDS_MAX, "trying…");
	else if (forecast->outcome == OUTCOME_BROKEN)
		snprintf(out, FORECAST_WORDS_MAX, "can break SAFETY");
	else if (forecast->outcome == OUTCOME_STALLED)
		snprintf(out, FORECAST_WORDS_MAX, "can stop PROGRESS");
	else
		snprintf(out, FORECAST_WORDS_MAX, "held in %u run%s", forecast->runs,
			 forecast->runs == 1 ? "" : "s");
}
