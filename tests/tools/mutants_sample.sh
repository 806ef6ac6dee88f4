#!/bin/bash
# Breaks the code by chance and asks the tests whether they notice: COUNT changes out of all that
# tests/tools/mutate.c knows to make in proto/ and node/store, drawn by SEED, are planted one at a time in
# copies of the sources. A change that no test of the fast suite notices is a gap in the tests, or it is
# harmless: tests/data/mutants_judged.txt says so of each survivor of the default seed.
#
#   SEED='1 2' COUNT=300  what is drawn, for each seed in turn; a change that does not compile as CI compiles
#                         (-Werror), or compiles to the same code, does not count: the next is taken
#   JOBS=2                how many at a time, each in a copy of its own (every core)
#   FILES='proto/core/*'  only in these files
#   BY='test_lease'       only by these tests, whatever lines they run
#   VERBOSE=1             also tells what was killed, and by what
#
# The fast suite is one program: all unit tests but the slow ones and those that start the built programs,
# and short sweeps of the simulator; the explorer for what it is compiled of. Those of the changed folder are tried first, then the cheapest; the
# first that fails ends it. So does one that takes several times its usual processor time: a mutant that
# hangs is killed. Only tests that run the changed line are tried. The suite is hardened: undefined behaviour
# traps.
#
# Ends with "N killed, N survived"; exit code 0 if 90 % were killed, and 97 % in the code that safety and
# accountability rest on. A line of the judged survivors: "FILE: THE LINE AS IT BECAME // why it is harmless".
set -u
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C.UTF-8
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD NO_COLOR
seeds=${SEED:-1} count=${COUNT:-300} jobs=${JOBS:-$(nproc)} files=${FILES:-$(find proto node/store -name '*.c' | sort)}
unset SEED COUNT # tests have such words of their own
judged=$PWD/tests/data/mutants_judged.txt
slow=' test_attacks test_explore test_explore_early test_hardened test_judged_runs test_live test_matrix test_node test_node_strangers test_record test_sim test_uncut '
pretends='test_load:proto/member/load' # tests with functions of their own for what a file calls
others=('sim --seeds 1..150 --jobs 1' 'sim --defend all --seeds 1..60 --jobs 1' 'sim --liars 1 --defend all --seeds 1..60 --jobs 1'
	'sim --defend sign+echo+cert --seeds 1..30 --jobs 1' 'sim --defend sign+justify --seeds 1..30 --jobs 1'
	'check --memory 1G --refine' 'check --memory 1G --crashes 1')
trusted='^proto/(core/.*(on_[a-z_]*|acceptor|proposer|queue|learner|decision|view|lines|paxos)|member/.*(admission|proofs|proof_table|certificates|testimony|witness)|wire/.*(evidence|statement)|model/judge/[a-z_]*)\.c$'

work=$(mktemp -d "${TMPDIR:-/tmp}/mutants.XXXXXX")
chmod 711 "$work" # a test that gives up the rights of root must still reach its own directory
finish() {
	trap '' INT TERM HUP
	for pid in "${workers[@]}"; do kill -- "-$pid" 2>/dev/null; done
	wait
	rm -rf "$work"
}
workers=()
trap finish EXIT

give_up() { # what, log
	echo "$1"
	[ -f "$2" ] && tail -n 20 "$2"
	exit 2
}

# --- The suite as one program: `suite test_paxos`, or `suite` with the words of paxos-tui.

pkg=${PKG:-ncursesw panelw nanomsg libsodium sqlite3 jansson}
# shellcheck disable=SC2086
cflags="-std=c17 -D_GNU_SOURCE -DVERSION=__FILE__ -I. $(pkg-config --cflags $pkg cmocka)"
small=$(sed -n 's/^SMALL := //p' Makefile) # the explorer's own core is compiled with these
warn="$(sed -n '/^WARN := /,/[^\\]$/p' Makefile | sed 's/^WARN := //; s/\\$//' | tr -d '\n\t') -Werror"
hard='-O2 -w -fsanitize=undefined -fsanitize-undefined-trap-on-error'
# shellcheck disable=SC2086
libs=$(pkg-config --libs $pkg cmocka)
for linker in lld gold; do
	command -v "ld.$linker" >/dev/null && libs="-fuse-ld=$linker $libs" && break
