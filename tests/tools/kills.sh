#!/bin/bash
# kill -9 at random instants: of whatever records a cluster, and of a node with it. Whatever it hit, the
# recording opens, reads to its end without a fault, and holds all that was told up to the last second.
# In turns a recorder of a cluster that goes on is killed, and a dashboard whose nodes end with it.
#
#   KILLS=50 SEED=1 tests/tools/kills.sh       prints "ok" or "not ok" a kill; `make sweep` runs it
set -u
cd "$(dirname "$0")/../.." || exit 2
tui=${BUILD:-build}/paxos-tui kills=${KILLS:-50} seed=${SEED:-1}
work=$(mktemp -d "${TMPDIR:-/tmp}/kills.XXXXXX")
export XDG_STATE_HOME=$work/state LC_ALL=C.UTF-8
D=$work/c
RANDOM=$seed
bad=0 client=
finish() {
	[ -n "$client" ] && kill "$client" 2>/dev/null
	[ -S "$work/tmux" ] && tmux -S "$work/tmux" kill-server 2>/dev/null
	"$tui" down "$D" >/dev/null 2>&1
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

soon() { # command...: it succeeds within a quarter of a minute
	local until=$((SECONDS + 15))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -ge $until ] && return 1
		sleep 0.05
	done
}
pause() { # so many milliseconds
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
}
# Every slot below this one some node knows to be decided.
decided() { "$tui" ctl "$D" state --json 2>/dev/null | jq '[.nodes[].chosen_upto] | max // 0'; }
decides() { [ "$(decided)" -gt "$1" ]; }

# A client that goes on proposing at a node, for as long as there is one. (Of a load nodes tell no events.)
propose() { # node
	local i=0
	while "$tui" ctl "$D" propose "$1" "v$((++i))" >/dev/null 2>&1; do :; done &
	client=$!
}

holds() { # round, what was killed, recording, slots that were decided a second before
	local told last
	told=$("$tui" replay "$3" 2>"$work/why")
	if [ -s "$work/why" ] && grep -qvE 'SAFETY|violated' "$work/why"; then
		echo "not ok $1: of a recording whose $2 was killed: $(cat "$work/why")"
		bad=1
		return
	fi
	last=$(grep -oE 'CHOSEN in slot [0-9]+' <<<"$told" | grep -oE '[0-9]+$' | sort -n | tail -n 1)
	if [ "${last:--1}" -ge $(($4 - 1)) ]; then
		echo "ok $1: $2 killed; told up to slot $last, a second before $4 were decided"
	else
		echo "not ok $1: $2 killed; told up to slot ${last:-none}, but $4 were decided a second before (SEED=$seed)"
		bad=1
	fi
}

# What is decided now must be in the file though a second and a bit later all is killed.
strike() { # round, what, recording, pids...
	local before
	before=$(decided)
	pause $((1000 + RANDOM % 700))
	kill -9 "${@:4}" 2>/dev/null
	kill "$client" 2>/dev/null
	wait "$client" 2>/dev/null
	client=
	holds "$1" "$2" "$3" "$before"
}

with_recorder() { # round
	local file=$work/$1.pxr victim=$((1 + RANDOM % 3)) recorder
	"$tui" up "$D" -n 3 >/dev/null 2>&1 || return 1
	"$tui" attach "$D" --read-only --record "$file" >/dev/null 2>&1 </dev/null &
	recorder=$!
	disown "$recorder" # it is killed, which the shell need not tell
	soon test -s "$file-wal" || return 1
	propose $((victim % 3 + 1))
	soon decides 3 || return 1
	strike "$1" "its recorder and n$victim" "$file" "$recorder" "$(cat "$D/n$victim/pid")"
	"$tui" down "$D" >/dev/null 2>&1
}

with_dashboard() { # round
	local file
	rm -rf "$XDG_STATE_HOME"
	tmux -S "$work/tmux" -f /dev/null new-session -d -x 100 -y 30 \
		"echo \$\$ >$work/pid; exec $tui --dir $D -n 3 --rate 1x" || return 1
	soon decides -1 || return 1
	propose 1
	soon decides 3 || return 1
	file=$(ls "$XDG_STATE_HOME"/paxos-tui/recordings/*.pxr)
	strike "$1" "the dashboard" "$file" "$(cat "$work/pid")" "$(cat "$D/n1/pid")"
	tmux -S "$work/tmux" kill-server 2>/dev/null
	"$tui" down "$D" >/dev/null 2>&1
}

for ((round = 1; round <= kills; round++)); do
	way=with_recorder
	[ $((round % 2)) = 0 ] && command -v tmux >/dev/null && way=with_dashboard
	rm -rf "$D"
	$way $round || {
		echo "not ok $round: ${way/_/ } nothing was decided in time"
		bad=1
		"$tui" down "$D" >/dev/null 2>&1
	}
	rm -f "$work"/*.pxr*
done
exit $bad
