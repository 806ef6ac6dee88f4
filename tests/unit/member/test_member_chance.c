/* Four members side by side under whatever chance does to them: frames late, lost, twice or
 * spoiled, timers early and late, orders with and without sense. Whatever happens, no two of them
 * learn different values, what they promised never falls, and what a frame relies on is stored
 * before. Beside that each line of tests/data/runs/member.txt is a digest of all that the members
 * put out and say about themselves: REWRITE=1 build/tests/test_member_chance writes them anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/core/digest.h"
#include "proto/core/paxos_state.h"
#include "proto/fault/attack.h"
#include "proto/fault/link.h"
#include "proto/member/member.h"
#include "tests/support/core_digest.h"
#include "tests/support/lines.h"
#include "tests/support/policy_named.h"

#define NODES 7 /* at most */
#define STEPS 700
#define SEEDS 480
#define SLOTS 256
#define WIRE  512

static uint64_t random_state, digest;
static uint8_t nodes;
static struct member_config config[NODES + 1];
static struct member *member[NODES + 1];
static struct ballot promised[NODES + 1];
static uint32_t epoch_of[NODES + 1];
static bool dead[NODES + 1]; /* it crashed, as it was told to, and stays down */
static bool has_liars;
static bool mistaken; /* a program was made wrong: then anything may be chosen */
static time_us now;
static uint64_t number;
static unsigned count[EVENT_KINDS];

/* What is on the wire, in any order. */
static struct {
	uint8_t *bytes;
	size_t length;
	node_set to;
} wire[WIRE];
static unsigned on_wire;

/* What each node stored as chosen, for those that ask for slots that are closed. */
static struct {
	uint8_t *value, *proofs;
	uint32_t length, proofs_length;
	struct ballot at;
} stored[NODES + 1][SLOTS];

/* What was learned first, by epoch modulo 4 and slot. */
static struct {
	uint32_t epoch;
	uint64_t digest;
	bool known;
} first[4][SLOTS];

static uint64_t draw(uint64_t below)
{
	return random_next(&random_state) % below;
}

static void put(uint64_t word)
{
	digest = digest_word(digest, word);
}

static void put_bytes(const uint8_t *bytes, size_t length)
{
	put(length);
	if (length > 0)
		digest = digest64(digest, bytes, length);
}

