/* What a node refuses, and survives: strangers, liars about who they are, broken files, noise, and
 * the death of its owner. */
#include "tests/support/processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/io/bus.h"
#include "node/io/clock.h"
#include "node/live/coordinator.h"
#include "node/io/keys.h"
#include "node/io/spawn.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/wire/bundle.h"
#include "proto/wire/evidence.h"

#define NOISE_FRAMES 100000

static char cluster_dir[PATH_BYTES];

static struct cluster *start_defended(unsigned nodes, policy_id policy)
{
	assert_int_equal(path_join(test_dir, "c", cluster_dir), STATUS_OK);
	const struct live_options options = {.dir = cluster_dir,
					     .nodes = (uint8_t)nodes,
					     .policy = policy,
					     .clock = {.num = 1, .den = 0},
					     .link = link_rule_default()};
	return processes_start_with(&options);
}

static struct cluster *start_detached(unsigned nodes)
{
	return start_defended(nodes, POLICY_NONE);
}

/* A cluster of one that was ended in order: n1's directory, ready to be spoilt. */
static void leave_one(char node_dir[PATH_BYTES])
{
	struct cluster *c = start_detached(1);
	processes_propose(c, 1, "apple");
	assert_true(processes_chosen(c, 1, 0, "apple"));
	c->ops->close(c);
	assert_int_equal(path_join(cluster_dir, "n1", node_dir), STATUS_OK);
}

static void assert_node_says(const char *const argument[], int code, const char *part)
{
	char text[4096];
	const int got = processes_run_node(argument, text, sizeof(text));
	if (got != code || strstr(text, part) == NULL || strncmp(text, "paxos-node: ", 12) != 0)
		fail_msg("exit code %d and '%s', not %d and '%s'", got, text, code, part);
}

static void assert_dir_refused(const char *node_dir, const char *part)
{
	const char *argument[] = {"paxos-node", "--dir", node_dir, NULL};
	assert_node_says(argument, 2, part);
}

static void file_in(const char *dir, const char *name, char path[PATH_BYTES])
{
	assert_int_equal(path_join(dir, name, path), STATUS_OK);
}

static void flip_last_byte(const char *path)
{
	uint8_t bytes[65536];
	size_t length;
	assert_int_equal(file_read(path, sizeof(bytes), bytes, &length), STATUS_OK);
	bytes[length - 1] ^= 1;
	assert_int_equal(file_write(path, bytes, length), STATUS_OK);
}

static void a_roster_with_a_bad_signature_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES], path[PATH_BYTES];
	leave_one(dir);
	file_in(dir, "roster", path);
	flip_last_byte(path);
	assert_dir_refused(dir, "cannot be trusted");
}

static void a_wrong_key_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES], path[PATH_BYTES];
	struct public_key public_key;
	struct secret_key secret;
	leave_one(dir);
	file_in(dir, "key", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(key_make(path, &public_key, &secret), STATUS_OK);
	assert_dir_refused(dir, "does not name the key");
	const char *argument[] = {"paxos-node", "--dir", dir, "--id", "1", NULL};
	assert_node_says(argument, 2, "another node has this number");
}

static void a_key_that_others_can_read_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES], path[PATH_BYTES];
	leave_one(dir);
	file_in(dir, "key", path);
	assert_int_equal(chmod(path, 0644), 0);
	assert_dir_refused(dir, "can be read by others");
}

static void a_corrupt_store_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES], path[PATH_BYTES];
	leave_one(dir);
	file_in(dir, "store", path);
	assert_int_equal(truncate(path, 5000), 0);
	assert_dir_refused(dir, "damaged");
}

static void a_lost_store_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES], path[PATH_BYTES];
	leave_one(dir);
	file_in(dir, "store", path);
	assert_int_equal(unlink(path), 0);
	assert_dir_refused(dir, "forgot");
}

