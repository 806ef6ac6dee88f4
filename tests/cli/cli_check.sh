#!/bin/bash
# Every schedule of a small cluster: what is told, and the exit codes.
. "$(dirname "$0")/cli.bash"
cd "$work" || exit 2

# says WHAT CODE PATTERN COMMAND...: that exit code, stdout like PATTERN.
says() {
	local what=$1 want=$2 pattern=$3
	shift 3
	call "$@"
	# shellcheck disable=SC2053 # a pattern is meant
	if [ "$code" = "$want" ] && [[ $out == $pattern ]]; then ok "$what"; else not_ok "$what" "$(shown)"; fi
}

# --- held, broken, inconclusive
says "two ballots hold" 0 '3 nodes (quorum 2) in single mode, 2 of them asked to propose any of 2 values in 1 slot; at most 2 ballots and 0 crashes
held, in every schedule
281331 states, 22 steps deep, *
chosen in some schedule: A, B' "$tui" check --memory 256M
[[ $err == *' MiB of memory are enough for '*' states'*' states/s, 18 bytes a state '* ]] &&
	ok "memory and speed are told apart from the findings" || not_ok "memory and speed" "$(shown)"
says "a crash, three ballots, without hints" 0 '*; at most 3 ballots and 1 crash; without Nacks and Commits
held, *' "$tui" check --ballots 3 --crashes 1 --no-hints --memory 512M
says "prints instead of states" 0 '*; states that were followed are known by a print
held, in every schedule, but for a chance of 1 in * that a state was taken for another
281331 states, 22 steps deep, *' "$tui" check --memory 256M --states 300000 --compact
says "the same schedule by prints" 1 '*, in 8 steps:*' "$tui" check -n 4 --attack any --defend sign+cert+echo --no-hints --compact --memory 256M
says "a mistake is broken by a shortest schedule" 1 '*all nodes make the mistake below-promise: *
broken: agreement: *
the shortest schedule, in 8 steps:
   1. n1 is asked to propose *
   8. n1 gets ACCEPT 1.2 *' "$tui" check --mistake below-promise --memory 256M
says "quorums of two sizes that meet" 0 '4 nodes (quorums: 3 promises, 2 votes) in single mode, *
held, in every schedule
29723 states, 21 steps deep, *' "$tui" check -n 4 --quorum 3,2 --no-hints --memory 256M
says "and that need not meet" 1 '4 nodes (quorums: 1 promise, 3 votes) *
broken: p2b: *
the shortest schedule, in 4 steps:*' "$tui" check -n 4 --quorum 1,3 --no-hints --memory 256M
says "judged strictly it is no step of Paxos.tla" 1 '*broken: refines: *
the shortest schedule, in 5 steps:*' "$tui" check --mistake below-promise --refine --memory 256M
says "too little memory shows nothing" 2 '*
inconclusive: the memory does not hold *: nothing was broken so far; lower --ballots, *' "$tui" check --ballots 4 --memory 64M
says "mistakes are listed" 0 '*  small-quorum *  wrong-gap *' "$tui" check --mistake list

once=$("$tui" check --mistake latest-claim --memory 512M 2>/dev/null)
[ "$once" = "$("$tui" check --mistake latest-claim --memory 1G 2>/dev/null)" ] &&
	ok "what is printed depends on the bounds alone" || not_ok "what is printed" "$once"
count() { jq -r .states <<<"$("$tui" check --json --memory 256M "$@" 2>/dev/null)"; }
[ "$(count --ballots 1)" -lt "$(count --ballots 1 --no-symmetry)" ] &&
	ok "without symmetry there are more states" || not_ok "without symmetry" "$(count --ballots 1)"

# --- JSON
call "$tui" check --mistake own-value --json --memory 256M
if [ "$code" = 1 ] && [ -n "$out" ] && jq -e '.result == "broken" and .rule == "agreement" and (.steps | length) == 8 and
	.bounds.mistake == "own-value" and .states > 1 and .bounds.n == 3 and (.chosen | length) == 2' "$work/.out" >/dev/null; then
	ok "JSON of a broken one"
else
	not_ok "JSON of a broken one" "$(shown)"
fi
call "$tui" check --ballots 1 --json --memory 256M
if [ "$code" = 0 ] && [ -n "$out" ] && jq -e '.result == "held" and .rule == null and .why == null and .steps == []' "$work/.out" >/dev/null; then
	ok "JSON of one that held"
else
	not_ok "JSON of one that held" "$(shown)"
