#include "proto/member/input.h"

#include <assert.h>
#include <string.h>

#include "proto/fault/mistake.h"
#include "proto/wire/control_frame.h"
#include "proto/wire/fields.h"

static const struct input_row {
	const char *name;
	unsigned fields;
	const char *help;
} rows[] = {
	[IN_NONE] = {"?", 0, ""},
#define MEMBER_INPUT(name, code, text, fields, help) [IN_##name] = {text, fields, help},
#include "proto/member/inputs.def"
#undef MEMBER_INPUT
};

const char *member_input_name(enum member_input_kind kind)
{
	return rows[kind < MEMBER_INPUT_KINDS ? kind : IN_NONE].name;
}

const char *member_input_help(enum member_input_kind kind)
{
	return rows[kind < MEMBER_INPUT_KINDS ? kind : IN_NONE].help;
}

bool member_input_counts(enum member_input_kind kind)
{
	return kind != IN_CLEAR && kind != IN_STAMP;
}

/* --- the settings of a member, as bytes: a put and a get for each part ----------------------- */

static void put_paxos(struct byte_writer *w, const struct paxos_config *c)
{
	write_u8(w, c->self);
	write_u8(w, c->nodes);
	write_u8(w, c->quorum);
	write_u8(w, (uint8_t)c->mode);
	write_u64(w, c->seed);
	write_u64(w, c->resend_us);
	write_u64(w, c->resend_us_max);
	write_u64(w, c->backoff_us);
	write_u64(w, c->backoff_us_max);
	write_u64(w, c->gossip_us);
	write_u64(w, c->gossip_us_max);
	write_u32(w, c->policy);
	write_u64(w, c->keep);
}

static void get_paxos(struct byte_reader *r, struct paxos_config *c)
{
	c->self = read_node(r);
	c->nodes = read_u8(r);
	c->quorum = read_u8(r);
	read_check(r, c->nodes >= 1 && c->nodes <= NODES_MAX && c->self >= 1 &&
			      c->self <= c->nodes && c->quorum >= 1 && c->quorum <= c->nodes);

	uint8_t mode = read_u8(r);

	read_check(r, mode <= MODE_MULTI);
	c->mode = mode;
	c->seed = read_u64(r);
	c->resend_us = read_u64(r);
	c->resend_us_max = read_u64(r);
	c->backoff_us = read_u64(r);
	c->backoff_us_max = read_u64(r);
	c->gossip_us = read_u64(r);
	c->gossip_us_max = read_u64(r);
	c->policy = read_u32(r);
	c->keep = read_u64(r);
}

static void put_life(struct byte_writer *w, const struct known_life *life)
{
	write_u16(w, life->boot);
	write_u32(w, life->number);
	write_u64(w, life->stored);
}

static struct known_life get_life(struct byte_reader *r)
{
	struct known_life life;

	life.boot = read_u16(r);
	life.number = read_u32(r);
	life.stored = read_u64(r);
	return life;
}

static void put_peers(struct byte_writer *w, const struct member_config *c)
{
	for (node_id id = 1; id <= c->paxos.nodes; id++) {
		write_bytes(w, c->keys[id].bytes, sizeof c->keys[id].bytes);
		put_life(w, &c->lives[id]);
		write_link_rule(w, &c->link[id]);
	}
}

static void get_peers(struct byte_reader *r, struct member_config *c)
{
	for (node_id id = 1; id <= c->paxos.nodes && r->wrong == DROP_NOTHING; id++) {
		read_copy(r, c->keys[id].bytes, sizeof c->keys[id].bytes);
		c->lives[id] = get_life(r);
		c->link[id] = read_link_rule(r);
	}
}

static void put_policies(struct byte_writer *w, const struct policy_line *line, unsigned lines)
{
	write_u8(w, (uint8_t)lines);
	for (unsigned i = 0; i < lines; i++) {
		write_u64(w, line[i].from);
		write_u32(w, line[i].policy);
	}
}

static unsigned get_policies(struct byte_reader *r, struct policy_line line[POLICY_LINES_MAX])
{
	const uint8_t lines = read_u8(r);

	read_check(r, lines <= POLICY_LINES_MAX);
	for (unsigned i = 0; i < lines && r->wrong == DROP_NOTHING; i++) {
		line[i].from = read_u64(r);
		line[i].policy = read_u32(r);
	}
	return r->wrong == DROP_NOTHING ? lines : 0;
}

