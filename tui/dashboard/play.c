#include "tui/dashboard/play.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "proto/core/text.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/sim/sim_cluster.h"
#include "tui/dashboard/story.h"
#include "tui/option/defaults.h"

#define READ_US     1500000 /* what is said stays so long, */
#define READ_BYTE   45000   /* and so long for each of its bytes */
#define LATE_US     1000000 /* a key that lets it go on may come so late */
#define WATCH_US    8000000 /* a wait is hurried after so long, */
#define QUIET_US    1500000 /* or after so long in which nothing is on its way, */
#define DOUBLE_US   1000000 /* by twice as much each time */
#define DOUBLES_MAX 16
#define STEPS_MAX   256 /* then the caller looks at the clock */
#define LOOK_US     100000

static_assert(STORY_OPENING_MAX > COMMAND_TEXT_MAX + 100, "what is said later has room, too");

struct play {
	struct cluster *cluster;
	void *memory;
	size_t bytes;
	char path[PATH_BYTES];
	const char *file; /* the last part of the path */
	uint64_t seed;
	struct clock_rule clock; /* at the beginning, and what `rate unlimited` leads back to */
	struct scenario scenario;
	struct runner runner;
	struct pump *pump;

	unsigned at;   /* the command that is carried out next */
	unsigned line; /* of the one that is being carried out */
	bool begun;    /* the cluster has been heard */
	bool over;     /* nothing more is told */
	bool stood;    /* the scenario itself has stopped the cluster's time */
	bool stops;
	bool violation_is_meant, seen_violation;
	bool breaks;  /* at a violation, until a key is pressed */
	bool settled; /* nothing has happened since the runner looked last */
	uint64_t real_us;
	uint64_t read_until; /* real; 0 = nothing is being read */
	uint64_t read_ended; /* real: when that time was last over by itself; 0 = not */
	uint64_t begun_us;   /* real: when this command began, or people let it go on */
	int verdict;
	char words[STORY_OPENING_MAX]; /* what was said last, the opening first */
	char why[400];                 /* of the verdict */
};

/* --- what the scenario says ---------------------------------------------------------------- */

/* Leaves people the time to read what is said now. A beat that comes next waits for a key until
 * they have: they need not press one before. */
static void be_read(struct play *p)
{
	if (p->at < p->scenario.commands && p->scenario.command[p->at].kind == COMMAND_BEAT)
		return;
	p->read_until = p->real_us + READ_US + READ_BYTE * strlen(p->words);
}

static void tell(struct play *p, const char *words)
{
	text_write(p->words, sizeof(p->words), "%s", words);
	be_read(p);
}

static void end_badly(struct play *p, const struct report *report, int verdict)
{
	p->over = true;
	p->verdict = verdict;
	text_write(p->why, sizeof(p->why), "%s:%u: %s", p->file, report->command->line,
		   report->words);
	text_write(p->words, sizeof(p->words), "Line %u: %s", report->command->line, report->words);
}

static void on_report(void *user, const struct report *report)
{
	struct play *p = user;

	switch (report->kind) {
	case REPORT_SAY:
		tell(p, report->words);
		break;
	case REPORT_ASK:
		text_write(p->words, sizeof(p->words), "%s", report->words);
		break;
	case REPORT_VIOLATED:
		end_badly(p, report, EXIT_VIOLATED);
		break;
	case REPORT_TIMEOUT:
	case REPORT_FAILED:
		end_badly(p, report, EXIT_INCONCLUSIVE);
		break;
	case REPORT_QUIT:
		p->over = true;
		break;
	default:
		break;
	}
}

/* --- making and ending --------------------------------------------------------------------- */

static bool make_cluster(struct play *p)
{
	const struct sim_cluster_options sim = {.nodes = p->scenario.nodes,
						.mode = p->scenario.mode,
						.seed = p->seed,
						.clock = p->clock,
						.link = link_rule_default(),
						.policy = p->scenario.policy};

	p->bytes = sim_cluster_size(&sim);
	p->memory = mmap(NULL, p->bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p->memory == MAP_FAILED)
		return false;
	p->cluster = sim_cluster_init(p->memory, &sim);
	return true;
}

static bool means_violation(const struct scenario *s)
{
	for (unsigned i = 0; i < s->commands; i++)
		if (command_means_violation(&s->command[i]))
			return true;
	return false;
}

struct play *play_open(const char *path, const struct options *options, char *why, size_t size)
{
	struct play *p = calloc(1, sizeof(*p));
	char opening[STORY_OPENING_MAX];

