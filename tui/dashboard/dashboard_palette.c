/* What the keys of the two palettes and of the walk through a proof do. */
#include <stdio.h>
#include <string.h>

#include "proto/fault/attack.h"
#include "tui/dashboard/dashboard.h"
#include "tui/view/palette.h"
#include "proto/model/judge/walk.h"

/* --- attacks ------------------------------------------------------------------------------- */

/* Liars with the same attacks collude: they agree on which value they push. For that, one command
 * must arm all of them, so the nodes that have these attacks already are named again. */
static void arm_selected(struct dashboard *d, uint32_t attacks)
{
	char line[ATTACKS_SHOWN_MAX + NODES_MAX * 3 + 20], names[ATTACKS_SHOWN_MAX];
	node_set nodes = set_of(d->scene.selected);
	size_t used;

	for (node_id n = 1; n <= d->model->nodes && attacks != 0; n++)
		if (d->model->node[n].attacks == attacks && d->model->node[n].life == LIFE_UP)
			nodes |= set_of(n);
	used = (size_t)snprintf(line, sizeof(line), "attack ");
	for (node_set left = nodes; left != 0; left &= left - 1)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%u",
					 left == nodes ? "" : ",", set_lowest(left));
	attacks_show(attacks, names);
	snprintf(line + used, sizeof(line) - used, " %s", names);
	dashboard_command(d, line);
}

void key_attacks(struct dashboard *d)
{
	struct scene *s = &d->scene;

	s->popup = s->popup == POPUP_ATTACKS || s->popup == POPUP_MISTAKES ? POPUP_NONE
									   : POPUP_ATTACKS;
}

void key_arm(struct dashboard *d)
{
	arm_selected(d,
		     d->model->node[d->scene.selected].attacks ^ (uint32_t)1 << d->scene.attack_at);
}

/* Its story, told on another cluster. */
void key_show_me(struct dashboard *d)
{
	dashboard_tell(d, attack_name(d->scene.attack_at));
}

void key_honest(struct dashboard *d)
{
	arm_selected(d, 0);
}

static void attack_move(struct dashboard *d, int by)
{
	d->scene.attack_at = (unsigned)((int)d->scene.attack_at + by + (int)ATTACKS) % ATTACKS;
}

void key_attack_down(struct dashboard *d)
{
	attack_move(d, 1);
}

void key_attack_up(struct dashboard *d)
{
	attack_move(d, -1);
}

/* From one column of the list to the other. Where the screen has room for one column only, the
 * cursor still moves by half the list. */
static void attack_across(struct dashboard *d)
{
	unsigned half = (ATTACKS + 1) / 2, at = d->scene.attack_at;

	at = at < half ? at + half : at - half;
	d->scene.attack_at = at < ATTACKS ? at : ATTACKS - 1;
}

void key_attack_left(struct dashboard *d)
{
	attack_across(d);
}

void key_attack_right(struct dashboard *d)
{
	attack_across(d);
}

static void node_move(struct dashboard *d, int by)
{
	int n = d->model->nodes;

	d->scene.selected = (node_id)((d->scene.selected - 1 + by + n) % n + 1);
}

void key_liar_next(struct dashboard *d)
{
	node_move(d, 1);
}

void key_liar_back(struct dashboard *d)
{
	node_move(d, -1);
}

/* --- defences ------------------------------------------------------------------------------ */

/* The commands, a line each, that lead from one policy to another. */
static void defend_lines(policy_id from, policy_id to, char *out, size_t size)
{
	const policy_id bits = ((policy_id)1 << DEFENCES) - 1;
	char names[POLICY_SHOWN_MAX];
	policy_id less = from & ~to & bits, more = to & ~from & bits, preset;
	size_t used = 0;

	out[0] = 0;
	for (unsigned i = 0; policy_preset(i, &preset) != NULL; i++)
		if (preset == to) {
			snprintf(out, size, "defend %s", policy_preset(i, &preset));
			return;
		}
	if (less != 0) {
		policy_show(less, names);
		used = (size_t)snprintf(out, size, "defend %s off\n", names);
	}
	if (more != 0 && used < size) {
		if (policy_has(more, DEFENCE_QUORUM))
			more |= to & ~bits;
		policy_show(more, names);
		snprintf(out + used, size - used, "defend %s", names);
	}
}

#define LINES_MAX CONFIRMED_MAX