static void put_config(struct byte_writer *w, const struct member_input *in)
{
	const struct member_config *c = in->config;

	put_paxos(w, &c->paxos);
	write_bytes(w, c->wire.cluster, sizeof c->wire.cluster);
	write_u32(w, c->wire.epoch);
	write_u8(w, c->wire.nodes);
	put_peers(w, c);
	write_u16(w, c->boot);
	write_u32(w, c->life);
	write_u32(w, c->seat_epoch);
	write_u64(w, c->seat_slot);
	write_u64(w, c->out_of.from);
	write_u64(w, c->out_of.bits);
	write_u32(w, c->pid);
	write_u32(w, c->batch.count);
	write_u32(w, c->batch.bytes);
	write_u32(w, c->batch.pipeline);
	write_u32(w, c->policy);
	put_policies(w, c->line, c->lines);
	write_clock_rule(w, &c->clock);
	write_gate_rule(w, &c->gate);
	write_u64(w, c->number);
	write_u64(w, c->random);
	write_u8(w, c->quiet);
	write_u8(w, c->sign);
	write_u32(w, c->mistake);
	write_u64(w, c->inbox_bytes);
	write_u64(w, c->outbox_bytes);
}

static void get_config(struct byte_reader *r, struct member_input_room *room,
		       struct member_input *in)
{
	struct member_config *c = &room->config;

	*c = (struct member_config){.boot = 1};
	get_paxos(r, &c->paxos);
	read_copy(r, c->wire.cluster, sizeof c->wire.cluster);
	c->wire.epoch = read_u32(r);
	c->wire.nodes = read_u8(r);
	get_peers(r, c);
	c->boot = read_u16(r);
	read_check(r, c->boot >= 1 && c->wire.nodes == c->paxos.nodes);
	c->life = read_u32(r);
	c->seat_epoch = read_u32(r);
	c->seat_slot = read_u64(r);
	c->out_of.from = read_u64(r);
	c->out_of.bits = read_u64(r);
	c->pid = read_u32(r);
	c->batch.count = read_u32(r);
	c->batch.bytes = read_u32(r);
	c->batch.pipeline = read_u32(r);
	read_check(r, batch_rule_is_sound(&c->batch));
	c->policy = read_u32(r);
	c->lines = (uint8_t)get_policies(r, c->line);
	c->clock = read_clock_rule(r);
	c->gate = read_gate_rule(r);
	c->number = read_u64(r);
	c->random = read_u64(r);
	c->quiet = read_bool(r);
	c->sign = read_bool(r);
	c->mistake = read_u32(r);
	read_check(r, c->mistake < MISTAKES);
	c->inbox_bytes = (size_t)read_u64(r);
	c->outbox_bytes = (size_t)read_u64(r);
	read_check(r, c->inbox_bytes <= UINT32_MAX && c->outbox_bytes <= UINT32_MAX);
	in->config = c;
}

/* --- the fields of an input ------------------------------------------------------------------ */

static void put_now(struct byte_writer *w, const struct member_input *in)
{
	write_u64(w, in->now);
}

static void get_now(struct byte_reader *r, struct member_input_room *room, struct member_input *in)
{
	(void)room;
	in->now = read_u64(r);
}

static void put_nodes(struct byte_writer *w, const struct member_input *in)
{
	write_u32(w, in->nodes);
}

static void get_nodes(struct byte_reader *r, struct member_input_room *room,
		      struct member_input *in)
{
	(void)room;
	in->nodes = read_u32(r);
}

static void put_node(struct byte_writer *w, const struct member_input *in)
{
	write_u8(w, in->node);
}

static void get_node(struct byte_reader *r, struct member_input_room *room, struct member_input *in)
{
	(void)room;
	in->node = read_node(r);
}

static void put_slot(struct byte_writer *w, const struct member_input *in)
{
	write_u64(w, in->slot);
}

static void get_slot(struct byte_reader *r, struct member_input_room *room, struct member_input *in)
{
	(void)room;
	in->slot = read_u64(r);
}

static void put_at(struct byte_writer *w, const struct member_input *in)
{
	write_ballot(w, in->at);
}

static void get_at(struct byte_reader *r, struct member_input_room *room, struct member_input *in)
{
	(void)room;
	in->at = read_any_ballot(r);
}

static void put_other(struct byte_writer *w, const struct member_input *in)
{
	write_ballot(w, in->other);
}

static void get_other(struct byte_reader *r, struct member_input_room *room,
		      struct member_input *in)
{
	(void)room;
	in->other = read_any_ballot(r);
}

