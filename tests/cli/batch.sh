#!/bin/bash
# Values that come while slots are under way share one: each proposal has its own answer, with its place; what a
# slot holds is told, to those who come later, too; and a cluster that nobody told so gives each value its slot.
# shellcheck source=tests/cli/cli.bash
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
state() { "$tui" ctl "$D" state --json | jq -c "$1"; }
# All but the first wait, for a node that nobody hears decides nothing.
propose_unheard() { # from to
	local i
	"$tui" ctl "$D" partition 1 '|' 2,3 >/dev/null || return 1
	for i in $(seq "$1" "$2"); do
		"$tui" ctl "$D" propose 1 "v$i" || return 1
	done
	"$tui" ctl "$D" heal >/dev/null && "$tui" ctl "$D" wait idle within 20s >/dev/null
}

wants="a number of values from 1 to 13105, or of bytes like 16KiB, from 64B to 64KiB"
for wrong in 0 13106 63B 65KiB 16kib 16KB 4KiBs B ''; do
	refuses "--batch '$wrong' is no size" 64 "paxos-tui: --batch takes $wants, not '$wrong'" "$tui" up "$D" --batch "$wrong"
done
refuses "a node says so, too" 64 "paxos-node: --batch takes $wants, not '0'" "$node" --dir "$D" --batch 0
refuses "no slot under way is too few" 64 "paxos-tui: --pipeline takes a number from 1 to 64, not '0'" "$tui" up "$D" --pipeline 0
refuses "nodes from elsewhere say it themselves" 64 "paxos-tui: --listen starts no nodes: each says its own --batch" \
	"$tui" up "$D" --listen tcp://127.0.0.1:7001 --batch 8

holds "a cluster lets 16 values share a slot" "$tui" up "$D" -n 3 --mode multi --batch 16 --pipeline 1
passes "a value alone is alone" "chosen in slot 0" "$tui" ctl "$D" propose 1 apple --wait
holds "20 more come where nobody hears" propose_unheard 1 20
holds "the first had its slot" "$tui" ctl "$D" expect chosen 1 v1 on all
holds "16 share the next" "$tui" ctl "$D" expect chosen 2 v2 on all
holds "the last of them, too" "$tui" ctl "$D" expect chosen 2 v17 on all
holds "and the rest the one behind" "$tui" ctl "$D" expect chosen 3 v18 on all
call "$tui" ctl "$D" expect chosen 2 v18
if [ "$code" = 1 ]; then ok "what is not there is not found"; else not_ok "what is not there is not found" "$(shown)"; fi
holds "JSON lists them in their order" \
	[ "$(state '[.nodes[].slots[2].holds == [range(2; 18) | "v\(.)"]] | all')" = true ]
holds "and nothing where one is alone" [ "$(state '.nodes[0].slots[1] | has("holds")')" = false ]
passes "so does the table" "*2 *holds  1 v2, 2 v3, *16 v17*" "$tui" ctl "$D" state
passes "a short one is shown as it is" "*[[]v18, v19, v20]*" "$tui" ctl "$D" state
holds "nobody disagrees" "$tui" ctl "$D" expect agreement
holds "all end" "$tui" down "$D"
holds "all come back, told nothing" "$tui" up "$D"
holds "20 more come where nobody hears" propose_unheard 31 50
holds "16 share a slot as before" "$tui" ctl "$D" expect chosen 5 v47 on all
holds "all end again" "$tui" down "$D"
echo nonsense >"$D/n1/batch"
refuses "a damaged setting is said" 2 "*batch is no setting that --batch takes: remove the file, or start the node with --batch*" \
	"$tui" up "$D"
holds "and told anew it is right" "$tui" up "$D" --batch 1
holds "20 more come where nobody hears" propose_unheard 61 80
holds "each has its slot now" "$tui" ctl "$D" expect chosen 8 v62 on all
holds "it is over" "$tui" down "$D"
rm -rf "$D"
exit $bad
