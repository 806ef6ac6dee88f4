#!/bin/bash
# A cluster that keeps few slots: its stores do not grow with the log, a node that was away is brought over what
# nobody keeps, and comes to the same values above. Without defences, and where every decision must be proven.
# shellcheck source=tests/cli/cli.bash
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
state() { "$tui" ctl "$D" state --json | jq -c "$1"; }
propose() { # from to: values vN, at n1 and n2 in turn
	local i
	for i in $(seq "$1" "$2"); do
		"$tui" ctl "$D" propose $((1 + i % 2)) "v$i" --wait >/dev/null || return 1
	done
}

refuses "few slots are too few" 64 "paxos-tui: --keep takes all or a number from 8 to 1000000000*" "$tui" up "$D" --keep 7
refuses "so are none, for a node" 64 "paxos-node: --keep takes all or a number from 8*" "$node" --dir "$D" --keep 0
refuses "nodes from elsewhere say it themselves" 64 "paxos-tui: --listen starts no nodes: each says its own --keep" \
	"$tui" up "$D" --listen tcp://127.0.0.1:7001 --keep 8

for defences in none all; do
	holds "four nodes keep 8 slots under $defences" "$tui" up "$D" -n 4 --keep 8 --defend $defences
	holds "n4 is killed" "$tui" ctl "$D" crash 4
	holds "50 values are chosen" propose 1 50
	holds "nobody keeps the first 40" [ "$(state '[.nodes[:3][] | .low >= 40 and .chosen_upto == 50] | all')" = true ]
	passes "and the screen without one says so" "*keeps no slot below 4*" "$tui" ctl "$D" state
	holds "n4 is back" "$tui" ctl "$D" restart 4
	holds "and catches up" "$tui" ctl "$D" wait caught-up within 10s
	holds "over slots that are gone" [ "$(state '.nodes[3] | .low >= 40 and .chosen_upto == 50')" = true ]
	holds "it knows what was chosen above" "$tui" ctl "$D" expect chosen 49 v50 on all
	call "$tui" ctl "$D" expect chosen 3 v4 on 4
	if [ "$code" = 1 ] && [[ $err == *"n4 keeps no slot below 4"* ]]; then
		ok "what is gone is not called chosen"
	else
		not_ok "what is gone is not called chosen" "$(shown)"
	fi
	holds "n4 votes again: there is no quorum without it" "$tui" ctl "$D" crash 1
	holds "n4 proposes" "$tui" ctl "$D" propose 4 late --wait within 10s
	holds "n1 is back" "$tui" ctl "$D" restart 1
	holds "and learns it" "$tui" ctl "$D" wait chosen 50 late on all within 10s
	holds "all end" "$tui" down "$D"
	for id in 1 2 3 4; do
		holds "the store of n$id is small" [ "$(stat -c %s "$D/n$id/store")" -lt 150000 ]
	done
	holds "all come back, and keep as few" "$tui" up "$D"
	holds "what their stores hold is 8 to 12 slots" \
		[ "$(state '[.nodes[] | .low as $low | (.slots | length >= 8 and length <= 12) and .slots[0].slot == $low] | all')" = true ]
	holds "20 more values are chosen" propose 51 70
	holds "and known to all" "$tui" ctl "$D" wait chosen 70 v70 on all within 10s
	holds "slots are let go as before" [ "$(state '[.nodes[] | .low >= 58] | all')" = true ]
	holds "nobody disagrees" "$tui" ctl "$D" expect agreement
	holds "all end again" "$tui" down "$D"
	holds "they come back to keep all from now on" "$tui" up "$D" --keep all
	holds "20 more values are chosen" propose 71 90
	holds "nothing more is let go" [ "$(state '[.nodes[] | .low < 72] | all')" = true ]
	holds "it is over" "$tui" down "$D"
	rm -rf "$D"
done
exit $bad
