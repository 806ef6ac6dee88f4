#!/bin/bash
# The table of attacks and defences that `check` decides: what it prints, in parts, and the published one.
. "$(dirname "$0")/cli.bash"
published=$PWD/demo/every-schedule.txt
cd "$work" || exit 2

# same WHAT FILE COMMAND...: stdout is what the file holds.
same() {
	local what=$1 file=$2
	shift 2
	call "$@"
	if [ "$code" = 0 ] && [ "$out" = "$(cat "$file")" ]; then ok "$what"; else not_ok "$what" "$(diff "$file" .out)"; fi
}

# --- the published table: some of its cells, found again
few=(--attack replay/equivocate/withhold/false-commit/any --defend sign+cert/sign+justify/sign+cert+reject)
call "$tui" check --table -n 3 "${few[@]}"
cp .out few
cells=$(grep '^3 ' few)
lost=$(tr -s ' ' <<<"$cells" | grep -vxFf <(tr -s ' ' <"$published"))
[ "$code" = 0 ] && [ "$(wc -l <<<"$cells")" = 15 ] && [ -z "$lost" ] && ok "cells of the published table are found again" ||
	not_ok "cells of the published table are found again" "not in demo/every-schedule.txt:
$lost
$(shown)"
[ "$(sed -n '/^n=3/,$p' few | tr -s ' ')" = 'n=3 replay equivocate withhold false-commit any
sign+cert ok X5 X8 ok X2
sign+justify ok X5 X8 X4 S4 X1 S1
sign+cert+reject S6 X5 S6 X8 S6 S6 X2 S2' ] && ok "an overview as people draw it" || not_ok "an overview" "$(cat few)"
grep -qx '  withhold      each of its Promises may tell no vote' few && grep -q 'at most 2 ballots by all$' few &&
	ok "its head says what was explored" || not_ok "its head" "$(cat few)"

# whoever echoes, an acceptor under `reject` never votes against its own earlier vote: so two of three are stuck
"$tui" check --table -n 3 --attack replay/withhold/mute --defend sign+echo+reject --memory 256M 2>/dev/null >stuck
[ "$(grep -c '^3 .* S10 ' stuck)" = 3 ] && [ -z "$(grep '^3 ' stuck | tr -s ' ' | grep -vxFf <(tr -s ' ' <"$published"))" ] &&
	ok "a vote stands whoever echoes" || not_ok "a vote stands whoever echoes" "$(cat stuck)"

# a cell, and the same by itself
one() { "$tui" check -n 3 --no-hints --json --memory 256M "$@" 2>/dev/null | jq -r '"\(.states) \(.depth) \(.steps | length)"'; }
[ "$(one --attack withhold --defend sign+cert)" = "$(awk '$4 == "withhold" && $3 == "sign+cert" { print $6, $7, substr($5, 2) }' few)" ] &&
	ok "a cell is what check says of it" || not_ok "a cell is what check says of it" "$(one --attack withhold --defend sign+cert)"
[ "$(one --attack replay --defend sign+cert+reject --progress)" = "$(awk '$4 == "replay" && $3 == "sign+cert+reject" { print $6, $7, substr($5, 2) }' few)" ] &&
	ok "a stall, too" || not_ok "a stall, too" "$(one --attack replay --defend sign+cert+reject --progress)"

# --- JSON, processes, parts
"$tui" check --table -n 3 "${few[@]}" --json >json 2>/dev/null
[ "$(jq -r '.[] | "\(.n) \(.quorum) \(.defences) \(.attack) \(.verdict) \(.states) \(.depth) \(.rule // "-")"' json)" = "$(tr -s ' ' <<<"$cells")" ] &&
	ok "JSON says the same" || not_ok "JSON says the same" "$(cat json)"
jq -e 'all(.liars == 1 and .ballots == 2 and .hints == (.defences == "sign+justify" and (.attack == "any" or .attack == "false-commit")) and
	.stalls == (.stall_steps != null) and (.result == "broken") == (.steps != null))' json >/dev/null &&
	ok "and what was explored" || not_ok "and what was explored" "$(cat json)"
same "two processes find the same" few "$tui" check --table -n 3 "${few[@]}" --jobs 2
for i in 1 2 3; do "$tui" check --table -n 3 "${few[@]}" --shard $i/3 --results part$i --jobs 1 >/dev/null; done
same "parts, put together" few "$tui" merge part1 part2 part3
same "parts, put together, as JSON" json "$tui" merge --json part1 part2 part3
refuses "a part is missing" 2 '*none has the result of equivocate against sign+cert among 3 nodes' "$tui" merge --json part1 part3
call "$tui" merge part1 part3
[ "$code" = 2 ] && [[ $err == *'do not make a whole'* ]] && ok "and without JSON" || not_ok "and without JSON" "$(shown)"
refuses "results of other bounds" 2 '*part1 holds the results of another search: *' "$tui" check --table -n 3 "${few[@]}" --ballots 1 --results part1 --json

# --- what is not known is not guessed
call "$tui" check --table -n 3 --attack withhold/mute --defend sign+cert/reject --states 500
[ "$code" = 2 ] && [ "$(grep '^3 ' .out | tr -s ' ')" = '3 2 sign+cert withhold ? >500 6 -
3 2 sign+cert mute ? >500 6 -
3 2 reject withhold ? S6 >500 6 -
3 2 reject mute ? S6 >500 6 -' ] && grep -q 'there are more than 500 states' .out &&
	ok "a bound that is too small is told" || not_ok "a bound that is too small" "$(shown)"

# --- what makes no sense
refuses "an attack that takes time" 64 "paxos-tui: 'flood' takes time, bytes or evidence, *" "$tui" check --table --attack lie/flood
refuses "no such defence" 64 'paxos-tui: *sing*' "$tui" check --table --defend sing
refuses "defences that clash" 64 'paxos-tui: *justify*reject*' "$tui" check --table -n 3 --defend sign+justify+reject
refuses "nobody lies" 64 'paxos-tui: an attack takes a liar*' "$tui" check --table --liars 0
refuses "a table of a mistake" 64 'paxos-tui: --table is of liars, *' "$tui" check --table --mistake lost-vote
refuses "a table of one schedule" 64 'paxos-tui: --table has many schedules, *' "$tui" check --table --save x.pxs
refuses "two slots" 64 'paxos-tui: --table explores one slot: *' "$tui" check --table --slots 2
refuses "parts of what has none" 64 'paxos-tui: --shard is a part of --table: *' "$tui" check --shard 1/2
refuses "no states" 64 'paxos-tui: *--states*' "$tui" check --table --states 0
exit $bad
