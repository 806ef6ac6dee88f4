#!/bin/bash
# --plain from outside: each line is carried out before the next is read, every command is answered,
# and the program ends when input and work have ended.
. "$(dirname "$0")/cli.bash"

plain() { # lines, words...
	printf '%b' "$1" >"$work/lines"
	timeout 60 "$tui" --plain --rate unlimited "${@:2}" <"$work/lines" >"$work/said" 2>"$work/.err"
	code=$?
	out=$(cat "$work/said")
	err=$(cat "$work/.err")
}
said() { # what, pattern
	# shellcheck disable=SC2053
	if [ "$code" = 0 ] && [ -z "$err" ] && [[ $out == $2 ]]; then ok "$1"; else not_ok "$1" "$(shown)"; fi
}

for kind in --sim --store=sqlite; do
	plain 'propose 1 apple\ncrash 2\npropose 3 pear\nrestart 2\nsay all-done' $kind
	said "$kind: one command after another, and the last line without its end" \
		'*n1 is to propose apple*n2 CRASHED*n3 is to propose pear*n2 started*\* all-done*'
	plain 'propose 1 apple\n' $kind
	said "$kind: what comes of the last command is told" '*apple is CHOSEN in slot 0*'
	plain 'ask "ready?"\nbeat\nsay on\n' $kind
	said "$kind: nobody answers a pipe's questions, so it goes on" '*\* ready?*\* on*'
	plain 'verbose\npause\nresume\nsay end\n' $kind
	# shellcheck disable=SC2034 # said looks at it
	out=$(grep -c 'time is paused' "$work/said")
	said "$kind: that time is paused is told once, and not for each node" 1
	plain 'evidence\nroster\nstate\nsay end\n' $kind
	said "$kind: evidence, roster and state print" \
		'*nobody is proven a liar*n*n1 acceptor promised*\* end*'
	plain 'cut 1,2,3,4,5 1,2,3,4,5\npropose 1 x\n' $kind
	said "$kind: it ends, too, when a value cannot be chosen, and says why" '*\* 1 value still waits: no quorum*'
	plain 'pause\npropose 1 x\n' $kind
	said "$kind: and when time is paused" '*\* 1 value still waits*'
	plain "propose 1 $(head -c 400 /dev/zero | tr '\0' y)\nsay $(head -c 5000 /dev/zero | tr '\0' y)\nquit\n" $kind
	said "$kind: what is too long is refused" \
		'*\* the value is too long: at most 399 bytes*\* the line is too long: at most 4095 bytes*'
done
plain 'foo\n\n7x\n8\n9\nsay never\n' --sim
said "mistakes are told, numbers are choices, and quit ends" '*\* no command "foo"*no command "7x"*n5 acceptor*'
holds "nothing behind quit is done" [ "${out#*never}" = "$out" ]
plain '' --sim
said "no input at all is the end" 'sim seed 1: 5 nodes*'
for nodes in 1 5 31; do
	plain 'propose 1 apple\n' --sim -n $nodes
	said "$nodes nodes: each decision has its reason" '*proposes 1.1=apple*  WHY *is CHOSEN*  WHY *'
	holds "and a value takes a dozen lines at most" \
		[ "$(sed '1,/is to propose/d' "$work/said" | wc -l)" -le 11 ]
done
plain 'verbose\npropose 1 apple\nwait chosen 0 apple on 1,2,3\nbrief\npropose 1 pear\n' --sim
said "verbose tells every event" '*n2 got PREPARE 1.1 from n1*n2 promised 1.1*n2 learned from n1: apple*'
holds "and brief only what matters" [ -z "$(sed '1,/reasons are told now/d' "$work/said" | grep pear | grep -E 'got|sent|counts')" ]
plain 'attack 1 equivocate\npropose 1 a\nwait violation agreement within 60s\n' --sim --seed 3
holds "a violation is told" grep -q '^\* SAFETY is VIOLATED: ' "$work/said"
plain 'propose 1 a --wait\nexpect chosen 0 a\nexpect chosen 0 b within 10ms\n' --sim
holds "an expectation that does not hold is told by the exit code" [ "$code" = 1 ]
plain 'propose 1 a\nfoo\n' --sim
holds "the lines are ASCII" [ -z "$(tr -d '\n -~' <"$work/said")" ]
exit $bad
