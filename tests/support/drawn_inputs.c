#include "tests/support/drawn_inputs.h"

#include "proto/fault/link.h"

static struct {
	uint64_t random;
	bool reaches_the_end;
} from;

/* What the ballot of the last Accept asks for, which many may echo and vote for. */
static struct message last_accept;

void drawn_begin(uint64_t seed, bool reaches_the_end)
{
	last_accept = (struct message){.type = MSG_NONE};
	from.random = seed;
	from.reaches_the_end = reaches_the_end;
}

uint64_t draw(uint64_t below)
{
	return random_next(&from.random) % below;
}

static struct claim claims[8];
static struct message told_messages[8];
static proof_ref proofs[8];

static node_id any_node(void)
{
	return (node_id)(1 + draw(p.config.nodes));
}

static slot_number any_slot(void)
{
	const slot_number slot = p.base + draw(4);

	if (draw(30) == 0)
		return p.base + 62 + draw(4) < DRAWN_SLOTS ? p.base + 62 + draw(4) : 0;
	if (p.base > 0 && draw(12) == 0)
		return p.base - 1;
	return slot < DRAWN_SLOTS ? slot : DRAWN_SLOTS - 1;
}

static value_ref any_value(struct ballot b, slot_number slot)
{
	if (draw(12) == 0)
		return draw(3) == 0 ? VALUE_NOOP : (value_ref)(10 + draw(DRAWN_VALUES));
	return (value_ref)(10 + (b.round + slot) % DRAWN_VALUES);
}

/* Mostly near what the node has promised. */
static struct ballot any_ballot(void)
{
	if (from.reaches_the_end && draw(60) == 0)
		return at(ROUND_MAX, any_node());
	const uint32_t around = p.promised.round < 40 ? p.promised.round : 40;

	switch (draw(8)) {
	case 0:
		return at((uint32_t)(1 + draw(4)), any_node());
	case 1:
		return at(around + 1, any_node());
	case 2:
	case 3:
		return ballot_is_none(p.ballot) ? at(1, SELF) : p.ballot;
	default:
		return ballot_is_none(p.promised) ? at(1, any_node()) : p.promised;
	}
}

/* Mostly the same proof of the same vote, whoever shows it. */
static proof_ref cert_of(struct ballot b)
{
	return draw(5) == 0 ? (proof_ref)(20000 + draw(50))
			    : (proof_ref)(1000 + 100 * (8 * b.round + b.node));
}

static void draw_claims(struct message *m)
{
	slot_number slot = m->slot;

	m->claim = claims;
	m->claims = 0;
	for (unsigned want = (unsigned)draw(4); m->claims < want; slot += 1 + draw(2)) {
		struct ballot b = at((uint32_t)(1 + draw(4)), any_node());

		if (draw(2) == 0)
			b = at(1 + m->ballot.round / 2, 1);

		if (ballot_cmp(b, m->ballot) >= 0 && draw(10) != 0)
			b = at(1, 1);
		claims[m->claims++] =
			(struct claim){.slot = slot < DRAWN_SLOTS ? slot : DRAWN_SLOTS - 1,
				       .ballot = b,
				       .value = any_value(b, slot),
				       .certified = draw(8) != 0,
				       .cert = cert_of(b)};
		claims[m->claims - 1].cert += claims[m->claims - 1].value;
		if (slot >= DRAWN_SLOTS - 1)
			break;
	}
}

/* The Promises that justify a NewView, or the Accepteds that prove a Commit. */
void drawn_told(struct message *m, enum message_type type)
{
	static struct claim told_claims[8][2];

	m->tell = told_messages;
	for (m->told = 0; m->told < p.config.nodes && m->told < 8; m->told++) {
		struct message *t = &told_messages[m->told];

		*t = (struct message){.type = draw(20) == 0 ? MSG_NACK : type,
				      .from = (node_id)(draw(15) == 0 ? 1 : m->told + 1u),
				      .ballot = draw(15) == 0 ? any_ballot() : m->ballot,
				      .slot = draw(15) == 0 ? any_slot() : m->slot,
				      .value = draw(15) == 0 ? 10 : m->value,
				      .proof = (proof_ref)(200 + m->told)};
		if (type != MSG_PROMISE)
			continue;
		t->low = draw(6) == 0 ? t->slot + draw(2) : 0;
		t->claim = told_claims[m->told];
		t->claims = (uint16_t)draw(3);
		for (unsigned i = 0; i < t->claims; i++)
			told_claims[m->told][i] = (struct claim){
				.slot = t->slot + i,
				.ballot = at((uint32_t)draw((uint64_t)m->ballot.round + 1),
					     any_node()),
				.value = draw(40) == 0 ? VALUE_UNKNOWN
						       : any_value(m->ballot, t->slot + i),
				.certified = draw(6) != 0,
				.cert = (proof_ref)(300 + draw(9))};
		if (draw(5) == 0)
			break;
	}
}

