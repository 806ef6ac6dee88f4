#!/bin/bash
# One cluster from outside: up, ctl, down, the exit codes, and what kill -9 of every node leaves.
set -u
cd "$(dirname "$0")/../.." || exit 2
tui=${BUILD:-build}/paxos-tui
work=$(mktemp -d)
D=$work/cluster
trap '"$tui" down "$D" >/dev/null 2>&1; rm -rf "$work"' EXIT
bad=0

verdict() { # name, whether it holds (0 = yes)
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		sed 's/^/    /' "$work/out"
		bad=1
	fi
}

exits() { # name, expected code, words...
	local name=$1 expected=$2
	shift 2
	"$tui" ctl "$D" "$@" >"$work/out" 2>&1
	local code=$?
	[ $code = "$expected" ] || echo "exit code $code, not $expected" >>"$work/out"
	[ $code = "$expected" ]
	verdict "$name" $?
}

state() { # jq filter
	"$tui" ctl "$D" state --json >"$work/out" 2>&1 && jq -c "$1" "$work/out"
}

exits "a cluster that is not there is said so" 2 state
"$tui" up "$D" -n 5 >"$work/out" 2>&1
verdict "five nodes come up" $?
exits "a value is proposed" 0 propose 1 apple
exits "and chosen everywhere" 0 wait chosen 0 apple on 1,2,3,4,5 within 5s
[ "$(state 'keys == ["epoch", "mode", "nodes", "policy", "quorum", "remarks"] and .remarks == [] and (.nodes[0] | keys) == (["id", "up", "pid", "role", "silent_us", "attacks", "mistake", "load", "promised", "chosen_upto", "low", "slots", "received", "sent", "dropped", "clock_ahead_us", "faults"] | sort) and .nodes[0].faults == [] and .nodes[0].load == null')" = true ]
verdict "state has the agreed shape" $?
[ "$("$tui" ctl "$D" margin --json | jq -c "[.bound, .crashes.count, .cuts.count, .silence.count, .lies.count, .lies.to]")" = '[3,3,null,1,1,"violation"]' ]
verdict "the margin is told of a live cluster" $?
[ "$(state 'all(.nodes[]; .slots[0].chosen == "apple")')" = true ]
verdict "state shows what every node knows" $?
exits "the roster prints" 0 roster --json
exits "an expectation that does not hold" 1 expect chosen 0 pear
exits "a wait in vain" 2 wait chosen 9 pear within 200ms
exits "a command that does not exist" 64 propse 1 A
exits "a node that does not exist" 64 propose 6 A
exits "no command" 64 ""

exits "a node is crashed" 0 crash 3
[ "$(state '.nodes[2].id == 3 and .nodes[2].up == false and .nodes[2].pid == null and .nodes[0].up')" = true ]
verdict "state shows that it is down" $?
exits "a crashed node cannot propose" 2 propose 3 A
exits "the others go on" 0 propose 2 pear
exits "and choose" 0 wait chosen 1 pear on 1,2,4,5 within 5s
exits "it is restarted" 0 restart 3
exits "and catches up" 0 wait chosen 1 pear on 3 within 5s

before=$(state '[.nodes[] | .id, .promised, .slots]')
for node in 1 2 3 4 5; do
	kill -9 "$(state ".nodes[] | select(.id == $node).pid")"
	exits "n$node comes back after kill -9" 0 restart $node
done
after=$(state '[.nodes[] | .id, .promised, .slots]')
printf '%s\n%s\n' "$before" "$after" >"$work/out"
[ -n "$before" ] && [ "$before" = "$after" ]
verdict "promises, votes and what is chosen are as before" $?

exits "time is paused" 0 pause
exits "a paused cluster takes a proposal" 0 propose 4 plum
exits "and chooses nothing" 1 expect chosen 2 plum
exits "it can be stepped" 0 step 2
exits "time runs on" 0 resume
exits "and the value is chosen" 0 wait chosen 2 plum on all within 5s
exits "the gate is shut" 0 gate on 2
exits "a proposal behind a gate" 0 propose 1 quince
exits "its prepare waits there" 0 wait held 2 within 5s
exits "a message is delivered by hand" 0 deliver prepare 1 2
exits "the gate is opened" 0 gate off
exits "and all know it" 0 wait chosen 3 quince on all within 5s

slot=4
for length in 64 65 399; do
	value=$(printf "%${length}s" "" | tr ' ' y)
	exits "a value of $length bytes is proposed" 0 propose 1 "$value"
	exits "and chosen, compared whole" 0 wait chosen $slot "$value" on all within 5s
	exits "and not with its last byte changed" 1 expect chosen $slot "${value%y}z"
	slot=$((slot + 1))
done
shown=$(state '.nodes[0].slots[-1].chosen' | tr -d '"')
exits "what is shown of it is not the value" 1 expect chosen 6 "$shown"
exits "but may be a value" 0 propose 2 "$shown"
exits "of its own" 0 wait chosen 7 "$shown" on all within 5s
[ "$(state '.nodes[0].slots[-1].chosen' | tr -d '"')" != "$shown" ]
verdict "and is not shown as the long one" $?
exits "a node reads" 0 read 3 --wait
grep -q 'n3 read .*, of slot 7' "$work/out"
verdict "and says what it read, and where that stands" $?
exits "or answers from what it knows itself" 0 read 2 local
grep -q 'n2 read .*, of slot 7' "$work/out"
verdict "which is the same where no node lags" $?
exits "what was read can be expected" 0 expect linearizable
exits "a read is no proposal, and takes no value" 64 read 3 apple

"$tui" down "$D" >"$work/out" 2>&1
rm -rf "$D"
"$tui" up "$D" -n 3 >"$work/out" 2>&1
verdict "three nodes come up" $?
exits "n3 withholds its vote" 0 attack 3 withhold
exits "n1 and n2 do not hear each other" 0 cut 1 2 both
exits "n1 proposes" 0 propose 1 apple
exits "and chooses" 0 wait chosen 0 apple on 1 within 10s
exits "n2 proposes" 0 propose 2 pear at 0
exits "and chooses" 0 wait chosen 0 pear on 2 within 10s
exits "who comes late sees that agreement is broken" 1 expect agreement
grep -qE "apple was chosen at [0-9.]+ by n1 n3 and pear at [0-9.]+ by n2 n3; in both: n3" "$work/out"
verdict "with both quorums whole" $?

mv "$D/operator.key" "$work/key"
exits "without the key one may look" 0 state
exits "but not act" 2 propose 1 A
mv "$work/key" "$D/operator.key"
"$tui" down "$D" >"$work/out" 2>&1
verdict "the cluster goes down" $?
exit $bad
