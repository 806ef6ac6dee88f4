#include "node/endpoint.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/io/bus.h"

static enum status split(const char *endpoint, char host[ENDPOINT_MAX], unsigned *port)
{
	const char *start = endpoint + strlen("tcp://");
	const char *colon = strrchr(start, ':');
	char *end = NULL;
	const unsigned long number = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
	const size_t length = colon == NULL ? 0 : (size_t)(colon - start);
	if (length == 0 || length >= ENDPOINT_MAX || number == 0 || number > 65535 || *end != '\0')
		return status_fail(STATUS_USAGE, "'%s' is no endpoint: write tcp://HOST:PORT",
				   endpoint);
	memcpy(host, start, length);
	host[length] = '\0';
	*port = (unsigned)number;
	return STATUS_OK;
}

static enum status resolve(const char *host, unsigned port, struct addrinfo **out)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
	char service[16];
	snprintf(service, sizeof(service), "%u", port);
	const int error = getaddrinfo(host, service, &hints, out);
	if (error != 0)
		return status_fail(STATUS_UNAVAILABLE, "there is no host %s: %s", host,
				   gai_strerror(error));
	return STATUS_OK;
}

/* The address that this machine shows to `host`. Nothing is sent. */
static enum status address_towards(const char *host, unsigned port, char out[ENDPOINT_MAX])
{
	struct addrinfo *to = NULL;
	enum status status = resolve(host, port, &to);
	if (status != STATUS_OK)
		return status;
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) < 0 ||
	    getsockname(fd, (struct sockaddr *)&from, &length) < 0 ||
	    getnameinfo((struct sockaddr *)&from, length, out, ENDPOINT_MAX, NULL, 0,
			NI_NUMERICHOST) != 0)
		status = status_fail_errno(STATUS_UNAVAILABLE, "there is no way to %s", host);
	if (fd >= 0)
		close(fd);
	freeaddrinfo(to);
	return status;
}

/* A port that nobody uses now; whoever takes it in between is found out when it is bound. */
static unsigned free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t length = sizeof(at);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
			getsockname(fd, (struct sockaddr *)&at, &length) < 0))
		at.sin_port = 0;
	if (fd >= 0)
		close(fd);
	return ntohs(at.sin_port);
}

static enum status write_down(char out[ENDPOINT_MAX], const char *host, unsigned port)
{
	const int length = snprintf(out, ENDPOINT_MAX, "tcp://%s:%u", host, port);
	if (length < 0 || length >= ENDPOINT_MAX || port == 0 || port > 65535)
		return status_fail(STATUS_UNAVAILABLE, "cannot listen at %s: no port is free",
				   host);
	return STATUS_OK;
}

static enum status in_dir(const char *dir, const char *name, char out[ENDPOINT_MAX])
{
	char endpoint[1024];
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/%s", dir, name);
	const enum status status = bus_check_endpoint(endpoint);
	if (status == STATUS_OK)
		memcpy(out, endpoint, strlen(endpoint) + 1);
	return status;
}

enum status endpoints_choose(const struct node_options *options, const char *dir,
			     char data[ENDPOINT_MAX], char control[ENDPOINT_MAX])
{
	char host[ENDPOINT_MAX], mine[ENDPOINT_MAX];
	unsigned port = 0;
	const bool far = strncmp(options->coordinator, "tcp://", 6) == 0;
	if (options->listen == NULL && !far) {
		const enum status status = in_dir(dir, "control", control);
		return status == STATUS_OK ? in_dir(dir, "data", data) : status;
	}
	enum status status = split(options->listen != NULL ? options->listen : options->coordinator,
				   host, &port);
	if (status != STATUS_OK)
		return status;
	if (options->listen == NULL) {
		status = address_towards(host, port, mine);
		if (status == STATUS_OK)
			status = write_down(data, mine, free_port());
		return status == STATUS_OK ? write_down(control, mine, free_port()) : status;
	}
	/* nanomsg binds to addresses, not to names. */
	struct addrinfo *at = NULL;
	status = resolve(host, port, &at);
	if (status != STATUS_OK)
		return status;
	getnameinfo(at->ai_addr, at->ai_addrlen, mine, sizeof(mine), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(at);
	if (strcmp(mine, "0.0.0.0") == 0)
		return status_fail(STATUS_USAGE,
				   "--listen needs the address by which others reach this machine, "
				   "not %s",
				   host);
	status = write_down(data, mine, port);
	return status == STATUS_OK ? write_down(control, mine, port + 1) : status;
}
