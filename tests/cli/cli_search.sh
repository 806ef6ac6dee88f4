#!/bin/bash
# Searches in parts: whoever does them, in whatever order and with whatever breaks, what is printed is what
# one process prints in one go.
. "$(dirname "$0")/cli.bash"
cd "$work" || exit 2

same() { # what, file, command...: it prints what is in the file, and ends as that did
	local what=$1 file=$2
	shift 2
	call "$@"
	if [ "$code" = "$(cat "$file.code")" ] && cmp -s "$work/.out" "$file"; then
		ok "$what"
	else
		not_ok "$what" "$* gave $(shown | head -n 20; diff "$file" "$work/.out" | head -n 5)"
	fi
}
once() { # file, command...: what one process prints
	"$tui" "${@:2}" --jobs 1 >"$1" 2>/dev/null </dev/null
	echo $? >"$1.code"
}

# --- processes
once honest sim --seeds 3..202
once liars sim --liars 1 --attack equivocate -n 3 --seeds 0..60
once edge sim --seeds 18446744073709551600..18446744073709551615
once matrix matrix -n 4 --defend none/all --seeds 0..12
once json matrix -n 4 --defend none/all --seeds 0..12 --json
for jobs in 2 3 40; do
	same "$jobs processes, honest nodes" honest "$tui" sim --seeds 3..202 -j $jobs
	same "$jobs processes, liars" liars "$tui" sim --liars 1 --attack equivocate -n 3 --seeds 0..60 -j $jobs
	same "$jobs processes, the matrix" matrix "$tui" matrix -n 4 --defend none/all --seeds 0..12 -j $jobs
	same "$jobs processes, the last seeds there are" edge "$tui" sim --seeds 18446744073709551600..18446744073709551615 -j $jobs
done
same "as many as there are cores" json "$tui" matrix -n 4 --defend none/all --seeds 0..12 --json

# --- parts
for n in 1 3 20; do # of the 13 units that 200 seeds are
	for ((i = n; i > 0; i--)); do "$tui" sim --seeds 3..202 --shard $i/$n --results "part-$n-$i" >/dev/null 2>&1; done
	same "$n parts" honest "$tui" merge part-$n-*
done
for i in 1 2; do "$tui" matrix -n 4 --defend none/all --seeds 0..12 --shard $i/2 --results m$i >/dev/null 2>&1; done
same "parts of a matrix" matrix "$tui" merge m1 m2
same "parts of a matrix, as JSON" json "$tui" merge --json m1 m2
for i in 1 2; do "$tui" sim --liars 1 --attack equivocate -n 3 --seeds 0..60 --shard $i/2 --results l$i >/dev/null 2>&1; done
same "what was violated is told with its seeds" liars "$tui" merge l2 l1
same "the same part twice" honest "$tui" merge part-3-1 part-3-2 part-3-1 part-3-3
call "$tui" matrix -n 4 --defend none/all --seeds 0..12 --shard 2/2
case $out in *'-'*'-'*) ok "a part of a matrix leaves the others open" ;; *) not_ok "a part of a matrix" "$(shown)" ;; esac
refuses "a part that is missing is named" 2 '*the files do not make a whole: none has the result of seeds 19 to 34' "$tui" merge part-3-1 part-3-3
refuses "parts of two searches" 2 '*l1 holds the results of another search: paxos-tui sim --seeds 0..60 *' "$tui" merge part-1-1 l1
sed 's/"messages":[0-9]*/"messages":7/' part-3-1 >changed
refuses "two that do not agree" 2 '*changed:2: what was found for seeds * is not what was found before: *' "$tui" merge part-3-1 changed part-3-2 part-3-3
sed 's/"paxos-tui":"[^"]*"/"paxos-tui":"0.0.7"/' part-1-1 >old
refuses "another version" 2 '*old was written by paxos-tui 0.0.7 and this is *' "$tui" merge old
sed 's/"runs":\[[0-9,]*\]/"runs":[1]/' part-1-1 >odd
refuses "a result that is none" 2 '*the result of seeds 3 to 18 makes no sense: the file is damaged' "$tui" merge odd
sed '1s/sim/bench/' part-1-1 >bench
refuses "a search that is none" 2 '*the search in its first line makes no sense: *' "$tui" merge bench
refuses "--json of sim" 64 '*--json is of `matrix` and `check`: these are results of `sim`' "$tui" merge --json part-1-1
refuses "no file" 2 '*cannot read nowhere: No such file or directory' "$tui" merge nowhere
echo text >text
refuses "a file of something else" 2 '*text:1: this is no file of results of a search' "$tui" merge text

