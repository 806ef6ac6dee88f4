#!/bin/bash
# The long search: every attack against all defences, SEEDS trials a cell, at the numbers of liars that
# they bear; 10 x SEEDS trials of any lies in clusters of several sizes; SEEDS runs of honest nodes and
# nodes that forget, judged by the model; fifty times kill -9 of what records; every story told in a
# terminal; and every cell of the published table of `check`, demo/every-schedule.txt, decided again.
# Ends with "N held, N did not".
#
#   SEEDS=10000 make sweep       an hour on two cores, and 2 GiB of memory for each
set -u
cd "$(dirname "$0")/../.." || exit 2
tui=${BUILD:-build}/paxos-tui seeds=${SEEDS:-10000}
work=$(mktemp -d "${TMPDIR:-/tmp}/sweep.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

cell() { # nodes, liars, attack
	"$tui" matrix -n "$1" --liars "$2" --attack "$3" --defend all --seeds "0..$((seeds - 1))" --json --jobs 1 \
		2>/dev/null | jq -r '.[] | "\(.result)  \(.attack), \(.n) nodes, liars: \(.liars), \(.seeds) seeds"
			+ if .replay then "\n      \(.why)\n      replay: \(.replay)" else "" end'
}

any() { # liars
	local said result
	said=$("$tui" sim --liars "$1" --defend all --seeds "0..$((10 * seeds - 1))" --jobs 1 2>/dev/null)
	case $? in
	0) result=held ;;
	1) result=broken ;;
	*) result=inconclusive ;;
	esac
	printf '%s  any lies, liars: %s, %s\n' "$result" "$1" "$(grep -E '^seed| replay:| runs: ' <<<"$said")"
}

judged() {
	if JUDGED=$seeds "${tui%/*}/tests/test_judged_runs" >"$work/judged" 2>&1; then
		echo "held  no honest node is accused, every node that forgets is, $seeds seeds"
	else
		echo "broken  the model's judgement: $(grep -m1 -F FIRST= "$work/judged")"
	fi
}

kills() {
	if KILLS=50 tests/tools/kills.sh >"$work/kills" 2>&1; then
		echo "held  a recording holds all up to the last second, 50 times kill -9"
	else
		echo "broken  a recording after kill -9: $(grep -m1 '^not ok' "$work/kills")"
	fi
}

stories() {
	if BUILD=${tui%/*} STORIES='demo/*.pxs' TMPDIR=$work tests/cli/tui_play.sh >"$work/stories" 2>&1; then
		echo "held  every story is told to its end in a terminal"
	else
		echo "broken  a story in a terminal: $(grep -m1 '^not ok' "$work/stories")"
	fi
}

# The published table in parts; what they found is put together at the end.
table() { # part
	"$tui" check --table --shard "$1/$parts" --results "$work/part$1" --memory 2G --jobs 1 >/dev/null 2>"$work/why$1"
}

tables() {
	"$tui" merge "$work"/part* >"$work/table" 2>"$work/why"
	if diff <(sed -n '/^Every attack/,$p' demo/every-schedule.txt) "$work/table" >"$work/differ"; then
		echo "held  every cell of demo/every-schedule.txt is found again"
	else
		echo "broken  demo/every-schedule.txt: $(cat "$work"/why* "$work/differ" | head -n 5)"
	fi
}

parts=24
export tui seeds work parts
export -f cell any judged kills stories table
attacks=$("$tui" matrix -n 4 --defend all --seeds 0..0 --json 2>/dev/null | jq -r '.[].attack')
{
	for size in '7 2' '5 1' '4 1'; do
		for attack in $attacks; do echo "cell $size $attack"; done
	done
	echo any 2
	echo any 1
	echo judged
	echo kills
	echo stories
	for part in $(seq $parts); do echo "table $part"; done
} | xargs -P "$(nproc)" -d '\n' -n 1 bash -c 'eval "$0"' | tee "$work/said"
tables | tee -a "$work/said"

held=$(grep -c '^held' "$work/said")
not=$(grep -cE '^(broken|stalled|inconclusive)' "$work/said")
echo "$held held, $not did not"
[ "$not" = 0 ] && [ "$held" = $((3 * $(wc -w <<<"$attacks") + 6)) ]
