# For tests of the programs from outside: sourced by tests/cli/*.sh, which check.sh runs. $BUILD holds the
# programs; $TMPDIR is the test's own and is empty again at the end.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
tui=$BUILD/paxos-tui
node=$BUILD/paxos-node
work=$(mktemp -d "${TMPDIR:-/tmp}/cli.XXXXXX")
bad=0
name=$(basename "$0" .sh)

at_end() { :; }
finish() {
	at_end
	chmod -R u+rwX "$work"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

ok() { echo "ok $name: $1"; }
not_ok() { # what, lines that show it
	echo "not ok $name: $1"
	[ $# -gt 1 ] && printf '%s\n' "$2" | sed 's/^/    /'
	bad=1
}

# What a file holds, but for the ends of lines behind it, as "$(cat FILE)" gives it; no process is started.
slurp() { # variable, file
	IFS= read -r -d '' "$1" <"$2"
	while [[ ${!1} == *$'\n' ]]; do printf -v "$1" %s "${!1%$'\n'}"; done
}

# Runs a program: its exit code, stdout and stderr in $code, $out, $err. Input is empty.
call() {
	"$@" >"$work/.out" 2>"$work/.err" </dev/null
	code=$?
	slurp out "$work/.out"
	slurp err "$work/.err"
}

shown() { printf 'exit %s\nout: %s\nerr: %s' "$code" "$out" "$err"; }

# refuses WHAT CODE PATTERN COMMAND...: that exit code, nothing but one line on stderr, like PATTERN.
refuses() {
	local what=$1 want=$2 pattern=$3 lines
	shift 3
	call "$@"
	# shellcheck disable=SC2053 # a pattern is meant
	mapfile lines <"$work/.err"
	if [ "$code" = "$want" ] && [ -z "$out" ] && [ ${#lines[@]} = 1 ] && [[ ${lines[0]} == *$'\n' && $err == $pattern ]]; then
		ok "$what"
	else
		not_ok "$what" "wanted exit $want and: $pattern
$* gave $(shown)"
	fi
}

# passes WHAT PATTERN COMMAND...: exit 0, stdout like PATTERN, nothing on stderr.
passes() {
	local what=$1 pattern=$2
	shift 2
	call "$@"
	# shellcheck disable=SC2053
	if [ "$code" = 0 ] && [ -z "$err" ] && [[ $out == $pattern ]]; then
		ok "$what"
	else
		not_ok "$what" "wanted exit 0 and: $pattern
$* gave $(shown)"
	fi
}

# holds WHAT COMMAND...: the command succeeds.
holds() {
	local what=$1
	shift
	call "$@"
	if [ "$code" = 0 ]; then ok "$what"; else not_ok "$what" "$* gave $(shown)"; fi
}

skip() { echo "ok $name: $1 # SKIP $2"; }
