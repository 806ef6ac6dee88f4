/* Files, keys, sockets and the histogram, each alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/member/histogram.h"
#include "node/io/bus.h"
#include "node/io/clock.h"
#include "node/io/files.h"
#include "node/io/keys.h"
#include "tests/support/test_dir.h"

static void a_directory_is_closed_to_others(void **state)
{
	(void)state;
	char path[PATH_BYTES], real[PATH_BYTES];
	struct stat is;
	test_dir_path("open", path);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(dir_make(path, real), STATUS_OK);
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0700);
}

static void a_directory_is_locked_by_one_at_a_time(void **state)
{
	(void)state;
	int first = -1, second = -1;
	assert_int_equal(dir_lock(test_dir, &first), STATUS_OK);
	assert_true(first >= 0);
	assert_int_equal(dir_lock(test_dir, &second), STATUS_OK);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(dir_lock(test_dir, &second), STATUS_OK);
	assert_true(second >= 0);
	close(second);
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	uint8_t bytes[8];
	size_t length;
	test_dir_path("file", path);
	assert_int_equal(file_write(path, (const uint8_t *)"first", 5), STATUS_OK);
	assert_int_equal(file_write(path, (const uint8_t *)"two", 3), STATUS_OK);
	assert_int_equal(file_read(path, sizeof(bytes), bytes, &length), STATUS_OK);
	assert_int_equal(length, 3);
	assert_memory_equal(bytes, "two", 3);
	assert_int_equal(file_read(path, 2, bytes, &length), STATUS_CORRUPT);
}

static void a_file_of_any_length_is_copied(void **state)
{
	static uint8_t bytes[200000], back[sizeof bytes];
	char from[PATH_BYTES], to[PATH_BYTES], nowhere[PATH_BYTES];
	size_t length;

	(void)state;
	test_dir_path("from", from);
	test_dir_path("to", to);
	test_dir_path("no/where", nowhere);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * i >> 7);
	static const size_t lengths[] = {sizeof bytes, 0, 1, 65536, 65537};
	for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		assert_int_equal(file_write(from, bytes, lengths[i]), STATUS_OK);
		assert_int_equal(file_copy(from, to), STATUS_OK);
		assert_int_equal(file_read(to, sizeof back, back, &length), STATUS_OK);
		assert_int_equal(length, lengths[i]);
		assert_memory_equal(back, bytes, length);
	}
	assert_int_equal(file_copy(nowhere, to), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "cannot read"));
	assert_true(file_exists(to));
	assert_int_equal(file_copy(from, nowhere), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_text(), "cannot copy"));
	unlink(from);
	unlink(to);
}

static void a_file_is_loaded_as_a_text_or_refused_as_too_long(void **state)
{
	(void)state;
	char path[PATH_BYTES], *text;
	size_t length;
	test_dir_path("text", path);
	assert_int_equal(file_load(path, 8, &text, &length), STATUS_UNAVAILABLE);
	assert_int_equal(file_write(path, (const uint8_t *)"five\n", 5), STATUS_OK);
	assert_int_equal(file_load(path, 5, &text, &length), STATUS_OK);
	assert_int_equal(length, 5);
	assert_string_equal(text, "five\n");
	free(text);
	assert_int_equal(file_load(path, 4, &text, &length), STATUS_CORRUPT);
}

static void a_state_file_lies_in_a_directory_that_is_made(void **state)
{
	(void)state;
	char home[PATH_BYTES], path[PATH_BYTES], other[PATH_BYTES];
	test_dir_path("new/home", home);
	setenv("XDG_STATE_HOME", home, 1);
	assert_int_equal(state_file("program", ".end", path), STATUS_OK);
	assert_int_equal(strncmp(path, home, strlen(home)), 0);
	assert_string_equal(path + strlen(path) - 4, ".end");
	assert_int_equal(file_write(path, (const uint8_t *)"x", 1), STATUS_OK);
	/* one of the same second is another */
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(state_file("program", ".end", other), STATUS_OK);
		assert_string_not_equal(other, path);
		assert_true(file_exists(other));
		memcpy(path, other, sizeof(path));
	}
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	assert_int_equal(state_file("program", ".end", path), STATUS_UNAVAILABLE);
}

static void the_last_line_is_found(void **state)
{
	(void)state;
	char path[PATH_BYTES], line[32];
	test_dir_path("log", path);
	file_last_line(path, line, sizeof(line));
	assert_string_equal(line, "");
	assert_int_equal(file_write(path, (const uint8_t *)"one\ntwo\n\n", 9), STATUS_OK);
	file_last_line(path, line, sizeof(line));
	assert_string_equal(line, "two");
}

static void a_key_comes_back_from_its_file(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	struct public_key made, loaded;
	struct secret_key secret, again;
	struct stat is;
	test_dir_path("key", path);
	assert_int_equal(key_load_or_make(path, &made, &secret), STATUS_OK);
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 0777, 0600);
	assert_int_equal(key_load_or_make(path, &loaded, &again), STATUS_OK);
	assert_memory_equal(&made, &loaded, sizeof(made));
	assert_memory_equal(&secret, &again, sizeof(secret));
	assert_int_equal(key_make(path, &made, &secret), STATUS_UNAVAILABLE);
}

