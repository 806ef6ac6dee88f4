#!/bin/bash
# Measures what was promised, next to the raw bus of the same minute, and prints one table. It judges
# nothing: numbers of a busy machine are those of a busy machine. Use the ratios.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
tui=$BUILD/paxos-tui
work=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX")
finish() {
	for running in c r t p j; do
		[ -d "$work/$running" ] && "$tui" down "$work/$running" >/dev/null 2>&1
	done
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

row() { # what, target, measured
	printf '%-52s %14s %16s\n' "$1" "$2" "$3"
}
field() { sed -nE "s/.*\"$2\": \"?([0-9.]+).*/\1/p" <<<"$1" | head -n 1; }
# NAME out of lines "NAME number"
value() { awk -v n="$1" '$1 == n { print $2 }' "$2"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "?" }'; }
least() { printf '%s\n' "$@" | grep . | sort -g | head -n 1; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

# one run: its JSON
bench() { "$tui" bench --json "$@" || echo {}; }
# values/s of it, with the name and the goal of its row
speed() { # what, goal, options of bench
	local what=$1 goal=$2
	shift 2
	row "$what" "$goal" "$(field "$(bench "$@")" values_per_s)"
}

row "what" "target" "measured"
# in turns, and the least disturbed of three: other work on the machine can only add
raw='' sync='' p50='' disk='' one={}
for i in 1 2 3; do
	"$BUILD/tests/bench_bus" >"$work/bus" 2>&1 || cat "$work/bus" >&2
	raw=$(least "$raw" "$(value commit_p50_us "$work/bus")")
	out=$(bench --values 20000)
	p50=$(least "$p50" "$(field "$out" p50_us)")
	[ "$p50" = "$(field "$out" p50_us)" ] && one=$out
	sync=$(least "$sync" "$("$BUILD/tests/bench_disk" | cut -d ' ' -f 2)")
	disk=$(least "$disk" "$(field "$(bench --values 2000 --store sqlite)" p50_us)")
done
row "raw bus, 3 nodes, commit round p50, us" "" "${raw:-?}"
row "bench, 3 nodes, multi, memory, 1 outstanding, p50 us" "" "${p50:-?}"
row "  as a multiple of the raw round" "<= 1.1" "$(ratio "${p50:-0}" "${raw:-0}")"
row "  values/s" "" "$(field "$one" values_per_s)"
for goal in 16:90000 100:300000 1000:800000; do
	k=${goal%:*}
	many=$(bench --values 200000 --outstanding "$k")
	"$BUILD/tests/bench_bus" 1 >"$work/bus" 2>&1 || cat "$work/bus" >&2
	row "  values/s, $k outstanding" ">= ${goal#*:}" "$(field "$many" values_per_s)"
	row "  as a multiple of so many raw rounds at a time" "" "$(ratio "$(field "$many" values_per_s)" "$(value "rounds_s_$k" "$work/bus")")"
done
long=$(bench --values 20000 --size 16384 --outstanding 64)
row "  16 KiB values, 64 outstanding, bytes/s" "" "$(awk -v a="$(field "$long" values_per_s)" 'BEGIN { print 16384 * a }')"
row "  as a part of what the raw bus carries to two peers" ">= 0.5" "$(ratio "$(awk -v a="$(field "$long" values_per_s)" 'BEGIN { print 16384 * a }')" "$(value bytes_s_64_of_16384 "$work/bus")")"
open=$(bench --rate 20k)
row "  20,000 values/s arriving, p99 us" "" "$(field "$open" p99_us)"
row "raw sync, p50, us" "" "${sync:-?}"
row "  1 outstanding, sqlite, p50 us" "" "${disk:-?}"
row "  as a multiple of raw sync and raw round" "<= 1.2" "$(ratio "${disk:-0}" "$(awk -v a="${sync:-0}" -v b="${raw:-0}" 'BEGIN { print a + b }')")"
speed "  values/s, 100 outstanding, sqlite" ">= 75000" --store sqlite --values 50000 --outstanding 100
speed "  values/s, 1000 outstanding, sqlite" ">= 250000" --store sqlite --values 200000 --outstanding 1000
speed "sign, 4 nodes, values/s, 1000 outstanding" ">= 200000" -n 4 --defend sign --values 200000 --outstanding 1000
speed "all, 4 nodes, values/s, 1000 outstanding" ">= 50000" -n 4 --defend all --values 100000 --outstanding 1000
for goal in 5:200000 9:100000 15:50000 31:20000; do
	speed "${goal%:*} nodes, values/s, 100 outstanding" ">= ${goal#*:}" -n "${goal%:*}" --values 20000 --outstanding 100
done
"$BUILD/tests/bench_bus" 2000 31 >"$work/bus" 2>&1 || cat "$work/bus" >&2
p50=$(field "$(bench -n 31 --values 1000)" p50_us)
row "31 nodes, 1 outstanding, p50 us" "<= 3000" "${p50:-?}"
row "  as a multiple of the raw round of 31 nodes" "" "$(ratio "${p50:-0}" "$(value commit_p50_us "$work/bus")")"

# A load with and without a dashboard attached, in turns; the quickest of three each.
load_speed() {
	"$tui" ctl "$work/t" load 1 3000000 outstanding 1000 >/dev/null 2>&1
	"$tui" ctl "$work/t" wait loaded 1 within 60s >/dev/null 2>&1
	"$tui" ctl "$work/t" state --json | jq '.nodes[0].load | if .elapsed_us > 0 then 1e6 * .values / .elapsed_us else 0 end'
}
if "$tui" up "$work/t" -n 3 --store memory >/dev/null; then
	alone='' watched=''
	for i in 1 2 3; do
		alone=$(printf '%s\n' "$alone" "$(load_speed)" | sort -g | tail -n 1)
		TERM=xterm-256color tmux -S "$work/tmux" -f /dev/null new-session -d -x 120 -y 40 \
			"$tui attach $work/t --read-only"
		watched=$(printf '%s\n' "$watched" "$(load_speed)" | sort -g | tail -n 1)
		tmux -S "$work/tmux" kill-server
	done
	"$tui" down "$work/t" >/dev/null
	row "a load, 1000 outstanding, a dashboard attached / none" ">= 0.97" "$(ratio "${watched:-0}" "${alone:-0}")"
fi

# Byzantine and classic in turns as well, on disk as clusters are and in memory, where all of it is crypto
for store in sqlite memory; do
	for n in 4 5; do
		plain='' hard=''
		for i in 1 2 3; do
			plain=$(least "$plain" "$(field "$(bench -n $n --store $store --values 1000)" p50_us)")
			hard=$(least "$hard" "$(field "$(bench -n $n --store $store --values 600 --defend all)" p50_us)")
		done
		row "all defences, $n nodes, multi, $store, p50 us" "" "${hard:-?}"
		row "  as a multiple of none (${plain:-?} us)" "<= 5" "$(ratio "${hard:-0}" "${plain:-0}")"
	done
done
"$BUILD/tests/bench_wire" >"$work/wire" 2>&1 || cat "$work/wire" >&2
row "  one signature, one verification, us" "" "$(value sign_ed25519 "$work/wire"), $(value verify_ed25519 "$work/wire")"

# five starts, the middle one: the first reads the programs from the disk
times=()
for i in 1 2 3 4 5; do
	begin=$(now_ms)
	"$tui" up "$work/u$i" -n 5 >/dev/null || break
	times+=($(($(now_ms) - begin)))
	"$tui" down "$work/u$i" >/dev/null
done
row "up, 5 nodes, ready after, ms" "< 500" \
	"$(printf '%s\n' "${times[@]:-}" | sort -n | sed -n "$((${#times[@]} / 2 + 1))p")"

if "$tui" up "$work/c" -n 5 >/dev/null; then
	"$BUILD/tests/bench_screen" "$tui" "$work/c" >"$work/screen" || cat "$work/screen" >&2
	row "dashboard, first full paint, ms" "< 300" "$(value first_paint_ms "$work/screen")"
	row "key to paint, p50, ms" "< 30" "$(value key_to_paint_p50_ms "$work/screen")"
	row "key to paint, slowest of 60, ms" "< 30" "$(value key_to_paint_max_ms "$work/screen")"
	row "step, key to delivery on the screen, 5 nodes, p50, ms" "< 50" "$(value key_to_delivery_p50_ms "$work/screen")"
	row "  slowest of 40, ms" "< 50" "$(value key_to_delivery_max_ms "$work/screen")"
	row "idle for 10 s, dashboard and 5 nodes, % of a core" "< 1" "$(value idle_percent "$work/screen")"
	row "memory of the dashboard, MiB" "< 30" "$(value rss_dashboard_mib "$work/screen")"
	row "memory of the largest node, MiB" "< 20" "$(value rss_node_mib "$work/screen")"
fi

# A recording of a million events. What it costs a commit: in turns somebody watches, and somebody watches and
# records; the least disturbed of five each.
"$BUILD/tests/bench_record" 1000000 "$work/million" >"$work/record" 2>&1 || cat "$work/record" >&2
row "recording, us an event" "" "$(value record_us_an_event "$work/record")"
row "recording, bytes an event" "< 60" "$(value bytes_an_event "$work/record")"
row "1,000,000 events, seek anywhere, p50 and most, ms" "< 100" \
	"$(value seek_p50_ms "$work/record"), $(value seek_max_ms "$work/record")"
row "  all memory of it, MiB" "< 200" "$(value rss_mib "$work/record")"
"$BUILD/tests/bench_screen" "$tui" "$work/million" >"$work/screen" || cat "$work/screen" >&2
row "  first paint of its replay, ms" "< 300" "$(value first_paint_ms "$work/screen")"
rm -f "$work/million"
commit_p50() { # of the cluster in a directory, one value at a time, us
	"$tui" ctl "$1" load 1 2000 outstanding 1 >/dev/null 2>&1
	"$tui" ctl "$1" wait loaded 1 within 60s >/dev/null 2>&1
	"$tui" ctl "$1" state --json | jq '.nodes[0].load.p50_us'
}
commits() { # what records, "" or --record FILE: latency of a commit, p50 us
	local watcher p50
	"$tui" attach "$work/r" --read-only $1 >/dev/null 2>&1 </dev/null &
	watcher=$!
	p50=$(commit_p50 "$work/r")
	kill "$watcher" 2>/dev/null
	wait "$watcher" 2>/dev/null
	echo "$p50"
}
if "$tui" up "$work/r" -n 3 >/dev/null; then
	watched='' recorded=''
	for i in 1 2 3 4 5; do
		watched=$(least "$watched" "$(commits "")")
		recorded=$(least "$recorded" "$(commits "--record $work/r$i.pxr")")
	done
	"$tui" down "$work/r" >/dev/null
	row "commit p50 while it is recorded, us" "" "${recorded:-?}"
	row "  as a multiple of watched only (${watched:-?} us)" "<= 1.05" "$(ratio "${recorded:-0}" "${watched:-0}")"
fi

# Journals: in turns the same commits with and without, the least disturbed of five each; and what is computed again.
if "$tui" up "$work/p" -n 3 >/dev/null && "$tui" up "$work/j" -n 3 --journal >/dev/null; then
	plain='' kept=''
	for i in 1 2 3 4 5; do
		plain=$(least "$plain" "$(commit_p50 "$work/p")")
		kept=$(least "$kept" "$(commit_p50 "$work/j")")
	done
	row "commit p50 with journals, us" "" "${kept:-?}"
	row "  as a multiple of without (${plain:-?} us)" "<= 1.1" "$(ratio "${kept:-0}" "${plain:-0}")"
fi
for running in p j; do
	"$tui" down "$work/$running" >/dev/null 2>&1
done
"$BUILD/tests/bench_journal" >"$work/journal" 2>&1 || cat "$work/journal" >&2
row "inputs recomputed and compared, 1/s, unsigned" ">= 200000" "$(awk '/run again/ { print $(NF - 2) }' "$work/journal")"

"$tui" sim --seeds 1..3000 >"$work/sim" 2>&1 || cat "$work/sim" >&2
row "sim, messages/s, invariants after every step" ">= 200000" \
	"$(sed -nE 's/.*[^0-9]([0-9]+) messages\/s.*/\1/p' "$work/sim")"
start=$(now_ms)
"$tui" matrix -n 5 --defend none/origin/all >/dev/null 2>&1 || echo "the matrix failed" >&2
row "matrix -n 5, none, origin and all, s" "< 60" "$((($(now_ms) - start) / 1000))"
