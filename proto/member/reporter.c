#include "proto/member/reporter.h"

void reporter_keep_quiet(struct member *m, unsigned events)
{
	m->event_seq += events;
	m->outbox.events += events;
	m->outbox.out.events_left_out += events;
}

static struct event signed_event(const struct member *m, const struct event *event)
{
	struct event e = *event;

	e.node = m->config.paxos.self;
	e.boot = m->config.boot;
	e.seq = m->event_seq;
	e.at = m->now;
	return e;
}

void reporter_watch(const struct member *m, const struct event *event)
{
	if (m->config.told == NULL)
		return;
	const struct event e = signed_event(m, event);
	m->config.told(m->config.stepped_user, &e);
}

void reporter_tell(struct member *m, const struct event *event)
{
	reporter_watch(m, event);
	if (m->config.quiet) {
		reporter_keep_quiet(m, 1);
		return;
	}
	m->event_seq++;
	m->outbox.events++;
	const struct event e = signed_event(m, event);
	if (!outbox_event(&m->outbox, &e))
		m->outbox.out.events_left_out++;
}

struct event reporter_event_of(const struct member *m, enum event_kind kind,
			       const struct frame *frame, uint8_t copy, time_us due)
{
	struct event e = {.kind = kind};

	event_of_message(&e, &frame->message);
	e.node = m->config.paxos.self;
	e.id = frame->id;
	e.peer = frame->sender;
	e.copy = copy;
	e.due = due;
	return e;
}

void reporter_tell_frame(struct member *m, enum event_kind kind, const struct frame *frame,
			 uint8_t copy, time_us due)
{
	if (m->config.quiet) {
		reporter_keep_quiet(m, 1);
		return;
	}
	struct event e = reporter_event_of(m, kind, frame, copy, due);
	reporter_tell(m, &e);
}

void reporter_tell_dropped(struct member *m, const struct frame *frame, uint8_t copy, enum drop why)
{
	struct event e = {.kind = EVENT_DROPPED};

	if (frame != NULL)
		e = reporter_event_of(m, EVENT_DROPPED, frame, copy, 0);
	e.drop = why;
	m->counts.dropped[why]++;
	reporter_tell(m, &e);
}
