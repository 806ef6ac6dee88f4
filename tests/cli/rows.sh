#!/bin/bash
# Open sets are tables: one more row of each, and one file where the row names a function, is all that a
# new message, event, attack, defence, invariant, command, condition, view, key, fault or property
# takes. They are added to a copy of the sources, which is built and used.
# shellcheck source=tests/cli/cli.bash
. "$(dirname "$0")/cli.bash"

copy=$work/copy
mkdir "$copy"
cp -r Makefile proto node tui "$copy"

# row TABLE ROW: behind the last row of that kind.
row() {
	awk -v row="$2" -v kind="${2%%(*}(" '
		{ line[NR] = $0 }
		index($0, kind) == 1 { last = NR }
		last == NR - 1 && /^[ \t]+"/ { last = NR } # a row that goes on in the next line
		END { for (i = 1; i <= NR; i++) { print line[i]; if (i == last) print row } }
	' "$copy/$1" >"$work/table" && cp "$work/table" "$copy/$1"
}
file() { cat >"$copy/$1"; }

# The message, which an honest node answers with the event.
row proto/core/messages.def 'MESSAGE(ROWED, 12, "rowed", HANDLED_BY_CORE(on_rowed), FIELD_BALLOT | FIELD_SLOT, "row, row, row your boat")'
row proto/core/events.def 'EVENT(ROWED, 90, "rowed", STORY, 0, EV_SLOT | EV_PEER, "it was told to row")'
file proto/core/on_rowed.c <<'END'
#include "proto/core/step.h"

void on_rowed(struct paxos *p, const struct message *m, struct paxos_output *out)
{
	struct event *e = output_report(out, EVENT_ROWED);

	(void)p;
	e->slot = m->slot;
	e->peer = m->from;
}
END

# The attack, which sends the message, and the defence, which refuses it.
row proto/fault/attacks.def 'ATTACK(ROWED, 16, "rowing", NOTHING, "sign", "", "tells everybody to row", "Have somebody propose.")'
file proto/fault/attack_rowed.c <<'END'
#include "proto/fault/attack_tools.h"

static void rowed_armed(struct liar *l)
{
	liar_plan(l, ATTACK_ROWED, l->now + 1);
}

static void rowed_timer(struct liar *l)
{
	const struct message m = {
		.type = MSG_ROWED,
		.from = liar_self(l),
		.to = liar_honest(l),
		.ballot = {1, liar_self(l)},
	};

	liar_say(l, ATTACK_ROWED, &m);
}

const struct attack attack_ROWED = {
	.aim = "It wants the others to row.",
	.armed = rowed_armed,
	.timer = rowed_timer,
};
END
row proto/core/defences.def 'REFUSING_DEFENCE(ROWED, 10, "anchor", 0, 0, AT_ONCE, IN_NONE, ROWED, 10, "anchored", "it lies at anchor", "refuse to row")'
file proto/fault/defence_rowed.c <<'END'
#include "proto/fault/defence.h"

static bool rowed_refuses(struct defence_memory *d, const struct defence_case *c)
{
	(void)d;
	return c->m->type == MSG_ROWED;
}

const struct defence_rule defence_ROWED = {
	.refuses = rowed_refuses,
	.why = ": it lies at anchor.",
	.stalled = {"anchor: ", " refuse n", ", which tells them to row"},
};
END

# The mistake that nobody is heard.
row proto/fault/mistakes.def 'MISTAKE(rowed, "deaf", 3, 1, 1, 0, 1, 1, "a node rows and hears nothing")'
file proto/fault/mistake_rowed.c <<'END'
#include "proto/fault/mistake.h"

static void before(struct paxos *p, struct mistake_memory *m)
{
	(void)p;
	if (m->in.kind == INPUT_MESSAGE)
		m->in.kind = INPUT_TIMER;
}

const struct mistake mistake_rowed = {.before = before};
END

# The invariant that nobody votes, to be broken where the defence is on, and the property that the
# event does not happen.
row proto/core/invariants.def 'INVARIANT(ROWED, "no-vote", DEFENCE_ROWED, ANY_LIARS, CHANGE_CAST, "nobody votes at anchor")'
file proto/core/invariant_rowed.c <<'END'
#include "proto/core/invariants_history.h"

