#include "node/join.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/endpoint.h"
#include "node/io/clock.h"
#include "node/io/keys.h"

/* The coordinator is asked often at first, for it is usually just coming up, and then seldom. */
#define ASK_US      10000
#define ASK_US_MOST 500000

enum status roster_find_self(struct node *node, node_id wanted)
{
	const struct roster *roster = &node->roster;
	if (wanted != NODE_NONE && wanted <= roster->nodes &&
	    memcmp(&roster->node[wanted].key, &node->key, sizeof(node->key)) != 0)
		return status_fail(STATUS_DENIED,
				   "the roster names another key for n%u than the one in %s/key: "
				   "another node has this number",
				   wanted, node->dir);
	for (node_id id = 1; id <= roster->nodes; id++)
		if (memcmp(&roster->node[id].key, &node->key, sizeof(node->key)) == 0) {
			node->self = id;
			node->context = wire_context_of(roster);
			return STATUS_OK;
		}
	return status_fail(
		STATUS_DENIED,
		"the roster of %u nodes does not name the key in %s/key: this node is not "
		"in the cluster",
		roster->nodes, node->dir);
}

enum status roster_load(struct node *node, bool *found)
{
	char path[PATH_BYTES];
	enum status status = path_join(node->dir, "roster", path);
	*found = status == STATUS_OK && file_exists(path);
	if (!*found)
		return status;
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	size_t length = 0;
	status = file_read(path, sizeof(bytes), bytes, &length);
	if (status != STATUS_OK)
		return status;
	const enum drop why = roster_decode(bytes, length, &crypto_ed25519, NULL, &node->roster);
	if (why != DROP_NOTHING)
		return status_fail(STATUS_CORRUPT, "the roster %s cannot be trusted: %s", path,
				   drop_words(why));
	return STATUS_OK;
}

enum status roster_store(const struct node *node)
{
	char path[PATH_BYTES];
	const enum status status = path_join(node->dir, "roster", path);
	if (status != STATUS_OK)
		return status;
	static uint8_t bytes[CONTROL_FRAME_BYTES_MAX];
	struct roster roster = node->roster;
	const size_t length = roster_encode(&roster, &crypto_ed25519, NULL, bytes, sizeof(bytes));
	return file_write(path, bytes, length);
}

/* True if the frame decided it: node->roster holds the roster, or *status says why not. */
static bool take_answer(struct node *node, const struct bus_message *message, enum status *status)
{
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;
	if (control_frame_peek(message->bytes, message->length, &kind, cluster, &epoch) !=
		    DROP_NOTHING ||
	    kind != FRAME_ROSTER)
		return false;
	const enum drop why = roster_decode(message->bytes, message->length, &crypto_ed25519, NULL,
					    &node->roster);
	*status = why == DROP_NOTHING
			  ? STATUS_OK
			  : status_fail(STATUS_DENIED,
					"the coordinator's roster cannot be trusted: %s",
					drop_words(why));
	return true;
}

static enum status ask(struct node *node, struct bus *bus, const uint8_t *bytes, size_t length)
{
	enum status status = STATUS_OK;
	uint64_t wait_us = ASK_US;
	for (bool told = false;;) {
		bus_send(bus, bytes, length);
		struct pollfd waits[3] = {
			{.fd = bus->ready, .events = POLLIN},
			{.fd = node->signals, .events = POLLIN},
			{.fd = node->alive, .events = POLLIN},
		};
		struct timespec space;
		ppoll(waits, 3, wait_timespec(wait_us, &space), NULL);
		node->ending = waits[1].revents != 0 || waits[2].revents != 0;
		if (node->ending)
			return STATUS_OK;
		struct bus_message message;
		while (bus_receive(bus, &message)) {
			const bool decided = take_answer(node, &message, &status);
			bus_release(&message);
			if (decided)
				return status;
		}
		wait_us = 3 * wait_us / 2 < ASK_US_MOST ? 3 * wait_us / 2 : ASK_US_MOST;
		if (wait_us == ASK_US_MOST && !told) {
			told = true;
			fprintf(stderr,
				"paxos-node: in %s, waiting for the coordinator and the other "
				"nodes\n",
				node->dir);
		}
	}
}

enum status join(struct node *node, const struct node_options *options)
{
	struct peer_info info = {.wanted = options->id, .key = node->key};
	random_fill(info.nonce, sizeof(info.nonce));
	enum status status = endpoints_choose(options, node->dir, info.data, info.control);
	if (status != STATUS_OK)
		return status;
	uint8_t bytes[1024];
	const size_t length =
		peer_info_encode(&info, &crypto_ed25519, &node->secret, bytes, sizeof(bytes));
	struct bus bus;
	status = bus_open(CONTROL_FRAME_BYTES_MAX, &bus);
	if (status == STATUS_OK)
		status = bus_connect(&bus, options->coordinator, NULL);
	if (status == STATUS_OK)
		status = ask(node, &bus, bytes, length);
	bus_close(&bus);
	if (status == STATUS_OK && !node->ending)
		status = roster_find_self(node, options->id);
	return status;
}
