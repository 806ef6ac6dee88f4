#include "tui/dashboard/past.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "node/io/status.h"
#include "proto/core/clock_rule.h"
#include "proto/scenario/command.h"
#include "tui/screen/screen.h"

#define AT_ONCE  16384 /* items that are read before the screen is drawn again */
#define FRAME_US 50000

/* What plays does not stand still for longer where nothing happened, in real time. */
#define GAP_US  1500000
#define PACE_US 200 /* virtual time that an event takes at least */

void past_begin(struct past *p, const struct dashboard_past *given)
{
	*p = (struct past){.recorder = given != NULL ? given->recorder : NULL,
			   .why_not = given != NULL ? given->why_not : "",
			   .num = 1,
			   .den = 100};
	if (p->recorder != NULL)
		p->path = recorder_path(p->recorder);
	else if (given != NULL)
		p->path = given->shared;
	if (given == NULL || given->replay == NULL)
		return;
	p->path = given->replay;
	p->is_replay = p->back = true;
}

void past_end(struct past *p)
{
	timeline_close(p->line);
	*p = (struct past){0};
}

static void take_mark(void *user, const char *name, uint64_t after)
{
	struct past *p = user;

	if (name[0] > 0 && name[1] == '\0' && after < UINT64_MAX)
		p->mark[(unsigned char)name[0] & 0x7f] = after + 1;
}

bool past_look(struct past *p, const char **why)
{
	*why = p->path == NULL ? p->why_not : p->trouble;
	if (p->path == NULL || p->trouble[0] != '\0')
		return false;
	if (p->recorder != NULL)
		recorder_flush(p->recorder);
	if (p->line == NULL) {
		if (timeline_open(p->path, &p->line) != STATUS_OK) {
			snprintf(p->trouble, sizeof(p->trouble), "%s", status_text());
			return false;
		}
		values_ascii(timeline_model(p->line)->values, screen_is_ascii());
		if (p->recorder == NULL)
			reader_marks(timeline_reader(p->line), take_mark, p);
	}
	p->end = timeline_end(p->line);
	if (p->end > 0 || p->is_replay)
		return true;
	*why = "nothing is recorded yet: there is nothing to go back to";
	return false;
}

/* Goes on towards the moment that is wanted. */
static void read_on(struct past *p)
{
	bool failed;

	p->reading = !timeline_go(p->line, p->at, AT_ONCE, &failed);
	if (p->to_violation && timeline_model(p->line)->safety == SAFETY_VIOLATED) {
		p->at = timeline_violated(p->line);
		p->to_violation = false;
		p->reading = !timeline_go(p->line, p->at, AT_ONCE, &failed);
	}
	if (!p->reading)
		p->to_violation = false;
	if (!failed)
		return;
	snprintf(p->trouble, sizeof(p->trouble), "%s", status_text());
	p->at = timeline_at(p->line);
	p->reading = p->playing = p->to_violation = false;
}

bool past_go(struct past *p, uint64_t at, const char **why)
{
	if (!past_look(p, why))
		return false;
	p->at = at < p->end ? at : p->end;
	p->back = true;
	p->playing = p->to_violation = false;
	read_on(p);
	return true;
}

/* The moment from which steps are counted. */
static uint64_t here(const struct past *p)
{
	return p->back ? p->at : p->end;
}

bool past_step(struct past *p, int by, const char **why)
{
	if (!past_look(p, why))
		return false;
	struct reader *r = timeline_reader(p->line);
	uint64_t at = here(p);

	/* Snapshots show nothing that was not shown before: an event does. */
	while (by > 0 && at < p->end && !reader_is_event(r, at + 1))
		at++;
	if (by > 0 && at < p->end)
		at++;
	while (by < 0 && at > 0 && !reader_is_event(r, at))
		at--;
	if (by < 0 && at > 0)
		at--;
	return past_go(p, at, why);
}

bool past_decision(struct past *p, int by, const char **why)
{
	if (!past_look(p, why))
		return false;
	struct reader *r = timeline_reader(p->line);
	const uint64_t at = here(p);
	const uint64_t from = by > 0 ? at + 1 : at - (at > 0);
	const uint64_t found = reader_find_decision(r, from, by);

	return past_go(p, found != 0 ? found : by > 0 ? p->end : 0, why);
}

bool past_violation(struct past *p, const char **why)
{
	if (!past_look(p, why))
		return false;
	const uint64_t known = timeline_violated(p->line);

	if (known > 0)
		return past_go(p, known, why);
	if (!past_go(p, p->end, why))
		return false;
	p->to_violation = p->reading;
	if (!p->reading && timeline_violated(p->line) > 0)
		return past_go(p, timeline_violated(p->line), why);
	return true;
}

bool past_go_to(struct past *p, const char *text, const char **why)
{
	const char *time = strncmp(text, "t=", 2) == 0 ? text + 2 : text;
	uint64_t number = 0;
	char word[40];
	time_us at;
	size_t digits = strspn(text, "0123456789");

	if (!past_look(p, why))
		return false;
	if (digits > 0 && digits < 18 && text[digits] == '\0') {
		for (size_t i = 0; i < digits; i++)
			number = number * 10 + (uint64_t)(text[i] - '0');
		return past_go(p, number, why);
	}
	const size_t length = strlen(time);
	const bool has_unit = length == 0 || !isdigit((unsigned char)time[length - 1]);

	snprintf(word, sizeof(word), "%s%s", time, has_unit ? "" : "s");
	if (length == 0 || length + 1 >= sizeof(word) || !duration_parse(word, &at)) {
		*why = "a moment is a number like 214, or a time like 12.5s";
		return false;
	}
	return past_go(p, reader_find_time(timeline_reader(p->line), at), why);
}

