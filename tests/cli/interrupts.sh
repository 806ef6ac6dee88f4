#!/bin/bash
# Every subcommand that may take long ends at SIGINT or SIGTERM with exit code 130, long before its work
# would have ended.
set -u
cd "$(dirname "$0")/../.." || exit 2
tui=${BUILD:-build}/paxos-tui
work=$(mktemp -d)
trap '"$tui" down "$work/cluster" >/dev/null 2>&1; rm -rf "$work"' EXIT
bad=0

scenario() { # file, lines
	printf '%s\n' "${@:2}" >"$work/$1.pxs"
}

# Input that never ends, and never says anything.
mkfifo "$work/silence"
exec 8<>"$work/silence"

# True once the process catches SIGINT, or has blocked it to read it from a descriptor.
heeds_signals() { # process
	local name mask
	for _ in $(seq 400); do
		while read -r name mask; do
			case $name in SigBlk: | SigCgt:) [ $((0x$mask & 2)) != 0 ] && return ;; esac
		done 2>/dev/null <"/proc/$1/status"
		sleep 0.02
	done
	return 1
}

ends() { # signal, arguments...
	local signal=$1 pid begin code
	shift
	"$tui" "$@" >"$work/out" 2>&1 <&8 &
	pid=$!
	heeds_signals $pid
	sleep 0.3
	begin=$SECONDS
	kill -"$signal" $pid
	while kill -0 $pid 2>/dev/null && [ $((SECONDS - begin)) -lt 20 ]; do
		sleep 0.01
	done
	kill -KILL $pid 2>/dev/null
	wait $pid
	code=$?
	if [ $code = 130 ]; then
		echo "ok $signal ends: $1 $2"
	else
		echo "not ok $signal ends: $* (exit code $code after $((SECONDS - begin)) s)"
		sed 's/^/    /' "$work/out" | head -5
		bad=1
	fi
}

scenario climb 'nodes 4' 'attack 4 climb' 'attack 2 climb' 'propose 1 b' 'wait 3000s'
"$tui" up "$work/cluster" -n 3 >/dev/null || exit 2
for signal in INT TERM; do
	ends $signal run --sim "$work/climb.pxs"
	ends $signal run --sim --rate 1x "$work/climb.pxs"
	ends $signal run "$work/climb.pxs"
	ends $signal sim --seeds 1..10000000
	ends $signal sim --liars 1 --defend all --seeds 1..10000000
	ends $signal matrix -n 7
	ends $signal matrix -n 7 --json
	ends $signal bench --values 100000000
	ends $signal ctl "$work/cluster" wait chosen 99 x within 600s
	ends $signal verify -
	ends $signal --sim --plain
	ends $signal --sim --plain --rate unlimited
	ends $signal attach "$work/cluster" --plain
done

# A world in which nobody rests and no link takes time: time goes on all the same.
timeout -s KILL 60 "$tui" run --sim <(sed 's/3000s/1s/' "$work/climb.pxs") >"$work/out" 2>&1
code=$?
if [ $code = 0 ]; then
	echo "ok two climbers do not stop the time"
else
	echo "not ok two climbers do not stop the time (exit code $code)"
	bad=1
fi
exit $bad
