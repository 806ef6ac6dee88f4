#!/bin/bash
# What the command line says: help and version on stdout, one sentence and exit 64 for what it does
# not understand.
. "$(dirname "$0")/cli.bash"

passes "--help lists the commands" "*paxos-tui up DIR*paxos-tui ctl*--nodes NODES*Exit: 0 pass*" "$tui" --help
passes "-h is --help" "*paxos-tui up DIR*" "$tui" -h
passes "--version says the version" "paxos-tui [0-9]*.[0-9]*.[0-9]*" "$tui" --version
passes "-V is --version" "paxos-tui [0-9]*" "$tui" -V
for command in $(sed -n 's/^SUBCOMMAND([a-z_]*, *"\([a-z]\{1,\}\)".*/\1/p' tui/subcommands.def); do
	passes "$command --help is about $command" "*paxos-tui $command*Options:*--help*" "$tui" "$command" --help
	passes "$command --version says the version" "paxos-tui [0-9]*" "$tui" "$command" --version
done
passes "no line of help is wider than 100 columns" "" awk 'length > 100' <("$tui" --help)

refuses "an unknown command gets a suggestion" 64 \
	"paxos-tui: there is no command 'atach'; did you mean 'attach'?" "$tui" atach D
refuses "a command that is like no other" 64 "paxos-tui: there is no command 'xyzzy'; 'paxos-tui --help' lists them" "$tui" xyzzy
refuses "an empty command" 64 "paxos-tui: there is no command ''*" "$tui" ""
refuses "an unknown option gets a suggestion" 64 \
	"paxos-tui: there is no option '--node'; did you mean '--nodes'?" "$tui" --node 3
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
passes "sim sweeps a set of defences, too" "5 runs: 5 passed*against 19 invariants*" sim --defend all --seeds 1..5
passes "sim sweeps liars" "6 runs: 6 passed*1 liar: lie;*" sim --defend all --attack lie --seeds 1..6
call sim --liars 1 --attack equivocate -n 3 --seeds 4..4
if [ "$code" = 1 ] && [[ $out == *"replay: paxos-tui sim --seed 4 -n 3 --liars 1 --attack equivocate"* ]]; then
	ok "sim says how to replay what it found broken"
else
	not_ok "sim says how to replay what it found broken" "$(shown)"
fi
refuses "defences of sim that are not known" 64 "paxos-tui: there is no defence 'ech'; did you mean 'echo'?" "$tui" sim --defend ech
refuses "more liars than nodes in sim" 64 "paxos-tui: of 4 nodes at most 3 can lie" "$tui" sim --liars 4 -n 4
refuses "an endpoint that is none" 64 "paxos-tui: --listen takes an endpoint*" "$tui" --listen somewhere
refuses "up without a directory" 64 "paxos-tui: 'up' needs DIR; see 'paxos-tui up --help'" "$tui" up
refuses "up with two directories" 64 "paxos-tui: 'b' is one argument too many*" "$tui" up a b
refuses "ctl without a command" 64 "paxos-tui: 'ctl' needs DIR|ENDPOINT COMMAND...*" "$tui" ctl "$work"
refuses "run without a scenario" 64 "paxos-tui: 'run' needs SCENARIO...*" "$tui" run --sim
refuses "an option of another command" 64 "paxos-tui: 'down' takes no option '--seed'*" "$tui" down --seed 3 D
refuses "an unknown option of a node gets a suggestion" 64 \
	"paxos-node: there is no option '--dri'; did you mean '--dir'?" "$node" --dri x
refuses "a node's option that is like no other" 64 "paxos-node: there is no option '-z'; 'paxos-node --help' lists them" "$node" -z
refuses "a node's option without its argument" 64 "paxos-node: --dir needs an argument*" "$node" --dir
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

call bash -c '"$1" --help >/dev/full' - "$tui"
if [ "$code" = 2 ] && [[ $err == "paxos-tui: cannot write to the standard output: "* ]]; then
	ok "a full disk behind stdout is no success"
else
	not_ok "a full disk behind stdout is no success" "$(shown)"
fi
exit $bad
