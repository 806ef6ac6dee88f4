#!/bin/bash
# The shortest schedule that breaks a program with a mistake, opened on the dashboard by the search that found it.
. "$(dirname "$0")/tui.bash"
export XDG_STATE_HOME=$work/state
moment() { screen | head -n 1 | sed -nE 's/.* ([0-9]+) of [0-9]+ .*/\1/p'; }
moved() { # from moment
	local i
	for i in {1..200}; do
		[ "$(moment)" != "$1" ] && [ -n "$(moment)" ] && return 0
		pause 0.05
	done
	return 1
}

open 100 30 "$tui check --mistake below-promise --show --memory 256M"
check "the schedule is shown from its beginning" shows 'REPLAY 0 of'
check "where all is well" shows 'SAFETY OK'
check "a mark a step is on the tape" shows 'a.*b.*c.*d.*e.*f.*g.*REPLAY'
press "'" a
check "the first step" moved 0
check "is a proposal" shows 'n1 asks all nodes: "Promise me ballot 1\.1'
first=$(moment)
press Right
check "one event on" moved "$first"
second=$(moment)
press Left
check "and back" moved "$second"
press V
check "the violation" shows 'SAFETY VIOLATED'
press Escape
press g
check "and the beginning again" shows 'REPLAY 0 of'
press q
check "q leaves, and the check has found something broken" shows 'EXIT 1'
check "what it found stands there" shows 'n1 gets ACCEPT 1\.2'

open 100 30 "$tui replay"
check "it is the newest recording" shows 'REPLAY 0 of'
press q
shows 'EXIT'

open 100 30 "$tui check --ballots 1 --show --memory 64M"
check "where nothing is broken there is nothing to show" shows 'nothing is broken, so there is nothing to show'
check "and all is well" shows 'EXIT 0'

open 100 30 "TERM=xyzzy $tui check --mistake below-promise --show --memory 256M"
check "a terminal that is not known is said before the search" shows 'paxos-tui: the terminal type "xyzzy" is not known'
check "and that is no verdict" shows 'EXIT 2'
exit "$failed"
