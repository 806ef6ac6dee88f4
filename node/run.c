/* The life of a node. Every turn: take in what has come, let the member think, then carry out what
 * it owes in the order that safety asks for: send what need not wait, store, send, answer, tell. */
#include "node/node.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "node/held_file.h"
#include "node/io/clock.h"
#include "node/io/keys.h"
#include "node/keeper.h"

/* Messages taken in before the others get a turn: bounds the wait of a control under load. */
#define FRAMES_PER_TURN 256
/* So often it carries out what it makes itself owe, likewise. */
#define ROUNDS_PER_TURN 256

/* How long what can be learned again may stay unsynced. */
#define LAZY_US 3000

static time_us virtual_now(struct node *node)
{
	const time_us now = clock_at(&node->clock, real_time_us());
	/* A new clock rule may lie a little behind the old one. */
	if (now > node->now)
		node->now = now;
	return node->now;
}

static void begin_load(struct node *node, const struct load_order *order)
{
	uint64_t tag;
	random_fill(&tag, sizeof(tag));
	load_begin(&node->load, order, tag, virtual_now(node));
}

/* Puts the frames that leave before the sync, if there is one to wait for, or all others. */
static void put_frames(struct node *node, const struct member_output *out, bool ahead)
{
	const bool waits = out->must_sync && store_syncs(node->store);
	member_stamp(node->member, store_stored(node->store));
	for (unsigned i = 0; i < out->frames; i++)
		if ((waits && out->frame[i].early) == ahead)
			mailbox_put(&node->mailbox, out->frame[i].to, out->frame[i].bytes,
				    out->frame[i].length);
}

/* A watcher loses what it has not read when the connection ends. */
#define LAST_WORDS_MS 50

/* The node forgets what its disk does not hold; it has said all that it ever will. */
static void end_by_power_failure(struct node *node)
{
	mailbox_flush(&node->mailbox);
	poll(NULL, 0, LAST_WORDS_MS);
	raise(SIGKILL);
}

/* A disk that was made slow syncs no later than another, but is believed so much later. */
static void wait_for_slow_disk(const struct node *node, const struct member_output *out)
{
	if (!out->must_sync)
		return;
	const time_us longer = member_sync_us(node->member), real_us = real_time_us();
	if (longer > 0)
		usleep((useconds_t)clock_until(&node->clock, real_us,
					       clock_at(&node->clock, real_us) + longer));
}

/* Carries out what the member owes, in the order that safety asks for (proto/member/member.h).
 * Where there is a sync to wait for, early frames leave before it, and the others vote meanwhile.
 */
static enum status carry_out_output(struct node *node)
{
	const struct member_output *out = member_output(node->member);
	struct store_settings settings;
	if (out->fate == FATE_CRASH) {
		mailbox_flush(&node->mailbox);
		raise(SIGKILL);
	}
	if (out->settings_changed) {
		member_settings(node->member, &settings.clock, settings.link, &settings.gate,
				&settings.number);
		settings.lines =
			(uint8_t)member_policies(node->member, &settings.epoch, settings.line);
		settings.out_of = member_out_of(node->member);
		node->clock = settings.clock;
	}
	put_frames(node, out, true);
	if (out->must_sync && store_syncs(node->store))
		mailbox_flush(&node->mailbox);
	/* What is known of the peers' lives becomes durable with what rests on their messages. */
	enum status status = STATUS_OK;
	if (out->must_sync || out->writes > 0)
		status = store_keep_lives(node->store, member_lives(node->member));
	if (status == STATUS_OK)
		status = store_write(node->store, out->write, out->writes,
				     out->settings_changed ? &settings : NULL,
				     out->must_sync || out->settings_changed);
	if (status != STATUS_OK)
		return status;
	if (out->kept_changed)
		status = held_file_write(node->dir, node->member);
	if (status != STATUS_OK)
		return status;
	wait_for_slow_disk(node, out);
	put_frames(node, out, false);
	node->talks |= out->frames > 0;
	const uint64_t real_us = real_time_us();
	telemetry_turn(&node->telemetry, node->member, out, &node->load, real_us);
	load_observe(&node->load, out->write, out->writes, virtual_now(node));
	if (out->load.number != 0)
		begin_load(node, &out->load);
	if (out->fate == FATE_FORGET)
		end_by_power_failure(node);
	if (out->fate == FATE_EXIT)
		node->ending = true;
	for (unsigned i = 0; i < out->logs && node->logs < LOGS_MAX; i++)
		node->log[node->logs++] = out->log[i];
	node->wake_at = out->wake_at;
	member_clear(node->member);
	return STATUS_OK;
}

