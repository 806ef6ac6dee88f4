#include "node/live/live_replace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/store/store.h"
#include "proto/wire/seat_frame.h"

__attribute__((format(printf, 2, 3))) static bool refuse(struct live *l, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(l->cluster.why, sizeof(l->cluster.why), format, args);
	va_end(args);
	return false;
}

static void add_life(struct seat *seat, const struct known_life *life)
{
	if (life->boot == 0)
		return;
	if (life->boot > seat->boot)
		seat->boot = life->boot;
	for (unsigned i = 0; i < seat->lives; i++)
		if (seat->life[i].number == life->number) {
			if (life->stored > seat->life[i].stored)
				seat->life[i].stored = life->stored;
			return;
		}
	seat->life[seat->lives++] = *life;
}

/* What the others know of the node that had the seat. It knew of no more chosen slots than they
 * have touched, for a quorum voted in each; and it voted at most a window above those. */
static bool fill_seat(struct live *l, node_id id, struct seat *seat)
{
	*seat = (struct seat){.node = id};
	for (node_id other = 1; other <= l->roster.nodes; other++) {
		const struct live_node *node = &l->node[other];
		if (other == id)
			continue;
		if (node->down || node->stopped || !node->known)
			return refuse(l,
				      "n%u may know where n%u voted, and is not here: bring it "
				      "back first",
				      other, id);
		if (seat->epoch != 0 && node->epoch != seat->epoch)
			return refuse(l, "n%u is in another epoch than the others: wait for it",
				      other);
		seat->epoch = node->epoch;
		if (node->touched > seat->slot)
			seat->slot = node->touched;
		if (node->round > seat->round)
			seat->round = node->round;
		if (node->lines > seat->lines) {
			seat->lines = node->lines;
			memcpy(seat->line, node->line, sizeof(seat->line));
		}
		if (l->node[id].boot > seat->boot)
			seat->boot = l->node[id].boot;
		add_life(seat, &node->life[id]);
	}
	seat->slot += SLOTS_OPEN_MAX;
	if (seat->round < UINT32_MAX)
		seat->round++;
	return true;
}

static bool in_dir(struct live *l, node_id id, const char *name, char path[PATH_BYTES])
{
	return path_join(l->node[id].dir, name, path) == STATUS_OK;
}

/* The roster is the cluster's, the same in every directory. */
static enum status give_roster(struct live *l, const char *to)
{
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	char from[PATH_BYTES];
	size_t length;
	enum status status = path_join(l->dir, "roster", from);
	if (status == STATUS_OK)
		status = file_read(from, sizeof(bytes), bytes, &length);
	return status == STATUS_OK ? file_write(to, bytes, length) : status;
}

static const char *const store[] = {"store", "store-wal", "store-shm", "commits"};

static void remove_store(struct live *l, node_id id)
{
	char path[PATH_BYTES];
	for (unsigned i = 0; i < sizeof(store) / sizeof(store[0]); i++)
		if (in_dir(l, id, store[i], path))
			unlink(path);
}

static void ignore_row(void *user, const struct store_row *row)
{
	(void)user;
	(void)row;
}

/* Before it is: whoever runs the node's lives again (node/prove/rerun.h) is not to blame the store.
 */
static enum status note_change(struct live *l, node_id id)
{
	char path[PATH_BYTES];
	struct store_peeked is;
	/* What cannot be read is changed all the same. */
	(void)!store_peek(l->node[id].dir, &is, ignore_row, NULL);
	if (!in_dir(l, id, STORE_CHANGED_FILE, path))
		return STATUS_UNAVAILABLE;
	FILE *to = fopen(path, "ae");
	const bool good = to != NULL && fprintf(to, "%u\n", is.boot) > 0;
	if (to == NULL || fclose(to) != 0 || !good)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot write %s", path);
	return STATUS_OK;
}

bool live_wipe_node(struct live *l, node_id id)
{
	if (l->node[id].dir[0] == '\0')
		return refuse(l, "n%u is on another machine: its disk cannot be wiped from here",
			      id);
	if (!l->node[id].down)
		return refuse(l, "n%u runs: only the disk of a node that is down is wiped", id);
	if (note_change(l, id) != STATUS_OK)
		return refuse(l, "%.250s", status_text());
	remove_store(l, id);
	return true;
}

/* A file that is not there is none in the copy, either. */
static enum status copy_file(const char *from, const char *to)
{
	if (file_exists(from))
		return file_copy(from, to);
	return unlink(to) == 0 || errno == ENOENT
		       ? STATUS_OK
		       : status_fail_errno(STATUS_UNAVAILABLE, "cannot remove %s", to);
}

bool live_copy_node(struct live *l, node_id id, bool back)
{
	const char *what = back ? "put back" : "copied";
	char path[PATH_BYTES], copy[PATH_BYTES];
	if (l->node[id].dir[0] == '\0')
		return refuse(l, "n%u is on another machine: its disk cannot be %s from here", id,
			      what);
	if (!l->node[id].down)
		return refuse(l, "n%u runs: only the disk of a node that is down is %s", id, what);
	if (!in_dir(l, id, back ? "store.copy" : "store", path) || !file_exists(path))
		return refuse(l,
			      back ? "there is no copy of the disk of n%u: make one with copy"
				   : "n%u keeps nothing on a disk",
			      id);
	enum status status = back ? note_change(l, id) : STATUS_OK;
	for (unsigned i = 0; i < sizeof(store) / sizeof(store[0]) && status == STATUS_OK; i++) {
		char name[32];
		snprintf(name, sizeof name, "%s.copy", store[i]);
		if (!in_dir(l, id, store[i], path) || !in_dir(l, id, name, copy))
			return false;
		status = back ? copy_file(copy, path) : copy_file(path, copy);
	}
	return status == STATUS_OK || refuse(l, "%.250s", status_text());
}

bool live_replace_node(struct live *l, node_id id)
{
	struct seat seat;
	uint8_t bytes[SEAT_BYTES_MAX];
	char path[PATH_BYTES];
	if (l->node[id].dir[0] == '\0')
		return refuse(l,
			      "n%u is on another machine: its seat cannot be given away from here",
			      id);
	if (!l->node[id].down)
		return refuse(l, "n%u runs: only a node that is down is replaced", id);
	if (l->roster.nodes == 1)
		return refuse(l, "nobody else knows where n%u voted", id);
	if (!in_dir(l, id, "key", path) || !file_exists(path))
		return refuse(l, "the key of n%u is gone: without it nobody has its seat", id);
	if (!fill_seat(l, id, &seat))
		return false;
	const size_t length =
		seat_encode(&l->context, &seat, &crypto_ed25519, &l->operator_secret, bytes);
	enum status status = STATUS_OK;
	if (in_dir(l, id, "seat", path))
		status = file_write(path, bytes, length);
	if (status == STATUS_OK && in_dir(l, id, "roster", path) && !file_exists(path))
		status = give_roster(l, path);
	if (status == STATUS_OK)
		remove_store(l, id);
	return status == STATUS_OK || refuse(l, "%.250s", status_text());
}
