/* A runner on a cluster that does what chance wants: nodes obey, refuse, lose an order, keep
 * silent, die when they are started, or are away. Each line of tests/data/runs/moody.txt is a
 * command and what was reported of it, with a digest of the orders that the cluster was given. The
 * sentences are to be read: REWRITE=1 build/tests/test_moody_cluster writes them anew.
 *
 * Beside that: every command ends within its patience with one report, a command that failed says
 * why, and no order goes to nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/fault/attack.h"
#include "proto/fault/defence.h"
#include "proto/fault/link.h"
#include "proto/model/base/query.h"
#include "proto/model/fold/fold.h"
#include "proto/scenario/pump.h"
#include "proto/scenario/runner.h"
#include "tests/support/lines.h"

#define NODES         5
#define SEEDS         120
#define COMMANDS_EACH 26
#define EVENTS        256

/* Of 100 orders to a node that is up. */
struct mood {
	unsigned obeys, refuses, loses, other; /* what is left: it keeps silent */
	unsigned dies;                         /* of 100 starts */
	unsigned cannot;                       /* of 100 things done to a process */
};

static const struct mood moods[] = {
	{100, 0, 0, 0, 0, 0}, {90, 4, 2, 2, 5, 3}, {60, 25, 5, 5, 20, 10},
	{70, 0, 25, 0, 0, 0}, {85, 0, 0, 0, 0, 0}, {50, 50, 0, 0, 0, 30},
};

struct fake {
	struct cluster cluster;
	struct cluster_ops ops;
	const struct mood *mood;
	bool is_live;
	struct event queue[EVENTS];
	unsigned first, end;
	uint64_t seq[NODES + 1];
	uint16_t boot[NODES + 1];
	time_us now;
	uint64_t number;
	uint32_t epoch;
	node_set down, stopped, unknown;
	node_set to_tell;
	struct snapshot snapshot;
	struct policy_line line[POLICY_LINES_MAX];
	unsigned lines;
	struct clock_rule clock;
	struct link_rule link[NODES + 1][NODES_MAX + 1];
	unsigned held;
	struct gate_rule gate;
	slot_number slots; /* decided */
	uint32_t pending[NODES + 1];
	time_us wake_at[NODES + 1];
	struct item_load load[NODES + 1];
	node_set loads, loads_to_tell;
};

static struct fake f;
static uint64_t random_state, digest;
static unsigned reports;
static enum report_kind last_kind;
static char last_words[400];

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static bool of_100(unsigned many)
{
	return draw(100) < many;
}

static void push(struct event e, bool numbered)
{
	assert_true(f.end - f.first < EVENTS);
	e.boot = f.boot[e.node];
	e.seq = numbered ? ++f.seq[e.node] : 0;
	e.at = f.now;
	f.queue[f.end++ % EVENTS] = e;
}

static void info(const struct cluster *c, struct cluster_info *out)
{
	(void)c;
	*out = (struct cluster_info){.kind = f.is_live ? CLUSTER_LIVE : CLUSTER_SIMULATED,
				     .nodes = NODES,
				     .can_act = true};
}

static void fill_snapshot(node_id id)
{
	f.snapshot = (struct snapshot){.node = id,
				       .boot = f.boot[id],
				       .seq = f.seq[id],
				       .at = f.now,
				       .epoch = f.epoch,
				       .nodes = NODES,
				       .quorum = 3,
				       .lines = (uint8_t)f.lines,
				       .clock = f.clock,
				       .gate = f.gate,
				       .base = f.slots,
				       .pending = (uint16_t)f.pending[id],
				       .wake_at = f.wake_at[id]};
	memcpy(f.snapshot.line, f.line, sizeof f.line);
	memcpy(f.snapshot.link, f.link[id], sizeof f.link[id]);
	f.snapshot.held = (uint8_t)f.held;
	for (unsigned i = 0; i < f.held; i++)
		f.snapshot.held_message[i] =
			(struct event){.kind = EVENT_HELD,
				       .node = id,
				       .peer = (node_id)(1 + i % NODES),
				       .id = {(node_id)(1 + i % NODES), i < 2 ? 2 : 1, i + 1},
				       .type = MSG_PREPARE,
				       .due = f.gate.on ? 0 : f.now + 500};
}

