/* Virtual time in this member: what is due now, and when something will be due.
 *
 * While the clock is paused nothing is due, but for what arrived before the operator's last advance
 * (m->advancing). */
#ifndef PROTO_MEMBER_TIMING_H
#define PROTO_MEMBER_TIMING_H

#include "proto/member/member_state.h"

/* Time has come to `now`; a paused clock stands still. */
void timing_come_to(struct member *m, time_us now);

/* The operator moves a paused clock to `now`. Frames that arrived until this moment may come in;
 * frames that are sent because of them wait for the next advance. */
void timing_advance(struct member *m, time_us now);

/* The same, and no frame comes in, nor does a timer run, unless timing_run_timers says so. */
void timing_move(struct member *m, time_us now);
void timing_run_timers(struct member *m);

bool timing_frame_is_due(const struct member *m, const struct held *held);
bool timing_core_is_due(const struct member *m);
bool timing_liar_is_due(const struct member *m);

/* When its timers run next, of the core or of the liar, whether time runs or not; 0 = none does. */
time_us timing_timers_at(const struct member *m);

/* When the driver must come back; 0: there is no need. */
time_us timing_wake_at(const struct member *m);

#endif
