#include "tui/report/detail.h"

#include <inttypes.h>
#include <stdarg.h>

#include "proto/core/letter.h"
#include "proto/fault/attack.h"
#include "proto/fault/mistake.h"
#include "proto/model/base/query.h"
#include "proto/model/base/show.h"
#include "proto/model/say/say.h"

#define LABEL "%-12s"

__attribute__((format(printf, 3, 4))) static void field(FILE *to, const char *label,
							const char *format, ...)
{
	va_list args;

	fprintf(to, "  " LABEL, label);
	va_start(args, format);
	vfprintf(to, format, args);
	va_end(args);
	fputc('\n', to);
}

static void time_field(FILE *to, const char *label, time_us at)
{
	field(to, label, "%" PRIu64 ".%06" PRIu64, at / 1000000, at % 1000000);
}

static void ballot_field(FILE *to, const char *label, struct ballot ballot)
{
	char text[16];

	ballot_show(ballot, text);
	field(to, label, "%s", text);
}

static void set_field(FILE *to, const char *label, node_set set)
{
	char who[NODES_MAX * 4];

	set_show(set, who, sizeof(who));
	field(to, label, "%s", who);
}

static void slot_field(FILE *to, const char *label, slot_number slot)
{
	if (slot == SLOT_NONE)
		field(to, label, "none");
	else
		field(to, label, "%" PRIu64, slot);
}

/* The bytes as text, \xNN for those that no terminal draws. */
static void write_bytes(FILE *to, const uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		uint32_t code;
		const unsigned size = letter_read(bytes + at, length - at, &code);

		if (size > 0 && letter_cells(code) > 0)
			fwrite(bytes + at, 1, size, to);
		else
			fprintf(to, "\\x%02x", bytes[at]);
		at += size > 0 && letter_cells(code) > 0 ? size : 1;
	}
}

/* Whole, or what is known of it: a node tells of a long value by its beginning and its digest. */
static void value_field(const struct model *m, FILE *to, const char *label, value_ref value)
{
	char shown[VALUE_SHOWN_MAX + 1];
	struct value_sketch sketch;
	uint32_t length = 0;
	const uint8_t *bytes = values_bytes(m->values, value, &length);

	values_show(m->values, value, shown);
	fprintf(to, "  " LABEL, label);
	if (value == VALUE_NONE || value == VALUE_NOOP) {
		fputs(shown, to);
	} else if (values_sketch(m->values, value, &sketch) && length < sketch.length) {
		fprintf(to, "%s, of %" PRIu64 " bytes: no more of it has been told", shown,
			sketch.length);
	} else {
		write_bytes(to, bytes, length);
		fprintf(to, " (%" PRIu32 " byte%s)", length, length == 1 ? "" : "s");
	}
	fputc('\n', to);
}

static void id_field(FILE *to, const struct message_id *id, uint8_t copy)
{
	field(to, "id", "%u.%u.%" PRIu64 "  (node, its life, number)%s", id->source, id->boot,
	      id->number, copy == 0 ? "" : ", a copy");
	if (copy != 0)
		field(to, "copy", "%u", copy);
}

static void event_title(const struct model *m, uint64_t i, FILE *to, const char *before)
{
	const time_us at = model_event_time(m, i);
	char words[256];

	event_line(m, i, words, sizeof(words));
	fprintf(to, "%s%" PRIu64 ".%06" PRIu64 "  %s\n", before, at / 1000000, at % 1000000, words);
}

