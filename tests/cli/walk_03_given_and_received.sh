#!/bin/bash
# A student holds what comes to a proposer, and sees promises that are given beside those that are received.
. "$(dirname "$0")/walk.bash"
begin
press H
shows 'n1 ◆ .*GATE'
proposed apple
check "what it wants is shown before it may propose" shows 'wants +apple'
check "five have given a promise, and it has one: its own" shows 'quorum +1/3 given 5'
press a
check "one more is received when it is admitted" shows 'quorum +2/3 given 5'
check "WHY counts what was received" shows '2 of 3|2/3'
press a
check "three are a quorum" shows 'quorum +3/3 YES given 5'
check "with which it may propose" shows 'value +apple its own'
press u
check "let go, it comes to its end" shows 'n5 ★ .* apple +apple'
exit $failed
