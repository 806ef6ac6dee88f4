#!/bin/bash
# Scenarios from outside: falsehoods planted in the demos, the exit codes, the reports.
set -u
cd "$(dirname "$0")/../.." || exit 2
tui=${BUILD:-build}/paxos-tui
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

verdict() { # name, whether it holds (0 = yes), output when not
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		[ -f "${3:-}" ] && sed 's/^/    /' "$3"
		bad=1
	fi
}

exits() { # name, expected code, arguments...
	local name=$1 expected=$2
	shift 2
	"$tui" run "$@" >"$work/out" 2>&1
	local code=$?
	[ $code = "$expected" ] || echo "exit code $code, not $expected" >>"$work/out"
	[ $code = "$expected" ]
	verdict "$name" $? "$work/out"
}

says() { # name, text that the last output contains
	grep -qF -- "$2" "$work/out"
	verdict "$1" $? "$work/out"
}

scenario() { # file, lines
	printf '%s\n' "${@:2}" >"$work/$1.pxs"
}

scenario whole 'nodes 5' 'attack 1 equivocate' 'propose 1 A' 'wait 1s' 'expect agreement'
exits "a liar breaks agreement among five" 1 --sim "$work/whole.pxs"
says "and its claimed votes are in both quorums" "by n1 n2 n3 and A' at 1.1 by n1 n4 n5; in both: n1; liars: n1"

scenario honest 'nodes 4' 'mode multi' 'defend all' 'gate on 4' 'propose 1 x' \
	'wait held 4 accept 1 within 5s' 'deliver new-view 1 4' 'deliver accept 1 4' \
	'deliver prepare 1 4' 'wait 10ms' 'expect agreement' 'expect not violation'
exits "an echo that comes before its prepare breaks nothing" 0 --sim "$work/honest.pxs"
exits "nor among processes" 0 "$work/honest.pxs"

