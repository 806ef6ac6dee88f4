#!/bin/bash
# Nothing that either program prints does anything to a terminal: every place that takes a text is given
# random bytes with escape sequences, controls and marks of direction among them. Arguments: rounds (6)
# and seed (1).
. "$(dirname "$0")/cli.bash"
export LC_ALL=C

rounds=${1:-6}
RANDOM=${2:-1}
D=$work/lab
at_end() { "$tui" down "$D" >/dev/null 2>&1; }

# A few harmful pieces, and bytes of any kind but 0, newline and /.
noise() {
	local pieces=($'\e[2J' $'\e]0;x\a' $'\x9b31m' $'\xc2\x9b1m' $'\xe2\x80\xae' $'\xe2\x81\xa6' $'\xd8\x9c' $'\x7f' $'\r' $'\b'
		'#' '%s%n' '"' '\' '&<' ' ') text= byte i
	for ((i = 0; i < 2 + RANDOM % 6; i++)); do
		if [ $((RANDOM % 3)) = 0 ]; then
			printf -v byte '\\x%02x' $((1 + RANDOM % 255))
			[ "$byte" = '\x0a' ] || [ "$byte" = '\x2f' ] && byte=x
			printf -v byte "$byte"
			text+=$byte
		else
			text+=${pieces[RANDOM % ${#pieces[@]}]}
		fi
	done
	printf '%s' "$text"
}

harmful='[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c'
calls=0
# harmless COMMAND...: whatever it says, and with whatever exit code, but by no signal
harmless() {
	calls=$((calls + 1))
	timeout 20 "$@" >"$work/.all" 2>&1 </dev/null
	local code=$?
	[ $code -ge 124 ] && [ $code != 130 ] && not_ok "it ends" "exit $code: $(printf '%q ' "$@")"
	if grep -qaP "$harmful" "$work/.all" || ! iconv -f UTF-8 -t UTF-8 "$work/.all" >/dev/null 2>&1; then
		not_ok "what is printed is harmless" "$(printf '%q ' "$@"): $(od -c "$work/.all" | head -20)"
	fi
}

"$tui" up "$D" -n 1 >/dev/null || exit 1
for ((round = 0; round < rounds; round++)); do
	x=$(noise) y=$(noise)
	# words of both command lines
	harmless "$tui" "$x"
	harmless "$tui" --"$x"
	harmless "$tui" up --nodes "$x"
	harmless "$tui" sim --seeds "$x" --attack "$y"
	harmless "$tui" matrix --defend "$x"
	harmless "$tui" bench --defend "$x"
	harmless "$tui" down "$work/$x"
	harmless "$tui" attach "$work/$x" --plain
	harmless "$tui" attach "tcp://$x"
	harmless "$tui" up "$work/none/$x"
	harmless "$tui" up "$work/n" --listen "tcp://$x:1"
	harmless "$tui" up "$work/n" --listen tcp://127.0.0.1:1 --token-file "$work/$x"
	harmless "$node" --dir "$work/none/$x"
	harmless "$node" --coordinator "ipc://$x" --id "$y"
	harmless "$node" --"$x"
	# commands of a running cluster
	harmless "$tui" ctl "$D" "$x" "$y"
	harmless "$tui" ctl "$D" propose 1 "$x"
	harmless "$tui" ctl "$D" expect chosen 0 "$x"
	harmless "$tui" ctl "$D" say "$x"
	harmless "$tui" ctl "$D" ask "$x"
	harmless "$tui" ctl "$D" state
	harmless "$tui" ctl "$D" state --json
	# scenarios, by their texts and by their names
	printf 'nodes 3\n# %s\nsay %s\npropose 1 "%s"\nexpect chosen 0 "%s" within 1s\n' "$x" "$y" "$y" "$x" >"$work/s.pxs"
	printf 'nodes 3\n%s %s\n' "$x" "$y" >"$work/bad.pxs"
	printf 'nodes 3\npropose 1 A\nexpect chosen 0 A within 5s\nsay %s\nexpect chosen 0 B\n' "$x" >"$work/good$x.pxs"
	for report in --json --tap "--junit=$work/junit"; do
		harmless "$tui" run --sim "$report" "$work/s.pxs" "$work/bad.pxs"
		harmless "$tui" run --sim "$report" "$work/good$x.pxs"
		[ "$report" = --json ] && ! jq empty "$work/.all" 2>/dev/null && grep -q '^\[' "$work/.all" &&
			not_ok "JSON is JSON" "$(cat "$work/.all")"
	done
	if [ -e "$work/junit" ] && { grep -qaP "$harmful" "$work/junit" || ! xmllint --noout "$work/junit" 2>/dev/null; }; then
		not_ok "JUnit's XML is harmless XML" "$(od -c "$work/junit" | head -20)"
	fi
	harmless "$tui" run --sim "$work/s.pxs"
	# files that are none
	printf '%s\n' "$x" >"$work/proofs"
	harmless "$tui" verify "$work/proofs"
	printf '[{"accused": "%s"}]' "$y" >"$work/proofs"
	harmless "$tui" verify "$work/proofs"
	printf '%s\n%s\n' "$x" "propose 1 $y" | harmless "$tui" attach "$D" --plain
	rm -f "$work"/good*.pxs "$work"/n "$work/junit"
done
[ $bad = 0 ] && ok "$calls calls with noise in them print nothing harmful"

# A file's name cannot end a line of a report.
printf 'nodes 3\npropose 1 A\nexpect chosen 0 A within 5s\n' >"$work/a"$'\n'"ok 7 - b # TODO.pxs"
call "$tui" run --sim --tap "$work/a"$'\n'"ok 7 - b # TODO.pxs"
if [ "$code" = 0 ] && ! grep -qE '^ok 7|[^\\]# TODO' <<<"$out"; then ok "nor can a file's name end a line"; else not_ok "nor can a file's name end a line" "$(shown)"; fi
refuses "nor that of a directory" 2 'paxos-tui: there is no directory *' "$tui" down "$work/no"$'\n'"where"

# A directory with such a name
mkdir "$work/a"$'\e[2J'"b"
refuses "a directory with control characters in its name" 64 'paxos-tui: a path with control characters in it names no socket*' "$tui" up "$work/a"$'\e[2J'"b" -n 1
holds "which stays empty" [ -z "$(ls -A "$work/a"$'\e[2J'"b")" ]
turned=$work/$'\xe2\x80\xae'x
holds "a directory may have a mark of direction in its name" "$tui" up "$turned" -n 1
for command in roster "roster --json" state; do
	# shellcheck disable=SC2086 # words are meant
	harmless "$tui" ctl "$turned" $command
done
harmless "$tui" up "$turned"
harmless "$tui" down "$turned"
[ $bad = 0 ] && ok "and is printed without it"
exit $bad
