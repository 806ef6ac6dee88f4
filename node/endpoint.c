#include "node/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/io/address.h"
#include "node/io/bus.h"

/* The address by which this machine reaches `far`, and so the one at which `far` reaches this
 * machine. A connected datagram socket tells it; no packet is sent. */
static enum status address_towards(const struct address *far, struct address *out)
{
	const int fd = socket(far->at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*out = (struct address){.length = sizeof(out->at)};
	enum status status = STATUS_OK;
	char where[ENDPOINT_MAX];
	address_show(far, where);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&far->at, far->length) < 0 ||
	    getsockname(fd, (struct sockaddr *)&out->at, &out->length) < 0)
		status = status_fail_errno(STATUS_UNAVAILABLE, "there is no way to %s", where);
	if (fd >= 0)
		close(fd);
	return status;
}

/* Gives `at` a port that is free, and keeps it: the system gives it to nobody else, and the bus can
 * bind it beside this socket, because both allow that and this one does not listen. */
static enum status keep_free_port(struct address *at, int *kept)
{
	char where[ENDPOINT_MAX];
	const int on = 1;
	address_show(at, where);
	address_set_port(at, 0);
	*kept = socket(at->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*kept < 0 || setsockopt(*kept, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(*kept, (const struct sockaddr *)&at->at, at->length) < 0 ||
	    getsockname(*kept, (struct sockaddr *)&at->at, &at->length) < 0)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot listen at %s", where);
	return STATUS_OK;
}

/* Inside one machine: a socket file in the node's directory. */
static enum status endpoint_in_dir(const char *dir, const char *name, char out[ENDPOINT_MAX])
{
	char endpoint[1024];
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/%s", dir, name);
	const enum status status = bus_check_endpoint(endpoint);
	if (status == STATUS_OK)
		memcpy(out, endpoint, strlen(endpoint) + 1);
	return status;
}

/* Across machines, without --listen: two free ports of the address that the coordinator sees. */
static enum status endpoints_at_free_ports(const char *coordinator, struct endpoints *out)
{
	struct address far, mine;
	enum status status = address_of(coordinator, &far);
	if (status == STATUS_OK && address_is_any(&far))
		return status_fail(STATUS_USAGE,
				   "--coordinator needs the address at which the coordinator is "
				   "reached, not %s",
				   coordinator);
	if (status == STATUS_OK)
		status = address_towards(&far, &mine);
	if (status == STATUS_OK)
		status = keep_free_port(&mine, &out->kept[0]);
	if (status != STATUS_OK)
		return status;
	address_show(&mine, out->data);
	status = keep_free_port(&mine, &out->kept[1]);
	address_show(&mine, out->control);
	return status;
}

enum status endpoints_choose(const struct node_options *options, const char *dir,
			     struct endpoints *out)
{
	struct address mine;
	if (options->listen == NULL && strncmp(options->coordinator, "tcp://", 6) == 0)
		return endpoints_at_free_ports(options->coordinator, out);
	if (options->listen == NULL) {
		const enum status status = endpoint_in_dir(dir, "control", out->control);
		return status == STATUS_OK ? endpoint_in_dir(dir, "data", out->data) : status;
	}
	const enum status status = address_of(options->listen, &mine);
	if (status != STATUS_OK)
		return status;
	if (address_is_any(&mine))
		return status_fail(STATUS_USAGE,
				   "--listen needs the address by which others reach this machine, "
				   "not %s",
				   options->listen);
	const unsigned port = address_port(&mine);
	if (port == 65535)
		return status_fail(STATUS_USAGE,
				   "--listen takes the port and the next one: write a port below "
				   "65535");
	address_show(&mine, out->data);
	address_set_port(&mine, port + 1);
	address_show(&mine, out->control);
	return STATUS_OK;
}

void endpoints_let_go(struct endpoints *e)
{
	for (unsigned i = 0; i < 2; i++) {
		if (e->kept[i] >= 0)
			close(e->kept[i]);
		e->kept[i] = -1;
	}
}
