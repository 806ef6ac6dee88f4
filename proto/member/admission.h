/* Admission: decides which frames reach the core at all. */
#ifndef PROTO_MEMBER_ADMISSION_H
#define PROTO_MEMBER_ADMISSION_H

#include "proto/member/member_state.h"

/* DROP_NOTHING and m->frame, or why these bytes change nothing. *known: m->frame tells whose
 * message it is all the same. */
enum drop admission_judge(struct member *m, const uint8_t *bytes, size_t length, bool *known);

/* Reads the proofs that m->frame brings and fills in the facts that they give its message.
 * DROP_NOTHING, or why the message is not to be believed. */
enum drop admission_read_proofs(struct member *m);

/* Judges this member's own message to itself, and reads its proofs. The signature needs no check.
 * False: the message makes no sense. */
bool admission_judge_own(struct member *m, const uint8_t *bytes, size_t length);

#endif
