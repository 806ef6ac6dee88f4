#!/bin/bash
# A node that lost its store gives its seat to an empty one: it votes where the node before did not, believes
# what was chosen, and the directory of the node before is refused from then on.
# shellcheck source=tests/cli/cli.bash
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
state() { "$tui" ctl "$D" state --json | jq -c "$1"; }

for defences in none all; do
	holds "a cluster under $defences" "$tui" up "$D" -n 4 --defend $defences
	holds "a value is proposed" "$tui" ctl "$D" propose 1 apple
	holds "and chosen" "$tui" ctl "$D" wait chosen 0 apple on all within 5s
	refuses "a node that runs is not replaced" 2 "paxos-tui: n1 runs*" "$tui" ctl "$D" replace 1
	mkfifo "$work/hand"
	"$tui" attach "$D" --plain --no-record <"$work/hand" >"$work/watched" 2>&1 &
	watcher=$!
	exec 8>"$work/hand"
	watched() { # pattern
		for _ in {1..200}; do grep -qE -- "$1" "$work/watched" && return 0; sleep 0.05; done
		return 1
	}
	echo verbose >&8
	holds "somebody watches" watched 'every event is told now'
	holds "n1 is killed" "$tui" ctl "$D" crash 1
	cp -r "$D/n1" "$work/before"
	holds "its store and its roster are gone" rm "$D"/n1/store "$D/n1/roster" "$D/n1/commits"
	rm -f "$D"/n1/store-*
	holds "n4 is killed" "$tui" ctl "$D" crash 4
	refuses "who may know where it voted is missed" 2 "paxos-tui: n4 *" "$tui" ctl "$D" replace 1
	holds "n4 is back" "$tui" ctl "$D" restart 4
	holds "n1 will not hear at once" "$tui" ctl "$D" cut 1 2,3,4 both
	holds "n1 is replaced" "$tui" ctl "$D" replace 1
	holds "it asks, and nobody hears it" watched 'lost SYNC from slot 0 from n1'
	holds "it says that it remembers no vote" [ "$(state '.nodes[0].slots | map(.accepted // empty)')" = '[]' ]
	holds "it may hear" "$tui" ctl "$D" heal
	holds "it learns what was chosen" "$tui" ctl "$D" wait chosen 0 apple on 1 within 5s
	holds "n2 proposes" "$tui" ctl "$D" propose 2 pear
	holds "and all know it" "$tui" ctl "$D" wait chosen 1 pear on all within 5s
	holds "n1 did not vote for it" [ "$(state '.nodes[0].slots | map(select(.slot == 1))[0].accepted')" = null ]
	holds "n1 proposes" "$tui" ctl "$D" propose 1 plum
	holds "and others choose it" "$tui" ctl "$D" wait chosen 2 plum on all within 5s
	for i in $(seq 1 70); do "$tui" ctl "$D" propose 3 "w$i" >/dev/null; done
	holds "the window of the node before is behind" "$tui" ctl "$D" wait chosen 72 w70 on all within 20s
	holds "n4 is killed again" "$tui" ctl "$D" crash 4
	holds "n2 proposes without it" "$tui" ctl "$D" propose 2 fig
	holds "n1 votes again: there is no quorum without it" "$tui" ctl "$D" wait chosen 73 fig on 1,2,3 within 10s
	holds "n1 is killed again" "$tui" ctl "$D" crash 1
	holds "and restarts by itself" "$tui" ctl "$D" restart 1
	holds "and n4" "$tui" ctl "$D" restart 4
	holds "agreement" "$tui" ctl "$D" expect chosen 0 apple on all within 5s
	holds "nobody lied" "$tui" ctl "$D" expect agreement
	exec 8>&-
	wait $watcher
	holds "who watched saw nothing wrong" [ "$(grep -c -e VIOLATED -e 'no quorum' "$work/watched")" = 0 ]
	rm "$work/hand" "$work/watched"
	holds "n1 is killed at last" "$tui" ctl "$D" crash 1
	rm -rf "$D/n1"
	mv "$work/before" "$D/n1"
	refuses "the directory of the node before is refused" 2 "paxos-tui: n1 ended: this is an old copy *" "$tui" ctl "$D" restart 1
	rm -rf "$D/n1"
	refuses "a directory that is gone is named" 2 "paxos-tui: the directory of n1 is gone*$D/n1*" "$tui" ctl "$D" restart 1
	refuses "nobody has a seat without its key" 2 "paxos-tui: the key of n1 is gone*" "$tui" ctl "$D" replace 1
	mkdir -m 700 "$D/n1" "$D/n1/log"
	refuses "a log that cannot be written is named" 2 "paxos-tui: cannot write $D/n1/log: *" "$tui" ctl "$D" restart 1
	holds "down" "$tui" down "$D"
	rm -rf "$D"
done
exit $bad