static void a_regular_file_where_a_socket_should_be_stays(void **state)
{
	(void)state;
	char dir[PATH_BYTES], path[PATH_BYTES];
	uint8_t bytes[16];
	size_t length;
	leave_one(dir);
	file_in(dir, "data", path);
	assert_int_equal(file_write(path, (const uint8_t *)"precious", 8), STATUS_OK);
	assert_dir_refused(dir, "in the way of a socket");
	assert_int_equal(file_read(path, sizeof(bytes), bytes, &length), STATUS_OK);
	assert_int_equal(length, 8);
	assert_memory_equal(bytes, "precious", 8);
}

static void a_second_node_in_the_same_directory_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES];
	struct cluster *c = start_detached(3);
	file_in(cluster_dir, "n2", dir);
	assert_dir_refused(dir, "another node");
	processes_propose(c, 2, "apple");
	assert_true(processes_chosen(c, 7, 0, "apple"));
	c->ops->close(c);
}

static void a_moved_directory_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES], elsewhere[PATH_BYTES];
	leave_one(dir);
	file_in(test_dir, "elsewhere", elsewhere);
	assert_int_equal(rename(dir, elsewhere), 0);
	assert_dir_refused(elsewhere, "move");
}

static void a_path_that_is_too_long_for_a_socket_is_refused(void **state)
{
	(void)state;
	char dir[PATH_BYTES];
	char name[100];
	struct cluster *c;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	file_in(test_dir, name, dir);
	const char *argument[] = {"paxos-node", "--coordinator", "ipc:///tmp/nobody", "--dir", dir,
				  NULL};
	assert_node_says(argument, 64, "shorter name");
	name[0] = 'y';
	file_in(test_dir, name, dir);
	const struct live_options options = {.dir = dir, .nodes = 3};
	assert_int_equal(live_start(&options, &c), STATUS_USAGE);
	assert_non_null(strstr(status_text(), "shorter name"));
}

static void a_directory_that_holds_something_else_is_left_alone(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	struct cluster *c;
	struct stat is;
	assert_int_equal(chmod(test_dir, 0755), 0);
	file_in(test_dir, "letter", path);
	assert_int_equal(file_write(path, (const uint8_t *)"dear", 4), STATUS_OK);
	const struct live_options options = {.dir = test_dir, .nodes = 3};
	assert_int_equal(live_start(&options, &c), STATUS_USAGE);
	assert_int_equal(stat(test_dir, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0755);
}

static void what_is_not_there_cannot_be_attached_to(void **state)
{
	(void)state;
	struct cluster *c;
	char path[PATH_BYTES];
	file_in(test_dir, "nowhere", path);
	assert_int_equal(live_attach(path, false, &c), STATUS_UNAVAILABLE);
	assert_int_equal(live_attach(test_dir, false, &c), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "no cluster"));
	assert_int_equal(live_down(test_dir), STATUS_UNAVAILABLE);
}

/* A coordinator in this process, for nodes that are started one by one. */
static void coordinate(struct coordinator *c, struct secret_key *secret, unsigned nodes)
{
	char endpoint[PATH_BYTES + 16];
	struct roster roster = {.epoch = 1,
				.nodes = (uint8_t)nodes,
				.quorum = (uint8_t)(nodes / 2 + 1),
				.clock = {.num = 1}};
	uint8_t seed[32] = {1};
	key_pair_from_seed(seed, &roster.operator_key, secret);
	snprintf(endpoint, sizeof(endpoint), "ipc://%.480s/coordinator", test_dir);
	assert_int_equal(coordinator_open(endpoint, &roster, c), STATUS_OK);
}

static struct process start_node(const char *name, const char *id)
{
	char dir[PATH_BYTES], log[PATH_BYTES], program[PATH_BYTES], endpoint[PATH_BYTES + 16];
	char number[8];
	struct process process;
	file_in(test_dir, name, dir);
	snprintf(log, sizeof(log), "%.500s.log", dir);
	snprintf(number, sizeof(number), "%s", id);
	snprintf(endpoint, sizeof(endpoint), "ipc://%.480s/coordinator", test_dir);
	assert_int_equal(program_beside("paxos-node", program, sizeof(program)), STATUS_OK);
	const char *argument[] = {"paxos-node", "--coordinator", endpoint, "--dir",
				  dir,          "--id",          number,   NULL};
	assert_int_equal(process_start(program, argument, log, -1, &process), STATUS_OK);
	return process;
}

