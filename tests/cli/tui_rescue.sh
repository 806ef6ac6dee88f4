#!/bin/bash
# What would have kept it, asked of processes, whose session is told again in the simulator, and of a story.
. "$(dirname "$0")/tui.bash"
export XDG_STATE_HOME=$work/state # recordings of this test only

open 100 40 "$tui -n 3 --dir $work/own --rate unlimited"
shows 'n3 ▲ +acceptor'
press w
check "where nothing is broken there is nothing to ask" shows 'nothing is violated'
for line in 'attack 1 equivocate' 'propose 1 A'; do
	press :
	shows '^ :' && say "$line" && shows ":$line" && press Enter
	shows "LIE" # armed
done
check "processes break agreement" shows 'VIOLATED in slot'
press w
check "and it is asked what would have kept it" shows 'WHAT WOULD HAVE KEPT IT'
check "the simulator breaks it, too" shows 'paxos-tui rescue .*pxs'
for _ in 1 2 3 4 5; do shows '^│ [0-9]+ runs' && break; done # it searches at leisure
check "and says who had to be honest" shows 'n1: it is kept'
check "to its end" shows '^│ [0-9]+ runs'
press Escape Q
check "it ends" shows 'EXIT'
check "with its nodes" no_nodes
recording=$(ls -t "$XDG_STATE_HOME"/paxos-tui/recordings/*.pxr | head -n 1)
"$tui" rescue "$recording" >"$work/said" 2>&1
check "its recording is enough to ask it again" grep -q 'n1: it is kept' "$work/said"
open 100 40 "$tui replay $recording"
shows 'PAXOS'
press G
check "and shows that it is broken" shows 'VIOLATED in slot'
press T
check "a replay of processes becomes a test" shows 'a test that passes: '
press Q

"$tui" run --sim --seed 7 --record "$work/run" demo/equivocate.pxs >"$work/said"
open 100 40 "$tui replay $work/run"
shows 'PAXOS'
press G
check "a recording shows that it is broken" shows 'VIOLATED in slot'
press w
check "and is asked the same" shows 'paxos-tui rescue .*run'
check "its run is told again" shows 'n3: it is kept'
press Escape Q
exit $failed
