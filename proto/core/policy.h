/* A policy: the set of defences (proto/core/defences.def) that the nodes of a cluster use, as one
 * number that frames carry and signatures cover.
 *
 * Bits 0 .. 15 are defences; bits 16 .. 23 are the f that `quorum` tolerates, 0 = as many as can
 * be, floor((n-1)/3). Policy 0 is classic Paxos.
 *
 * A slot is decided under one policy: what is switched holds from a slot on that nobody has
 * touched, so a cluster keeps a short list of lines {from slot, policy}. */
#ifndef PROTO_CORE_POLICY_H
#define PROTO_CORE_POLICY_H

#include <stddef.h>

#include "proto/core/types.h"

typedef uint32_t policy_id;

#define POLICY_NONE    ((policy_id)0)
#define POLICY_F_SHIFT 16
#define POLICY_F_MAX   255

enum defence {
#define DEFENCE(name, bit, text, needs, clashes, when, help) DEFENCE_##name = 1 << (bit),
#include "proto/core/defences.def"
#undef DEFENCE
};

/* From this slot on the policy is this one, up to the next line's slot. */
struct policy_line {
	slot_number from;
	policy_id policy;
};

/* One more than the highest bit of a row. */
enum { DEFENCES = 10 };

/* Under `window`: how far above what enough others have seen a round may be. */
#define WINDOW_ROUNDS 16

/* Long enough for every policy_show. */
#define POLICY_SHOWN_MAX 128

static inline bool policy_has(policy_id policy, enum defence defence)
{
	return (policy & (policy_id)defence) != 0;
}

/* How many liars `policy` is made to tolerate among n, and how many it takes to decide: a majority,
 * or with `quorum` ceil((n+f+1)/2), at most n. */
unsigned policy_f(policy_id policy, unsigned n);
unsigned policy_quorum(policy_id policy, unsigned n);

/* The rows, by bit number 0 .. DEFENCES - 1. */
const char *defence_name(unsigned bit);
const char *defence_help(unsigned bit);
bool defence_is_at_once(unsigned bit);

/* Defences that others in the policy need and that are off; defences in it that clash. */
policy_id policy_missing(policy_id policy);
policy_id policy_clash(policy_id policy);

/* No bits but those of rows, and an f only with `quorum`. */
bool policy_is_known(policy_id policy);

/* The pinned rows of one policy and the rows that hold at once of another. */
policy_id policy_mix(policy_id pinned, policy_id at_once);

/* "none", "origin" (sign + reject + budget), "all" (every row but reject and budget); by number,
 * for lists. NULL behind the last. */
const char *policy_preset(unsigned i, policy_id *out);

/* Defences and presets, joined by '+', ',' or spaces; "quorum(f=1)" or "quorum=1" says f. False:
 * *bad and *bad_length are the word that is not understood. */
bool policy_parse(const char *text, policy_id *out, const char **bad, size_t *bad_length);

/* As policy_parse reads it, a preset's name if it is one: "all", "sign+quorum(f=1)+echo". */
void policy_show(policy_id policy, char out[POLICY_SHOWN_MAX]);

#endif
