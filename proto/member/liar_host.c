#include "proto/member/liar_host.h"

#include <string.h>

#include "proto/member/reporter.h"
#include "proto/member/sender.h"
#include "proto/wire/fields.h"

static policy_id policy_of(void *member, slot_number slot)
{
	const struct member *m = member;

	return paxos_policy(&m->paxos, slot);
}

static proof_ref send_lie(void *member, const struct message *message)
{
	return sender_put_on_wire(member, message);
}

static void send_bytes(void *member, node_set to, const uint8_t *bytes, size_t length)
{
	struct member *m = member;
	size_t capacity;
	uint8_t *room = outbox_frame_room(&m->outbox, &capacity);

	if (length > capacity || length == 0)
		return;
	memcpy(room, bytes, length);
	m->counts.sent++;
	outbox_frame(&m->outbox, to, length, false);
}

/* Repeats the frame of an honest node. Its envelope is not signed, and names the liar now: the node
 * that hands a frame to the bus. */
static void send_again(void *member, node_set to, const uint8_t *bytes, size_t length)
{
	struct member *m = member;
	size_t capacity;
	uint8_t *room = outbox_frame_room(&m->outbox, &capacity);

	if (length > capacity)
		return;
	memcpy(room, bytes, length);
	if (!frame_readdress(room, length, m->config.paxos.self, to))
		return;
	m->counts.sent++;
	outbox_frame(&m->outbox, to, length, false);
}

/* A false accusation, of two messages that the victim is said to have signed. how 0: the second is
 * the first with its last byte changed, under the signature of the first. Else both are the first,
 * which proves nothing. */
static bool send_accusation(void *member, unsigned how, node_set to)
{
	struct member *m = member;
	const struct heard_words *heard = &m->heard;
	uint8_t changed[BRIEF_BYTES_MAX];
	uint8_t bytes[EVIDENCE_BYTES_MAX];
	struct evidence evidence = {
		.kind = heard->type == MSG_ACCEPT    ? PROOF_TWO_PROPOSALS
			: heard->type == MSG_PROMISE ? PROOF_TWO_STORIES
						     : PROOF_TWO_VOTES,
		.accused = heard->from,
		.slot = heard->slot,
		.parts = 2,
		.part = {{heard->brief, heard->length, heard->signature},
			 {how == 0 ? changed : heard->brief, heard->length, heard->signature}},
	};

	if (heard->length == 0)
		return false;
	memcpy(changed, heard->brief, heard->length);
	changed[heard->length - 1] ^= 1;
	size_t length = evidence_encode(&evidence, bytes, sizeof bytes);
	struct message message = {
		.type = MSG_EVIDENCE,
		.from = m->config.paxos.self,
		.to = to,
		.value = values_intern(m->values, bytes, (uint32_t)length),
	};
	if (length == 0 || message.value == VALUE_NONE)
		return false;
	sender_put_on_wire(m, &message);
	return true;
}

static void tell_lie(void *member, const struct event *event)
{
	struct member *m = member;

	m->has_lied = true;
	reporter_tell(m, event);
}

/* Only a liar that frames others needs them. */
static void note_words(struct member *m, const struct frame *frame)
{
	struct heard_words *heard = &m->heard;

	heard->length = 0;
	if (!frame->is_signed || (m->liar.order.attacks & ATTACK_FRAME) == 0)
		return;
	heard->type = frame->message.type;
	heard->from = frame->message.from;
	heard->slot = frame->message.slot;
	heard->length = (uint32_t)frame_brief(frame, heard->brief);
	memcpy(heard->signature, frame->signature, SIGNATURE_BYTES);
}

bool liar_host_hears(struct member *m, const uint8_t *bytes, size_t length)
{
	/* If the liar answers at once, its message is written into m->frame. */
	struct message message = m->frame.message;
	const struct liar_heard heard = {&message, m->frame.sender, bytes, length};

	note_words(m, &m->frame);
	if (!liar_in(&m->liar, &heard, m->now))
		return false;
	m->frame.message = message;
	return true;
}

enum drop liar_host_arm(struct member *m, const struct attack_order *order)
{
	const struct liar_means means = {
		.member = m,
		.paxos = &m->paxos,
		.values = m->values,
		.scratch = &m->step,
		.policy = policy_of,
		.send = send_lie,
		.send_again = send_again,
		.send_bytes = send_bytes,
		.accuse = send_accusation,
		.tell = tell_lie,
	};

	if (!liar_arm(&m->liar, &means, order, m->now))
		return DROP_REFUSED;
	reporter_tell(m, &(struct event){
				 .kind = EVENT_ARMED,
				 .attack = order->attacks,
				 .to = order->attacks == 0 ? 0 : m->liar.order.colluders,
			 });
	return DROP_NOTHING;
}

/* Which of them takes a value, and which a second ballot. */
static bool is_forgery(const struct member *m, const struct forgery *word, bool has_value)
{
	const node_set all = set_first(m->config.paxos.nodes);
	const bool tells_vote = word->type == MSG_PROMISE && has_value;

	if (word->type < MSG_PREPARE || word->type > MSG_NACK || word->to == 0 ||
	    (word->to & ~(all & ~set_of(m->config.paxos.self))) != 0 ||
	    word->from > m->config.paxos.nodes ||
	    !ballot_is_somebodys(word->ballot, m->config.paxos.nodes))
		return false;
	if (tells_vote || word->type == MSG_NACK
		    ? !ballot_is_somebodys(word->other, m->config.paxos.nodes)
		    : !ballot_is_none(word->other))
		return false;
	return tells_vote || has_value == ((message_fields(word->type) & FIELD_VALUE) != 0);
}

static void tell_forgery(struct member *m, const struct message *message)
{
	struct event e = {.kind = EVENT_LIED};

	event_of_message(&e, message);
	e.kind = EVENT_LIED;
	e.to = message->to;
	e.peer = message->from == m->config.paxos.self ? NODE_NONE : message->from;
	tell_lie(m, &e);
}

enum drop liar_host_forge(struct member *m, const struct forgery *word, slot_number slot,
			  const uint8_t *value, uint32_t length)
{
	struct claim claim = {.slot = slot, .ballot = word->other};
	struct message message = {
		.type = word->type,
		.from = word->from != NODE_NONE ? word->from : m->config.paxos.self,
		.to = word->to,
		.ballot = word->ballot,
		.slot = slot,
	};

	if (!is_forgery(m, word, length > 0))
		return DROP_REFUSED;
	const value_ref said = length > 0 ? values_intern(m->values, value, length) : VALUE_NONE;
	if (length > 0 && said == VALUE_NONE)
		return DROP_REFUSED;
	if (word->type == MSG_PROMISE && length > 0) {
		claim.value = said;
		message.claim = &claim;
		message.claims = 1;
	} else {
		message.value = said;
	}
	if (word->type == MSG_NACK) {
		message.promised = word->other;
		message.why = REFUSE_PROMISED;
	}
	tell_forgery(m, &message);
	sender_put_on_wire(m, &message);
	return DROP_NOTHING;
}
