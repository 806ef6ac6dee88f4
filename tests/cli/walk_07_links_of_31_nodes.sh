#!/bin/bash
# An engineer cuts a link among 31 nodes: the cursor of the matrix and what it stands on are always in sight.
. "$(dirname "$0")/walk.bash"
begin -n 31
press c
shows 'LINKS'
check "the link under the cursor is told" shows 'n1 → n2  open'
for _ in {1..20}; do press l; done
for _ in {1..24}; do press j; done
check "it is told wherever the cursor goes" shows 'n2[0-9] → n2[0-9]  open'
check "and stands between its marks" shows '\[.\]'
press Space
check "Space cuts the link that is told" shows 'n2[0-9] → n2[0-9]  CUT'
check "and its mark is in sight" shows '\[╳\]'
press Space
check "Space joins it" shows 'n2[0-9] → n2[0-9]  open'
tm resize-window -x 40 -y 12
check "at 40x12 it is told as well" shows 'n2[0-9] → n2[0-9]'
tm resize-window -x 80 -y 24
shut 'LINKS'
open 40 12 "$tui --sim --seed 7"
shows 'SAFETY OK'
press c
check "five nodes at 40x12: five columns" shows 'n1 +n2 +n3 +n4 +n5'
press l l l
check "and the last link" shows 'n1 → n5'
exit $failed
