#!/bin/bash
# A lie, its proof, and the proof as a file: checked with no cluster at hand, and refused in a
# sentence if it is truncated, altered, of another cluster or of another epoch.
. "$(dirname "$0")/cli.bash"

D=$work/d
at_end() {
	"$tui" down "$D" >/dev/null 2>&1
	"$tui" down "$work/e" >/dev/null 2>&1
}
call "$tui" up "$D" -n 4 --store memory --defend all
[ "$code" = 0 ] && ok "four nodes with all defences" || not_ok "four nodes with all defences" "$(shown)"
passes "nobody is proven a liar at first" "nobody is proven a liar" "$tui" ctl "$D" evidence
passes "n4 is told to lie" "" "$tui" ctl "$D" attack 4 equivocate
passes "it proposes" "" "$tui" ctl "$D" propose 4 apple
passes "its lie is proven" "*" "$tui" ctl "$D" wait evidence equivocate 4 within 10s
passes "everybody holds the proof" "*n4 proposed two values in one ballot and slot: ACCEPT 1.4=apple*, in slot 0 (held by n1 n2 n3*)*" \
	"$tui" ctl "$D" evidence
passes "who comes late sees by the proof how n4 lied" "lied n4 equivocate" "$tui" ctl "$D" expect lied 4 equivocate
refuses "and in no other way" 1 "*it is not true that: lied n4 climb (n4 proposed two values *" "$tui" ctl "$D" expect lied 4 climb
passes "nobody honest is accused" "*" "$tui" ctl "$D" expect not evidence "*" 1
passes "agreement holds" "*" "$tui" ctl "$D" expect agreement
call "$tui" ctl "$D" evidence --json
file=$work/proof.json
cp "$work/.out" "$file"

passes "the file is proof without the cluster" "*proven: n4 proposed two values*" "$tui" verify "$file"
passes "and of this cluster" "proven: n4 *" "$tui" verify "$file" "$D"
call "$tui" verify -
# (standard input is empty here)
[ "$code" = 1 ] && ok "nothing is no proof" || not_ok "nothing is no proof" "$(shown)"

altered() { # what, sed script, pattern of the first complaint; there may be several proofs
	sed -E "$2" "$file" >"$work/bad.json"
	cmp -s "$file" "$work/bad.json" && not_ok "$1" "nothing was altered"
	call "$tui" verify "$work/bad.json"
	# shellcheck disable=SC2053 # a pattern is meant
	if [ "$code" = 1 ] && [[ ${err%%$'\n'*} == $3 ]]; then ok "$1"; else not_ok "$1" "wanted $3
$(shown)"; fi
}
head -c 900 "$file" >"$work/bad.json"
refuses "a truncated file" 1 "*: it is truncated, at line *" "$tui" verify "$work/bad.json"
echo "no json" >"$work/bad.json"
refuses "no JSON" 1 "*: it is no JSON, at line 1" "$tui" verify "$work/bad.json"
echo '{"evidence": []}' >"$work/bad.json"
refuses "no roster" 1 "*: it has no roster*" "$tui" verify "$work/bad.json"
altered "another epoch" 's/"epoch": 1/"epoch": 2/' "*: proof 1 proves nothing: its messages are of another epoch of this cluster"
altered "another kind beside the proof" 's/"kind": "two-/"kind": "tow-/' '*: proof 1 was altered: its "kind" is not what its bytes say'
altered "other words beside the proof" 's/"words": "n4 /"words": "n2 /' '*: proof 1 was altered: its "words" is not what its bytes say'
altered "other messages beside the proof" 's/"signature": "../"signature": "zz/' '*: proof 1 was altered: its "messages" is not what its bytes say'
altered "more beside the proof" 's/"accused": 4/"verdict": "hang", &/' '*: proof 1 was altered: its "verdict" is not what its bytes say'
altered "more beside the proofs" 's/"epoch": 1/"verdict": "hang", &/' '*: it was altered: "verdict" has no place in it'
altered "another cluster beside the roster" 's/("cluster": ")..../\1beef/' '*: it was altered: its "cluster" is not that of its roster'
altered "an accused that is no number" 's/"accused": 4/"accused": "4"/' '*: proof 1 was altered: its "accused" is not what its bytes say'
altered "an altered roster" 's/("roster": "[0-9a-f]{80})./\1x/' "*: it has no roster*"
altered "a roster of another operator" 's/("roster": "[0-9a-f]{70})[0-9a-f]{4}/\1beef/' "*: its roster is not what the operator signed*"
altered "an altered message" 's/^( *"bytes": "010104[0-9a-f]{140})[0-9a-f]{2}/\100/' "*: proof * proves nothing: *"
altered "a proof cut off" 's/^( *"bytes": "010104[0-9a-f]{200})[0-9a-f]*/\1/' "*: proof * proves nothing: it is truncated"
altered "another accused beside the proof" 's/"accused": 4/"accused": 2/' "*: proof 1 is not against n2, as the file says, but against n4"
altered "another accused in the proof" 's/^( *"bytes": "0101)04/\102/' "*: proof * proves nothing: its messages were not signed by the accused, but by somebody else"