static bool defend(struct dashboard *d, policy_id policy)
{
	char lines[LINES_MAX];

	defend_lines(d->model->policy, policy, lines, sizeof(lines));
	return dashboard_commands(d, lines);
}

void key_defences(struct dashboard *d)
{
	struct scene *s = &d->scene;

	s->popup = s->popup == POPUP_DEFENCES ? POPUP_NONE : POPUP_DEFENCES;
}

/* Toggles the defence under the cursor. If the new policy would lack a defence or hold two that
 * clash, the dashboard says what else must be switched and asks for a yes. */
void key_defend(struct dashboard *d)
{
	policy_id before = d->model->policy, bit = (policy_id)1 << d->scene.defence_at;
	policy_id after = policy_toggled(before, d->scene.defence_at),
		  whole = policy_switched(before, d->scene.defence_at, d->model->nodes);
	char line[LINES_MAX], more[POLICY_SHOWN_MAX], less[POLICY_SHOWN_MAX];
	const char *name = defence_name(d->scene.defence_at);

	if (bit == DEFENCE_QUORUM && (after & bit) != 0 && policy_f(after, d->model->nodes) == 0) {
		dashboard_confirm(
			d, "defend quorum f=1",
			"%u nodes bear no liar: a quorum for f=1 is %u of %u, and a silent "
			"node stops it.  Do it?  y/n",
			d->model->nodes,
			policy_quorum(bit | (policy_id)1 << POLICY_F_SHIFT, d->model->nodes),
			d->model->nodes);
		return;
	}
	if (whole == after) {
		defend(d, after);
		return;
	}
	defend_lines(before, whole, line, sizeof(line));
	policy_show(whole & ~after, more);
	policy_show(after & ~whole, less);
	if ((after & bit) == 0)
		dashboard_confirm(d, line, "%s need%s %s: switch %s off, too?  y/n", less,
				  set_count(after & ~whole) == 1 ? "s" : "", name,
				  set_count(after & ~whole) == 1 ? "it" : "them");
	else if ((after & ~whole) == 0)
		dashboard_confirm(d, line, "%s needs %s, which is off: switch both on?  y/n", name,
				  more);
	else if ((whole & ~after) == 0)
		dashboard_confirm(d, line, "%s and %s must not be on together: switch %s off?  y/n",
				  name, less, less);
	else
		dashboard_confirm(d, line,
				  "%s needs %s and must not be on with %s: switch them so?  y/n",
				  name, more, less);
}

static void defend_preset(struct dashboard *d, unsigned which)
{
	policy_id policy;

	if (policy_preset(which, &policy) != NULL)
		defend(d, policy);
}

void key_preset_none(struct dashboard *d)
{
	defend_preset(d, 0);
}

void key_preset_origin(struct dashboard *d)
{
	defend_preset(d, 1);
}

void key_preset_all(struct dashboard *d)
{
	defend_preset(d, 2);
}

/* The number of liars to tolerate: f = 1, 2, ... until a quorum needs every node, then 1 again. */
void key_tolerate(struct dashboard *d)
{
	policy_id policy = d->model->policy;
	unsigned n = d->model->nodes, f = policy_f(policy, n);
	char line[40];

	if (!policy_has(policy, DEFENCE_QUORUM) || policy_quorum(policy, n) >= n || f + 1 >= n)
		f = 0;
	snprintf(line, sizeof(line), "defend quorum f=%u", f + 1);
	if (n > 1)
		dashboard_command(d, line);
}

/* A new run under the defences that are chosen, in which time runs. */
void key_afresh(struct dashboard *d)
{
	char policy[POLICY_SHOWN_MAX], lines[LINES_MAX];

	policy_show(d->model->policy, policy);
	snprintf(lines, sizeof(lines), d->scene.paused ? "epoch %s\nresume" : "epoch %s", policy);
	dashboard_confirm(d, lines, "Start afresh with an empty log, defences %s?  y/n", policy);
}

static void defence_move(struct dashboard *d, int by)
{
	d->scene.defence_at = (unsigned)((int)d->scene.defence_at + by + (int)DEFENCES) % DEFENCES;
}

void key_defence_down(struct dashboard *d)
{
	defence_move(d, 1);
}

void key_defence_up(struct dashboard *d)
{
	defence_move(d, -1);
}

static void proof_step_to(struct dashboard *d, unsigned at)
{
	struct scene *s = &d->scene;
	struct walk p;

	walk_through_violation(d->model, &p);
	if (p.steps == 0)
		return;
	s->proof_at = at < p.steps ? at : p.steps - 1;
}