bool holds_ROWED(const struct invariants *i, const struct change *c)
{
	return i == NULL && c == NULL;
}
END
row proto/model/base/properties.def 'PROPERTY(ROWED, "not-rowed", judge_rowed, "nobody rows")'
file proto/model/judge/judge_rowed.c <<'END'
#include "proto/model/judge/property.h"

void judge_rowed(struct model *m, const struct event *event, uint64_t index)
{
	if (event->kind == EVENT_ROWED)
		property_broken(m, PROPERTY_ROWED, event, index, "somebody rows");
}
END

# The command, the condition, the key that gives the command, the key with a function, the view.
row proto/scenario/commands.def 'COMMAND(ROWED, "sing", "", act_rowed, LOOKS, "sing", "sing a song about rowing")'
file proto/scenario/act_rowed.c <<'END'
#include "proto/scenario/acts.h"

enum act_progress act_rowed(struct runner *r)
{
	runner_report(r, REPORT_SAY, "gently down the stream");
	return ACT_TOLD;
}
END
row proto/scenario/conditions.def 'CONDITION(ROWED, "five", "", check_rowed, "five", "there are five nodes")'
file proto/scenario/condition_rowed.c <<'END'
#include "proto/scenario/condition.h"

#include <stdio.h>

bool check_rowed(const struct model *m, const struct condition *c, const char *value, char *found,
		 size_t size)
{
	(void)c;
	(void)value;
	if (found != NULL)
		snprintf(found, size, "there are %u", m->nodes);
	return m->nodes == 5;
}
END
row tui/view/keys.def "KEY_COMMAND(rowed, 'Z', 0, \"Z\", \"\", IN_VIEW, NEED_ACT, \"sing\", \"sing about boats\")"
row tui/view/keys.def "KEY(rowed_too, 'U', 0, \"U\", \"\", IN_VIEW, 0, \"look out for boats\")"
file tui/dashboard/key_rowed_too.c <<'END'
#include "tui/dashboard/dashboard.h"

void key_rowed_too(struct dashboard *d)
{
	dashboard_say(d, false, "merrily, merrily");
}
END
row tui/view/views.def "VIEW('9', rowed, CURSOR_NODE, \"boat\", \"a boat\")"
file tui/view/view_rowed.c <<'END'
#include "tui/view/view.h"

void view_rowed(const struct model *m, const struct scene *s, struct canvas *c)
{
	(void)m;
	(void)s;
	canvas_text(c, 2, 2, PLAIN, "a boat with oars");
}
END

# The fault, and the act of a run's schedule that does it.
row proto/sim/faults.def 'FAULT(ROWED, "rowed", "boats that were rowed")'
row proto/sim/acts.def 'ACT(rowed, 20)'
file proto/sim/act_rowed.c <<'END'
#include "proto/sim/sim_run.h"

void schedule_act_rowed(struct sim *sim)
{
	sim->faults[SIM_ROWED]++;
}
END

# A warning is an error; the wish for a sanitizer costs time and finds nothing more.
export XDG_RUNTIME_DIR=$work # a compiler cache keeps things there
if ! make -C "$copy" -j"$(nproc 2>/dev/null || echo 2)" BUILD=build CI=1 CFLAGS=-O0 all >"$work/log" 2>&1; then
	not_ok "one more row of each table builds without warnings" \
		"$(grep -E 'error|Error|undefined' "$work/log" | head -20)"
	exit 1
fi
ok "one more row of each table builds without warnings"
tui=$copy/build/paxos-tui

# --- every row is where its users look for it
"$tui" --print man >"$work/man"
manual_has() { holds "the manual has the $1" grep -qF -- "$2" "$work/man"; }
manual_has command 'sing a song about rowing'
manual_has condition 'there are five nodes'
manual_has key 'sing about boats'
manual_has "view among the others" 'branches, boat'
passes "completion has the command" '*sing*' "$tui" --print bash

