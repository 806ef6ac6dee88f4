#!/bin/bash
# Scenarios from outside: falsehoods planted in the demos, the exit codes, the reports.
set -u
cd "$(dirname "$0")/.." || exit 2
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

for seed in 3 42 1000003; do
	exits "every demo passes simulated, seed $seed" 0 --sim --seed $seed demo/*.pxs
done

# a planted falsehood in every story is found
for demo in demo/*.pxs; do
	name=$(basename "$demo" .pxs)
	{ cat "$demo"; echo 'expect chosen 0 falsehood'; } >"$work/false.pxs"
	exits "$name with a planted falsehood fails" 1 --sim "$work/false.pxs"
done

scenario wait 'crash 3,4,5' 'propose 1 A' 'wait chosen 0 A within 200ms' 'expect agreement'
exits "a wait in vain is inconclusive" 2 --sim "$work/wait.pxs"
says "a wait in vain names its line" "wait.pxs:3: INCONCLUSIVE"
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
