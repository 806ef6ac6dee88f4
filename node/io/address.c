#include "node/io/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "node/io/option_table.h"

#define HOST_BYTES 256

static const char want[] =
	"write tcp://HOST:PORT, with HOST like 10.0.0.7, [2001:db8::7], localhost or eth0 and a "
	"PORT from 1 to 65535";

static enum status split_endpoint(const char *endpoint, char host[HOST_BYTES], unsigned *port)
{
	const char *start = endpoint + strlen("tcp://");
	const char *colon = strrchr(start, ':');
	uint64_t number = 0;
	if (colon == NULL || colon == start || !option_number(colon + 1, 1, 65535, &number))
		return status_fail(STATUS_USAGE, "'%.200s' is no endpoint: %s", endpoint, want);
	size_t length = (size_t)(colon - start);
	const bool brackets = start[0] == '[' && start[length - 1] == ']' && length > 2;
	if (!brackets && memchr(start, ':', length) != NULL)
		return status_fail(
			STATUS_USAGE,
			"'%.200s' is no endpoint: write an IPv6 address in brackets, like "
			"tcp://[2001:db8::7]:7000",
			endpoint);
	if (memchr(start, '%', length) != NULL)
		return status_fail(
			STATUS_USAGE,
			"'%.200s' is an address of one link only: write one without a %%zone",
			endpoint);
	if (length >= HOST_BYTES)
		return status_fail(STATUS_USAGE, "the name in '%.200s' is too long: %s", endpoint,
				   want);
	if (brackets) {
		start++;
		length -= 2;
	}
	memcpy(host, start, length);
	host[length] = '\0';
	*port = (unsigned)number;
	return STATUS_OK;
}

static enum status check_path(const char *path)
{
	for (const char *at = path; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return status_fail(STATUS_USAGE,
					   "a path with control characters in it names no socket: "
					   "choose a directory with a plain name");
	if (*path == '\0')
		return status_fail(STATUS_USAGE, "'ipc://' names no socket: write ipc://PATH");
	if (strlen(path) > ENDPOINT_PATH_MAX)
		return status_fail(STATUS_USAGE,
				   "the socket path %s is %zu bytes long and may be %d: choose a "
				   "directory with a shorter name",
				   path, strlen(path), ENDPOINT_PATH_MAX);
	return STATUS_OK;
}

enum status address_check(const char *endpoint)
{
	char host[HOST_BYTES];
	unsigned port = 0;
	if (strncmp(endpoint, "tcp://", 6) == 0)
		return split_endpoint(endpoint, host, &port);
	if (strncmp(endpoint, "ipc://", 6) != 0)
		return status_fail(STATUS_USAGE,
				   "'%.200s' is no endpoint: write ipc://PATH or tcp://HOST:PORT",
				   endpoint);
	return check_path(endpoint + 6);
}

static socklen_t length_of(int family)
{
	return family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static void set_address(const struct sockaddr *at, struct address *out)
{
	out->length = length_of(at->sa_family);
	memcpy(&out->at, at, out->length);
}

/* An address of the interface: IPv4 before IPv6, and none that only its own link knows. */
static bool find_interface(const char *name, struct address *out)
{
	struct ifaddrs *all = NULL;
	int found = 0;
	if (if_nametoindex(name) == 0 || getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL || strcmp(i->ifa_name, name) != 0)
			continue;
		const int family = i->ifa_addr->sa_family;
		struct sockaddr_in6 six = {0};
		if (family == AF_INET6)
			memcpy(&six, i->ifa_addr, sizeof(six));
		if ((family == AF_INET && found != AF_INET) ||
		    (family == AF_INET6 && found == 0 && !IN6_IS_ADDR_LINKLOCAL(&six.sin6_addr))) {
			set_address(i->ifa_addr, out);
			found = family;
		}
	}
	freeifaddrs(all);
	return found != 0;
}

static enum status look_up(const char *host, struct address *out)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	const int error = getaddrinfo(host, NULL, &hints, &all);
	if (error != 0)
		return status_fail(STATUS_UNAVAILABLE,
				   "there is no host or interface %s (%s): write an address, like "
				   "tcp://10.0.0.7:7000",
				   host, gai_strerror(error));
	const struct addrinfo *best = all;
	for (const struct addrinfo *i = all; i != NULL; i = i->ai_next)
		if (i->ai_family == AF_INET && best->ai_family != AF_INET)
			best = i;
	set_address(best->ai_addr, out);
	freeaddrinfo(all);
	return STATUS_OK;
}

enum status address_of(const char *endpoint, struct address *out)
{
	char host[HOST_BYTES];
	unsigned port = 0;
	enum status status = split_endpoint(endpoint, host, &port);
	if (status != STATUS_OK)
		return status;
	*out = (struct address){.length = 0};
	if (!find_interface(host, out))
		status = look_up(strcmp(host, "*") == 0 ? "0.0.0.0" : host, out);
	if (status == STATUS_OK)
		address_set_port(out, port);
	return status;
}

unsigned address_port(const struct address *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	memcpy(&four, &address->at, sizeof(four));
	memcpy(&six, &address->at, sizeof(six));
	return ntohs(address->at.ss_family == AF_INET6 ? six.sin6_port : four.sin_port);
}

void address_set_port(struct address *address, unsigned port)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	memcpy(&four, &address->at, sizeof(four));
	memcpy(&six, &address->at, sizeof(six));
	four.sin_port = six.sin6_port = htons((uint16_t)port);
	if (address->at.ss_family == AF_INET6)
		memcpy(&address->at, &six, sizeof(six));
	else
		memcpy(&address->at, &four, sizeof(four));
}

static void host_of(const struct address *address, char host[INET6_ADDRSTRLEN])
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	memcpy(&four, &address->at, sizeof(four));
	memcpy(&six, &address->at, sizeof(six));
	if (address->at.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &six.sin6_addr, host, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET, &four.sin_addr, host, INET6_ADDRSTRLEN);
}

bool address_is_any(const struct address *address)
{
	char host[INET6_ADDRSTRLEN];
	host_of(address, host);
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
}

void address_show(const struct address *address, char out[ENDPOINT_MAX])
{
	char host[INET6_ADDRSTRLEN];
	host_of(address, host);
	snprintf(out, ENDPOINT_MAX,
		 address->at.ss_family == AF_INET6 ? "tcp://[%s]:%u" : "tcp://%s:%u", host,
		 address_port(address));
}

enum status address_numeric(const char *endpoint, char out[ENDPOINT_MAX])
{
	struct address address;
	enum status status = address_check(endpoint);
	if (status != STATUS_OK)
		return status;
	if (strncmp(endpoint, "tcp://", 6) != 0) {
		memcpy(out, endpoint, strlen(endpoint) + 1);
		return STATUS_OK;
	}
	status = address_of(endpoint, &address);
	if (status == STATUS_OK)
		address_show(&address, out);
	return status;
}
