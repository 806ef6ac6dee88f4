#include "proto/fault/mistake.h"

#include <string.h>

static const struct {
	const char *name;
	const char *help;
	struct mistake_bounds bounds;
	const struct mistake *does;
} rows[MISTAKES] = {
	[MISTAKE_NONE] = {"none", "", {3, 2, 2, 0, 1, true}, NULL},
#define MISTAKE(name, text, n, p, b, c, s, h, help)                                                \
	[MISTAKE_##name] = {text, help, {n, p, b, c, s, h}, &mistake_##name},
#include "proto/fault/mistakes.def"
#undef MISTAKE
};

static unsigned row_of(unsigned mistake)
{
	return mistake < MISTAKES ? mistake : MISTAKE_NONE;
}

const char *mistake_name(unsigned mistake)
{
	return rows[row_of(mistake)].name;
}

const char *mistake_help(unsigned mistake)
{
	return rows[row_of(mistake)].help;
}

struct mistake_bounds mistake_bounds(unsigned mistake)
{
	return rows[row_of(mistake)].bounds;
}

unsigned mistake_find(const char *name)
{
	for (unsigned i = MISTAKE_NONE + 1; i < MISTAKES; i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return MISTAKES;
}

void mistake_config(unsigned mistake, struct paxos_config *config)
{
	const struct mistake *does = rows[row_of(mistake)].does;

	if (does != NULL && does->config != NULL)
		does->config(config);
}

void mistake_restored(unsigned mistake, struct paxos *p)
{
	const struct mistake *does = rows[row_of(mistake)].does;

	if (does != NULL && does->restored != NULL)
		does->restored(p);
}

bool mistake_answers_alone(unsigned mistake)
{
	const struct mistake *does = rows[row_of(mistake)].does;

	return does != NULL && does->answers_alone;
}

/* A message that comes in is copied with its claims, so that a row may change it. */
static void remember(struct mistake_memory *m, const struct paxos_input *in)
{
	m->in = *in;
	if (in->kind != INPUT_MESSAGE)
		return;
	m->message = *in->message;
	m->in.message = &m->message;
	if (m->message.claims > SLOTS_OPEN_MAX)
		return;
	for (unsigned i = 0; i < m->message.claims; i++)
		m->claim[i] = m->message.claim[i];
	m->message.claim = m->claim;
}

void mistake_step(unsigned mistake, struct paxos *p, const struct paxos_input *in,
		  struct paxos_output *out)
{
	const struct mistake *does = rows[row_of(mistake)].does;
	struct mistake_memory m;

	if (does == NULL || (does->before == NULL && does->after == NULL)) {
		paxos_step(p, in, out);
		return;
	}
	memset(&m, 0, sizeof m);
	remember(&m, in);
	m.promised = p->promised;
	m.quorum = p->config.quorum;
	if (does->before != NULL)
		does->before(p, &m);
	paxos_step(p, &m.in, out);
	if (does->after != NULL)
		does->after(p, &m, out);
}
