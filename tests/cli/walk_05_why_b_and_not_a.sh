#!/bin/bash
# A student asks: n1 voted for A at 1.1, n2 for B at 2.2, and n5 hears of both. Why B and not A?
. "$(dirname "$0")/walk.bash"
begin
commands 'gate on 1
propose 1 A
wait held 1 promise 4 within 5s
cut 1 2,3,4,5
gate off 1
wait accepted 0 A on 1 within 5s
crash 1
gate on 2
propose 2 B
wait held 2 promise 4 within 5s
cut 2 1,3,4,5
gate off 2
wait accepted 0 B on 2 within 5s
crash 2
restart 1,2
heal
cut 3,4 5'
check "n1 voted for A" row 'n1 ◆' '1\.1 A'
check "n2 for B" row 'n2 ■' '2\.2 B'
shows 'n5 ★ .*CUT'
press Space
shows PAUSED
press j j j j
shows '► n5 ★'
proposed C
press_until Right 'n5 MUST propose B|MUST propose B' 80
check "WHY says that n5 must propose B" shows 'MUST propose B'
check "whose vote forces it" shows 'n2'
check "and why not A" shows 'A .*1\.1|1\.1.* A'
press Space
press 2
check "B is chosen" row '^│ +0 ' 'B at 3\.5'
exit $failed