static enum item_kind next(struct cluster *c, time_us until, struct item *out)
{
	(void)c;
	*out = (struct item){.kind = ITEM_NOTHING};
	if (f.first != f.end) {
		out->event = &f.queue[f.first++ % EVENTS];
		return out->kind = ITEM_EVENT;
	}
	if (f.loads_to_tell != 0) {
		out->load = &f.load[set_lowest(f.loads_to_tell)];
		f.loads_to_tell &= f.loads_to_tell - 1;
		return out->kind = ITEM_LOAD;
	}
	if (f.to_tell != 0) {
		const node_id id = set_lowest(f.to_tell);

		f.to_tell &= f.to_tell - 1;
		fill_snapshot(id);
		out->snapshot = &f.snapshot;
		return out->kind = ITEM_SNAPSHOT;
	}
	if (until > f.now && !f.is_live)
		f.now = until;
	return out->kind;
}

static time_us now(const struct cluster *c, time_us real_us)
{
	(void)c;
	if (f.is_live)
		f.now = real_us;
	return f.now;
}

static void put(uint64_t word)
{
	digest = digest64(digest, (const uint8_t *)&word, sizeof word);
}

static void note_control(const struct control *c)
{
	const uint64_t of[] = {c->kind,
			       c->to,
			       c->asked,
			       c->slot,
			       c->value_length,
			       c->peer,
			       c->link.cut,
			       c->link.loss_ppm,
			       c->link.delay_us,
			       c->link.duplicate_ppm,
			       c->link.reorder_ppm,
			       c->link.jitter_us,
			       c->clock.num,
			       c->clock.den,
			       c->due,
			       c->count,
			       c->id.source,
			       c->id.number,
			       c->id.boot,
			       c->copy,
			       c->size_bytes,
			       c->outstanding,
			       c->rate,
			       c->gate.on,
			       c->other.number,
			       c->policy,
			       c->attack.attacks,
			       c->attack.colluders,
			       c->attack.victims,
			       c->attack.from_round,
			       c->attack.seed};

	digest = digest64(digest, (const uint8_t *)of, sizeof of);
	if (c->value_length > 0)
		digest = digest64(digest, c->value, c->value_length);
}

static void propose(node_id id, const struct control *c)
{
	const value_ref value = values_intern(f.cluster.values, c->value, c->value_length);
	const slot_number slot = c->slot == SLOT_NONE ? f.slots : c->slot;

	push((struct event){.kind = EVENT_QUEUED,
			    .node = id,
			    .slot = c->slot,
			    .value = value,
			    .count = 1},
	     true);
	f.pending[id]++;
	if (c->slot != SLOT_NONE && draw(4) == 0) {
		push((struct event){.kind = EVENT_LOST,
				    .node = id,
				    .slot = c->slot,
				    .value = value,
				    .because = BECAUSE_TAKEN},
		     true);
		f.pending[id]--;
		return;
	}
	if (draw(4) == 0 || slot != f.slots)
		return;
	for (node_id voter = 1; voter <= NODES; voter++)
		if (!set_has(f.down | f.stopped | f.unknown, voter)) {
			push((struct event){.kind = EVENT_ACCEPTED,
					    .node = voter,
					    .ballot = {(uint32_t)(1 + f.slots), id},
					    .slot = slot,
					    .value = value},
			     true);
			push((struct event){.kind = EVENT_CHOSEN,
					    .node = voter,
					    .ballot = {(uint32_t)(1 + f.slots), id},
					    .slot = slot,
					    .value = value,
					    .because = BECAUSE_COUNTED},
			     true);
		}
	push((struct event){.kind = EVENT_WON, .node = id, .slot = slot, .value = value}, true);
	f.slots++;
	f.pending[id]--;
}