# prints WHAT REGEX COMMAND...: a line like that, whatever the exit code is.
prints() {
	local what=$1 line=$2
	shift 2
	call "$@"
	if grep -qE -- "$line" "$work/.out" "$work/.err"; then
		ok "$what"
	else
		not_ok "$what" "wanted a line like: $line
$* gave $(shown)"
	fi
}
prints "a sweep does the fault and counts it" 'rowed +[1-9][0-9]* +boats that were rowed' \
	"$tui" sim --seeds 1..1
refuses "a typing mistake in the attack is corrected" 64 "*rowing*" "$tui" matrix --attack rowin
refuses "a typing mistake in the defence is corrected" 64 '*anchor*' "$tui" sim --defend anchr

passes "the mistakes are listed with it" '*a node rows and hears nothing*' "$tui" check --mistake list

# --- every row works
scenario() { printf '%s\n' "${@:2}" >"$work/$1.pxs"; }
scenario boat 'nodes 5' 'sing' 'expect five'
passes "a scenario gives the command and checks the condition" '*gently down the stream*' \
	"$tui" run --sim "$work/boat.pxs"
scenario rowed 'nodes 5' 'attack 5 rowing' 'wait violation not-rowed within 5s' 'expect lied 5 rowing'
prints "the mistake is explored: nothing can be chosen" '^inconclusive: no schedule within these bounds chooses' \
	"$tui" check --mistake deaf
scenario deaf 'nodes 3' 'mistake all deaf' 'propose 1 A' 'wait 1s' 'expect not chosen 0 *'
passes "and made in a scenario" '*passed*' "$tui" run --sim "$work/deaf.pxs"
prints "the attack sends the message, the event is told, the property judges it" 'passed' \
	"$tui" run --sim "$work/rowed.pxs"
scenario anchored 'nodes 5' 'defend anchor' 'expect defence anchor' 'attack 5 rowing' \
	'wait refused 5 anchored within 5s' 'expect not violation'
passes "the defence refuses the message, and the event is not told" '*passed*' \
	"$tui" run --sim "$work/anchored.pxs"
prints "the invariant is judged where the defence is on" 'no-vote: .* nobody votes at anchor' \
	"$tui" sim --seeds 1..1 --defend anchor
passes "and nowhere else" '*1 passed*' bash -c '"$1" sim --seeds 1..1 2>/dev/null' - "$tui"

# --- and on the screen
if ! command -v tmux >/dev/null; then
	skip "the screen shows the rows" "tmux is not installed"
	exit $bad
fi
tm() { tmux -S "$work/tmux" -f /dev/null "$@"; }
at_end() { tm kill-server 2>/dev/null; }
shown_on_screen() { # pattern, within ten seconds
	local i
	for i in $(seq 200); do
		tm capture-pane -p 2>/dev/null | grep -qE -- "$1" && return 0
		sleep 0.05
	done
	return 1
}
on_screen() { # what, pattern
	if shown_on_screen "$2"; then ok "$1"; else not_ok "$1" "$(tm capture-pane -p)"; fi
}
export XDG_STATE_HOME=$work # a violation is written down there, as a scenario
tm new-session -d -x 100 -y 40 "$tui --sim --seed 7; exec cat"
on_screen "the dashboard opens" 'SIM'
tm send-keys 9
on_screen "a key opens the view" 'a boat with oars'
tm send-keys Z
on_screen "a key gives the command" 'gently down the stream'
tm send-keys U
on_screen "a key calls its function" 'merrily, merrily'
tm send-keys '?'
tm send-keys -l boat
on_screen "the help has the key" 'Z +sing about boats'
on_screen "the help has the view" '9 +.*a boat'
tm send-keys Escape
on_screen "and closes" 'p propose'
tm send-keys 1
on_screen "the cluster is shown again" 'NODE +ROLE'
tm send-keys -l ':rate 1x'
tm send-keys Enter
tm send-keys -l ':attack 5 rowing'
tm send-keys Enter
on_screen "WHY says what the lie is good for" 'It wants the others to row'
on_screen "the message and the attack are told" 'n5 LIES \(rowing\): ROWED 1\.5 to n1 n2 n3 n4'
on_screen "the event is told" 'n[1-4] rowed'
exit $bad
