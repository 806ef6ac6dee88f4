#!/bin/bash
# Time and messages by hand, without a screen: gates by type and by link, one thing after the other, and what is
# said where the order that a scenario asks for cannot be had. Simulated, and by processes.
. "$(dirname "$0")/cli.bash"
scenario() { # file, lines
	printf '%s\n' "${@:2}" >"$work/$1.pxs"
}
both() { # what, scenario
	holds "$1, simulated" "$tui" run --sim "$work/$2.pxs"
	holds "$1, by processes" "$tui" run "$work/$2.pxs"
}

# Two proposers, and every message by hand: n2's ballot takes the promises, n1 is refused, and what n1
# had one vote for is what n2 must propose.
scenario hand 'nodes 3' 'rate 1/100' 'gate on own' 'propose 1 apple' 'deliver prepare 1 1 within 2s' 'deliver prepare 1 2 within 2s' \
	'deliver promise 1 1 within 2s' 'deliver promise 2 1 ballot 1.1 within 2s' 'expect leader 1' \
	'deliver accept 1 2 ballot 1.1 slot 0 within 2s' 'expect accepted 0 apple on 2' 'drop all accept 1 3 within 2s' \
	'propose 2 pear' 'deliver prepare 2 2 within 2s' 'deliver prepare 2 3 within 2s' \
	'deliver promise 3 2 ballot 2.2 slot 0 within 2s' 'expect not leader 2' 'deliver promise 2 2 within 2s' \
	'expect leader 2' 'deliver accept 2 2 within 2s' 'deliver accept 2 3 within 2s' 'expect decided 0 apple at 2.2' \
	'expect not decided 0 pear' 'fails deliver promise 1 2 ballot 9.1' 'fails deliver 1.1.999'
both "every message by hand, a node's own too" hand

scenario types 'nodes 3' 'gate on 1 accepted' 'propose 1 apple' 'wait held 1 accepted 2 within 5s' 'wait held 1 accepted 3 within 5s' \
	'expect decided 0 apple' 'expect not chosen 0 apple' 'gate on 2>3 commit' 'deliver accepted 2 1' 'expect chosen 0 apple on 1 within 2s' \
	'gate off 1 accepted' 'expect not held 1'
both "a gate for one type" types

scenario keep 'nodes 3' 'gate on 2 keep' 'propose 1 apple' 'wait held 2 prepare 1 within 5s' 'crash 2' 'expect not held 2' 'restart 2' \
	'wait held 2 prepare 1 within 5s' 'deliver prepare 1 2 within 2s' 'crash 2' 'gate off 2' 'restart 2' 'expect not held 2'
both "what a gate keeps outlives a crash" keep

scenario step 'nodes 5' 'mode multi' 'pause' 'propose 1 apple' 'step' 'expect not leader 1' 'step 3' 'until leader 1' 'expect not decided 0 apple' \
	'until decisions >= 1' 'expect decided 0 apple' 'expect not chosen 0 apple on all' 'until chosen 0 apple on all within 10s' \
	'timer 2' 'propose 3 pear' 'until decisions >= 2' 'expect messages accept >= 8'
both "one thing after the other" step

scenario vain 'nodes 3' 'pause' 'propose 1 apple' 'until chosen 0 pear within 300ms'
call "$tui" run --sim "$work/vain.pxs"
if [ "$code" = 2 ] && [[ $out == *'vain.pxs:4: INCONCLUSIVE: waited in vain for: chosen 0 pear (n1 apple'* ]]; then
	ok "what never comes is waited for no longer than was said"
else
	not_ok "what never comes is waited for no longer than was said" "$(shown)"
fi
scenario wrong 'nodes 3' 'rate 1/100' 'gate on' 'propose 1 apple' 'wait held 2 prepare 1 within 5s' 'deliver promise 2 1 ballot 1.1 within 20ms'
for kind in --sim --store=memory; do
	call "$tui" run $kind "$work/wrong.pxs"
	if [ "$code" = 2 ] && [[ $out == *'wrong.pxs:6: INCONCLUSIVE: no such message is held, nor any other at n1'* ]]; then
		ok "$kind: an order that cannot be met says which line"
	else
		not_ok "$kind: an order that cannot be met says which line" "$(shown)"
	fi
done
scenario instead 'nodes 3' 'rate 1/100' 'gate on' 'propose 1 apple' 'wait held 2 prepare 1 within 5s' 'deliver accept 1 2 within 1s'
call "$tui" run --sim "$work/instead.pxs"
if [[ $out == *'no such message is held; instead: prepare 1.1 slot 0 from n1 to n2 (1.1.1)'* ]]; then
	ok "and what came instead"
else
	not_ok "and what came instead" "$(shown)"
fi

for line in 'gate on 9' 'gate on 2>' 'gate on 2>9' 'gate off keep' 'gate on promis' 'gate on 1 2' 'deliver promise 2' 'deliver all ballot x' \
	'move 1.1.1' 'until' 'timer 7' 'timer 1 until nothing' 'drop promise 2 1 slot x'; do
	scenario bad 'nodes 3' "$line"
	refuses "refused: $line" 64 '*bad.pxs:2:*' "$tui" run --sim "$work/bad.pxs"
done
exit $bad