/* The fields of the links, the clock and the liars. */
static void rare_fields(const struct event *e, unsigned fields, FILE *to)
{
	char names[ATTACKS_SHOWN_MAX], policy[POLICY_SHOWN_MAX];

	if ((fields & EV_POLICY) != 0) {
		policy_show(e->policy, policy);
		field(to, "defences", "%s", policy);
	}
	if ((fields & EV_ATTACK) != 0) {
		attacks_show(e->attack, names);
		field(to, "attack", "%s", e->attack != 0 ? names : "none");
	}
	if ((fields & EV_LINK) != 0)
		field(to, "link",
		      "%s, delay %" PRIu64 " us, jitter %" PRIu64 " us, per million: lost %" PRIu32
		      ", doubled %" PRIu32 ", out of order %" PRIu32,
		      e->link.cut ? "cut" : "whole", (uint64_t)e->link.delay_us,
		      (uint64_t)e->link.jitter_us, e->link.loss_ppm, e->link.duplicate_ppm,
		      e->link.reorder_ppm);
	if ((fields & EV_DROP) != 0)
		field(to, "dropped", "%s", drop_words(e->drop));
	if ((fields & EV_NUMBER) != 0)
		field(to, "number", "%" PRIu64, e->number);
}

static void event_fields_print(const struct model *m, const struct event *e, FILE *to)
{
	unsigned fields = event_fields(e->kind);
	const bool message = (fields & EV_MESSAGE) != 0;
	char type[16];

	message_shout(e->type, type);
	field(to, "what", "%s", event_name(e->kind));
	field(to, "node", "n%u, in its life %u, its event %" PRIu64, e->node, e->boot, e->seq);
	time_field(to, "at", e->at);
	if ((message || (fields & EV_TYPE) != 0) && e->type != MSG_NONE)
		field(to, "type", "%s", type);
	if (message)
		id_field(to, &e->id, e->copy);
	if ((message || (fields & EV_PEER) != 0) && e->peer != NODE_NONE)
		field(to, "peer", "n%u", e->peer);
	if (e->kind == EVENT_SENT || (fields & EV_SET) != 0)
		set_field(to, "to", e->to);
	if (message || (fields & EV_SLOT) != 0)
		slot_field(to, "slot", e->slot);
	if (message || (fields & EV_BALLOT) != 0)
		ballot_field(to, "ballot", e->ballot);
	if ((message || (fields & EV_OTHER) != 0) && !ballot_is_none(e->other))
		ballot_field(to, "other", e->other);
	if (message || (fields & EV_VALUE) != 0)
		value_field(m, to, "value", e->value);
	if (message || (fields & EV_COUNT) != 0)
		field(to, "count", "%" PRIu32, e->count);
	if ((fields & EV_QUORUM) != 0)
		field(to, "quorum", "%" PRIu32, e->quorum);
	if (e->why != REFUSE_NOTHING)
		field(to, "refused", "%s", refusal_words(e->why));
	if ((fields & EV_BECAUSE) != 0 && e->because != BECAUSE_NOTHING)
		field(to, "because", "%s", because_name(e->because));
	if ((fields & EV_DUE) != 0 && e->due != 0)
		time_field(to, "due", e->due);
	rare_fields(e, fields, to);
}

static bool same_message(const struct event *a, const struct event *b)
{
	return (event_fields(b->kind) & EV_MESSAGE) != 0 && a->id.number != 0 &&
	       a->id.source == b->id.source && a->id.boot == b->id.boot &&
	       a->id.number == b->id.number;
}

/* Every event of the message, at all its receivers and of all its copies. */
static void print_way(const struct model *m, const struct event *e, FILE *to)
{
	fputs("\nTHE WAY OF ITS MESSAGE, with all receivers and copies\n", to);
	for (uint64_t i = model_event_first(m); i != EVENT_UNSEEN; i = model_event_later(m, i))
		if (same_message(e, model_event_at(m, i)))
			event_title(m, i, to, "  ");
}

/* The event that made event i happen: of a message that comes or is lost, its sending; of anything
 * else, what came to the same node in the same instant before. EVENT_UNSEEN: none is kept. */
