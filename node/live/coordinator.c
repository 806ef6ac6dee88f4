#include "node/live/coordinator.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/io/token.h"

/* A node repeats its introduction twice a second, at least. */
#define SILENT_US 5000000

/* Messages at a time: a process that floods the coordinator does not keep it from its other work.
 */
#define TAKEN_MOST 256

enum status coordinator_open(const char *endpoint, const struct roster *roster,
			     struct coordinator *out)
{
	out->roster = *roster;
	out->joined = 0;
	out->published = false;
	out->frame_length = 0;
	out->is_far = strncmp(endpoint, "tcp://", 6) == 0;
	out->is_guarded = false;
	out->refusals = 0;
	out->tell = NULL;
	enum status status = bus_open(CONTROL_FRAME_BYTES_MAX, &out->bus);
	if (status == STATUS_OK)
		status = bus_bind(&out->bus, endpoint);
	return status;
}

bool coordinator_is_complete(const struct coordinator *c)
{
	return c->joined == set_first(c->roster.nodes);
}

static node_id find_node(const struct coordinator *c, const struct public_key *key)
{
	for (node_id id = 1; id <= c->roster.nodes; id++)
		if (set_has(c->joined, id) &&
		    memcmp(&c->roster.node[id].key, key, sizeof(*key)) == 0)
			return id;
	return NODE_NONE;
}

__attribute__((format(printf, 2, 3))) static void tell(const struct coordinator *c,
						       const char *format, ...)
{
	char sentence[512];
	va_list args;
	if (c->tell == NULL)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	c->tell(sentence);
}

/* Told once for each key, and of so many keys only: strangers could fill a screen. */
static void tell_refused(struct coordinator *c, const struct peer_info *info, const char *why)
{
	char print[FINGERPRINT_SIZE];
	for (unsigned i = 0; i < c->refusals && i < REFUSED_MAX; i++)
		if (memcmp(&c->refused[i], &info->key, sizeof(info->key)) == 0)
			return;
	if (c->refusals > REFUSED_MAX)
		return;
	if (c->refusals++ == REFUSED_MAX) {
		tell(c, "more nodes are refused, which are not told one by one");
		return;
	}
	c->refused[c->refusals - 1] = info->key;
	key_fingerprint(&info->key, print);
	tell(c, "refused a node that says it is at %s, key %s: %s", info->data, print, why);
}

/* NULL, or why nodes could not reach each other at these endpoints. */
static const char *why_not_there(const struct coordinator *c, node_id id,
				 const struct peer_info *info)
{
	const bool is_tcp =
		strncmp(info->data, "tcp://", 6) == 0 && strncmp(info->control, "tcp://", 6) == 0;
	if (c->is_far && !is_tcp)
		return "its endpoints are sockets of its own machine: it needs --listen";
	if (strcmp(info->data, info->control) == 0)
		return "its two endpoints are the same";
	for (node_id other = 1; other <= c->roster.nodes; other++) {
		const struct roster_node *node = &c->roster.node[other];
		if (other == id || !set_has(c->joined, other))
			continue;
		if (strcmp(node->data, info->data) == 0 || strcmp(node->data, info->control) == 0 ||
		    strcmp(node->control, info->data) == 0 ||
		    strcmp(node->control, info->control) == 0)
			return "another node has its endpoint";
	}
	return NULL;
}

/* A node gets its own place if it introduced itself before, else the place that it would like, else
 * the lowest that is free. A place that is wanted and taken is not given to another key: that node
 * reads in the roster that it came too late. */
static node_id choose_seat(const struct coordinator *c, const struct peer_info *info)
{
	const node_id id = find_node(c, &info->key);
	if (id != NODE_NONE)
		return id;
	if (info->wanted == NODE_NONE)
		return set_lowest(set_first(c->roster.nodes) & ~c->joined);
	return info->wanted <= c->roster.nodes && !set_has(c->joined, info->wanted) ? info->wanted
										    : NODE_NONE;
}