void drawn_note_accept(const struct message *m)
{
	last_accept = *m;
}

static void join_last_accept(struct message *m)
{
	m->ballot = last_accept.ballot;
	m->slot = last_accept.slot;
	m->value = last_accept.value;
}

/* An Accept that the view allows, or nearly. */
static void follow_view(struct message *m)
{
	m->ballot = p.view.ballot;
	m->from = m->ballot.node;
	m->slot = draw(10) == 0 ? p.view.known - draw(2) : p.view.from + draw(4);
	m->view = p.view.view;
	if (m->slot < p.view.end && draw(4) != 0)
		m->value = p.view.bound[m->slot % SLOTS_OPEN_MAX];
	if (m->value == VALUE_NONE)
		m->value = draw(2) == 0 ? VALUE_NOOP : 10;
}

static struct message draw_message(void)
{
	/* All but the last, a Summary, which the paper does not know (test_summary.c). */
	struct message m = {.type = (enum message_type)(1 + draw(MSG_SUMMARY - 1))};

	do
		m.from = any_node();
	while (m.from == SELF && draw(4) != 0);
	m.to = draw(3) == 0 ? set_of(SELF) : set_first(p.config.nodes) & ~set_of(m.from);
	m.ballot = any_ballot();
	m.slot = any_slot();
	m.value = any_value(m.ballot, m.slot);
	m.proof = (proof_ref)(1 + draw(1000));
	m.view = (proof_ref)(m.ballot.round + 2000);
	m.proof_list = proofs;
	m.proofs = (uint16_t)draw(3);
	for (unsigned i = 0; i < m.proofs; i++)
		proofs[i] = (proof_ref)(1 + draw(1000));
	if (m.type == MSG_PREPARE || m.type == MSG_ACCEPT || m.type == MSG_NEW_VIEW)
		m.from = m.ballot.node;
	if (m.type == MSG_PROMISE || m.type == MSG_NEW_VIEW)
		draw_claims(&m);
	if (m.type == MSG_PROMISE) {
		m.ballot = p.ballot;
		m.slot = draw(3) == 0 ? any_slot() : p.from;
		m.low = draw(8) == 0 ? p.base + draw(3) : draw(p.base + 1);
		draw_claims(&m);
	}
	if (m.type == MSG_NEW_VIEW)
		drawn_told(&m, MSG_PROMISE);
	if (m.type == MSG_ACCEPT && !ballot_is_none(p.view.ballot) && draw(3) != 0)
		follow_view(&m);
	if (m.type == MSG_ACCEPT)
		last_accept = m;
	if ((m.type == MSG_ECHO || m.type == MSG_ACCEPTED) && last_accept.slot >= p.base &&
	    last_accept.slot < DRAWN_SLOTS && last_accept.value != VALUE_NONE && draw(3) != 0)
		join_last_accept(&m);
	if (m.type == MSG_COMMIT) {
		m.low = draw(p.base + 4);
		drawn_told(&m, MSG_ACCEPTED);
	}
	if (m.type == MSG_NACK) {
		m.ballot = draw(4) == 0 ? m.ballot : p.ballot;
		m.promised = draw(3) == 0 ? any_ballot() : at(p.ballot.round + 1, any_node());
		m.why = (enum refusal)draw(REFUSALS);
	}
	if (m.type == MSG_SYNC) {
		m.known = draw(4) == 0 ? random_next(&from.random) : draw(2) * draw(16);
		m.voted = draw(4) == 0 ? random_next(&from.random) : draw(2) * draw(16);
		m.wanted = draw(4) == 0 ? random_next(&from.random) : draw(2) * draw(16);
		m.unsure = (node_set)draw(16);
		m.ask = (node_set)draw(16);
	}
	return m;
}

struct paxos_input drawn_input(struct message *m)
{
	struct paxos_input in = {.kind = INPUT_MESSAGE, .message = m};

	p.now += draw(4) == 0 ? draw(60000) : draw(500);
	in.round_floor = draw(3) == 0 ? (uint32_t)draw(30) : 0;
	switch (draw(12)) {
	case 0:
		in.kind = INPUT_PROPOSE;
		in.value = (value_ref)(10 + draw(DRAWN_VALUES));
		in.slot = draw(4) == 0 ? any_slot() : SLOT_NONE;
		break;
	case 1:
	case 2:
		in.kind = INPUT_TIMER;
		if (draw(2) == 0 && out.wake_at > p.now)
			p.now = out.wake_at;
		break;
	case 3:
		in.kind = draw(4) == 0 ? INPUT_START : INPUT_LINK_UP;
		in.peer = any_node();
		in.again = draw(2) == 0;
		break;
	default:
		*m = draw_message();
		break;
	}
	in.now = p.now;
	return in;
}
