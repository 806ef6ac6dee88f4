#!/bin/bash
# Nodes that join over tcp: with the join token, at all forms of an address, in spite of strangers.
. "$(dirname "$0")/cli.bash"

D=$work/lab
token=$work/token
started=()
at_end() {
	[ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1
	[ ${#started[@]} = 0 ] || kill "${started[@]}" 2>/dev/null
	wait
}
unset PAXOS_JOIN_TOKEN

# A port that is free now, and the two behind it.
port() { echo $((20000 + (RANDOM % 1000) * 10)); }

begin() { # arguments of up
	"$tui" up "$D" --within 60s "$@" >"$work/up.out" 2>"$work/up.err" &
	up=$!
}
node() { # name, arguments
	local name=$1
	shift
	"$node" --dir "$work/$name" "$@" >"$work/$name.log" 2>&1 &
	started+=($!)
}
told() { # pattern: within 15 s `up` prints it
	for _ in {1..150}; do
		grep -q -- "$1" "$work/up.out" && return
		sleep 0.1
	done
	cat "$work/up.out" "$work/up.err"
	return 1
}
ended() { # with its exit code; else what all said
	local code
	wait $up
	code=$?
	[ $code = 0 ] || cat "$work"/up.err "$work"/up.out "$work"/*.log
	return $code
}
over() {
	"$tui" down "$D"
	rm -rf "$D" "$work"/n?
	wait "${started[@]}" 2>/dev/null
	started=()
}

# Everybody has the token: from a file, from the environment.
p=$(port)
begin -n 3 --listen "tcp://localhost:$p"
holds "up says where the join token is" told "join token in $D/join-token"
holds "which only its owner can read" [ "$(stat -c %a "$D/join-token")" = 600 ]
cp "$D/join-token" "$token"
refuses "without a token nobody joins" 2 "*paxos-node: this coordinator wants a join token*PAXOS_JOIN_TOKEN*" bash -c "'$node' --dir '$work/nx' --coordinator tcp://localhost:$p 2>&1 >/dev/null | grep -v joining >&2; exit 2"
refuses "with another one neither" 2 "*the coordinator does not take this join token*" bash -c "PAXOS_JOIN_TOKEN=sixteen-and-more-x '$node' --dir '$work/nx' --coordinator tcp://localhost:$p 2>&1 >/dev/null | grep -v joining >&2; exit 2"
holds "which up tells, with the key" told 'refused a node that says it is at tcp://127.0.0.1:[0-9]*, key [0-9a-f-]*: it does not know the join token'
holds "and nothing is left of it" [ ! -e "$work/nx" ]
node n1 --coordinator "tcp://127.0.0.1:$p" --token-file "$token"
node n2 --coordinator "tcp://localhost:$p" --token-file "$token" --listen "tcp://lo:$((p + 1))"
PAXOS_JOIN_TOKEN=$(cat "$token") node n3 --coordinator "tcp://lo:$p"
holds "three nodes join, at a name and at an interface" ended
holds "up says who joined, from where, with which key" told "joined from tcp://127.0.0.1:$((p + 1)), key [0-9a-f-]*"
key=$(sed -nE 's/.*joining from .*, key ([0-9a-f-]*)$/\1/p' "$work/n2.log")
holds "the node says the same key" grep -q "joined from .*:$((p + 1)), key ${key:-none}" "$work/up.out"
holds "the token went nowhere but into its file" [ -z "$(grep -rl "$(cat "$token")" "$work" | grep -vx -e "$D/join-token" -e "$token")" ]
holds "a value is proposed" "$tui" ctl "$D" propose 1 apple
holds "and chosen" "$tui" ctl "$D" wait chosen 0 apple on all within 5s
refuses "nobody kills from here what cannot be started from here" 2 "paxos-tui: n2 is a node of another machine: start it there*" "$tui" ctl "$D" restart 2
holds "so it runs" "$tui" ctl "$D" expect up 2
holds "a node's endpoint may be a name, to look on" "$tui" ctl "tcp://localhost:$((p + 2))" state
"$tui" down "$D"
wait "${started[@]}" 2>/dev/null
refuses "a store that is elsewhere is not called gone" 2 "paxos-tui: the nodes of this cluster are not started here: start each where it runs*" "$tui" up "$D"
begin=$(date +%s%N)
refuses "one that waits for them waits as long as was said" 2 "paxos-tui: these nodes joined and did not answer in time: n1 n2 n3" bash -c "'$tui' up '$D' --listen tcp://localhost:$p --within 300ms >/dev/null"
holds "and not for 10 s" [ $(($(date +%s%N) - begin)) -lt 9000000000 ]
over

chmod 644 "$token"
refuses "a token that others can read is none" 2 "paxos-tui: the join token * can be read by others*" "$tui" up "$D" --listen "tcp://127.0.0.1:$p" --token-file "$token"
holds "and nothing is left" [ ! -e "$D" ]
chmod 600 "$token"
refuses "a token is no word of the command line" 2 "paxos-tui: cannot read the join token secret*" "$tui" up "$D" --listen "tcp://127.0.0.1:$p" --token secret
refuses "a token for nobody" 64 "paxos-tui: --token-file is for nodes that come from elsewhere*" "$tui" up "$D" --token-file "$token"

# IPv6
if grep -q . /proc/net/if_inet6 2>/dev/null; then
	p=$(port)
	begin -n 2 --listen "tcp://[::1]:$p" --token-file "$token"
	holds "up listens at an IPv6 address" told "join token in $token"
	node n1 --coordinator "tcp://[::1]:$p" --token-file "$token"
	node n2 --coordinator "tcp://[::1]:$p" --token-file "$token" --listen "tcp://[::1]:$((p + 1))"
	holds "two nodes join over IPv6" ended
	holds "a value is proposed there" "$tui" ctl "$D" propose 2 pear
	holds "and chosen there" "$tui" ctl "$D" wait chosen 0 pear on all within 5s
	over
else
	skip "two nodes join over IPv6" "no IPv6 here"
fi
refuses "an IPv6 address without brackets" 64 "paxos-node: --coordinator: *write an IPv6 address in brackets*" "$node" --coordinator tcp://::1:7000
refuses "an address of one link" 64 "paxos-node: --coordinator: *without a %zone*" "$node" --coordinator 'tcp://[fe80::1%eth0]:7000'
refuses "a port that is none" 64 "paxos-node: --coordinator: *a PORT from 1 to 65535*" "$node" --coordinator tcp://localhost:70000
refuses "no address to be reached at" 64 "paxos-node: --listen needs the address by which others reach this machine*" "$node" --coordinator tcp://127.0.0.1:7000 --listen tcp://0.0.0.0:7000
refuses "a host that there is not" 2 "*there is no host or interface nobody.invalid *" "$node" --coordinator tcp://nobody.invalid:7000

# A node that dies before all are there frees its seat; one that joins and is silent blocks nobody.
p=$(port)
begin -n 3 --listen "tcp://127.0.0.1:$p" --open
holds "up may be open to all" told "whoever reaches tcp://127.0.0.1:$p may join"
exec 8<>"/dev/tcp/127.0.0.1/$p" 9<>"/dev/tcp/127.0.0.1/$p" # one connects and is silent,
printf '\0SP\0\0p\0\0\0\0\0\0\0\0\377\377' >&9             # one stops in the middle of a message
node n9 --coordinator "tcp://127.0.0.1:$p" --id 2
holds "a node takes the second seat" told "n2 joined"
kill -9 "${started[0]}"
wait "${started[0]}" 2>/dev/null
started=()
holds "it is dead and its seat is free" told "n2, key .*, is gone again: its seat is free"
node n1 --coordinator "tcp://127.0.0.1:$p"
node n2 --coordinator "tcp://127.0.0.1:$p"
node n3 --coordinator "tcp://127.0.0.1:$p" --listen "tcp://192.0.2.1:$p"
holds "a node at an address of nobody joins too" ended
exec 8>&- 9>&-
holds "it is told to be silent" told "n[123] joined and does not answer at tcp://192.0.2.1:"
a=$(sed -nE 's/^n([123]) joined from tcp:..127.*/\1/p' "$work/up.out" | sort -u | head -1)
holds "the others choose without it" "$tui" ctl "$D" propose "$a" plum
holds "a value" "$tui" ctl "$D" wait chosen 0 plum on "$a" within 10s
"$tui" down "$D" >/dev/null 2>&1
rm -rf "$D" "$work"/n?

refuses "nobody comes in time" 2 "paxos-tui: these nodes did not join in time: n1 n2" bash -c "'$tui' up '$D' -n 2 --listen tcp://127.0.0.1:$p --within 300ms >/dev/null"
holds "and the directory is gone" [ ! -e "$D" ]
exit $bad