fi

# --- liars and defences
says "a liar with its key among four" 1 '4 nodes (quorum 3) *; defended by sign+echo+cert; n4 lies: all that its key allows; without Nacks and Commits
broken: agreement: A is chosen in slot 0 at 1.4, and B at 2.4, counting what the liars vote besides
*in 8 steps:
   1. n1 gets ACCEPT 1.4 A in slot 0 from n4, a lie: it echoes A at 1.4
*it counts 3 echoes, a quorum; it votes for *' "$tui" check -n 4 --attack any --defend sign+cert+echo --no-hints --memory 512M
says "all must agree, and a liar breaks nothing" 0 '3 nodes (quorum 3) *; n3 lies: all that its key allows;*
held, *' "$tui" check --liars 1 --defend 'sign+cert+quorum(f=1)+echo+justify' --no-hints --memory 256M
says "one attack: its honest half, and what the attack may say" 1 '*; n3 lies: withhold (each of its Promises may tell no vote)
broken: agreement: *from n3, a lie, which tells no vote: *' "$tui" check --attack withhold --defend sign+cert --memory 256M
says "what only decides when a node listens is left out" 0 '*; defended by sign
*' "$tui" check --defend sign+window+lease --ballots 1 --memory 256M
[[ $err == *'window+lease: left out, for '* ]] && ok "and that is told" || not_ok "and that is told" "$(shown)"
# what liars say is forged, word by word: simulated, with real processes, recorded, and not without the lies
forged() { # nodes, attack, defences
	local name=$2-$1
	"$tui" check -n "$1" --attack "$2" --defend "$3" --no-hints --save "$name.pxs" --record "$name.pxr" --memory 512M >found 2>err
	[ $? = 1 ] && grep -q '^forge [1-9] ' "$name.pxs" && ok "$1 nodes, $2: what is forged" || not_ok "$1 nodes, $2: what is forged" "$(cat found err "$name.pxs")"
	passes "$1 nodes, $2: again in the simulator" '*: passed, *' "$tui" run --sim "$name.pxs"
	passes "$1 nodes, $2: again with real processes" '*: passed, *' "$tui" run "$name.pxs"
	passes "$1 nodes, $2: recorded and recomputed" 'a simulation, run again from its seed: *, identical' "$tui" replay --recompute "$name.pxr"
	sed '/^forge /d' "$name.pxs" >honest.pxs
	call timeout 60 "$tui" run --sim honest.pxs
	[ "$code" != 0 ] && ok "$1 nodes, $2: not without the lies" || not_ok "$1 nodes, $2: not without the lies" "$(shown)"
}
forged 3 withhold sign
forged 5 withhold none
forged 3 any sign+reject
forged 3 spoof none
forged 3 two-face sign
forged 4 any 'sign+quorum(f=1)'
forged 4 equivocate sign
forged 4 override none
forged 3 lie 'quorum(f=1)'
# a stall from the start, and a crash between what leaves early and the sync
"$tui" check --attack mute --progress --no-hints --defend 'quorum(f=1)' --save stuck.pxs --memory 256M >found 2>err
passes "a stall in no steps" '*ok: stalled*' "$tui" run --sim stuck.pxs
passes "a stall in no steps, with real processes" '*ok: stalled*' "$tui" run stuck.pxs
"$tui" check -n 2 --ballots 3 --crashes 1 --mistake promise-falls --memory 512M --save early.pxs --record early.pxr >found 2>err
grep -q ', and crashes before its own vote is synced' found && ok "a crash in the middle of a step" || not_ok "a crash in the middle of a step" "$(cat found)"
passes "again in the simulator" '*ok: violation*' "$tui" run --sim early.pxs
passes "again with real processes" '*ok: violation*' "$tui" run early.pxs

says "progress: two votes that do not agree are the end of reject" 1 '*; progress is judged
broken: progress: n1 has voted for A at 1.1, n2 has voted for B at 1.2, liars are silent: no ballot of an honest proposer comes to a quorum of 2, though every message arrives
it must be that if nothing fails any more, a value can be chosen
the shortest schedule, in 6 steps:*' "$tui" check --attack mute --defend sign+reject --no-hints --progress --memory 256M
says "progress without it" 0 '*held, in every schedule, and a choice is within reach in every state*' "$tui" check --attack mute --defend sign --no-hints --progress --memory 256M

