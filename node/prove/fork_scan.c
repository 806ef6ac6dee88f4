#include "node/prove/fork_scan.h"

#include <stdlib.h>
#include <string.h>

#include "node/prove/rerun.h"
#include "proto/core/digest.h"

#define NOWHERE UINT32_MAX

/* A list that grows. */
struct rows {
	void *row;
	size_t count, room;
};

struct output_row {
	uint64_t seq; /* of its last event; 0 = it told nothing */
	time_us now;
	uint16_t boot;
	bool carried_out;
	bool is_idle; /* it owed nothing that others see */
};

struct sent_row {
	uint64_t digest;
	uint64_t output;
	node_set to, got; /* got: the receivers in whose journals it is */
	unsigned frame;
	uint32_t next; /* with the same place in the index */
};

struct got_row {
	uint64_t digest;
	uint64_t output; /* the first output of the receiver after it */
	uint16_t boot;
	node_id from;
	uint32_t sent; /* a row of the sender, or NOWHERE */
};

struct lane {
	node_id id;
	struct rerun *run;
	struct rows output, sent, got;
	uint32_t *head; /* of the index of `sent` by digest */
	size_t heads;
	uint16_t boot;   /* of the last life, */
	time_us started; /* and when it began */
	bool is_short;   /* there was not enough memory */
	struct scan_cut cut;
	uint16_t cut_boot;
	uint64_t heard_upto[NODES_MAX + 1]; /* 1 + the last output of each sender that came here */
};

struct scan {
	unsigned nodes;
	struct rows flight;
	struct lane lane[NODES_MAX + 1];
};

static void *add_row(struct rows *rows, size_t size)
{
	if (rows->count == rows->room) {
		const size_t room = rows->room == 0 ? 256 : 2 * rows->room;
		void *row = room < UINT32_MAX ? realloc(rows->row, room * size) : NULL;

		if (row == NULL)
			return NULL;
		rows->row = row;
		rows->room = room;
	}
	uint8_t *at = (uint8_t *)rows->row + rows->count++ * size;

	memset(at, 0, size);
	return at;
}

static struct output_row *output_at(const struct lane *lane, uint64_t i)
{
	return (struct output_row *)lane->output.row + i;
}

static struct sent_row *sent_at(const struct lane *lane, uint64_t i)
{
	return (struct sent_row *)lane->sent.row + i;
}

static struct got_row *got_at(const struct lane *lane, uint64_t i)
{
	return (struct got_row *)lane->got.row + i;
}

void scan_close(struct scan *s)
{
	if (s == NULL)
		return;
	for (node_id id = 1; id <= NODES_MAX; id++) {
		rerun_close(s->lane[id].run);
		free(s->lane[id].output.row);
		free(s->lane[id].sent.row);
		free(s->lane[id].got.row);
		free(s->lane[id].head);
	}
	free(s->flight.row);
	free(s);
}

/* How many transactions its sender had stored is filled in when a frame leaves, and in one that
 * leaves early again before the others do: what was sent is known by everything else. */
static uint64_t digest_of(const uint8_t *bytes, size_t length, node_id sender)
{
	uint8_t head[64]; /* more than the envelope */
	const size_t part = length < sizeof(head) ? length : sizeof(head);

	memcpy(head, bytes, part);
	frame_stamp(head, part, sender, 0);
	return digest64(digest64(0, head, part), bytes + part, length - part);
}

/* --- one node's journal --------------------------------------------------------------------- */

static void hear(void *user, const struct member_input *in)
{
	struct lane *lane = user;
	struct got_row *got;
	node_set to;

	if (in->kind == IN_CONFIG)
		lane->boot = in->config->boot;
	if (in->kind == IN_START)
		lane->started = in->now;
	if (in->kind != IN_FRAME)
		return;
	got = add_row(&lane->got, sizeof(*got));
	lane->is_short = lane->is_short || got == NULL;
	if (got == NULL)
		return;
	got->output = lane->output.count;
	got->boot = lane->boot;
	got->sent = NOWHERE;
	if (!frame_peek(in->bytes.bytes, in->bytes.length, &got->from, &to) ||
	    got->from > NODES_MAX)
		got->from = NODE_NONE;
	got->digest = digest_of(in->bytes.bytes, in->bytes.length, got->from);
}

static void take_output(struct lane *lane)
{
	const struct member_output *out = rerun_output(lane->run);
	struct output_row *row = add_row(&lane->output, sizeof(*row));

	lane->is_short = lane->is_short || row == NULL;
	if (row == NULL)
		return;
	*row = (struct output_row){
		.seq = out->events > 0 ? out->event[out->events - 1].seq : 0,
		.now = rerun_now(lane->run),
		.boot = rerun_boot(lane->run),
		.carried_out = rerun_is_carried_out(lane->run),
		.is_idle = out->events == 0 && out->frames == 0 && out->writes == 0 &&
			   !out->settings_changed,
	};
	for (unsigned i = 0; i < out->frames; i++) {
		struct sent_row *sent = add_row(&lane->sent, sizeof(*sent));

		lane->is_short = lane->is_short || sent == NULL;
		if (sent == NULL)
			return;
		*sent = (struct sent_row){
			.digest = digest_of(out->frame[i].bytes, out->frame[i].length, lane->id),
			.output = lane->output.count - 1,
			.to = out->frame[i].to,
			.frame = i,
			.next = NOWHERE};
	}
}