static void obey(node_id id, const struct control *c)
{
	switch (c->kind) {
	case CONTROL_LINK:
		for (node_id from = 1; from <= NODES; from++)
			if (c->peer == NODE_NONE || c->peer == from)
				f.link[id][from] = c->link;
		push(
			(struct event){
				.kind = EVENT_LINKED, .node = id, .peer = c->peer, .link = c->link},
			true);
		break;
	case CONTROL_CLOCK:
		f.clock = c->clock;
		push((struct event){.kind = EVENT_TIMED, .node = id, .clock = c->clock}, true);
		break;
	case CONTROL_GATE:
		f.gate = control_gate(c);
		push((struct event){.kind = EVENT_GATED,
				    .node = id,
				    .count = c->count,
				    .to = set_first(NODES),
				    .types = TYPES_ALL},
		     true);
		break;
	case CONTROL_POLICY:
		push((struct event){.kind = EVENT_POLICY,
				    .node = id,
				    .slot = c->slot,
				    .policy = c->policy},
		     true);
		break;
	case CONTROL_EPOCH:
		f.epoch = c->count;
		f.lines = 1;
		f.line[0] = (struct policy_line){0, c->policy};
		push((struct event){.kind = EVENT_EPOCH,
				    .node = id,
				    .count = c->count,
				    .policy = c->policy},
		     true);
		break;
	case CONTROL_ATTACK:
		push((struct event){.kind = EVENT_ARMED,
				    .node = id,
				    .attack = c->attack.attacks,
				    .to = c->attack.colluders},
		     true);
		break;
	case CONTROL_PROPOSE:
		propose(id, c);
		break;
	case CONTROL_LOAD:
		f.load[id] = (struct item_load){
			.node = id,
			.report = {.number = c->number, .count = c->count, .done = draw(2) == 0}};
		f.loads |= draw(4) == 0 ? 0 : set_of(id);
		f.loads_to_tell |= draw(2) == 0 ? 0 : f.loads & set_of(id);
		break;
	case CONTROL_ADVANCE:
		f.now = higher_of(f.now, c->due);
		if (c->peer == id)
			f.wake_at[id] = draw(2) == 0 ? 0 : f.now + 1 + draw(3000);
		break;
	default:
		break;
	}
	push((struct event){.kind = EVENT_OBEYED, .node = id, .number = c->number}, true);
}

static void disobey(node_id id, const struct control *c, enum drop why)
{
	push((struct event){.kind = EVENT_DISOBEYED, .node = id, .number = c->number, .drop = why},
	     true);
}

static bool control(struct cluster *c, struct control *order)
{
	assert_true((order->to & ~set_first(NODES)) == 0 && order->to != 0);
	if (of_100(f.mood->cannot / 4)) {
		snprintf(c->why, sizeof c->why, "the operator's key is gone");
		return false;
	}
	order->number = ++f.number;
	note_control(order);
	for (node_set left = order->to; left != 0; left &= left - 1) {
		const node_id id = set_lowest(left);
		const uint64_t what = draw(100);

		if (set_has(f.down | f.stopped | f.unknown, id))
			continue;
		if (what < f.mood->obeys)
			obey(id, order);
		else if (what < f.mood->obeys + f.mood->refuses)
			disobey(id, order, DROP_REFUSED);
		else if (what < f.mood->obeys + f.mood->refuses + f.mood->loses)
			disobey(id, order, DROP_LOSS);
		else if (what < f.mood->obeys + f.mood->refuses + f.mood->loses + f.mood->other)
			disobey(id, order, draw(2) == 0 ? DROP_QUEUE : DROP_FULL);
	}
	return true;
}

static bool process(struct cluster *c, node_id node, enum process_act act)
{
	static const enum event_kind kinds[] = {[PROCESS_CRASH] = EVENT_CRASHED,
						[PROCESS_STOP] = EVENT_STOPPED,
						[PROCESS_CONTINUE] = EVENT_CONTINUED};

	put((uint64_t)node << 8 | act);
	if (of_100(f.mood->cannot)) {
		snprintf(c->why, sizeof c->why, "n%u has no process of this program", node);
		return false;
	}
	if (act == PROCESS_MAY_RESTART)
		return true;
	if (act == PROCESS_RESTART || act == PROCESS_REPLACE) {
		f.boot[node]++;
		f.seq[node] = 0;
		c->why[0] = 0;
		if (of_100(f.mood->dies)) {
			if (draw(2) == 0)
				snprintf(c->why, sizeof c->why, "n%u: the disk is full", node);
			push((struct event){.kind = EVENT_CRASHED, .node = node}, false);
			return true;
		}
		f.down &= ~set_of(node);
		push((struct event){.kind = EVENT_STARTED, .node = node}, true);
		return true;
	}
	if (draw(30) == 0)
		return true; /* and nothing happens */
	if (act == PROCESS_WIPE || act == PROCESS_COPY || act == PROCESS_ROLL_BACK) {
		push((struct event){.kind = EVENT_DISK,
				    .node = node,
				    .count = act == PROCESS_WIPE   ? DISK_WIPED
					     : act == PROCESS_COPY ? DISK_COPIED
								   : DISK_PUT_BACK},
		     false);
		return true;
	}
	f.down |= act == PROCESS_CRASH ? set_of(node) : 0;
	f.stopped &= ~set_of(node);
	f.stopped |= act == PROCESS_STOP ? set_of(node) : 0;
	push((struct event){.kind = kinds[act], .node = node}, false);
	return true;
}

