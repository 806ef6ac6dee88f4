#!/bin/bash
# Proposals from outside, live and simulated: one that a node cannot take is refused with a sentence,
# and --wait returns when the value is decided.
. "$(dirname "$0")/cli.bash"

D=$work/D
at_end() { "$tui" down "$D" >/dev/null 2>&1; }
ctl() { "$tui" ctl "$D" "$@"; }

call "$tui" up "$D" -n 3 --store memory
passes "--wait says the slot of the value" "chosen in slot 0" ctl propose 1 x --wait
passes "the same value again has a slot of its own" "chosen in slot 1" ctl propose 2 x --wait
passes "--wait in a line that is one word" "chosen in slot 2" ctl "propose 3 y --wait within 9s"
refuses "a slot that is taken" 2 "paxos-tui: n2 gives up its value z (taken)" ctl propose 2 z at 1 --wait
passes "a value that is called so is proposed" "" ctl propose 1 --wait
passes "and chosen" "chosen in slot 4" ctl propose 1 end --wait
call ctl cut 1,2,3 1,2,3
refuses "--wait ends in time" 2 "paxos-tui: it is not chosen yet, as far as n2 knows*; n2 goes on trying" \
	ctl propose 2 v1 --wait within 300ms
for i in $(seq 2 64); do ctl propose 2 "v$i" || not_ok "value $i of 64 is taken"; done
refuses "the 65th value that waits at a node is refused" 2 \
	"paxos-tui: n2 refused the command: queue full: so many values wait there*" ctl propose 2 v65
refuses "and so with --wait" 2 "paxos-tui: n2 refused the command: queue full*" ctl propose 2 v65 --wait
passes "another node takes it" "" ctl propose 3 v65
passes "the links work again" "" ctl heal
passes "and so the node takes values again" "chosen in slot [0-9]*" ctl propose 3 last --wait
passes "not one of those taken is lost" "" ctl wait idle within 30s
call ctl state --json
holds "each has its slot" [ "$(printf '%s' "$out" | jq -r '.nodes[0].slots[].chosen' | grep -c '^v[0-9]')" = 65 ]

{
	echo 'nodes 3'
	echo 'crash 1,3'
	for i in $(seq 64); do echo "propose 2 v$i"; done
	echo 'say "64"'
	echo 'propose 2 v65'
} >"$work/full.pxs"
call "$tui" run --sim "$work/full.pxs"
holds "and so in a simulated cluster" [ "$code" = 2 -a "${out#*64*INCONCLUSIVE: n2 refused the command: queue full}" != "$out" ]
printf '%s\n' 'nodes 3' 'propose 2 a --wait' 'expect chosen 0 a on 2' 'crash 1,3' 'propose 2 b --wait within 5s' >"$work/wait.pxs"
call "$tui" run --sim "$work/wait.pxs"
holds "--wait in a scenario" [ "$code" = 2 -a "${out#*ok: chosen 0 a*INCONCLUSIVE: it is not chosen yet}" != "$out" ]
exit $bad
