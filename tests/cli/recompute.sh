#!/bin/bash
# Proof by recomputation from outside: what five nodes did under all defences, one of them a liar and three
# killed, is computed again from their journals, and is the same; one byte that is changed is found and named.
. "$(dirname "$0")/cli.bash"
export XDG_STATE_HOME=$work/state
D=$work/c
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
ctl() { "$tui" ctl "$D" "$@" >/dev/null; }

ctl_up() { "$tui" up "$D" -n 5 --journal --record "$work/r" --defend all >/dev/null; }
refuses "a cluster without journals" 2 "paxos-tui: nothing can be recomputed: there is no journal of the nodes of $work" \
	"$tui" replay --recompute "$work"
holds "five nodes with journals" ctl_up
story() {
	local id
	ctl propose 1 apple --wait && ctl attack 5 equivocate && ctl propose 2 pear --wait || return
	for id in 1 2 3; do
		kill -9 "$("$tui" ctl "$D" state --json | jq ".nodes[$((id - 1))].pid")" || return
		ctl wait down "$id" within 5s
		ctl restart "$id" && ctl propose "$id" "cherry $id" --wait || return
	done
}
holds "a liar, and three nodes that are killed" story
call "$tui" replay --recompute "$D"
if [ "$code" = 2 ] && [[ $out == *"5 nodes, "*" inputs: every frame, write and event recomputed, identical as far as"* ]] &&
	[[ $err == *"n1 runs: its store was not looked at"* ]]; then
	ok "while they live, too, but for the stores"
else
	not_ok "while they live, too, but for the stores" "$(shown)"
fi
"$tui" down "$D" >/dev/null
passes "all is recomputed, and identical" "5 nodes, *,* inputs: every frame, write and event recomputed, identical
  8 lives, * frames, * writes, * events; compared too: 0 events of the recording, * rows of stores" \
	"$tui" replay --recompute "$D"
passes "and so is all that was recorded" "5 nodes, *,* inputs: every frame, write and event recomputed, identical
  8 lives, * frames, * writes, * events; compared too: ??* events of the recording, * rows of stores" \
	"$tui" replay --recompute "$work/r"
passes "one node alone" "1 node, * inputs: *identical*" "$tui" replay --recompute "$D/n4"

# Disks that were changed by hand: an old copy comes back while nobody is there who knows, and a seat is given away.
D=$work/h
hand_up() { "$tui" up "$D" -n 3 --journal >/dev/null; }
holds "three nodes with journals" hand_up
changed() {
	ctl propose 1 a --wait && ctl crash 2 && ctl disk 2 copy && ctl restart 2 && ctl propose 1 b --wait &&
		ctl wait chosen 1 b on 2 within 5s && ctl crash 2 && ctl disk 2 roll-back && ctl crash 1 && ctl crash 3 &&
		ctl restart 2 && ctl restart 1 && ctl restart 3 && ctl wait down 2 within 5s && ctl disk 2 wipe && ctl replace 2 &&
		ctl propose 1 c --wait && ctl wait chosen 2 c on 2 within 5s
}
holds "an old copy, an empty disk, another in its seat" changed
"$tui" down "$D" >/dev/null
passes "what was done to disks by hand is no damage" "3 nodes, *identical*" "$tui" replay --recompute "$D"
D=$work/c

# One byte: the first of a word that stands there, in another case.
flip() { # file, word
	local at
	at=$(grep -abo -m 1 -- "$2" "$1" | tail -n 1 | cut -d: -f1)
	[ -n "$at" ] || return
	cp "$1" "$work/kept"
	printf '%s' "${2^}" | head -c 1 | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}
holds "a byte of a journal is changed" flip "$D/n2/journal/00000001" apple
refuses "and is found and named" 1 "paxos-tui: the journal $D/n2/journal/00000001 is damaged at byte *: input * in life 1 of n2 is not what was written" \
	"$tui" replay --recompute "$D"
cp "$work/kept" "$D/n2/journal/00000001"
holds "a byte of a store is changed" flip "$D/n3/store" "cherry 2"
refuses "and is found and named, too" 1 "paxos-tui: the store $D/n3/store is damaged: the row of slot * in its table '*' is not what was written" \
	"$tui" replay --recompute "$D"
cp "$work/kept" "$D/n3/store"
holds "a byte of the recording is changed" flip "$work/r" pear
refuses "and is found and named, as well" 1 "paxos-tui: the recording $work/r*" "$tui" replay --recompute "$work/r"
cp "$work/kept" "$work/r"
passes "and all is well again" "5 nodes, *identical*" "$tui" replay --recompute "$work/r"

# A row that is sound, and false: only recomputation knows.
sqlite3 "$work/r" "UPDATE item SET slot = 7 WHERE kind = 50 AND slot = 0" 2>/dev/null
refuses "a recording that says another slot" 1 "paxos-tui: the recording $work/r*" "$tui" replay --recompute "$work/r"
cp "$work/kept" "$work/r"

mv "$D/n4/key" "$work/key"
call "$tui" replay --recompute "$D"
if [ "$code" = 2 ] && [[ $out == "4 nodes, "* ]] && [[ $err == *"the key $D/n4/key is gone: "* ]]; then
	ok "without its key a node is left out"
else
	not_ok "without its key a node is left out" "$(shown)"
fi
mv "$work/key" "$D/n4/key"
rm -r "$D/n5/journal"
call "$tui" replay --recompute "$work/r"
if [ "$code" = 2 ] && [[ $out == "4 nodes, "* ]] && [[ $err == *"there is no journal in $D/n5: "* ]]; then
	ok "nor without its journal"
else
	not_ok "nor without its journal" "$(shown)"
fi

# a simulation is run again from its seed
"$tui" run --sim --seed 3 --record "$work/sim" demo/withhold.pxs >/dev/null
passes "a simulation that was recorded tells the same again" \
	"a simulation, run again from its seed: every one of ?* events told again, identical" \
	"$tui" replay --recompute "$work/sim"
sqlite3 "$work/sim" "UPDATE given SET at = at + 1000 WHERE id = 3"
refuses "but not with another beginning" 1 "paxos-tui: *" "$tui" replay --recompute "$work/sim"
exit $bad
