#!/bin/bash
# `paxos-tui help` explains every name that it lists; the man page has what the tables have, and every
# example in it works.
. "$(dirname "$0")/cli.bash"

passes "help lists the names" "*'paxos-tui help WORD'*word: acceptor*attack: equivocate*defence: sign*property: agreement*" "$tui" help
passes "a word is explained" "ballot, word*ROUND.NODE*" "$tui" help ballot
passes "a word by another name" "chosen, word*" "$tui" help decided
passes "an attack says how it is given and what stops it" "equivocate, attack: attack NODE equivocate*breaks agreement*stopped by*" "$tui" help equivocate
passes "a defence says what it needs" "echo, word*echo, defence: defend echo*needs sign*" "$tui" help echo
passes "and with what it clashes" "*justify, defence*cannot be on*together with reject*" "$tui" help justify
passes "a preset" "*origin, preset of defences: defend origin*sign, reject, budget*" "$tui" help origin
passes "a key" "K, key*crash*" "$tui" help K
passes "an option, without its dashes" "*--defend, option*" "$tui" help defend
passes "a mark" "╳, mark on the screen*cut*" "$tui" help ╳
refuses "a name that is near another" 64 "paxos-tui: nothing here is called 'equivocat'; did you mean 'equivocate'?" "$tui" help equivocat
refuses "a name that is like no other" 64 "paxos-tui: nothing here is called 'xyzzy'; 'paxos-tui help' lists all names" "$tui" help xyzzy
refuses "two words" 64 "paxos-tui: 'b' is one argument too many*" "$tui" help a b
holds "no line is wider than 100 columns" [ "$("$tui" help | wc -L)" -le 100 ]

unexplained=
while read -r one; do
	case $one in '' | '(none)' | --*) continue ;; esac
	"$tui" help "$one" >>"$work/said" 2>&1 || unexplained+=" '$one'"
done < <("$tui" help | tail -n +3 | sed -E 's/^[a-z][a-z ]*: /, /' | tr '\n' ' ' | sed -E 's/ +/ /g; s/, /\n/g')
holds "every name of the list is explained" [ -z "$unexplained" ]
[ -z "$unexplained" ] || echo "    $unexplained"
holds "in lines of 100 columns" [ "$(wc -L <"$work/said")" -le 100 ]

missing=
for one in $(grep -rhoE 'getenv\("[A-Z_]+"\)' node tui --include='*.c' | sed -E 's/.*"(.*)".*/\1/' | sort -u) PAXOS_JOIN_TOKEN; do
	grep -q "^VARIABLE(\"$one\"" tui/print/variables.def || missing+=" $one"
done
holds "every variable that is read is in the table" [ -z "$missing" ]

page=$BUILD/paxos-tui.1
for section in ATTACKS DEFENCES PROPERTIES MESSAGES 'REASONS TO REFUSE' 'REASONS TO DROP' GLOSSARY MARKS LEARNING ENVIRONMENT KEYS VIEWS; do
	holds "the man page has $section" grep -q "^\.SH $section" "$page"
done
for key in F1 F9 F10 PgDn Home; do
	holds "the man page has the key $key" grep -q "$key" "$page"
done
# every row of the tables of options, their defaults, heads and words of the language
plain=$work/page.txt
sed -e 's/^\.[A-Z]* *//' -e 's/\\f[BIR]//g; s/\\-/-/g; s/\\(aq/'"'"'/g; s/\\(ga/`/g; s/\\(ti/~/g; s/\\e/\\/g' "$page" | tr '\n' ' ' | tr -s ' ' >"$plain"
lacking=
while IFS='|' read -r option of usual; do
	case $usual in *TEXT_OF*) continue ;; esac
	usual=$(sed -E 's/^ *"//; s/"\)$//' <<<"$usual")
	grep -qF -- "$usual" "$plain" || lacking+=" $option ($usual)"
	for sub in $(grep -oE 'OF\([a-z]+\)' <<<"$of" | tr -d 'OF()'); do
		if [ ! -f "$work/help.$sub" ]; then
			# shellcheck disable=SC2046 # none for the dashboard
			"$tui" $([ "$sub" = dashboard ] || echo "$sub") --help | tr -s ' \n' ' ' >"$work/help.$sub"
		fi
		slurp said "$work/help.$sub"
		[[ $said == *"($usual)"* ]] || lacking+=" $sub --$option"
	done
