#!/bin/bash
# Going back and forth in a dashboard: in a cluster that runs on meanwhile, and in a replay.
. "$(dirname "$0")/tui.bash"
export XDG_STATE_HOME=$work/state
header() { screen | head -n 1; }
moment() { header | sed -nE 's/.* ([0-9]+) of [0-9]+ .*/\1/p'; }
at() { # moment
	local i
	for i in {1..200}; do
		[ "$(moment)" = "$1" ] && return 0
		pause 0.05
	done
	return 1
}

open 100 30 "$tui -n 3 --dir '$work/c' --rate 1/10"
check "a dashboard" shows 'n3 .*acceptor'
proposed apple
check "a value is chosen" shows 'n1 .*apple +apple'
press Left
check "one event back: the header says which moment, of how many" shows 'PAST [0-9]+ of [0-9]+'
press Space # it plays on, to now
pause 0.2
press Space
press '{'
check "a decision back" shows 'PAST [0-9]+ of'
press g
check "the beginning" shows 'PAST 0 of'
check "with nothing there" shows 'Nobody has proposed anything yet'
press @
check "a moment is asked for" shows 'moment \(214'
say 12
press Enter
check "and gone to" at 12
press m a
check "it has a name now" shows 'this moment is a'
press Right
check "one event on" at 13
press Left
check "and back" at 12
press p
check "the past cannot be changed" shows 'read-only: this is the past: G goes back to now'
press G
check "G is now" shows 'LIVE 1/10x'
proposed pear
check "where one can act" shows 'pear'
press "'" a
check "back at the mark, while the cluster runs on" at 12
press Escape
check "Esc returns, too" shows 'LIVE 1/10x'
press V
check "nothing was violated" shows 'safety was never violated'
press Q
check "it ends" shows 'EXIT 0'

open 100 30 "$tui replay"
check "the newest recording is shown again, from its beginning" shows 'REPLAY 0 of'
press "'" a
check "its marks are there" at 12
press G
check "its end" shows 'pear'
press p
check "nothing can be done in it" shows 'read-only: this is a recording'
press Escape
check "Esc does not leave it" shows 'REPLAY'
press q
check "q does" shows 'EXIT 0'

open 100 30 "$tui --sim --no-record -n 3"
check "without a recording" shows 'n3 .*acceptor'
press Left
check "there is nothing to go back to, and it says why" shows 'nothing is recorded here: --no-record was said'
press Q
check "it ends, too" shows 'EXIT 0'

# at 80 x 24, without letters beyond ASCII, and with a click on the tape
open 80 24 "$tui replay --ascii"
check "in ASCII" shows 'REPLAY 0 of'
tm send-keys -l $'\033[<0;40;23M'
check "a click on the tape goes there" shows 'REPLAY [1-9][0-9]* of'
tm send-keys -l $'\033[<32;1;20M'
check "and the button, kept down, to the left end" shows 'REPLAY 0 of'
press Q
shows EXIT

# who comes late goes back in what somebody records who was there
open 80 24 "$tui up $work/c -n 3 --record $work/c.pxr && $tui ctl $work/c propose 1 apple --wait && $tui attach $work/c"
check "a late dashboard" shows 'LIVE'
recorded() { # who records does so in a process of its own, which may not have come to it yet
	local i
	for i in {1..100}; do
		press Left
		shows 'PAST|nothing is recorded yet' && screen | grep -qE 'PAST [1-9][0-9]* of' && return 0
		pause 0.1
	done
	return 1
}
check "goes back in what is recorded" recorded
press g
check "to the beginning, which it did not see" shows 'PAST 0 of'
press Q
check "it ends, and the cluster runs on" shows 'EXIT 0'
"$tui" down "$work/c" >/dev/null 2>&1
exit "$failed"
