#include "node/join.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/endpoint.h"
#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/io/roster_file.h"
#include "node/io/token.h"

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
	return roster_file_read(path, NULL, &node->roster);
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

/* A node's talk with the coordinator. */
struct talk {
	struct node *node;
	struct bus bus;
	struct peer_info info;
	bool has_token;
	struct join_token token;
	bool has_proven;
	bool has_news; /* there is something new to say to the coordinator */
	bool has_told; /* that it waits */
	bool is_over;
	enum status status;
};

static void end_talk(struct talk *t, enum status status)
{
	t->status = status;
	t->is_over = true;
}

static void take_roster(struct talk *t, const struct bus_message *message)
{
	const enum drop why = roster_decode(message->bytes, message->length, &crypto_ed25519, NULL,
					    &t->node->roster);
	t->is_over = true;
	t->status = why == DROP_NOTHING
			    ? STATUS_OK
			    : status_fail(STATUS_DENIED,
					  "the coordinator's roster cannot be trusted: %s",
					  drop_words(why));
}

/* Under a new nonce a second welcome can only mean that the proof was wrong. */
static void take_welcome(struct talk *t, const struct bus_message *message)
{
	struct welcome welcome;
	if (welcome_decode(message->bytes, message->length, &welcome) != DROP_NOTHING ||
	    memcmp(welcome.nonce, t->info.nonce, sizeof(welcome.nonce)) != 0)
		return;
	if (!t->has_token) {
		end_talk(t, status_fail(
				    STATUS_DENIED,
				    "this coordinator wants a join token: give the file with it by "
				    "--token-file FILE, or the token itself in the environment "
				    "variable " TOKEN_VARIABLE));
	} else if (t->has_proven) {
		end_talk(t, status_fail(
				    STATUS_DENIED,
				    "the coordinator does not take this join token: it has another "
				    "one"));
	} else {
		t->has_proven = t->has_news = true;
		random_fill(t->info.nonce, sizeof(t->info.nonce));
		peer_info_prove(&t->token, welcome.challenge, &t->info, t->info.proof);
	}
}

static void take_answers(struct talk *t)
{
	struct bus_message message;
	while (!t->is_over && bus_receive(&t->bus, &message)) {
		enum control_frame_kind kind;
		uint8_t cluster[8];
		uint32_t epoch;
		if (control_frame_peek(message.bytes, message.length, &kind, cluster, &epoch) ==
		    DROP_NOTHING) {
			if (kind == FRAME_ROSTER)
				take_roster(t, &message);
			else if (kind == FRAME_WELCOME)
				take_welcome(t, &message);
		}
		bus_release(&message);
	}
}

static void send_peer_info(struct talk *t)
{
	uint8_t bytes[PEER_INFO_BYTES_MAX];
	const size_t length =
		peer_info_encode(&t->info, &crypto_ed25519, &t->node->secret, bytes, sizeof(bytes));
	bus_send(&t->bus, bytes, length);
}

/* Waits for a message of the coordinator, until then at most (real time). False: the node is told
 * to end. */
static bool wait_for_answer(struct talk *t, uint64_t until_us)
{
	struct node *node = t->node;
	t->has_news = false;
	for (uint64_t now_us = real_time_us(); now_us < until_us && !t->is_over && !t->has_news;
	     now_us = real_time_us()) {
		struct pollfd waits[4] = {
			{.fd = t->bus.ready, .events = POLLIN},
			{.fd = node->signals, .events = POLLIN},
			{.fd = node->alive, .events = POLLIN},
			{.fd = node->leash, .events = POLLIN},
		};
		struct timespec space;
		ppoll(waits, 4, wait_timespec(until_us - now_us, &space), NULL);
		if (waits[1].revents != 0 || waits[2].revents != 0 || node_is_left(node)) {
			node->ending = true;
			return false;
		}
		take_answers(t);
	}
	return true;
}

static void tell_waiting(struct talk *t)
{
	if (!t->has_told)
		fprintf(stderr,
			"paxos-node: in %s, waiting for the coordinator and the other nodes\n",
			t->node->dir);
	t->has_told = true;
}

static void talk_to_coordinator(struct talk *t)
{
	uint64_t wait_us = ASK_US;
	while (!t->is_over) {
		const uint64_t next_us = real_time_us() + wait_us;
		send_peer_info(t);
		if (!wait_for_answer(t, next_us))
			return;
		wait_us = t->has_news ? ASK_US : 3 * wait_us / 2;
		if (wait_us >= ASK_US_MOST) {
			wait_us = ASK_US_MOST;
			tell_waiting(t);
		}
	}
}

/* Shows the node's key to its user: the user of the coordinator can compare it with the key that
 * the coordinator prints. */
static void say_key(const struct talk *t)
{
	char print[FINGERPRINT_SIZE];
	key_fingerprint(&t->info.key, print);
	fprintf(stderr, "paxos-node: joining from %s, key %s\n", t->info.data, print);
}

enum status node_join(struct node *node, const struct node_options *options)
{
	struct talk t = {.node = node, .bus = BUS_CLOSED};
	t.info = (struct peer_info){.wanted = options->id, .key = node->key};
	random_fill(t.info.nonce, sizeof(t.info.nonce));
	enum status status = token_given(options->token_file, &t.token, &t.has_token);
	if (status == STATUS_OK)
		status = endpoints_choose(options, node->dir, &node->endpoints);
	memcpy(t.info.data, node->endpoints.data, sizeof(t.info.data));
	memcpy(t.info.control, node->endpoints.control, sizeof(t.info.control));
	if (status == STATUS_OK)
		status = bus_open(CONTROL_FRAME_BYTES_MAX, &t.bus);
	if (status == STATUS_OK)
		status = bus_connect(&t.bus, options->coordinator, NULL);
	if (status == STATUS_OK && strncmp(t.info.data, "tcp://", 6) == 0)
		say_key(&t);
	if (status == STATUS_OK) {
		talk_to_coordinator(&t);
		status = t.status;
	}
	bus_close(&t.bus);
	token_wipe(&t.token);
	if (status == STATUS_OK && !node->ending)
		status = roster_find_self(node, options->id);
	return status;
}
