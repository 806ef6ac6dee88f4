/* One node in full: what its disk keeps, what a crash would take, which messages are on their way
 * to the node, how its links behave, and what it counted. */
#include <stdio.h>

#include "proto/fault/attack.h"
#include "proto/fault/crash_point.h"
#include "proto/fault/mistake.h"
#include "proto/model/say/say.h"
#include "tui/view/identity.h"
#include "tui/view/pane.h"

static int draw_heading(struct canvas *c, int y, const char *text)
{
	canvas_text(c, 0, y, STYLE(INK_TITLE, ATTR_BOLD), text);
	return y + 1;
}

static int label(struct canvas *c, int y, const char *text)
{
	canvas_text(c, 1, y, STYLE(INK_FAINT, 0), text);
	return 14;
}

static int draw_durable(const struct model *m, struct canvas *c, int y, node_id id)
{
	const struct model_node *n = &m->node[id];
	const struct model_slot *slot = model_slot(m, scene_slot(m));
	char value[VALUE_SHOWN_MAX + 1];

	y = draw_heading(c, y,
			 n->life != LIFE_DOWN || n->disk == 0 ? "DURABLE (on its disk)"
			 : n->disk == DISK_WIPED              ? "LOST (its disk was wiped)"
							      : "IT HAD (its disk is an old copy)");
	draw_ballot(c, label(c, y, "promised"), y, ATTR_BOLD, n->promised);
	y++;
	canvas_print(c, label(c, y, "knows"), y, STYLE(INK_TEXT, ATTR_BOLD),
		     c->width >= 36 ? "every slot below %llu" : "all below %llu",
		     (unsigned long long)n->base);
	y++;
	if (n->low > 0) {
		canvas_print(c, label(c, y, "keeps"), y, STYLE(INK_TEXT, ATTR_BOLD),
			     "slots from %llu on", (unsigned long long)n->low);
		y++;
	}
	if (slot != NULL && !ballot_is_none(slot->vote[id].voted_at)) {
		int x = draw_ballot(c, label(c, y, "latest vote"), y, ATTR_BOLD,
				    slot->vote[id].voted_at);

		values_show(m->values, slot->vote[id].voted, value);
		canvas_print(c, x, y, STYLE(node_ink(slot->vote[id].voted_at.node), ATTR_BOLD),
			     " %s", value);
		y++;
		canvas_print(c, label(c, y, "in slot"), y, STYLE(INK_TEXT, ATTR_BOLD), "%llu",
			     (unsigned long long)slot->slot);
		y++;
	}
	return y;
}

static int volatile_part(const struct model *m, const struct scene *s, struct canvas *c, int y,
			 node_id id)
{
	const struct model_node *n = &m->node[id];
	char when[24], value[VALUE_SHOWN_MAX + 1];

	y = draw_heading(c, y, "VOLATILE (a crash takes it)");
	canvas_print(c, label(c, y, "role"), y, STYLE(INK_TEXT, ATTR_DIM), "%s", node_role(m, id));
	y++;
	draw_ballot(c, label(c, y, "own ballot"), y, ATTR_DIM, n->ballot);
	y++;
	values_show(m->values, n->wanted, value);
	canvas_print(c, label(c, y, "wants"), y, STYLE(INK_TEXT, ATTR_DIM),
		     n->pending > 1 ? "%s and %u more" : "%s", n->pending != 0 ? value : "nothing",
		     n->pending > 0 ? n->pending - 1 : 0);
	y++;
	if (n->wake_at > s->now) {
		time_show(n->wake_at, when);
		canvas_print(c, label(c, y, "timer at"), y, STYLE(INK_TEXT, ATTR_DIM), "%s", when);
		y++;
	}
	return y;
}

/* Of the messages on their way to a node, oldest first, the next one after `last` (NULL: the
 * first). */
static const struct flight *held_after(const struct model *m, node_id id, const struct flight *last)
{
	const struct flight *next = NULL;

	for (uint32_t i = 0; i < m->flights; i++) {
		const struct flight *f = &m->flight[i];

		if (f->to != id || f->state != FLIGHT_HELD)
			continue;
		if (last != NULL &&
		    (f->sent_at < last->sent_at || (f->sent_at == last->sent_at && f <= last)))
			continue;
		if (next == NULL || f->sent_at < next->sent_at)
			next = f;
	}
	return next;
}

