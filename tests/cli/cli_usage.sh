#!/bin/bash
# What the command line says: help and version on stdout, one sentence and exit 64 for what it does
# not understand.
. "$(dirname "$0")/cli.bash"

passes "--help lists the commands" "*paxos-tui up DIR*paxos-tui ctl*--nodes NODES*Exit: 0 pass*" "$tui" --help
passes "-h is --help" "*paxos-tui up DIR*" "$tui" -h
passes "--version says the version" "paxos-tui [0-9]*.[0-9]*.[0-9]*" "$tui" --version
passes "-V is --version" "paxos-tui [0-9]*" "$tui" -V
for command in $(sed -n 's/^SUBCOMMAND([a-z_]*, *"\([a-z]\{1,\}\)".*/\1/p' tui/option/subcommands.def); do
	passes "$command --help is about $command" "*paxos-tui $command*Options:*--help*" "$tui" "$command" --help
	passes "$command --version says the version" "paxos-tui [0-9]*" "$tui" "$command" --version
done
passes "no line of help is wider than 100 columns" "" awk 'length > 100' <("$tui" --help)

refuses "an unknown command gets a suggestion" 64 \
	"paxos-tui: there is no command 'atach'; did you mean 'attach'?" "$tui" atach D
refuses "a command that is like no other" 64 "paxos-tui: there is no command 'xyzzy'; 'paxos-tui --help' lists them" "$tui" xyzzy
refuses "an empty command" 64 "paxos-tui: there is no command ''*" "$tui" ""
refuses "an unknown option gets a suggestion" 64 \
	"paxos-tui: there is no option '--noeds'; did you mean '--nodes'?" "$tui" --noeds 3
refuses "an abbreviation is the option that begins so" 64 "paxos-tui: --nodes takes a number from 1 to 31, not '0'" "$tui" --nod 0
refuses "an abbreviation that may be several" 64 \
	"paxos-tui: '--see' may be --seed or --seeds; write more of it" "$tui" sim --see 1
refuses "an unknown letter" 64 "paxos-tui: there is no option '-q'*" "$tui" -q
refuses "-n 0" 64 "paxos-tui: -n takes a number from 1 to 31, not '0'" "$tui" -n 0
refuses "-n 32" 64 "paxos-tui: -n takes a number from 1 to 31, not '32'" "$tui" up "$work/d" -n 32
refuses "-n without a number" 64 "paxos-tui: -n needs NODES after it" "$tui" up "$work/d" -n
refuses "-n five" 64 "paxos-tui: -n takes a number from 1 to 31, not 'five'" "$tui" -n five
refuses "an unknown mode" 64 "paxos-tui: --mode takes single|multi, not 'mutli'; did you mean 'multi'?" "$tui" --mode mutli
refuses "an unknown store" 64 "paxos-tui: --store takes sqlite|memory, not 'disk'" "$tui" --store disk
refuses "a rate that is none" 64 "paxos-tui: --rate takes *, not '1/0'" "$tui" --rate 1/0
refuses "seeds that fall" 64 "paxos-tui: --seeds takes two numbers A..B with A <= B, not '9..1'" "$tui" sim --seeds 9..1
sim() { "$tui" sim "$@" 2>/dev/null; }
passes "sim sweeps a set of defences, too" "5 runs: 5 passed*against 21 invariants*" sim --defend all --seeds 1..5
passes "sim sweeps liars" "6 runs: 6 passed*1 liar: lie;*" sim --defend all --attack lie --seeds 1..6
call sim --liars 1 --attack equivocate -n 3 --seeds 4..4
if [ "$code" = 1 ] && [[ $out == *"replay: paxos-tui sim --seed 4 -n 3 --liars 1 --attack equivocate"* ]]; then
	ok "sim says how to replay what it found broken"
else
	not_ok "sim says how to replay what it found broken" "$(shown)"
