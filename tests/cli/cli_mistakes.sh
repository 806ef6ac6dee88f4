#!/bin/bash
# Mistakes of programmers: chance finds each, each has a story that goes wrong by it and not without it,
# and a cluster shows which node makes one.
. "$(dirname "$0")/cli.bash"

verdict() { if [ "$2" = 0 ]; then ok "$1"; else not_ok "$1" "$out"; fi; }

mistakes=$("$tui" check --mistake list | awk '{ print $1 }')
[ "$(wc -w <<<"$mistakes")" -gt 12 ]
verdict "there are more than twelve" $?

"$tui" matrix -n 3 --mistake all --defend none --seeds 1..400 >"$work/matrix" 2>/dev/null
for mistake in $mistakes; do
	grep -qE "^  $mistake +broken " "$work/matrix"
	verdict "$mistake: the matrix finds it with three nodes" $?
	story=demo/mistake-$mistake.pxs
	passes "$mistake: its story goes wrong" '*passed*' "$tui" run --sim --seed 1 "$story"
	sed '/^mistake /d' "$story" >"$work/right.pxs"
	call "$tui" run --sim --seed 1 "$work/right.pxs"
	[ "$code" = 1 ] || [ "$code" = 2 ]
	verdict "$mistake: and not with the right program" $?
	awk '/^beat/ { print "wait 3s"; next } { print }' "$story" >"$work/slow.pxs"
	passes "$mistake: told slowly it is the same" '*passed*' "$tui" run --sim --seed 7 "$work/slow.pxs"
done
refuses "a typing mistake is corrected" 64 "*did you mean 'own-value'*" "$tui" sim --mistake own-valeu
refuses "also in the matrix" 64 "*did you mean 'own-value'*" "$tui" matrix --mistake own-valeu
refuses "nobody lies with a mistake" 64 '*--mistake is one of honest nodes: leave out --attack*' "$tui" sim --mistake own-value --attack lie
passes "and they are listed there" '*own-value*' "$tui" sim --mistake list
passes "a mistake is explained" '*mistake NODE own-value*' "$tui" help own-value
passes "and what a mistake is" '*not what a liar does*' "$tui" help mistakes

# the command that the matrix prints shows the run
replay=$(grep -A3 '^  own-value' "$work/matrix" | grep -o 'paxos-tui sim .*' | head -1)
call bash -c "'$tui' ${replay#paxos-tui}"
[ "$code" = 1 ] && [[ $out == *'mistaken own-value'* ]]
verdict "the matrix says how to see it" $?

cat >"$work/state.pxs" <<'END'
nodes 3
mistake 2 lost-vote
state
mistake 2 none
state
mistake 1 lost-vote
crash 1
restart 1
wait up 1 within 2s
state
END
call "$tui" run --sim "$work/state.pxs"
[ "$(grep -c 'mistake: lost-vote' <<<"$out")" = 1 ]
verdict "state tells it while it is made" $?
[ "$("$tui" matrix -n 3 --mistake own-value --defend none --seeds 1..60 --json 2>/dev/null |
	jq -r '.[0] | [.attack, .mistake, .result] | @csv')" = ',"own-value","broken"' ]
verdict "JSON tells the mistake of a cell" $?
exit $bad
