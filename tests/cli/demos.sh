#!/bin/bash
# Every scenario in demo/ tells a true story, on live processes and on simulated clusters.
. "$(dirname "$0")/cli.bash"

slowly() { # scenario; the same, told by a lecturer who stops where it says so, while the cluster goes on
	awk '/^pause/ { paused = 1 } /^resume/ { paused = 0 }
		/^(beat|ask )/ && !paused { print "wait 3s"; next } { print }' "$1"
}

for scenario in demo/*.pxs; do
	story=$(basename "$scenario" .pxs)
	case $story in
	mistake-*) continue ;; # cli_mistakes.sh
	esac
	holds "$story, live" timeout 120 "$tui" run "$scenario"
	holds "$story, simulated" timeout 60 "$tui" run --sim --seed 7 "$scenario"
	cp "$work/.out" "$work/first"
	call timeout 60 "$tui" run --sim --seed 7 "$scenario"
	cp "$work/.out" "$work/second"
	holds "$story, seed 7 again says the same" cmp "$work/first" "$work/second"
	slowly "$scenario" >"$work/$story.pxs"
	holds "$story, told slowly" timeout 60 "$tui" run --sim --seed 1 "$work/$story.pxs"
done
exit $bad
