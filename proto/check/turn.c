/* One step of one node: the shipped core is given an input, and what it owes is carried out. */
#include "proto/check/turn.h"

#include <assert.h>
#include <string.h>

#include "proto/fault/mistake.h"

/* --- the disk -------------------------------------------------------------------------------- */

static void write_down(struct image *disk, const struct paxos_write *w)
{
	if (w->kind == WRITE_PROMISED)
		disk->promised = small_ballot(w->ballot);
	if (w->slot >= CHECK_SLOTS_MAX)
		return;
	if (w->kind == WRITE_VOTE) {
		disk->voted_at[w->slot] = small_ballot(w->ballot);
		disk->voted[w->slot] = (uint8_t)w->value;
	} else if (w->kind == WRITE_ECHO) {
		disk->echoed_at[w->slot] = small_ballot(w->ballot);
		disk->echoed[w->slot] = (uint8_t)w->value;
	} else if (w->kind == WRITE_CHOSEN) {
		disk->chosen_at[w->slot] = small_ballot(w->ballot);
		disk->chosen[w->slot] = (uint8_t)w->value;
	}
}

/* Does the disk hold what the acceptor promised and voted? */
static bool is_on_disk(const struct check *c, const struct paxos *p, const struct image *disk)
{
	if (disk->promised != small_ballot(p->promised))
		return false;
	for (unsigned s = 0; s < c->bounds.slots; s++) {
		const struct paxos_slot *slot = paxos_slot(p, s);

		if (slot != NULL && (disk->voted_at[s] != small_ballot(slot->voted_at) ||
				     disk->voted[s] != slot->voted))
			return false;
	}
	return true;
}

static void restore(struct turn *t, const struct image *disk)
{
	struct paxos *p = &t->next.paxos;
	slot_number base = 0;

	while (base < CHECK_SLOTS_MAX && disk->chosen[base] != VALUE_NONE)
		base++;
	const struct paxos_config config = p->config;
	paxos_init(p, &config);
	paxos_restore(p, base, large_ballot(disk->promised));
	for (unsigned s = 0; s < CHECK_SLOTS_MAX; s++) {
		if (disk->echoed[s] != VALUE_NONE)
			paxos_restore_echo(p, s, large_ballot(disk->echoed_at[s]), disk->echoed[s]);
		if (disk->voted[s] != VALUE_NONE)
			paxos_restore_vote(p, s, large_ballot(disk->voted_at[s]), disk->voted[s]);
		if (disk->chosen[s] != VALUE_NONE)
			paxos_restore_chosen(p, s, large_ballot(disk->chosen_at[s]),
					     disk->chosen[s]);
	}
	mistake_restored(t->c->bounds.mistake, p);
	t->next.synced = t->next.loose = *disk;
}
/* --- the step -------------------------------------------------------------------------------- */

/* Decisions of closed slots are read from the disk. */
static void send_log(struct turn *t, const struct paxos_output *out)
{
	const struct image *disk = &t->next.loose;

	for (unsigned i = 0; i < out->log_count && out->log_to != 0 && !t->c->bounds.no_hints;
	     i++) {
		const slot_number s = out->log_from + i;

		if (s >= CHECK_SLOTS_MAX || disk->chosen[s] == VALUE_NONE)
			continue;
		net_send(t->c, &t->next.paxos,
			 &(struct message){.type = MSG_COMMIT,
					   .from = t->next.paxos.config.self,
					   .slot = s,
					   .low = t->next.paxos.base,
					   .ballot = large_ballot(disk->chosen_at[s]),
					   .value = disk->chosen[s]},
			 out->log_to, t->next.sent);
	}
}

/* The last writes of a vote for slots from this one on are not synced yet. */
static slot_number waits_from(const struct paxos_output *out)
{
	slot_number from = SLOT_NONE;

	for (unsigned i = 0; i < out->writes; i++)
		if (out->write[i].kind == WRITE_VOTE && out->write[i].slot < from)
			from = out->write[i].slot;
	return from;
}

static bool is_early(const struct turn *t, const struct paxos_output *out, const struct message *m)
{
	return out->must_sync &&
	       paxos_is_early(&t->next.paxos, m, large_ballot(t->before->synced.promised),
			      waits_from(out));
}