# --- schedules as scenarios: they break the simulated cluster as they broke the explored one
items() { sqlite3 "$1" '.dump item'; }
for mistake in $("$tui" check --mistake list | awk '$1 != "stale-read" { print $1 }'); do # which breaks no agreement
	strict=--strict
	[ $mistake = small-quorum ] && strict= # over before anything comes to the gate
	"$tui" check --mistake "$mistake" --save "$mistake.pxs" --record "$mistake.pxr" --memory 1G >found 2>err
	[ $? = 1 ] && "$tui" run --sim $strict --record run.pxr "$mistake.pxs" >run.out 2>&1 && ok "$mistake, again in the simulator" ||
		not_ok "$mistake, again in the simulator" "$(cat run.out "$mistake.pxs")"
	grep -qx "paxos-tui: recorded: \`paxos-tui replay $mistake.pxr\` shows the schedule" err && [ "$(items "$mistake.pxr" | wc -l)" -gt 20 ] &&
		cmp -s <(items "$mistake.pxr") <(items run.pxr) && ok "$mistake, recorded as it was told" || not_ok "$mistake, recorded" "$(cat err)"
	rm -f run.pxr
	passes "$mistake, recorded and recomputed" 'a simulation, run again from its seed: *, identical' "$tui" replay --recompute "$mistake.pxr"
	[ "$(sqlite3 "$mistake.pxr" 'SELECT count(*) FROM mark')" = "$(grep -c '^# [1-9][0-9]*\. ' "$mistake.pxs")" ] &&
		ok "$mistake, a mark a step" || not_ok "$mistake, a mark a step" "$(sqlite3 "$mistake.pxr" 'SELECT * FROM mark')"
done
for mistake in lost-vote hidden-vote goes-on; do
	timeout 100 "$tui" run "$mistake.pxs" >run.out 2>&1 && ok "$mistake, again with real processes" ||
		not_ok "$mistake, again with real processes" "$(cat run.out)"
done
sed 's/^mistake .*//' below-promise.pxs >right.pxs
call "$tui" run --sim right.pxs
[ "$code" != 0 ] && ok "the right program does not break so" || not_ok "the right program" "$(shown)"
call "$tui" check --ballots 1 --save none.pxs --memory 256M
[ "$code" = 0 ] && [[ $err == *'nothing is broken, so nothing is written to none.pxs'* ]] && [ ! -e none.pxs ] &&
	ok "nothing is saved where nothing is broken" || not_ok "nothing is saved" "$(shown)"
refuses "a file that cannot be written" 2 'paxos-tui: cannot write nowhere/x.pxs: *' "$tui" check --mistake small-quorum --save nowhere/x.pxs --memory 256M
echo precious >precious.pxs
refuses "no scenario sets a quorum" 64 'paxos-tui: --save, --record and --show *a scenario cannot set another --quorum*' "$tui" check -n 4 --quorum 2,2 --save precious.pxs
refuses "nor shows what is no harm yet" 64 'paxos-tui: --save, --record and --show *--refine*' "$tui" check --mistake own-value --refine --save precious.pxs
"$tui" check --mistake small-quorum --memory 256M --save /dev/stderr 2>&1 >/dev/null | grep -q '^gate on$' && [ -c /dev/null ] && [ -L /dev/stderr ] &&
	ok "a scenario goes where it is sent" || not_ok "a scenario goes where it is sent" "$(ls -l /dev/stderr)"
[ "$(cat precious.pxs)" = precious ] && ok "what was there stays" || not_ok "what was there stays" "$(cat precious.pxs)"

# --- recordings that cannot be
call "$tui" check --ballots 1 --record none.pxr --memory 256M
[ "$code" = 0 ] && [[ $err == *'nothing is broken, so there is nothing to record'* ]] && [ ! -e none.pxr ] &&
	ok "nothing is recorded where nothing is broken" || not_ok "nothing is recorded" "$(shown)"
says "a recording that cannot be written" 2 '*broken: *' "$tui" check --mistake small-quorum --record nowhere/x.pxr --memory 256M
[[ $err == *'paxos-tui: the schedule is not recorded: cannot record to nowhere/x.pxr: '* ]] && ok "and that is said" || not_ok "and that is said" "$(shown)"
refuses "a recording overwrites nothing" 2 'paxos-tui: right.pxs is there already: --record makes a new file' "$tui" check --mistake small-quorum --record right.pxs
for what in '--attack any --defend sign+cert' '--defend sign+echo' '--attack lie --defend sign+justify' '--quorum 2' '--quorum 3,2'; do
	# shellcheck disable=SC2086
	refuses "no recording of $what" 64 'paxos-tui: --save, --record and --show tell the schedule again as a scenario, and *: leave them out' "$tui" check $what --record x.pxr
