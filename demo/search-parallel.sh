#!/bin/bash
# A search on many machines: GNU parallel starts its parts over ssh, and `merge` puts together what they
# found. Give the same command again after a break, and it goes on where it ended.
#
#   demo/search-parallel.sh HOSTS PARTS sim --liars 1 --defend all --seeds 1..1000000
#
#   HOSTS   as `parallel --sshlogin` takes them: alice,8/bob; ":" is this machine. Each needs paxos-tui of
#           this version in its PATH (or $TUI says where it is).
#   PARTS   several times as many as there are cores: the fastest machine does most of them
#
# Files part-1, part-2, ... in this directory keep the results.
set -u
[ $# -ge 3 ] || { sed -n '2,11s/^#//p' "$0" >&2; exit 64; }
hosts=$1 parts=$2
shift 2
# How it ends is for merge to say: a part in which something was violated ends with 1.
seq "$parts" | parallel --will-cite --sshlogin "$hosts" --return 'part-{}' --quote \
	"${TUI:-paxos-tui}" "$@" --jobs 1 --shard "{}/$parts" --results 'part-{}' >/dev/null
# shellcheck disable=SC2046 # numbers
exec "${TUI:-paxos-tui}" merge $(seq -f 'part-%.0f' "$parts")