/* Of a step that is cut short only what has left is told. */
static void tell(const struct turn *t, const struct paxos_output *out)
{
	struct check_act *act = t->c->telling;

	for (unsigned i = 0; i < out->events && act->events < CHECK_EVENTS_MAX && !act->cut; i++)
		act->event[act->events++] = out->event[i];
	for (unsigned i = 0; i < out->sends && act->sent < CHECK_SENT_MAX; i++) {
		struct message *m = &act->sends[act->sent];

		if (act->cut && !is_early(t, out, &out->send[i]))
			continue;
		act->sent++;
		*m = out->send[i];
		m->claim = NULL;
		m->proof_list = NULL;
		m->tell = NULL;
	}
}

/* Does the message go into the network? What no schedule needs does not: how far nodes know; hints
 * where they are left out; a NewView, for it comes with each Accept that rests on it; a decision
 * that needs the votes of a quorum as its proof, for the votes themselves come together. */
static bool is_sent(const struct check *c, enum message_type type)
{
	switch (type) {
	case MSG_SYNC:
	case MSG_NEW_VIEW:
		return false;
	case MSG_NACK:
		return !c->bounds.no_hints;
	case MSG_COMMIT:
		return !c->bounds.no_hints && !is_under(c, LOUD);
	default:
		return true;
	}
}

/* A hardened node's word to itself is signed and heard like any other, but for words that come as
 * those of a quorum. */
static void note_own(struct turn *t, const struct message *m)
{
	const node_id self = t->next.paxos.config.self;
	struct letter *l = &t->own[t->owns];

	if (!set_has(m->to, self) || m->type == MSG_ECHO ||
	    (m->type == MSG_ACCEPTED && is_under(t->c, LOUD)))
		return;
	assert(t->owns < OWN_MAX);
	net_read(t->c, &t->next.paxos, m, l);
	l->to = self;
	l->proven = 1;
	if (m->type == MSG_PROMISE && is_liar(t->c, self) && lies_override(t->c)) {
		memset(l->claim, 0, sizeof l->claim);
		memset(l->claim_at, 0, sizeof l->claim_at);
	}
	t->owns++;
}

static void note_early(struct turn *t, const struct message *m)
{
	t->ahead = true;
	net_send(t->c, &t->next.paxos, m, m->to, t->early);
	if (m->type == MSG_ACCEPT)
		note_proposed(t, m->slot, m->ballot, m->value, t->early_facts);
}

static void carry_out(struct turn *t, const struct paxos_output *out)
{
	const struct check *c = t->c;
	unsigned sends = 0;

	for (unsigned i = 0; i < out->writes; i++)
		write_down(&t->next.loose, &out->write[i]);
	if (out->must_sync)
		t->next.synced = t->next.loose;
	note_begun(t);
	note_promises(t, out);
	note_events(t, out);
	for (unsigned i = 0; i < out->sends; i++) {
		const struct message *m = &out->send[i];

		if (m->type == MSG_ACCEPT)
			note_proposed(t, m->slot, m->ballot, m->value, t->next.facts);
		if (!is_sent(c, m->type))
			continue;
		if (is_early(t, out, m))
			note_early(t, m);
		sends++;
		net_send(t->c, &t->next.paxos, m, m->to, t->next.sent);
		note_own(t, m);
	}
	send_log(t, out);
	if (sends > 0 && !is_on_disk(c, &t->next.paxos, &t->next.synced))
		turn_break(t, CHECK_RULE_PERSIST);
	note_lost(t);
	if (c->telling != NULL)
		tell(t, out);
}

/* A liar that overrides does not let its own vote bind the ballot that it begins. */
static void forget_own_claim(struct turn *t)
{
	struct paxos *p = &t->next.paxos;

	if (!is_liar(t->c, p->config.self) || !lies_override(t->c) ||
	    ballot_cmp(p->ballot, t->ballot) == 0)
		return;
	for (unsigned i = 0; i < SLOTS_OPEN_MAX; i++) {
		struct paxos_slot *s = &p->open[i];

		if (s->claim_by != p->config.self)
			continue;
		s->claim_at = BALLOT_NONE;
		s->claim = VALUE_NONE;
		s->claim_by = NODE_NONE;
	}
}

static void run_core(struct turn *t, const struct paxos_input *in)
{
	t->c->made++;
	t->ballot = t->next.paxos.ballot;
	mistake_step(t->c->bounds.mistake, &t->next.paxos, in, &t->c->out);
	forget_own_claim(t);
	carry_out(t, &t->c->out);
}

