#!/bin/bash
# A running cluster in trouble: everybody dead, signals, values that nobody expects.
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
state() { "$tui" ctl "$D" state --json | jq -c "$1"; }

holds "a cluster in multi mode" "$tui" up "$D" -n 4 --mode multi
holds "a value is proposed" "$tui" ctl "$D" propose 1 apple
holds "and chosen" "$tui" ctl "$D" wait chosen 0 apple on all within 5s
known=$(state '[.epoch, .mode, .quorum, .policy]')
for pid in $(state '.nodes[].pid'); do
	kill -9 "$pid"
done
holds "all nodes are killed" "$tui" ctl "$D" wait down 4 within 5s
holds "what the roster says of the cluster is still told" [ "$(state '[.epoch, .mode, .quorum, .policy]')" = "$known" ]
holds "and is true" [ "$known" = '[1,"multi",3,0]' ]
holds "nobody is up" [ "$(state '[.nodes[].up] | any')" = false ]
for id in 1 2 3 4; do
	holds "n$id restarts" "$tui" ctl "$D" restart $id
done
holds "what was chosen is chosen" "$tui" ctl "$D" wait chosen 0 apple on all within 5s
holds "down ends it" "$tui" down "$D"
exit $bad
