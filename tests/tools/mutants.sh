#!/bin/bash
# Plants each fault of tests/tools/mutants.txt in a copy of the sources and runs the tests of proto until one
# fails, or tries the cell of the matrix that the fault names, up to 2,000 seeds, or explores every schedule
# within the bounds that it names. A fault that nothing notices is a gap in the tests. Ends with "N caught,
# N missed".
#
# Arguments: words; only faults that have one of them in their description are planted.
set -u
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/mutants.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C.UTF-8
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD
tests=()
for name in test_paxos test_wire test_control_frame test_explore test_explore_early test_lives test_member test_sim test_hardened; do
	tests+=("$name")
done
archives=$(for folder in check sim member model/fold model/judge model/say model/base fault wire core; do
	ls proto/$folder/*.c >/dev/null 2>&1 && echo "build/libproto-${folder/\//-}.a"
done | tr '\n' ' ')
caught=0 missed=0

cp -r Makefile proto node tui tests "$work"
cd "$work" || exit 2
build() { make -s CC="${CC:-cc}" CFLAGS='-O1 -w' -j"$(nproc)" ARCHIVES="build/libtests-support.a $archives" "build/tests/$1" >build.log 2>&1; }
build_tui() { make -s CC="${CC:-cc}" CFLAGS='-O1 -w' -j"$(nproc)" build/paxos-tui >build.log 2>&1; }

# What the matrix says about a cell: broken, stalled, inconclusive or held.
try() { # its arguments, as words
	# shellcheck disable=SC2086
	timeout 300 build/paxos-tui matrix $1 --seeds 0..1999 >test.log 2>&1
	sed -nE '2s/^ +[a-z-]+ +([a-z]+) +([0-9]+ seeds)$/\1 (\2)/p' test.log
}

# What the explorer says within such bounds: the rule that is broken, held or inconclusive.
explored() { # its arguments, as words
	# shellcheck disable=SC2086
	timeout 300 build/paxos-tui check $1 --memory 1G 2>/dev/null | sed -nE 's/^(broken: ([a-z0-9]+)|(held|inconclusive)).*/\2\3/p'
}

# the tests pass without a fault, or else nothing is proved
for name in "${tests[@]}"; do
	if ! { build "$name" && timeout 300 "build/tests/$name" >test.log 2>&1; }; then
		echo "$name fails without any planted fault"
		tail -n 20 build.log test.log
		exit 2
	fi
done

missed() { # what, log
	echo "MISSED  $1"
	[ $# -gt 1 ] && sed 's/^/    /' "$2"
	missed=$((missed + 1))
}

caught() {
	echo "caught  $1"
	caught=$((caught + 1))
}

in_tests() { # what
	for name in "${tests[@]}"; do
		if ! build "$name"; then
			missed "$1: it does not compile" build.log
			return
		fi
		timeout 300 "build/tests/$name" >test.log 2>&1 && continue
		caught "$1  ($name: $(grep -E '^\[ +FAILED +\] [a-z_]+$' test.log | sort -u | wc -l) tests fail)"
		return
	done
	missed "$1"
}

in_matrix() { # what, cell
	local said
	if ! build_tui; then
		missed "$1: it does not compile" build.log
		return
	fi
	said=$(try "$2")
	case $said in
	broken* | stalled*) caught "$1  (matrix $2: $said)" ;;
	*) missed "$1  (matrix $2: $said)" ;;
	esac
}

in_check() { # what, bounds of the explorer, the rule that it must find broken
	local said
	if ! build_tui; then
		missed "$1: it does not compile" build.log
		return
	fi
	said=$(explored "$2")
	if [ "$said" = "$3" ]; then caught "$1  (check $2: $said)"; else missed "$1  (check $2: $said, not $3)"; fi
}

plant() { # what, file, code, evil, then nothing, a cell of the matrix, or bounds and a rule
	local text
	text=$(cat "$2" && echo x)
	if [[ $text != *"$3"* ]]; then
		missed "$1: the code is not in $2 any more"
		return
	fi
	cp -p "$2" saved
	text=${text/"$3"/"$4"}
	printf '%s' "${text%x}" >"$2"
	if [ -n "${6:-}" ]; then
		in_check "$1" "$5" "$6"
	elif [ -n "$5" ]; then
		in_matrix "$1" "$5"
	else
		in_tests "$1"
	fi
	mv saved "$2"
	touch "$2"
}

# Without a fault each cell holds.
cells() {
	local cell said
	build_tui || { cat build.log && exit 2; }
	while IFS= read -r cell; do
		said=$(try "$cell")
		case $said in
		held* | inconclusive*) ;;
		*)
			echo "matrix $cell: $said without any planted fault"
			exit 2
			;;
		esac
	done < <(sed -n 's/^with: //p' tests/tools/mutants.txt | sort -u)
	while IFS= read -r cell; do
		said=$(explored "$cell")
		[ "$said" = held ] && continue
		echo "check $cell: $said without any planted fault"
		exit 2
	done < <(sed -n 's/^check: \(.*\): [a-z0-9]*$/\1/p' tests/tools/mutants.txt | sort -u)
}
[ $# = 0 ] && cells

what='' file='' code='' cell='' rule=''
while IFS= read -r line; do
	case $line in
	'what: '*) what=${line#what: } cell='' rule='' ;;
	'file: '*) file=${line#file: } ;;
	'with: '*) cell=${line#with: } ;;
	'check: '*) cell=${line#check: } rule=${cell##*: } cell=${cell%: *} ;;
	'code: '*) code=${line#code: } ;;
	'evil: '*)
		for word in "${@:-}"; do
			[[ $what == *"$word"* ]] && plant "$what" "$file" "$code" "${line#evil: }" "$cell" "$rule" && break
		done
		;;
	esac
done <tests/tools/mutants.txt
echo "$caught caught, $missed missed"
[ $missed = 0 ]
