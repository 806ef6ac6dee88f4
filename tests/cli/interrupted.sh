#!/bin/bash
# `up` that is interrupted at any moment leaves no process, and either no directory, an empty one, or
# one that `up` and `down` both take at once. Arguments: tries (60) and seed (1).
. "$(dirname "$0")/cli.bash"

tries=${1:-60}
RANDOM=${2:-1}
D=$work/lab
signals=(INT TERM HUP KILL)
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
nodes_of() { pgrep -f -- "paxos-node --dir $work/"; }

# Nodes see that their starter has ended, and end in order: that is no matter of seconds.
no_node_is_left() {
	local i
	for i in {1..40}; do
		[ -z "$(nodes_of)" ] && return
		sleep 0.05
	done
	return 1
}

# true: the cluster is complete, so `up` had done its work when the signal came
is_complete() { [ -e "$D/roster" ] && [ ! -e "$D/starting" ]; }

# What the next command finds: every second time it comes at once, while nodes may still be ending.
interrupt_one() { # signal, delay in ms, every try's number
	local signal=$1 delay=$2 try=$3 up before
	"$tui" up "$D" -n 3 >"$work/up.out" 2>"$work/up.err" &
	up=$!
	sleep "0.$(printf %03d "$delay")"
	kill -"$signal" $up 2>/dev/null
	wait $up 2>/dev/null
	before=$(ls "$D" 2>/dev/null | tr '\n' ' ')
	if is_complete; then
		"$tui" down "$D" || { echo "down of a complete cluster"; return 1; }
	elif [ -d "$D" ] && [ -n "$(ls -A "$D")" ]; then
		[ "$signal" = KILL ] || { echo "left: $before, $(cat "$work/up.err")"; return 1; }
		if [ $((try % 2)) = 0 ]; then
			"$tui" down "$D" || { echo "down, with $before"; return 1; }
		else
			"$tui" up "$D" -n 3 >/dev/null || { echo "up, with $before"; return 1; }
			"$tui" ctl "$D" propose 1 apple >/dev/null || { echo "propose, with $before"; return 1; }
			"$tui" down "$D" || { echo "down after up, with $before"; return 1; }
		fi
	fi
	no_node_is_left || { echo "processes are left, with $before: $(nodes_of | tr '\n' ' ')"; return 1; }
	[ -z "$(ls -A "$D" 2>/dev/null)" ] || [ -e "$D/roster" ] || { echo "files are left: $(ls -A "$D")"; return 1; }
	if [ $((try % 3)) != 0 ]; then rm -rf "$D"; fi
}

set -m # a job of its own: SIGINT is not ignored in it
for ((try = 0; try < tries; try++)); do
	signal=${signals[RANDOM % 4]} delay=$((RANDOM % 150))
	if ! said=$(interrupt_one "$signal" "$delay" "$try" 2>&1); then
		not_ok "SIG$signal after $delay ms, try $try" "$said"
		"$tui" down "$D"
		rm -rf "$D"
	fi
done 2>"$work/.noise"
[ $bad = 0 ] && ok "$tries interrupted starts left nothing behind"

# Whatever file a starter was about to make when it was killed, it is gone with the rest.
for file in operator.key roster formed join-token; do
	rm -rf "$D"
	mkdir -m 700 "$D"
	touch "$D/starting" "$D/$file.new"
	if [ $file != roster ]; then touch "$D/$file"; fi
	"$tui" down "$D"
	[ -z "$(ls -A "$D")" ] || not_ok "a start killed while it made '$file'" "left: $(ls -A "$D")"
done
[ $bad = 0 ] && ok "no file is left of a start that was killed while it made one"

# Whatever else starts a cluster: its nodes end with it, and its private directory goes, at the latest
# when the next one is made.
begin_other() { # kind
	case $1 in
	0) exec "$tui" run demo/first-value.pxs ;;
	1) exec "$tui" bench -n 3 --values 100 ;;
	2) exec "$tui" --plain -n 3 --dir "$D" ;;
	*) exec "$tui" --plain -n 3 ;;
	esac
}
others=$((tries / 4))
export XDG_RUNTIME_DIR=$work/private
mkdir "$XDG_RUNTIME_DIR"
nodes_of() { pgrep -f -- "paxos-node --dir ($work|$XDG_RUNTIME_DIR)/"; }
for ((try = 0; try < others; try++)); do
	signal=${signals[RANDOM % 4]} delay=$((RANDOM % 200))
	begin_other $((try % 4)) >"$work/up.out" 2>&1 </dev/null &
	other=$!
	sleep "0.$(printf %03d $delay)"
	kill -"$signal" $other 2>/dev/null
	wait $other 2>/dev/null
	no_node_is_left || not_ok "kind $((try % 4)), SIG$signal after $delay ms leaves processes" "$(nodes_of)"
	[ "$signal" = KILL ] && timeout 10 "$tui" --plain -n 1 >"$work/up.out" 2>&1 </dev/null
	[ -z "$(ls -A "$XDG_RUNTIME_DIR")" ] ||
		not_ok "kind $((try % 4)), SIG$signal after $delay ms leaves files" "$(ls -R "$XDG_RUNTIME_DIR")"
	[ ! -e "$D" ] || { "$tui" up "$D" >"$work/up.out" 2>&1 && "$tui" down "$D"; } ||
		not_ok "kind $((try % 4)), SIG$signal after $delay ms leaves a directory that is none" "$(cat "$work/up.out")"
	rm -rf "$D" "$XDG_RUNTIME_DIR"/*
done 2>"$work/.noise"
[ $bad = 0 ] && ok "$others interrupted runs, benches and dashboards left nothing behind"

# Killed as soon as its private directory was made: the next one finds it empty, and takes it away.
mkdir -m 700 "$XDG_RUNTIME_DIR/paxos-tui.abcdef"
timeout 10 "$tui" --plain -n 1 >"$work/up.out" 2>&1 </dev/null
holds "an empty private directory is swept" [ -z "$(ls -A "$XDG_RUNTIME_DIR")" ]
# Many that start at once do not take each other's away.
for try in 1 2 3 4 5 6 7 8; do
	timeout 60 "$tui" --plain -n 1 >"$work/many.$try" 2>&1 </dev/null || echo "exit $?" >>"$work/many.failed" &
done
wait
holds "eight that start at once all start" [ ! -e "$work/many.failed" ]
holds "and leave nothing" [ -z "$(ls -A "$XDG_RUNTIME_DIR")" ]

# A start that is interrupted is told from one that failed, and leaves what was there before it.
rm -rf "$D"
mkdir "$D"
(ulimit -f 0; "$tui" up "$D" -n 3 >/dev/null 2>&1)
holds "a start that failed leaves an empty directory empty" [ -z "$(ls -A "$D")" ]
rmdir "$D"
(ulimit -f 0; "$tui" up "$D" -n 3 >/dev/null 2>&1)
holds "and does not leave a directory that was not there" [ ! -e "$D" ]
exit $bad