fi
refuses "defences of sim that are not known" 64 "paxos-tui: no defence \"ech\"; did you mean \"echo\"?" "$tui" sim --defend ech
refuses "more liars than nodes in sim" 64 "paxos-tui: of 4 nodes at most 3 can lie" "$tui" sim --liars 4 -n 4
refuses "an attack without a liar" 64 "paxos-tui: an attack takes a liar*" "$tui" sim --attack lie --liars 0
refuses "a matrix without a liar" 64 "paxos-tui: an attack takes a liar*" "$tui" matrix --liars 0
refuses "an attack without a liar in the matrix" 64 "paxos-tui: an attack takes a liar*" "$tui" matrix --attack lie --liars 0
for defences in quorum+f=1 quorum,f=1 'quorum f=1' 'quorum(f=1)'; do
	passes "sim understands --defend '$defences'" "1 runs: 1 passed*" sim -n 4 --defend "$defences" --seeds 1..1
	passes "matrix understands --defend '$defences'" '*"defences": "quorum(f=1)"*"seeds": 1,*' \
		bash -c '"$1" matrix -n 4 --attack mute --defend "$2" --seeds 18446744073709551615..18446744073709551615 --json 2>/dev/null' - "$tui" "$defences"
	passes "bench understands --defend '$defences'" '*"defences": "quorum(f=1)"*' \
		"$tui" bench -n 4 --values 5 --json --defend "$defences"
done
for command in "up $work/d" sim matrix bench ""; do
	refuses "'$command' says what is wrong with --defend" 64 'paxos-tui: no defence "foo"*' "$tui" $command --defend sign+foo
	refuses "'$command' refuses to switch off what is not on" 64 "paxos-tui: --defend says what is on*" "$tui" $command --defend 'sign off'
done
call env XDG_RUNTIME_DIR="$work" "$tui" bench --defend foo
holds "a bench that is refused leaves no directory" [ -z "$(find "$work" -name 'paxos-*')" ]
# A bench that is killed leaves its directory to the next one that starts.
XDG_RUNTIME_DIR=$work "$tui" bench -n 1 --values 100000000 >/dev/null 2>&1 &
killed=$!
until [ -n "$(find "$work" -path '*paxos-*/n1/pid')" ]; do kill -0 $killed || break; done
kill -9 $killed
wait $killed 2>/dev/null
holds "a killed bench leaves its directory" [ -n "$(find "$work" -name 'paxos-*')" ]
for _ in 1 2 3 4 5; do
	env XDG_RUNTIME_DIR="$work" "$tui" bench -n 1 --values 1 >/dev/null
	[ -z "$(find "$work" -name 'paxos-*')" ] && break
done
interrupts=''
for i in 1 2 3 4 5 6 7 8; do
	XDG_RUNTIME_DIR=$work "$tui" bench -n 2 --values 100000000 >/dev/null 2>&1 &
	killed=$!
	# a signal that comes before the shell has made room for the program is the shell's
	until [ "$(cat /proc/$killed/comm)" = paxos-tui ]; do kill -0 $killed || break; done
	for _ in $(seq $((i * 40))); do kill -0 $killed; done
	[ "$i" -lt 4 ] || until [ -n "$(find "$work" -path '*paxos-*/n1/pid')" ]; do kill -0 $killed || break; done
	kill -TERM $killed
	wait $killed
	interrupts="$interrupts $?"
done
holds "a bench that is interrupted early leaves nothing" [ -z "$(find "$work" -name 'paxos-*')" ]
holds "the next one sweeps it" [ -z "$(find "$work" -name 'paxos-*')" ]
call bash -c '"$1" matrix -n 3 --attack mute --defend none --seeds 5..9 2>/dev/null' - "$tui"
holds "the matrix runs the seeds that were asked for and no others" [ "${out#*mute*held*5 seeds}" != "$out" ]
printf 'nodes 1\npropose 1 A\n' >"$work/one.pxs"
passes "the highest seed is itself in JSON" '*"seed": 18446744073709551615*' \
	"$tui" run --sim --json --seed 18446744073709551615 "$work/one.pxs"
holds "and the JSON is JSON" bash -c '"$1" run --sim --json "$2" "$2" | jq -e "length == 2" >/dev/null' - "$tui" "$work/one.pxs"
refuses "an endpoint that is none" 64 "paxos-tui: --listen takes an endpoint*" "$tui" --listen somewhere
refuses "up without a directory" 64 "paxos-tui: 'up' needs DIR; see 'paxos-tui up --help'" "$tui" up
refuses "up with two directories" 64 "paxos-tui: 'b' is one argument too many*" "$tui" up a b
refuses "ctl without a command" 64 "paxos-tui: 'ctl' needs DIR|ENDPOINT COMMAND...*" "$tui" ctl "$work"
refuses "run without a scenario" 64 "paxos-tui: 'run' needs SCENARIO...*" "$tui" run --sim
refuses "play without a scenario" 64 "paxos-tui: 'play' needs SCENARIO; see 'paxos-tui play --help'" "$tui" play
refuses "play of what is nowhere" 64 "paxos-tui: there is no scenario no-such-story here, in */demo or in */share/paxos-tui" "$tui" play no-such-story
refuses "play of what is no scenario" 64 "paxos-tui: Makefile:*" "$tui" play Makefile
refuses "play without a screen" 2 "paxos-tui: a story is told on a screen; *paxos-tui run --sim */withhold.pxs*" "$tui" play withhold
refuses "an option of another command" 64 "paxos-tui: 'down' takes no option '--seed'*" "$tui" down --seed 3 D
refuses "an unknown option of a node gets a suggestion" 64 \
	"paxos-node: there is no option '--dri'; did you mean '--dir'?" "$node" --dri x
