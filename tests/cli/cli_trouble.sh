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
refuses "nobody can tell what was chosen" 2 "paxos-tui: no node is up; nobody can tell" "$tui" ctl "$D" expect not chosen 0 apple
refuses "nor whether nodes agree" 2 "paxos-tui: no node is up; nobody can tell" "$tui" ctl "$D" expect agreement
refuses "nor does a wait end on that" 2 "paxos-tui: waited in vain for: not violation *" "$tui" ctl "$D" wait not violation within 10ms
holds "nobody is up" [ "$(state '[.nodes[].up] | any')" = false ]
for id in 1 2 3 4; do
	holds "n$id restarts" "$tui" ctl "$D" restart $id
done
holds "what was chosen is chosen" "$tui" ctl "$D" wait chosen 0 apple on all within 5s
refuses "a slot that is decided takes no other value" 2 "paxos-tui: n1 gives up its value pear (taken)" "$tui" ctl "$D" propose 1 pear at 0
refuses "a slot that is far away takes none yet" 2 "paxos-tui: n1 gives up its value pear ?too-far?" "$tui" ctl "$D" propose 1 pear at 4294967296

# One that comes late does not know for how long a value has waited, and finds out before it answers.
holds "n1 is cut off" "$tui" ctl "$D" cut 1 2,3,4
holds "it proposes" "$tui" ctl "$D" propose 1 waits
holds "one that comes late sees a stall" "$tui" ctl "$D" expect stalled
refuses "and no progress" 1 "paxos-tui: it is not true that: progress *" "$tui" ctl "$D" expect progress
refuses "nor waits for what is over" 2 "paxos-tui: waited in vain for: progress *" "$tui" ctl "$D" wait progress within 100ms
holds "the link works again" "$tui" ctl "$D" heal
holds "so the value is chosen" "$tui" ctl "$D" wait chosen 1 waits on all within 20s
holds "and there is progress" "$tui" ctl "$D" expect progress
holds "n4 hears nobody" "$tui" ctl "$D" cut 1,2,3 4
holds "and misses a value" "$tui" ctl "$D" propose 2 missed --wait
refuses "that is no progress, though no value waits" 1 "paxos-tui: it is not true that: progress (no value waits, but n4 lags: *" "$tui" ctl "$D" expect progress
holds "it hears them again" "$tui" ctl "$D" heal
holds "and learns it" "$tui" ctl "$D" wait caught-up within 20s

# An epoch and defences of which no node is left to tell.
holds "another epoch" "$tui" ctl "$D" epoch sign
holds "other defences" "$tui" ctl "$D" defend sign+cert
for pid in $(state '.nodes[].pid'); do kill -9 "$pid"; done
holds "all nodes are killed again" "$tui" ctl "$D" wait down 4 within 5s
holds "the state is what was ordered last" [ "$(state '[.epoch, .policy]')" = '[2,"sign+cert"]' ]
holds "and says that no node told it" [ "$(state '.remarks[0] | startswith("no node tells its state")')" = true ]
for id in 1 2 3 4; do "$tui" ctl "$D" restart $id; done
holds "they know it, too" [ "$(state '[.epoch, .policy]')" = '[2,"sign+cert"]' ]
holds "they go back to none" "$tui" ctl "$D" epoch none
holds "with a value" "$tui" ctl "$D" propose 1 apple --wait

# No room on the disk of n4: from here on no file of its process may grow.
prlimit --pid "$(cat "$D/n4/pid")" --fsize=4096
holds "a value is proposed while a disk is full" "$tui" ctl "$D" propose 2 plum
holds "the others choose it" "$tui" ctl "$D" wait chosen 1 plum on 1,2,3 within 5s
holds "who cannot store does not go on" "$tui" ctl "$D" wait down 4 within 5s
holds "and says why, last of all" eval 'tail -1 "$D/n4/log" | grep -q "^paxos-node: cannot write the store .*limit of file sizes"'
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
