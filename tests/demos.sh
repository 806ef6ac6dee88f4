#!/bin/bash
# Every scenario in demo/ tells a true story on simulated clusters, and those of Paxos itself and of the
# attacks named here on live processes too.
. "$(dirname "$0")/cli.bash"

# Of the attacks: one that breaks agreement in each way, one that stops progress, and defences that hold.
live=(withhold withhold-defended equivocate two-face lie-defended false-commit max-ballot-defended
	spoof-defended)
attacks=$(grep -lE '^(attack|defend) ' demo/*.pxs)

is_live() { # scenario, story
	[[ $attacks != *"$1"* || " ${live[*]} " == *" $2 "* ]]
}

for scenario in demo/*.pxs; do
	story=$(basename "$scenario" .pxs)
	if is_live "$scenario" "$story"; then
		holds "$story, live" timeout 60 "$tui" run "$scenario"
	fi
	for seed in 1 7; do
		holds "$story, simulated, seed $seed" timeout 60 "$tui" run --sim --seed $seed "$scenario"
	done
	cp "$work/.out" "$work/first"
	call timeout 60 "$tui" run --sim --seed 7 "$scenario"
	cp "$work/.out" "$work/second"
	holds "$story, seed 7 again says the same" cmp "$work/first" "$work/second"
done
exit $bad
