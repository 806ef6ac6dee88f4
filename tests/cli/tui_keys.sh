#!/bin/bash
# What a terminal sends that is no key of this program does nothing: sequences, pasted text, bursts.
. "$(dirname "$0")/tui.bash"

bytes() { # text with printf's escapes: sent to the program as they are, at once
	# shellcheck disable=SC2046 # words are wanted
	tm send-keys -H $(printf '%b' "$1" | od -An -v -tx1)
}
still() { # the screen, when it does not change any more
	local before after=
	for _ in {1..100}; do
		before=$after
		after=$(screen)
		[ -n "$after" ] && [ "$after" = "$before" ] && break
		pause 0.08
	done
	printf '%s\n' "$after"
}
# Nothing on the screen has changed, and a key that is known does what it should.
unmoved() {
	local now
	now=$(still)
	[ "$now" = "$before" ] || {
		diff <(printf '%s\n' "$before") <(printf '%s\n' "$now") | head -n 6
		return 1
	}
}

asks() { [[ $(still) == *"$1"* ]]; } # what

# --- sequences
strange='\0033[1;2S\0033[1;5C\0033[1;3C\0033[5;5~\0033[I\0033[O\0033[23~\0033[27;5;9~\0033[1;2P\0033O5C\0033OS\0033O2P'
strange="$strange"'\0033]0;KyQ\0007\0033PKyQ\0033\\\0033^S\0033\\\0033_K\0033\\\0033XQ\0033\\\0033\0033[C\0233Q\0033[?62;4c\0033[24;80R\0033[3$y\0033(K\0033S\0033z'
for term in xterm xterm-256color screen tmux vt100 linux rxvt-unicode; do
	infocmp "$term" >/dev/null 2>&1 || continue
	open 80 24 "TERM=$term $tui --sim --seed 7"
	shows 'SAFETY OK'
	press Space
	shows 'PAUSED'
	before=$(still)
	bytes "$strange"
	check "$term: no sequence that is not known acts" unmoved
	bytes '\0033[1;5'
	check "$term: nor cut short" unmoved
	bytes '\0033[B'
	check "$term: down is down" shows '[►>] n2'
	bytes '\0033OA'
	check "$term: and up is up" shows '[►>] n1'
	bytes '\0033OP'
	check "$term: F1 is help" shows 'HELP'
	tm send-keys Escape
	check "$term: Esc is Esc" hides 'HELP'
	press C-c
done

# --- pasted text
open 80 24 "$tui --sim --seed 7"
shows 'SAFETY OK'
tm set-buffer 'KyQ'
tm paste-buffer -p
check "pasted text does nothing but a message" shows '3 characters were pasted, and do nothing here'
press p
shows 'proposes the value'
tm set-buffer $'a fig\n'
tm paste-buffer -p
check "in a prompt it is text" shows 'proposes the value: a fig'
press Enter
check "which Enter takes" shows 'n5 ★ .* a fig'
press :
tm set-buffer $'cut 1 2\n\n# a comment\ncut 3 4\n'
tm paste-buffer -p
check "several lines are asked for once" shows 'Run these 2 commands'
press n
check "n runs none of them" hides 'Run these'
check "none at all" hides 'CUT'
press :
tm paste-buffer -p
shows 'Run these 2 commands' && press y
check "y runs the first" shows 'n1 ◆ .*CUT'
check "and the last" shows 'n4 ● .*CUT'
press :
tm set-buffer $'heal\nfoo 1 2\n'
tm paste-buffer -p
check "one line that is no command is told, and nothing is done" shows 'line 2: no command "foo"'
check "nothing" shows 'n1 ◆ .*CUT'
press z '?'
shows 'HELP'
tm set-buffer 'crash'
tm paste-buffer -p
check "pasted into the help it is searched for" shows 'HELP with "crash"'
press Escape

# --- bursts, as of a terminal that does not mark what is pasted
bytes 'Ky'
check "a burst asks its question" shows 'Crash n1'
check "and does not answer it" asks 'Crash n1'
press y
check "a key that is pressed then does" shows 'n1 ◆ +DOWN'
press p
check "who is down is not asked for a value" shows 'n1 is down: K restarts it'
bytes 'KyKyy'
shows 'Restart n1'
check "nor does a longer one" asks 'Restart n1'
press n
hides 'Restart n1'
bytes 'jQ'
check "a burst does not quit" shows 'Quit this simulation'
press y
check "y quits" shows 'EXIT 0'

# --- characters that are no clicks
open 80 24 "$tui --sim --seed 7"
shows 'SAFETY OK'
press Space
shows 'PAUSED'
before=$(still)
bytes '\0356\0250\0200\0360\0237\0230\0200\0356\0200\0200'
check "typed emoji and private characters are no clicks and no keys" unmoved
press C-c
exit $failed