static void end_node(struct process *process)
{
	process_end_all(process, 1);
}

static void work_until(struct coordinator *c, node_set joined)
{
	const uint64_t until = real_time_us() + 10000000;
	while ((c->joined & joined) != joined && real_time_us() < until) {
		bus_wait(&c->bus, 100000);
		coordinator_take_in(c);
	}
	assert_int_equal(c->joined & joined, joined);
}

static void a_second_node_with_the_same_number_is_refused(void **state)
{
	(void)state;
	static struct coordinator coordinator;
	struct secret_key secret;
	char text[512], log[PATH_BYTES];
	coordinate(&coordinator, &secret, 2);
	struct process first = start_node("a", "1");
	work_until(&coordinator, 1);
	struct process second = start_node("b", "1");
	struct process other = start_node("c", "2");
	work_until(&coordinator, 3);
	assert_int_equal(coordinator_sign(&coordinator, &secret), STATUS_OK);
	coordinator_publish(&coordinator);
	while (!process_ended(&second, 10000))
		coordinator_take_in(&coordinator);
	file_in(test_dir, "b.log", log);
	file_last_line(log, text, sizeof(text));
	assert_non_null(strstr(text, "another node has this number"));
	process_release(&second);
	end_node(&first);
	end_node(&other);
	coordinator_close(&coordinator);
}

static void a_coordinator_with_a_forged_roster_is_refused(void **state)
{
	(void)state;
	static struct coordinator coordinator;
	struct secret_key secret;
	char text[512], log[PATH_BYTES];
	coordinate(&coordinator, &secret, 1);
	struct process node = start_node("a", "1");
	work_until(&coordinator, 1);
	assert_int_equal(coordinator_sign(&coordinator, &secret), STATUS_OK);
	coordinator.frame[coordinator.frame_length - 1] ^= 1;
	coordinator_publish(&coordinator);
	while (!process_ended(&node, 10000))
		coordinator_take_in(&coordinator);
	file_in(test_dir, "a.log", log);
	file_last_line(log, text, sizeof(text));
	assert_non_null(strstr(text, "cannot be trusted"));
	process_release(&node);
	coordinator_close(&coordinator);
}

static bool refused_by_operator(const struct seen *seen, const void *what)
{
	(void)what;
	return seen->disobeyed > 0 && seen->disobeyed_why == DROP_OPERATOR;
}

static void controls_without_the_operator_s_signature_change_nothing(void **state)
{
	(void)state;
	static struct seen seen;
	struct cluster *c = start_detached(3);
	const struct wire_context context = wire_context_of(live_roster(c));
	const uint8_t seed[32] = {7};
	struct public_key public_key;
	struct secret_key stranger;
	struct bus bus;
	uint8_t bytes[1024];
	key_pair_from_seed(seed, &public_key, &stranger);
	const struct control control = {.kind = CONTROL_EXIT, .to = 7, .number = UINT64_MAX};
	const size_t length = control_encode(&context, &control, &crypto_ed25519, &stranger, bytes,
					     sizeof(bytes));
	assert_int_equal(bus_open(CONTROL_FRAME_BYTES_MAX, &bus), STATUS_OK);
	for (node_id id = 1; id <= 3; id++)
		assert_int_equal(bus_connect(&bus, live_roster(c)->node[id].control, NULL),
				 STATUS_OK);
	seen = (struct seen){0};
	assert_true(processes_snapshots(c, 7, &seen));
	const uint64_t until = real_time_us() + 10000000;
	while (!refused_by_operator(&seen, NULL) && real_time_us() < until) {
		bus_send(&bus, bytes, length);
		assert_true(processes_snapshots(c, 7, &seen));
	}
	assert_true(refused_by_operator(&seen, NULL));
	bus_close(&bus);
	processes_propose(c, 1, "apple");
	assert_true(processes_chosen(c, 7, 0, "apple"));
	c->ops->close(c);
}