static uint8_t *copy_of(const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length + 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

static void store(node_id id, const struct member_write *w)
{
	if (w->kind != MEMBER_CHOSEN || w->slot >= SLOTS)
		return;
	free(stored[id][w->slot].value);
	free(stored[id][w->slot].proofs);
	stored[id][w->slot].value = copy_of(w->value, w->value_length);
	stored[id][w->slot].length = w->value_length;
	stored[id][w->slot].proofs = copy_of(w->proofs, w->proofs_length);
	stored[id][w->slot].proofs_length = w->proofs_length;
	stored[id][w->slot].at = w->ballot;
	const uint64_t value = digest64(w->value_length, w->value, w->value_length);
	if (first[w->epoch % 4][w->slot].epoch != w->epoch)
		first[w->epoch % 4][w->slot].known = false;
	if (!first[w->epoch % 4][w->slot].known) {
		first[w->epoch % 4][w->slot].epoch = w->epoch;
		first[w->epoch % 4][w->slot].digest = value;
		first[w->epoch % 4][w->slot].known = true;
	}
	if (!has_liars && !mistaken)
		assert_true(first[w->epoch % 4][w->slot].digest == value);
}

static void take_write(node_id id, const struct member_write *w)
{
	put(w->kind);
	put(w->epoch);
	put(w->slot);
	put((uint64_t)w->ballot.round << 8 | w->ballot.node);
	put_bytes(w->value, w->value_length);
	put_bytes(w->proofs, w->proofs_length);
	if (w->kind == MEMBER_PROMISED) {
		if (epoch_of[id] == w->epoch)
			assert_true(ballot_cmp(w->ballot, promised[id]) > 0);
		promised[id] = w->ballot;
		epoch_of[id] = w->epoch;
	}
	if (w->kind == MEMBER_PROMISED || w->kind == MEMBER_VOTE || w->kind == MEMBER_ECHO)
		assert_true(member_output(member[id])->must_sync);
	store(id, w);
}

static void send(const struct member_frame *f)
{
	put(f->to);
	put_bytes(f->bytes, f->length);
	assert_true(f->to != 0 && (f->to & ~set_first(nodes)) == 0);
	unsigned place = on_wire;
	if (on_wire < WIRE) {
		on_wire++;
	} else {
		place = (unsigned)draw(WIRE);
		free(wire[place].bytes);
	}
	wire[place].bytes = copy_of(f->bytes, f->length);
	wire[place].length = f->length;
	wire[place].to = f->to;
}

static void answer_log(node_id id, const struct member_log *log)
{
	put(log->to);
	put(log->from);
	put(log->count);
	for (slot_number slot = log->from; slot < log->from + log->count && slot < SLOTS; slot++) {
		if (stored[id][slot].value == NULL)
			continue;
		if (stored[id][slot].proofs_length > 0)
			member_commit_proven(member[id], log->to, slot, stored[id][slot].at,
					     stored[id][slot].value, stored[id][slot].length,
					     stored[id][slot].proofs,
					     stored[id][slot].proofs_length);
		else
			member_commit(member[id], log->to, slot, stored[id][slot].at,
				      stored[id][slot].value, stored[id][slot].length);
	}
}

/* Carries out what the member owes. */
static void carry_out(node_id id)
{
	const struct member_output *o = member_output(member[id]);

	put(o->must_sync);
	for (unsigned i = 0; i < o->writes; i++)
		take_write(id, &o->write[i]);
	for (unsigned i = 0; i < o->logs; i++)
		answer_log(id, &o->log[i]);
	member_stamp(member[id], (uint64_t)100 * id + on_wire);
	o = member_output(member[id]);
	for (unsigned i = 0; i < o->frames; i++)
		send(&o->frame[i]);
	for (unsigned i = 0; i < o->events; i++) {
		count[o->event[i].kind]++;
		digest = digest_event(digest, &o->event[i]);
	}
	put(o->events_left_out);
	put(o->settings_changed);
	put(o->fate);
	dead[id] |= o->fate == FATE_FORGET;
	put(o->load.count);
	put(o->load.size_bytes);
	put(o->load.outstanding);
	put(o->load.batch.count);
	put(o->load.batch.bytes);
	put(o->load.batch.pipeline);
	put(o->load.number);
	put(o->load.rate);
	put(o->wake_at);
	member_clear(member[id]);
}

/* --- What chance does. */

static node_id any_node(void)
{
	return (node_id)(1 + draw(nodes));
}

static void deliver(void)
{
	if (on_wire == 0)
		return;
	const unsigned i = (unsigned)draw(on_wire);
	const uint64_t what = draw(40);

	for (node_id id = 1; id <= nodes && what != 0; id++) {
		if (what == 1 && wire[i].length > 0)
			wire[i].bytes[draw(wire[i].length)] ^= (uint8_t)(1 << draw(8));
		if (dead[id])
			continue;
		const size_t length = what == 2 ? draw(wire[i].length + 1) : wire[i].length;
		member_frame_in(member[id], now, wire[i].bytes, length);
		if (draw(6) != 0)
			carry_out(id);
	}
	if (what == 3)
		return; /* it comes once more */
	free(wire[i].bytes);
	wire[i] = wire[--on_wire];
}

static struct link_rule any_link(void)
{
	static const uint32_t ppm[] = {0, 0, 1, 500000, 1000000, 1000001};
	struct link_rule rule = link_rule_default();

	rule.cut = draw(6) == 0;
	rule.loss_ppm = ppm[draw(6)];
	rule.duplicate_ppm = ppm[draw(6)];
	rule.reorder_ppm = ppm[draw(6)];
	rule.delay_us = (uint32_t)draw(3) * 2000;
	return rule;
}

static struct message_id any_held(node_id id, uint8_t *copy)
{
	static struct snapshot s;

	member_snapshot(member[id], &s);
	*copy = 0;
	if (s.held == 0)
		return (struct message_id){any_node(), 1, 1 + draw(20)};
	const struct event *e = &s.held_message[draw(s.held)];
	*copy = e->copy;
	return e->id;
}

static policy_id any_policy(void)
{
	static const char *const texts[] = {"none",      "sign",        "sign+cert",   "all",
					    "sign+echo", "quorum",      "reject",      "sign+lease",
					    "budget",    "sign+window", "sign+justify"};

	if (draw(12) == 0)
		return (policy_id)random_next(&random_state);
	return policy_named(texts[draw(sizeof texts / sizeof texts[0])]);
}

static const uint32_t sizes[] = {0, 1, 2, 64, 65, VALUE_BYTES_MAX, VALUE_BYTES_MAX + 1};

static struct control any_control(node_id id)
{
	static uint8_t text[VALUE_BYTES_MAX + 1];
	static const enum control_kind often[] = {CONTROL_PROPOSE, CONTROL_PROPOSE, CONTROL_PROPOSE,
						  CONTROL_DELIVER, CONTROL_CLOCK,   CONTROL_GATE,
						  CONTROL_LINK};
	uint32_t epoch;
	struct policy_line line[POLICY_LINES_MAX];
	struct control c = {.kind = (enum control_kind)(1 + draw(CONTROL_KINDS - 1)),
			    .to = set_of(id)};

	c.number = ++number;
	if (draw(3) != 0)
		c.kind = often[draw(sizeof often / sizeof often[0])];
	if (draw(20) == 0)
		c.number -= draw(3);
	member_policies(member[id], &epoch, line);
	c.slot = draw(3) != 0 ? SLOT_NONE : member_paxos(member[id])->base + draw(6);
	if (c.kind == CONTROL_POLICY)
		c.slot = draw(12) == 0 ? SLOT_NONE : member_paxos(member[id])->base + draw(12);
	c.value = text;
	c.value_length = draw(30) == 0 ? sizes[draw(7)] : 1 + (uint32_t)draw(5);
	text[0] = (uint8_t)('a' + draw(20));
	c.peer = (node_id)draw(nodes + 2u);
	c.link = any_link();
	c.clock = (struct clock_rule){.num = (uint32_t)draw(3), .den = (uint32_t)draw(3)};
	if (draw(2) == 0 || (c.clock.num == 0 && c.clock.den == 0))
		c.clock = (struct clock_rule){.num = 1, .den = 0};
	c.due = now + draw(9000) - (now > 3000 ? draw(3000) : 0);
	c.id = any_held(id, &c.copy);
	c.count = c.kind == CONTROL_EPOCH                    ? epoch + (uint32_t)(draw(6) == 0)
		  : c.kind == CONTROL_POLICY && draw(3) != 0 ? epoch + (uint32_t)(draw(8) == 0)
							     : (uint32_t)draw(3);
	c.size_bytes = sizes[draw(7)];
	c.outstanding = (uint32_t)draw(3);
	c.policy = any_policy();
	c.attack = (struct attack_order){.attacks = has_liars ? (uint32_t)1 << draw(ATTACKS) : 0,
					 .colluders = (node_set)draw(1u << nodes),
					 .seed = draw(5)};
	c.word = (struct forgery){
		.type = (enum message_type)draw(MSG_TYPES),
		.from = (node_id)(draw(4) == 0 ? draw(nodes + 2u) : NODE_NONE),
		.to = (node_set)draw(1u << nodes),
		.ballot = {(uint32_t)draw(4), (node_id)draw(nodes + 2u)},
		.other = {(uint32_t)draw(3), (node_id)draw(nodes + 1u)},
	};
	if (c.kind == CONTROL_FORGE)
		c.slot = draw(20) == 0 ? SLOT_NONE : member_paxos(member[id])->base + draw(3);
	return c;
}

static void order(void)
{
	const node_id id = any_node();
	struct control c = any_control(id);

	const bool lies = c.kind == CONTROL_ATTACK || c.kind == CONTROL_FORGE;

	if (dead[id] || (lies && (!has_liars || id != nodes)))
		return;
	if (draw(8) == 0 && control_stands(c.kind)) {
		put(member_order_in(member[id], now, &c));
		carry_out(id);
		return;
	}
	mistaken |= c.kind == CONTROL_MISTAKE && c.count != 0;
	/* what an epoch or the defences are, all are told */
	const bool all =
		c.kind == CONTROL_EPOCH || c.kind == CONTROL_POLICY || c.kind == CONTROL_CLOCK;
	for (node_id to = 1; to <= nodes; to++) {
		if (dead[to] || (to != id && (!all || draw(8) == 0)))
			continue;
		c.to = set_of(to);
		member_control_in(member[to], now, &c);
		if (draw(8) != 0) /* else its output waits, and more comes in */
			carry_out(to);
	}
}

static void pass_time(void)
{
	const node_id id = any_node();
	const time_us at = member_output(member[id])->wake_at;

	now += draw(4) == 0 ? draw(40000) : draw(300);
	if (at > now && draw(2) == 0)
		now = at;
	for (node_id to = 1; to <= nodes; to++)
		if (!dead[to] && (to == id || draw(3) != 0)) {
			member_tick(member[to], now);
			carry_out(to);
		}
}

static void hear_late(node_id id)
{
	struct policy_line line[POLICY_LINES_MAX];
	uint32_t epoch;
	const unsigned lines = member_policies(member[id], &epoch, line);
	const unsigned after = policy_lines_put(
		line, lines, member_paxos(member[id])->base + draw(5), any_policy() & 0x1ff);

	if (!dead[id] && after > 0 && policy_missing(line[after - 1].policy) == 0 &&
	    policy_clash(line[after - 1].policy) == 0)
		member_lines_in(member[id], now, line, after);
	const struct slot_bits out = member_out_of(member[id]);
	put(out.from);
	put(out.bits);
}

/* --- What the members say about themselves. */

static void put_slot(const struct snapshot_slot *s)
{
	const uint64_t of[] = {s->slot,     s->voted_at.round,  s->voted_at.node,
			       s->voted,    s->echoed_at.round, s->echoed_at.node,
			       s->echoed,   s->chosen_at.round, s->chosen_at.node,
			       s->chosen,   s->chosen_by,       s->chosen_from,
			       s->proposed, s->accepted_by};

	digest = digest64(digest, (const uint8_t *)of, sizeof of);
}

static void put_link(const struct link_rule *l)
{
	put(l->cut);
	put(l->loss_ppm);
	put(l->duplicate_ppm);
	put(l->reorder_ppm);
	put(l->delay_us);
}

static void put_snapshot(node_id id)
{
	static struct snapshot s;
	const struct member_counts *c = member_counts(member[id]);

	member_snapshot(member[id], &s);
	const uint64_t of[] = {
		s.node,        s.boot,           s.seq,           s.at,
		s.epoch,       s.nodes,          s.quorum,        s.mode,
		s.lines,       s.attacks,        s.mistake,       s.has_lied,
		s.clock.num,   s.clock.den,      s.gate.on,       s.number,
		s.role,        s.promised.round, s.promised.node, s.ballot.round,
		s.ballot.node, s.from,           s.promised_by,   s.base,
		s.low,         s.pending,        s.wake_at,       s.sent,
		s.received,    s.slots,          s.held,          c->delayed,
		c->duplicated, c->overtaken,
	};
	digest = digest64(digest, (const uint8_t *)of, sizeof of);
	digest = digest64(digest, (const uint8_t *)s.dropped, sizeof s.dropped);
	for (unsigned i = 0; i < s.lines; i++) {
		put(s.line[i].from);
		put(s.line[i].policy);
	}
	for (unsigned i = 0; i < s.slots; i++)
		put_slot(&s.slot[i]);
	for (unsigned i = 0; i < s.held; i++)
		digest = digest_event(digest, &s.held_message[i]);
	for (node_id peer = 1; peer <= nodes; peer++)
		put_link(&s.link[peer]);
	put(member_chain_end(member[id]));
	put(member_proven(member[id]));
	put(member_proofs(member[id]));
	for (unsigned i = 0; i < member_proofs(member[id]); i++) {
		uint32_t length;
		const uint8_t *bytes = member_proof(member[id], i, &length);

		put_bytes(bytes, length);
	}
}

static void put_settings(node_id id)
{
	struct link_rule link[NODES_MAX + 1];
	struct clock_rule clock;
	uint64_t last;
	struct gate_rule gate;

	member_settings(member[id], &clock, link, &gate, &last);
	put(clock.num);
	put(clock.den);
	put(gate.on);
	for (node_id from = 0; from <= NODES_MAX; from++)
		put(gate.types[from]);
	put(last);
	for (node_id peer = 1; peer <= nodes; peer++)
		put_link(&link[peer]);
}

static void step(void)
{
	const uint64_t what = draw(100);

	if (what < 70)
		deliver();
	else if (what < 84)
		pass_time();
	else if (what < 97)
		order();
	else if (what < 98)
		hear_late(any_node());
	else if (what < 99 && draw(4) == 0)
		member_set_quiet(member[any_node()], draw(3) == 0);
	else if (what < 99)
		put(!dead[1] &&
		    member_propose(member[1], now, (const uint8_t *)"load", 1 + (uint32_t)draw(4)));
	else
		put_snapshot(any_node());
}

static void begin(uint64_t seed)
{
	static const char *const policies[] = {
		"none", "sign", "sign+cert", "all", "sign+quorum+echo", "sign+justify"};

	random_state = seed;
	nodes = seed < 120 ? 4 : (uint8_t)(1 + seed % NODES);
	now = 1000;
	number = 0;
	has_liars = seed % 6 == 5;
	mistaken = false;
	memset(count, 0, sizeof count);
	memset(first, 0, sizeof first);
	memset(promised, 0, sizeof promised);
	memset(epoch_of, 0, sizeof epoch_of);
	memset(dead, 0, sizeof dead);
	const struct clock_rule clock = {.num = 1, .den = seed % 3 == 0 ? 1 : 0};
	for (node_id id = 1; id <= nodes; id++) {
		struct member_config *c = &config[id];
		struct secret_key other;

		*c = (struct member_config){
			.paxos = paxos_config_default(id, nodes,
						      seed % 2 == 0 ? MODE_SINGLE : MODE_MULTI),
			.wire = {.cluster = "chance", .epoch = 1, .nodes = nodes},
			.crypto = &crypto_symbolic,
			.boot = (uint16_t)(1 + seed % 4 / 3),
			.life = seed % 5 == 4 ? 70u + id : 0,
			.policy = policy_named(policies[seed % 6]),
			.clock = clock,
			.random = seed + id,
			.sign = seed % 4 == 1,
			.quiet = seed % 12 == 11 && id > 1,
			.inbox_bytes = seed % 4 == 2 ? 1 << 14 : 1 << 18,
			.outbox_bytes = seed % 7 == 3 ? 1 << 16 : 1 << 20,
		};
		c->paxos.keep = seed % 4 == 3 ? 2 + seed % 3 : 0;
		if (seed % 9 == 7 && id == 2) {
			c->seat_epoch = 1 + seed % 2;
			c->seat_slot = 3;
		}
		for (node_id peer = 1; peer <= nodes; peer++) {
			c->link[peer] = link_rule_default();
			key_pair_symbolic(peer, &c->keys[peer], &other);
			c->lives[peer] =
				(struct known_life){(uint16_t)(1 + seed % 4 / 3), 70u + peer, 0};
		}
		key_pair_symbolic(id, &c->keys[id], &c->key);
		member[id] = member_init(malloc(member_size(c)), c);
		member_start(member[id], now);
		carry_out(id);
	}
}

static void end(void)
{
	for (node_id id = 1; id <= nodes; id++) {
		free(member[id]);
		for (slot_number slot = 0; slot < SLOTS; slot++) {
			free(stored[id][slot].value);
			free(stored[id][slot].proofs);
		}
	}
	memset(stored, 0, sizeof stored);
	while (on_wire > 0)
		free(wire[--on_wire].bytes);
}

static void members_do_as_before_whatever_happens_to_them(void **state)
{
	(void)state;
	lines_begin("tests/data/runs/member.txt");
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		digest = 0;
		begin(seed);
		for (unsigned i = 0; i < STEPS; i++)
			step();
		for (node_id id = 1; id <= nodes; id++) {
			put_snapshot(id);
			put_settings(id);
		}
		lines_add("%2llu: %3u received %3u held %3u dropped %3u obeyed %3u not, "
			  "%3u accepted %3u chosen %3u refused %u proofs, %016llx\n",
			  (unsigned long long)seed, count[EVENT_RECEIVED], count[EVENT_HELD],
			  count[EVENT_DROPPED], count[EVENT_OBEYED], count[EVENT_DISOBEYED],
			  count[EVENT_ACCEPTED], count[EVENT_CHOSEN], count[EVENT_REFUSED],
			  count[EVENT_EVIDENCE], (unsigned long long)digest);
		end();
	}
	lines_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_do_as_before_whatever_happens_to_them),
	};

	return cmocka_run_group_tests_name("members by chance", tests, NULL, NULL);
}