for seed in 3 42 1000003; do
	exits "every demo passes simulated, seed $seed" 0 --sim --seed $seed demo/*.pxs
done

# nobody reads the store of a node that is stopped, in neither kind of cluster
scenario stopped 'nodes 3' 'propose 1 x' 'wait chosen 0 x on all within 10s' 'stop 2' 'defend sign' 'stop 3' 'defend none'
for kind in --sim --store=sqlite; do
	exits "$kind: too few know which slots a node that is stopped has touched" 2 $kind "$work/stopped.pxs"
	says "$kind: and that is said" "stopped.pxs:7: INCONCLUSIVE: n2 is stopped, and too few nodes are up"
done

scenario load 'nodes 3' 'load 1 20' 'wait loaded 1 within 20s' 'expect loaded 1' 'expect not loaded 2' \
	'load 2 200 outstanding 50 size 3 rate 1k' 'wait loaded 2 within 30s' 'load 3 300 outstanding 4096 size 1' \
	'wait loaded 3 within 30s' 'expect agreement' 'load 1 30000 outstanding 4' 'wait 100ms' 'load 1 none' \
	'expect not loaded 1' 'epoch' 'load 1 5' 'wait loaded 1 within 20s'
scenario no-load 'nodes 3' 'crash 1' 'load 1 5'
for kind in --sim --store=memory; do
	exits "$kind: loads are done, or are ended" 0 $kind "$work/load.pxs"
	exits "$kind: a node that is down takes none" 2 $kind "$work/no-load.pxs"
	says "$kind: and that is said" "no-load.pxs:3: INCONCLUSIVE: n1 is down: it cannot propose"
done

# a crash before the sync: the promise before it lasts, the vote does not
scenario disk 'nodes 3' 'cut 1 3' 'disk 2 crash-before vote' 'propose 1 A' 'wait down 2 within 10s' \
	'wait accepted 0 A on 1 within 10s' 'crash 1' 'restart 2' 'wait promised 2 1.1 within 5s' \
	'expect not accepted 0 * on 2' 'heal' 'propose 3 B' 'wait chosen 0 B on 2,3 within 30s' 'restart 1' \
	'wait chosen 0 B on 1 within 30s' 'expect agreement'
scenario own-ballot 'nodes 3' 'disk 1 crash-before promise' 'propose 1 A' 'wait down 1 within 5s' 'restart 1' \
	'disk 2,3 crash-before chosen' 'propose 1 B' 'wait chosen 0 B on 1 within 20s' 'wait down 2 within 20s' \
	'wait down 3 within 20s' 'restart 2,3' 'wait chosen 0 B on 2,3 within 20s' 'expect agreement'
scenario wipe 'nodes 3' 'propose 1 A' 'wait chosen 0 A on all within 10s' 'fails disk 2 wipe' 'crash 2' 'disk 2 wipe' \
	'fails restart 2' 'propose 1 B' 'wait chosen 1 B on 1,3 within 20s' 'expect down 2' 'expect agreement'
# until its seat is given to an empty one, which keeps out of what the node before may have voted for
scenario seat 'nodes 3' 'propose 1 A' 'wait chosen 0 A on all within 10s' 'crash 2' 'disk 2 wipe' 'replace 2' \
	'wait chosen 0 A on 2 within 20s' 'crash 3' 'propose 1 B' 'expect not chosen 1 B for 2s' 'restart 3' \
	'wait chosen 1 B on all within 20s' 'expect not violation' 'expect agreement'
scenario seat-alone 'nodes 3' 'propose 1 A' 'wait chosen 0 A on all within 10s' 'crash 2,3' 'disk 2 wipe' 'fails replace 2' \
	'restart 3' 'replace 2' 'wait chosen 0 A on 2 within 20s' 'expect not violation'
scenario full 'nodes 3' 'propose 1 A' 'wait chosen 0 A on all within 10s' 'disk 3 full' 'propose 1 B' 'wait chosen 1 B on 1,2 within 10s' \
	'wait down 3 within 5s' 'restart 3' 'wait chosen 1 B on 3 within 10s' 'expect agreement'
scenario clocks 'nodes 3' 'clock 1 rate 10x' 'clock 2 jump -500ms' 'clock 3 jump 600s' 'propose 1 A' 'propose 2 B' 'propose 3 C' \
	'wait caught-up within 20s' 'wait idle within 20s' 'clock all rate 50%' 'propose 2 D' 'wait chosen 3 D on all within 20s' 'expect agreement'
scenario old 'nodes 3' 'propose 1 A' 'wait chosen 0 A on all within 10s' 'fails disk 3 copy' 'crash 3' 'fails disk 3 roll-back' \
	'disk 3 copy' 'restart 3' 'propose 1 B' 'wait chosen 1 B on all within 10s' 'fails disk 3 roll-back' 'crash 3' 'disk 3 roll-back' \
	'fails restart 3' 'expect down 3' 'replace 3' 'wait chosen 1 B on 3 within 20s' 'propose 2 C' 'wait chosen 2 C on 1,2 within 10s' 'expect agreement'
scenario same-copy 'nodes 3' 'propose 1 A' 'wait chosen 0 A on all within 10s' 'crash 3' 'disk 3 copy' 'disk 3 roll-back' 'restart 3' \
	'propose 3 B' 'wait chosen 1 B on all within 10s'
# nobody is there who knows that the copy is old
scenario old-alone 'nodes 3' 'crash 3' 'disk 3 copy' 'restart 3' 'propose 3 A' 'wait chosen 0 A on all within 10s' 'crash all' \
	'disk 3 roll-back' 'restart 3' 'expect violation' 'restart 1' 'expect down 3'
# a vote on a slow disk is late; a quorum of others does not wait for it
scenario slow 'nodes 3' 'disk 2 slow 300ms' 'propose 1 A' 'wait chosen 0 A on 1,3 within 10s' 'crash 3' 'propose 1 B' \
	'expect not chosen 1 B for 200ms' 'wait chosen 1 B on 1 within 10s' 'disk 2 slow none' 'expect agreement'
for kind in --sim --store=sqlite; do
	exits "$kind: a node whose disk is lost takes no part" 0 $kind "$work/wipe.pxs"
	exits "$kind: an empty one has its seat" 0 $kind "$work/seat.pxs"
	exits "$kind: whose peers must be there" 0 $kind "$work/seat-alone.pxs"
	exits "$kind: a slow disk is waited for by nobody else" 0 $kind "$work/slow.pxs"
	exits "$kind: who finds its disk full stops, and forgets nothing that it told" 0 $kind "$work/full.pxs"
	exits "$kind: an old copy of a disk takes no part" 0 $kind "$work/old.pxs"
	exits "$kind: one that is not old does" 0 $kind "$work/same-copy.pxs"
	exits "$kind: clocks that run fast, stand still and jump break nothing" 0 $kind "$work/clocks.pxs"
done
exits "an old copy that nobody knows as one is found to have forgotten" 0 --sim "$work/old-alone.pxs"
exits "and these faults bite" 0 --strict --sim "$work/disk.pxs" "$work/own-ballot.pxs"
scenario no-disk 'nodes 3' 'crash 1' 'disk 1,2 crash-before vote'
scenario idle-disk 'nodes 3' 'disk 2,3 crash-before vote' 'wait 10ms'
for kind in --sim --store=sqlite; do
	exits "$kind: what was not synced is forgotten" 0 $kind "$work/disk.pxs"
	exits "$kind: a ballot, and what is chosen, too" 0 $kind "$work/own-ballot.pxs"
	exits "$kind: a node that is down writes nothing" 2 $kind "$work/no-disk.pxs"
	says "$kind: and that is said" "no-disk.pxs:3: INCONCLUSIVE: n1 is down: it writes nothing"
	exits "$kind: a disk fault that bit nothing shows nothing" 2 --strict $kind "$work/idle-disk.pxs"
	says "$kind: and that is said, too" "this fault bit nothing: n2 n3 had no such write to sync"
done

# a planted falsehood in every story is found
for demo in demo/*.pxs; do
	name=$(basename "$demo" .pxs)
	{ cat "$demo"; echo 'expect chosen 0 falsehood'; } >"$work/false.pxs"
	exits "$name with a planted falsehood fails" 1 --sim "$work/false.pxs"
done

# nobody is left behind, whatever links are cut one way and whoever is dead
scenario lag-cut 'nodes 3' 'cut 3 1' 'propose 3 b' 'wait chosen 0 b on 2,3 within 10s' \
	'wait caught-up within 60s' 'expect chosen 0 b on 1'
scenario lag-loss 'nodes 3' 'link 3 1 loss 100%' 'propose 3 b' 'wait chosen 0 b on 2,3 within 10s' \
	'wait caught-up within 60s' 'expect chosen 0 b on 1'
scenario lag-dead 'nodes 3' 'cut 3 1' 'propose 3 b' 'wait chosen 0 b on 2,3 within 10s' 'crash 3' \
	'wait chosen 0 b on 1 within 60s'
scenario lag-multi 'nodes 5' 'mode multi' 'propose 3 x' 'wait chosen 0 x on all within 10s' 'cut 3 1' \
	'propose 3 a' 'propose 3 b' 'propose 3 c' 'wait chosen 3 c on 2,4,5 within 20s' \
	'wait caught-up within 60s'
scenario lag-all 'nodes 4' 'mode multi' 'defend all' 'propose 3 x' 'wait chosen 0 x on all within 10s' \
	'cut 3 1' 'cut 4 1' 'propose 3 a' 'propose 3 b' 'wait chosen 2 b on 2,3,4 within 20s' \
	'wait caught-up within 60s'
# n1 hears n2 alone, and nobody hears n1: it cannot ask
scenario lag-mute 'nodes 3' 'cut 3 1' 'cut 1 2' 'cut 1 3' 'propose 3 b' \
	'wait chosen 0 b on 2,3 within 10s' 'wait chosen 0 b on 1 within 60s'
# all have voted, the proposer dies before it counts: the others count
scenario lag-votes 'nodes 3' 'gate on 1' 'propose 1 A' 'wait held 1 promise 2 within 5s' \
	'deliver promise 2 1' 'wait accepted 0 A on 2,3 within 5s' 'crash 1' \
	'wait chosen 0 A on 2,3 within 60s'
for name in cut loss dead multi all mute votes; do
	for seed in 1 2 3; do
		exits "nobody is left behind: $name, seed $seed" 0 --sim --seed $seed "$work/lag-$name.pxs"
	done
done

scenario wait 'crash 3,4,5' 'propose 1 A' 'wait chosen 0 A within 200ms' 'expect agreement'
exits "a wait in vain is inconclusive" 2 --sim "$work/wait.pxs"
says "a wait in vain names its line" "wait.pxs:3: INCONCLUSIVE"
# who lacks what its peers know, and what nobody knows
scenario lags 'nodes 3' 'link 1 3 delay 40ms' 'propose 1 a' 'wait chosen 0 a on 1' 'expect not caught-up' \
	'expect caught-up within 5s' 'expect idle' 'expect progress' 'cut 1,2 3' 'propose 1 b' \
	'wait chosen 1 b on 1,2' 'expect progress' 'wait 2100ms' 'expect idle' 'expect not caught-up' \
	'expect not progress' 'expect not stalled' 'heal' 'expect caught-up within 30s' 'expect progress within 5s'
scenario lag 'nodes 3' 'cut 1,2 3' 'propose 1 b' 'wait chosen 0 b on 1,2' 'expect caught-up'
scenario unknown 'nodes 3' 'gate on 1' 'propose 1 a' 'wait held 1 promise 2 within 5s' 'deliver promise 2 1' \
	'wait accepted 0 a on 2 within 5s' 'cut 2 3 both' 'crash 1' 'wait 2100ms' 'expect not caught-up' \
	'expect not progress' 'expect idle'
for kind in '' --sim; do
	exits "a node that lags is seen to lag ${kind:-live}" 0 $kind "$work/lags.pxs"
	exits "caught-up is false while one lags ${kind:-live}" 1 $kind "$work/lag.pxs"
	says "and says who lacks what ${kind:-live}" 'n3 lags: it does not know slot 0, which n1 n2 know'
	exits "a cluster is not idle with a slot that nobody knows ${kind:-live}" 1 $kind "$work/unknown.pxs"
	says "and says which ${kind:-live}" 'idle (no node knows: slot 0 is decided by votes'
done
scenario dead 'crash 1' 'propose 1 A'
exits "a command that cannot be done is inconclusive" 2 --sim "$work/dead.pxs"
scenario typo 'nodes 3' '' 'propse 1 A'
exits "a mistake is a usage error" 64 --sim "$work/typo.pxs"
says "a mistake is told with file, line and suggestion" \
	'typo.pxs:3: no command "propse"; did you mean "propose"?'
exits "a file that is not there is a usage error" 64 --sim "$work/nothing.pxs"
head -c 4096 /dev/zero >"$work/zero.pxs"
exits "a file of zeros is a usage error" 64 --sim "$work/zero.pxs"
exits "a directory is a usage error" 64 --sim "$work"
exits "no scenario is a usage error" 64

scenario 'a<b>&"c' 'expect agreement' 'expect chosen 0 "<A & B>"'
exits "TAP of a failure" 1 --sim --tap "$work/a<b>&\"c.pxs"
says "TAP names its version" "TAP version 14"
says "TAP shows what holds" "    ok 1 - "
says "TAP shows what does not" "not ok 1 - "
exits "JUnit of a failure" 1 --sim --junit "$work/junit.xml" "$work/a<b>&\"c.pxs"
cp "$work/junit.xml" "$work/out"
says "JUnit escapes" "&lt;A &amp; B&gt;"
says "JUnit counts" 'tests="2" failures="1" errors="0"'
xmllint --noout "$work/junit.xml" 2>"$work/out"
verdict "JUnit is well-formed XML" $? "$work/out"
exits "JSON of a failure" 1 --sim --json "$work/a<b>&\"c.pxs"
jq -e '.[0].result == "violated"' "$work/out" >"$work/err" 2>&1
verdict "JSON is JSON" $? "$work/err"
exit $bad
