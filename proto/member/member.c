/* The member: what comes in through links and admission goes to the core, one input at a time, and
 * what the core owes goes into the outbox. */
#include "proto/member/member.h"

#include <assert.h>
#include <string.h>

#include "proto/fault/link.h"
#include "proto/member/parts.h"

#define INBOX_BYTES_DEFAULT ((size_t)16 << 20)

/* References that a member can hold at once: the core's window and queue, the history, what is held
 * on the way in, and one message more. */
#define VALUES_MAX (2 * HELD_MAX)
#define CORE_REFS  (8 * SLOTS_OPEN_MAX + PENDING_MAX + 1)

static size_t aligned(size_t size)
{
	return (size + 15) / 16 * 16;
}

static size_t inbox_bytes_of(const struct member_config *config)
{
	return config->inbox_bytes != 0 ? config->inbox_bytes : INBOX_BYTES_DEFAULT;
}

static size_t outbox_bytes_of(const struct member_config *config)
{
	return config->outbox_bytes != 0 ? config->outbox_bytes : 2 * STEP_BYTES_MAX;
}

static size_t values_bytes_of(const struct member_config *config)
{
	return (CORE_REFS + 2 * SNAPSHOT_SLOTS_MAX + 2 * SLOTS_OPEN_MAX + 4) *
		       (size_t)VALUE_BYTES_MAX +
	       inbox_bytes_of(config);
}

size_t member_size(const struct member_config *config)
{
	size_t values =
		config->values != NULL ? 0 : values_size(VALUES_MAX, values_bytes_of(config));

	return aligned(sizeof(struct member)) + aligned(inbox_size(inbox_bytes_of(config))) +
	       aligned(outbox_bytes_of(config)) + aligned(sizeof(struct witness)) +
	       aligned(proofs_size()) + values;
}

struct member *member_init(void *memory, const struct member_config *config)
{
	struct member *m = memory;
	uint8_t *at = (uint8_t *)memory + aligned(sizeof *m);

	assert(memory != NULL);
	assert(config->boot > 0);
	/* Up to the large scratch parts, which are written before they are read. */
	memset(m, 0, offsetof(struct member, frame));
	m->config = *config;
	m->random = config->random;
	m->number = config->number;
	m->config.paxos.policy = config->policy;
	paxos_init(&m->paxos, &m->config.paxos);
	for (unsigned i = 0; i < config->lines; i++)
		paxos_set_policy(&m->paxos, config->line[i].from, config->line[i].policy);
	history_init(&m->history);
	liar_init(&m->liar);
	inbox_init(&m->inbox, at, inbox_bytes_of(config));
	at += aligned(inbox_size(inbox_bytes_of(config)));
	outbox_init(&m->outbox, at, outbox_bytes_of(config));
	m->outbox.out.events_left_out = 0;
	m->outbox.out.wake_at = 0;
	at += aligned(outbox_bytes_of(config));
	m->witness = (struct witness *)(void *)at;
	witness_init(m->witness);
	at += aligned(sizeof(struct witness));
	proofs_init(&m->proofs, at);
	at += aligned(proofs_size());
	m->values = config->values;
	if (m->values == NULL)
		m->values = values_init(at, VALUES_MAX, values_bytes_of(config));
	return m;
}

void member_restore(struct member *m, slot_number base, struct ballot promised)
{
	paxos_restore(&m->paxos, base, promised);
	m->history.end = base;
}

void member_restore_slot(struct member *m, slot_number slot, struct ballot voted_at,
			 const uint8_t *voted, uint32_t voted_length, struct ballot chosen_at,
			 const uint8_t *chosen, uint32_t chosen_length)
{
	if (!history_keeps(&m->history, slot))
		return;
	if (!ballot_is_none(voted_at)) {
		value_ref value = values_intern(m->values, voted, voted_length);
		paxos_restore_vote(&m->paxos, slot, voted_at, value);
		history_vote(&m->history, slot, voted_at, value);
	}
	if (!ballot_is_none(chosen_at)) {
		value_ref value = values_intern(m->values, chosen, chosen_length);
		paxos_restore_chosen(&m->paxos, slot, chosen_at, value);
		history_chosen(&m->history, slot, chosen_at, value);
	}
}