	if (p == NULL) {
		text_write(why, size, "not enough memory");
		return NULL;
	}
	if (!story_load(path, &p->scenario, opening, why, size)) {
		free(p);
		return NULL;
	}
	snprintf(p->path, sizeof(p->path), "%s", path);
	p->file = strrchr(p->path, '/') != NULL ? strrchr(p->path, '/') + 1 : p->path;
	p->seed = options->seed_given      ? options->seed
		  : p->scenario.seed_given ? p->scenario.seed
					   : SEED_USUAL;
	p->clock.num = options->rate_given ? options->rate_num : 1;
	p->clock.den = options->rate_given ? options->rate_den : LECTURE_RATE_DEN;
	p->violation_is_meant = means_violation(&p->scenario);
	text_write(p->words, sizeof(p->words), "%s", opening);
	if (!make_cluster(p)) {
		text_write(why, size, "not enough memory to simulate %u nodes", p->scenario.nodes);
		free(p);
		return NULL;
	}
	return p;
}

void play_close(struct play *p)
{
	p->cluster->ops->close(p->cluster);
	munmap(p->memory, p->bytes);
	free(p);
}

struct cluster *play_cluster(struct play *p)
{
	return p->cluster;
}

/* The pump tells its own runner of each event; this one hears of it here. */
static void hear(void *user, const struct item *item)
{
	struct play *p = user;

	if (item->kind == ITEM_EVENT)
		runner_event(&p->runner, item->event);
}

void play_begin(struct play *p, struct pump *pump, struct model *model, bool stops)
{
	p->pump = pump;
	p->stops = stops;
	runner_init(&p->runner, p->cluster, model, on_report, p);
	pump->hear = hear;
	pump->user = p;
}

/* --- telling ------------------------------------------------------------------------------- */

bool play_holds(const struct play *p)
{
	return p->read_until != 0 || p->breaks || p->runner.state == RUNNER_ASKING;
}

bool play_has_just_gone_on(const struct play *p)
{
	return p->read_ended != 0 && p->real_us < p->read_ended + LATE_US;
}

void play_go_on(struct play *p)
{
	p->read_until = p->read_ended = 0;
	p->breaks = p->settled = false;
	p->begun_us = p->real_us;
	runner_answer(&p->runner);
}

void play_stay(struct play *p)
{
	if (p->read_until != 0)
		p->read_until = UINT64_MAX;
}

static bool time_stands(const struct play *p)
{
	return clock_is_paused(&p->runner.model->clock);
}

/* Whoever stops the time of a story by a key stops the story, unless it is just letting it go on.
 */
static bool is_stopped(const struct play *p)
{
	const enum command_kind kind = p->runner.command.kind;
	const bool steers = kind == COMMAND_RESUME || kind == COMMAND_RATE;

	return time_stands(p) && !p->stood && !(p->runner.state == RUNNER_BUSY && steers);
}

/* Virtual time that passes besides: none while people read, more and more in a wait that lasts. */
void play_time(struct play *p, uint64_t real_us)
{
	struct pump *pump = p->pump;
	const bool quiet = model_flights_open(p->runner.model) == 0;
	const uint64_t still_us = quiet ? QUIET_US : WATCH_US;
	const uint64_t since_us = real_us - p->begun_us;

	pump->times = 1;
	if (p->runner.state == RUNNER_BUSY && since_us > still_us) {
		const uint64_t doubles = 1 + (since_us - still_us) / DOUBLE_US;

		pump->times = 1u << (doubles < DOUBLES_MAX ? doubles : DOUBLES_MAX);
	}
	if (play_holds(p) && !time_stands(p))
		pump->real_us = real_us;
	else
		pump_time(pump, real_us);
	if (is_stopped(p) || play_holds(p))
		p->begun_us = real_us;
}

static void give_next(struct play *p, uint64_t real_us)
{
	struct command command;

	if (p->at == p->scenario.commands) {
		p->over = true;
		return;
	}
	command = p->scenario.command[p->at++];
	if (command.kind == COMMAND_RATE && command.rate_den == 0) {
		command.rate_num = p->clock.num;
		command.rate_den = p->clock.den;
	}
	if (command.kind == COMMAND_PAUSE)
		p->stood = true;
	else if (command.kind == COMMAND_RESUME || command.kind == COMMAND_RATE)
		p->stood = false;
	p->line = command.line;
	p->begun_us = real_us;
	runner_give(&p->runner, &command);
}