void past_leave(struct past *p)
{
	const char *why;

	p->playing = p->to_violation = false;
	if (p->is_replay)
		past_go(p, UINT64_MAX, &why);
	else
		p->back = p->reading = false;
}

/* --- playing ------------------------------------------------------------------------------- */

void past_play(struct past *p)
{
	if (past_model(p) == NULL || p->reading)
		return;
	p->playing = !p->playing && p->at < p->end;
	p->played = 0;
	p->real_us = 0;
}

void past_rate(struct past *p, int by)
{
	if (by > 0 && p->den > 1)
		p->den = p->den >= 4 ? p->den / 2 : 1;
	else if (by > 0 && p->num < 1024)
		p->num *= 2;
	else if (by < 0 && p->num > 1)
		p->num /= 2;
	else if (by < 0 && p->den < 16384)
		p->den *= 2;
}

/* How long the next event lets wait, in virtual time: as long as it did, but not where nothing
 * happened for long; and a moment where all happened at once, so that it can be seen. */
static time_us wait_for(const struct past *p, time_us next_at)
{
	const time_us now = timeline_model(p->line)->now;
	const time_us gap_us = (time_us)GAP_US * p->num / p->den;
	const time_us wait_us = next_at > now ? next_at - now : 0;

	return higher_of(lower_of(wait_us, gap_us), PACE_US);
}

static void play_on(struct past *p, uint64_t real_us)
{
	struct reader *r = timeline_reader(p->line);

	if (p->real_us != 0 && real_us > p->real_us)
		p->played += lower_of(real_us - p->real_us, 4 * FRAME_US) * p->num / p->den;
	p->real_us = real_us;
	for (unsigned items = 0; items < AT_ONCE && p->at < p->end; items++) {
		const time_us wait_us = wait_for(p, reader_time_of(r, p->at + 1));

		if (wait_us > p->played)
			return;
		p->played -= wait_us;
		p->at++;
		read_on(p);
	}
	p->playing = p->playing && p->at < p->end;
}

/* --- marks --------------------------------------------------------------------------------- */

/* The moment that is shown, or now. */
static uint64_t moment(struct past *p)
{
	const char *why;

	if (p->back)
		return p->at;
	if (p->recorder != NULL)
		return recorder_items(p->recorder);
	return past_look(p, &why) ? p->end : 0;
}

void past_set_mark(struct past *p, char name)
{
	const uint64_t at = moment(p);
	const char text[2] = {name, '\0'};

	p->mark[(unsigned char)name & 0x7f] = at + 1;
	recorder_mark(p->recorder, text, at);
}

bool past_go_mark(struct past *p, char name, const char **why)
{
	const uint64_t mark = p->mark[(unsigned char)name & 0x7f];

	*why = "there is no such mark: m and a letter make one";
	return mark != 0 && past_go(p, mark - 1, why);
}

/* --- what the dashboard asks ---------------------------------------------------------------- */

struct model *past_model(const struct past *p)
{
	return p->back && p->line != NULL ? timeline_model(p->line) : NULL;
}

bool past_turn(struct past *p, uint64_t real_us)
{
	const uint64_t at = p->at;

	if (!p->back || p->line == NULL)
		return false;
	if (p->recorder != NULL)
		p->end = recorder_items(p->recorder);
	if (p->reading) {
		read_on(p);
		return true;
	}
	if (!p->playing)
		return false;
	if (!p->is_replay)
		p->end = timeline_end(p->line);
	play_on(p, real_us);
	return p->at != at || p->playing;
}

uint64_t past_patience(const struct past *p)
{
	if (!p->back)
		return UINT64_MAX;
	return p->reading ? 0 : p->playing ? FRAME_US : UINT64_MAX;
}

void past_scene(const struct past *p, struct scene *s)
{
	const struct model *m = past_model(p);

	s->recorded = p->path != NULL;
	s->past = m != NULL;
	if (m == NULL)
		return;
	s->can_act = false;
	s->why_not = p->is_replay ? "this is a recording: what happened cannot be changed"
				  : "this is the past: G goes back to now";
	s->past_at = timeline_at(p->line);
	s->past_end = p->end;
	s->past_wanted = p->reading ? p->at : s->past_at;
	s->past_plays = p->playing;
	s->past_num = p->num;
	s->past_den = p->den;
	memcpy(s->past_mark, p->mark, sizeof(s->past_mark));
	s->past_violated = timeline_violated(p->line);
	s->now = m->now + (p->playing ? p->played : 0);
	s->paused = !p->playing;
	s->second_us = p->den == 0 ? 1000000 : 1000000 * (uint64_t)p->num / p->den;
	/* Only what plays moves: a step shows a moment as it is, whichever way one comes. */
	s->still = !p->playing;
}
