#!/bin/bash
# What is typed in the dashboard, in a real terminal: nothing is cut in silence, u takes back the whole
# command, and Ctrl-Z gives the terminal back to the shell.
. "$(dirname "$0")/tui.bash"

letters() { head -c "$1" /dev/zero | tr '\0' "${2:-y}"; }

# --- lengths
open 80 24 "$tui --sim --rate unlimited"
shows 'SAFETY OK'
longest=$(letters 399)
proposed "$longest"
check "the longest value is chosen" shows 'y~[0-9a-f]{12} is CHOSEN'
digest=$(screen | grep -oE '~[0-9a-f]{12}' | head -n 1)
printf 'nodes 1\npropose 1 %s\nwait chosen 0 *\nstate\n' "$longest" >"$work/longest.pxs"
check "and whole: it is the value of the scenario" test "$digest" = "$("$tui" run --sim "$work/longest.pxs" | grep -oE '~[0-9a-f]{12}' | head -n 1)"
proposed "$(letters 400)"
check "one byte more is refused" shows 'the value is too long: at most 399 bytes'
proposed "$(letters 399 '\"')"
check "quotes take no room from a value" shows '"{10,}'
proposed "$(letters 1100)"
check "more than the prompt holds is refused" shows 'more than 1023 bytes were typed: nothing is done'
press :
say "say $(letters 1100)"
press Enter
check "and so at the : prompt" shows 'more than 1023 bytes were typed: nothing is done'
press :
say "say $(letters 500)"
press Enter
check "a text that is too long for a command is refused" shows 'the text is too long: at most 399 bytes'
press /
say "$(letters 60)"
press Enter
check "a search that is too long is refused" shows 'a search has at most 59 bytes'
press '&'
say "$(letters 60)"
press Enter
check "and so is a filter" shows 'a filter has at most 59 bytes'

# --- undo
open 80 40 "$tui --sim -n 31 --rate unlimited"
shows 'SAFETY OK'
command() { press : && say "$1" && press Enter; }
command 'attack 31 withhold to 1,2 from 5'
check "one node is a liar" shows 'Liars: 1\.'
command 'attack 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,31 mute'
check "21 nodes are liars" shows 'Liars: 21\.'
press u
check "u takes all of it back" shows 'Liars: 1\.'
check "the liar before is one still" shows 'n31 is a LIAR now: withhold'

open 80 24 "$tui --sim --rate unlimited"
shows 'SAFETY OK'
shut() { press Escape && hides "$1"; } # a popup: Esc and a key at once would be Alt and the key
command 'cut 1 2'
command 'crash 3'
shows 'n3 ▲ +DOWN'
command 'attack 3 mute'
command 'defend sign'
shows 'n1 ◆ .*CUT'
press d
shows 'DEFENCES  now sign'
shut 'DEFENCES  now'
press u d
check "u takes back the last" shows 'DEFENCES  now none'
shut 'DEFENCES  now'
press u
check "u again the one before, not a command that failed" hides 'n3 ▲ +DOWN'
press u
check "and again back to the first" hides 'CUT'
press c 4
shows 'LINKS'
shut 'LINKS'
shows 'n1 ◆ .*CUT'
press u
check "a preset of many links goes back at once" hides 'CUT'
command 'crash 5'
shows 'n5 ★ +DOWN'
press u
check "and so on" hides 'n5 ★ +DOWN'

# --- what is offered with a violation does it again
mkdir -p "$work/a state"
open 120 40 "XDG_STATE_HOME='$work/a state' $tui --sim --seed 3 -n 5 --no-freeze"
shows 'SAFETY OK'
command 'crash 3'
command 'crash 3'
command 'deliver accept 1 2'
command 'restart 3'
command 'attack 1 equivocate'
command 'propose 1 a'
check "two values are chosen" shows 'VIOLATED'
check "a scenario is offered" shows "paxos-tui run --sim '.*\.pxs'"
replay=$(ls "$work/a state/paxos-tui/"*.pxs)
check "it has what was done and not what failed" test "$(grep -c 'crash 3' "$replay") $(grep -c deliver "$replay")" = '1 0'
check "and does it again" "$tui" run --sim "$replay"

"$tui" up "$work/e" -n 5 >/dev/null && "$tui" ctl "$work/e" propose 1 before --wait >/dev/null && "$tui" down "$work/e"
open 120 40 "XDG_STATE_HOME='$work/other' $tui --dir '$work/e' --rate unlimited"
shows 'n5 ★ +acceptor'
command 'attack 1 equivocate'
command 'propose 1 a'
check "a cluster that came back is violated, too" shows 'PROOF  violated'
check "but nobody knows all that was done to it, so nothing is offered" test -z "$(screen | grep 'again: ')$(find "$work/other" -name '*.pxs')"
press C-c

# --- lines, with somebody to answer
open 80 24 "$tui --sim --plain"
shows 'quit'
say 'ask "ready?"'
press Enter
check "--plain asks and waits for Enter" shows 'ready\?  Enter goes on'
press Enter
say 'say onward'
press Enter
check "and goes on" shows '\* onward'
press C-d
check "the end of input ends it" shows 'EXIT 0'

# --- Ctrl-Z
close_terminal
terminal=$((terminal + 1))
tm new-session -d -x 80 -y 24 "env PS1='shell> ' bash --norc --noprofile -i"
shows '^shell>'
say "bash -c '$tui --sim --seed 7; echo LEFT'"
press Enter
check "a script starts the dashboard" shows 'SAFETY OK'
press C-z
check "Ctrl-Z gives the terminal back to the shell" shows '^shell> *$'
say 'echo $((20 + 3))'
press Enter
check "which runs commands" shows '^23'
say fg
press Enter
check "fg brings the dashboard back" shows 'SAFETY OK'
press ? 
check "and its keys" shows 'HELP'
shut 'HELP'
press q
shows 'Quit this' && press y
check "and it ends as ever" shows '^LEFT'
exit $failed
