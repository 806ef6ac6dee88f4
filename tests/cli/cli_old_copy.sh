#!/bin/bash
# A node that would forget what it promised: started from an old copy of its directory, or from an empty
# store in a seat that was taken. It says so and takes no part; with the newest directory it comes back.
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
choose() { # SLOT VALUE
	holds "$2 is proposed" "$tui" ctl "$D" propose 2 "$2"
	holds "and chosen" "$tui" ctl "$D" wait chosen "$1" "$2" on all within 5s
}
put_back() { # COPY
	rm -rf "$D/n1"
	cp -r "$1" "$D/n1"
}
kill_1() { holds "n1 is killed" "$tui" ctl "$D" crash 1; }

holds "a cluster" "$tui" up "$D" -n 3
cp -r "$D/n1" "$work/first"
choose 0 apple
cp -r "$D/n1" "$work/second"
choose 1 pear
kill_1
cp -r "$D/n1" "$work/newest"

put_back "$work/second"
refuses "a copy of the same life is refused" 2 "paxos-tui: n1 ended: this is an old copy of n1's directory: n[23] *" "$tui" ctl "$D" restart 1
for again in 1 2 3 4 5 6; do
	refuses "and again $again" 2 "paxos-tui: n1 ended: this is an old copy of n1's directory: n[23] *" "$tui" ctl "$D" restart 1
done
put_back "$work/newest"
holds "the newest directory is taken" "$tui" ctl "$D" restart 1
choose 2 plum
kill_1
cp -r "$D/n1" "$work/newest2"
for copy in first second newest; do
	put_back "$work/$copy"
	refuses "the $copy copy of the life before is refused" 2 "paxos-tui: n1 ended: this is an old copy of n1's directory: n[23] *" "$tui" ctl "$D" restart 1
done

# n1 told its vote to n2 only, which proposed. n3 knows how far n1 had come by then: n2 said so with the decision.
holds "n2 is killed" "$tui" ctl "$D" crash 2
put_back "$work/second"
refuses "n3 knows it from n2" 2 "paxos-tui: n1 ended: this is an old copy of n1's directory: n3 *" "$tui" ctl "$D" restart 1
holds "n2 is back" "$tui" ctl "$D" restart 2

# Without anybody who knows better it starts; it ends when somebody is back, and what it says is not believed.
holds "n2 is killed" "$tui" ctl "$D" crash 2
holds "n3 is killed" "$tui" ctl "$D" crash 3
put_back "$work/second"
holds "an old copy starts where nobody knows" "$tui" ctl "$D" restart 1
holds "n2 is back" "$tui" ctl "$D" restart 2
holds "then n1 ends" "$tui" ctl "$D" wait down 1 within 5s
holds "and says why" grep -q "this is an old copy of n1's directory: n2 " "$D/n1/log"
holds "n3 is back" "$tui" ctl "$D" restart 3

# Amnesia: store and roster are gone together, and the coordinator seats the node again.
holds "down" "$tui" down "$D"
put_back "$work/newest2"
rm "$D"/n1/store* "$D/n1/roster" "$D/n1/commits"
refuses "an empty store is refused in a seat that was taken" 2 "paxos-tui: *seat of n1 *" "$tui" up "$D"
put_back "$work/newest2"
holds "up" "$tui" up "$D"
choose 3 fig
holds "nothing else was chosen" "$tui" ctl "$D" expect chosen 0 apple on all within 5s

# Honest nodes that are killed at any moment come back.
for i in 1 2 3 4 5 6; do
	"$tui" ctl "$D" propose $((i % 3 + 1)) "v$i" >/dev/null
	holds "kill $i" "$tui" ctl "$D" crash $((i % 2 + 1))
	holds "restart $i" "$tui" ctl "$D" restart $((i % 2 + 1))
done
holds "all agree" "$tui" ctl "$D" expect agreement
holds "down at the end" "$tui" down "$D"
exit $bad