done < <(sed -nE 's/^OPTION_DEFAULT\(([a-z_]+), +((OF\([a-z]+\)( \| )?)+), +(.*)$/\1|\2|\5/p' tui/option/option_defaults.def | sed 's/ | OF/ OF/g')
holds "every default is in the page and in the help of its command" [ -z "$lacking" ]
[ -z "$lacking" ] || echo "    $lacking"
passes "the help of bench has its own number of nodes" "*so many nodes*(3)*" "$tui" bench --help
passes "that of matrix another" "*so many nodes*(5)*" "$tui" matrix --help
holds "the page has both" grep -qF 'Without it: dashboard, matrix: 5; sim: by the seed; up: as before, at first 5; check: 3; with --mistake what it takes to see it, as with the other bounds; bench: 3.' "$plain"
lacking=
for option in $(sed -nE 's/^OPTION\([a-z_]+, +"([a-z-]+)".*/\1/p' tui/option/options.def) ; do
	[ "$option" = print ] || grep -qF -- "--$option" "$plain" || lacking+=" $option"
done
for table in heads:HEAD literals:LITERAL; do
	while read -r usage; do
		grep -qF -- "$usage" "$plain" || lacking+=" '$usage'"
	done < <(sed -nE "s/^${table#*:}\(.*\"([^\"]*)\", +\"([^\"]*)\"( TEXT.*)?\)\$/\1/p" "proto/scenario/${table%:*}.def" | grep -v '^ *$')
done
holds "every option, head and word of the language is in the page" [ -z "$lacking" ]
[ -z "$lacking" ] || echo "    $lacking"

# its examples, one after the other, in a directory that has nothing but the demos
mkdir "$work/examples"
ln -s "$PWD/demo" "$work/examples/demo"
sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$page" | sed -n '/^paxos/p' | sed 's/\\-/-/g' >"$work/list"
holds "the man page has examples" [ "$(wc -l <"$work/list")" -ge 12 ]
while read -r line; do
	case $line in paxos-tui | 'paxos-tui play '*) continue ;; esac # dashboards: tests/cli/tui_*.sh
	holds "the example '$line' works" bash -c "cd '$work/examples' && PATH='$BUILD':\$PATH && set -o pipefail && $line >/dev/null"
done <"$work/list"
tui=$(realpath "$tui")

# JSON: the names of keys that the man page lists are those that are printed
named() { sed -nE "s/^JSON_KEY\\(\"$1\", +\"([^\"]*)\".*/\\1/p" tui/report/json_keys.def | tr -d '[]' | tr . '\n' | grep -v '^[A-Z]*$' | sort -u; }
printed() { grep -oE '"[a-z_0-9-]+": ' | tr -d '": ' | sort -u; }
reasons() { sed -nE 's/^DROP\([A-Z_]+, +[0-9]+, +"([a-z-]+)".*/\1/p' proto/core/drops.def | sort; }
documented() { # document, file
	local differ
	named "$1" >"$work/named"
	printed <"$2" >"$work/printed"
	differ=$(comm -23 "$work/named" "$work/printed" | sed 's/^/not printed: /'
		comm -13 "$work/named" "$work/printed" | comm -23 - <(reasons) | sed 's/^/not in the man page: /')
	if [ -z "$differ" ]; then
		ok "the JSON of $1 is in the man page"
	else
		not_ok "the JSON of $1 is in the man page" "$differ"
	fi
}
D=$work/lab
at_end() { "$tui" down "$D" >/dev/null 2>&1; }
"$tui" up "$D" -n 4 --defend sign --batch 8 --pipeline 1 >/dev/null
"$tui" ctl "$D" pause >/dev/null
for value in kiwi plum pear; do
	"$tui" ctl "$D" propose 2 $value
done
"$tui" ctl "$D" resume >/dev/null
"$tui" ctl "$D" wait idle within 20s >/dev/null
"$tui" ctl "$D" attack 1 equivocate >/dev/null
"$tui" ctl "$D" propose 1 apple
"$tui" ctl "$D" wait evidence '*' 1 within 20s >/dev/null
"$tui" ctl "$D" load 2 3 >/dev/null
for document in state roster evidence; do
	"$tui" ctl "$D" $document --json >"$work/$document"
	documented $document "$work/$document"
done
"$tui" run --sim --json demo/first-value.pxs >"$work/run" 2>/dev/null
documented run "$work/run"
"$tui" matrix -n 3 --attack equivocate --defend none --seeds 0..9 --json >"$work/matrix" 2>/dev/null
documented matrix "$work/matrix"
"$tui" check --mistake small-quorum --json >"$work/check" 2>/dev/null
documented check "$work/check"
"$tui" check --table -n 3 --attack withhold --defend reject --json >"$work/table" 2>/dev/null
documented table "$work/table"
"$tui" bench -n 3 --values 20 --json >"$work/bench" 2>/dev/null
documented bench "$work/bench"
exit $bad
