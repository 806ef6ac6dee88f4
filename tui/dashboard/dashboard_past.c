/* Keys that go back and forth in what was recorded. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "tui/dashboard/dashboard.h"
#include "tui/screen/screen.h"
#include "tui/view/list.h"

void dashboard_see(struct dashboard *d)
{
	struct model *past = past_model(&d->past);
	struct scene *s = &d->scene;

	d->model = past != NULL ? past : d->live;
	if (past == NULL && s->past) {
		s->can_act = d->acts;
		s->why_not = d->acts_not;
		s->still = false;
	}
	past_scene(&d->past, s);
}

/* What was done to the past shows, or why it could not be done. */
static void seen(struct dashboard *d, bool done, const char *why)
{
	if (!done)
		dashboard_say(d, true, "%s", why);
	else if (d->past.trouble[0] != 0)
		dashboard_say(d, true, "%s", d->past.trouble);
	dashboard_see(d);
}

bool dashboard_go(struct dashboard *d, uint64_t moment)
{
	const char *why;
	const bool done = past_go(&d->past, moment, &why);

	seen(d, done, why);
	return done;
}

static void step(struct dashboard *d, int by)
{
	const char *why;
	const bool done = past_step(&d->past, by, &why);

	scene_follow(&d->scene);
	seen(d, done, why);
}

void key_back(struct dashboard *d)
{
	step(d, -1);
}

void key_forward(struct dashboard *d)
{
	step(d, 1);
}

static void decision(struct dashboard *d, int by)
{
	const char *why;
	const bool done = past_decision(&d->past, by, &why);

	scene_follow(&d->scene);
	seen(d, done, why);
}

void key_decision_back(struct dashboard *d)
{
	decision(d, -1);
}

void key_decision_on(struct dashboard *d)
{
	decision(d, 1);
}

void key_begin(struct dashboard *d)
{
	scene_follow(&d->scene);
	dashboard_go(d, 0);
}

void key_now(struct dashboard *d)
{
	scene_follow(&d->scene);
	past_leave(&d->past);
	dashboard_see(d);
}

void key_play_past(struct dashboard *d)
{
	past_play(&d->past);
	dashboard_see(d);
}

static void rate(struct dashboard *d, int by)
{
	past_rate(&d->past, by);
	dashboard_see(d);
	if (d->past.den == 1)
		dashboard_say(d, false, "plays at %ux", d->past.num);
	else
		dashboard_say(d, false, "plays at %u/%ux", d->past.num, d->past.den);
}

void key_play_slower(struct dashboard *d)
{
	rate(d, -1);
}

void key_play_faster(struct dashboard *d)
{
	rate(d, 1);
}

void key_to_violation(struct dashboard *d)
{
	const char *why;
	const bool done = past_violation(&d->past, &why);

	seen(d, done, why);
	if (done && !d->past.reading && d->past.line != NULL &&
	    timeline_violated(d->past.line) == 0)
		dashboard_say(d, false, "safety was never violated");
}

void key_mark(struct dashboard *d)
{
	d->past.pending = 'm';
	dashboard_say(d, false, "mark this moment: which letter?");
	d->message_until = 0;
}

void key_to_mark(struct dashboard *d)
{
	d->past.pending = '\'';
	dashboard_say(d, false, "go to the mark of which letter?");
	d->message_until = 0;
}

void dashboard_to_moment(struct dashboard *d, const char *text)
{
	const char *why;
	const bool done = past_go_to(&d->past, text, &why);

	seen(d, done, why);
}

bool dashboard_mark_key(struct dashboard *d, int code)
{
	const char pending = d->past.pending;
	const char *why = "";
	bool done;

	if (pending == 0)
		return false;
	d->past.pending = 0;
	if (code > 127 || !isalpha(code)) {
		dashboard_say(d, false, "a mark is a letter: nothing is done");
		return true;
	}
	if (pending == 'm') {
		past_set_mark(&d->past, (char)code);
		dashboard_say(d, false, "this moment is %c: ' and %c lead to it", code, code);
		dashboard_see(d);
		return true;
	}
	done = past_go_mark(&d->past, (char)code, &why);
	seen(d, done, why);
	return true;
}

void dashboard_click_tape(struct dashboard *d, unsigned thousandths)
{
	const char *why;
	uint64_t end;

	if (!past_look(&d->past, &why)) {
		dashboard_say(d, true, "%s", why);
		return;
	}
	end = d->past.end;
	scene_follow(&d->scene);
	dashboard_go(d, end / 1000 * thousandths + end % 1000 * thousandths / 1000);
}

/* How far one goes back to see what is not kept any more: what is seen then goes on below it. */
#define EARLIER (MODEL_EVENTS / 2)

bool dashboard_earlier(struct dashboard *d)
{
	const char *why;

	if (d->scene.recorded && past_look(&d->past, &why) &&
	    (d->past.back ? d->past.at : d->past.end) > 0) {
		const uint64_t at = d->past.back ? d->past.at : d->past.end;

		if (!dashboard_go(d, at > EARLIER ? at - EARLIER : 0))
			return false;
		while (d->past.reading)
			past_turn(&d->past, 0);
		dashboard_see(d);
		return d->past.trouble[0] == 0;
	}
	return false;
}
