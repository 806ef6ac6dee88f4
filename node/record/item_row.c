#include "node/record/item_row.h"

#include <string.h>

#include "proto/core/digest.h"
#include "proto/core/message.h"
#include "proto/wire/bytes.h"
#include "proto/wire/event_fields.h"
#include "proto/wire/fields.h"

#define LOW_NODE 32 /* a node's number is below */

/* At most one of these is in an event's row of events.def, so one column is enough. */
#define EV_EXTRA (EV_QUORUM | EV_NUMBER | EV_POLICY | EV_ATTACK | EV_TYPES)

#define EV_SLOTTED (EV_MESSAGE | EV_SLOT)

static int64_t pack(uint64_t high, node_id node)
{
	return (int64_t)(high * LOW_NODE + node);
}

static uint64_t extra_of(const struct event *e, unsigned fields)
{
	switch (fields & EV_EXTRA) {
	case EV_QUORUM:
		return e->quorum;
	case EV_NUMBER:
		return e->number;
	case EV_POLICY:
		return e->policy;
	case EV_ATTACK:
		return e->attack;
	case EV_TYPES:
		return e->types;
	default:
		return 0;
	}
}

static void put_rule(const struct event *e, unsigned fields, struct item_row *row)
{
	struct byte_writer w = {.at = row->rule, .left = sizeof(row->rule)};

	if (fields & EV_LINK)
		write_link_rule(&w, &e->link);
	if (fields & EV_CLOCK)
		write_clock_rule(&w, &e->clock);
	row->rule_length = (unsigned)(sizeof(row->rule) - w.left);
}

void item_row_of(const struct event *e, int64_t value, struct item_row *row)
{
	const unsigned fields = event_fields(e->kind);
	int64_t *of = row->of;

	of[ITEM_COLUMN(kind)] = e->kind;
	of[ITEM_COLUMN(node)] = pack(e->boot, e->node);
	of[ITEM_COLUMN(seq)] = (int64_t)e->seq;
	of[ITEM_COLUMN(at)] = (int64_t)e->at;
	of[ITEM_COLUMN(sender)] = pack(e->id.boot, e->id.source);
	of[ITEM_COLUMN(message)] = (int64_t)e->id.number;
	of[ITEM_COLUMN(copy)] = e->copy;
	of[ITEM_COLUMN(type)] = e->type;
	of[ITEM_COLUMN(peer)] = e->peer;
	of[ITEM_COLUMN(nodes)] = e->to;
	of[ITEM_COLUMN(slot)] = fields & EV_SLOTTED ? (int64_t)e->slot : -1;
	of[ITEM_COLUMN(ballot)] = pack(e->ballot.round, e->ballot.node);
	of[ITEM_COLUMN(other)] = pack(e->other.round, e->other.node);
	of[ITEM_COLUMN(value)] = value;
	of[ITEM_COLUMN(reason)] =
		(int64_t)e->drop << 16 | (int64_t)e->because << 8 | (int64_t)e->why;
	of[ITEM_COLUMN(count)] = e->count;
	of[ITEM_COLUMN(due)] = (int64_t)e->due;
	of[ITEM_COLUMN(extra)] = (int64_t)extra_of(e, fields);
	put_rule(e, fields, row);
}

struct reading {
	const struct item_row *row;
	bool wrong;
};

static uint64_t take(struct reading *r, unsigned column, uint64_t max)
{
	const uint64_t number = (uint64_t)r->row->of[column];

	r->wrong = r->wrong || number > max;
	return number <= max ? number : 0;
}

/* A number of `max` at most above, and a node. */
static uint64_t unpack(struct reading *r, unsigned column, uint64_t max, node_id *node)
{
	const uint64_t number = take(r, column, max * LOW_NODE + NODES_MAX);

	*node = (node_id)(number % LOW_NODE);
	return number / LOW_NODE;
}

static struct ballot unpack_ballot(struct reading *r, unsigned column)
{
	struct ballot ballot;

	ballot.round = (uint32_t)unpack(r, column, ROUND_MAX, &ballot.node);
	return ballot;
}

static void take_reasons(struct reading *r, struct event *e)
{
	const uint64_t reason = take(r, ITEM_COLUMN(reason), 0xffffff);
	const unsigned why = reason & 0xff, because = reason >> 8 & 0xff;
	const unsigned drop = (unsigned)(reason >> 16);

	r->wrong = r->wrong || why >= REFUSALS || because >= BECAUSES || drop >= DROPS ||
		   (drop != 0 && drop_name(drop)[0] == '?');
	if (r->wrong)
		return;
	e->why = why;
	e->because = because;
	e->drop = drop;
}

