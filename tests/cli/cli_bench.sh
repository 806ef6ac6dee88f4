#!/bin/bash
# What `bench` measures and how it tells it. How fast this machine is, is no test's matter.
. "$(dirname "$0")/cli.bash"
cd "$work" || exit 2
export XDG_RUNTIME_DIR=$work

column() { cut -d, -f"$1" <<<"$out" | tail -n +2 | xargs; } # of CSV, counted from 1

call "$tui" bench --sweep outstanding=1..6 --values 40 --csv
[ "$code" = 0 ] && [ "$(column 6)" = '1 2 4 6' ] && ok "a sweep doubles, and ends where it was told" || not_ok "a sweep" "$(shown)"
[ "$(column 7)" = '40 40 40 40' ] && ok "with the values that were asked for" || not_ok "values" "$(shown)"
[ "$(awk -F, '{ print NF }' <<<"$out" | sort -u)" = 20 ] && ok "every row has every column" || not_ok "columns" "$out"
call "$tui" bench --sweep nodes=2..5 --values 20 --csv
[ "$(column 1)" = '2 3 5' ] && ok "a sweep over nodes" || not_ok "nodes" "$(shown)"
call "$tui" bench --sweep size=100..300 --csv
[ "$(column 5)" = '100 200 300' ] && ok "a sweep over sizes" || not_ok "sizes" "$(shown)"
[ "$(column 7 | tr ' ' '\n' | sort -n | head -n 1)" -ge 100 ] && ok "and it finds out how many values it takes" || not_ok "values" "$(shown)"
call "$tui" bench --sweep outstanding=1..2 --values 30 --turns 3 --against '--mode single --store sqlite --defend sign' --csv
[ "$(column 2) $(column 3) $(column 4)" = 'multi single multi single memory sqlite memory sqlite none sign none sign' ] &&
	ok "two settings in turns" || not_ok "two settings" "$(shown)"
awk -F, 'NR > 1 && ($14 != 3 || $15 > $8 || $8 > $16) { exit 1 }' <<<"$out" && ok "the middle of three" || not_ok "the middle" "$out"
call "$tui" bench --sweep outstanding=1..2 --values 30 --against '--size 9' --json
holds "JSON is a list of all" [ "$(jq -r 'map("\(.outstanding) \(.size)") | join(", ")' <<<"$out")" = '1 64, 1 9, 2 64, 2 9' ]
call "$tui" bench --sweep outstanding=1..8 --values 30
[[ $out == *'outstanding       values/s    p50 us    p99 us'*█* ]] && ok "a table with a chart" || not_ok "the table" "$(shown)"
call env LC_ALL=C "$tui" bench --sweep outstanding=1..2 --values 30
[ -z "$(tr -d '\n -~' <<<"$out")" ] && [[ $out == *'##'* ]] && ok "in ASCII where the locale says so" || not_ok "ASCII" "$out"
[ "$(awk '{ print length }' <<<"$(grep '#' <<<"$out")" | sort -n | tail -n 1)" -le 80 ] && ok "80 columns" || not_ok "80 columns" "$out"
call "$tui" bench --sweep outstanding=1..4 --values 30 --against '--nodes 1' --svg
[ "$(grep -c '<path' <<<"$out") $(grep -c '<circle' <<<"$out")" = '6 18' ] && ok "a picture of all" || not_ok "SVG" "$(shown)"
if command -v xmllint >/dev/null; then
	cp "$work/.out" svg
	holds "is XML" xmllint --noout svg
fi
passes "two settings without a sweep" '*memory store*sqlite store*' "$tui" bench --values 20 --against '--store sqlite'

# values that arrive when they want to
call "$tui" bench --rate 2k --values 200 --csv
[ "$code" = 0 ] && [ "$(column 17) $(column 6) $(column 7)" = '2000 4096 200' ] && ok "an open loop" || not_ok "an open loop" "$(shown)"
awk -F, 'NR > 1 && $8 > 2020 { exit 1 }' <<<"$out" && ok "no faster than they arrive" || not_ok "its speed" "$out"
[ "$(column 18)" -gt 200 ] && ok "how many values were left out" || not_ok "left out" "$out"
passes "what does not keep up is said" '*the cluster does not keep up with 10000000 values/s: the last one waited *' "$tui" bench --rate 10M --values 3000 --outstanding 1
call "$tui" bench --sweep rate=500..2k --csv --values 50
[ "$(column 17)" = '500 1000 2000' ] && ok "a sweep over rates" || not_ok "rates" "$(shown)"
passes "a rate against none" '*200 arriving a second, at most 4096 outstanding*1 outstanding*' "$tui" bench --values 20 --rate 200 --against '--outstanding 1 --size 9'
call "$tui" bench --sweep outstanding=1000..4096 --values 5000 --csv
[ "$(column 6)" = '1000 2000 4000 4096' ] && ok "a wide window" || not_ok "a wide window" "$(shown)"
# the places that were measured are told when it is interrupted
"$tui" bench --sweep outstanding=1..2 --rate 2 --values 3 --csv >swept 2>why </dev/null &
pid=$!
first=
until { now=$(pgrep -P $pid | head -n 1) && [ "$now" != "${first:=$now}" ]; } || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -INT $pid
wait $pid
code=$? out=$(cat swept) err=$(cat why)
[ "$code $(column 6)" = '130 1' ] && [ "$err" = "paxos-tui: interrupted: 1 of 2 places were measured" ] &&
	ok "what a sweep has measured before it is interrupted" || not_ok "an interrupted sweep" "$(shown)"

refuses "what is swept is not set" 64 '*--sweep varies --outstanding: leave out one of the two' "$tui" bench --sweep outstanding=1..2 --outstanding 3
for wrong in outstanding outstanding=1 outstanding=2..1 outstanding=0..3 lies=1..2 =1..2 nodes=1..32 size=1..x 'outstanding=99999999999999999999..2' outstanding=1..4097 rate=1..11M rate=2k..1k rate=0..5; do
	refuses "--sweep $wrong" 64 '*--sweep takes outstanding=A..B, rate=A..B, size=A..B or nodes=A..B with A <= B, not *' "$tui" bench --sweep "$wrong"
done
refuses "--against what is none" 64 "*--against: there is no option '--stare'*" "$tui" bench --against '--stare memory'
refuses "--against a sweep" 64 '*--against takes another setting: *' "$tui" bench --against '--sweep nodes=1..3'
refuses "--against too much" 64 '*--against: these are too many words' "$tui" bench --against "$(seq -s ' ' 40)"
refuses "no turn" 64 '*--turns takes a number from 1 to *' "$tui" bench --turns 0
exit $bad
