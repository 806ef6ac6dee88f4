#!/bin/bash
# Plants each fault of tests/mutants.txt in a copy of the sources and runs the tests of proto until one
# fails. A fault that no test notices is a gap in the tests. Ends with "N caught, N missed".
#
# Arguments: words; only faults that have one of them in their description are planted.
set -u
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d "${TMPDIR:-/tmp}/mutants.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export LC_ALL=C.UTF-8
unset MAKEFLAGS MFLAGS MAKELEVEL
tests=()
for name in test_paxos test_wire test_control_frame test_explore test_member test_sim; do
	[ -f "tests/$name.c" ] && tests+=("$name")
done
archives=$(for folder in sim member model fault wire core; do
	ls proto/$folder/*.c >/dev/null 2>&1 && echo "build/libproto-$folder.a"
done | tr '\n' ' ')
caught=0 missed=0

cp -r Makefile proto node tui tests "$work"
cd "$work" || exit 2
build() { make -s CC="${CC:-cc}" CFLAGS='-O1 -w' -j"$(nproc)" ARCHIVES="$archives" "build/tests/$1" >build.log 2>&1; }
# the tests pass without a fault, or else nothing is proved
for name in "${tests[@]}"; do
	if ! { build "$name" && timeout 300 "build/tests/$name" >test.log 2>&1; }; then
		echo "$name fails without any planted fault"
		tail -n 20 build.log test.log
		exit 2
	fi
done

plant() { # what, file, code, evil
	local text name
	text=$(cat "$2" && echo x)
	if [[ $text != *"$3"* ]]; then
		echo "MISSED  $1: the code is not in $2 any more"
		missed=$((missed + 1))
		return
	fi
	cp -p "$2" saved
	text=${text/"$3"/"$4"}
	printf '%s' "${text%x}" >"$2"
	for name in "${tests[@]}"; do
		if ! build "$name"; then
			echo "MISSED  $1: it does not compile"
			sed 's/^/    /' build.log
			missed=$((missed + 1))
			name=
			break
		fi
		timeout 300 "build/tests/$name" >test.log 2>&1 || break
		name=none
	done
	case $name in
	'') ;;
	none)
		echo "MISSED  $1"
		missed=$((missed + 1))
		;;
	*)
		echo "caught  $1  ($name: $(grep -E '^\[ +FAILED +\] [a-z_]+$' test.log | sort -u | wc -l) tests fail)"
		caught=$((caught + 1))
		;;
	esac
	mv saved "$2"
	touch "$2"
}

what='' file='' code=''
while IFS= read -r line; do
	case $line in
	'what: '*) what=${line#what: } ;;
	'file: '*) file=${line#file: } ;;
	'code: '*) code=${line#code: } ;;
	'evil: '*)
		for word in "${@:-}"; do
			[[ $what == *"$word"* ]] && plant "$what" "$file" "$code" "${line#evil: }" && break
		done
		;;
	esac
done <tests/mutants.txt
echo "$caught caught, $missed missed"
[ $missed = 0 ]
