/* Reads a recording, from any item on, while another process or this one may still write it. All
 * that a file says is checked: a file that is cut, changed, of another program or of a newer one is
 * refused in a sentence, and never believed. */
#ifndef NODE_RECORD_READER_H
#define NODE_RECORD_READER_H

#include "node/io/status.h"
#include "proto/core/cluster.h"
#include "proto/wire/endpoint.h"

struct reader;

/* What the clock of the process that watched said after an item. */
struct reader_tick {
	time_us at;
	uint64_t real_us;
};

/* `why`, if it fails, is status_text(). */
enum status reader_open(const char *path, struct reader **out);
void reader_close(struct reader *r);

/* The cluster as it was when the recording began: its own kind, and that it cannot act. Strings are
 * the reader's. */
void reader_info(const struct reader *r, struct cluster_info *out);
/* The kind of the cluster that was recorded. */
enum cluster_kind reader_kind(const struct reader *r);
/* When it began, microseconds since 1970. */
uint64_t reader_began_us(const struct reader *r);
const char *reader_path(const struct reader *r);

/* Of the cluster that was recorded: its identity, and the endpoint at which nodes hear this one; ""
 * if it has no roster. */
const uint8_t *reader_identity(const struct reader *r);
void reader_endpoint(struct reader *r, node_id node, char data[ENDPOINT_MAX]);

/* How many items there are; looks into the file again. */
uint64_t reader_items(struct reader *r);

/* The next item is that of number `after` + 1. */
void reader_seek(struct reader *r, uint64_t after);
/* The number of the item that was read last. */
uint64_t reader_at(const struct reader *r);

/* Reads an item, interning its values in `values`, which must have room for them. ITEM_NOTHING:
 * there is none yet. ITEM_END: what is there is damaged, and status_text() says where. *out is
 * valid until the next call. *tick: set where the watcher looked at its clock after the item, else
 * all 0. */
enum item_kind reader_next(struct reader *r, struct values *values, struct item *out,
			   struct reader_tick *tick);

/* Looks for an item on from `from` (itself included) with `by` 1, or back with -1: a decision,
 * which is a value that a learner counted a quorum for; the last item at `at` or earlier, in the
 * order of the watcher's clock. 0: there is none. */
uint64_t reader_find_decision(struct reader *r, uint64_t from, int by);
uint64_t reader_find_time(struct reader *r, time_us at);
/* Virtual time of an item, by its node's clock; 0 where it has none. */
time_us reader_time_of(struct reader *r, uint64_t number);
bool reader_is_event(struct reader *r, uint64_t number);
/* How many of the first so many items are events. */
uint64_t reader_events(struct reader *r, uint64_t items);

/* Calls `use` for each mark. */
void reader_marks(struct reader *r, void (*use)(void *user, const char *name, uint64_t after),
		  void *user);
/* And for each line of the command language that was given in the dashboard, in their order. */
void reader_commands(struct reader *r, void (*use)(void *user, const char *line, uint64_t after),
		     void *user);

/* How often something was done to nodes and processes before the item of that number, by commands
 * or otherwise. */
uint64_t reader_deeds(struct reader *r, uint64_t items);

#endif
