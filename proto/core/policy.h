/* A policy is the set of defences (proto/core/defences.def) that the nodes of a cluster use. It is
 * one number; frames carry it and signatures cover it.
 *
 * Bits 0 .. 15 are defences; bits 16 .. 23 are the f that `quorum` tolerates, 0 = as many as can
 * be, floor((n-1)/3). Policy 0 is classic Paxos.
 *
 * A slot is decided under one policy. A switch therefore holds from a slot on that no node has yet
 * touched, and a cluster keeps a short list of lines {from slot, policy}. */
#ifndef PROTO_CORE_POLICY_H
#define PROTO_CORE_POLICY_H

#include <stddef.h>

#include "proto/core/types.h"

typedef uint32_t policy_id;

#define POLICY_NONE    ((policy_id)0)
#define POLICY_F_SHIFT 16
#define POLICY_F_MAX   255

enum defence {
#define DEFENCE(name, bit, text, needs, clashes, when, in, help) DEFENCE_##name = 1 << (bit),
#include "proto/core/defences.def"
#undef DEFENCE
};

/* From this slot on the policy is this one, up to the next line's slot. */
struct policy_line {
	slot_number from;
	policy_id policy;
};

/* From `from` on it is this policy, whatever the `lines` lines said before; a line that says what
 * the one before it says is none. Returns how many lines there are then; what is behind them is
 * zero. 0, and nothing is changed: there would be more than POLICY_LINES_MAX. */
unsigned policy_lines_put(struct policy_line line[], unsigned lines, slot_number from,
			  policy_id policy);

/* The policy of a slot, by lines that rise from slot 0 on. */
policy_id policy_of_slot(const struct policy_line line[], unsigned lines, slot_number slot);

#define DEFENCE(name, bit, text, needs, clashes, when, in, help) +1
enum {
	DEFENCES = 0
#include "proto/core/defences.def"
};
#undef DEFENCE

/* Under `window`: how far a round may be above the highest that an honest node has surely seen. */
#define WINDOW_ROUNDS 16

/* Long enough for every policy_show. */
#define DEFENCE(name, bit, text, needs, clashes, when, in, help) +sizeof text
enum {
	POLICY_SHOWN_MAX = sizeof "none(f=255)"
#include "proto/core/defences.def"
};
#undef DEFENCE

static inline bool policy_has(policy_id policy, enum defence defence)
{
	return (policy & (policy_id)defence) != 0;
}

/* How many liars among n nodes `policy` is made to tolerate. How many acceptors are a quorum: a
 * majority or, with `quorum`, ceil((n+f+1)/2), at most n; two of those share an honest node. */
unsigned policy_f(policy_id policy, unsigned n);
unsigned policy_quorum(policy_id policy, unsigned n);

/* The rows, by bit number 0 .. DEFENCES - 1. */
const char *defence_name(unsigned bit);
const char *defence_help(unsigned bit);
bool defence_is_at_once(unsigned bit);

/* The defences that defences of the policy need and that are off; the defences of it that clash. */
policy_id policy_missing(policy_id policy);
policy_id policy_clash(policy_id policy);

/* The policy with this row switched, alone; and with all that this takes: on, what it needs comes
 * on and what it clashes with goes off; off, what needs it goes off. Where n nodes bear no liar, a
 * quorum is made to bear one all the same. */
policy_id policy_toggled(policy_id policy, unsigned defence);
policy_id policy_switched(policy_id policy, unsigned defence, unsigned n);

/* No bits but those of rows, and an f only with `quorum`. */
bool policy_is_known(policy_id policy);

/* The pinned rows of one policy and the rows that hold at once of another. */
policy_id policy_mix(policy_id pinned, policy_id at_once);

/* "none", and what the rows say that they are in: "origin" (what the project's origin proposes) and
 * "all" (what can be on together and is worth it). By number, for lists; NULL behind the last. */
const char *policy_preset(unsigned i, policy_id *out);

/* Defences and presets, joined by '+', ',' or spaces; "quorum(f=1)" or "quorum=1" says f. False:
 * *bad and *bad_length are the word that is not understood. */
bool policy_parse(const char *text, policy_id *out, const char **bad, size_t *bad_length);

/* As policy_parse reads it, a preset's name if it is one: "all", "sign+quorum(f=1)+echo". */
void policy_show(policy_id policy, char out[POLICY_SHOWN_MAX]);

#endif
