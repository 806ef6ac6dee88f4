#include "node/prove/place.h"

#include <stdio.h>
#include <string.h>

bool place_of_node(struct reader *reader, node_id node, char dir[PATH_BYTES])
{
	static const char scheme[] = "ipc://", socket[] = "/data";
	char data[ENDPOINT_MAX];

	reader_endpoint(reader, node, data);
	const size_t length = strlen(data);
	if (strncmp(data, scheme, strlen(scheme)) != 0 || length <= strlen(scheme) + strlen(socket))
		return false;
	snprintf(dir, PATH_BYTES, "%.*s", (int)(length - strlen(scheme) - strlen(socket)),
		 data + strlen(scheme));
	return true;
}
