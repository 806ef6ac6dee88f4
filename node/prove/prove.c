#include "node/prove/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/prove/place.h"
#include "node/prove/resim.h"
#include "node/prove/told.h"
#include "node/record/reader.h"

/* Of a recording that is read from end to end nothing but the item at hand is kept. */
#define VALUES_COUNT 65536
#define VALUES_BYTES ((size_t)32 << 20)
#define ITEM_VALUES  (4 * SNAPSHOT_SLOTS_MAX + SNAPSHOT_HELD_MAX)
#define ITEM_BYTES   ((size_t)ITEM_VALUES * VALUE_SHOWN_MAX + VALUE_BYTES_MAX)

struct lane {
	char dir[PATH_BYTES];
	struct rerun *run; /* NULL: the node is not looked at */
	bool ended;
	unsigned event; /* of the output at hand that comes next */
};

struct proof {
	const struct prove_options *options;
	struct prove_report *report;
	struct reader *reader; /* NULL: there is no recording */
	void *memory;
	struct values *values;
	uint64_t unknown;    /* events of which no journal knows */
	struct resim *again; /* a simulation, run again */
	struct lane lane[NODES_MAX + 1];
};

static void tell(struct proof *p, const char *sentence)
{
	p->report->is_whole = false;
	if (p->options->tell != NULL)
		p->options->tell(sentence);
}

/* --- the nodes of a place ------------------------------------------------------------------ */

static enum status open_lane(struct proof *p, node_id id)
{
	struct lane *lane = &p->lane[id];
	const enum status status = rerun_open(lane->dir, &lane->run);

	if (status != STATUS_OK)
		return status;
	if (p->reader != NULL && memcmp(reader_identity(p->reader), rerun_head(lane->run)->cluster,
					sizeof(rerun_head(lane->run)->cluster)) != 0)
		return status_fail(STATUS_CORRUPT,
				   "the journal in %s is another cluster's than the recording %s",
				   lane->dir, reader_path(p->reader));
	if (rerun_head(lane->run)->node != id)
		return status_fail(STATUS_CORRUPT, "the journal in %s is that of n%u, not of n%u",
				   lane->dir, rerun_head(lane->run)->node, id);
	p->report->nodes++;
	return STATUS_OK;
}

static enum status find_recorded(struct proof *p)
{
	struct cluster_info info;
	char gone[64] = "";
	enum status status = STATUS_OK;

	reader_info(p->reader, &info);
	for (node_id id = 1; id <= info.nodes && status == STATUS_OK; id++) {
		if (!place_of_node(p->reader, id, p->lane[id].dir)) {
			snprintf(gone, sizeof(gone), "n%u lived elsewhere: its journal is there",
				 id);
			tell(p, gone);
			continue;
		}
		status = open_lane(p, id);
		if (status == STATUS_UNAVAILABLE) {
			tell(p, status_text());
			status = STATUS_OK;
		}
	}
	return status;
}

/* A cluster's directory has the nodes' in it, n1 and on; a node's own has a journal. */
static enum status find_in_directory(struct proof *p, const char *dir)
{
	uint64_t first, last;
	enum status status = STATUS_OK;

	if (segments_find(dir, &first, &last)) {
		struct rerun *run;

		status = rerun_open(dir, &run);
		if (status != STATUS_OK)
			return status;
		const node_id id = rerun_head(run)->node;
		snprintf(p->lane[id].dir, PATH_BYTES, "%.*s", DIR_BYTES, dir);
		p->lane[id].run = run;
		p->report->nodes = 1;
		return STATUS_OK;
	}
	for (node_id id = 1; id <= NODES_MAX && status == STATUS_OK; id++) {
		snprintf(p->lane[id].dir, PATH_BYTES, "%.*s/n%u", DIR_BYTES, dir, id);
		if (!file_exists(p->lane[id].dir))
			continue;
		status = open_lane(p, id);
		if (status == STATUS_UNAVAILABLE) {
			tell(p, status_text());
			status = STATUS_OK;
		}
	}
	return status;
}

static enum status open_recording(struct proof *p, const char *path)
{
	const enum status status = reader_open(path, &p->reader);

	if (status != STATUS_OK)
		return status;
	p->memory = calloc(1, values_size(VALUES_COUNT, VALUES_BYTES));
	if (p->memory == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	p->values = values_init(p->memory, VALUES_COUNT, VALUES_BYTES);
	p->report->is_simulated = reader_kind(p->reader) == CLUSTER_SIMULATED;
	return p->report->is_simulated ? resim_open(p->reader, &p->again) : STATUS_OK;
}

static enum status find_nodes(struct proof *p)
{
	const char *where = p->options->where;
	struct stat is;
	enum status status;

