#!/bin/bash
# Two futures of one run, by keys alone: all gates hold, two nodes propose, and the user lets messages in until pear is
# chosen; goes back to the first promise, forks, lets them in otherwise, and apple is chosen there. So in a simulated
# cluster, with processes, and again in a recording of these.
. "$(dirname "$0")/walk.bash"

hold_all() {
	press 7
	press H
	shows 'n1 holds everything' && press Tab
	press H
	shows 'n2 holds everything' && press Tab
	press H
	shows 'n3 holds everything' && press Tab
}
to_first_promise() {
	press 1
	press Left
	shows 'PAST [0-9]+ of' && press g
	shows 'PAST 0 of' && press_until Right 'n1 promised 1\.1' 60
}
# In the fork n1's messages are let in.
choose_apple() {
	press 7
	shows 'n3 ▲ +n1 ◆ +PREPARE +1\.1' && press_until a 'No message is held' 30
	press B
	shows 'FORK 1'
}
side_by_side() { # where
	check "$1: both futures stand side by side, and where they differ is marked" \
		shows 'slot 0  apple +≠ slot 0  pear'
	check "$1: the tree says where the fork left, and what came of both" row '└─fork 1 +moment [0-9]+ at' 'slot 0: apple'
	check "$1: so it does of the trunk" row 'trunk +the run itself' 'slot 0: pear'
}

walk() { # name, command
	open 80 24 "$2"
	shows 'SAFETY OK'
	hold_all
	proposed apple
	check "$1: n1 asks, and is held" shows 'n3 ▲ +n1 ◆ +PREPARE +1\.1'
	press Tab
	proposed pear
	shows 'n3 ▲ +n2 ■ +PREPARE +1\.2'
	press '&'
	shows '^ &' && say 1.2 && press Enter
	press_until a 'No held message passes' 30
	press 2
	check "$1: pear is chosen, for so the user wants it" shows '0 .*pear at 1\.2'
	press B
	check "$1: there is one future only, and how to make another is said" shows 'There is one future only'
	to_first_promise
	check "$1: back at the first promise" shows 'PAST [0-9]+ of'
	press f
	check "$1: a fork stands there" shows 'fork 1 stands at moment [0-9]+'
	check "$1: its header says so" shows 'FORK 1 PAUSED'
	choose_apple
	side_by_side "$1"
	press T
	check "$1: a branch becomes a test, from the beginning of the run" shows 'a test that passes: '
	check "$1: and it passes" bash -c '"$1" run --sim "$(ls -t "$2"/*.pxs | head -n 1)" | tail -n 1 | grep -q passed' \
		- "$tui" "$XDG_STATE_HOME/paxos-tui"
	press k
	press Enter
	check "$1: back in the trunk, at the moment that was left" shows 'PAST [0-9]+ of'
	press G
	press 2
	check "$1: it is as it was" shows '0 .*pear at 1\.2'
	press Q
	shows EXIT
}

again() { # name, recording
	open 80 24 "$tui replay '$2'"
	shows 'REPLAY 0 of'
	press_until Right 'n1 promised 1\.1' 60
	press f
	check "$1: its recording can be forked, too" shows 'FORK 1 PAUSED'
	choose_apple
	side_by_side "$1, recorded"
	press Escape
	hides 'FUTURES' && press Escape
	check "$1: Esc leads back to the recording, where one was" shows 'REPLAY [0-9]+ of'
	press Q
	shows EXIT
}

walk simulated "$tui --sim --seed 7 -n 3 --rate 1/100 --record $work/sim.pxr"
walk live "$tui -n 3 --dir $work/c --rate 1/100 --record $work/live.pxr"
check "no node is left" no_nodes
again live "$work/live.pxr"

# where a fork would not be exact there is none
rm "$work/c/n2/key"
open 80 24 "$tui replay '$work/live.pxr'"
shows 'REPLAY 0 of'
press_until Right 'n1 promised 1\.1' 60
press f
check "without a node's key there is no fork, and it says why" shows 'no fork: the key .*is gone'
rm -r "$work/c/n2/journal"
press f
check "nor without its journal" shows 'no fork: .*no journal'
press Q
shows EXIT
open 80 24 "$tui --sim --no-record -n 3"
shows 'SAFETY OK'
press f
check "nor where nothing is recorded" shows 'nothing is recorded here: --no-record was said'
press Q
shows EXIT
exit $failed