/* Reads what laggards asked for from the store, as far as the member has room. */
static enum status serve_logs(struct node *node)
{
	while (node->logs > 0 && !member_is_full(node->member)) {
		struct member_log *log = &node->log[node->logs - 1];
		struct store_choice choice = {.value = NULL};
		if (log->count > 0) {
			const enum status status = store_chosen(node->store, log->from, &choice);
			if (status != STATUS_OK)
				return status;
		}
		if (choice.value == NULL) {
			node->logs--;
			continue;
		}
		member_commit_proven(node->member, log->to, log->from, choice.at, choice.value,
				     choice.length, choice.proofs, choice.proofs_length);
		log->from++;
		log->count--;
	}
	return STATUS_OK;
}

/* Carries out what the member owes, and goes on as long as serving laggards, or the load, makes it
 * owe more; but not for ever, since a node alone chooses at once what it proposes. What it sends
 * meanwhile leaves together. */
static enum status carry_out_all(struct node *node)
{
	enum status status = carry_out_output(node);
	node->goes_on = false;
	for (unsigned rounds = 0;
	     status == STATUS_OK && (node->logs > 0 || node->load.running) && !node->ending;
	     rounds++) {
		node->goes_on = rounds == ROUNDS_PER_TURN;
		if (node->goes_on)
			break;
		status = serve_logs(node);
		if (status != STATUS_OK)
			break;
		const bool proposed = load_propose(&node->load, node->member, virtual_now(node));
		if (node->logs == 0 && !proposed)
			break;
		status = carry_out_output(node);
	}
	mailbox_flush(&node->mailbox);
	telemetry_load_turn(&node->telemetry, node->self, &node->load, real_time_us());
	return status;
}

/* Messages that were dropped for being of another epoch, or under other defences. */
static uint64_t count_of_foreign(const struct member *member)
{
	const struct member_counts *counts = member_counts(member);
	return counts->dropped[DROP_EPOCH] + counts->dropped[DROP_POLICY];
}

/* A message of another epoch, or under other defences: the sender or this node missed an order. One
 * of a life that is not known here: the sender has not greeted this node. */
static void take_message(struct node *node, time_us now, const struct bus_message *message)
{
	const struct member_counts *counts = member_counts(node->member);
	const uint64_t foreign_before = count_of_foreign(node->member);
	const uint64_t unknown_before = counts->dropped[DROP_LIFE];
	node_id sender = NODE_NONE;
	node_set to;
	frame_peek(message->bytes, message->length, &sender, &to);
	member_frame_in(node->member, now, message->bytes, message->length);
	if (count_of_foreign(node->member) != foreign_before)
		keeper_suspect(node, sender);
	if (counts->dropped[DROP_LIFE] != unknown_before)
		greeter_ask(&node->greeter, sender);
}

/* *taken: how many messages were taken in. */
static enum status take_frames(struct node *node, unsigned *taken)
{
	const time_us now = virtual_now(node);
	struct bus_message message;
	enum status status = STATUS_OK;
	for (*taken = 0; status == STATUS_OK && *taken < FRAMES_PER_TURN &&
			 !member_is_full(node->member) && mailbox_take(&node->mailbox, &message);
	     ++*taken) {
		if (is_hello(message.bytes, message.length))
			status = greeter_take(&node->greeter, message.bytes, message.length);
		else if (is_between_nodes(message.bytes, message.length))
			status = keeper_hear(node, message.bytes, message.length);
		else
			take_message(node, now, &message);
	}
	return status;
}