done
export CC=${CC:-cc} cflags work

compile() { # source, object, flags...
	mkdir -p "${2%/*}"
	# shellcheck disable=SC2086
	$CC $cflags "${@:3}" -c "$1" -o "$2"
}
export -f compile

is_small() {
	[[ $1 == proto/check/*.c || $1 == proto/core/*.c || $1 == proto/fault/mistake*.c ]]
}
is_only_small() {
	[[ $1 == proto/check/*.c ]]
}

# The explorer and its core as one object, of which nothing is seen but its own functions.
link_small() { # directory of objects
	# shellcheck disable=SC2046
	ld -r -o "$1/check.o" $(find "$1.small" -name '*.o') &&
		objcopy -w -G 'check_*' -G 'lamport_*' "$1/check.o"
}

# A test that pretends, and the file that it tests, as one object: its functions are nobody else's.
link_pretenders() { # directory of objects
	local pair name object
	for pair in $pretends; do
		name=${pair%%:*}
		object=$(find "$1.own" -name "$name.o")
		[ -z "$object" ] || {
			ld -r -o "$1/$name.o" "$object" "$1/${pair#*:}.o" && objcopy -G "main_of_$name" "$1/$name.o"
		} || return
	done
}

link() { # directory of objects, program, flags, the only source that changed
	if [ -z "${4:-}" ] || is_small "$4"; then link_small "$1" || return; fi
	if [ -z "${4:-}" ] || [[ " $pretends " == *":${4%.c} "* ]]; then link_pretenders "$1" || return; fi
	# shellcheck disable=SC2086,SC2046
	$CC ${3:-} -o "$2" $(find "$1" -name '*.o') $libs
}

write_main() {
	local name
	for name in "${tests[@]}"; do echo "int main_of_$name(int, char **);"; done
	cat <<-'END'
		int main_of_paxos_tui(int, char **);
		#include <setjmp.h>
		#include <stdarg.h>
		#include <stddef.h>
		#include <stdint.h>
		#include <cmocka.h>
		#include <stdio.h>
		#include <string.h>
		#include <unistd.h>
		/* What cmocka calls when an assertion fails: one failure is enough. */
		void _fail(const char *const file, const int line)
		{
			printf("%s:%d: failed\n", file, line);
			fflush(stdout);
			_exit(1);
		}
		int main(int argc, char **argv)
		{
			cmocka_set_skip_filter("any_size_can_be_drawn"); /* slow */
	END
	for name in "${tests[@]}"; do
		echo "	if (strcmp(argv[1], \"$name\") == 0) return main_of_$name(argc - 1, argv + 1);"
	done
	echo '	return main_of_paxos_tui(argc, argv);'
	echo '}'
}

# What is changed is optimized, so that changes without effect make the same code.
sources() { # flags of what is changed: prints source and flags, a line each
	local name
	find proto node tui tests/support -name '*.c' ! -name main.c | while read -r name; do
		if is_only_small "$name"; then
			continue
		elif [[ $name == proto/* || $name == node/store/* ]]; then
			echo "$name $1"
		else
			echo "$name -O1 -w"
		fi
	done
	for name in "${tests[@]}"; do
		[[ " $pretends" != *" $name:"* ]] || continue
		echo "$(find tests/unit -name "$name.c") -O0 -w -Dmain=main_of_$name"
	done
	echo "tui/command/main.c -O0 -w -Dmain=main_of_paxos_tui"
	echo "suite.c -O0 -w"
}

build_suite() { # directory, flags of what is changed, flags of the linker
	local name
	for name in proto/*/*.c; do
		is_small "$name" && echo "$name $2 $small"
	done | compile_all "$1.small" && mkdir "$1.own" && for name in "${tests[@]}"; do
		[[ " $pretends" == *" $name:"* ]] || continue
		echo "$(find tests/unit -name "$name.c") -O0 -w -Dmain=main_of_$name"
	done | compile_all "$1.own" && sources "$2" | compile_all "$1" &&
		link "$1" "$1/suite" "${3:-}" >>build.log 2>&1
}

# What can be changed as CI compiles it: a change is no program if it is none there.
build_plain() {
	local name
	for name in $(find proto node/store -name '*.c'); do
		is_only_small "$name" || echo "$name -O2 $warn"
	done | compile_all plain && for name in proto/*/*.c; do
		is_small "$name" && echo "$name -O2 $warn $small"
	done | compile_all plain.small
}

compile_all() { # directory; from stdin: source and flags, a line each
	# shellcheck disable=SC2016
	xargs -r -P "$jobs" -d '\n' -n 1 bash -c '
		set -- $1
		compile "$1" "$0/${1%.c}.o" "${@:2}" || exit 255' "$PWD/$1" >>build.log 2>&1
}

# --- One test, with a limit of processor time, since the machine may have other work.

run_test() { # program, name, processor seconds, log
	(
		ulimit -t "$3" -v 8000000 -f 400000
		# shellcheck disable=SC2086
		exec timeout --foreground -k 1 1200 "$1" $2
	) >"$4" 2>&1 </dev/null
}

# What each test of the unchanged code costs: "MILLISECONDS TEST".
measure() {
	local name TIMEFORMAT='%U %S'
	for name in "${tests[@]}" "${others[@]}"; do
		if ! { time run_test "$PWD/clean/suite" "$name" 600 log; } 2>cost; then
			grep -q 'there is no program .* beside this one' log && continue
			give_up "$name fails without any change" log >&2
		fi
		echo "$(tail -n 1 cost | awk '{ print int(1000 * ($1 + $2)) }') $name"
	done >costs
}

# Which lines can be run, and by which tests they are: "FILE:LINE can", "FILE:LINE TEST".
see_lines() {
	# shellcheck disable=SC2016
	cut -d' ' -f2- costs | grep -vx test_check | xargs -P "$jobs" -d '\n' -n 1 bash -c 'see_test "$1"' see
	sort -u seen_by.* >lines
}

see_test() { # name
	local room log
	room=$(mktemp -d "$work/seen.XXXXXX") log=$(mktemp "$work/log.XXXXXX")
	chmod 711 "$room" # as $work
	mkdir -p "$room$PWD" "$room/tmp"
	find seen seen.* -name '*.gcno' -exec cp -l --parents -t "$room$PWD" {} +
	GCOV_PREFIX=$room TMPDIR=$room/tmp XDG_RUNTIME_DIR=$room/tmp run_test "$PWD/seen/suite" "$1" 600 "$log"
	find "$room" -name '*.gcda' -print0 | xargs -r0 gcov -t 2>/dev/null | awk -F: -v name="$1" '
		$2 + 0 == 0 && $3 == "Source" { file = $4 }
		$2 + 0 == 0 || file !~ /^(proto|node\/store)\/.*\.c$/ || $1 ~ / -$/ { next }
		{ print file ":" $2 + 0, "can" }
		$1 !~ /[#=]/ { print file ":" $2 + 0, name }' | sort -u >"$(mktemp "$PWD/seen_by.XXXXXX")"
	chmod -R u+rwX "$room"
	rm -rf "$room" "$log"
}
export -f see_test run_test

# The tests that may notice a change in this line, the likeliest and cheapest first: "MILLISECONDS TEST".
# Of a line that can be run those that run it; test_check searches long: for its own floor only.
tests_of() { # file, line
	local room=${1#*/}
	grep "^$1:$2 " "$work/lines" | awk -v own="${room%%/*}" -v checks="$({ is_only_small "$1" || [[ $1 == */mistake* ]]; } && echo 1)" -v small="$(is_small "$1" && echo 1)" '
		FILENAME == "-" { seen = 1; sub(/^[^ ]+ /, ""); runs[$0]; next }
		{ first = $1; sub(/^[^ ]+ /, "") }
		FILENAME ~ /rooms$/ { room[$0] = first; next }
		$0 == "test_check" { if (checks) print (room[$0] == own ? 0 : 1), first, $0; next }
		seen && !($0 in runs) || $1 == "check" && !small { next }
		{ print (room[$0] == own ? 0 : 1), first, $0 }' - "$work/rooms" "$work/costs" |
		sort -n -k 1,1 -k 2,2 | cut -d' ' -f2-
}

# --- Workers: each takes the next change as long as fewer than COUNT are or may become ones that count.

counter() { # next change, changes that count, changes not known to count
	exec 9>"$work/lock"
	flock 9
	read -r next counted unknown <"$work/counter"
	"$@"
	local code=$?
	echo "$next $counted $unknown" >"$work/counter"
	exec 9>&-
	return $code
}
take() {
	((counted + unknown < count && next < changes)) || return 1
	((next++, unknown++))
	taken=$next
}
decide() { # 1 = it counts
	((unknown--, counted += $1))
}
is_over() {
	((counted >= count || (unknown == 0 && next >= changes)))
}

work_on() { # index, file, number, line, kind
	local kinds=() kind flags outcome=same by='' cost name object=${2%.c}.o
	is_only_small "$2" || kinds+=('')
	is_small "$2" && kinds+=(.small)
	"$work/mutate" apply "$base/$2" "$3" >"$2"
	for kind in "${kinds[@]}"; do
		flags=${kind:+$small}
		# shellcheck disable=SC2086
		compile "$2" "plain$kind/$object" -O2 $warn $flags >log 2>&1 || outcome=uncompiled
		[ $outcome = same ] && ! cmp -s "plain$kind/$object" "$base/plain$kind/$object" && outcome=survived
	done
	if [ $outcome = survived ]; then
		for kind in "${kinds[@]}"; do
			flags=${kind:+$small}
			# shellcheck disable=SC2086
			compile "$2" "clean$kind/$object" $hard $flags >log 2>&1 || outcome=uncompiled
		done
		link clean suite '' "$2" >log 2>&1 || outcome=uncompiled
	fi
	if [ $outcome != survived ]; then
		counter decide 0
	else
		counter decide 1
		[ -n "$(tests_of "$2" "$4")" ] || by='no test runs this line'
		while read -r cost name; do
			run_test "$PWD/suite" "$name" $((cost * 3 / 1000 + 2)) log && continue
			outcome=killed by=$name
			break
		done < <(tests_of "$2" "$4")
		chmod -R u+rwX tmp && rm -rf tmp/*
	fi
	cp "$base/$2" "$2"
	for kind in "${kinds[@]}"; do cp "$base/clean$kind/$object" "clean$kind/$object"; done
	for object in clean/*.o; do cp "$base/$object" "$object"; done # what was linked of them
	echo "$1 $outcome $2 $3 $4 $by" >>"$work/results"
}

worker() { # directory
	local taken file number line
	cd "$1" || exit 2
	export TMPDIR=$1/tmp XDG_RUNTIME_DIR=$1/tmp
	while :; do
		if counter take; then
			read -r file number line _ < <(sed -n "${taken}p" "$work/changes")
			work_on "$taken" "$file" "$number" "$line"
		elif counter is_over; then
			break
		else
			sleep 0.2
		fi
	done
}

# --- The report.

judgement() { # file, the line as it became: why it is harmless, or nothing
	[ -f "$judged" ] && grep -F -- "$1: $2 // " "$judged" | head -n 1 | sed 's!.* // !!'
}

report() {
	local outcome file number line by old new why harmless=0
	[ -f "$work/results" ] || return
	sort -n "$work/results" >"$work/sorted"
	while read -r _ outcome file number line by; do
		case $outcome in
		survived) ;;
		killed) [ -n "${VERBOSE:-}" ] || continue ;;
		*) continue ;;
		esac
		{ read -r old && read -r new; } < <("$work/mutate" show "$base/$file" "$number")
		why=$(judgement "$file" "$new")
		printf '%s\n' "$outcome  $file:$line${by:+  ($by)}" "    - $old" "    + $new"
		if [ "$outcome" != survived ] || [ -z "$why" ]; then continue; fi
		echo "    judged: $why"
		harmless=$((harmless + 1))
	done <"$work/sorted"
	awk -v trusted="$trusted" -v seed="$seed" -v harmless=$harmless '
		$2 == "killed" { killed[$3]++; n++ }
		$2 == "survived" { survived[$3]++; n++ }
		$2 == "same" { same++ }
		$2 == "uncompiled" { uncompiled++ }
		function percent(part, all) { return all == 0 ? "-" : sprintf("%.1f %%", 100 * part / all) }
		END {
			print "\nkilled survived  file"
			for (file in killed) seen[file]
			for (file in survived) seen[file]
			for (file in seen) {
				printf "%6d %8d  %s\n", killed[file], survived[file], file | "sort -k 3"
				k += killed[file]
				if (file ~ trusted) { tk += killed[file]; tn += killed[file] + survived[file] }
			}
			close("sort -k 3")
			printf "\n%d changes made the same code, %d no program\n", same, uncompiled
			printf "safety and accountability: %d of %d killed (%s)\n", tk, tn, percent(tk, tn)
			printf "%d of the survivors are judged in tests/data/mutants_judged.txt\n", harmless
			printf "seed %s: %d killed, %d survived (%s)\n", seed, k, n - k, percent(k, n)
			exit !(n > 0 && 100 * k >= 90 * n && 100 * tk >= 97 * tn)
		}' "$work/sorted"
}

# --- All of it.

tests=()
base=$work/base
mkdir "$base" "$work/tmp"
export TMPDIR=$work/tmp XDG_RUNTIME_DIR=$work/tmp
$CC -O2 -D_GNU_SOURCE -o "$work/mutate" tests/tools/mutate.c || exit 2
cp -r proto node tui tests demo "$base"
cd "$base" || exit 2
while read -r source; do
	name=$(basename "$source" .c) room=${source#tests/unit/}
	if [ -n "${BY:-}" ]; then
		[[ " $BY " == *" $name "* ]] || continue
	elif [[ $slow == *" $name "* ]] || grep -q 'program_beside(' "$source"; then
		continue
	fi
	tests+=("$name")
	echo "${room%%/*} $name" >>"$work/rooms"
done < <(find tests/unit -name 'test_*.c' | sort)
[ -z "${BY:-}" ] || others=()
write_main >suite.c
echo "building the suite and running it" >&2
build_plain || give_up "the sources do not compile as CI compiles them" build.log
build_suite clean "$hard" || give_up "the suite does not build" build.log
measure
touch "$work/lines"
if [ -z "${BY:-}" ]; then
	echo "looking which test runs which lines" >&2
	build_suite seen '-O1 -w --coverage' --coverage || give_up "the suite does not build" build.log
	see_lines
	mv lines "$work"
	rm -rf seen seen.small seen.own
fi
mv costs "$work"

plant() { # seed: 0 if enough were killed
	seed=$1
	rm -f "$work/results"
	# shellcheck disable=SC2086
	"$work/mutate" sample "$seed" $files >"$work/changes"
	changes=$(wc -l <"$work/changes")
	echo 0 0 0 >"$work/counter"
	echo "seed $seed: $changes changes are possible; planting $count of them, $jobs at a time" >&2
	workers=()
	set -m
	for ((w = 1; w <= jobs; w++)); do
		worker "$work/$w" 2>/dev/null & # bash tells there who was killed
		workers+=($!)
	done
	set +m
	wait
	report
}

trap 'report; exit 130' INT TERM HUP
for ((w = 1; w <= jobs; w++)); do
	cp -r "$base" "$work/$w"
	mkdir "$work/$w/tmp"
done
enough=0
for seed in $seeds; do
	plant "$seed" || enough=1
done
exit $enough