void member_restore_hard(struct member *m, slot_number slot, struct ballot echoed_at,
			 const uint8_t *echoed, uint32_t echoed_length, const uint8_t *proofs,
			 uint32_t proofs_length)
{
	if (!ballot_is_none(echoed_at))
		paxos_restore_echo(&m->paxos, slot, echoed_at,
				   values_intern(m->values, echoed, echoed_length));
	if (proofs_length > 0)
		paxos_restore_cert(&m->paxos, slot, proofs_keep(&m->proofs, proofs, proofs_length));
}

void member_restore_chosen_proofs(struct member *m, slot_number slot, const uint8_t *proofs,
				  uint32_t proofs_length)
{
	if (proofs_length > 0)
		paxos_restore_chosen_cert(&m->paxos, slot,
					  proofs_keep(&m->proofs, proofs, proofs_length));
}

static void keep_quiet(struct member *m, unsigned events)
{
	m->event_seq += events;
	m->outbox.events += events;
	m->outbox.out.events_left_out += events;
}

void tell(struct member *m, const struct event *event)
{
	struct event e;

	if (m->config.quiet) {
		keep_quiet(m, 1);
		return;
	}
	m->event_seq++;
	m->outbox.events++;
	e = *event;
	e.node = m->config.paxos.self;
	e.boot = m->config.boot;
	e.seq = m->event_seq;
	e.at = m->now;
	if (!outbox_event(&m->outbox, &e))
		m->outbox.out.events_left_out++;
}