static int draw_inbox(const struct model *m, struct canvas *c, int y, node_id id)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < m->flights; i++)
		count += m->flight[i].to == id && m->flight[i].state == FLIGHT_HELD;
	y = draw_heading(c, y,
			 m->node[id].gate.on ? "INBOX (held: a admit D drop)"
					     : "INBOX (on the way to it)");
	if (count == 0) {
		canvas_text(c, 1, y, STYLE(INK_FAINT, 0), "empty");
		return y + 1;
	}
	for (const struct flight *f = held_after(m, id, NULL); f != NULL && y < c->height;
	     f = held_after(m, id, f)) {
		char type[16], due[24];

		message_shout(f->type, type);
		int x = canvas_print(c, 1, y, STYLE(INK_TEXT, ATTR_BOLD), "%-9s", type);

		x = draw_ballot(c, x, y, ATTR_BOLD, f->ballot);
		x = canvas_text(c, x, y, PLAIN, c->width >= 40 ? " from " : " ");
		x = draw_node(c, x, y, 0, f->from);
		time_show(f->due, due);
		canvas_print(c, x + 1, y, STYLE(INK_FAINT, 0), f->due == 0 ? "held" : "due %s",
			     due);
		y++;
	}
	return y;
}

static int draw_counters(const struct model *m, struct canvas *c, int y, node_id id)
{
	const struct model_node *n = &m->node[id];

	y = draw_heading(c, y, "COUNTED");
	canvas_print(c, label(c, y, "sent"), y, PLAIN, "%llu", (unsigned long long)n->sent);
	y++;
	canvas_print(c, label(c, y, "received"), y, PLAIN, "%llu", (unsigned long long)n->received);
	y++;
	for (unsigned d = 1; d < DROPS && y < c->height; d++) {
		if (n->dropped[d] == 0)
			continue;
		canvas_print(c, label(c, y, "dropped"), y, STYLE(INK_BAD, 0), "%llu: %s",
			     (unsigned long long)n->dropped[d], drop_words((enum drop)d));
		y++;
	}
	if (n->missed != 0) {
		canvas_print(c, label(c, y, "not seen"), y, STYLE(INK_WARN, 0),
			     "%llu of its events", (unsigned long long)n->missed);
		y++;
	}
	return y;
}

static int draw_load(const struct model *m, struct canvas *c, int y, node_id id)
{
	char words[LOAD_WORDS_MAX];

	if (!load_words(m, id, words, sizeof(words)))
		return y;
	y = draw_heading(c, y, "LOAD");
	for (const char *at = words; *at != 0 && y < c->height; y++) {
		const size_t bytes = line_bytes(at, c->width - 1);

		canvas_span(c, 1, y, PLAIN, at, bytes);
		at += bytes;
		at += *at == ' ';
	}
	return y;
}

/* The attacks that the node is armed with, the lies that it told, and the lies that are proven. */
static int draw_liar(const struct model *m, struct canvas *c, int y, node_id id)
{
	const struct model_node *n = &m->node[id];
	char names[ATTACKS_SHOWN_MAX], who[NODES_MAX * 4];

	if (n->attacks == 0 && !n->has_lied && !set_has(m->proven, id))
		return y;
	y = draw_heading(c, y, "LIAR");
	if (n->attacks != 0) {
		attacks_show(n->attacks, names);
		canvas_text(c, label(c, y, "armed"), y, STYLE(INK_BAD, ATTR_BOLD), names);
		y++;
	}
	if (set_count(n->colluders) > 1) {
		set_show(n->colluders, who, sizeof(who));
		draw_words(c, label(c, y, "with"), y, PLAIN, who, m->nodes);
		y++;
	}
	if (n->has_lied) {
		lie_show(n->lied_by, names);
		canvas_print(c, label(c, y, "lies"), y, STYLE(INK_BAD, 0), "%llu, the latest: %s",
			     (unsigned long long)n->lies, names);
		y++;
	}
	for (unsigned i = 0; i < m->proofs && y < c->height; i++)
		if (m->proof[i].accused == id) {
			canvas_text(c, label(c, y, "proven"), y, STYLE(INK_BAD, ATTR_BOLD),
				    proof_name(m->proof[i].kind));
			y++;
		}
	return y;
}

/* What its program does wrong. */
static int draw_mistake(struct canvas *c, int y, unsigned mistake)
{
	if (mistake == MISTAKE_NONE)
		return y;
	y = draw_heading(c, y, "MISTAKE");
	canvas_text(c, label(c, y, "it makes"), y, STYLE(INK_BAD, ATTR_BOLD),
		    mistake_name(mistake));
	canvas_text(c, label(c, y + 1, "so"), y + 1, PLAIN, mistake_help(mistake));
	return y + 2;
}

