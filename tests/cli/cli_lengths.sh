#!/bin/bash
# Values, lines, paths and names of many lengths, through every door but the keys (tui_typed.sh): what
# is taken is taken whole, what is too long is refused in a sentence and changes nothing.
. "$(dirname "$0")/cli.bash"

D=$work/D
at_end() { "$tui" down "$D" >/dev/null 2>&1; }
letters() { head -c "$1" /dev/zero | tr '\0' "${2:-y}"; }
# How a value of so many letters is shown; a longer one shows its digest, so no part of it would do.
shown_value() {
	printf 'nodes 1\npropose 1 %s --wait\n' "$(letters "$1")" >"$work/value.pxs"
	printf 'propose 1 %s --wait\nstate\n' "$(letters "$1")" | "$tui" --sim --plain -n 1 --rate unlimited |
		sed -n 's/.* knows: \(.*\) is CHOSEN in slot 0.*/\1/p'
}

RANDOM=7
lengths="1 63 64 65 385 399 400 1024 4095 4096 65536 65537 70000"
for _ in 1 2 3; do lengths="$lengths $((1 + RANDOM % 399)) $((400 + RANDOM * 2))"; done
call "$tui" up "$D" -n 1 --store memory
slot=0
whole='' refused='' file='' plain='' quoted=''
for n in $lengths; do
	value=$(letters "$n")
	call "$tui" ctl "$D" propose 1 "$value" --wait within 5s
	printf 'nodes 1\npropose 1 %s --wait\nexpect chosen 0 %s\n' "$value" "$value" >"$work/n.pxs"
	printf 'nodes 1\npropose 1 "%s" --wait\nexpect chosen 0 "%s"\n' "$(letters "$n" '\"' | sed 's/"/\\"/g')" \
		"$(letters "$n" '\"' | sed 's/"/\\"/g')" >"$work/q.pxs"
	if [ "$n" -le 399 ]; then
		[ "$code $out" = "0 chosen in slot $slot" ] || whole="$whole $n"
		slot=$((slot + 1))
		call "$tui" run --sim "$work/n.pxs"
		[ "$code" = 0 ] || file="$file $n"
		call "$tui" run --sim "$work/q.pxs"
		[ "$code" = 0 ] || quoted="$quoted $n"
	else
		[ "$code" = 64 ] && [[ $err == 'paxos-tui: '*' too long: at most '*' bytes'* ]] || refused="$refused $n"
		call "$tui" run --sim "$work/n.pxs"
		[ "$code" = 64 ] && [[ $err == *' too long'* ]] || file="$file $n"
		call "$tui" run --sim "$work/q.pxs"
		[ "$code" = 64 ] && [[ $err == *' too long'* ]] || quoted="$quoted $n"
		printf 'propose 1 %s\n' "$value" | "$tui" --sim --plain -n 1 >"$work/said" 2>&1
		grep -q '^\* .* too long: at most [0-9]* bytes' "$work/said" &&
			! grep -q 'is to propose' "$work/said" || plain="$plain $n"
	fi
done
holds "ctl proposes each value whole" [ -z "$whole" ]
holds "ctl refuses what is too long" [ -z "$refused" ]
holds "a scenario has each value whole or is refused" [ -z "$file" ]
holds "and so with a backslash before each byte" [ -z "$quoted" ]
holds "--plain refuses what is too long" [ -z "$plain" ]
call "$tui" ctl "$D" state
holds "no part of a refused value was proposed" [ "$("$tui" ctl "$D" state --json | jq '.nodes[0].chosen_upto')" = "$slot" ]
holds "values of all lengths are told apart" \
	[ "$(for n in 65 66 385 386 398 399; do shown_value $n; done | sort -u | wc -l)" = 6 ]

# --- paths and names
for n in 90 120 250; do
	long=$work/$(letters $n d)
	call "$tui" up "$long" -n 1
	holds "a directory of $n letters is refused whole" [ "$code" = 64 -o "$code" = 2 ]
	holds "and nothing is left of a part of it" [ "$(find "$work" -name 'ddd*' ! -path "$long*" | wc -l)" = 0 ]
done
deep=$work
for _ in 1 2 3 4 5 6; do deep=$deep/$(letters 99 e); done
mkdir -p "$deep"
refuses "a path that is longer than a path may be" 64 "paxos-tui: the path */eee* is too long*" "$tui" up "$deep" -n 1
printf 'nodes 1\npropose 1 A\nexpect chosen 0 A within 5s\n' >"$deep/$(letters 250 s)"
passes "a scenario of any name" '*passed*' "$tui" run --sim "$deep/$(letters 250 s)"
call "$tui" run --sim --json "$deep/$(letters 250 s)"
holds "and whole in the report" [ "$(printf '%s' "$out" | jq -r '.[0].scenario')" = "$deep/$(letters 250 s)" ]
printf 'nodes 1\nexpect chosen 0 "a\377b"\n' >"$work/bytes.pxs"
call "$tui" run --sim --json "$work/bytes.pxs"
holds "what is no UTF-8 is in the report, too" [ "$(printf '%s' "$out" | jq -r '.[0].checks | length')" = 1 ]
printf 'nodes 1\nexpect chosen 0 %s\n' "$(letters 399 z)" >"$work/long.pxs"
call "$tui" run --sim "$work/long.pxs"
holds "an expectation is shown whole" [ "${out#*chosen 0 "$(letters 399 z)" *n1 -}" != "$out" ]
for option in "--junit=$(letters 5000)/x" "--attack=$(letters 5000)" "--$(letters 5000)" "$(letters 5000)"; do
	call "$tui" run --sim "$work/n.pxs" "$option"
	holds "a word of ${#option} letters is refused in a sentence" [ "$code" != 0 -a -n "$err" ]
done
for defend in "$(letters 5000)" "sign$(printf '+sign%.0s' $(seq 100))"; do
	refuses "a set of defences that is too long" 64 'paxos-tui: *' "$tui" sim --defend "$defend"
	refuses "and so for the matrix" 64 'paxos-tui: *' "$tui" matrix --attack lie --defend "$defend"
done
exit $bad