static uint64_t event_cause(const struct model *m, uint64_t i)
{
	const struct event *e = model_event_at(m, i);
	const bool message = (event_fields(e->kind) & EV_MESSAGE) != 0 && e->kind != EVENT_SENT;

	while ((i = model_event_earlier(m, i)) != EVENT_UNSEEN) {
		const struct event *before = model_event_at(m, i);

		if (message ? before->kind == EVENT_SENT && same_message(e, before)
			    : before->node == e->node && before->boot == e->boot &&
				      before->at == e->at &&
				      (before->kind == EVENT_RECEIVED ||
				       before->kind == EVENT_QUEUED))
			return i;
		if (!message && before->at + 1000000 < e->at)
			break;
	}
	return EVENT_UNSEEN;
}

#define CAUSES_MAX 40

static void print_causes(const struct model *m, uint64_t i, FILE *to)
{
	uint64_t cause = event_cause(m, i);

	fputs("\nFOLLOWS FROM\n", to);
	if (cause == EVENT_UNSEEN)
		fputs("  no message: a timer of the node, its start, the operator, or what is not "
		      "kept any more\n",
		      to);
	for (unsigned k = 0; k < CAUSES_MAX && cause != EVENT_UNSEEN; k++) {
		event_title(m, cause, to, "  ");
		cause = event_cause(m, cause);
	}
}

void detail_event(const struct model *m, uint64_t i, FILE *to)
{
	const struct event *e = model_event_at(m, i);
	char why[1024];

	event_title(m, i, to, "");
	fprintf(to, "\nEVENT %" PRIu64 " of %" PRIu64 "\n", model_event_rank(m, i), m->events);
	event_fields_print(m, e, to);
	if (why_explain(m, i, why, sizeof(why)) || why_aside(m, i, why, sizeof(why)))
		fprintf(to, "\nWHY\n%s\n", why);
	print_causes(m, i, to);
	if ((event_fields(e->kind) & EV_MESSAGE) != 0)
		print_way(m, e, to);
}

static void vote_print(const struct model *m, const struct model_slot *slot, node_id n, FILE *to)
{
	const struct model_vote *v = &slot->vote[n];

	fprintf(to, "\nn%u\n", n);
	if (v->voted == VALUE_NONE && v->chosen == VALUE_NONE && v->echoed == VALUE_NONE)
		fputs(slot->slot < m->node[n].low ? "  keeps nothing of this slot any more\n"
						  : "  has told of no vote\n",
		      to);
	if (v->voted != VALUE_NONE) {
		ballot_field(to, "voted at", v->voted_at);
		value_field(m, to, "for", v->voted);
		time_field(to, "told at", v->voted_changed_at);
	}
	if (v->echoed != VALUE_NONE) {
		ballot_field(to, "echoed at", v->echoed_at);
		value_field(m, to, "of", v->echoed);
	}
	if (v->chosen != VALUE_NONE) {
		value_field(m, to, "chosen", v->chosen);
		ballot_field(to, "at", v->chosen_at);
		if (v->chosen_by != 0)
			set_field(to, "counted", v->chosen_by);
		else if (v->chosen_from != NODE_NONE)
			field(to, "told by", "n%u", v->chosen_from);
	}
}

void detail_slot(const struct model *m, slot_number number, FILE *to)
{
	const struct model_slot *slot = model_slot(m, number);
	char policy[POLICY_SHOWN_MAX];

	fprintf(to, "SLOT %" PRIu64 "\n", number);
	policy_show(model_policy_at(m, number), policy);
	field(to, "defences", "%s", policy);
	field(to, "quorum", "%u", model_quorum_at(m, number));
	if (slot == NULL) {
		fputs("  nothing is known about it\n", to);
		return;
	}
	value_field(m, to, "decided", slot->decided);
	if (slot->decided != VALUE_NONE) {
		ballot_field(to, "at", slot->decided_at);
		set_field(to, "by", slot->decided_by);
		if (model_event_at(m, slot->decided_event) != NULL)
			event_title(m, slot->decided_event, to, "  by the vote  ");
	}
	for (node_id n = 1; n <= m->nodes; n++)
		vote_print(m, slot, n, to);
}