static void seat_node(struct coordinator *c, const struct peer_info *info)
{
	char print[FINGERPRINT_SIZE];
	const node_id id = choose_seat(c, info);
	if (id == NODE_NONE) {
		tell_refused(c, info, "the seat that it wants is taken, or none is free");
		return;
	}
	const char *why = why_not_there(c, id, info);
	if (why != NULL) {
		tell_refused(c, info, why);
		return;
	}
	struct roster_node *node = &c->roster.node[id];
	const bool is_new = !set_has(c->joined, id) || strcmp(node->data, info->data) != 0 ||
			    strcmp(node->control, info->control) != 0;
	c->joined |= set_of(id);
	c->heard_us[id] = real_time_us();
	node->key = info->key;
	memcpy(node->data, info->data, sizeof(node->data));
	memcpy(node->control, info->control, sizeof(node->control));
	key_fingerprint(&info->key, print);
	if (is_new)
		tell(c, "n%u joined from %s, key %s", id, node->data, print);
}

/* A node that waits for the roster repeats its introduction. */
static void free_silent_seats(struct coordinator *c)
{
	const uint64_t now_us = real_time_us();
	for (node_id id = 1; id <= c->roster.nodes && !c->published; id++) {
		char print[FINGERPRINT_SIZE];
		if (!set_has(c->joined, id) || now_us < c->heard_us[id] + SILENT_US)
			continue;
		key_fingerprint(&c->roster.node[id].key, print);
		tell(c, "n%u, key %s, is gone again: its seat is free", id, print);
		c->joined &= ~set_of(id);
		c->roster.node[id] = (struct roster_node){.data = ""};
	}
}

static bool is_blank(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* The node hears that a proof is wanted, or that its proof was wrong. */
static void challenge_node(struct coordinator *c, const struct peer_info *info)
{
	struct welcome welcome;
	uint8_t bytes[128];
	memcpy(welcome.nonce, info->nonce, sizeof(welcome.nonce));
	memcpy(welcome.challenge, c->challenge, sizeof(welcome.challenge));
	bus_send(&c->bus, bytes, welcome_encode(&welcome, bytes, sizeof(bytes)));
	if (!is_blank(info->proof, sizeof(info->proof)))
		tell_refused(c, info, "it does not know the join token");
}

void coordinator_publish(struct coordinator *c)
{
	bus_send(&c->bus, c->frame, c->frame_length);
}

void coordinator_take_in(struct coordinator *c)
{
	struct bus_message message;
	for (unsigned taken = 0; taken < TAKEN_MOST && bus_receive(&c->bus, &message); taken++) {
		struct peer_info info;
		const enum drop why =
			peer_info_decode(message.bytes, message.length, &crypto_ed25519, &info);
		bus_release(&message);
		if (why != DROP_NOTHING)
			continue;
		if (c->published)
			coordinator_publish(c);
		else if (c->is_guarded && !peer_info_is_proven(&c->token, c->challenge, &info))
			challenge_node(c, &info);
		else
			seat_node(c, &info);
	}
	free_silent_seats(c);
}

void coordinator_guard(struct coordinator *c, const struct join_token *token)
{
	c->is_guarded = true;
	c->token = *token;
	random_fill(c->challenge, sizeof(c->challenge));
}

enum status coordinator_sign(struct coordinator *c, const struct secret_key *operator_secret)
{
	c->frame_length = roster_encode(&c->roster, &crypto_ed25519, operator_secret, c->frame,
					sizeof(c->frame));
	c->published = c->frame_length > 0;
	return c->published ? STATUS_OK
			    : status_fail(STATUS_UNAVAILABLE, "the roster does not fit a frame");
}

void coordinator_resume(struct coordinator *c)
{
	c->joined = set_first(c->roster.nodes);
	coordinator_sign(c, NULL);
}

void coordinator_close(struct coordinator *c)
{
	bus_close(&c->bus);
	token_wipe(&c->token);
}
