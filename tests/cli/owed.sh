#!/bin/bash
# What a node is owed: settings that were given while it was down, or while it died, reach it when it is
# back, whoever is there to tell it. $SEED and $ROUNDS choose the kills of the second half.
. "$(dirname "$0")/cli.bash"
SEED=${SEED:-1}
ROUNDS=${ROUNDS:-6}
RANDOM=$SEED
D=$work/cluster
at_end() { "$tui" down "$D" >/dev/null 2>&1; }

ctl() { "$tui" ctl "$D" "$@"; }
chosen_everywhere() { # what, proposer, value, slot
	local slot=$4
	call ctl propose "$2" "$3"
	[ "$code" = 0 ] && call ctl wait chosen "$slot" "$3" on 1,2,3 within 10s
	if [ "$code" = 0 ]; then ok "$1"; else not_ok "$1" "$(shown; ctl state)"; fi
}
restart() { call ctl restart "$1"; }

call "$tui" up "$D" -n 3
[ "$code" = 0 ] || { not_ok "a cluster starts" "$(shown)"; exit 1; }

ctl crash 3
passes "an epoch begins without a node" "epoch 2; n3 will be told on return" ctl epoch none
restart 3
chosen_everywhere "which begins it when it is back" 3 a 0

ctl crash 3
passes "defences change without a node" "from slot 1 on; n3 will be told on return" ctl defend sign
restart 3
chosen_everywhere "which follows them when it is back" 3 b 1

ctl gate on 1
ctl crash 1
passes "a gate opens for a node that is down" "n1 will be told on return" ctl gate off
restart 1
chosen_everywhere "which holds nothing when it is back" 2 c 2

ctl crash 2
passes "a gate closes for a node that is down" "n2 will be told on return" ctl gate on 2
restart 2
ctl propose 1 d >/dev/null
holds "which holds messages when it is back" ctl expect not chosen 3 d on 2 for 300ms
ctl gate off 2 >/dev/null
holds "until its gate opens" ctl wait chosen 3 d on 1,2,3 within 10s

ctl crash 2
passes "a link of a node that is down is cut" "n2 will be told on return" ctl cut 1,3 2
passes "and shaped, and what is not named stays" "n2 will be told on return" ctl link 1 2 delay 1ms
restart 2
ctl propose 1 e >/dev/null
holds "it hears nobody when it is back" ctl expect not chosen 4 e on 2 for 300ms
ctl heal
holds "until its links work" ctl wait chosen 4 e on 1,2,3 within 10s

ctl crash 2
passes "the rate changes without a node" "n2 will be told on return" ctl rate 1/2
restart 2
chosen_everywhere "which runs at that rate when it is back" 2 f 5
ctl rate unlimited

# A node that is stopped cannot be asked which slots it has touched, and follows what the others do.
ctl stop 3
passes "defences change without a node that is stopped" "from slot 70 on; n3 will be told on return" ctl defend sign+cert
ctl propose 1 g --wait >/dev/null
passes "which follows them when it goes on" "" ctl continue 3
for policy in sign sign+cert sign sign+cert; do
	ctl stop 3
	ctl defend none >/dev/null
	ctl defend $policy >/dev/null
	call ctl continue 3
	[ "$code" = 0 ] && [ -z "$out" ] || break
done
call ctl state
case $out in *"n3 is"*) not_ok "and says so" "$out" ;; *) ok "and says so" ;; esac
chosen_everywhere "and what is proposed there is chosen" 3 h 7
ctl stop 2; ctl stop 3
refuses "too few nodes do not change defences" 2 \
	'paxos-tui: n2 is stopped, and too few nodes are up to know which slots it has touched: bring it up first, or begin an epoch' \
	"$tui" ctl "$D" defend none
ctl continue 2; ctl continue 3

# Those that were told are gone when the node comes back; it learns from them when they are back.
ctl crash 3
ctl epoch none >/dev/null
for gone in 1 2; do kill -9 "$(cat "$D/n$gone/pid")"; done
for back in 3 1 2; do restart $back; done
chosen_everywhere "nodes that come back one by one agree on the epoch" 3 g 0

# Two operators begin the same epoch at once: one of them wins at all nodes.
for policy in none sign all none sign; do
	ctl epoch sign+cert >"$work/one" 2>&1 &
	ctl epoch $policy >"$work/two" 2>&1
	wait $!
	call ctl propose 3 both --wait
	[ "$code" = 0 ] && call ctl wait chosen 0 both on 1,2,3 within 10s
	[ "$code" = 0 ] || break
done
if [ "$code" = 0 ] && ! ctl state | grep -q "the others"; then
	ok "of two operators that begin an epoch at once one wins everywhere"
else
	not_ok "of two operators that begin an epoch at once one wins everywhere" "$(cat "$work/one" "$work/two"; shown; ctl state)"
fi

# A value that is proposed at a node that missed an epoch belongs to that epoch.
ctl crash 3
ctl epoch sign >/dev/null
restart 3
chosen_everywhere "a value is not lost at a node that was behind" 3 h 0

for ((i = 1; i < 16; i++)); do
	ctl propose 1 "w$i" --wait >/dev/null
	ctl defend "$([ $((i % 2)) = 1 ] && echo none || echo sign)" >/dev/null
done
refuses "the sixteenth change of an epoch says what to do" 2 \
	'paxos-tui: defences change at most 15 times in an epoch: "epoch sign" goes on afresh under these' \
	"$tui" ctl "$D" defend sign

# A node dies at any moment of a command.
slot=0
ctl epoch none >/dev/null
for ((round = 1; round <= ROUNDS; round++)); do
	commands=("epoch none" "epoch all" "defend sign" "defend none" "gate on" "gate off" "rate 1/2"
		"link 1 2 delay 1ms" "cut 1 3" "rate unlimited")
	command=${commands[RANDOM % ${#commands[@]}]}
	victim=$((1 + RANDOM % 3))
	proposer=$((1 + RANDOM % 3))
	delay=$((RANDOM % 60))
	# shellcheck disable=SC2086 # words of a command
	ctl $command >"$work/said" 2>&1 &
	sleep "0.0$(printf %02d $delay)"
	kill -9 "$(cat "$D/n$victim/pid")"
	wait $!
	restart $victim
	ctl gate off >/dev/null
	ctl heal >/dev/null
	value=v$round
	call ctl propose $proposer $value --wait
	[ "$code" = 0 ] && slot=${out##* }
	[ "$code" = 0 ] && call ctl wait chosen "$slot" $value on 1,2,3 within 10s
	[ "$code" = 0 ] || break
done
what="a kill of a node at any moment of a command leaves it behind nowhere"
if [ "$code" = 0 ]; then
	ok "$what"
else
	not_ok "$what" "SEED=$SEED round $round: $command, kill n$victim after $delay ms, propose $proposer
said: $(cat "$work/said")
$(shown)
$(ctl state)"
fi
exit $bad
