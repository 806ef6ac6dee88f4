#!/bin/bash
# Five nodes on five machines: network namespaces on a bridge, with a join token and clocks that differ.
# Links are pulled, addresses go away, packets are lost one way. Everything happens inside namespaces
# that this script makes and removes; it skips where it may not make them. Argument: how many seconds
# the wall clock of n3 is ahead (-30: it is behind).
. "$(dirname "$0")/cli.bash"

D=$work/lab
token=$work/token
ns=pxt$$
pids=()
at_end() {
	local id
	[ ${#pids[@]} = 0 ] || kill -9 "${pids[@]}" 2>/dev/null
	wait 2>/dev/null
	for id in 0 1 2 3 4 5; do ip netns del "$ns-$id" 2>/dev/null; done
}
# Namespace 0 is the switch and the operator's machine, 1 to 5 are those of the nodes.
on() { # namespace, command...
	local id=$1
	shift
	ip netns exec "$ns-$id" "$@"
}
ctl() { on 0 "$tui" ctl "$D" "$@"; }

what="five nodes in five network namespaces"
if [ "$(id -u)" != 0 ]; then skip "$what" "only root may make namespaces"; exit 0; fi
if ! command -v ip >/dev/null; then skip "$what" "there is no ip"; exit 0; fi
for id in 0 1 2 3 4 5; do
	if ! ip netns add "$ns-$id" 2>/dev/null; then skip "$what" "no namespace may be made here"; exit 0; fi
	ip -n "$ns-$id" link set lo up
done
if ! ip -n "$ns-0" link add name switch type bridge 2>/dev/null; then skip "$what" "no bridge may be made here"; exit 0; fi
ip -n "$ns-0" addr add 10.77.0.254/24 dev switch
ip -n "$ns-0" link set dev switch up
for id in 1 2 3 4 5; do
	ip -n "$ns-0" link add "port$id" type veth peer name eth0 netns "$ns-$id"
	ip -n "$ns-0" link set "port$id" master switch up
	ip -n "$ns-$id" addr add "10.77.0.$id/24" dev eth0
	ip -n "$ns-$id" link set eth0 up
done

seconds=${1:--30}
cat >"$work/ahead.c" <<-'END'
	#define _GNU_SOURCE
	#include <sys/syscall.h>
	#include <sys/time.h>
	#include <time.h>
	#include <unistd.h>
	int clock_gettime(clockid_t clock, struct timespec *t)
	{
		const int result = (int)syscall(SYS_clock_gettime, clock, t);
		if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
			t->tv_sec += AHEAD_S;
		return result;
	}
	int gettimeofday(struct timeval *restrict t, void *restrict zone)
	{
		struct timespec now;
		(void)zone;
		clock_gettime(CLOCK_REALTIME, &now);
		t->tv_sec = now.tv_sec;
		t->tv_usec = now.tv_nsec / 1000;
		return 0;
	}
	time_t time(time_t *out)
	{
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		if (out != NULL)
			*out = now.tv_sec;
		return now.tv_sec;
	}
END
ahead=
if [ -z "${SAN:-}" ] && env -u XDG_RUNTIME_DIR ${CC:-cc} -shared -fPIC "-DAHEAD_S=$seconds" -o "$work/ahead.so" "$work/ahead.c" 2>/dev/null; then
	ahead=$work/ahead.so
else
	skip "one node's wall clock is $seconds s ahead" "no shim can be built, or it is a sanitizer build"
fi
# Another one has been up an hour longer than its machine.
apart=(unshare --time --monotonic 3600 --boottime 3600 --fork --kill-child)
if ! "${apart[@]}" true 2>/dev/null; then
	skip "one node's monotonic clock is an hour ahead" "no time namespace may be made here"
	apart=()
fi

on 0 "$tui" up "$D" -n 5 --rate 1x --listen tcp://switch:7000 --within 40s >"$work/up.out" 2>&1 &
up=$!
for _ in {1..100}; do
	[ -s "$D/join-token" ] && break
	sleep 0.1
done
cp "$D/join-token" "$token"
for id in 1 2 3 4 5; do
	with=()
	[ $id = 3 ] && [ -n "$ahead" ] && with=(env "LD_PRELOAD=$ahead")
	[ $id = 4 ] && with=("${apart[@]}")
	ip netns exec "$ns-$id" "${with[@]}" "$node" --dir "$work/n$id" --id $id --coordinator tcp://10.77.0.254:7000 \
		--token-file "$token" --listen tcp://eth0:7100 >"$work/n$id.log" 2>&1 &
	pids+=($!)
done
if wait $up; then ok "a cluster is formed"; else not_ok "a cluster is formed" "$(cat "$work"/up.out "$work"/n?.log)"; exit 1; fi
holds "each node at its own address" [ "$(grep -cE '^n([1-5]) joined from tcp://10\.77\.0\.\1:7100, key' "$work/up.out")" = 5 ]
chosen() { # what, slot, value, nodes
	holds "$1" ctl wait chosen "$2" "$3" on "$4" within 15s
}
holds "a value is proposed at the node that is ahead" ctl propose 3 apple
chosen "and chosen by all at rate 1x" 0 apple 1,2,3,4,5
# A message that was on its way for a moment makes the clock seem a little behind.
span=${seconds#-}
differs="n3's clock is ($((span - 1))|$span|$((span + 1))) s $([ "$seconds" -lt 0 ] && echo behind || echo ahead)"
[ -z "$ahead" ] || holds "state says that $differs" grep -qE "$differs" <(ctl state)

ip -n "$ns-0" link set port5 down
holds "with the cable of n5 pulled a value is proposed" ctl propose 1 pear
chosen "and chosen by the others" 1 pear 1,2,3,4
holds "defences change without n5" ctl defend sign
holds "state says that n5 is silent, and not that it is down" grep -qE "n5 has been silent for [0-9.]+ s: it is down, or out of reach from here" <(ctl state)
refuses "and nothing can be proposed there" 2 "paxos-tui: n5 is out of reach from here: it cannot propose" ctl propose 5 lime
ip -n "$ns-0" link set port5 up
chosen "n5 is plugged in again and learns it" 1 pear 5

if command -v nft >/dev/null && on 2 nft add table inet loss 2>/dev/null; then
	on 2 nft add chain inet loss in '{ type filter hook input priority 0; }'
	on 2 nft add rule inet loss in ip saddr 10.77.0.1 drop
	holds "n2 hears nothing of n1: a value is proposed at n1" ctl propose 1 plum
	chosen "chosen by who hears n1" 2 plum 1,3,4,5
	on 2 nft delete table inet loss
	chosen "and n2 learns it" 2 plum 2
else
	skip "packets are lost one way" "there is no nft"
	holds "a value is proposed" ctl propose 1 plum
fi

ip -n "$ns-4" addr del 10.77.0.4/24 dev eth0
holds "the address of n4 is gone: a value is proposed" ctl propose 2 fig
chosen "and chosen by the others" 3 fig 1,2,3,5
ip -n "$ns-4" addr add 10.77.0.4/24 dev eth0
chosen "the address is back and n4 learns it" 3 fig 4
holds "what was chosen first is chosen" ctl expect chosen 0 apple on 1,2,3,4,5 within 5s
holds "down ends all of them" on 0 "$tui" down "$D"
for pid in "${pids[@]}"; do
	for _ in {1..50}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -0 "$pid" 2>/dev/null && left+=" $pid"
done
holds "no process is left" [ -z "${left:-}" ]
exit $bad
