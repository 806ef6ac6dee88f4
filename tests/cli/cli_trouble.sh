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
holds "and is true" [ "$known" = '[1,"multi",3,"none"]' ]
holds "nobody is up" [ "$(state '[.nodes[].up] | any')" = false ]
for id in 1 2 3 4; do
	holds "n$id restarts" "$tui" ctl "$D" restart $id
done
holds "what was chosen is chosen" "$tui" ctl "$D" wait chosen 0 apple on all within 5s
refuses "a slot that is decided takes no other value" 2 "paxos-tui: n1 gives up its value pear (taken)" "$tui" ctl "$D" propose 1 pear at 0
refuses "a slot that is far away takes none yet" 2 "paxos-tui: n1 gives up its value pear ?too-far?" "$tui" ctl "$D" propose 1 pear at 4294967296

# No room on the disk of n4: from here on no file of its process may grow.
prlimit --pid "$(cat "$D/n4/pid")" --fsize=4096
holds "a value is proposed while a disk is full" "$tui" ctl "$D" propose 2 plum
holds "the others choose it" "$tui" ctl "$D" wait chosen 1 plum on 1,2,3 within 5s
holds "who cannot store does not go on" "$tui" ctl "$D" wait down 4 within 5s
holds "and says why" grep -q '^paxos-node: cannot write the store' "$D/n4/log"
holds "with room again it comes back" "$tui" ctl "$D" restart 4
holds "and learns what it missed" "$tui" ctl "$D" wait chosen 1 plum on 4 within 5s

# A store that was cut, and one that cannot be written: the node says so and stays down.
kill -TERM "$(cat "$D/n3/pid")"
holds "n3 ends in order" "$tui" ctl "$D" wait down 3 within 5s
cp "$D/n3/store" "$work/store"
truncate -s 100 "$D/n3/store"
refuses "a cut store is refused at once" 2 "paxos-tui: n3 ended: the store * is damaged*" "$tui" ctl "$D" restart 3
rm "$D/n3/store"
refuses "a store that is gone is refused" 2 "paxos-tui: n3 ended: the store of n3 is gone*" "$tui" ctl "$D" restart 3
if [ "$(id -u)" != 0 ]; then
	cp "$work/store" "$D/n3/store"
	chmod 400 "$D/n3/store"
	refuses "a store that cannot be written is refused" 2 "paxos-tui: n3 ended: cannot write the store *" "$tui" ctl "$D" restart 3
	rm -f "$D/n3/store"
else
	skip "a store that cannot be written is refused" "root may write everything"
fi
cp "$work/store" "$D/n3/store"
holds "with its store it comes back" "$tui" ctl "$D" restart 3
holds "and learns what it missed too" "$tui" ctl "$D" wait chosen 1 plum on 3 within 5s

# In order and out of order.
for signal in TERM HUP INT; do
	kill -$signal "$(cat "$D/n2/pid")"
	holds "SIG$signal ends a node" "$tui" ctl "$D" wait down 2 within 5s
	holds "and comes back" "$tui" ctl "$D" restart 2
done
holds "all know all" "$tui" ctl "$D" expect chosen 1 plum on all within 5s
holds "down ends it" "$tui" down "$D"
holds "and leaves no process" [ -z "$(pgrep -f -- "paxos-node --dir $D/")" ]
exit $bad
