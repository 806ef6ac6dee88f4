#include "node/io/bus.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include <nanomsg/bus.h>
#include <nanomsg/nn.h>
#include <nanomsg/tcp.h>

#include "node/io/address.h"
#include "node/io/clock.h"

/* A receiver that stalls keeps as much as fits in these, then loses: 10,000 small messages. */
#define BUFFER_BYTES (4 * 1024 * 1024)

/* A peer that was away for a moment is heard again within this time. */
#define RECONNECT_MS 10

/* A peer that stays away is looked for less often: ten times a second costs nothing. */
#define RECONNECT_MOST_MS 100

static enum status set_option(const struct bus *bus, int level, int option, int value)
{
	if (nn_setsockopt(bus->socket, level, option, &value, sizeof(value)) < 0)
		return status_fail(STATUS_UNAVAILABLE, "cannot set up a bus socket: %s",
				   nn_strerror(nn_errno()));
	return STATUS_OK;
}

enum status bus_open(size_t length_max, struct bus *out)
{
	*out = BUS_CLOSED;
	out->socket = nn_socket(AF_SP, NN_BUS);
	if (out->socket < 0)
		return status_fail(STATUS_UNAVAILABLE, "cannot open a bus socket: %s",
				   nn_strerror(nn_errno()));
	const struct {
		int level, option, value;
	} options[] = {
		{NN_SOL_SOCKET, NN_SNDBUF, BUFFER_BYTES},
		{NN_SOL_SOCKET, NN_RCVBUF, BUFFER_BYTES},
		{NN_SOL_SOCKET, NN_RECONNECT_IVL, RECONNECT_MS},
		{NN_SOL_SOCKET, NN_RECONNECT_IVL_MAX, RECONNECT_MOST_MS},
		{NN_SOL_SOCKET, NN_RCVMAXSIZE, (int)length_max},
		{NN_TCP, NN_TCP_NODELAY, 1},
	};
	enum status status = STATUS_OK;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && status == STATUS_OK; i++)
		status = set_option(out, options[i].level, options[i].option, options[i].value);
	size_t size = sizeof(out->ready);
	if (status == STATUS_OK &&
	    nn_getsockopt(out->socket, NN_SOL_SOCKET, NN_RCVFD, &out->ready, &size) < 0)
		status = status_fail(STATUS_UNAVAILABLE, "cannot wait on a bus socket: %s",
				     nn_strerror(nn_errno()));
	if (status != STATUS_OK)
		bus_close(out);
	return status;
}

enum status bus_check_endpoint(const char *endpoint)
{
	const enum status status = address_check(endpoint);
	const char *path = endpoint + strlen("ipc://");
	struct stat is;
	/* nanomsg would delete it without asking. */
	if (status == STATUS_OK && strncmp(endpoint, "ipc://", 6) == 0 && lstat(path, &is) == 0 &&
	    !S_ISSOCK(is.st_mode))
		return status_fail(STATUS_UNAVAILABLE,
				   "%s is in the way of a socket and is not one: move it away",
				   path);
	return status;
}

/* An endpoint keeps what the socket says when the endpoint is made. One that may be IPv6 and has an
 * IPv4 address ends nanomsg 1.1.5 with an assertion. */
static void set_family(const struct bus *bus, const char *numeric)
{
	const int only_ipv4 = strncmp(numeric, "tcp://[", 7) != 0;
	nn_setsockopt(bus->socket, NN_SOL_SOCKET, NN_IPV4ONLY, &only_ipv4, sizeof(only_ipv4));
}

enum status bus_bind(struct bus *bus, const char *endpoint)
{
	char numeric[ENDPOINT_MAX];
	enum status status = bus_check_endpoint(endpoint);
	if (status == STATUS_OK)
		status = address_numeric(endpoint, numeric);
	if (status != STATUS_OK)
		return status;
	set_family(bus, numeric);
	if (nn_bind(bus->socket, numeric) < 0)
		return status_fail(STATUS_UNAVAILABLE, "cannot listen at %s: %s", endpoint,
				   nn_strerror(nn_errno()));
	return STATUS_OK;
}

enum status bus_connect(struct bus *bus, const char *endpoint, int *connection)
{
	char numeric[ENDPOINT_MAX];
	const enum status status = address_numeric(endpoint, numeric);
	if (connection != NULL)
		*connection = -1;
	if (status != STATUS_OK)
		return status;
	set_family(bus, numeric);
	const int id = nn_connect(bus->socket, numeric);
	if (id < 0)
		return status_fail(STATUS_UNAVAILABLE, "cannot connect to %s: %s", endpoint,
				   nn_strerror(nn_errno()));
	if (connection != NULL)
		*connection = id;
	return STATUS_OK;
}

void bus_reconnect(struct bus *bus, const char *endpoint, int *connection)
{
	set_family(bus, endpoint);
	const int id = nn_connect(bus->socket, endpoint);
	if (id < 0)
		return;
	if (*connection >= 0)
		nn_shutdown(bus->socket, *connection);
	*connection = id;
}

void bus_send(struct bus *bus, const uint8_t *bytes, size_t length)
{
	while (nn_send(bus->socket, bytes, length, NN_DONTWAIT) < 0 && nn_errno() == EINTR)
		;
}

bool bus_receive(struct bus *bus, struct bus_message *out)
{
	for (;;) {
		void *message = NULL;
		const int length = nn_recv(bus->socket, &message, NN_MSG, NN_DONTWAIT);
		if (length >= 0) {
			out->bytes = message;
			out->length = (size_t)length;
			return true;
		}
		if (nn_errno() != EINTR)
			return false;
	}
}

void bus_release(struct bus_message *message)
{
	union {
		const uint8_t *lent;
		void *owned;
	} bytes = {.lent = message->bytes};
	nn_freemsg(bytes.owned);
	message->bytes = NULL;
}

void bus_wait(const struct bus *bus, uint64_t wait_us)
{
	struct pollfd wait = {.fd = bus->ready, .events = POLLIN};
	struct timespec space;
	ppoll(&wait, 1, wait_timespec(wait_us, &space), NULL);
}

unsigned bus_peers(const struct bus *bus)
{
	return (unsigned)nn_get_statistic(bus->socket, NN_STAT_CURRENT_CONNECTIONS);
}

void bus_close(struct bus *bus)
{
	if (bus->socket >= 0)
		nn_close(bus->socket);
	*bus = BUS_CLOSED;
}