bool palette_undo(struct dashboard *d)
{
	if (d->undo->kind == UNDO_DEFENCES)
		return defend(d, d->undo->policy);
	return dashboard_commands(d, d->undo->command);
}

bool palette_click(struct dashboard *d, int code)
{
	struct scene *s = &d->scene;

	if (code >= KEYCODE_ATTACK && code < KEYCODE_ATTACK + (int)ATTACKS) {
		if (s->attack_at == (unsigned)(code - KEYCODE_ATTACK) && s->can_act)
			key_arm(d);
		s->attack_at = (unsigned)(code - KEYCODE_ATTACK);
		return true;
	}
	if (mistakes_click(d, code))
		return true;
	if (code >= KEYCODE_DEFENCE && code < KEYCODE_DEFENCE + (int)DEFENCES) {
		if (s->defence_at == (unsigned)(code - KEYCODE_DEFENCE) && s->can_act)
			key_defend(d);
		s->defence_at = (unsigned)(code - KEYCODE_DEFENCE);
		return true;
	}
	if (code >= KEYCODE_STEP && code < KEYCODE_STEP + WALK_STEPS_MAX) {
		proof_step_to(d, (unsigned)(code - KEYCODE_STEP));
		return true;
	}
	return false;
}

/* --- proof --------------------------------------------------------------------------------- */

static void proof_move(struct dashboard *d, int by)
{
	if (by < 0 && d->scene.proof_at == 0)
		return;
	proof_step_to(d, (unsigned)((int)d->scene.proof_at + by));
}

void key_proof_down(struct dashboard *d)
{
	proof_move(d, 1);
}

void key_proof_up(struct dashboard *d)
{
	proof_move(d, -1);
}

void key_proof_next(struct dashboard *d)
{
	proof_move(d, 1);
}

void key_proof_back(struct dashboard *d)
{
	proof_move(d, -1);
}

void key_violation(struct dashboard *d)
{
	struct scene *s = &d->scene;

	if (s->popup == POPUP_PROOF) {
		s->popup = POPUP_NONE;
		return;
	}
	s->popup = POPUP_PROOF;
	proof_step_to(d, 0);
}

void key_proof_show(struct dashboard *d)
{
	uint64_t event;

	d->scene.following = !scene_looks_back(d->model, &d->scene, &event);
	if (!d->scene.following)
		d->scene.event_at = event;
	d->scene.from_proof = true;
	d->scene.proof_over = d->scene.view;
	d->scene.popup = POPUP_NONE;
	d->scene.view = VIEW_lanes;
}

void key_freeze(struct dashboard *d)
{
	d->scene.freezes = !d->scene.freezes;
	dashboard_say(d, false, "a violation %s time",
		      d->scene.freezes ? "stops" : "does not stop");
}

void palette_watch(struct dashboard *d)
{
	struct scene *s = &d->scene;
	struct cluster_info info;
	const struct model *m = d->model;

	if (m->proofs > d->seen_proofs)
		dashboard_say(d, true, "n%u is PROVEN a liar (%s): 6 shows the proof",
			      m->proof[m->proofs - 1].accused,
			      proof_name(m->proof[m->proofs - 1].kind));
	d->seen_proofs = m->proofs;
	if (d->model->safety != SAFETY_VIOLATED || d->seen_violation) {
		d->seen_violation = d->model->safety == SAFETY_VIOLATED;
		return;
	}
	d->seen_violation = true;
	if (s->ask == ASK_NOTHING && d->runner.state != RUNNER_ASKING) {
		s->popup = POPUP_PROOF;
		proof_step_to(d, 0);
	} else {
		dashboard_say(d, true, "SAFETY is violated: v walks through the proof");
	}
	d->cluster->ops->info(d->cluster, &info);
	if (d->play != NULL) {
		/* It stops by itself, before its cluster has gone on. */
		play_replay(d->play, s->replay, sizeof(s->replay));
		return;
	}
	s->replay[0] = 0;
	if (session_write(&d->session, d->model, s->now, d->breaks) == STATUS_OK)
		session_command(info.kind == CLUSTER_SIMULATED, d->breaks, s->replay,
				sizeof(s->replay));
	else
		d->breaks[0] = 0;
	if (s->freezes && s->can_act && !s->paused)
		dashboard_command(d, "pause");
}