static void put_number(struct byte_writer *w, const struct member_input *in)
{
	write_u64(w, in->number);
}

static void get_number(struct byte_reader *r, struct member_input_room *room,
		       struct member_input *in)
{
	(void)room;
	in->number = read_u64(r);
}

static void put_drop(struct byte_writer *w, const struct member_input *in)
{
	write_u8(w, (uint8_t)in->drop);
}

static void get_drop(struct byte_reader *r, struct member_input_room *room, struct member_input *in)
{
	const uint8_t drop = read_u8(r);

	(void)room;
	read_check(r, drop < DROPS);
	in->drop = drop;
}

static void put_control(struct byte_writer *w, const struct member_input *in)
{
	control_write(w, in->control);
}

static void get_control(struct byte_reader *r, struct member_input_room *room,
			struct member_input *in)
{
	room->control = (struct control){.to = 0};
	control_read(r, NODES_MAX, &room->control);
	in->control = &room->control;
}

static void put_lines(struct byte_writer *w, const struct member_input *in)
{
	put_policies(w, in->line, in->lines);
}

static void get_lines(struct byte_reader *r, struct member_input_room *room,
		      struct member_input *in)
{
	in->lines = get_policies(r, room->line);
	in->line = room->line;
	read_check(r, in->lines >= 1);
}

static void put_lived(struct byte_writer *w, const struct member_input *in)
{
	put_life(w, &in->life);
}

static void get_lived(struct byte_reader *r, struct member_input_room *room,
		      struct member_input *in)
{
	(void)room;
	in->life = get_life(r);
}

static void put_output(struct byte_writer *w, const struct member_input *in)
{
	const struct output_marks *m = in->marks;

	write_u64(w, m->all);
	write_u16(w, m->frames);
	write_u16(w, m->writes);
	write_u16(w, m->events);
	for (unsigned i = 0; i < (unsigned)m->frames + m->writes + m->events; i++)
		write_u32(w, m->mark[i]);
}

static void get_output(struct byte_reader *r, struct member_input_room *room,
		       struct member_input *in)
{
	struct output_marks *m = &room->marks;

	m->all = read_u64(r);
	m->frames = read_u16(r);
	m->writes = read_u16(r);
	m->events = read_u16(r);
	read_check(r, m->frames <= OUTBOX_FRAMES && m->writes <= OUTBOX_WRITES &&
			      m->events <= OUTBOX_EVENTS);
	for (unsigned i = 0;
	     i < (unsigned)m->frames + m->writes + m->events && r->wrong == DROP_NOTHING; i++)
		m->mark[i] = read_u32(r);
	in->marks = m;
}

static void put_some(struct byte_writer *w, const struct input_bytes *some)
{
	const uint32_t length = some->bytes == NULL ? 0 : some->length;

	write_u32(w, length);
	write_bytes(w, some->bytes, length);
}

/* None and empty are the same to a member. */
static void get_some(struct byte_reader *r, struct input_bytes *some)
{
	some->length = read_u32(r);
	some->bytes = read_bytes(r, some->length);
}

static void put_bytes(struct byte_writer *w, const struct member_input *in)
{
	put_some(w, &in->bytes);
}

static void get_bytes(struct byte_reader *r, struct member_input_room *room,
		      struct member_input *in)
{
	(void)room;
	get_some(r, &in->bytes);
}

static void put_more(struct byte_writer *w, const struct member_input *in)
{
	put_some(w, &in->more);
}

static void get_more(struct byte_reader *r, struct member_input_room *room, struct member_input *in)
{
	(void)room;
	get_some(r, &in->more);
}

static void put_proofs(struct byte_writer *w, const struct member_input *in)
{
	put_some(w, &in->proofs);
}

static void get_proofs(struct byte_reader *r, struct member_input_room *room,
		       struct member_input *in)
{
	(void)room;
	get_some(r, &in->proofs);
}

#define FIELD_COUNT 16

/* By the place of its bit in enum member_input_field. */
static const struct field {
	void (*put)(struct byte_writer *w, const struct member_input *in);
	void (*get)(struct byte_reader *r, struct member_input_room *room, struct member_input *in);
} codecs[FIELD_COUNT] = {
	{put_now, get_now},         {put_config, get_config}, {put_nodes, get_nodes},
	{put_node, get_node},       {put_slot, get_slot},     {put_at, get_at},
	{put_other, get_other},     {put_number, get_number}, {put_drop, get_drop},
	{put_control, get_control}, {put_lines, get_lines},   {put_lived, get_lived},
	{put_output, get_output},   {put_bytes, get_bytes},   {put_more, get_more},
	{put_proofs, get_proofs},
};