refuses "a node's option that is like no other" 64 "paxos-node: there is no option '-z'; 'paxos-node --help' lists them" "$node" -z
passes "an abbreviation of a node's option" "paxos-node [0-9]*" "$node" --vers
passes "an abbreviation of the dashboard's option" "paxos-tui [0-9]*" "$tui" --vers
refuses "an abbreviation that may be several of a node's options" 64 \
	"paxos-node: '--' may be *" "$node" --=x
refuses "a node's number that is none" 64 "paxos-node: --id takes a number from 1 to 31, not '32'" "$node" --id 32
refuses "a node's word that is none" 64 "paxos-node: --store takes sqlite or memory, not 'disk'*" "$node" --sto disk
refuses "a node's letter is written as it was" 64 "paxos-node: -s takes sqlite or memory, not 'disk'" "$node" -s disk
refuses "a word that is no option of a node" 64 "paxos-node: 'x' is no option" "$node" x
refuses "a node's option without its argument" 64 "paxos-node: --dir needs an argument*" "$node" --dir
refuses "a node that comes back and is told where to listen" 64 "paxos-node: --listen is said when a node joins*" \
	"$node" --dir "$work/d" --listen tcp://127.0.0.1:7000
refuses "a node's option that is given twice" 64 "paxos-node: --id was given twice*" "$node" -i 1 --id 2
refuses "JSON of what prints none" 64 "paxos-tui: --json is for what state*" "$tui" ctl --json "$work/d" crash 1
refuses "a node that is told nothing" 64 "paxos-node: say --coordinator*" "$node"
refuses "a node's coordinator that is no endpoint" 64 "paxos-node: *nowhere*tcp://HOST:PORT" "$node" --coordinator nowhere
call timeout -s TERM 5 "$node" --coordinator "ipc://$work/nobody" --dir "$work/alone"
if [ "$code" = 124 ] && [[ $err == "paxos-node: in $work/alone, waiting for the coordinator and the other nodes" ]]; then
	ok "a node whose coordinator is not there says what it waits for"
else
	not_ok "a node whose coordinator is not there says what it waits for" "$(shown)"
fi
call env XDG_RUNTIME_DIR="$work" timeout -s TERM 1 "$node" --coordinator "ipc://$work/nobody"
holds "one that never joined leaves no directory of its own" [ -z "$(find "$work" -name 'paxos-node.*')" ]
holds "nothing was made on the way" [ ! -e "$work/d" ]

# Descriptors that are closed: no file takes their place, and input is at its end.
holds "a closed input is the end of it" timeout 20 "$tui" --plain --sim <&-
refuses "a closed output is no success" 2 "paxos-tui: cannot write to the standard output: Bad file descriptor" bash -c '"$1" --version >&-' - "$tui"
bash -c 'exec "$1" --coordinator "ipc://$2/nobody" --dir "$2/closed" <&- >&- 2>&-' - "$node" "$work" &
closed=$!
for i in {1..50}; do
	[ -e "$work/closed/pid" ] && break
	sleep 0.1
done
holds "a node whose descriptors were closed puts no file in their place" \
	[ "$(readlink "/proc/$closed/fd/0" "/proc/$closed/fd/1" "/proc/$closed/fd/2" | sort -u)" = /dev/null ]
kill $closed
wait $closed 2>/dev/null
call bash -c '"$1" sim --seed 1 >/dev/full' - "$tui"
if [ "$code" = 2 ] && [[ $err == *"paxos-tui: cannot write to the standard output: No space left on device" ]]; then
	ok "the first error of the output is told, and no later one"
else
	not_ok "the first error of the output is told, and no later one" "$(shown)"
fi
call bash -c '"$1" --help >/dev/full' - "$tui"
if [ "$code" = 2 ] && [[ $err == "paxos-tui: cannot write to the standard output: "* ]]; then
	ok "a full disk behind stdout is no success"
else
	not_ok "a full disk behind stdout is no success" "$(shown)"
fi
exit $bad