/* Before what its disk is to fail it, and how slow it is. */
static int draw_disk(struct canvas *c, int y, const struct model_node *n)
{
	char longer[24];

	if (n->crash_point == CRASH_POINT_NONE && n->sync_us == 0)
		return y;
	y = draw_heading(c, y, "DISK");
	if (n->crash_point != CRASH_POINT_NONE) {
		const bool full = n->crash_point == CRASH_POINT_FULL;
		const int x = label(c, y, full ? "is full" : "crashes");
		if (full)
			canvas_text(c, x, y, STYLE(INK_BAD, ATTR_BOLD), "stops at its next write");
		else
			canvas_print(c, x, y, STYLE(INK_BAD, ATTR_BOLD), "before %s is synced",
				     crash_point_lost(n->crash_point));
		y++;
	}
	if (n->sync_us != 0) {
		ms_show(n->sync_us, longer);
		canvas_print(c, label(c, y, "is slow"), y, STYLE(INK_WARN, ATTR_BOLD),
			     "a sync takes %s longer", longer);
		y++;
	}
	return y;
}

/* Its own clock, unless it is the cluster's. */
static int draw_clock(const struct model *m, struct canvas *c, int y, const struct model_node *n)
{
	char shown[48];

	if (n->drift.rate == 0 ||
	    (n->drift.rate == DRIFT_TRUE && drift_ahead(&n->drift, m->now) == 0))
		return y;
	y = draw_heading(c, y, "CLOCK");
	drift_show(&n->drift, m->now, shown, sizeof shown);
	canvas_text(c, label(c, y, "runs"), y, STYLE(INK_WARN, ATTR_BOLD), shown);
	return y + 1;
}

static int draw_links(const struct model *m, struct canvas *c, int y, node_id id)
{
	int x = 1;

	y = draw_heading(c, y, "LINKS");
	for (int sends = 0; sends < 2; sends++) {
		x = canvas_text(c, 1, y, STYLE(INK_FAINT, 0), sends ? "reaches" : "hears") < 9 ? 14
											       : 14;
		for (node_id peer = 1; peer <= m->nodes && x < c->width - 4; peer++) {
			bool cut = sends ? m->node[peer].link[id].cut : m->node[id].link[peer].cut;

			if (peer == id)
				continue;
			x = canvas_print(c, x, y, cut ? STYLE(INK_BAD, ATTR_BOLD) : PLAIN, "n%u%s ",
					 peer, cut ? " CUT" : "");
		}
		y++;
	}
	return y;
}

void pane_node(const struct model *m, const struct scene *s, struct canvas *c)
{
	node_id id = s->selected;
	const struct model_node *n = &m->node[id];
	int x = draw_node(c, 0, 0, ATTR_BOLD, id), y;
	const char *trouble = node_trouble(m, id);
	char since[24];

	x = canvas_print(c, x + 1, 0, STYLE(n->life == LIFE_UP ? INK_GOOD : INK_BAD, ATTR_BOLD),
			 "%s", n->life == LIFE_UP ? "up" : node_role(m, id));
	if (n->life == LIFE_UNKNOWN && n->silent_since_us != 0) {
		time_show(n->silent_since, since);
		x = canvas_print(c, x + 1, 0, STYLE(INK_WARN, 0),
				 c->width >= 76 ? "since t=%s: down, or out of reach from here"
						: "since t=%s",
				 since);
	}
	x = canvas_text(c, x + 1, 0, STYLE(INK_BAD, ATTR_BOLD), trouble);
	if (n->pid != 0)
		x = canvas_print(c, x + 1, 0, STYLE(INK_FAINT, 0), "pid %u", n->pid);
	canvas_print(c, x + 1, 0, STYLE(INK_FAINT, 0), "life %u", n->boot);
	if (c->width >= 76) {
		struct canvas left = canvas_part(c, 0, 2, c->width / 2 - 1, c->height - 2);
		struct canvas right =
			canvas_part(c, c->width / 2 + 1, 2, c->width / 2, c->height - 2);

		y = draw_durable(m, &left, 0, id);
		y = volatile_part(m, s, &left, y + 1, id);
		draw_links(m, &left, y + 1, id);
		y = draw_mistake(&right, 0, m->node[id].mistake);
		y = draw_disk(&right, y, &m->node[id]);
		y = draw_clock(m, &right, y, &m->node[id]);
		y = draw_liar(m, &right, y, id);
		y = draw_counters(m, &right, y != 0 ? y + 1 : 0, id);
		y = draw_inbox(m, &right, y + 1, id);
		draw_load(m, &right, y + 1, id);
		return;
	}
	y = draw_mistake(c, 1, m->node[id].mistake);
	y = draw_disk(c, y, &m->node[id]);
	y = draw_clock(m, c, y, &m->node[id]);
	y = draw_liar(m, c, y, id);
	y = draw_durable(m, c, y, id);
	y = volatile_part(m, s, c, y, id);
	y = draw_inbox(m, c, y, id);
	y = draw_load(m, c, y, id);
	y = draw_links(m, c, y, id);
	draw_counters(m, c, y, id);
}