/* By digest, the earlier ones first. */
static bool make_index(struct lane *lane)
{
	lane->heads = 1024;
	while (lane->heads < 2 * lane->sent.count)
		lane->heads *= 2;
	lane->head = malloc(lane->heads * sizeof(*lane->head));
	if (lane->head == NULL)
		return false;
	memset(lane->head, 0xff, lane->heads * sizeof(*lane->head));
	for (size_t i = lane->sent.count; i > 0; i--) {
		struct sent_row *sent = sent_at(lane, i - 1);
		uint32_t *head = &lane->head[sent->digest & (lane->heads - 1)];

		sent->next = *head;
		*head = (uint32_t)(i - 1);
	}
	return true;
}

static enum status read_journal(struct lane *lane, const char *dir)
{
	enum status status = rerun_open(dir, &lane->run);
	enum rerun_found found = RERUN_OUTPUT;

	if (status != STATUS_OK)
		return status;
	rerun_hear(lane->run, hear, lane);
	while (found == RERUN_OUTPUT && !lane->is_short) {
		found = rerun_next(lane->run);
		if (found == RERUN_OUTPUT)
			take_output(lane);
	}
	if (found == RERUN_WRONG)
		return STATUS_CORRUPT;
	if (lane->is_short || !make_index(lane))
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	rerun_close(lane->run);
	lane->run = NULL;
	return STATUS_OK;
}

/* --- which frame is which -------------------------------------------------------------------- */

/* The first of them that this receiver has not got yet. */
static uint32_t find_sent(const struct lane *from, const struct got_row *got, node_id to)
{
	uint32_t i = from->heads == 0 ? NOWHERE : from->head[got->digest & (from->heads - 1)];

	for (; i != NOWHERE; i = sent_at(from, i)->next) {
		const struct sent_row *sent = sent_at(from, i);

		if (sent->digest == got->digest && set_has(sent->to, to) && !set_has(sent->got, to))
			return i;
	}
	return NOWHERE;
}

static void match(struct scan *s, node_id to)
{
	struct lane *lane = &s->lane[to];

	for (size_t i = 0; i < lane->got.count; i++) {
		struct got_row *got = got_at(lane, i);
		struct lane *from = &s->lane[got->from];

		got->sent = got->from == NODE_NONE ? NOWHERE : find_sent(from, got, to);
		if (got->sent == NOWHERE)
			continue;
		struct sent_row *sent = sent_at(from, got->sent);

		sent->got |= set_of(to);
		output_at(from, sent->output)->carried_out = true;
		lane->heard_upto[got->from] =
			higher_of(lane->heard_upto[got->from], sent->output + 1);
	}
}

/* --- where they stood ------------------------------------------------------------------------ */

static enum status not_there(node_id id)
{
	return status_fail(STATUS_UNAVAILABLE,
			   "the journal of n%u does not have what it had done by this moment", id);
}

/* Where it told its last event; a node that is down stands at the end of its life. */
static enum status cut_node(struct lane *lane, const struct model *m, node_id id)
{
	const struct model_node *n = &m->node[id];
	uint64_t i = 0, last;

	if (n->life == LIFE_UNKNOWN || n->boot == 0)
		return status_fail(STATUS_UNAVAILABLE, "how n%u was at this moment is not known",
				   id);
	while (i < lane->output.count &&
	       (output_at(lane, i)->boot != n->boot || output_at(lane, i)->seq < n->seq))
		i++;
	if (i == lane->output.count)
		return not_there(id);
	for (last = i; n->life == LIFE_DOWN && last + 1 < lane->output.count &&
		       output_at(lane, last + 1)->boot == n->boot &&
		       output_at(lane, last + 1)->carried_out;)
		last++;
	lane->cut = (struct scan_cut){
		.output = last, .up = n->life != LIFE_DOWN, .stopped = n->life == LIFE_STOPPED};
	lane->cut_boot = n->boot;
	return STATUS_OK;
}

/* Whatever a node has received by then was sent. True: a sender had to go on for that. */
static bool close_under_causes(struct scan *s, node_id to)
{
	const struct lane *lane = &s->lane[to];
	bool moved = false;

	for (size_t i = 0; i < lane->got.count; i++) {
		const struct got_row *got = got_at(lane, i);

		if (got->output > lane->cut.output)
			break;
		if (got->sent == NOWHERE)
			continue;
		struct lane *from = &s->lane[got->from];
		const uint64_t output = sent_at(from, got->sent)->output;

		if (output <= from->cut.output)
			continue;
		from->cut.output = output;
		if (output_at(from, output)->boot != from->cut_boot)
			from->cut.up = true;
		from->cut_boot = output_at(from, output)->boot;
		moved = true;
	}
	return moved;
}

