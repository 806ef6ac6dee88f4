#!/bin/bash
# Stories told in the dashboard, in a real terminal and by keys alone: scenarios of demo/, the attack palette's
# "show me", and :play over a cluster of one's own.
. "$(dirname "$0")/tui.bash"

# Presses Space and Enter as long as the story waits for them; true: it was told to its end.
told() {
	local i
	for i in {1..600}; do
		look
		case "${row[*]}" in
		*"The end: "*) return 0 ;;
		*"It stops here: "* | *EXIT*) return 1 ;;
		*"Enter goes on"*) press Enter ;;
		*"Space goes on"*) press Space ;;
		*"Space go on"*) press Space ;; # it came later than the time to read, and stopped the story
		esac
		pause 0.05
	done
	return 1
}

command() { # line
	press :
	shows '^ :' && say "$1" && shows ":$1" && press Enter
}

# Those that use a word of the language which none before used; STORIES='demo/*.pxs' for all.
of_each_word() {
	awk '!($1 in used) && $1 ~ /^[a-z]/ { used[$1]; if (!(FILENAME in told)) print FILENAME; told[FILENAME] }' demo/*.pxs
}

for scenario in ${STORIES:-$(of_each_word)}; do
	story=$(basename "$scenario" .pxs)
	open 80 24 "$tui play $story --reduce-motion --rate 10x"
	check "$story is told to its end" told
	check "$story says which file" shows "PLAY $story|PLAY .*…:[0-9]"
	press q
	check "$story: q leaves, and all was as it says" shows 'EXIT 0'
done

# --- from the attack palette, over a simulated cluster, which waits
open 80 24 "$tui --sim --seed 7"
shows 'SAFETY OK'
press x j j j j
check "the palette says how one sees an attack" shows 'Needs a partition and a second proposer'
press Enter
check "and shows it" shows 'PLAY withhold.pxs'
told
check "to its end" shows 'The end: Esc returns'
check "which is a violation" shows 'SAFETY VIOLATED'
press Escape
check "Esc returns, where one was" shows 'your own cluster has waited for you'
check "with the palette still open" shows 'ATTACK n1 honest so far'
check "on a cluster that is whole" shows 'SAFETY OK'

# --- from the prompt, over live processes, which run on
open 80 24 "$tui --dir $work/own --rate unlimited"
shows 'n5 ★ +acceptor'
command 'play first-value'
check "a story is told over a live cluster" shows 'PLAY first-value.pxs'
"$tui" ctl "$work/own" propose 2 plum --wait >/dev/null 2>&1 || echo "ctl failed"
command 'play lost-messages'
check "another takes its place" shows 'PLAY lost-messages.pxs'
press Escape
check "Esc asks nothing" shows 'your own cluster has run on'
check "and nothing of it is lost" shows 'n2 ■ .* plum +plum'
command 'play no-such-story'
check "what is not there is looked for in two places" shows 'no scenario no-such-story here, in .*/demo or in'
press Q
check "it ends" shows 'EXIT 0'
check "with its nodes" no_nodes

# --- a story whose expectation does not hold
printf 'nodes 3\npropose 1 apple\nexpect chosen 0 pear within 1s\nsay "never said"\n' >"$work/wrong.pxs"
open 80 24 "$tui play $work/wrong.pxs --rate 10x"
check "it stops where it is wrong" shows 'Line 3: it is not true that'
press q
check "and says so" shows 'wrong.pxs:3: it is not true that'
check "with the exit code of run" shows 'EXIT 1'

# --- a beat, and a person who stops time
printf 'nodes 3\nbeat\npropose 1 apple\nwait chosen 0 apple on 1,2,3\nask "seen?"\n' >"$work/beats.pxs"
open 120 40 "$tui play $work/beats.pxs --ascii --rate 1/10"
check "a beat waits for Enter" shows 'Enter goes on'
press Escape
check "Esc does not quit" shows 'q leaves the story'
press PageDown
check "a clicker goes on" shows 'n1 . .*PROPOSER'
press Space
check "Space stops time" shows 'PAUSED'
press Space
check "a question waits" shows 'seen\?.*|Enter goes on'
press Enter
check "to the end" shows 'The end: q quits'
press q
check "q quits without asking" shows 'EXIT 0'
exit $failed