/* A few real frames to start from. */
struct frames {
	unsigned count;
	size_t length[64];
	uint8_t bytes[64][1024];
};

static void keep(struct frames *frames, struct bus *bus)
{
	struct bus_message message;
	while (bus_receive(bus, &message)) {
		if (frames->count < 64 && message.length <= 1024) {
			memcpy(frames->bytes[frames->count], message.bytes, message.length);
			frames->length[frames->count++] = message.length;
		}
		bus_release(&message);
	}
}

static size_t make_noise(const struct frames *real, uint64_t *random, uint8_t bytes[1024])
{
	size_t length = random_next(random) % 300;
	if (real->count > 0 && random_next(random) % 2 == 0) {
		const unsigned which = (unsigned)(random_next(random) % real->count);
		length = real->length[which];
		memcpy(bytes, real->bytes[which], length);
		for (unsigned flips = 1 + random_next(random) % 4; flips > 0 && length > 0; flips--)
			bytes[random_next(random) % length] = (uint8_t)random_next(random);
		if (random_next(random) % 8 == 0)
			length = random_next(random) % (length + 1);
		return length;
	}
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)random_next(random);
	return length;
}

/* Nobody signs what goes from node to node: bytes that happen to be a message are one, which a
 * stranger could as well have made on purpose. */
static bool is_message(const struct cluster *c, const uint8_t *bytes, size_t length)
{
	static struct frame frame;
	const struct wire_context context = wire_context_of(live_roster(c));
	struct bundle bundle;
	if (bundle_open(bytes, length, &bundle) == DROP_NOTHING)
		while (bundle_next(&bundle, &bytes, &length))
			if (is_message(c, bytes, length))
				return true;
	if (!values_has_room(c->values, 2 * SLOTS_OPEN_MAX, 65536)) {
		values_unmark(c->values);
		values_sweep(c->values);
	}
	return frame_decode(&context, bytes, length, c->values, &frame) == DROP_NOTHING;
}

static void connect_both(const struct roster *roster, struct bus *data, struct bus *control)
{
	assert_int_equal(bus_open(FRAME_BYTES_MAX, data), STATUS_OK);
	assert_int_equal(bus_open(CONTROL_FRAME_BYTES_MAX, control), STATUS_OK);
	for (node_id id = 1; id <= roster->nodes; id++) {
		assert_int_equal(bus_connect(data, roster->node[id].data, NULL), STATUS_OK);
		assert_int_equal(bus_connect(control, roster->node[id].control, NULL), STATUS_OK);
	}
}

/* As the node that knows most of it says. */
static struct known_life life_of(const struct seen *seen, node_id node)
{
	struct known_life life = {.boot = 1};
	for (node_id peer = 1; peer <= NODES_MAX; peer++)
		if (seen->has_snapshot[peer] && seen->snapshot[peer].life[node].boot >= life.boot)
			life = seen->snapshot[peer].life[node];
	return life;
}

/* Nobody overhears what goes from node to node; but a stranger may know how such frames look, and
 * in which lives the nodes are: `seen` has a snapshot of each. Nothing of it is signed by a node.
 */
