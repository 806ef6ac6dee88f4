#!/bin/bash
# A cat on the keyboard, a paste into the wrong window, a terminal that reports this and that: nothing acts that
# no hand has pressed, and no question is answered before it was read.
. "$(dirname "$0")/walk.bash"
bytes() { # text with printf's escapes
	# shellcheck disable=SC2046 # words are wanted
	tm send-keys -H $(printf '%b' "$1" | od -An -v -tx1)
}
for term in screen vt100 linux xterm-256color; do
	infocmp "$term" >/dev/null 2>&1 || continue
	open 80 24 "TERM=$term $tui --sim --seed 7"
	shows 'SAFETY OK'
	press Space
	shows PAUSED
	before=$(screen)
	bytes '\0033[1;2S\0033[1;5C\0033[1;3C\0033[5;5~\0033[I\0033[O\0033[23~\0033O5C\0033]0;KyQ\0007\0033PKyQ\0033\\'
	press t
	check "$term: reports and keys that are not known do nothing" shows 'theme '
	check "$term: to nobody" test "$(screen | sed -n 3,12p)" = "$(sed -n 3,12p <<<"$before")"
	press C-c
	shows EXIT
done
open 80 24 "$tui --sim --seed 7"
shows 'SAFETY OK'
tm set-buffer 'KyQ'
tm paste-buffer -p
check "what is pasted does nothing" shows '3 characters were pasted, and do nothing here'
bytes 'Ky'
check "what is typed before a question was drawn does not answer it" shows 'Crash n1, as by kill -9'
press n
check "n is no" hides 'Crash n1'
check "and all live" hides 'DOWN'
press K
shows 'Crash n1' && press y
check "y, once it is asked, is yes" shows 'n1 ◆ +DOWN'
press p
check "a node that is down is not asked for a value" shows 'n1 is down: K restarts it'
press K
shows 'Restart n1' && press y
check "K twice: it lives again" shows 'n1 ◆ +acceptor'
press q
shows 'Quit this simulation' && press y
check "and one leaves by a key that was asked for" shows 'EXIT 0'
exit $failed
