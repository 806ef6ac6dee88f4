#include "node/record/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/record/reader.h"

#define VALUES_COUNT 65536
#define VALUES_BYTES ((size_t)32 << 20)

struct recorded {
	struct cluster cluster;
	struct reader *reader;
	void *values_memory;
	time_us now;
	bool damaged;
	char trouble[512];
};

static void recorded_info(const struct cluster *c, struct cluster_info *out)
{
	reader_info(((const struct recorded *)c)->reader, out);
}

static enum item_kind recorded_next(struct cluster *c, time_us until, struct item *out)
{
	struct recorded *r = (struct recorded *)c;
	struct reader_tick tick;

	(void)until;
	reader_next(r->reader, c->values, out, &tick);
	if (out->kind == ITEM_END) {
		r->damaged = true;
		snprintf(r->trouble, sizeof(r->trouble), "%s", status_text());
	}
	if (out->kind == ITEM_NOTHING)
		out->kind = ITEM_END;
	if (out->kind == ITEM_EVENT && out->event->at > r->now)
		r->now = out->event->at;
	return out->kind;
}

static time_us recorded_now(const struct cluster *c, time_us real_us)
{
	(void)real_us;
	return ((const struct recorded *)c)->now;
}

static bool refuse(struct cluster *c)
{
	struct cluster_info info;

	recorded_info(c, &info);
	snprintf(c->why, sizeof(c->why), "%s", info.why_not);
	return false;
}

static bool recorded_control(struct cluster *c, struct control *control)
{
	(void)control;
	return refuse(c);
}

static bool recorded_process(struct cluster *c, node_id node, enum process_act act)
{
	(void)node;
	(void)act;
	return refuse(c);
}

static void recorded_refresh(struct cluster *c)
{
	(void)c;
}

static int recorded_fd(const struct cluster *c)
{
	(void)c;
	return -1;
}

static time_us recorded_patience(const struct cluster *c, time_us real_us)
{
	(void)c;
	(void)real_us;
	return UINT64_MAX;
}

static void recorded_close(struct cluster *c)
{
	struct recorded *r = (struct recorded *)c;

	reader_close(r->reader);
	free(r->values_memory);
	free(r);
}

static const struct cluster_ops ops = {
	.info = recorded_info,
	.next = recorded_next,
	.now = recorded_now,
	.control = recorded_control,
	.process = recorded_process,
	.refresh = recorded_refresh,
	.fd = recorded_fd,
	.patience = recorded_patience,
	.close = recorded_close,
};

enum status recorded_open(const char *path, struct cluster **out)
{
	struct recorded *r = calloc(1, sizeof(*r));
	enum status status;

	*out = NULL;
	if (r == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	status = reader_open(path, &r->reader);
	if (status != STATUS_OK) {
		free(r);
		return status;
	}
	r->values_memory = calloc(1, values_size(VALUES_COUNT, VALUES_BYTES));
	if (r->values_memory == NULL) {
		recorded_close(&r->cluster);
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	}
	r->cluster.ops = &ops;
	r->cluster.values = values_init(r->values_memory, VALUES_COUNT, VALUES_BYTES);
	*out = &r->cluster;
	return STATUS_OK;
}

const char *recorded_path(const struct cluster *c)
{
	return reader_path(((const struct recorded *)c)->reader);
}

const char *recorded_trouble(const struct cluster *c)
{
	const struct recorded *r = (const struct recorded *)c;

	return r->damaged ? r->trouble : NULL;
}
