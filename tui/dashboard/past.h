/* Going back and forth in what was recorded. While its user looks back, a dashboard shows the model
 * of another moment and acts on nothing; the cluster runs on, or stays paused, and its own model
 * with it. In a replay there is no now: all of it is past.
 *
 * A moment is so many items of the recording. What is shown depends on the moment alone. */
#ifndef TUI_DASHBOARD_PAST_H
#define TUI_DASHBOARD_PAST_H

#include "node/record/recorder.h"
#include "node/record/timeline.h"
#include "tui/view/scene.h"

/* What a dashboard has of its past; `why_not` if it has none. */
struct dashboard_past {
	struct recorder *recorder; /* NULL: nothing is recorded, or a replay */
	const char *shared;        /* the recording of another process, which goes on; or NULL */
	const char *replay;        /* the recording that is shown again; or NULL */
	const char *why_not;
};

struct past {
	struct recorder *recorder;
	const char *path; /* of the recording; NULL: there is none */
	const char *why_not;
	bool is_replay;
	struct timeline *line; /* NULL until somebody has looked back */
	bool back;             /* another moment than now is shown: */
	uint64_t at;           /* the one that is wanted, */
	uint64_t end;          /* of so many when last looked */
	bool reading;          /* and not shown yet, for much must be read to get there */
	bool playing;
	time_us played;                 /* virtual time since the event that is shown, */
	uint64_t real_us;               /* and real time when it was looked at last */
	uint32_t num, den;              /* virtual time passes so fast */
	char pending;                   /* m or ': the next key names a mark */
	uint64_t mark[128];             /* 1 + the moment; 0 = there is none of that name */
	bool to_violation;              /* goes on until safety is violated */
	char trouble[PATH_BYTES + 200]; /* the recording is damaged; "" = not yet */
};

void past_begin(struct past *p, const struct dashboard_past *given);
void past_end(struct past *p);

/* Opens the recording, with all that was told until now: `end` says how much. False: *why. */
bool past_look(struct past *p, const char **why);

/* Goes to a moment, or as near as can be read at once; past_turn goes on. False: there is nothing
 * to go back to, and *why says why. */
bool past_go(struct past *p, uint64_t at, const char **why);
/* By so many events. */
bool past_step(struct past *p, int by, const char **why);
/* To the next decision, or the one before. */
bool past_decision(struct past *p, int by, const char **why);
/* To the moment at which safety was violated, if that is later; else to the end. */
bool past_violation(struct past *p, const char **why);
/* "214", "12.5s" or "t=12.5"; `*why` for nonsense. */
bool past_go_to(struct past *p, const char *text, const char **why);
/* Returns to now; in a replay to the end. */
void past_leave(struct past *p);

void past_play(struct past *p);
/* Twice as fast, or half: by 1 or -1. */
void past_rate(struct past *p, int by);

void past_set_mark(struct past *p, char name);
bool past_go_mark(struct past *p, char name, const char **why);

/* What is shown while it is back; else NULL. */
struct model *past_model(const struct past *p);

/* Reads on and plays on; true: something has changed on the screen. */
bool past_turn(struct past *p, uint64_t real_us);
/* Real time until past_turn has something to do. */
uint64_t past_patience(const struct past *p);

/* What the scene says of the moment that is shown. */
void past_scene(const struct past *p, struct scene *s);

#endif
