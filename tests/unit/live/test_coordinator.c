/* Who gets a seat: whoever proves the join token, at an endpoint of its own, and nobody else. The
 * test plays the nodes. */
#include "tests/support/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/io/bus.h"
#include "node/io/clock.h"
#include "node/live/coordinator.h"
#include "proto/fault/link.h"

#define LIMIT_US   10000000
#define NOISE_MOST 20000

struct desk {
	struct coordinator c;
	struct bus bus; /* of all nodes */
	struct secret_key operator_secret;
};

static struct desk desk;
static const struct join_token token = {{7, 7, 7}};
static char told[8][512];
static unsigned tolds;

static void hear(const char *sentence)
{
	snprintf(told[tolds++ % 8], sizeof(told[0]), "%s", sentence);
}

static bool was_told(const char *part)
{
	for (unsigned i = 0; i < 8; i++)
		if (strstr(told[i], part) != NULL)
			return true;
	return false;
}

static int open_desk(void **state)
{
	char endpoint[PATH_BYTES + 16];
	const uint8_t seed[32] = {1};
	struct roster roster = {.epoch = 1, .nodes = 3, .quorum = 2, .clock = {.num = 1}};
	if (test_dir_make(state) != 0)
		return -1;
	key_pair_from_seed(seed, &roster.operator_key, &desk.operator_secret);
	snprintf(endpoint, sizeof(endpoint), "ipc://%.480s/coordinator", test_dir);
	memset(told, 0, sizeof(told));
	tolds = 0;
	if (coordinator_open(endpoint, &roster, &desk.c) != STATUS_OK ||
	    bus_open(CONTROL_FRAME_BYTES_MAX, &desk.bus) != STATUS_OK ||
	    bus_connect(&desk.bus, endpoint, NULL) != STATUS_OK)
		return -1;
	desk.c.is_far = true; /* as if it listened on tcp */
	desk.c.tell = hear;
	coordinator_guard(&desk.c, &token);
	const uint64_t until_us = real_time_us() + LIMIT_US;
	/* What is sent before both ends are connected is lost. */
	while ((bus_peers(&desk.c.bus) == 0 || bus_peers(&desk.bus) == 0) &&
	       real_time_us() < until_us)
		bus_wait(&desk.c.bus, 1000);
	return 0;
}

static int close_desk(void **state)
{
	bus_close(&desk.bus);
	coordinator_close(&desk.c);
	return test_dir_remove(state);
}

static struct peer_info info_of(uint8_t number, struct secret_key *secret)
{
	struct peer_info info = {.nonce = {number}};
	const uint8_t seed[32] = {100, number};
	key_pair_from_seed(seed, &info.key, secret);
	snprintf(info.data, ENDPOINT_MAX, "tcp://10.0.0.%u:7000", number);
	snprintf(info.control, ENDPOINT_MAX, "tcp://10.0.0.%u:7001", number);
	return info;
}

/* Sends it and has the coordinator take it in. */
static void introduce(struct peer_info *info, const struct secret_key *secret)
{
	uint8_t bytes[PEER_INFO_BYTES_MAX];
	const size_t length = peer_info_encode(info, &crypto_ed25519, secret, bytes, sizeof(bytes));
	bus_send(&desk.bus, bytes, length);
	bus_wait(&desk.c.bus, LIMIT_US);
	coordinator_take_in(&desk.c);
}

static void prove(struct peer_info *info)
{
	peer_info_prove(&token, desk.c.challenge, info, info->proof);
}

static bool is_seated(node_id id, const struct peer_info *info)
{
	return set_has(desk.c.joined, id) &&
	       memcmp(&desk.c.roster.node[id].key, &info->key, sizeof(info->key)) == 0 &&
	       strcmp(desk.c.roster.node[id].data, info->data) == 0;
}

static void who_does_not_know_the_token_gets_a_challenge_and_no_seat(void **state)
{
	(void)state;
	struct secret_key secret;
	struct welcome welcome;
	struct bus_message message;
	struct peer_info info = info_of(1, &secret);
	introduce(&info, &secret);
	assert_int_equal(desk.c.joined, 0);
	bus_wait(&desk.bus, LIMIT_US);
	assert_true(bus_receive(&desk.bus, &message));
	assert_int_equal(welcome_decode(message.bytes, message.length, &welcome), DROP_NOTHING);
	bus_release(&message);
	assert_memory_equal(welcome.nonce, info.nonce, sizeof(info.nonce));
	assert_memory_equal(welcome.challenge, desk.c.challenge, CHALLENGE_BYTES);
	/* a first word without a proof is nothing to tell of, a wrong proof is */
	assert_int_equal(tolds, 0);
	info.proof[0] = 1;
	introduce(&info, &secret);
	assert_int_equal(desk.c.joined, 0);
	assert_true(was_told("10.0.0.1:7000") && was_told("does not know the join token"));
}

static void who_proves_the_token_gets_the_seat_that_it_wants(void **state)
{
	(void)state;
	struct secret_key secret;
	char print[FINGERPRINT_SIZE];
	struct peer_info info = info_of(1, &secret);
	info.wanted = 3;
	prove(&info);
	introduce(&info, &secret);
	assert_true(is_seated(3, &info));
	key_fingerprint(&info.key, print);
	assert_true(was_told("n3 joined from tcp://10.0.0.1:7000") && was_told(print));
}