# --- breaks
RANDOM=5
whole=$(stat -c %s part-1-1)
head=$(head -n 1 part-1-1 | wc -c)
broken=0
for _ in $(seq 12); do
	head -c $((head + RANDOM % (whole - head))) part-1-1 >cut
	call "$tui" sim --seeds 3..202 --results cut
	cmp -s "$work/.out" honest && [ "$code" = 0 ] && cmp -s <(sort cut) <(sort part-1-1) || broken=1
done
if [ $broken = 0 ]; then ok "a file that is cut anywhere is gone on with"; else not_ok "a file that is cut" "$(shown)"; fi
for _ in 1 2 3 4; do
	"$tui" sim --seeds 3..202 --results killed -j 3 >/dev/null 2>&1 &
	sleep "0.0$((RANDOM % 10))"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
done
until flock -n killed true; do sleep 0.02; done
same "searches that were killed go on" honest "$tui" sim --seeds 3..202 --results killed
left() { pgrep -f -- "$tui sim --seeds 3..202" >/dev/null; }
for _ in $(seq 100); do left || break; sleep 0.05; done
if left; then not_ok "no process is left" "$(pgrep -af -- "$tui sim")"; else ok "no process is left"; fi
printf 'kept' >mine
refuses "a file of something else is not written" 2 '*mine:1: this is no file of results of a search' "$tui" sim --seeds 1..2 --results mine
[ "$(cat mine)" = kept ] && ok "and is as it was"
refuses "results of another search are not gone on with" 2 '*part-1-1 holds the results of another search: *' "$tui" sim --seeds 3..203 --results part-1-1
refuses "a directory" 2 '*cannot write /tmp: Is a directory' "$tui" sim --results /tmp
refuses "a device" 2 '*/dev/full is no regular file' "$tui" sim --seeds 1..2 --results /dev/full
refuses "a pipe" 2 '*/dev/fd/* is no regular file' "$tui" merge <(cat part-1-1)
limited() { (ulimit -f 2 && "$@"); } # KiB
refuses "a full disk" 2 '*cannot write full: *' limited "$tui" sim --seeds 3..202 --results full -j 2
same "and what was written is not lost" honest "$tui" sim --seeds 3..202 --results full
exec 7<part-1-1
flock 7
refuses "a file that is in use" 2 '*part-1-1 is being written by another search' "$tui" sim --seeds 3..202 --results part-1-1
exec 7<&-

# --- a process that ends before its time
"$tui" sim --seeds 1..100000000 -j 2 >/dev/null 2>"$work/said" &
search=$!
until one=$(pgrep -P $search | head -n 1) && [ -n "$one" ]; do sleep 0.02; done
kill -9 "$one"
wait $search
code=$?
if [ $code = 2 ] && grep -qE 'the process that ran seeds [0-9]+ to [0-9]+ was ended by signal 9' "$work/said"; then
	ok "is missed, and its seeds are named"
else
	not_ok "a process that is killed" "exit $code: $(cat "$work/said")"
fi

# --- the command line
refuses "a part of nothing" 64 '*--shard takes a part I/N *' "$tui" sim --shard 0/3
refuses "a part behind the last" 64 '*--shard takes a part I/N *' "$tui" sim --shard 4/3
refuses "one run has no parts" 64 '*--seed is one run: leave out --shard' "$tui" sim --seed 4 --shard 1/2
refuses "no process at all" 64 '*--jobs takes a number from 1 to *' "$tui" sim --jobs 0

# --- the recipes
recipes=$OLDPWD/demo
if command -v parallel >/dev/null; then
	mkdir p && cd p || exit 2
	same "GNU parallel" "$work/honest" env TUI="$tui" HOME="$work" "$recipes/search-parallel.sh" 2/: 5 sim --seeds 3..202
	cd ..
else
	skip "GNU parallel" "parallel is not installed"
fi
mkdir s && cd s || exit 2
for i in 1 2 3; do
	TUI=$tui SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=3 "$recipes/search-slurm.sh" sim --seeds 3..202 >/dev/null 2>&1
done
same "an array of jobs" "$work/honest" "$tui" merge part-1 part-2 part-3
cd ..
exit $bad
