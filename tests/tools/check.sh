#!/bin/bash
# Runs every test there is and ends with one line, "N passed, N failed".
#
#   $BUILD/tests/test_*   cmocka binaries; cmocka's own closing lines are counted
#   tests/cli/*.sh        prints "ok NAME" or "not ok NAME" a test, exits non-zero on failure. It is
#                         given $BUILD and a $TMPDIR of its own, and leaves nothing behind: no file
#                         there, no process that was started with that TMPDIR.
#
# Tests that wait for different things run side by side, in lanes; those that only need a processor run
# in whichever lane has nothing else to do.
# Arguments: names (test_paxos, cli_usage) to run only those. Each has $LIMIT seconds.
set -u
cd "$(dirname "$0")/../.." || exit 2
export BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
export LC_ALL=C.UTF-8 CMOCKA_MESSAGE_OUTPUT=stdout
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1} UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
unset NO_COLOR COLORFGBG MAKEFLAGS MFLAGS MAKELEVEL
LIMIT=${LIMIT:-$([ -n "${SAN:-}" ] && echo 900 || echo 480)}
passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/check.XXXXXX")
chmod 711 "$work" # a test that gives up root's rights must still reach its own directory
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# Processes that were started by a test, however far they went from it: they inherited its TMPDIR.
left_behind() { # directory
	local file pid
	for file in $(grep -lsazx "TMPDIR=$1" /proc/[0-9]*/environ); do
		pid=${file#/proc/}
		pid=${pid%/environ}
		[ "$pid" != $$ ] && [ -d "/proc/$pid" ] && echo "$pid"
	done
}

# Sums "[  PASSED  ] 12 test(s)." over the groups of a binary.
count() { # log, word
	sed -nE "s/^\[ +$2 +\] ([0-9]+) test\(s\).*/\1/p" "$1" | awk '{ n += $1 } END { print n + 0 }'
}

report() { # name, good, bad, seconds, log
	passed=$((passed + $2))
	failed=$((failed + $3))
	if [ "$3" = 0 ]; then
		printf 'ok      %-28s %4d passed  %3ds\n' "$1" "$2" "$4"
	else
		printf 'FAILED  %-28s %4d passed, %d failed  %ds\n' "$1" "$2" "$3" "$4"
		sed 's/^/    /' "$5"
	fi
}

run() { # name, program
	local name=$1 dir=$work/$lane log=$work/$1.log code good bad pids start=$SECONDS
	mkdir -p "$dir"
	TMPDIR=$dir XDG_RUNTIME_DIR=$dir XDG_STATE_HOME=$work/state-$lane timeout -k 5 "$LIMIT" "$2" >"$log" 2>&1 </dev/null
	code=$?
	[ $code = 124 ] && echo "it took longer than $LIMIT seconds and was ended" >>"$log"
	if [[ $2 == *.sh ]]; then
		good=$(grep -c '^ok ' "$log")
		bad=$(grep -c '^not ok ' "$log")
		skipped=$((skipped + $(grep -c '^ok .*# SKIP' "$log")))
	else
		good=$(count "$log" PASSED)
		bad=$(count "$log" FAILED)
		skipped=$((skipped + $(count "$log" SKIPPED)))
	fi
	if [ $code != 0 ] && [ "$bad" = 0 ]; then
		echo "exit code $code" >>"$log"
		bad=1
	fi
	if [ $((good + bad)) = 0 ]; then
		echo "it tested nothing" >>"$log"
		bad=1
	fi
	# a process that was told to end may need a moment, and more of it in a sanitizer build
	for _ in {1..100}; do
		pids=$(left_behind "$dir")
		[ -z "$pids" ] && break
		sleep 0.1
	done
	if [ -n "$pids" ]; then
		echo "it left processes behind:" >>"$log"
		for pid in $pids; do
			echo "  $pid $(tr '\0' ' ' <"/proc/$pid/cmdline")" >>"$log"
			kill -9 "$pid"
		done
		bad=$((bad + 1))
	fi
	if [ -n "$(ls -A "$dir")" ]; then
		{ echo "it left files behind:"; ls -A "$dir" | sed 's/^/  /'; } >>"$log"
		bad=$((bad + 1))
	fi
	report "$name" "$good" "$bad" $((SECONDS - start)) "$log"
	chmod -R u+rwX "$dir"
	rm -rf "$dir"
}

wanted() { # name, names...
	local name=$1
	shift
	[ $# = 0 ] && return 0
	[[ " $* " == *" $name "* ]]
}

run_source() {
	local name program=$1
	name=$(basename "${1%.*}")
	[[ $1 == *.c ]] && program=$BUILD/tests/$name
	if [ -x "$program" ]; then
		run "$name" "$program"
	else
		echo "FAILED  $name: $program is not built"
		failed=$((failed + 1))
	fi
}

# The next of those that any lane may run, in $source.
take() {
	exec 9>>"$work/taken"
	flock 9
	source=$(head -n 1 "$work/free")
	sed -i 1d "$work/free"
	exec 9>&-
	[ -n "$source" ]
}

# Tests of one lane run one after the other, and when they are done, those that are left for all lanes.
lane() { # name, sources...
	local lane=$1 source
	shift
	for source in "$@"; do run_source "$source"; done
	while take; do run_source "$source"; done
	echo "$passed $failed $skipped" >"$work/$lane.sum"
}

declare -A sources=([first]='')
: >"$work/free"
for source in tests/cli/rows.sh tests/unit/check/test_check.c tests/unit/core/test_explore_early.c tests/unit/*/test_*.c tests/cli/*.sh tests/tools/layers.sh; do
	name=$(basename "${source%.*}")
	wanted "$name" "$@" && ! grep -qxF "$source" "$work/free" || continue
	case $source in
	*/rows.sh | */layers*.sh | */cli_search.sh | */cli_check.sh | */cli_table.sh | */cli_mistakes.sh) lane= ;;
	*/tui_*.sh | */walk_*.sh) lane=screens ;;
	*/cli_*.sh | tests/unit/live/* | tests/unit/node/*) lane=live ;;
	*.sh) lane=stories ;;
	*) lane= ;;
	esac
	if [ -n "$lane" ]; then sources[$lane]+=" $source"; else echo "$source" >>"$work/free"; fi
done
lanes=()
trap 'kill "${lanes[@]}" 2>/dev/null; exit 130' INT TERM
for lane in "${!sources[@]}"; do
	# shellcheck disable=SC2086
	lane $lane ${sources[$lane]} &
	lanes+=($!)
done
for pid in "${lanes[@]}"; do wait "$pid"; done
passed=0 failed=0 skipped=0
for lane in "${!sources[@]}"; do
	if read -r good bad left 2>/dev/null <"$work/$lane.sum"; then
		passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
	else
		echo "FAILED  the lane $lane ended early"
		failed=$((failed + 1))
	fi
done
[ $skipped != 0 ] && echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
