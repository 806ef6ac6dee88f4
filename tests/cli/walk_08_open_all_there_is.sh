#!/bin/bash
# An engineer presses Enter on everything: each opens with every field, and Esc returns to where one was.
. "$(dirname "$0")/walk.bash"
open 80 24 "$tui --sim --seed 3 --rate unlimited"
shows 'SAFETY OK'
proposed 'a value that is longer than any column of the table'
shows 'n5 ★ .* a val'
opened() { # what title field...
	local what=$1 title=$2 field
	shift 2
	press Enter
	check "Enter opens $what" shows "┌ $title  as of"
	for field in "$@"; do
		check "$what has $field" shows "$field"
	done
	press Escape
	check "Esc closes $what" hides "┌ $title  as of"
}
press 3 k k
opened "an event" EVENT 'what +' 'node +' 'at +'
press 2
opened "a slot" SLOT 'decided +a value that is longer than any column of the table' 'quorum +3' 'by +n[0-9] n[0-9] n[0-9]'
press 5
opened "a node" NODE 'process +' 'promised +1\.1' 'knows below 1'
press 1 H
shows GATE
press j
proposed fig
shows 'n1 ◆ .*GATE'
press Tab
opened "the wire" WIRE 'PREPARE|ACCEPT|SYNC' 'id +[0-9]+\.1\.[0-9]+'
open 80 24 "$tui --sim --seed 7 -n 4 --rate unlimited"
shows 'SAFETY OK'
commands 'defend sign
attack 1 equivocate
propose 1 A
wait evidence * 1 within 20s'
press 6
check "there is a proof of a lie" shows '► n1 ◆'
opened "the proof" PROOF 'n1'
check "where one was" shows 'EVIDENCE'
exit $failed