static void a_cut_or_changed_key_file_is_refused(void **state)
{
	(void)state;
	char path[PATH_BYTES];
	struct public_key public_key;
	struct secret_key secret;
	uint8_t bytes[256];
	size_t length;
	test_dir_path("key", path);
	assert_int_equal(key_make(path, &public_key, &secret), STATUS_OK);
	assert_int_equal(file_read(path, sizeof(bytes), bytes, &length), STATUS_OK);
	assert_int_equal(file_write(path, bytes, length - 2), STATUS_OK);
	assert_int_equal(key_load(path, &public_key, &secret), STATUS_CORRUPT);
	bytes[length - 5] = 'z';
	assert_int_equal(file_write(path, bytes, length), STATUS_OK);
	assert_int_equal(key_load(path, &public_key, &secret), STATUS_CORRUPT);
}

static void an_endpoint_must_fit_a_socket_address(void **state)
{
	(void)state;
	char endpoint[200] = "ipc:///";
	memset(endpoint + 7, 'x', 106);
	assert_int_equal(bus_check_endpoint(endpoint), STATUS_OK);
	endpoint[7 + 106] = 'x';
	assert_int_equal(bus_check_endpoint(endpoint), STATUS_USAGE);
	assert_int_equal(bus_check_endpoint("http://x"), STATUS_USAGE);
	assert_int_equal(bus_check_endpoint("tcp://127.0.0.1:1"), STATUS_OK);
}

/* Says hello until it is heard: then both ways are open. */
static void meet(struct bus *ear, struct bus *hub)
{
	struct bus_message message;
	for (bool heard = false; !heard;) {
		bus_send(ear, (const uint8_t *)"hello", 5);
		bus_wait(hub, 10000);
		while (bus_receive(hub, &message)) {
			heard = true;
			bus_release(&message);
		}
	}
}

static void expect_news_once(struct bus *ear)
{
	struct bus_message message;
	bus_wait(ear, 10000000);
	assert_true(bus_receive(ear, &message));
	assert_int_equal(message.length, 4);
	assert_memory_equal(message.bytes, "news", 4);
	bus_release(&message);
	assert_false(bus_receive(ear, &message));
}

static void everybody_on_a_bus_hears_once_and_is_counted(void **state)
{
	(void)state;
	char endpoint[PATH_BYTES + 16];
	struct bus hub, ear[2];
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/hub", test_dir);
	assert_int_equal(bus_open(1024, &hub), STATUS_OK);
	assert_int_equal(bus_bind(&hub, endpoint), STATUS_OK);
	assert_int_equal(bus_peers(&hub), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(bus_open(1024, &ear[i]), STATUS_OK);
		assert_int_equal(bus_connect(&ear[i], endpoint, NULL), STATUS_OK);
		meet(&ear[i], &hub);
	}
	assert_int_equal(bus_peers(&hub), 2);
	bus_send(&hub, (const uint8_t *)"news", 4);
	for (unsigned i = 0; i < 2; i++) {
		expect_news_once(&ear[i]);
		bus_close(&ear[i]);
	}
	bus_close(&hub);
}

static void who_connects_anew_hears_once_too(void **state)
{
	(void)state;
	char endpoint[PATH_BYTES + 16];
	struct bus hub, ear;
	int connection;
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/hub", test_dir);
	assert_int_equal(bus_open(1024, &hub), STATUS_OK);
	assert_int_equal(bus_bind(&hub, endpoint), STATUS_OK);
	assert_int_equal(bus_open(1024, &ear), STATUS_OK);
	assert_int_equal(bus_connect(&ear, endpoint, &connection), STATUS_OK);
	meet(&ear, &hub);
	const int first = connection;
	bus_reconnect(&ear, endpoint, &connection);
	assert_int_not_equal(connection, first);
	/* the old connection ends by itself, in its own time */
	while (bus_peers(&hub) != 1 || bus_peers(&ear) != 1)
		meet(&ear, &hub);
	bus_send(&hub, (const uint8_t *)"news", 4);
	expect_news_once(&ear);
	bus_close(&ear);
	bus_close(&hub);
}

static void quantiles_are_within_their_error(void **state)
{
	(void)state;
	static struct histogram h;
	assert_int_equal(histogram_quantile(&h, 500000), 0);
	for (uint64_t value = 1; value <= 100000; value++)
		histogram_add(&h, value);
	const uint32_t p50 = histogram_quantile(&h, 500000);
	const uint32_t p999 = histogram_quantile(&h, 999000);
	assert_in_range(p50, 50000, 50000 + 50000 / 64);
	assert_in_range(p999, 99900, 100000);
	assert_int_equal(histogram_quantile(&h, 1000000), 100000);
	histogram_add(&h, UINT64_MAX);
	assert_int_equal(h.max, UINT32_MAX);
	assert_int_equal(histogram_quantile(&h, 1000000), UINT32_MAX);
	h = (struct histogram){0};
	for (uint64_t value = 0; value < 64; value++)
		histogram_add(&h, value);
	assert_int_equal(histogram_quantile(&h, 500000), 31);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, test_dir_make, test_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_directory_is_closed_to_others),
		TEST(a_directory_is_locked_by_one_at_a_time),
		TEST(a_file_is_replaced_as_a_whole),
		TEST(a_file_of_any_length_is_copied),
		TEST(a_file_is_loaded_as_a_text_or_refused_as_too_long),
		TEST(a_state_file_lies_in_a_directory_that_is_made),
		TEST(the_last_line_is_found),
		TEST(a_key_comes_back_from_its_file),
		TEST(a_cut_or_changed_key_file_is_refused),
		TEST(an_endpoint_must_fit_a_socket_address),
		TEST(everybody_on_a_bus_hears_once_and_is_counted),
		TEST(who_connects_anew_hears_once_too),
		TEST(quantiles_are_within_their_error),
	};
	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
