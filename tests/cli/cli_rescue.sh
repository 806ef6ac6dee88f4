#!/bin/bash
# What would have saved it: the sets of defences, the honest node and the message without which a story
# breaks nothing, and the fewest lines that still break it.
. "$(dirname "$0")/cli.bash"

told() { # what, pattern: a line like that
	if grep -qE -- "$2" <<<"$out"; then ok "$1"; else not_ok "$1" "$(shown)"; fi
}

call "$tui" rescue --seed 7 withhold
[ "$code" = 0 ] || not_ok "the withheld vote is rescued" "$(shown)"
told "what is broken" '^withhold: in slot 0 apple was chosen .* liars: n3$'
# at three nodes the matrix holds no set of sign, cert, echo, justify to be enough: the one node in both
# quorums may be the liar
told "a larger quorum keeps it" '^  quorum\(f=1\)'
told "more is needed against whatever it could do" '^  sign\+quorum\(f=1\)\+echo\+justify\+cert$'
told "without the lie it is kept" '^  n3: it is kept$'
told "the last message that mattered" '^  t=0\.[0-9]+ ACCEPT(ED)? 1\.2 = pear in slot 0 from n[23] to n[23]$'

call "$tui" rescue --shrink withhold
[ "$code" = 0 ] && [ "$(wc -l <<<"$out")" -lt 10 ]
if [ $? = 0 ]; then ok "few lines are left"; else not_ok "few lines are left" "$(shown)"; fi
printf '%s\n' "$out" >"$work/left.pxs"
told "the lie is one of them" '^attack 3 withhold$'
passes "and they break it" '*passed*' "$tui" run --sim --seed 1 "$work/left.pxs"
# none of them is one too many
lines=$(grep -vcE '^(#|expect|nodes|mode)' "$work/left.pxs")
for i in $(seq "$lines"); do
	awk -v i="$i" '!/^(#|expect|nodes|mode)/ && ++n == i { next } { print }' "$work/left.pxs" >"$work/less.pxs"
	call "$tui" run --sim --seed 1 "$work/less.pxs"
	[ "$code" = 0 ] && not_ok "line $i is needed" "$(cat "$work/less.pxs")"
done
passes "what is left can be saved" '*holds what is left*' "$tui" rescue --shrink --save "$work/saved.pxs" "$work/left.pxs"
passes "and breaks it" '*passed*' "$tui" run --sim --seed 1 "$work/saved.pxs"

# a recording of a simulated run is told again as exactly
for story in withhold equivocate; do
	call "$tui" run --sim --seed 7 --record "$work/$story.rec" demo/$story.pxs
	call "$tui" rescue "$work/$story.rec"
	same=$(sed '1d; /came later/d; /second later/,$d' <<<"$out")
	call "$tui" rescue --seed 7 $story
	[ "$same" = "$(sed '1d; /came later/d; /second later/,$d' <<<"$out")" ] && [ -n "$same" ] || not_ok "$story is rescued as well from its recording" "$same"
done
call "$tui" rescue --seed 7 equivocate
[[ $out == *"come a second later, and none like it before:"*"COMMIT 1.3 = apple' in slot 0 from n3 to n2" ]] || not_ok "a message that comes late keeps it, too" "$out"
call "$tui" rescue --seed 7 withhold
[[ $out == *"No message alone that comes a second later keeps it." ]] || not_ok "or none does" "$out"
refuses "a recording has no lines" 64 '*is a recording: --shrink*' "$tui" rescue --shrink "$work/withhold.rec"
refuses "and its own seed" 64 '*is a recording: *--seed*' "$tui" rescue --seed 3 "$work/withhold.rec"
call "$tui" run --sim --record "$work/first.rec" demo/first-value.pxs
refuses "a recording that breaks nothing" 2 '*there is nothing to rescue' "$tui" rescue "$work/first.rec"
call "$tui" run --record "$work/live.rec" demo/first-value.pxs
refuses "one of real processes to which a program did it" 2 \
	'*is of real processes, and what was done to them cannot be done again*not all that was done*' "$tui" rescue "$work/live.rec"
head -c 30000 "$work/withhold.rec" >"$work/cut.rec"
call "$tui" rescue "$work/cut.rec"
[ "$code" != 0 ] && [ "$code" != 139 ] && [ -n "$err$out" ] || not_ok "one that is cut is told as such" "$code $out"
refuses "a story that breaks nothing" 2 '*there is nothing to rescue' "$tui" rescue first-value
refuses "no scenario" 64 '*needs SCENARIO*' "$tui" rescue
refuses "one that is not there" 64 '*nowhere*' "$tui" rescue nowhere
refuses "--save without --shrink" 64 '*say --shrink*' "$tui" rescue --save "$work/x" withhold
exit $bad
