/* What an endpoint may look like where a stranger can have written it: in a PeerInfo, in a roster.
 * No name is looked up for it, and it stands on people's screens.
 *
 *   tcp://A.B.C.D:PORT, tcp://[IPv6]:PORT   an address of one machine (not 0.0.0.0, not multicast),
 *                                           PORT from 1 to 65535
 *   ipc:///PATH                             absolute, short enough for a socket's name
 * (sockaddr_un), without control characters */
#ifndef PROTO_WIRE_ENDPOINT_H
#define PROTO_WIRE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENDPOINT_MAX      128 /* bytes of an endpoint with its 0 */
#define ENDPOINT_PATH_MAX 107

/* `bytes` need no 0 at their end. */
bool endpoint_is_sound(const uint8_t *bytes, size_t length);

#endif