/* Time has passed at a node that had nothing to do. */
static void let_idle_pass(struct scan *s)
{
	time_us latest = 0;

	for (node_id id = 1; id <= s->nodes; id++)
		latest = higher_of(latest, output_at(&s->lane[id], s->lane[id].cut.output)->now);
	for (node_id id = 1; id <= s->nodes; id++) {
		struct lane *lane = &s->lane[id];
		const struct got_row *got = lane->got.row;
		size_t k = 0;

		while (lane->cut.up && lane->cut.output + 1 < lane->output.count) {
			const struct output_row *next = output_at(lane, lane->cut.output + 1);

			while (k < lane->got.count && got[k].output <= lane->cut.output)
				k++;
			const bool hears =
				k < lane->got.count && got[k].output == lane->cut.output + 1;
			if (hears || !next->is_idle || !next->carried_out ||
			    next->boot != lane->cut_boot || next->now > latest)
				break;
			lane->cut.output++;
		}
	}
}

/* --- what was on its way --------------------------------------------------------------------- */

static bool add_flight(struct scan *s, node_id from, node_id to, const struct sent_row *sent)
{
	struct scan_flight *flight = add_row(&s->flight, sizeof(*flight));

	if (flight == NULL)
		return false;
	*flight = (struct scan_flight){
		.from = from, .to = to, .output = sent->output, .frame = sent->frame};
	return true;
}

static bool find_received_later(struct scan *s, node_id to)
{
	const struct lane *lane = &s->lane[to];

	for (size_t i = 0; i < lane->got.count; i++) {
		const struct got_row *got = got_at(lane, i);

		if (got->output <= lane->cut.output || got->boot != lane->cut_boot ||
		    got->sent == NOWHERE)
			continue;
		const struct sent_row *sent = sent_at(&s->lane[got->from], got->sent);

		if (sent->output <= s->lane[got->from].cut.output &&
		    !add_flight(s, got->from, to, sent))
			return false;
	}
	return true;
}

/* Sent, and in no journal yet: it is still on its way if the receiver has done nothing since, and
 * has got nothing that was sent later. Else it was lost. */
static bool find_not_received(struct scan *s, node_id from, node_id to)
{
	const struct lane *out = &s->lane[from], *in = &s->lane[to];
	const time_us quiet_since = output_at(in, in->output.count - 1)->now;

	for (size_t i = 0; i < out->sent.count; i++) {
		const struct sent_row *sent = sent_at(out, i);

		if (sent->output > out->cut.output)
			break;
		const time_us at = output_at(out, sent->output)->now;

		if (!set_has(sent->to & ~sent->got, to) || in->cut_boot != in->boot ||
		    sent->output < in->heard_upto[from] || at < in->started || at < quiet_since)
			continue;
		if (!add_flight(s, from, to, sent))
			return false;
	}
	return true;
}

static bool find_flights(struct scan *s)
{
	for (node_id to = 1; to <= s->nodes; to++) {
		if (!s->lane[to].cut.up)
			continue;
		if (!find_received_later(s, to))
			return false;
		for (node_id from = 1; from <= s->nodes; from++)
			if (from != to && !find_not_received(s, from, to))
				return false;
	}
	return true;
}

enum status scan_open(char dir[NODES_MAX + 1][PATH_BYTES], const struct model *m, struct scan **out)
{
	struct scan *s = calloc(1, sizeof(*s));
	enum status status = STATUS_OK;
	bool moved = true;

	*out = s;
	if (s == NULL)
		return status_fail(STATUS_UNAVAILABLE, "not enough memory");
	s->nodes = m->nodes;
	for (node_id id = 1; id <= m->nodes && status == STATUS_OK; id++) {
		s->lane[id].id = id;
		status = read_journal(&s->lane[id], dir[id]);
	}
	for (node_id id = 1; id <= m->nodes && status == STATUS_OK; id++)
		match(s, id);
	for (node_id id = 1; id <= m->nodes && status == STATUS_OK; id++)
		status = cut_node(&s->lane[id], m, id);
	while (status == STATUS_OK && moved) {
		moved = false;
		for (node_id id = 1; id <= m->nodes; id++)
			moved = close_under_causes(s, id) || moved;
	}
	if (status == STATUS_OK)
		let_idle_pass(s);
	if (status == STATUS_OK && !find_flights(s))
		status = status_fail(STATUS_UNAVAILABLE, "not enough memory");
	if (status == STATUS_OK)
		return STATUS_OK;
	scan_close(s);
	*out = NULL;
	return status;
}

const struct scan_cut *scan_cut(const struct scan *s, node_id node)
{
	return &s->lane[node].cut;
}

bool scan_is_carried_out(const struct scan *s, node_id node, uint64_t output)
{
	return output_at(&s->lane[node], output)->carried_out;
}

unsigned scan_flights(const struct scan *s)
{
	return (unsigned)s->flight.count;
}

const struct scan_flight *scan_flight(const struct scan *s, unsigned i)
{
	return (const struct scan_flight *)s->flight.row + i;
}