/* Is this the moment at which the story stops before its audience has seen what broke? */
static bool breaks_now(struct play *p)
{
	if (p->runner.model->safety != SAFETY_VIOLATED || p->seen_violation)
		return false;
	p->seen_violation = true;
	p->breaks = p->stops;
	return p->breaks;
}

/* The runner looks when something has happened or what it waits for is due, and not whenever the
 * dashboard wakes: what is waited for is then found at the same moment at any speed.
 *
 * Carries the story on as far as it goes at this moment. True: time must not run on from here as
 * far as it could before. */
static bool step(struct play *p, uint64_t real_us)
{
	const unsigned at = p->at;
	const bool broke = p->breaks, over = p->over;

	p->real_us = real_us;
	if (!p->begun) {
		p->begun = model_has_heard_all(p->runner.model);
		if (p->begun && p->words[0] != 0)
			be_read(p);
	}
	if (p->read_until != 0 && real_us >= p->read_until) {
		p->read_until = 0;
		p->read_ended = real_us;
	}
	if (p->settled && p->runner.state == RUNNER_BUSY)
		return false;
	p->settled = p->begun && !is_stopped(p);
	while (p->begun && !p->over && !is_stopped(p) && !breaks_now(p) && !play_holds(p) &&
	       runner_step(&p->runner, real_us) == RUNNER_READY) {
		if (!p->over && p->read_until == 0)
			give_next(p, real_us);
	}
	return p->at != at || p->breaks != broke || p->over != over;
}

/* How far the cluster may go now: to what the command waits for, and nowhere while it waits for no
 * time to pass. */
static time_us may_go_to(const struct play *p, uint64_t real_us)
{
	const time_us now = p->cluster->ops->now(p->cluster, real_us);
	const time_us until = p->pump->until, awaited = runner_until(&p->runner, now);

	return p->runner.state == RUNNER_BUSY && awaited < until ? awaited : until;
}

/* A step; what comes after it is not hurried, and begins at this moment. */
static bool step_on(struct play *p, uint64_t real_us)
{
	if (!step(p, real_us))
		return false;
	p->pump->until = p->cluster->ops->now(p->cluster, real_us);
	p->pump->times = 1;
	return true;
}

bool play_take(struct play *p, uint64_t real_us)
{
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		step_on(p, real_us); /* a key may have let it go on */
		const time_us until = may_go_to(p, real_us);
		const bool due = until < p->pump->until, more = pump_take(p->pump, until, 1);

		if (more || due)
			p->settled = false;
		if (!more && !step_on(p, real_us))
			return false;
	}
	return true;
}

uint64_t play_patience(const struct play *p, uint64_t real_us)
{
	if (p->read_until != 0 && p->read_until != UINT64_MAX)
		return p->read_until > real_us ? p->read_until - real_us : 0;
	if (p->over || is_stopped(p) || play_holds(p))
		return UINT64_MAX;
	return LOOK_US;
}

/* --- what came of it ----------------------------------------------------------------------- */

static enum story_state state_of(const struct play *p)
{
	if (p->verdict != EXIT_PASS)
		return STORY_FAILED;
	if (p->breaks)
		return STORY_BREAKS;
	if (p->runner.state == RUNNER_ASKING)
		return STORY_WAITS;
	if (p->read_until != 0)
		return STORY_READS;
	return p->over ? STORY_OVER : STORY_RUNS;
}

/* Each text belongs to a line, so a new one shows in the line as well. */
bool play_show(const struct play *p, struct scene *s)
{
	const enum story_state state = state_of(p);
	const bool changed =
		s->story != state || s->story_line != p->line || s->story_times != p->pump->times;

	s->story = state;
	s->story_file = p->file;
	s->story_line = p->line;
	s->story_text = p->words;
	s->story_times = p->pump->times;
	return changed;
}

int play_verdict(const struct play *p, char *why, size_t size)
{
	const struct model *m = p->runner.model;

	if (p->verdict == EXIT_PASS && m->safety == SAFETY_VIOLATED && !p->violation_is_meant) {
		text_write(why, size, "%s: %s", p->file, m->violation.words);
		return EXIT_VIOLATED;
	}
	text_write(why, size, "%s", p->why);
	return p->verdict;
}

const char *play_path(const struct play *p, uint64_t *seed)
{
	*seed = p->seed;
	return p->path;
}

void play_replay(const struct play *p, char *out, size_t size)
{
	snprintf(out, size, "paxos-tui run --sim --seed %llu '%s'", (unsigned long long)p->seed,
		 p->path);
}