static void invent_frames(const struct cluster *c, const struct seen *seen, struct frames *frames)
{
	const struct wire_context context = wire_context_of(live_roster(c));
	const uint8_t seed[32] = {8}, text[] = "guess";
	struct public_key public_key;
	struct secret_key stranger;
	key_pair_from_seed(seed, &public_key, &stranger);
	for (unsigned i = 0; frames->count < 64; i++) {
		const node_id sender = (node_id)(1 + i % context.nodes);
		const struct known_life life = life_of(seen, sender);
		const enum message_type type =
			(enum message_type)(1 + i / context.nodes % (MSG_TYPES - 1));
		struct frame frame = {.sender = sender,
				      .to = set_first(context.nodes),
				      .id = {sender, life.boot, 1000000u + i},
				      .life = life.number,
				      .stored = life.stored,
				      .policy = live_roster(c)->policy};
		frame.message = (struct message){
			.type = type,
			.from = sender,
			.to = frame.to,
			.ballot = {2 + i, sender},
			.promised = {2, sender},
			.why = REFUSE_PROMISED,
			.slot = i % 4,
			.value = values_intern(c->values, text, sizeof(text) - 1),
		};
		frames->length[frames->count] = frame_encode(
			&context, &frame, c->values, &crypto_ed25519, i % 2 == 0 ? &stranger : NULL,
			frames->bytes[frames->count], 1024);
		assert_true(frames->length[frames->count++] > 0);
	}
}

static void make_noise_for(struct cluster *c, unsigned frames, bool forged)
{
	static struct frames data_frames, control_frames;
	static struct seen seen;
	struct bus data, control;
	struct bus_message message;
	uint64_t random = 20240607;
	uint8_t bytes[1024];
	data_frames.count = control_frames.count = 0;
	connect_both(live_roster(c), &data, &control);
	processes_propose(c, 1, "apple");
	assert_true(processes_chosen(c, 7, 0, "apple"));
	processes_propose(c, 2, "pear");
	assert_true(processes_chosen(c, 7, 1, "pear"));
	seen = (struct seen){0};
	assert_true(processes_snapshots(c, 7, &seen));
	invent_frames(c, &seen, &data_frames);
	keep(&control_frames, &control);
	assert_true(control_frames.count > 0);
	for (unsigned i = 0; i < frames; i++) {
		const size_t length = make_noise(&data_frames, &random, bytes);
		if (forged || !is_message(c, bytes, length))
			bus_send(&data, bytes, length);
		bus_send(&control, bytes, make_noise(&control_frames, &random, bytes));
		keep(&control_frames, &control);
		/* An answer from every node now and then: so nothing is lost for want of room. */
		if (i % 1000 == 999)
			assert_true(processes_snapshots(c, 7, &seen));
	}
	/* what the nodes said to each other all the time was not for everybody */
	assert_false(bus_receive(&data, &message));
	bus_close(&data);
	bus_close(&control);
}

static void noise_on_both_sockets_changes_nothing(void **state)
{
	(void)state;
	struct cluster *c = start_detached(3);
	make_noise_for(c, NOISE_FRAMES, false);
	processes_propose(c, 3, "plum");
	assert_true(processes_chosen(c, 7, 2, "plum"));
	assert_true(processes_chosen(c, 7, 0, "apple"));
	c->ops->close(c);
}

static void forged_messages_end_no_node(void **state)
{
	(void)state;
	static struct seen seen;
	pid_t pid[4];
	struct cluster *c = start_detached(3);
	for (node_id id = 1; id <= 3; id++)
		pid[id] = processes_pid(cluster_dir, id);
	make_noise_for(c, NOISE_FRAMES / 4, true);
	assert_true(processes_snapshots(c, 7, &seen));
	for (node_id id = 1; id <= 3; id++)
		assert_int_equal(processes_pid(cluster_dir, id), pid[id]);
	c->ops->close(c);
}

static node_id accused_by(const struct item_proof *proof)
{
	struct evidence evidence;
	assert_int_equal(evidence_decode(proof->bytes, proof->length, &evidence), DROP_NOTHING);
	return evidence.accused;
}

static bool all_refuse_noise(const struct seen *seen, const void *what)
{
	(void)what;
	for (node_id id = 1; id <= 4; id++)
		if (!seen->has_snapshot[id] || seen->snapshot[id].dropped[DROP_SIGNATURE] == 0)
			return false;
	return true;
}

/* Also what happens to be a message is nothing, where messages are signed, and while one of the
 * nodes lies. */