static void run_message(struct turn *t, const struct message *m)
{
	run_core(t, &(struct paxos_input){.kind = INPUT_MESSAGE, .now = 1, .message = m});
}

/* The NewView of an Accept: the promises of a quorum, of which one tells the vote that binds the
 * ballot. Where that vote, or what allows the Accept, cannot be proven, one promise is bad. */
static void run_view(struct turn *t, const struct message *accept)
{
	const unsigned quorum = t->c->promises;
	struct message tell[CHECK_NODES_MAX];
	struct claim bad = {.slot = accept->slot, .ballot = accept->ballot, .value = accept->value};
	struct message m = {
		.type = MSG_NEW_VIEW,
		.from = accept->from,
		.to = accept->to,
		.ballot = accept->ballot,
		.slot = accept->slot,
		.claims = accept->claims,
		.claim = accept->claim,
		.proof = 1,
		.view = accept->view,
		.told = (uint16_t)quorum,
		.tell = tell,
	};

	for (unsigned i = 0; i < quorum; i++)
		tell[i] = (struct message){.type = MSG_PROMISE,
					   .from = (node_id)(i + 1),
					   .to = set_of(accept->from),
					   .ballot = accept->ballot,
					   .slot = accept->slot,
					   .proof = 1};
	tell[0].claims = accept->claims;
	tell[0].claim = accept->claim;
	if (accept->proof == PROOF_NONE) {
		tell[0].claims = 1;
		tell[0].claim = &bad;
	}
	run_message(t, &m);
}

/* The signed words of a quorum, one after the other. */
static void run_words(struct turn *t, struct message *m)
{
	for (unsigned i = 0; i < t->c->quorum; i++) {
		m->from = (node_id)(i + 1);
		m->proof = 1;
		run_message(t, m);
	}
}

static void run_letter(struct turn *t, const struct letter *l)
{
	struct claim claim[CHECK_SLOTS_MAX];
	struct message m = net_message(l, claim);

	if (l->from == NODE_NONE) {
		run_words(t, &m);
		return;
	}
	m.proof = l->proven ? 1 : PROOF_NONE;
	if (m.type == MSG_ACCEPT && is_under(t->c, DEFENCE_JUSTIFY)) {
		m.view = 1;
		run_view(t, &m);
		m.claims = 0;
	}
	m.proof = 1;
	run_message(t, &m);
}

static void settle_own(struct turn *t)
{
	for (unsigned i = 0; i < t->owns; i++) {
		const struct letter l = t->own[i];
		run_letter(t, &l);
	}
	t->owns = 0;
}

/* A liar that does what it likes is known by its ballots only, as far as others know them. */
static void note_lured(struct turn *t)
{
	t->next.lured |= lure_bit(t->c, small_ballot(t->next.paxos.promised)) |
			 lure_bit(t->c, small_ballot(t->next.paxos.seen));
}

static struct turn turn_of(struct check *c, uint32_t local)
{
	struct turn t = {.c = c, .before = &c->local[local].core, .owns = 0};

	c->made = c->cut = 0;
	memcpy(&t.next, t.before, sizeof t.next);
	t.next.broken = CHECK_RULE_NONE;
	return t;
}

static uint32_t end_turn(struct turn *t)
{
	struct local_core tidy;

	settle_own(t);
	note_lured(t);
	if (t->c->state != CHECK_RUNNING || t->c->lacks)
		return LOCAL_NONE;
	local_tidy(&tidy, &t->next, &t->c->renaming[0]);
	const uint32_t next = local_intern(t->c, &tidy);
	const bool news = tidy.broken != CHECK_RULE_NONE || tidy.ballots != t->before->ballots ||
			  tidy.crashes != t->before->crashes || tidy.lured != t->before->lured ||
			  memcmp(tidy.facts, t->before->facts, sizeof tidy.facts) != 0;
	return next | (news ? STEP_NEWS : 0); /* LOCAL_NONE stays what it is */
}

/* A known step is kept plus one, so that 0 is none. */
static uint32_t kept(uint32_t step)
{
	return (STEP_LOCAL(step) + 1) | (step & STEP_NEWS);
}

static uint32_t step_of(uint32_t kept)
{
	return (STEP_LOCAL(kept) - 1) | (kept & STEP_NEWS);
}

/* It crashes, and starts again with what its disk holds. */
static void crash(struct turn *t, const struct image *disk)
{
	t->next.crashes++;
	restore(t, disk);
	run_core(t, &(struct paxos_input){.kind = INPUT_START, .now = 1, .again = true});
}

