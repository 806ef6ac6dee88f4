/* A story that is told in a dashboard: a scenario on a simulated cluster of its own, at the speed
 * of a lecture. Its commands are carried out by a runner of their own, so that the dashboard's keys
 * and prompt still do theirs.
 *
 * Virtual time stands still while people read what is said, and at each beat and question, so that
 * the story is the same however long they take. A wait that lasts is hurried: its virtual time
 * passes faster and faster until what is waited for is there. Equal
 * scenarios and seeds tell equal stories at any speed, but for the moment at which somebody who
 * watches finds the cluster stalled. */
#ifndef TUI_DASHBOARD_PLAY_H
#define TUI_DASHBOARD_PLAY_H

#include "proto/scenario/pump.h"
#include "tui/option/options.h"
#include "tui/view/scene.h"

struct play;

/* Reads the scenario and makes its cluster, at the rate and with the seed of `options` if they say
 * any. NULL: `why` is a sentence. */
struct play *play_open(const char *path, const struct options *options, char *why, size_t size);
/* Closes the cluster, too. */
void play_close(struct play *p);
struct cluster *play_cluster(struct play *p);

/* The story goes by `model`, which the pump feeds. `stops`: at a violation it waits for a key. */
void play_begin(struct play *p, struct pump *pump, struct model *model, bool stops);

/* How far virtual time may go in this turn: instead of pump_time. */
void play_time(struct play *p, uint64_t real_us);
/* Takes what happens until then, and tells the story on: instead of pump_take. True: there is more.
 */
bool play_take(struct play *p, uint64_t real_us);
/* Real microseconds after which play_take is due even if nothing happens. */
uint64_t play_patience(const struct play *p, uint64_t real_us);

/* Does it wait for a key, or for people to have read? */
bool play_holds(const struct play *p);
/* Has the time to read just ended by itself? Who presses the key that lets it go on was a moment
 * late, and means nothing else by it. */
bool play_has_just_gone_on(const struct play *p);
/* That key. */
void play_go_on(struct play *p);
/* What is being read now stays until that key. */
void play_stay(struct play *p);
/* What the screen tells of it; the texts live as long as the story. True: that has changed. */
bool play_show(const struct play *p, struct scene *s);
/* EXIT_PASS, or the exit code of what did not hold; then `why` says what. */
int play_verdict(const struct play *p, char *why, size_t size);
/* The file of the story, and the seed with which it is told. */
const char *play_path(const struct play *p, uint64_t *seed);
/* The shell command that runs the same without a screen. */
void play_replay(const struct play *p, char *out, size_t size);

#endif