static void noise_among_liars_changes_nothing_where_all_is_signed(void **state)
{
	(void)state;
	static struct seen seen;
	struct control lie = {
		.kind = CONTROL_ATTACK,
		.to = 0x8,
		.attack = {.attacks = ATTACK_EQUIVOCATE | ATTACK_FRAME | ATTACK_REPLAY,
			   .colluders = 0x8}};
	policy_id all = POLICY_NONE;
	for (unsigned i = 0; strcmp(policy_preset(i, &all), "all") != 0; i++)
		;
	struct cluster *c = start_defended(4, all);
	assert_true(c->ops->control(c, &lie));
	make_noise_for(c, NOISE_FRAMES / 5, true);
	seen = (struct seen){0};
	assert_true(processes_until(c, &seen, all_refuse_noise, NULL));
	processes_propose(c, 3, "plum");
	assert_true(processes_chosen(c, 7, 2, "plum"));
	assert_true(processes_chosen(c, 7, 0, "apple"));
	/* whatever anybody brought, who is honest is not accused by any of them */
	const uint64_t until = real_time_us() + 300000;
	c->ops->refresh(c);
	for (struct item item; real_time_us() < until;)
		if (c->ops->next(c, 0, &item) == ITEM_PROOF && item.proof->verdict == DROP_NOTHING)
			assert_int_equal(accused_by(item.proof), 4);
	c->ops->close(c);
}

/* An owner in a process of its own: `test_node_strangers own DIR`. */
static int own(const char *dir)
{
	struct cluster *c;
	const struct live_options options = {
		.dir = dir, .nodes = 3, .owned = true, .clock = {.num = 1}};
	if (live_start(&options, &c) != STATUS_OK) {
		fprintf(stderr, "%s\n", status_text());
		return 2;
	}
	c->ops->process(c, 2, PROCESS_STOP);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static void kill_9_of_the_owner_leaves_no_process(void **state)
{
	(void)state;
	char dir[PATH_BYTES], log[PATH_BYTES], line[512] = "";
	struct process owner, node[3];
	file_in(test_dir, "c", dir);
	file_in(test_dir, "owner.log", log);
	const char *argument[] = {"test_node_strangers", "own", dir, NULL};
	assert_int_equal(process_start("/proc/self/exe", argument, log, -1, &owner), STATUS_OK);
	while (strcmp(line, "ready") != 0) {
		assert_false(process_ended(&owner, 10000));
		file_last_line(log, line, sizeof(line));
	}
	for (node_id id = 1; id <= 3; id++)
		assert_true(process_hold(processes_pid(dir, id), &node[id - 1]));
	assert_true(process_is_stopped(&node[1]));
	assert_true(process_signal(&owner, SIGKILL));
	for (unsigned i = 0; i < 3; i++) {
		assert_true(process_ended(&node[i], 10000000));
		process_release(&node[i]);
	}
	process_release(&owner);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, test_dir_make, test_dir_remove)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_roster_with_a_bad_signature_is_refused),
		TEST(a_wrong_key_is_refused),
		TEST(a_key_that_others_can_read_is_refused),
		TEST(a_corrupt_store_is_refused),
		TEST(a_lost_store_is_refused),
		TEST(a_regular_file_where_a_socket_should_be_stays),
		TEST(a_second_node_in_the_same_directory_is_refused),
		TEST(a_moved_directory_is_refused),
		TEST(a_path_that_is_too_long_for_a_socket_is_refused),
		TEST(a_directory_that_holds_something_else_is_left_alone),
		TEST(what_is_not_there_cannot_be_attached_to),
		TEST(a_second_node_with_the_same_number_is_refused),
		TEST(a_coordinator_with_a_forged_roster_is_refused),
		TEST(controls_without_the_operator_s_signature_change_nothing),
		TEST(noise_on_both_sockets_changes_nothing),
		TEST(noise_among_liars_changes_nothing_where_all_is_signed),
		TEST(forged_messages_end_no_node),
		TEST(kill_9_of_the_owner_leaves_no_process),
	};
	if (argc == 3 && strcmp(argv[1], "own") == 0)
		return own(argv[2]);
	return cmocka_run_group_tests_name("strangers", tests, NULL, NULL);
}