/* The crash comes when the early ones have left and nothing is synced. */
static uint32_t cut_short(const struct turn *whole)
{
	struct turn t = {.c = whole->c, .before = whole->before, .owns = 0};

	memcpy(&t.next, t.before, sizeof t.next);
	t.next.broken = CHECK_RULE_NONE;
	t.next.asked = whole->next.asked;
	for (unsigned w = 0; w < LETTER_WORDS; w++) {
		t.next.sent[w] |= whole->early[w];
		t.next.facts[w] |= whole->early_facts[w];
	}
	crash(&t, &t.before->synced);
	return end_turn(&t);
}

static bool can_crash(const struct check *c, const struct local_core *l)
{
	return !is_liar(c, l->paxos.config.self) && l->crashes < c->bounds.crashes;
}

static uint32_t finish(struct turn *t)
{
	uint32_t next, cut = LOCAL_NONE;

	next = end_turn(t);
	if (next == LOCAL_NONE || !t->ahead || !can_crash(t->c, t->before))
		return next;
	cut = cut_short(t);
	if (cut == LOCAL_NONE)
		return LOCAL_NONE;
	t->c->cut = kept(cut);
	return next;
}

/* Hears a letter. */
static uint32_t hear(struct check *c, uint32_t local, unsigned letter)
{
	struct turn t = turn_of(c, local);

	run_letter(&t, &c->letter[letter]);
	return finish(&t);
}

static bool can_act(const struct check *c, const struct local_core *l, unsigned act)
{
	const unsigned slot = act / CHECK_VALUES_MAX, value = act % CHECK_VALUES_MAX;
	const node_id self = l->paxos.config.self;
	const bool lies = is_liar(c, self);

	if (act == ACT_TIMER)
		return l->paxos.proposer_at != 0;
	if (act == ACT_CRASH)
		return can_crash(c, l);
	if (act == ACT_CRASH_LOOSE)
		return can_crash(c, l) && memcmp(&l->synced, &l->loose, sizeof l->loose) != 0;
	return (self <= c->bounds.proposers || (lies && lies_propose(c))) &&
	       slot < c->bounds.slots && value < c->bounds.values && (l->asked >> slot & 1) == 0;
}

static uint32_t act_now(struct check *c, uint32_t local, unsigned act)
{
	struct turn t = turn_of(c, local);
	struct paxos_input in = {.kind = INPUT_TIMER, .now = 1};

	if (!can_act(c, t.before, act))
		return local;
	/* It has been patient: to send again what it sent makes no difference here. */
	t.next.paxos.resends = UINT8_MAX;
	if (act == ACT_CRASH || act == ACT_CRASH_LOOSE) {
		crash(&t, act == ACT_CRASH ? &t.before->synced : &t.before->loose);
		return end_turn(&t);
	}
	if (act != ACT_TIMER) {
		const unsigned slot = act / CHECK_VALUES_MAX;

		t.next.asked |= (uint8_t)(1u << slot);
		in.kind = INPUT_PROPOSE;
		in.slot = slot;
		in.value = CHECK_VALUE_FIRST + act % CHECK_VALUES_MAX;
	}
	run_core(&t, &in);
	return finish(&t);
}

/* --- steps that are known -------------------------------------------------------------------- */

/* Lookers find out, several at a time, steps that lead to states which are known. What is found
 * out of the same step is the same, whoever comes first. */

static uint32_t note_step(struct check *c, uint32_t *place, uint32_t next)
{
	if (__atomic_exchange_n(place, kept(next), __ATOMIC_RELAXED) == 0)
		__atomic_fetch_add(&c->whole->core_steps, c->made, __ATOMIC_RELAXED);
	return next;
}

static void note_idle(struct check *c, struct local_word *word, unsigned letter)
{
	const uint64_t bit = (uint64_t)1 << letter % 64;

	if ((__atomic_fetch_or(&word->idle, bit, __ATOMIC_RELAXED) & bit) == 0)
		__atomic_fetch_add(&c->whole->core_steps, c->made, __ATOMIC_RELAXED);
}

uint32_t turn_act(struct check *c, uint32_t local, unsigned act)
{
	uint32_t *const place = &c->hot[local].act[act];
	const uint32_t known = __atomic_load_n(place, __ATOMIC_RELAXED);

	if (known != 0)
		return step_of(known);
	const uint32_t next = act_now(c, local, act);
	if (next == LOCAL_NONE)
		return LOCAL_NONE;
	__atomic_store_n(&c->hot[local].cut[act], c->cut, __ATOMIC_RELAXED);
	return note_step(c, place, next);
}

