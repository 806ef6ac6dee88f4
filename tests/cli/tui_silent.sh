#!/bin/bash
# Nodes that came over tcp, as from other machines: one that is frozen where nobody here sees it is said to be
# silent, by the dashboard and by ctl, is never said to be down, and is taken back when it is heard again.
. "$(dirname "$0")/tui.bash"
D=$work/lab
pids=()
trap '"$tui" down "$D" >/dev/null 2>&1; kill -CONT "${pids[@]}" 2>/dev/null; kill "${pids[@]}" 2>/dev/null; close_terminal; wait; rm -rf "$work"' EXIT

# A silent node is asked after ten seconds at the latest and called silent a moment later.
shows_in_time() { shows "$1" || shows "$1"; }

port=$((20000 + (RANDOM % 1000) * 10))
"$tui" up "$D" -n 3 --listen "tcp://127.0.0.1:$port" --open >"$work/up.out" 2>&1 &
up=$!
for id in 1 2 3; do
	"$BUILD/paxos-node" --dir "$work/n$id" --id $id --coordinator "tcp://127.0.0.1:$port" >"$work/n$id.log" 2>&1 &
	pids+=($!)
done
check "three nodes join over tcp" wait $up

open 150 40 "$tui attach $D"
check "the dashboard shows them" shows 'n3 .*acceptor'
kill -STOP "${pids[2]}"
check "the header says that a frozen node is silent" shows_in_time 'n3 silent since t='
check "and so does its row" shows 'n3 .*  silent '
check "it is not called down" hides 'DOWN'

json=$("$tui" ctl "$D" state --json)
check "ctl says so too" grep -qE 'n3 has been silent for [0-9.]+ s: it is down, or out of reach from here' <<<"$json"
check "and since when, in microseconds" grep -qE '"silent_us": [0-9]{6,}' <<<"$json"
refused() { # pattern, command of ctl...
	local pattern=$1 said
	shift
	said=$("$tui" ctl "$D" "$@" 2>&1) && return 1
	grep -qE "$pattern" <<<"$said"
}
check "nothing can be proposed there" refused 'n3 is out of reach from here: it cannot propose' propose 3 pear
check "whether it is down cannot be expected" refused 'n3 is silent: down, or out of reach from here' expect down 3
check "nobody can say that it was killed" refused 'n3 is silent: it is down, or out of reach from here' crash 3
check "an order for it waits with its peers" grep -q 'n3 will be told on return' <(
	"$tui" ctl "$D" gate on 3 2>&1
)

kill -CONT "${pids[2]}"
check "it is taken back when it is heard again" hides 'n3 silent since'
check "with what it was owed" shows 'n3 .*GATE'
check "a node that is killed there is down: its connection broke" "$tui" ctl "$D" crash 2
press Q
shows EXIT

# A life that follows counts time on with the others: it does not begin again at 0.
open 110 30 "$tui -n 3 --dir $work/counted --rate 1"
shows 'n3 ▲ +acceptor'
typed() { press : && shows '^ :' && say "$1" && shows ":$1" && press Enter; }
typed 'propose 1 before'
check "a value is chosen" shows 'before .*before'
pause 2
typed 'crash 2'
check "n2 is down" shows 'n2 ■ +DOWN'
typed 'restart 2'
check "and back" shows 'n2 ■ +acceptor'
typed 'propose 1 after'
check "another value is chosen" shows 'n2 ■ .*after .*after'
check "no clock is behind what it hears of" hides 'behind what it hears of'
press Q
shows EXIT
exit "$failed"