_Static_assert(MI_PROOFS == 1 << (FIELD_COUNT - 1), "a field without a codec");

void member_input_write(struct byte_writer *w, const struct member_input *in)
{
	const unsigned fields = rows[in->kind].fields;

	write_u8(w, (uint8_t)in->kind);
	for (unsigned left = fields; left != 0; left &= left - 1)
		codecs[__builtin_ctz(left)].put(w, in);
}

bool member_input_read(struct byte_reader *r, struct member_input_room *room,
		       struct member_input *out)
{
	const uint8_t kind = read_u8(r);

	*out = (struct member_input){.kind = IN_NONE};
	if (kind == IN_NONE || kind >= MEMBER_INPUT_KINDS)
		return false;
	out->kind = kind;
	for (unsigned left = rows[kind].fields; left != 0; left &= left - 1)
		codecs[__builtin_ctz(left)].get(r, room, out);
	const bool is_chain = kind == IN_LOW || kind == IN_SUMMARY;
	const bool is_value = kind == IN_SLOT || kind == IN_ECHO || kind == IN_COMMIT ||
			      kind == IN_PROPOSE || kind == IN_CLOSED || kind == IN_LATEST;

	return read_end(r) == DROP_NOTHING && (!is_chain || out->bytes.length == DIGEST_BYTES) &&
	       (!is_value ||
		(out->bytes.length <= VALUE_BYTES_MAX && out->more.length <= VALUE_BYTES_MAX));
}

/* --- the call that an input stands for ------------------------------------------------------- */

/* What came from the store, before the member starts. */
static void give_stored(struct member *m, const struct member_input *in)
{
	const struct input_bytes *b = &in->bytes, *more = &in->more, *proofs = &in->proofs;

	switch (in->kind) {
	case IN_BASE:
		member_restore(m, in->slot, in->at);
		break;
	case IN_SLOT:
		member_restore_slot(m, in->slot, in->at, b->bytes, b->length, in->other,
				    more->bytes, more->length);
		break;
	case IN_ECHO:
		member_restore_hard(m, in->slot, in->at, b->bytes, b->length, proofs->bytes,
				    proofs->length);
		break;
	case IN_PROVEN:
		member_restore_chosen_proofs(m, in->slot, proofs->bytes, proofs->length);
		break;
	case IN_LOW:
		member_restore_low(m, in->slot, b->bytes, proofs->bytes, proofs->length);
		break;
	case IN_SUMMARY:
		member_restore_summary(m, in->slot, b->bytes, proofs->bytes, proofs->length);
		break;
	case IN_CLOSED:
		member_restore_closed(m, b->bytes, b->length);
		break;
	case IN_LATEST:
		(void)member_restore_latest(m, in->slot, b->bytes, b->length);
		break;
	default:
		assert(!"an input without a call");
	}
}

void member_input_give(struct member *m, const struct member_input *in)
{
	switch (in->kind) {
	case IN_START:
		member_start(m, in->now);
		break;
	case IN_FRAME:
		member_frame_in(m, in->now, in->bytes.bytes, in->bytes.length);
		break;
	case IN_CONTROL:
		member_control_in(m, in->now, in->control);
		break;
	case IN_ORDER:
		(void)member_order_in(m, in->now, in->control);
		break;
	case IN_LINES:
		member_lines_in(m, in->now, in->line, in->lines);
		break;
	case IN_ANSWER:
		member_answer_control(m, in->now, in->number, in->drop);
		break;
	case IN_TICK:
		member_tick(m, in->now);
		break;
	case IN_PROPOSE:
		(void)member_propose(m, in->now, in->bytes.bytes, in->bytes.length);
		break;
	case IN_PROPOSED:
		(void)member_proposed_all(m, in->now);
		break;
	case IN_COMMIT:
		member_commit_proven(m, in->nodes, in->slot, in->at, in->bytes.bytes,
				     in->bytes.length, in->proofs.bytes, in->proofs.length);
		break;
	case IN_GREETED:
		(void)member_greeted(m, in->node, &in->life, (uint32_t)in->number);
		break;
	case IN_QUIET:
		member_set_quiet(m, in->number != 0);
		break;
	case IN_STAMP:
		member_stamp(m, in->number);
		break;
	case IN_CLEAR:
		(void)member_output(m);
		member_clear(m);
		break;
	default:
		give_stored(m, in);
	}
}