static enum status take_control(struct node *node, const struct bus_message *message)
{
	struct control control;
	enum control_frame_kind kind;
	uint8_t cluster[8];
	uint32_t epoch;
	node_set to;
	uint8_t wants;
	const time_us now = virtual_now(node);
	enum drop why = control_frame_peek(message->bytes, message->length, &kind, cluster, &epoch);
	if (why == DROP_NOTHING && kind == FRAME_QUERY) {
		why = query_decode(message->bytes, message->length, &to, &wants);
		if (why == DROP_NOTHING && set_has(to, node->self))
			node->asked |= wants;
	} else if (why == DROP_NOTHING && kind == FRAME_CONTROL) {
		control = (struct control){.to = set_of(node->self)};
		why = control_decode(&node->context, message->bytes, message->length,
				     &crypto_ed25519, &node->roster.operator_key, &control);
		node->talks = true;
		if (why == DROP_NOTHING && control_stands(control.kind))
			return keeper_take(node, &control, message->bytes, message->length);
		if (!set_has(control.to, node->self))
			return STATUS_OK;
		if (why == DROP_NOTHING)
			member_control_in(node->member, now, &control);
	}
	if (why != DROP_NOTHING)
		member_answer_control(node->member, now, 0, why);
	return STATUS_OK;
}

static enum status take_controls(struct node *node)
{
	struct bus_message message;
	enum status status = STATUS_OK;
	telemetry_listen(&node->telemetry, node->member);
	for (unsigned taken = 0; taken < FRAMES_PER_TURN && status == STATUS_OK && !node->ending &&
				 bus_receive(&node->control, &message);
	     taken++) {
		status = take_control(node, &message);
		bus_release(&message);
		/* A control may change the clock, which the next one then is read by. */
		if (status == STATUS_OK)
			status = carry_out_all(node);
	}
	return status;
}

/* Answers what dashboards asked for in this turn. */
static void answer_queries(struct node *node)
{
	if ((node->asked & QUERY_ORDERS) != 0)
		keeper_greet(node);
	if ((node->asked & QUERY_ROSTER) != 0)
		telemetry_roster(&node->telemetry, &node->roster);
	/* Before the snapshot: a dashboard that has the snapshot has heard of all proofs. */
	if ((node->asked & QUERY_PROOFS) != 0)
		telemetry_proofs(&node->telemetry, node->member);
	if ((node->asked & QUERY_SNAPSHOT) != 0) {
		telemetry_values(&node->telemetry, node->member);
		telemetry_snapshot(&node->telemetry, node->member, &node->load);
	}
	node->asked = 0;
}

/* How long nothing needs to be done, real time. */
static uint64_t time_until_due(const struct node *node)
{
	const uint64_t real_us = real_time_us();
	const uint64_t tell_us = telemetry_deadline(&node->telemetry, &node->load);
	const uint64_t look_us = mesh_deadline(&node->mesh);
	const uint64_t keep_us = keeper_deadline(node);
	const uint64_t greet_us = greeter_deadline(&node->greeter);
	uint64_t deadline = tell_us < look_us ? tell_us : look_us;
	deadline = keep_us < deadline ? keep_us : deadline;
	deadline = greet_us < deadline ? greet_us : deadline;
	uint64_t wait_us = WAIT_FOREVER;
	if (mailbox_has_more(&node->mailbox) || node->goes_on)
		return 0;
	if (node->wake_at != 0)
		wait_us = clock_until(&node->clock, real_us, node->wake_at);
	const time_us load_at = load_wake(&node->load);
	if (load_at != 0) {
		const uint64_t left_us = clock_until(&node->clock, real_us, load_at);
		wait_us = left_us < wait_us ? left_us : wait_us;
	}
	if (deadline != WAIT_FOREVER) {
		const uint64_t left_us = deadline > real_us ? deadline - real_us : 0;
		wait_us = left_us < wait_us ? left_us : wait_us;
	}
	return wait_us;
}

