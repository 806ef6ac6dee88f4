#!/bin/bash
# Recordings from outside: what run, sim, up and attach record, replay shows; bad files are refused in a
# sentence; after kill -9 of nodes and of whatever records, the file opens and holds what was there.
. "$(dirname "$0")/cli.bash"
export XDG_STATE_HOME=$work/state
D=$work/c
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }

within() { # seconds, command...: it succeeds in time
	local until=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -ge $until ] && return 1
		sleep 0.05
	done
}
sql() { sqlite3 "$1" "$2" 2>/dev/null; }
told() { "$tui" replay ${1:+"$1"} 2>/dev/null | grep -qE -- "$2"; }

# run and replay
holds "run records" "$tui" run --sim --seed 3 --record "$work/a.pxr" demo/withhold.pxs
call "$tui" replay "$work/a.pxr"
if [ "$code" = 1 ] && [[ $out == *"SAFETY is VIOLATED: in slot 0 apple"* ]] && [[ $out != *gone* ]]; then
	ok "replay tells it in lines, and that safety was violated"
else
	not_ok "replay tells it in lines, and that safety was violated" "$(shown)"
fi
# a live run is told in the same words by its recording
holds "a live run records, too" "$tui" run --record "$work/live.pxr" demo/first-value.pxs
holds "and its recording tells a decision" told "$work/live.pxr" 'is CHOSEN in slot 0'
call "$tui" run --sim --record "$work/a.pxr" demo/withhold.pxs
if [ "$code" = 2 ] && [[ $err == *"cannot record to $work/a.pxr: it exists, and a recording overwrites nothing" ]]; then
	ok "a recording overwrites nothing"
else
	not_ok "a recording overwrites nothing" "$(shown)"
fi
refuses "--record of many scenarios is refused" 64 "*--record takes one scenario*" \
	"$tui" run --sim --record "$work/b.pxr" demo/withhold.pxs demo/withhold.pxs
refuses "sim records one seed" 64 "*--record is of one run: say its --seed" "$tui" sim --record "$work/b.pxr"
holds "sim records a seed" "$tui" sim --seed 7 --record "$work/s.pxr"
holds "and replay tells it" told "$work/s.pxr" 'prepares ballot'

# what is no recording
refuses "no such file" 2 "paxos-tui: cannot read the recording $work/none: No such file or directory" "$tui" replay "$work/none"
long=$work/$(printf 'd%.0s' {1..600})
refuses "a path that is too long to read" 2 "paxos-tui: cannot read the recording $work/ddd*" "$tui" replay "$long"
call "$tui" run --sim --record "$long" demo/first-value.pxs
if [ "$code" = 2 ] && [[ $err == *"the path of the recording is too long: at most 511 bytes"* ]]; then
	ok "or to write: nothing is written elsewhere"
else
	not_ok "or to write: nothing is written elsewhere" "$(shown)"
fi
refuses "a text" 2 "paxos-tui: README.md is no recording" "$tui" replay README.md
: >"$work/empty"
refuses "an empty file" 2 "paxos-tui: $work/empty is no recording" "$tui" replay "$work/empty"
refuses "a directory" 2 "paxos-tui: *" "$tui" replay "$work"
refuses "nothing in the state directory" 2 "paxos-tui: there is no recording in $XDG_STATE_HOME/paxos-tui/recordings" "$tui" replay
cp "$work/a.pxr" "$XDG_STATE_HOME/paxos-tui/recordings/20200101-000000-1.pxr"
holds "the newest in the state directory" told "" 'VIOLATED'
size=$(stat -c %s "$work/a.pxr")
for at in 1 100 4096 8192 $((size / 2)) $((size - 1)); do
	head -c "$at" "$work/a.pxr" >"$work/cut"
	"$tui" replay "$work/cut" >"$work/.out" 2>"$work/.err"
	code=$?
	if [ "$code" = 2 ] && [ "$(wc -l <"$work/.err")" = 1 ] && grep -qE 'is no recording|damaged|is cut' "$work/.err"; then
		ok "cut at $at"
	else
		not_ok "cut at $at" "exit $code: $(cat "$work/.err")"
	fi
done
if command -v sqlite3 >/dev/null; then
	cp "$work/a.pxr" "$work/newer"
	sqlite3 "$work/newer" 'PRAGMA user_version = 99'
	refuses "of a newer version" 2 "paxos-tui: the recording $work/newer is of format 99, by a newer paxos-tui: this one reads format 2" \
		"$tui" replay "$work/newer"
	cp "$work/a.pxr" "$work/changed"
	sqlite3 "$work/changed" 'UPDATE item SET ballot = ballot + 32 WHERE number = 30'
	call "$tui" replay "$work/changed"
	if [ "$code" = 2 ] && [[ $err == *"is damaged: "*"not as it was recorded"* ]]; then
		ok "one that was changed is said to be damaged"
	else
		not_ok "one that was changed is said to be damaged" "$(shown)"
	fi
	holds "people read it with SQL" test "$(sql "$work/a.pxr" "SELECT count(*) FROM event WHERE kind = 'chosen' AND value = 'pear'")" -gt 0
fi
chmod 400 "$work/a.pxr"
holds "a file that cannot be written is read" told "$work/a.pxr" 'VIOLATED'

# a cluster that runs, while it is recorded, and kill -9
holds "up records" "$tui" up "$D" -n 3 --record "$work/up.pxr"
holds "a value" "$tui" ctl "$D" propose 1 apple
holds "is chosen" "$tui" ctl "$D" wait chosen 0 apple within 10s
holds "a recording that is being written is read" within 10 told "$work/up.pxr" 'apple is CHOSEN in slot 0'
refuses "up does not overwrite one either" 2 "paxos-tui: cannot record to $work/up.pxr: it exists*" \
	"$tui" up "$D" -n 3 --record "$work/up.pxr"
for round in 1 2 3; do
	recorder=$(pgrep -f -- "attach $D --read-only --record")
	"$tui" ctl "$D" propose 1 "pear$round" >/dev/null 2>&1
	"$tui" ctl "$D" wait chosen "$round" "pear$round" within 10s >/dev/null 2>&1
	within 10 told "$work/up.pxr" "pear$round is CHOSEN" || not_ok "round $round is there" "$("$tui" replay "$work/up.pxr" 2>&1 | tail -3)"
	kill -9 $recorder "$(cat "$D/n$round/pid")"
	if told "$work/up.pxr" "pear$round is CHOSEN"; then
		ok "killed -9 in round $round, it holds all that was told"
	else
		not_ok "killed -9 in round $round, it holds all that was told" "$("$tui" replay "$work/up.pxr" 2>&1 | tail -3)"
	fi
	[ $round = 3 ] && break
	"$tui" ctl "$D" restart "$round" >/dev/null 2>&1
	rm -f "$work/up.pxr"*
	"$tui" attach "$D" --read-only --record "$work/up.pxr" >/dev/null 2>&1 </dev/null &
	within 10 test -s "$work/up.pxr-wal" || not_ok "attach records"
	within 10 told "$work/up.pxr" 'apple' || :
done
"$tui" down "$D" >/dev/null 2>&1
wait
if command -v groff >/dev/null; then
	call groff -man -ww -Tutf8 -P-cbou "$BUILD/paxos-recording.5"
	if [ -z "$err" ] && [[ $out == *"number INTEGER PRIMARY KEY"* ]]; then
		ok "the man page has the tables"
	else
		not_ok "the man page has the tables" "$err"
	fi
fi
exit $bad