static void refresh(struct cluster *c)
{
	(void)c;
	f.to_tell = set_first(NODES) & ~f.down & ~f.stopped & ~f.unknown;
	f.loads_to_tell |= f.loads & f.to_tell;
	if (of_100(f.mood->dies / 2))
		f.to_tell &= (node_set)draw(1u << NODES);
}

static bool away(struct cluster *c, node_id node, struct away *out)
{
	(void)c;
	*out = (struct away){.gate = f.gate};
	for (unsigned from = 0; from <= NODES_MAX; from++)
		out->link[from] = f.link[node][from];
	out->touched_is_known = draw(3) != 0;
	out->untouched = f.slots + draw(9);
	return draw(4) != 0;
}

static void on_report(void *user, const struct report *report)
{
	(void)user;
	reports++;
	last_kind = report->kind;
	snprintf(last_words, sizeof last_words, "%s", report->words);
}

/* --- What is asked for. */

static const char *const lines[] = {
	"crash %n",
	"restart %n",
	"restart %n,%n",
	"replace %n",
	"stop %n",
	"continue %n",
	"propose %n v%n",
	"propose %n v%n at 9",
	"propose %n v%n --wait within 2s",
	"propose %n v%n at %n",
	"propose %n v%n at %n --wait within 1s",
	"defend sign",
	"defend all",
	"defend none",
	"defend quorum f=1",
	"defend sign off",
	"defend lease sign",
	"epoch",
	"epoch all",
	"epoch sign cert",
	"attack %n mute",
	"attack %n,%n equivocate lie to 1,2 from 5",
	"attack %n none",
	"cut %n %n",
	"cut %n,%n %n both",
	"join %n %n",
	"partition 1,2 | 3,4,5",
	"heal",
	"link %n %n delay 80ms loss 20% dup 5% jitter 2ms reorder 1%",
	"gate on",
	"gate on %n,%n",
	"gate off",
	"deliver n%n.1.%n",
	"deliver prepare %n %n",
	"drop prepare %n %n",
	"duplicate prepare %n %n",
	"pause",
	"resume",
	"step",
	"step 3",
	"rate 2x",
	"rate 1/100",
	"rate unlimited",
	"wait 1s",
	"wait chosen 0 v1 within 1s",
	"wait idle within 1s",
	"wait caught-up within 2s",
	"expect agreement",
	"expect not chosen 0 v2 for 1s",
	"expect chosen %n v%n on 1,2",
	"expect progress within 1s",
	"say \"hello\"",
	"state",
	"expect stalled",
	"expect progress",
	"expect not stalled for 3s",
	"expect stalled within 5s",
	"wait progress within 1s",
	"wait stalled within 4s",
	"expect not violation",
	"wait up %n within 1s",
	"expect down %n or stopped %n",
	"expect idle or chosen 0 v1 within 1s",
	"wait caught-up or stalled within 3s",
	"expect leader %n within 1s",
	"wait 100ms",
	"deliver prepare 2 1 ballot 2.1 slot 0",
	"link 1 2 loss 12.34% dup 0.05%",
	"load %n %n0",
	"load %n %n0 size 9 outstanding %n rate 2k",
	"load %n none",
	"timer %n",
	"timer %n until chosen 0 v1 within 2s",
	"until chosen 0 v%n within 1s",
	"until idle",
	"step to %ns",
	"step to 4000s",
	"read %n",
	"read %n local --wait within 1s",
	"mistake %n small-quorum",
	"disk %n crash-before vote",
	"disk %n wipe",
	"drop all prepare %n %n",
	"move n%n.1.%n before n%n.1.%n",
	"deliver prepare 1 %n",
};

static void any_line(char out[160])
{
	const char *from = lines[draw(sizeof lines / sizeof lines[0])];
	size_t used = 0;

	for (; *from != 0; from++) {
		if (from[0] != '%' || from[1] != 'n') {
			out[used++] = *from;
			continue;
		}
		out[used++] = (char)('1' + draw(NODES));
		from++;
	}
	out[used] = 0;
}

