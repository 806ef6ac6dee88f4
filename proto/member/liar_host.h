/* The host of a liar: what a member lends to the liar in it (proto/fault/attack.h). */
#ifndef PROTO_MEMBER_LIAR_HOST_H
#define PROTO_MEMBER_LIAR_HOST_H

#include "proto/member/member_state.h"

/* The liar looks at m->frame, which came in as these bytes, before the core hears it, and may
 * change it. False: the core does not hear it. */
bool liar_host_hears(struct member *m, const uint8_t *bytes, size_t length);

/* Makes the member lie as the order says, or honest again if it names no attack. DROP_NOTHING, or
 * DROP_REFUSED if the order makes no sense here. */
enum drop liar_host_arm(struct member *m, const struct attack_order *order);

/* Has the member sign and send this message, whatever it did: a lie by hand. DROP_REFUSED if it is
 * no such message, or the table of values is full. */
enum drop liar_host_forge(struct member *m, const struct forgery *word, slot_number slot,
			  const uint8_t *value, uint32_t length);

#endif