/* The event in which the node told of its vote; EVENT_UNSEEN: a snapshot did, or it is not kept. */
static uint64_t event_of_vote(const struct model *m, const struct model_slot *slot, node_id node)
{
	const struct model_vote *v = &slot->vote[node];
	const struct model_tally *tally = model_tally(slot, v->voted_at, v->voted);
	const uint64_t i = tally != NULL ? tally->event[node] : EVENT_UNSEEN;

	return model_event_at(m, i) != NULL ? i : EVENT_UNSEEN;
}

/* The nodes that say that they counted the vote. */
static node_set counted_by(const struct model *m, const struct model_slot *slot, node_id node)
{
	node_set set = 0;

	for (node_id n = 1; n <= m->nodes; n++)
		if (set_has(slot->vote[n].counted, node) &&
		    ballot_cmp(slot->vote[n].counted_at, slot->vote[node].voted_at) == 0)
			set |= set_of(n);
	return set;
}

/* The message in which the node sent its vote to the proposer. */
static void print_way_of_vote(const struct model *m, const struct model_slot *slot, node_id node,
			      FILE *to)
{
	const struct model_vote *v = &slot->vote[node];

	for (uint64_t i = model_event_last(m); i != EVENT_UNSEEN; i = model_event_earlier(m, i)) {
		const struct event *e = model_event_at(m, i);

		if (e->kind != EVENT_SENT || e->node != node || e->type != MSG_ACCEPTED ||
		    e->slot != slot->slot || ballot_cmp(e->ballot, v->voted_at) != 0)
			continue;
		print_way(m, e, to);
		return;
	}
	fputs("\nNo message with the vote is kept: the proposer votes without one, and so does a "
	      "node "
	      "whose message is too old.\n",
	      to);
}

void detail_vote(const struct model *m, slot_number number, node_id node, FILE *to)
{
	const struct model_slot *slot = model_slot(m, number);
	const struct model_tally *tally;
	uint64_t i;

	fprintf(to, "VOTE of n%u in slot %" PRIu64 "\n", node, number);
	if (slot == NULL) {
		fputs("  nothing is known about the slot\n", to);
		return;
	}
	vote_print(m, slot, node, to);
	if (slot->vote[node].voted == VALUE_NONE)
		return;
	tally = model_tally(slot, slot->vote[node].voted_at, slot->vote[node].voted);
	if (tally != NULL) {
		fprintf(to, "\nWITH IT, in the same ballot for the same value\n");
		set_field(to, "voters", tally->voters);
		field(to, "quorum", "%u", model_quorum_at(m, number));
		set_field(to, "counted by", counted_by(m, slot, node));
		if (tally->heard[node] != 0)
			set_field(to, "received by", tally->heard[node]);
	}
	i = event_of_vote(m, slot, node);
	if (i == EVENT_UNSEEN) {
		fputs("\nThe event that told of it is not kept, or came before this screen "
		      "looked.\n",
		      to);
	} else {
		fputs("\nTOLD IN\n", to);
		event_title(m, i, to, "  ");
		print_causes(m, i, to);
	}
	print_way_of_vote(m, slot, node, to);
}

static void node_liar(const struct model *m, node_id id, FILE *to)
{
	const struct model_node *n = &m->node[id];
	char names[ATTACKS_SHOWN_MAX];

	if (n->mistake != MISTAKE_NONE) {
		fputs("\nMISTAKE\n", to);
		field(to, mistake_name(n->mistake), "%s", mistake_help(n->mistake));
	}
	if (n->attacks == 0 && !n->has_lied && !set_has(m->proven, id))
		return;
	fputs("\nLIAR\n", to);
	attacks_show(n->attacks, names);
	field(to, "armed", "%s", n->attacks != 0 ? names : "no more");
	set_field(to, "with", n->colluders);
	attacks_show(n->lied_in, names);
	field(to, "lies", "%" PRIu64 "%s%s", n->lies, n->lied_in != 0 ? " by " : "",
	      n->lied_in != 0 ? names : "");
	for (unsigned i = 0; i < m->proofs; i++)
		if (m->proof[i].accused == id)
			field(to, "proven", "%s", m->proof[i].words);
}