/* What happens to nodes by itself. */
static void something_happens(void)
{
	const node_id id = (node_id)(1 + draw(NODES));

	switch (draw(9)) {
	case 0:
		if (set_has(f.down | f.stopped | f.unknown, id))
			break;
		f.unknown |= set_of(id);
		push((struct event){.kind = EVENT_SILENT, .node = id, .due = f.now}, false);
		break;
	case 1:
		if (!set_has(f.unknown, id))
			break;
		f.unknown &= ~set_of(id);
		f.to_tell |= set_of(id);
		break;
	case 2:
		if (set_has(f.down | f.unknown, id))
			break;
		f.down |= set_of(id);
		push((struct event){.kind = EVENT_CRASHED, .node = id}, false);
		break;
	case 3:
		f.held = (unsigned)draw(9);
		f.wake_at[id] = draw(3) == 0 ? 0 : f.now + draw(3000000);
		f.to_tell = set_first(NODES) & ~f.down & ~f.stopped & ~f.unknown;
		break;
	default:
		break;
	}
}

static struct model *m;
static struct runner *r;
static struct pump pump;
static time_us real_us;

static void begin(uint64_t seed)
{
	const bool is_mute = seed % 12 == 10; /* nobody has been heard of yet */

	random_state = seed;
	f = (struct fake){
		.mood = &moods[seed % 6], .is_live = seed % 3 == 1, .epoch = 1, .lines = 1};
	f.ops = (struct cluster_ops){.info = info,
				     .next = next,
				     .now = now,
				     .control = control,
				     .process = process,
				     .refresh = refresh,
				     .away = seed % 4 == 3 ? away : NULL};
	f.cluster.ops = &f.ops;
	f.clock = (struct clock_rule){.num = 1, .den = 1};
	f.cluster.values = values_init(malloc(values_size(512, 65536)), 512, 65536);
	m = malloc(model_size());
	r = malloc(sizeof *r);
	model_init(m, f.cluster.values, NODES);
	runner_init(r, &f.cluster, m, on_report, NULL);
	r->real_time = seed % 5 == 2 || seed % 6 == 4;
	real_us = 1000;
	pump_init(&pump, r, real_us);
	for (node_id id = 1; id <= NODES; id++) {
		f.boot[id] = 1;
		for (unsigned from = 0; from <= NODES_MAX; from++)
			f.link[id][from] = link_rule_default();
		if (!is_mute)
			push((struct event){.kind = EVENT_STARTED, .node = id}, true);
	}
	f.to_tell = is_mute ? 0 : set_first(NODES);
	f.unknown = is_mute ? set_first(NODES) : 0;
	pump_run(&pump, real_us);
	pump_run(&pump, real_us);
}

static void end(void)
{
	free(f.cluster.values);
	free(m);
	free(r);
}

static void play(const char *line)
{
	struct command c;
	char why[400];

	if (!command_parse(line, NODES, &c, why, sizeof why)) {
		lines_add("    %s: %s\n", line, why);
		return;
	}
	reports = 0;
	last_words[0] = 0;
	digest = 0;
	assert_true(runner_give(r, &c));
	assert_false(runner_give(r, &c));
	for (unsigned i = 0; pump_run(&pump, real_us) != RUNNER_READY; i++) {
		const time_us patience = runner_patience(r, real_us);

		if (i == 1000)
			fail_msg("%s: never ends (mood %u)", line, (unsigned)(f.mood - moods));
		put(runner_until(r, f.now));
		real_us += patience < 100000 && patience > 0 ? patience : 100000;
		if (draw(20) == 0)
			something_happens();
	}
	assert_int_equal(reports, 1);
	if (last_kind == REPORT_FAILED || last_kind == REPORT_TIMEOUT)
		assert_true(last_words[0] != 0);
	lines_add("    %s: %d %s%s%016llx\n", line, (int)last_kind, last_words,
		  last_words[0] == 0 ? "" : " ", (unsigned long long)digest);
}

static void whatever_nodes_do_each_command_ends_with_a_word(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/moody.txt");
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		char line[160];

		begin(seed);
		lines_add("%llu: %s%s\n", (unsigned long long)seed,
			  f.is_live ? "live" : "simulated", r->real_time ? ", real time" : "");
		for (unsigned i = 0; i < COMMANDS_EACH; i++) {
			/* so that a command that takes longer now changes few that come after it */
			random_state = 1000 * seed + i;
			if (draw(3) == 0)
				something_happens();
			any_line(line);
			play(line);
		}
		end();
	}
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_nodes_do_each_command_ends_with_a_word),
	};

	return cmocka_run_group_tests_name("moody cluster", tests, NULL, NULL);
}
