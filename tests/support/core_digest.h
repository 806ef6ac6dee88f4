/* Digests of what a core puts out, field by field: each takes the digest so far. */
#ifndef TESTS_SUPPORT_CORE_DIGEST_H
#define TESTS_SUPPORT_CORE_DIGEST_H

#include "proto/core/event.h"
#include "proto/core/message.h"

uint64_t digest_word(uint64_t digest, uint64_t word);
uint64_t digest_message(uint64_t digest, const struct message *m);
uint64_t digest_event(uint64_t digest, const struct event *e);
/* Of the lone node's last step (tests/support/lone_node.h). `deep`: and of every reference that its
 * state holds. */
uint64_t digest_step(uint64_t digest, bool deep);

#endif
