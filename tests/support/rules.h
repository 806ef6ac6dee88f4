/* For tests of the rules of hardened slots: what n1, the owner of ballot 5.1, and others say to the
 * lone node n2. */
#ifndef TESTS_SUPPORT_RULES_H
#define TESTS_SUPPORT_RULES_H

#include "tests/support/lone_node.h"

/* Values and proofs are bare numbers: the core hands them on and never looks into them. */
#define A ((value_ref)2)
#define B ((value_ref)3)
#define C ((value_ref)4)

#define VIEW ((proof_ref)77) /* the digest of the NewView that Accepts name */

#define JUSTIFIED "sign+quorum+justify"

/* n1 asks for a vote in its ballot 5.1; its Accept is proof 600. */
void hear_accept(slot_number slot, value_ref value);

/* A node refuses what n2 asked in its own ballot. */
void hear_nack(node_id from, enum refusal why, struct ballot promised);

#endif