	if (stat(where, &is) == 0 && S_ISDIR(is.st_mode)) {
		status = find_in_directory(p, where);
	} else {
		status = open_recording(p, where);
		if (status == STATUS_OK && p->report->is_simulated)
			return STATUS_OK;
		if (status == STATUS_OK)
			status = find_recorded(p);
	}
	if (status == STATUS_OK && p->report->nodes == 0)
		status = status_fail(STATUS_UNAVAILABLE,
				     "nothing can be recomputed: there is no journal of the nodes "
				     "of %s",
				     where);
	return status;
}

/* --- running on ---------------------------------------------------------------------------- */

static enum status run_on(struct lane *lane)
{
	lane->event = 0;
	switch (rerun_next(lane->run)) {
	case RERUN_OUTPUT:
		return STATUS_OK;
	case RERUN_END:
		lane->ended = true;
		return STATUS_OK;
	case RERUN_WRONG:
		break;
	}
	return STATUS_CORRUPT;
}

/* Has the member told this event, or a later one? */
static bool is_past(const struct lane *lane, const struct event *e)
{
	const struct member_output *out = rerun_output(lane->run);

	if (out == NULL || lane->event >= out->events)
		return false;
	const struct event *next = &out->event[lane->event];
	return next->boot > e->boot || (next->boot == e->boot && next->seq >= e->seq);
}

/* Runs the member of an event that was recorded on to that event, and compares. */
static enum status compare_event(struct proof *p, uint64_t number, const struct event *e)
{
	struct lane *lane = &p->lane[e->node];
	const char *column;

	/* The process that watched said it of the node. */
	if (e->seq == 0 || lane->run == NULL)
		return STATUS_OK;
	while (!lane->ended && !is_past(lane, e)) {
		const struct member_output *out = rerun_output(lane->run);
		if (out != NULL && lane->event < out->events) {
			lane->event++;
			continue;
		}
		const enum status status = run_on(lane);
		if (status != STATUS_OK)
			return status;
	}
	if (lane->ended) {
		/* A life of which nothing could be kept is missing, too. */
		if (rerun_missing(lane->run) != NULL || e->boot > rerun_boot(lane->run)) {
			p->unknown++;
			return STATUS_OK;
		}
		return status_fail(
			STATUS_CORRUPT,
			"the recording %s, item %llu: n%u told event %llu of life %u, and "
			"its journal ends before",
			reader_path(p->reader), (unsigned long long)number, e->node,
			(unsigned long long)e->seq, e->boot);
	}
	const struct event *again = &rerun_output(lane->run)->event[lane->event];
	/* Of a life whose beginning has left nothing is known. */
	if (again->boot != e->boot || again->seq != e->seq)
		return again->boot > e->boot && rerun_missing(lane->run) != NULL
			       ? STATUS_OK
			       : status_fail(STATUS_CORRUPT,
					     "the recording %s, item %llu: n%u never told event "
					     "%llu of life %u",
					     reader_path(p->reader), (unsigned long long)number,
					     e->node, (unsigned long long)e->seq, e->boot);
	column = told_differs(e, p->values, again, rerun_values(lane->run));
	if (column != NULL)
		return status_fail(STATUS_CORRUPT,
				   "the recording %s, item %llu: n%u, life %u, event %llu: %s is "
				   "recomputed otherwise",
				   reader_path(p->reader), (unsigned long long)number, e->node,
				   e->boot, (unsigned long long)e->seq, column);
	p->report->recorded++;
	return STATUS_OK;
}

/* The next event of a simulation that is run again is this one. */
static enum status compare_again(struct proof *p, uint64_t number, const struct event *e)
{
	struct item item;
	enum item_kind kind = resim_next(p->again, &item);
	const char *column;

	/* A paused node's clock says less than the cluster's: whatever comes next is meant. */
	if (kind == ITEM_NOTHING)
		kind = resim_more(p->again, UINT64_MAX / 2, &item);
	if (kind == ITEM_END)
		return STATUS_CORRUPT;
	column = kind == ITEM_EVENT
			 ? told_differs(e, p->values, item.event, resim_cluster(p->again)->values)
			 : "nothing of it";
	if (column != NULL)
		return status_fail(STATUS_CORRUPT,
				   "the recording %s, item %llu: n%u, life %u, event %llu: %s is "
				   "recomputed%s",
				   reader_path(p->reader), (unsigned long long)number, e->node,
				   e->boot, (unsigned long long)e->seq, column,
				   kind == ITEM_EVENT ? " otherwise" : "");
	p->report->recorded++;
	return STATUS_OK;
}

static enum status compare_recording(struct proof *p)
{
	struct reader_tick tick;
	struct item item;
	enum status status = STATUS_OK;

