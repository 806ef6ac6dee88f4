#!/bin/bash
# Directories, files and terminals that are not what they should be: a sentence, and exit 2 (or 64 if
# another one should have been named).
. "$(dirname "$0")/cli.bash"

for command in attach down; do
	refuses "$command where there is no directory" 2 "paxos-tui: *$work/none*" "$tui" "$command" "$work/none"
done
refuses "ctl where there is no directory" 2 "paxos-tui: *$work/none*" "$tui" ctl "$work/none" state
mkdir "$work/empty"
chmod 700 "$work/empty"
refuses "ctl in a directory without a cluster" 2 "paxos-tui: *$work/empty*" "$tui" ctl "$work/empty" state
refuses "attach in a directory without a cluster" 2 "paxos-tui: *$work/empty*" "$tui" attach "$work/empty"
echo text >"$work/file"
refuses "up over a regular file" 64 "paxos-tui: *$work/file*" "$tui" up "$work/file"
holds "and the file is as it was" grep -qx text "$work/file"
refuses "up where the parent is missing" 2 "paxos-tui: *" "$tui" up "$work/none/deep"
long=$work/$(printf 'x%.0s' {1..120})
refuses "a path too long for a socket" 64 "paxos-tui: *107*shorter*" "$tui" up "$long"
refuses "run without the file" 64 "paxos-tui: *$work/no.pxs*" "$tui" run "$work/no.pxs"
printf 'nodes 3\npropos 1 A\n' >"$work/wrong.pxs"
refuses "a scenario with an error says file, line and what" 64 "paxos-tui: *wrong.pxs:2: *propose*" "$tui" run --sim "$work/wrong.pxs"
printf 'nodes 3\nexpect chosen 0 A on 9\n' >"$work/far.pxs"
refuses "a scenario with a node that there is not" 64 "paxos-tui: *far.pxs:2: *" "$tui" run --sim "$work/far.pxs"

# A dashboard without a terminal prints lines instead; here it has nothing to print for long.
dumb() { # what, command...
	local what=$1
	shift
	timeout -s INT 3 "$@" >"$work/.out" 2>"$work/.err" </dev/null
	code=$?
	if ! grep -q $'\e' "$work/.out" && { [ -s "$work/.out" ] || [ -s "$work/.err" ]; } &&
		{ [ $code = 124 ] || [ $code = 130 ] || [ $code = 0 ] || [ $code = 2 ]; }; then
		ok "$what"
	else
		not_ok "$what" "exit $code: $(cat -v "$work/.out" "$work/.err" | head -20)"
	fi
}
dumb "no terminal: lines and no escape sequence" "$tui" --sim
dumb "TERM=dumb: lines and no escape sequence" env TERM=dumb script -qec "'$tui' --sim" /dev/null
exit $bad