static struct event event_of_frame(const struct member *m, enum event_kind kind,
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

void tell_frame(struct member *m, enum event_kind kind, const struct frame *frame, uint8_t copy,
		time_us due)
{
	if (m->config.quiet) {
		keep_quiet(m, 1);
		return;
	}
	struct event e = event_of_frame(m, kind, frame, copy, due);
	tell(m, &e);
}

void tell_dropped(struct member *m, const struct frame *frame, uint8_t copy, enum drop why)
{
	struct event e = {.kind = EVENT_DROPPED};

	if (frame != NULL)
		e = event_of_frame(m, EVENT_DROPPED, frame, copy, 0);
	e.drop = why;
	m->counts.dropped[why]++;
	tell(m, &e);
}

static bool must_sign(const struct member *m, policy_id policy)
{
	return m->config.sign || policy_has(policy, DEFENCE_SIGN);
}

/* An Accept names the NewView that it rests on: this member's latest, or the one that is given. */
static void fill_view(struct member *m, struct frame *frame)
{
	uint32_t length = 0;
	const uint8_t *digest = values_bytes(m->proofs.kept, frame->message.view, &length);

	memset(frame->view, 0, DIGEST_BYTES);
	if (length == DIGEST_BYTES)
		memcpy(frame->view, digest, DIGEST_BYTES);
	else if (ballot_cmp(m->view_ballot, frame->message.ballot) == 0)
		memcpy(frame->view, m->view_digest, DIGEST_BYTES);
}

static void fill_proofs(struct member *m, struct frame *frame)
{
	const struct message *message = &frame->message;
	const policy_id now = paxos_policy_now(&m->paxos);

	frame->proofs = m->proofs.bytes;
	frame->proofs_length = proofs_write(&m->proofs, message->proof_list, message->proofs);
	if (message->type == MSG_PREPARE && m->out_of_window && policy_has(now, DEFENCE_WINDOW)) {
		proof_ref list[NODES_MAX];
		unsigned count =
			window_evidence(&m->window, policy_f(now, m->config.paxos.nodes), list);
		frame->proofs_length = proofs_write(&m->proofs, list, count);
	}
}

/* What this member just signed, as a proof of its own. */
static proof_ref keep_own(struct member *m, const uint8_t *bytes, size_t length)
{
	struct frame *frame = &m->frame;

	frame_point(frame, bytes, length);
	if (frame->message.type == MSG_NEW_VIEW && frame->message.from == m->config.paxos.self) {
		m->view_ballot = frame->message.ballot;
		frame_view_digest(frame, m->view_digest);
	}
	frame->message.proof = proofs_own(&m->proofs, frame);
	if (frame->message.from == m->config.paxos.self)
		window_note(&m->window, &frame->message);
	return frame->message.proof;
}

/* Where the message now lies in the outbox; 0: there is no room. */
static size_t write_frame(struct member *m, const struct message *message, node_set to,
			  uint8_t *bytes, size_t capacity, proof_ref *proof)
{
	struct frame *frame = &m->frame;
	bool sign;

	frame->sender = m->config.paxos.self;
	frame->to = to;
	frame->policy = message->type == MSG_EVIDENCE ? paxos_policy_now(&m->paxos)
						      : paxos_policy(&m->paxos, message->slot);
	frame->id = (struct message_id){frame->sender, m->config.boot, m->message_number + 1};
	frame->message = *message;
	frame->message.to = to;
	sign = must_sign(m, frame->policy);
	fill_proofs(m, frame);
	if (message_fields_under(message->type, frame->policy) & FIELD_VIEW)
		fill_view(m, frame);
	size_t length = frame_encode(&m->config.wire, frame, m->values, m->config.crypto,
				     sign ? &m->config.key : NULL, bytes, capacity);
	*proof = length > 0 && sign ? keep_own(m, bytes, length) : PROOF_NONE;
	return length;
}

static void loop_back(struct member *m, const uint8_t *bytes, size_t length)
{
	/* No room: lost like any message, and sent again like any. */
	if (m->loops < LOOPS_MAX)
		m->loop[m->loops++] = (struct loop){bytes, length};
}

proof_ref put_on_wire(struct member *m, const struct message *message)
{
	const node_set self = set_of(m->config.paxos.self);
	const node_set others = message->to & ~self;
	size_t capacity;
	uint8_t *bytes = outbox_frame_room(&m->outbox, &capacity);
	proof_ref proof;
	size_t length =
		write_frame(m, message, others != 0 ? others : self, bytes, capacity, &proof);

	if (length == 0)
		return PROOF_NONE;
	if ((message->to & self) != 0)
		loop_back(m, bytes, length);
	if (others == 0) {
		outbox_keep(&m->outbox, length);
		return proof;
	}
	m->message_number++;
	m->counts.sent++;
	outbox_frame(&m->outbox, others, length);
	if (m->config.quiet) {
		keep_quiet(m, 1);
		return proof;
	}
	struct event e = event_of_frame(m, EVENT_SENT, &m->frame, 0, 0);
	e.peer = set_count(others) == 1 ? set_lowest(others) : NODE_NONE;
	tell(m, &e);
	return proof;
}

/* To itself even a liar tells the truth: its core is honest. */
void send_message(struct member *m, const struct message *message)
{
	const node_set self = set_of(m->config.paxos.self);
	struct message part = *message;

	if (!liar_is_armed(&m->liar)) {
		put_on_wire(m, message);
		return;
	}
	part.to = message->to & self;
	if (part.to != 0)
		put_on_wire(m, &part);
	part.to = message->to & ~self;
	if (part.to != 0)
		liar_out(&m->liar, &part, m->now);
}

/* The proofs that a write stores lie in the outbox until they are stored. */
static struct proof_entry keep_proofs(struct member *m, const struct paxos_write *w)
{
	size_t length = proofs_write(&m->proofs, w->proof_list, w->proofs);
	size_t capacity;
	uint8_t *room = outbox_frame_room(&m->outbox, &capacity);

	if (length == 0 || length > capacity)
		return (struct proof_entry){NULL, 0};
	memcpy(room, m->proofs.bytes, length);
	outbox_keep(&m->outbox, length);
	return (struct proof_entry){room, length};
}

static void note_write(struct member *m, const struct paxos_write *w)
{
	struct proof_entry proofs = keep_proofs(m, w);

	if (w->kind == WRITE_VOTE)
		history_vote(&m->history, w->slot, w->ballot, w->value);
	else if (w->kind == WRITE_CHOSEN)
		history_chosen(&m->history, w->slot, w->ballot, w->value);
	struct member_write *write = outbox_write(&m->outbox, w, m->values);
	write->epoch = m->config.wire.epoch;
	write->proofs = proofs.bytes;
	write->proofs_length = (uint32_t)proofs.length;
}

static void step_core(struct member *m, struct paxos_input *in)
{
	struct paxos_output *out = &m->step;
	const policy_id now = paxos_policy_now(&m->paxos);

	in->now = m->now;
	if (policy_has(now, DEFENCE_WINDOW))
		in->round_floor = 1 + window_edge(&m->window, policy_f(now, m->config.paxos.nodes));
	paxos_step(&m->paxos, in, out);
	if (m->config.stepped != NULL)
		m->config.stepped(m->config.stepped_user, &m->paxos, in, out);
	m->outbox.out.must_sync |= out->must_sync;
	m->core_wake = out->wake_at;
	for (unsigned i = 0; i < out->writes; i++)
		note_write(m, &out->write[i]);
	if (m->config.quiet) {
		keep_quiet(m, out->events);
	} else {
		for (unsigned i = 0; i < out->events; i++)
			tell(m, &out->event[i]);
	}
	for (unsigned i = 0; i < out->sends; i++)
		send_message(m, &out->send[i]);
	if (out->log_to != NODE_NONE)
		outbox_log(&m->outbox, out->log_to, out->log_from, out->log_count);
}

void step(struct member *m, struct paxos_input *in)
{
	step_core(m, in);
	while (m->loops_done < m->loops) {
		const struct loop *own = &m->loop[m->loops_done++];
		struct paxos_input said = {.kind = INPUT_MESSAGE, .message = &m->frame.message};

		if (admit_own(m, own->bytes, own->length))
			step_core(m, &said);
	}
	m->loops = m->loops_done = 0;
}

static void receive(struct member *m, const uint8_t *bytes, size_t length, uint8_t copy)
{
	struct paxos_input in = {.kind = INPUT_MESSAGE, .message = &m->frame.message};
	const struct message_id *id = &m->frame.id;
	uint64_t age = (uint64_t)id->boot << 48 | (id->number & 0xffffffffffff);

	m->counts.received++;
	if (age < m->newest[id->source])
		m->counts.overtaken++;
	else
		m->newest[id->source] = age;
	if (m->frame.message.type == MSG_EVIDENCE) {
		enum drop why = take_evidence(m, &m->frame);

		if (why == DROP_NOTHING)
			tell_frame(m, EVENT_RECEIVED, &m->frame, copy, 0);
		else
			tell_dropped(m, &m->frame, copy, why);
		share_proofs(m);
		return;
	}
	enum drop why = admit_proofs(m);
	if (why != DROP_NOTHING) {
		tell_dropped(m, &m->frame, copy, why);
		return;
	}
	tell_frame(m, EVENT_RECEIVED, &m->frame, copy, 0);
	if (m->frame.message.proof != PROOF_NONE)
		hear_words(m, &m->frame);
	const bool is_back = m->frame.message.type == MSG_SYNC;
	const node_id from = m->frame.message.from;
	const uint16_t boot = m->frame.id.boot;
	/* The step writes its own frames into m->frame, but not before it has read this one. */
	if ((!liar_is_armed(&m->liar) || liar_hears(m, bytes, length)) && !defend(m))
		step(m, &in);
	share_proofs(m);
	if (is_back)
		share_again(m, from, boot);
}

void take_in(struct member *m, struct held *held)
{
	const uint8_t copy = held->event.copy;
	bool known;
	const uint8_t *bytes = inbox_bytes(&m->inbox, held);
	const size_t length = held->length;
	enum drop why = admit(m, bytes, length, &known);

	/* The bytes stay where they are until something else is put in. */
	inbox_remove(&m->inbox, held);
	if (why != DROP_NOTHING)
		tell_dropped(m, known ? &m->frame : NULL, copy, why);
	else
		receive(m, bytes, length, copy);
}

static void mark(void *context, value_ref ref)
{
	values_mark(context, ref);
}

void member_mark(const struct member *m)
{
	paxos_refs(&m->paxos, mark, m->values);
	liar_refs(&m->liar, mark, m->values);
	history_mark(&m->history, m->values);
	for (unsigned i = 0; i < m->inbox.count; i++)
		values_mark(m->values, inbox_at(&m->inbox, i)->event.value);
	for (unsigned i = 0; i < m->outbox.out.events; i++)
		values_mark(m->values, m->outbox.event[i].value);
}

static bool has_room_for_values(const struct member *m)
{
	return m->config.values != NULL ||
	       values_has_room(m->values, SLOTS_OPEN_MAX + 1,
			       (SLOTS_OPEN_MAX + 1) * (size_t)VALUE_BYTES_MAX);
}

/* Proofs that nobody refers to are forgotten when there is no room for those of another message. */
static void make_room_for_proofs(struct member *m)
{
	struct values *kept = m->proofs.kept;

	if (values_has_room(kept, TOLD_MAX + SLOTS_OPEN_MAX, 2 * PROOFS_BYTES_MAX) ||
	    !outbox_is_empty(&m->outbox))
		return;
	values_unmark(kept);
	paxos_proofs(&m->paxos, mark, kept);
	liar_proofs(&m->liar, mark, kept);
	for (node_id id = 1; id <= NODES_MAX; id++)
		values_mark(kept, m->window.seen[id].proof);
	values_sweep(kept);
}

/* While nothing points into the table from outside, what nobody refers to is forgotten. */
static void make_room_for_values(struct member *m)
{
	if (has_room_for_values(m) || !outbox_is_empty(&m->outbox))
		return;
	values_unmark(m->values);
	member_mark(m);
	values_sweep(m->values);
}

bool member_is_full(const struct member *m)
{
	if (!outbox_has_room(&m->outbox))
		return true;
	return !outbox_is_empty(&m->outbox) && !has_room_for_values(m);
}

/* Does time let this frame through? */
static bool is_due(const struct member *m, const struct held *held)
{
	if (held->due > m->now)
		return false;
	if (!clock_is_paused(&m->config.clock))
		return true;
	return m->advancing && held->order <= m->advance_order;
}

/* A gate stands at the end of the link: what comes to it stops until it is told to go on. */
static void stop_at_gate(struct member *m, struct held *held)
{
	held->event.due = 0;
	inbox_set_due(&m->inbox, held, DUE_WHEN_TOLD);
	tell(m, &held->event);
}

static bool timer_is_due(const struct member *m)
{
	return m->core_wake != 0 && m->core_wake <= m->now &&
	       (m->advancing || !clock_is_paused(&m->config.clock));
}

static bool liar_is_due(const struct member *m)
{
	return liar_is_armed(&m->liar) && m->liar.wake_at != 0 && m->liar.wake_at <= m->now &&
	       (m->advancing || !clock_is_paused(&m->config.clock));
}

void work(struct member *m)
{
	struct held *held;

	while (m->links_up != 0 && !member_is_full(m)) {
		struct paxos_input in = {.kind = INPUT_LINK_UP, .peer = set_lowest(m->links_up)};
		m->links_up &= m->links_up - 1;
		step(m, &in);
	}
	while ((held = inbox_first(&m->inbox)) != NULL && is_due(m, held) && !member_is_full(m)) {
		if (m->config.gated)
			stop_at_gate(m, held);
		else
			take_in(m, held);
	}
	if (member_is_full(m))
		return;
	if (timer_is_due(m)) {
		struct paxos_input in = {.kind = INPUT_TIMER};
		step(m, &in);
	}
	if (liar_is_due(m))
		liar_timer(&m->liar, m->now);
	m->advancing = false;
}

static void come_to(struct member *m, time_us now)
{
	if (now > m->now && !clock_is_paused(&m->config.clock))
		m->now = now;
	make_room_for_values(m);
	make_room_for_proofs(m);
}

void member_start(struct member *m, time_us now)
{
	struct paxos_input in = {.kind = INPUT_START, .again = m->config.boot > 1};

	m->now = now;
	tell(m, &(struct event){.kind = EVENT_STARTED, .count = (uint32_t)m->paxos.base});
	step(m, &in);
}

/* Puts a frame on its way; copy 0 is the original. */
static void hold(struct member *m, const uint8_t *bytes, size_t length, time_us delay, uint8_t copy)
{
	const struct link_rule usual = link_rule_default();
	bool stops = m->config.gated && delay == 0;
	time_us due = m->now + delay;
	struct event e = event_of_frame(m, EVENT_HELD, &m->frame, copy, stops ? 0 : due);

	e.boot = m->config.boot;
	e.at = m->now;
	struct held *held = inbox_put(&m->inbox, stops ? DUE_WHEN_TOLD : due, bytes, length, &e);
	if (held == NULL) {
		tell_dropped(m, &m->frame, copy, DROP_FULL);
		return;
	}
	held->copies = copy;
	m->counts.duplicated += copy;
	m->counts.delayed += delay > usual.delay_us + usual.jitter_us;
	e.kind = copy == 0 ? EVENT_HELD : EVENT_DUPLICATED;
	tell(m, &e);
}

/* Nothing stands between the wire and the core. */
static bool goes_through(const struct member *m)
{
	const struct held *first = inbox_first(&m->inbox);

	return !m->config.gated && !clock_is_paused(&m->config.clock) &&
	       (first == NULL || first->due > m->now) && !member_is_full(m);
}

void member_frame_in(struct member *m, time_us now, const uint8_t *bytes, size_t length)
{
	node_id sender;
	node_set to;
	bool known;

	come_to(m, now);
	if (!frame_peek(bytes, length, &sender, &to)) {
		tell_dropped(m, NULL, 0, DROP_SHORT);
		return;
	}
	if (!set_has(to, m->config.paxos.self))
		return;
	enum drop why = admit(m, bytes, length, &known);
	if (why != DROP_NOTHING) {
		tell_dropped(m, known ? &m->frame : NULL, 0, why);
		return;
	}
	struct link_verdict verdict =
		link_decide(&m->config.link[m->frame.sender], random_next(&m->random),
			    clock_is_unlimited(&m->config.clock));
	if (verdict.drop != DROP_NOTHING) {
		tell_dropped(m, &m->frame, 0, verdict.drop);
		return;
	}
	bool at_once = verdict.delay_us == 0 && goes_through(m);
	if (!at_once)
		hold(m, bytes, length, verdict.delay_us, 0);
	if (verdict.duplicate)
		hold(m, bytes, length, verdict.copy_delay_us, 1);
	if (at_once)
		receive(m, bytes, length, 0);
	/* The original knows that there is a copy, for whoever makes another by hand. */
	else if (verdict.duplicate) {
		struct held *held = inbox_find(&m->inbox, m->frame.id, 0);
		if (held != NULL)
			held->copies = 1;
	}
	if (verdict.duplicate)
		work(m);
}

static void answer(struct member *m, uint64_t number, enum drop verdict)
{
	if (verdict != DROP_NOTHING)
		m->counts.dropped[verdict]++;
	tell(m, &(struct event){
			.kind = verdict == DROP_NOTHING ? EVENT_OBEYED : EVENT_DISOBEYED,
			.number = number,
			.drop = verdict,
		});
}

/* Numbers rise; the last one again is a retransmission, and gets the same answer again. */
void member_control_in(struct member *m, time_us now, const struct control *control)
{
	come_to(m, now);
	if (control->number <= m->number) {
		answer(m, control->number,
		       control->number == m->number ? m->number_verdict : DROP_NUMBER);
		return;
	}
	if (member_is_full(m)) {
		answer(m, control->number, DROP_FULL);
		return;
	}
	m->number_verdict = obey(m, control);
	m->number = control->number;
	/* What was refused changed nothing and is weighed anew after a restart. */
	if (m->number_verdict == DROP_NOTHING) {
		m->config.number = control->number;
		m->outbox.out.settings_changed = true;
	}
	answer(m, control->number, m->number_verdict);
	work(m);
}

void member_refuse_control(struct member *m, time_us now, uint64_t number, enum drop why)
{
	come_to(m, now);
	answer(m, number, why);
}

void member_tick(struct member *m, time_us now)
{
	come_to(m, now);
	work(m);
}

bool member_propose(struct member *m, time_us now, const uint8_t *value, uint32_t length)
{
	struct paxos_input in = {.kind = INPUT_PROPOSE, .slot = SLOT_NONE};

	come_to(m, now);
	if (length == 0 || m->paxos.pending_count == PENDING_MAX || member_is_full(m))
		return false;
	in.value = values_intern(m->values, value, length);
	if (in.value == VALUE_NONE)
		return false;
	step(m, &in);
	return true;
}

void member_commit_proven(struct member *m, node_id to, slot_number slot, struct ballot at,
			  const uint8_t *value, uint32_t length, const uint8_t *proofs,
			  uint32_t proofs_length)
{
	const proof_ref proof = proofs_keep(&m->proofs, proofs, proofs_length);
	const struct message message = {
		.type = MSG_COMMIT,
		.from = m->config.paxos.self,
		.to = set_of(to),
		.ballot = at,
		.slot = slot,
		.low = m->paxos.base,
		.value = values_intern(m->values, value, length),
		.proofs = proof != PROOF_NONE,
		.proof_list = &proof,
	};

	/* No room for the value: it is lost like any message, and asked for again. */
	if (message.value != VALUE_NONE)
		send_message(m, &message);
}

void member_commit(struct member *m, node_id to, slot_number slot, struct ballot at,
		   const uint8_t *value, uint32_t length)
{
	member_commit_proven(m, to, slot, at, value, length, NULL, 0);
}

static time_us wake_at(const struct member *m)
{
	const struct held *first = inbox_first(&m->inbox);
	time_us wake = m->core_wake;

	if (clock_is_paused(&m->config.clock))
		return m->advancing || m->links_up != 0 ? m->now : 0;
	if (m->links_up != 0)
		return m->now;
	if (first != NULL && first->due != DUE_WHEN_TOLD && (wake == 0 || first->due < wake))
		wake = first->due;
	if (liar_is_armed(&m->liar) && m->liar.wake_at != 0 &&
	    (wake == 0 || m->liar.wake_at < wake))
		wake = m->liar.wake_at;
	return wake;
}

const struct member_output *member_output(struct member *m)
{
	m->outbox.out.wake_at = wake_at(m);
	return &m->outbox.out;
}

void member_clear(struct member *m)
{
	outbox_clear(&m->outbox);
}

void member_set_quiet(struct member *m, bool quiet)
{
	m->config.quiet = quiet;
}

void member_settings(const struct member *m, struct clock_rule *clock,
		     struct link_rule link[NODES_MAX + 1], bool *gated, uint64_t *number)
{
	*clock = m->config.clock;
	memcpy(link, m->config.link, sizeof m->config.link);
	*gated = m->config.gated;
	*number = m->config.number;
}

unsigned member_policies(const struct member *m, uint32_t *epoch,
			 struct policy_line line[POLICY_LINES_MAX])
{
	*epoch = m->config.wire.epoch;
	memcpy(line, m->paxos.line, sizeof m->paxos.line);
	return m->paxos.lines;
}

const struct member_counts *member_counts(const struct member *m)
{
	return &m->counts;
}

const struct paxos *member_paxos(const struct member *m)
{
	return &m->paxos;
}

struct values *member_values(struct member *m)
{
	return m->values;
}
