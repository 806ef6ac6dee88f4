#!/bin/bash
# An engineer proposes values that differ at their ends only, in two scripts, and can tell them apart everywhere.
. "$(dirname "$0")/walk.bash"
begin
proposed transaction-00000001
shows 'chosen in slot 0|CHOSEN in slot 0'
press j
proposed transaction-00000002
check "the table of nodes shows by what the new one differs" row 'n5 ★' '0002'
press 2
check "the log tells both apart: the first" row '^│ +0 ' '0001'
check "the second" row '^│ +1 ' '0002'
press 3
check "so do the events" shows '00000001|0001'
press 1
proposed '日本語の値'
check "letters of any script are drawn" row 'n5 ★' '日本'
proposed '日本語の鍵'
press 2
check "and told apart" row '^│ +3 ' '鍵'
press Enter
check "the whole value is to be had" shows 'decided +日本語の鍵 \(15 bytes\)'
press y
check "and to be copied" shows 'copied SLOT, [0-9]+ bytes, to'
exit $failed
