#!/bin/bash
# A cluster from the command line, as a person or a script uses it.
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
pid_of() { "$tui" ctl "$D" state --json | tr -d ' \n' | sed -nE "s/.*\"id\":$1,[^{]*\"pid\":([0-9]+).*/\1/p"; }
# promised ballots and votes of all nodes, nothing that changes by itself
durable() { "$tui" ctl "$D" state --json | tr -d ' \n' | grep -oE '"(promised|chosen_upto|slot|accepted_at|accepted|chosen)":[^,}]*'; }

holds "up starts five nodes" "$tui" up "$D" -n 5
holds "the directory is closed to others" [ "$(stat -c %a "$D")" = 700 ]
holds "so is the operator's key" [ "$(stat -c %a "$D/operator.key")" = 600 ]
refuses "up on a running cluster" 2 "paxos-tui: *$D*" "$tui" up "$D" -n 5
holds "a value is proposed" "$tui" ctl "$D" propose 1 apple
holds "and chosen on all five" "$tui" ctl "$D" wait chosen 0 apple on 1,2,3,4,5 within 5s
holds "state is printed" "$tui" ctl "$D" state
holds "roster is printed" "$tui" ctl "$D" roster --json
holds "a value may look like an option" "$tui" ctl "$D" propose 2 -x
holds "and is chosen" "$tui" ctl "$D" wait chosen 1 -x within 5s
refuses "an unknown command of the cluster gets a suggestion" 64 "paxos-tui: *propos*propose*" "$tui" ctl "$D" propos 1 A
refuses "a node that there is not" 64 "paxos-tui: *" "$tui" ctl "$D" crash 6
call "$tui" ctl "$D" expect chosen 0 pear
if [ "$code" = 1 ]; then ok "an expectation that does not hold is exit 1"; else not_ok "an expectation that does not hold is exit 1" "$(shown)"; fi
call "$tui" ctl "$D" wait chosen 5 never within 200ms
if [ "$code" = 2 ]; then ok "a wait that ends in vain is exit 2"; else not_ok "a wait that ends in vain is exit 2" "$(shown)"; fi

before=$(durable)
for id in 1 2 3 4 5; do
	pid=$(pid_of $id)
	holds "n$id is a process" kill -0 "${pid:-none}"
	holds "kill -9 of n$id" kill -9 "${pid:-none}"
	holds "n$id is seen to be down" "$tui" ctl "$D" wait down $id within 5s
	holds "n$id restarts" "$tui" ctl "$D" restart $id
	holds "n$id is up" "$tui" ctl "$D" wait up $id within 5s
done
holds "everything chosen is still chosen" "$tui" ctl "$D" expect chosen 0 apple on 1,2,3,4,5 within 5s
after=$(durable)
if [ "$before" = "$after" ]; then ok "promises and votes are as before"; else not_ok "promises and votes are as before" "$(diff <(echo "$before") <(echo "$after"))"; fi

mv "$D/operator.key" "$work/key"
refuses "without the operator's key nobody acts" 2 "paxos-tui: *" "$tui" ctl "$D" propose 1 no
holds "but anybody who may read looks on" "$tui" ctl "$D" state
mv "$work/key" "$D/operator.key"

pids=$(for id in 1 2 3 4 5; do pid_of $id; done)
holds "down ends it" "$tui" down "$D"
for pid in $pids; do kill -0 "$pid" 2>/dev/null && left+=" $pid"; done
holds "no process is left${left:+, but$left}" [ -z "${left:-}" ]
holds "up goes on where it was" "$tui" up "$D"
holds "with what was chosen" "$tui" ctl "$D" expect chosen 0 apple on 1,2,3,4,5 within 5s
holds "down again" "$tui" down "$D"
exit $bad
