#!/bin/bash
# A lecturer arms an attack, sees it break safety, switches defences on, starts afresh, and sees it do no harm.
. "$(dirname "$0")/walk.bash"
open 80 24 "$tui --sim --seed 3 --rate unlimited"
shows 'SAFETY OK'
press x
shows 'ATTACK n1 honest so far'
check "the palette begins with an attack that breaks agreement" shows '► \[ \] equivocate'
press Space
check "Space arms it" shows '► \[x\] equivocate'
shut 'ATTACK n1'
proposed A
check "the header says where safety is violated" shows 'VIOLATED in slot 0'
check "the proof opens by itself" shows 'PROOF  violated'
press j j
check "its steps can be walked" shows 'WHY  of event'
shut 'PROOF'
check "and there is a way on" shows 'WHY  slot 0 is violated: v proof, d e starts afresh'
press d
shows 'DEFENCES  now none'
press 3
check "all defences at once" shows '\[x\] sign'
press e
shows 'Start afresh with an empty log, defences '
press y
check "the cluster starts afresh" shows 'SAFETY OK'
shut 'DEFENCES'
proposed B
check "the same lie does no harm any more" shows 'n5 ★ .* B +B'
check "safety holds" shows 'SAFETY OK'
press 6
check "and who tells it is proven a liar, or nothing of it is believed" shows 'EVIDENCE'
exit $failed