done
refuses "no dashboard without a terminal" 2 'paxos-tui: --show opens the dashboard, and this is no terminal: --record FILE keeps *' "$tui" check --mistake small-quorum --show

# --- what makes no sense
refuses "too many nodes" 64 'paxos-tui: every schedule is too much for so many nodes: *5 at most*' "$tui" check -n 6
refuses "too many values" 64 'paxos-tui: check takes 4 different values at most' "$tui" check --values 5
refuses "too many proposers" 64 'paxos-tui: there cannot be more proposers than nodes' "$tui" check -n 2 --proposers 3
refuses "a quorum of more than all" 64 'paxos-tui: a quorum cannot be more than all nodes' "$tui" check -n 2 --quorum 3
refuses "nor are promises" 64 'paxos-tui: a quorum cannot be more than all nodes' "$tui" check --quorum 4,2
refuses "two sizes with defences" 64 'paxos-tui: with liars or defences quorums have one size: give --quorum one number' "$tui" check --quorum 3,2 --defend sign
refuses "no third size" 64 "paxos-tui: --quorum takes a number from 1 to 5, or two: of promises, of votes, not '2,2,2'" "$tui" check --quorum 2,2,2
refuses "no such mistake" 64 "paxos-tui: there is no mistake 'lost-vot'; did you mean 'lost-vote'?" "$tui" check --mistake lost-vot
refuses "nothing like it" 64 "*'paxos-tui check --mistake list' lists them" "$tui" check --mistake xyzzy
refuses "no size" 64 'paxos-tui: *--memory*a size like 500M or 4G*' "$tui" check --memory lots
refuses "too small a size" 64 'paxos-tui: *--memory*' "$tui" check --memory 1M
refuses "no ballots" 64 'paxos-tui: *--ballots*' "$tui" check --ballots 0

refuses "an attack that takes time" 64 "paxos-tui: 'flood' takes time, bytes or evidence, *matrix --attack flood*" "$tui" check --attack flood
refuses "any and one" 64 "paxos-tui: 'any' is all that a key allows*" "$tui" check --attack any+lie
refuses "an attack without a liar" 64 'paxos-tui: an attack takes a liar*' "$tui" check --attack any --liars 0
refuses "no such attack" 64 "paxos-tui: there is no attack 'lei'*" "$tui" check --attack lei
refuses "too many liars" 64 'paxos-tui: check takes 2 liars at most' "$tui" check -n 4 --liars 3
refuses "liars as proposers" 64 'paxos-tui: liars are not among the proposers*' "$tui" check --liars 1 --proposers 3
refuses "liars in two slots" 64 'paxos-tui: with liars or defences check explores one slot*' "$tui" check --liars 1 --slots 2
refuses "liars and Paxos.tla" 64 'paxos-tui: a liar makes steps that are none of Paxos.tla*' "$tui" check --liars 1 --refine
refuses "liars and mistakes" 64 'paxos-tui: --mistake is of nodes without defences*' "$tui" check --liars 1 --mistake lost-vote
refuses "progress of two slots" 64 'paxos-tui: --progress is judged in one slot*' "$tui" check --progress --slots 2
refuses "several sets" 64 'paxos-tui: check takes one set of defences*' "$tui" check --defend none/all
refuses "two quorums" 64 'paxos-tui: the defence `quorum` says how many*' "$tui" check --defend 'sign+quorum(f=1)' --quorum 2

# --- Ctrl-C, and what ends a program from outside
"$tui" check --ballots 4 --memory 2G >stopped 2>/dev/null &
pid=$!
until [ -s stopped ]; do read -rt 0.05 <> <(:); done
kill -TERM $pid
wait $pid
[ $? = 130 ] && grep -q '^inconclusive: interrupted: nothing was broken so far' stopped && grep -q ' of them not followed' stopped &&
	ok "an interrupt ends it with what was explored" || not_ok "an interrupt" "$(cat stopped)"

# --- interrupted and taken up again: it finds what it would have found
long=(--ballots 3 --crashes 1 --no-hints)
"$tui" check "${long[@]}" --memory 512M >whole 2>/dev/null
"$tui" check "${long[@]}" --memory 512M --checkpoint kept >ended 2>err &
pid=$!
until [ -s ended ]; do read -rt 0.05 <> <(:); done
kill -TERM $pid
wait $pid
[ $? = 130 ] && grep -q '^inconclusive: interrupted' ended && grep -qx 'paxos-tui: the search is kept: --resume kept goes on with it' err &&
	ok "an interrupted search is kept" || not_ok "an interrupted search is kept" "$(cat ended err)"