void detail_node(const struct model *m, node_id id, FILE *to)
{
	static const char *const lives[] = {"unknown", "up", "down", "stopped"};
	const struct model_node *n = &m->node[id];
	const struct model_slot *slot =
		m->slot_end > m->slot_first ? model_slot(m, m->slot_end - 1) : NULL;
	char trouble[REMARK_WORDS_MAX];

	fprintf(to, "NODE n%u\n", id);
	field(to, "process", "%s, in its life %u, pid %" PRIu32, lives[n->life], n->boot, n->pid);
	field(to, "role", "%s", node_role(m, id));
	time_field(to, "last heard", n->told_at);
	if (model_trouble(m, id, trouble, sizeof(trouble)))
		field(to, "trouble", "%s", trouble);
	fputs(n->life != LIFE_DOWN || n->disk == 0 ? "\nDURABLE\n"
	      : n->disk == DISK_WIPED              ? "\nLOST, FOR ITS DISK WAS WIPED\n"
						   : "\nBEFORE ITS DISK BECAME AN OLD COPY\n",
	      to);
	ballot_field(to, "promised", n->promised);
	slot_field(to, "knows below", n->base);
	slot_field(to, "keeps from", n->low);
	if (slot != NULL) {
		fprintf(to, "\nNEWEST SLOT %" PRIu64, slot->slot);
		vote_print(m, slot, id, to);
	}
	fputs("\nVOLATILE\n", to);
	ballot_field(to, "own ballot", n->ballot);
	field(to, "waiting", "%" PRIu32 " value%s", n->pending, n->pending == 1 ? "" : "s");
	value_field(m, to, "wants", n->pending > 0 ? n->wanted : VALUE_NONE);
	if (n->wake_at != 0)
		time_field(to, "timer", n->wake_at);
	fputs("\nCOUNTED\n", to);
	field(to, "events", "%" PRIu64 " in this life, %" PRIu64 " not seen", n->seq, n->missed);
	field(to, "sent", "%" PRIu64, n->sent);
	field(to, "received", "%" PRIu64, n->received);
	for (unsigned drop = 1; drop < DROPS; drop++)
		if (n->dropped[drop] != 0)
			field(to, "dropped", "%" PRIu64 ": %s", n->dropped[drop],
			      drop_words((enum drop)drop));
	node_liar(m, id, to);
	fputs("\nLINKS TO IT\n", to);
	for (node_id peer = 1; peer <= m->nodes; peer++) {
		const struct link_rule *link = &n->link[peer];

		if (peer != id)
			fprintf(to, "  from n%-5u %s, delay %" PRIu64 " us, %" PRIu64 " lost\n",
				peer, link->cut ? "CUT" : "whole", (uint64_t)link->delay_us,
				n->lost_from[peer]);
	}
}

/* What has become of it: "arrived at 0.036391". */
static void fate_words(const struct model *m, const struct flight *f, char *out, size_t size)
{
	const time_us at = f->ended_at != 0 ? f->ended_at : f->due;
	char when[40];

	snprintf(when, sizeof(when), "%" PRIu64 ".%06" PRIu64, at / 1000000, at % 1000000);
	if (f->state == FLIGHT_ARRIVED)
		snprintf(out, size, "arrived at %s", when);
	else if (f->state == FLIGHT_LOST)
		snprintf(out, size, "lost at %s: %s", when, drop_words(f->drop));
	else if (flight_is_void(m, f))
		snprintf(out, size, "never arrives: n%u is down", f->to);
	else if (f->due != 0)
		snprintf(out, size, "due at %s", when);
	else
		snprintf(out, size, "%s",
			 f->state == FLIGHT_HELD ? "arrives when you say"
						 : "when it arrives is not known yet");
}