static void take_extra(struct reading *r, struct event *e, unsigned fields)
{
	const uint64_t extra =
		take(r, ITEM_COLUMN(extra), fields & EV_NUMBER ? UINT64_MAX : UINT32_MAX);

	if (fields & EV_QUORUM)
		e->quorum = (uint32_t)extra;
	else if (fields & EV_NUMBER)
		e->number = extra;
	else if (fields & EV_POLICY)
		e->policy = (policy_id)extra;
	else if (fields & EV_ATTACK)
		e->attack = (uint32_t)extra;
	else if (fields & EV_TYPES)
		e->types = (uint32_t)extra & TYPES_ALL;
	else
		r->wrong = r->wrong || extra != 0;
}

static void take_rule(struct reading *r, struct event *e, unsigned fields)
{
	struct byte_reader bytes = {.at = r->row->rule, .left = r->row->rule_length};

	if (fields & EV_LINK)
		e->link = read_link_rule(&bytes);
	if (fields & EV_CLOCK)
		e->clock = read_clock_rule(&bytes);
	r->wrong = r->wrong || read_end(&bytes) != DROP_NOTHING;
}

bool item_row_event(const struct item_row *row, struct event *e)
{
	struct reading r = {.row = row};
	const uint64_t kind = take(&r, ITEM_COLUMN(kind), EVENT_KINDS);
	unsigned fields;

	memset(e, 0, sizeof(*e));
	if (r.wrong || !event_kind_is_known((unsigned)kind))
		return false;
	e->kind = (enum event_kind)kind;
	fields = event_fields(e->kind);
	e->boot = (uint16_t)unpack(&r, ITEM_COLUMN(node), UINT16_MAX, &e->node);
	e->seq = take(&r, ITEM_COLUMN(seq), UINT64_MAX);
	e->at = take(&r, ITEM_COLUMN(at), UINT64_MAX);
	e->id.boot = (uint16_t)unpack(&r, ITEM_COLUMN(sender), UINT16_MAX, &e->id.source);
	e->id.number = take(&r, ITEM_COLUMN(message), UINT64_MAX);
	e->copy = (uint8_t)take(&r, ITEM_COLUMN(copy), UINT8_MAX);
	e->type = (enum message_type)take(&r, ITEM_COLUMN(type), MSG_TYPES - 1);
	r.wrong = r.wrong || (e->type != MSG_NONE && message_fields(e->type) == 0);
	e->peer = (node_id)take(&r, ITEM_COLUMN(peer), NODES_MAX);
	e->to = (node_set)take(&r, ITEM_COLUMN(nodes), set_first(NODES_MAX));
	e->slot = take(&r, ITEM_COLUMN(slot), UINT64_MAX);
	if ((fields & EV_SLOTTED) == 0)
		e->slot = 0;
	e->ballot = unpack_ballot(&r, ITEM_COLUMN(ballot));
	e->other = unpack_ballot(&r, ITEM_COLUMN(other));
	take_reasons(&r, e);
	e->count = (uint32_t)take(&r, ITEM_COLUMN(count), UINT32_MAX);
	e->due = take(&r, ITEM_COLUMN(due), UINT64_MAX);
	take_extra(&r, e, fields);
	take_rule(&r, e, fields);
	return !r.wrong;
}

static uint64_t mix(uint64_t digest, uint64_t number)
{
	digest = (digest ^ number) * 0x9e3779b97f4a7c15u;
	return digest ^ digest >> 32;
}

uint64_t item_row_digest(uint64_t digest, const struct item_row *row)
{
	for (unsigned i = 0; i < ITEM_NUMBERS; i++)
		digest = mix(digest, (uint64_t)row->of[i]);
	for (unsigned i = 0; i < row->rule_length; i++)
		digest = mix(digest, row->rule[i]);
	return digest;
}

uint64_t item_batch_digest(uint64_t rows, uint64_t at, uint64_t real)
{
	return mix(mix(rows, at), real);
}

int64_t item_bytes_digest(uint64_t number, const uint8_t *bytes, size_t length)
{
	return (int64_t)digest64(number, bytes, length);
}