static void a_proof_is_worth_nothing_in_another_s_mouth(void **state)
{
	(void)state;
	struct secret_key secret, other_secret;
	struct peer_info info = info_of(1, &secret), other = info_of(2, &other_secret);
	prove(&info);
	memcpy(other.proof, info.proof, sizeof(other.proof));
	introduce(&other, &other_secret);
	assert_int_equal(desk.c.joined, 0);
	memcpy(other.nonce, info.nonce, sizeof(other.nonce));
	introduce(&other, &other_secret);
	assert_int_equal(desk.c.joined, 0);
}

static void a_proof_for_an_earlier_start_is_worth_nothing(void **state)
{
	(void)state;
	struct secret_key secret;
	struct peer_info info = info_of(1, &secret);
	prove(&info);
	coordinator_guard(&desk.c, &token);
	introduce(&info, &secret);
	assert_int_equal(desk.c.joined, 0);
}

static void a_seat_is_bound_to_a_key(void **state)
{
	(void)state;
	struct secret_key secret, other_secret;
	struct peer_info info = info_of(1, &secret), other = info_of(2, &other_secret);
	info.wanted = other.wanted = 1;
	prove(&info);
	introduce(&info, &secret);
	prove(&other);
	introduce(&other, &other_secret);
	assert_true(is_seated(1, &info));
	assert_int_equal(set_count(desk.c.joined), 1);
	assert_true(was_told("the seat that it wants is taken"));
	/* the same key may move, and wants what it likes: it has its seat */
	strcpy(info.data, "tcp://10.0.0.9:7000");
	info.wanted = 2;
	prove(&info);
	introduce(&info, &secret);
	assert_true(is_seated(1, &info));
	assert_int_equal(set_count(desk.c.joined), 1);
}

static void nobody_takes_another_s_endpoint_or_one_of_its_own_machine(void **state)
{
	(void)state;
	struct secret_key secret, other_secret;
	struct peer_info info = info_of(1, &secret), other = info_of(2, &other_secret);
	prove(&info);
	introduce(&info, &secret);
	strcpy(other.control, info.data);
	prove(&other);
	introduce(&other, &other_secret);
	assert_int_equal(set_count(desk.c.joined), 1);
	assert_true(was_told("another node has its endpoint"));
	struct peer_info third = info_of(3, &other_secret);
	strcpy(third.data, "ipc:///tmp/x/data");
	prove(&third);
	introduce(&third, &other_secret);
	assert_int_equal(set_count(desk.c.joined), 1);
	struct peer_info fourth = info_of(4, &other_secret);
	strcpy(fourth.data, fourth.control);
	prove(&fourth);
	introduce(&fourth, &other_secret);
	assert_int_equal(set_count(desk.c.joined), 1);
	assert_true(was_told("its two endpoints are the same"));
}

static void a_seat_whose_node_falls_silent_is_free_again(void **state)
{
	(void)state;
	struct secret_key secret, other_secret;
	struct peer_info info = info_of(1, &secret), other = info_of(2, &other_secret);
	prove(&info);
	introduce(&info, &secret);
	assert_true(is_seated(1, &info));
	desk.c.heard_us[1] -= 60000000; /* as if a minute had passed */
	prove(&other);
	coordinator_take_in(&desk.c);
	assert_int_equal(desk.c.joined, 0);
	assert_true(was_told("is gone again"));
	introduce(&other, &other_secret);
	assert_true(is_seated(1, &other));
}

/* Frames that are almost right, and frames that are not: no seat, and not more told than a screen
 * holds. */
static void noise_and_a_crowd_of_strangers_take_no_seat(void **state)
{
	(void)state;
	uint64_t random = 20261126;
	uint8_t good[PEER_INFO_BYTES_MAX], bytes[PEER_INFO_BYTES_MAX];
	struct secret_key secret;
	struct peer_info info = info_of(1, &secret);
	prove(&info);
	const size_t length = peer_info_encode(&info, &crypto_ed25519, &secret, good, sizeof(good));
	for (unsigned i = 0; i < NOISE_MOST; i++) {
		size_t cut = length;
		memcpy(bytes, good, length);
		bytes[random_next(&random) % length] ^= (uint8_t)(1 + random_next(&random) % 255);
		if (i % 5 == 0)
			cut = random_next(&random) % length;
		bus_send(&desk.bus, bytes, cut);
		if (i % 64 == 0) {
			bus_wait(&desk.c.bus, 1000);
			coordinator_take_in(&desk.c);
		}
	}
	for (unsigned number = 2; number < 60; number++) {
		struct peer_info stranger = info_of((uint8_t)number, &secret);
		stranger.proof[5] = (uint8_t)number;
		introduce(&stranger, &secret);
	}
	for (unsigned left = 0; left < 400; left++) {
		bus_wait(&desk.c.bus, 100);
		coordinator_take_in(&desk.c);
	}
	assert_int_equal(desk.c.joined, 0);
	assert_true(tolds <= REFUSED_MAX + 1);
	assert_true(was_told("more nodes are refused"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_does_not_know_the_token_gets_a_challenge_and_no_seat),
		TEST(who_proves_the_token_gets_the_seat_that_it_wants),
		TEST(a_proof_is_worth_nothing_in_another_s_mouth),
		TEST(a_proof_for_an_earlier_start_is_worth_nothing),
		TEST(a_seat_is_bound_to_a_key),
		TEST(nobody_takes_another_s_endpoint_or_one_of_its_own_machine),
		TEST(a_seat_whose_node_falls_silent_is_free_again),
		TEST(noise_and_a_crowd_of_strangers_take_no_seat),
	};
	return cmocka_run_group_tests_name("coordinator", tests, NULL, NULL);
}
