/* Attaching to a cluster that runs. */
#include "node/live/live.h"

#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/io/roster_file.h"
#include "node/live/live_away.h"
#include "node/live/live_handle.h"

/* How long an endpoint may take to tell its roster. */
#define ROSTER_US 5000000

/* The operator's key is what makes an operator: with it the handle may act. */
static void take_operator_key(struct live *l, bool read_only)
{
	char path[PATH_BYTES];
	l->can_act = false;
	if (read_only) {
		l->why_not = "this is a read-only view (--read-only)";
	} else if (l->dir[0] == '\0') {
		l->why_not =
			"it was attached by an endpoint: acting needs the cluster's directory, "
			"where the operator's key is";
	} else if (path_join(l->dir, "operator.key", path) != STATUS_OK || !file_exists(path) ||
		   key_load(path, &l->operator_key, &l->operator_secret) != STATUS_OK) {
		l->why_not = "the operator's key of this cluster is not here, or cannot be read";
	} else if (memcmp(&l->operator_key, &l->roster.operator_key, sizeof(l->operator_key)) !=
		   0) {
		l->why_not = "the key in operator.key is not this cluster's operator's";
	} else {
		l->can_act = true;
		l->why_not = NULL;
	}
}

static enum status read_roster(const char *dir, struct roster *roster)
{
	char path[PATH_BYTES];
	const enum status status = path_join(dir, "roster", path);
	if (status == STATUS_OK && !file_exists(path))
		return status_fail(STATUS_UNAVAILABLE, "there is no cluster in %s", dir);
	return status == STATUS_OK ? roster_file_read(path, NULL, roster) : status;
}

/* Asks one node for the roster. */
static enum status ask_roster(const char *endpoint, struct roster *roster)
{
	struct bus bus;
	uint8_t query[64];
	const size_t length =
		query_encode(&wire_context_nobody, UINT32_MAX, QUERY_ROSTER, query, sizeof(query));
	enum status status = bus_check_endpoint(endpoint);
	if (status == STATUS_OK)
		status = bus_open(CONTROL_FRAME_BYTES_MAX, &bus);
	if (status != STATUS_OK)
		return status;
	status = bus_connect(&bus, endpoint, NULL);
	bool found = false;
	const uint64_t until = real_time_us() + ROSTER_US;
	while (status == STATUS_OK && !found && real_time_us() < until) {
		struct bus_message message;
		bus_send(&bus, query, length);
		bus_wait(&bus, 20000);
		while (!found && bus_receive(&bus, &message)) {
			found = roster_decode(message.bytes, message.length, &crypto_ed25519, NULL,
					      roster) == DROP_NOTHING;
			bus_release(&message);
		}
	}
	bus_close(&bus);
	if (status == STATUS_OK && !found)
		status = status_fail(STATUS_UNAVAILABLE, "no node answers at %s", endpoint);
	return status;
}

/* ipc://DIR/nX/control: the directory is known after all. */
static void find_dir(const char *endpoint, char dir[PATH_BYTES])
{
	char path[PATH_BYTES];
	dir[0] = '\0';
	if (strncmp(endpoint, "ipc://", 6) != 0 || strlen(endpoint) >= DIR_BYTES)
		return;
	snprintf(path, sizeof(path), "%s", endpoint + 6);
	for (unsigned up = 0; up < 2; up++) {
		char *slash = strrchr(path, '/');
		if (slash == NULL || slash == path)
			return;
		*slash = '\0';
	}
	char roster[PATH_BYTES];
	if (path_join(path, "roster", roster) == STATUS_OK && file_exists(roster))
		snprintf(dir, PATH_BYTES, "%s", path);
}

static bool no_node_runs(const struct live *l)
{
	for (node_id id = 1; id <= l->roster.nodes; id++)
		if (!l->node[id].down)
			return false;
	return true;
}

enum status live_attach(const char *where, bool read_only, struct cluster **out)
{
	struct live *l;
	static struct roster roster;
	*out = NULL;
	enum status status = live_make(CLUSTER_ATTACHED, &l);
	if (status != STATUS_OK)
		return status;
	if (strstr(where, "://") != NULL) {
		status = ask_roster(where, &roster);
		find_dir(where, l->dir);
	} else {
		status = dir_find(where, l->dir);
		if (status == STATUS_OK)
			status = read_roster(l->dir, &roster);
	}
	if (status == STATUS_OK)
		live_connect(l, &roster);
	/* Nodes that were killed can be restarted one by one; a cluster that was taken down cannot.
	 */
	if (status == STATUS_OK && live_is_gone(l))
		status = status_fail(STATUS_UNAVAILABLE,
				     "the cluster in %s is down; 'paxos-tui up %s' starts it again",
				     l->dir, l->dir);
	if (status != STATUS_OK) {
		live_free(l);
		return status;
	}
	if (no_node_runs(l))
		live_read_ordered(l);
	take_operator_key(l, read_only);
	*out = &l->cluster;
	return STATUS_OK;
}