call "$tui" check "${long[@]}" --memory 256M --resume kept
[ "$code" = 0 ] && [ "$out" = "$(cat whole)" ] && ok "it goes on as if nothing had been, in less memory" || not_ok "it goes on" "$(shown)"
call "$tui" check --ballots 3 --states 1000 --memory 128M
cp .out whole
call "$tui" check --ballots 3 --states 1000 --memory 128M --compact
[ "$code" = 2 ] && cmp -s <(tail -n +2 whole) <(tail -n +2 .out) && ok "prints are found as far as states" || not_ok "prints are found as far as states" "$(diff whole .out)"
says "so many states, and kept" 2 '*inconclusive: there are more states than --states allows: nothing was broken so far; say --states with more
5000 states, *' "$tui" check --no-hints --crashes 1 --states 5000 --memory 128M --checkpoint more
says "and taken up for more" 0 '*held, in every schedule
37844 states, *' "$tui" check --no-hints --crashes 1 --memory 128M --resume more
says "a full memory is kept, too" 2 '*inconclusive: the memory does not hold *' "$tui" check --ballots 4 --no-hints --memory 64M --checkpoint full
says "and goes on in more" 0 '*held, in every schedule
2129215 states, 29 steps deep, *' "$tui" check --ballots 4 --no-hints --memory 512M --resume full
refuses "a search of other options" 64 'paxos-tui: kept holds another search: paxos-tui check -n 3 *--ballots 3 *--no-hints' "$tui" check --ballots 2 --resume kept
for at in 3 40 2000 100000; do # magic, version, counts, a state
	{ head -c $at kept; printf '\377'; tail -c +$((at + 2)) kept; } >hurt
	call "$tui" check "${long[@]}" --memory 256M --resume hurt
	[ "$code" = 64 ] && [ -z "$out" ] && [[ $err == 'paxos-tui: hurt '* ]] && ok "byte $at is damaged" || not_ok "byte $at is damaged" "$(shown)"
done
head -c 200000 kept >hurt
refuses "a file that is cut" 64 'paxos-tui: hurt is cut or damaged: *' "$tui" check "${long[@]}" --memory 256M --resume hurt
refuses "a file of something else" 64 'paxos-tui: whole is no search that `check` kept' "$tui" check "${long[@]}" --resume whole
refuses "a file that is not there" 2 'paxos-tui: cannot read none: *' "$tui" check "${long[@]}" --resume none
call "$tui" check --ballots 4 --no-hints --memory 64M --checkpoint nowhere/x
[ "$code" = 2 ] && [[ $err == *'paxos-tui: cannot write nowhere/x: '* ]] && ok "a checkpoint that cannot be written" || not_ok "a checkpoint that cannot be written" "$(shown)"

# --- said before it starts
call "$tui" check --ballots 4 --no-hints --memory 64M
[[ $err == '64 MiB of memory are enough for '*' states; about '*' are expected
that is too much for this memory: --memory '*'G would do, or --ballots 3
'* ]] && ok "what does not fit is said beforehand, and what fits" || not_ok "what does not fit" "$(shown)"
call "$tui" check --ballots 3 --no-hints --memory 256M
expected=$(sed -nE 's/.* states; about ([0-9]+) are expected$/\1/p' .err)
[ "$expected" -gt 65000 ] && [ "$expected" -lt 526000 ] && ok "a guess is right within a factor of four" || not_ok "a guess" "$(shown)"

# --- threads find what one finds
for jobs in 1 3; do
	for what in '--attack equivocate --defend sign+cert+echo+justify --no-hints' '--mistake latest-claim' '--ballots 2 --crashes 1 --no-hints --progress'; do
		# shellcheck disable=SC2086
		"$tui" check $what --jobs $jobs --memory 512M 2>/dev/null
	done >by-$jobs
done
cmp -s by-1 by-3 && [ "$(grep -cE '^(held|broken)' by-1)" = 3 ] && ok "three threads find what one finds" || not_ok "three threads" "$(diff by-1 by-3)"
refuses "too many threads" 64 'paxos-tui: check takes 64 --jobs at most' "$tui" check --jobs 65
exit $bad
