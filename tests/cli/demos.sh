#!/bin/bash
# Every scenario in demo/ tells a true story, on live processes and on simulated clusters.
. "$(dirname "$0")/cli.bash"

for scenario in demo/*.pxs; do
	story=$(basename "$scenario" .pxs)
	holds "$story, live" timeout 60 "$tui" run "$scenario"
	for seed in 1 7; do
		holds "$story, simulated, seed $seed" timeout 60 "$tui" run --sim --seed $seed "$scenario"
	done
	cp "$work/.out" "$work/first"
	call timeout 60 "$tui" run --sim --seed 7 "$scenario"
	cp "$work/.out" "$work/second"
	holds "$story, seed 7 again says the same" cmp "$work/first" "$work/second"
done
exit $bad