uint32_t turn_act_cut(const struct check *c, uint32_t local, unsigned act)
{
	const uint32_t cut = __atomic_load_n(&c->hot[local].cut[act], __ATOMIC_RELAXED);

	return cut != 0 ? step_of(cut) : local;
}

/* A row of its own for the next one who needs it. 0: there is no room. */
static uint32_t spare_row(struct check *c)
{
	struct check *whole = c->whole;

	if (c->spare_row != 0)
		return c->spare_row;
	const uint32_t used = __atomic_fetch_add(&whole->rows_used, 1, __ATOMIC_RELAXED);
	if (used < c->rows_max)
		return c->spare_row = used + 1;
	__atomic_fetch_sub(&whole->rows_used, 1, __ATOMIC_RELAXED);
	check_stop(c, "the memory does not hold the steps of single nodes");
	return 0;
}

/* Where the next state by this letter is kept, of the row with that number; NULL: there is no room.
 */
static uint32_t *row_place(struct check *c, uint32_t *number, unsigned letter)
{
	uint32_t row = __atomic_load_n(number, __ATOMIC_RELAXED);

	if (row == 0) {
		const uint32_t spare = spare_row(c);

		if (spare == 0)
			return NULL;
		if (__atomic_compare_exchange_n(number, &row, spare, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED)) {
			row = spare;
			c->spare_row = 0;
		}
	}
	return &c->rows[row - 1][letter % ROW_LETTERS];
}

static uint32_t find_step(struct check *c, uint32_t local, unsigned letter)
{
	struct local_word *word = &c->hot[local].word[letter / ROW_LETTERS];
	const uint32_t next = hear(c, local, letter);

	if (next == LOCAL_NONE)
		return LOCAL_NONE;
	if (next == local) {
		note_idle(c, word, letter);
		return local;
	}
	if (c->cut != 0) {
		uint32_t *cut = row_place(c, &word->cut_row, letter);

		if (cut == NULL)
			return LOCAL_NONE;
		__atomic_store_n(cut, c->cut, __ATOMIC_RELAXED);
	}
	uint32_t *place = row_place(c, &word->row, letter);
	return place != NULL ? note_step(c, place, next) : LOCAL_NONE;
}

uint32_t turn_letter_cut(const struct check *c, uint32_t local, unsigned letter)
{
	const struct local_word *word = &c->hot[local].word[letter / ROW_LETTERS];
	const uint32_t row = __atomic_load_n(&word->cut_row, __ATOMIC_RELAXED);
	const uint32_t cut = row == 0 ? 0
				      : __atomic_load_n(&c->rows[row - 1][letter % ROW_LETTERS],
							__ATOMIC_RELAXED);

	return cut != 0 ? step_of(cut) : local;
}

uint32_t turn_letter(struct check *c, uint32_t local, unsigned letter)
{
	const struct local_word *word = &c->hot[local].word[letter / ROW_LETTERS];
	const uint32_t row = __atomic_load_n(&word->row, __ATOMIC_RELAXED);

	if ((__atomic_load_n(&word->idle, __ATOMIC_RELAXED) >> letter % 64 & 1) != 0)
		return local;
	if (row != 0) {
		const uint32_t known =
			__atomic_load_n(&c->rows[row - 1][letter % ROW_LETTERS], __ATOMIC_RELAXED);
		if (known != 0)
			return step_of(known);
	}
	return find_step(c, local, letter);
}

void turn_first(struct check *c, node_id node, struct local_core *out)
{
	struct paxos_config config = c->config;
	struct local_core first = {.crashes = 0};

	config.self = node;
	if (is_liar(c, node) && lies_disobey(c))
		config.policy &= ~(policy_id)DEFENCE_REJECT;
	paxos_init(&first.paxos, &config);
	local_tidy(out, &first, &c->renaming[0]);
}

void turn_tell(struct check *c, uint32_t local, bool is_letter, unsigned which,
	       struct check_act *act)
{
	act->cut = (which & STEP_CUT) != 0;
	c->telling = act;
	if (is_letter)
		hear(c, local, which & ~STEP_CUT);
	else
		act_now(c, local, which & ~STEP_CUT);
	c->telling = NULL;
}
