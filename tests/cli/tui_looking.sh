#!/bin/bash
# Where one looks on the screen, in a real terminal: a pane that looks back says so and follows again; a
# violation has a way on; while one steps, WHY is about the last step.
. "$(dirname "$0")/tui.bash"
command() { press : && say "$1" && press Enter; }

open 80 24 "$tui --sim --seed 7 --rate unlimited"
shows 'SAFETY OK'
proposed apple
shows 'n5 ★ .* apple +apple'
press 3 k k k k
check "the event list says that it looks back, and at what" shows 'EVENTS  back at event [0-9]+ of [0-9]+ at [0-9.]+: G live'
check "and so does WHY" shows 'WHY  of event [0-9]+ of [0-9]+'
press 1
proposed fig
check "the cluster's WHY follows what happens now" shows 'fig is CHOSEN in slot 1|that fig is CHOSEN'
press 3 k k
shows 'G live'
press G
check "G returns" hides 'G live'
press 2 k k
check "the log says so, too" shows 'LOG  back at slot 0 of 1: G live'
press 1 2
check "and follows again when it was left" shows 'LOG  votes'

# --- arm, break, defend, repeat: by keys alone
open 80 24 "$tui --sim --seed 3 --rate unlimited"
shows 'SAFETY OK'
command 'attack 1 equivocate'
proposed A
check "the header says where safety is violated" shows 'VIOLATED in slot 0'
shows 'PROOF'
press w
check "w asks what would have kept it" shows 'WHAT WOULD HAVE KEPT IT'
check "the simulator answers: so many acceptors" shows '^│   quorum '
check "or its liar honest" shows 'n1: it is kept'
for _ in $(seq 100); do # it searches at leisure, and what it says is longer than a page
	look && seen '^│ [0-9]+ runs' && break
	press j
	pause 0.1
done
check "and it comes to an end" shows '^│ [0-9]+ runs'
press Escape
shows 'v proof'
press w
check "which is kept" shows 'n1: it is kept'
press Escape
check "WHY says what to press" shows 'WHY  slot 0 is violated: v proof, d e starts afresh'
press d 3
shows '\[x\] sign'
press e
check "e asks" shows 'Start afresh with an empty log, defences '
press y
check "and the cluster starts afresh" shows 'SAFETY OK'
press Escape
check "with the defences chosen" shows 'quorum 4'
proposed B
check "under which the lie does no harm" shows 'n5 ★ .* B +B'
check "and safety holds" shows 'SAFETY OK'

# --- steps
open 80 24 "$tui --sim --seed 7"
shows 'SAFETY OK'
press Space
shows PAUSED
proposed apple
shows 'n1 asks all nodes'
dull=0
for _ in {1..40}; do
	before=$(screen)
	press Right
	for _ in {1..40}; do
		[ "$(screen)" != "$before" ] && break
		pause 0.05
	done
	screen | grep -q 'ACCEPTED .* and nothing changes' && dull=1 && break
done
check "a late vote is told as one that changes nothing" test $dull = 1

# --- messages and votes are opened
open 80 24 "$tui --sim --seed 7"
shows 'SAFETY OK'
press Space
shows PAUSED
proposed apple
shows 'WIRE  4 in flight'
press Tab j j
check "the wire has a cursor" shows 'WIRE  4 in flight  at message 2 of 4: G live'
press Enter
check "Enter opens the message under it" shows 'PREPARE from n1 to n[2-5]'
check "with what became of it" shows 'its way     due at '
press Escape
check "Esc returns to where one was" shows 'at message 2 of 4: G live'
press G
hides 'at message'
press Space
shows 'n5 ★ .* apple +apple'
press 2 Tab Tab
check "the log has a cursor for votes" shows 'LOG  at the vote of n2 in the newest slot'
press Enter
check "Enter opens the vote" shows 'VOTE of n2 in slot 0'
press Escape
check "and Esc returns" shows 'LOG  at the vote of n2 in the newest slot'

# --- a live cluster tells of a long value no more than its beginning and a digest
open 80 24 "$tui --dir $work/c -n 3"
shows 'SAFETY OK'
long=$(printf 'a-long-value-%.0s' 1 2 3 4 5 6 7 8)the-end
proposed "$long"
press 2
shows 'a-long.* at 1\.1'
press Enter
check "the dashboard that proposed the value shows it whole" shows 'the-end \(111 bytes\)'
exit $failed