enum source { DATA, CONTROLS, SIGNALS, CONTINUED, ALIVE, LEASH, SOURCES };

/* Waits until something is ready or due. What need not be durable before it is sent (that a value
 * is chosen) shares the next vote's sync, or gets one of its own when there is none for a moment.
 */
static enum status wait_for_work(struct node *node, struct pollfd source[SOURCES])
{
	struct timespec space;
	if (store_is_dirty(node->store)) {
		const uint64_t wait_us = time_until_due(node);
		const bool is_short = wait_us < LAZY_US;
		const int ready = ppoll(source, SOURCES,
					wait_timespec(is_short ? wait_us : LAZY_US, &space), NULL);
		if (ready > 0 || is_short)
			return STATUS_OK;
		const enum status status = store_flush(node->store);
		if (status != STATUS_OK)
			return status;
	}
	if (ppoll(source, SOURCES, wait_timespec(time_until_due(node), &space), NULL) < 0 &&
	    errno != EINTR)
		return status_fail_errno(STATUS_UNAVAILABLE, "cannot wait");
	return STATUS_OK;
}

/* A journal that ends early is told of once: to whoever listens, and in the log. */
static void tell_journal(struct node *node)
{
	const char *trouble = journal_trouble(node->journal);
	if (trouble == NULL || node->journal_ended)
		return;
	node->journal_ended = true;
	fprintf(stderr, "paxos-node: %s\n", trouble);
	member_say(node->member, virtual_now(node),
		   &(struct event){.kind = EVENT_UNJOURNALED,
				   .number = journal_inputs(node->journal)});
}

/* What came meanwhile may have been lost, a standing order too. */
static void greet_after_stop(struct node *node)
{
	struct signalfd_siginfo said;
	while (read(node->continued, &said, sizeof(said)) > 0)
		continue;
	keeper_greet(node);
}

enum status node_run(struct node *node)
{
	struct pollfd source[SOURCES] = {
		[DATA] = {.fd = node->mesh.in.ready, .events = POLLIN},
		[CONTROLS] = {.fd = node->control.ready, .events = POLLIN},
		[SIGNALS] = {.fd = node->signals, .events = POLLIN},
		[CONTINUED] = {.fd = node->continued, .events = POLLIN},
		[ALIVE] = {.fd = node->alive, .events = POLLIN},
		[LEASH] = {.fd = node->leash, .events = POLLIN},
	};
	enum status status = carry_out_all(node);
	while (status == STATUS_OK && !node->ending) {
		status = wait_for_work(node, source);
		if (status != STATUS_OK)
			return status;
		if (source[SIGNALS].revents != 0 || source[ALIVE].revents != 0)
			break;
		if (source[LEASH].revents != 0 && node_is_left(node))
			break;
		source[LEASH].fd = node->leash;
		if (source[CONTINUED].revents != 0)
			greet_after_stop(node);
		unsigned taken = 0;
		if (source[DATA].revents != 0 || mailbox_has_more(&node->mailbox))
			status = take_frames(node, &taken);
		if (taken == 0)
			member_tick(node->member, virtual_now(node));
		tell_journal(node);
		if (status == STATUS_OK)
			status = carry_out_all(node);
		if (status == STATUS_OK && source[CONTROLS].revents != 0)
			status = take_controls(node);
		if (node->asked != 0)
			answer_queries(node);
		mesh_turn(&node->mesh, node->talks, real_time_us());
		node->talks = false;
		if (status == STATUS_OK)
			status = keeper_turn(node, real_time_us());
		greeter_turn(&node->greeter, real_time_us());
	}
	return status;
}