jq '.evidence += .evidence' "$file" >"$work/bad.json"
passes "a proof told twice is one proof" "proven: n4 *proven (and here once more): n4 *in epoch 1 of the cluster *" "$tui" verify "$work/bad.json"
jq '.evidence = []' "$file" >"$work/bad.json"
passes "no proof" "it accuses nobody" "$tui" verify "$work/bad.json"
cat "$file" "$file" >"$work/bad.json"
refuses "bytes behind the end" 1 "*: it is no JSON, at line *" "$tui" verify "$work/bad.json"
jq '.evidence = [{}]' "$file" >"$work/bad.json"
refuses "what is no proof" 1 "*: proof 1 proves nothing: *" "$tui" verify "$work/bad.json"
head -c 4000 /dev/urandom >"$work/bad.json"
refuses "random bytes" 1 "*: it is no JSON, at line 1" "$tui" verify "$work/bad.json"
: >"$work/bad.json"
refuses "an empty file" 1 "*: it is *, at line *" "$tui" verify "$work/bad.json"
refuses "a directory" 2 "*cannot read $work: Is a directory*" "$tui" verify "$work"
truncate -s 17M "$work/bad.json"
refuses "a huge file" 2 "*cannot read *: it is too long*" "$tui" verify "$work/bad.json"
printf '%0200000d' 0 | tr 0 '[' >"$work/bad.json"
refuses "brackets without end" 1 "*: it is no JSON, at line 1" "$tui" verify "$work/bad.json"

# every 31st byte: cut off there, and another one in its place
call "$tui" verify "$file"
genuine=$out
length=$(wc -c <"$file")
believed=
for ((at = 0; at < length - 1; at += 31)); do
	head -c "$at" "$file" >"$work/bad.json"
	call "$tui" verify "$work/bad.json"
	[ "$code" = 1 ] && [ -z "$out" ] && [ -n "$err" ] || believed="$believed cut:$at"
	{ head -c "$at" "$file"; printf '#'; tail -c +$((at + 2)) "$file"; } >"$work/bad.json"
	call "$tui" verify "$work/bad.json"
	[ "$code" = 1 ] && [ -n "$err" ] && [ "$out" != "$genuine" ] || believed="$believed other:$at"
done
[ -z "$believed" ] && ok "spoilt at any byte" || not_ok "spoilt at any byte" "believed:$believed"

call "$tui" up "$work/e" -n 1 --store memory
refuses "another cluster" 1 "*: it is of another cluster than that of $work/e" "$tui" verify "$file" "$work/e"
refuses "a directory that is no cluster" 2 "*: $work is no cluster's directory*" "$tui" verify "$file" "$work"
refuses "no file" 2 "*cannot read /nowhere*" "$tui" verify /nowhere
refuses "too many words" 64 "*one argument too many*" "$tui" verify "$file" "$D" more

passes "an epoch begins afresh" "epoch 2" "$tui" ctl "$D" epoch
passes "nobody is accused in it" "nobody is proven a liar" "$tui" ctl "$D" evidence
passes "the same nodes go on" "" "$tui" ctl "$D" propose 1 pear
passes "and choose" "*" "$tui" ctl "$D" wait chosen 0 pear on 1,2,3 within 10s
passes "n4 lies there too" "" "$tui" ctl "$D" propose 4 quince
passes "and is proven to" "*" "$tui" ctl "$D" wait evidence equivocate 4 within 10s
"$tui" ctl "$D" evidence --json >"$work/later.json"
passes "by what it signed in it" "proven: n4 *in epoch 2 of the cluster *" "$tui" verify "$work/later.json"
refuses "an attack that does not exist" 64 '*no attack "equivocat"; did you mean "equivocate"?' "$tui" ctl "$D" attack 3 equivocat
refuses "a defence that does not exist" 64 '*no defence "qurum"; did you mean "quorum"?' "$tui" ctl "$D" defend qurum
refuses "a defence that others need" 2 "*sign is what others need: switch off echo+justify+cert+window+lease+quarantine first" "$tui" ctl "$D" defend sign off
refuses "defences that clash" 2 "*justify+reject; switch one of them off first" "$tui" ctl "$D" defend reject
passes "no defences" "from slot * on" "$tui" ctl "$D" defend none
refuses "a defence without its prerequisite" 2 '*echo needs sign, which is off; "defend sign+echo" switches on both' "$tui" ctl "$D" defend echo
# a slot that cannot be decided: what comes after it is what the next change builds on
passes "defences again" "from slot * on" "$tui" ctl "$D" defend all
passes "n4 is honest again" "" "$tui" ctl "$D" attack 4 none
passes "nobody hears n1" "*" "$tui" ctl "$D" cut 1 2,3,4
passes "it proposes" "" "$tui" ctl "$D" propose 1 plum
passes "no defences, from the next slot on" "from slot * on" "$tui" ctl "$D" defend none
refuses "a prerequisite that is off from then on" 2 "*echo needs sign, which is off; *" "$tui" ctl "$D" defend echo
passes "a lie that leaves no proof" "*" "$tui" ctl "$D" attack 3 mute
passes "is told" "" "$tui" ctl "$D" propose 2 fig
passes "by the liar itself" "*" "$tui" ctl "$D" wait lied 3 within 10s
refuses "who comes late is not told that there was none" 1 \
	"*it is not true that: lied n3 climb (n3 *lied*armed: mute; nothing is proven)" "$tui" ctl "$D" expect lied 3 climb
exit $bad
