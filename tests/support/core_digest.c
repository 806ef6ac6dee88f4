#include "tests/support/core_digest.h"

#include "proto/core/digest.h"
#include "tests/support/lone_node.h"

uint64_t digest_word(uint64_t digest, uint64_t word)
{
	return digest64(digest, (const uint8_t *)&word, sizeof word);
}

static uint64_t digest_ballot(uint64_t digest, struct ballot b)
{
	return digest_word(digest, ((uint64_t)b.round << 8) | b.node);
}

uint64_t digest_message(uint64_t digest, const struct message *m)
{
	const uint64_t of[] = {m->type,  m->to,     m->slot,   m->low, m->why,  m->value, m->known,
			       m->voted, m->wanted, m->unsure, m->ask, m->view, m->proofs};

	digest = digest64(digest, (const uint8_t *)of, sizeof of);
	digest = digest_ballot(digest, m->ballot);
	digest = digest_ballot(digest, m->promised);
	for (unsigned i = 0; i < m->claims; i++) {
		digest = digest_word(digest, m->claim[i].slot);
		digest = digest_ballot(digest, m->claim[i].ballot);
		digest = digest_word(digest, m->claim[i].value);
		digest = digest_word(digest, m->claim[i].cert);
	}
	for (unsigned i = 0; i < m->proofs; i++)
		digest = digest_word(digest, m->proof_list[i]);
	return digest;
}

uint64_t digest_event(uint64_t digest, const struct event *e)
{
	const uint64_t of[] = {e->kind,  e->type,   e->peer,    e->to,  e->slot,   e->value, e->why,
			       e->count, e->quorum, e->because, e->due, e->attack, e->policy};

	digest = digest64(digest, (const uint8_t *)of, sizeof of);
	digest = digest_ballot(digest, e->ballot);
	return digest_ballot(digest, e->other);
}

static void add_ref(void *context, uint32_t of)
{
	uint64_t *digest = context;

	if (of != 0)
		*digest = digest_word(*digest, of);
}

static uint64_t digest_write(uint64_t digest, const struct paxos_write *w)
{
	digest = digest_word(digest, w->kind);
	digest = digest_word(digest, w->slot);
	digest = digest_ballot(digest, w->ballot);
	digest = digest_word(digest, w->value);
	for (unsigned i = 0; i < w->proofs; i++)
		digest = digest_word(digest, w->proof_list[i]);
	return digest;
}

uint64_t digest_step(uint64_t digest, bool deep)
{
	digest = digest_word(digest, out.must_sync);
	for (unsigned i = 0; i < out.writes; i++)
		digest = digest_write(digest, &out.write[i]);
	for (unsigned i = 0; i < out.sends; i++)
		digest = digest_message(digest, &out.send[i]);
	if (out.log_to != 0) {
		digest = digest_word(digest, out.log_to);
		digest = digest_word(digest, out.log_from);
		digest = digest_word(digest, out.log_count);
	}
	for (unsigned i = 0; i < out.events; i++)
		digest = digest_event(digest, &out.event[i]);
	digest = digest_word(digest, out.wake_at);
	digest = digest_word(digest, paxos_untouched(&p));
	if (!deep)
		return digest;
	paxos_refs(&p, add_ref, &digest);
	paxos_proofs(&p, add_ref, &digest);
	return digest;
}