	while (status == STATUS_OK) {
		if (!values_has_room(p->values, ITEM_VALUES, ITEM_BYTES)) {
			values_unmark(p->values);
			values_sweep(p->values);
		}
		switch (reader_next(p->reader, p->values, &item, &tick)) {
		case ITEM_NOTHING:
			return STATUS_OK;
		case ITEM_END:
			return STATUS_CORRUPT;
		case ITEM_EVENT:
			status = p->again != NULL
					 ? compare_again(p, reader_at(p->reader), item.event)
					 : compare_event(p, reader_at(p->reader), item.event);
			break;
		default:
			break;
		}
	}
	return status;
}

static enum status run_to_end(struct lane *lane)
{
	enum status status = STATUS_OK;

	while (status == STATUS_OK && lane->run != NULL && !lane->ended)
		status = run_on(lane);
	return status;
}

/* --- stores -------------------------------------------------------------------------------- */

struct looking {
	struct kept *kept;
	bool wrong;
	char why[160];
};

static void look_at_row(void *user, const struct store_row *row)
{
	struct looking *l = user;

	if (l->kept != NULL && !l->wrong)
		l->wrong = !kept_row(l->kept, row, l->why, sizeof(l->why));
}

static enum status compare_store(struct proof *p, node_id id)
{
	struct lane *lane = &p->lane[id];
	struct looking l = {.kept = rerun_kept(lane->run)};
	struct store_peeked peeked;
	char path[PATH_BYTES], sentence[PATH_BYTES + 64];
	enum status status = path_join(lane->dir, "pid", path);

	if (status != STATUS_OK)
		return status;
	if (pid_holder(path) != 0) {
		snprintf(sentence, sizeof(sentence), "n%u runs: its store was not looked at", id);
		tell(p, sentence);
		return STATUS_OK;
	}
	if (!store_exists(lane->dir))
		return STATUS_OK;
	if (l.kept != NULL)
		kept_show_none(l.kept);
	const uint64_t before = l.kept != NULL ? kept_compared(l.kept) : 0;
	status = store_peek(lane->dir, &peeked, look_at_row, &l);
	if (status == STATUS_UNAVAILABLE) {
		tell(p, status_text());
		return STATUS_OK;
	}
	if (status != STATUS_OK || l.kept == NULL)
		return status;
	p->report->stored += kept_compared(l.kept) - before;
	if (l.wrong || !kept_promise(l.kept, peeked.promised, l.why, sizeof(l.why)) ||
	    (rerun_missing(lane->run) == NULL &&
	     !kept_all_shown(l.kept, peeked.low, l.why, sizeof(l.why))))
		return status_fail(STATUS_CORRUPT, "the store of n%u, %s/store: %s", id, lane->dir,
				   l.why);
	return STATUS_OK;
}

static void add_counts(struct rerun_counts *sum, const struct rerun_counts *c)
{
	sum->lives += c->lives;
	sum->inputs += c->inputs;
	sum->frames += c->frames;
	sum->writes += c->writes;
	sum->events += c->events;
}

static void tell_unknown(struct proof *p)
{
	char sentence[128];

	snprintf(sentence, sizeof(sentence), "of %llu events of the recording no journal knows",
		 (unsigned long long)p->unknown);
	tell(p, sentence);
}

static void end_proof(struct proof *p)
{
	for (node_id id = 1; id <= NODES_MAX; id++)
		rerun_close(p->lane[id].run);
	resim_close(p->again);
	reader_close(p->reader);
	free(p->memory);
	free(p);
}

enum status prove(const struct prove_options *options, struct prove_report *report)
{
	struct proof *p = calloc(1, sizeof(*p));
	enum status status;

	*report = (struct prove_report){.is_whole = true};
	if (p == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	p->options = options;
	p->report = report;
	status = find_nodes(p);
	if (status == STATUS_OK && p->reader != NULL)
		status = compare_recording(p);
	if (status == STATUS_OK && p->unknown > 0)
		tell_unknown(p);
	for (node_id id = 1; id <= NODES_MAX && status == STATUS_OK; id++)
		status = run_to_end(&p->lane[id]);
	for (node_id id = 1; id <= NODES_MAX && status == STATUS_OK; id++)
		if (p->lane[id].run != NULL)
			status = compare_store(p, id);
	for (node_id id = 1; id <= NODES_MAX; id++)
		if (p->lane[id].run != NULL) {
			add_counts(&report->counts, rerun_counts(p->lane[id].run));
			if (status == STATUS_OK && rerun_missing(p->lane[id].run) != NULL)
				tell(p, rerun_missing(p->lane[id].run));
		}
	end_proof(p);
	return status;
}
