#include "tui/command/sim_record.h"

#include <string.h>

#include "tui/command/recording.h"

static void record_info(const struct cluster *c, struct cluster_info *out)
{
	*out = ((const struct sim_record *)c)->info;
}

static enum item_kind record_next(struct cluster *c, time_us until, struct item *out)
{
	struct sim_record *s = (struct sim_record *)c;

	(void)until;
	*out = (struct item){.kind = s->event != NULL ? ITEM_EVENT : ITEM_NOTHING,
			     .event = s->event};
	s->event = NULL;
	return out->kind;
}

static time_us record_now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return ((const struct sim_record *)c)->now;
}

/* What nobody asks of it is left out. */
static const struct cluster_ops ops = {.info = record_info, .next = record_next, .now = record_now};

enum status sim_record_begin(struct sim_record *s, const char *path,
			     const struct cluster_info *info)
{
	const struct recorder_options file = {.path = path};

	*s = (struct sim_record){.cluster = {.ops = &ops}, .info = *info};
	return recorder_open(&file, &s->cluster, NULL, &s->recorder);
}

void sim_record_event(struct sim_record *s, const struct event *event, const struct values *values)
{
	struct item item;

	s->cluster.values = (struct values *)values;
	s->event = event;
	if (event->at > s->now)
		s->now = event->at;
	s->cluster.ops->next(&s->cluster, 0, &item);
}

void sim_record_end(struct sim_record *s)
{
	recording_end(s->recorder, &s->cluster);
	s->recorder = NULL;
}