static void flight_print(const struct model *m, const struct flight *f, FILE *to)
{
	char fate[120];

	id_field(to, &f->id, f->copy);
	slot_field(to, "slot", f->slot);
	ballot_field(to, "ballot", f->ballot);
	if (!ballot_is_none(f->other))
		ballot_field(to, "other", f->other);
	value_field(m, to, "value", f->value);
	time_field(to, "sent at", f->sent_at);
	fate_words(m, f, fate, sizeof(fate));
	field(to, "its way", "%s", fate);
}

void detail_wire(const struct model *m, FILE *to)
{
	unsigned count = 0;

	const unsigned open = model_flights_open(m);

	fprintf(to, "%u message%s on the wire\n", open, open == 1 ? "" : "s");
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];
		char type[16];

		if (!flight_is_open(m, f))
			continue;
		message_shout(f->type, type);
		fprintf(to, "\n%u  %s from n%u to n%u\n", ++count, type, f->from, f->to);
		flight_print(m, f, to);
	}
}

static bool same_id(const struct message_id *a, const struct message_id *b)
{
	return a->source == b->source && a->boot == b->boot && a->number == b->number;
}

/* The event that sent it; EVENT_UNSEEN: it is not kept, or was never told. */
static uint64_t sending_of(const struct model *m, const struct message_id *id)
{
	uint64_t i = model_event_last(m);

	while (i != EVENT_UNSEEN && !(model_event_at(m, i)->kind == EVENT_SENT &&
				      same_id(&model_event_at(m, i)->id, id)))
		i = model_event_earlier(m, i);
	return i;
}

void detail_message(const struct model *m, const struct flight *f, FILE *to)
{
	const uint64_t sent = sending_of(m, &f->id);
	unsigned others = 0;
	char type[16], fate[120];

	message_shout(f->type, type);
	fprintf(to, "%s from n%u to n%u\n\n", type, f->from, f->to);
	flight_print(m, f, to);
	fputs("\nITS OTHER COPIES AND RECEIVERS\n", to);
	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *other = &m->flight[i];

		if (other == f || !same_id(&other->id, &f->id))
			continue;
		fate_words(m, other, fate, sizeof(fate));
		fprintf(to, "  to n%u%s  %s\n", other->to, other->copy != 0 ? ", a copy" : "",
			fate);
		others++;
	}
	if (others == 0)
		fputs("  none is kept\n", to);
	if (sent == EVENT_UNSEEN) {
		fputs("\nIts sending is not kept any more, or was not told.\n", to);
		return;
	}
	fputs("\nSENT BY\n", to);
	event_title(m, sent, to, "  ");
	print_causes(m, sent, to);
	print_way(m, model_event_at(m, sent), to);
}

static void hex_field(FILE *to, const char *label, const uint8_t *bytes, size_t length)
{
	fprintf(to, "  " LABEL, label);
	for (size_t i = 0; i < length; i++)
		fprintf(to, "%02x", bytes[i]);
	fputc('\n', to);
}

void detail_proof(const struct model *m, unsigned i, FILE *to)
{
	const struct model_proof *p = &m->proof[i];
	struct evidence e;
	char words[200];

	fprintf(to, "PROOF %u of %u\n%s\n\n", i + 1, m->proofs, p->words);
	field(to, "liar", "n%u", p->accused);
	field(to, "kind", "%s", proof_name(p->kind));
	slot_field(to, "slot", p->slot);
	set_field(to, "held by", p->holders);
	time_field(to, "told at", p->at);
	if (evidence_decode(m->proof_bytes + p->bytes_at, p->length, &e) == DROP_NOTHING)
		for (unsigned k = 0; k < e.parts; k++) {
			evidence_part_words(&e, k, words, sizeof(words));
			fprintf(to, "\nn%u signed: %s\n", e.accused, words);
			hex_field(to, "bytes", e.part[k].body, e.part[k].length);
			hex_field(to, "signature", e.part[k].signature, SIGNATURE_BYTES);
		}
	fputs("\nTHE PROOF\n", to);
	hex_field(to, "bytes", m->proof_bytes + p->bytes_at, p->length);
}
