#include "tui/report/faults.h"

#include <stdio.h>
#include <string.h>

#include "proto/core/text.h"
#include "proto/fault/crash_point.h"
#include "proto/model/base/show.h"

/* What the fault has done, ever: messages that its links lost, lies of its nodes, writes that they
 * forgot, messages that came to a gate. */
static uint64_t bites(const struct fault_watched *w, const struct model *m)
{
	uint64_t count = 0;

	if (w->kind == COMMAND_GATE)
		return m->held_order;
	for (node_id id = 1; id <= m->nodes; id++) {
		if (w->kind == COMMAND_ATTACK && set_has(w->nodes, id))
			count += m->node[id].lies;
		if (w->kind == COMMAND_DISK && set_has(w->nodes, id))
			count += m->node[id].forgot;
		for (node_set left = w->from[id]; left != 0; left &= left - 1)
			count += m->node[id].lost_from[set_lowest(left)];
	}
	return count;
}

static void add_links(struct fault_watched *w, node_set from, node_set to)
{
	for (node_set left = to; left != 0; left &= left - 1)
		w->from[set_lowest(left)] |= from & ~set_of(set_lowest(left));
}

static void add_groups(struct fault_watched *w, const struct command *c)
{
	for (unsigned a = 0; a < c->groups; a++)
		for (unsigned b = 0; b < c->groups; b++)
			if (a != b)
				add_links(w, c->group[a], c->group[b]);
}

/* Those whose links are whole again, or changed: what they lose from now on is not theirs. */
static void end_of_links(struct faults *f, const struct model *m)
{
	for (unsigned i = 0; i < f->count; i++) {
		struct fault_watched *w = &f->of[i];
		const bool links = w->kind == COMMAND_CUT || w->kind == COMMAND_PARTITION ||
				   w->kind == COMMAND_LINK;

		if (links && bites(w, m) > w->before)
			w->over = true;
	}
}

/* Does it do harm that can be counted? Then what it is about is in *w. */
static bool is_fault(const struct command *c, const struct model *m, struct fault_watched *w)
{
	const node_set all = set_first(m->nodes);

	*w = (struct fault_watched){.kind = c->kind, .line = c->line};
	switch (c->kind) {
	case COMMAND_CUT:
		add_links(w, c->from, c->to);
		if (c->both)
			add_links(w, c->to, c->from);
		return true;
	case COMMAND_PARTITION:
		add_groups(w, c);
		return true;
	case COMMAND_LINK:
		add_links(w, c->from, c->to);
		return c->link.loss_ppm > 0;
	case COMMAND_ATTACK:
		w->nodes = c->nodes != 0 ? c->nodes : all;
		return c->attacks != 0;
	case COMMAND_DISK:
		w->nodes = c->nodes != 0 ? c->nodes : all;
		return c->crash_point != CRASH_POINT_NONE;
	case COMMAND_GATE:
		w->nodes = c->nodes != 0 ? c->nodes : all;
		return c->on;
	default:
		return false;
	}
}

/* What is let go by hand would have come by itself but for the gate, even if it is still on its
 * way. */
static bool is_by_hand(enum command_kind kind)
{
	return kind == COMMAND_DELIVER || kind == COMMAND_DROP || kind == COMMAND_DUPLICATE ||
	       kind == COMMAND_MOVE;
}

void faults_note(struct faults *f, const struct model *m, const struct command *c)
{
	struct fault_watched w;

	for (unsigned i = 0; i < f->count && is_by_hand(c->kind); i++)
		f->of[i].over = f->of[i].over || f->of[i].kind == COMMAND_GATE;

	if (c->kind == COMMAND_JOIN || c->kind == COMMAND_HEAL || c->kind == COMMAND_CUT ||
	    c->kind == COMMAND_PARTITION || c->kind == COMMAND_LINK)
		end_of_links(f, m);
	if (c->fails || !is_fault(c, m, &w) || f->count == FAULTS_WATCHED)
		return;
	w.before = bites(&w, m);
	f->of[f->count++] = w;
}

static void say(const struct fault_watched *w, char *out, size_t size)
{
	node_set from = 0, to = 0;
	char senders[NODES_MAX * 4], receivers[NODES_MAX * 4];

	for (node_id id = 1; id <= NODES_MAX; id++) {
		from |= w->from[id];
		to |= w->from[id] != 0 ? set_of(id) : 0;
	}
	set_show(w->nodes != 0 ? w->nodes : from, senders, sizeof(senders));
	set_show(to, receivers, sizeof(receivers));
	if (w->kind == COMMAND_ATTACK)
		text_write(out, size, "this attack bit nothing: %s told no lie", senders);
	else if (w->kind == COMMAND_DISK)
		text_write(out, size, "this fault bit nothing: %s had no such write to sync",
			   senders);
	else if (w->kind == COMMAND_GATE)
		text_write(out, size, "this gate held nothing at %s", senders);
	else
		text_write(out, size, "this %s bit nothing: 0 messages were lost from %s to %s",
			   w->kind == COMMAND_PARTITION ? "partition"
			   : w->kind == COMMAND_CUT     ? "cut"
							: "link",
			   senders, receivers);
}

void faults_tell(struct faults *f, const struct model *m,
		 void (*tell)(void *user, unsigned line, const char *words), void *user)
{
	char words[300];

	for (unsigned i = 0; i < f->count; i++) {
		const struct fault_watched *w = &f->of[i];

		if (w->over || bites(w, m) > w->before)
			continue;
		say(w, words, sizeof(words));
		tell(user, w->line, words);
	}
}
