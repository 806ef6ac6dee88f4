#!/bin/bash
# The user is the network: three live nodes, two proposers, and by keys alone every message comes, or does not come,
# as the user says; a node's own promise and vote, too.
. "$(dirname "$0")/walk.bash"
held() { # pattern of a row
	shows "│.*$1"
}
open 80 24 "$tui -n 3 --dir $work/c --rate 1/100 --no-record"
shows 'SAFETY OK'
press 7
check "no gate holds anything yet" shows 'No gate holds anything: H holds what comes to n1'
press H
shows 'n1 holds everything' && press o
check "a gate holds what comes, and what a node says to itself" shows 'n1 holds everything, everything from itself'
press Tab
press H
shows 'n2 holds everything' && press Tab
press H
shows 'n3 holds everything' && press Tab
press p
shows 'n1 proposes the value' && say apple && press Enter
check "n1 asks itself, too" held 'n1 ◆ +own +PREPARE +1\.1'
press Tab
press p
shows 'n2 proposes the value' && say pear && press Enter
check "n2 has begun as well" held 'n3 ▲ +n2 ■ +PREPARE +1\.2'
# only what is of n2's ballot is let through: n1 is the first, and yet n2 wins
press '&'
shows '^ &' && say 1.2 && press Enter
check "the filter shows one ballot" shows 'GATE with "1\.2"'
press_until a 'No held message passes' 30
press 2
check "so pear is chosen, for so the user wants it" shows '0 .*pear at 1\.2'
press 7
press '&'
shows '^ &' && press C-u && press Enter
check "what n1 asked for still waits" held 'n1 ◆ +own +PREPARE +1\.1'
press X
shows 'Throw all held messages away' && press y
check "and can be thrown away" shows 'No message is held'
press C-c
shows EXIT
check "no node is left" no_nodes
exit $failed
