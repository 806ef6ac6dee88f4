#!/bin/bash
# Every command line of the README does what the README says that one may type. What searches for long is given
# fewer seeds or values, and what needs hands is left to tests/cli/tui_*.sh.
. "$(dirname "$0")/cli.bash"
readme=$PWD/README.md
mkdir "$work/here"
ln -s "$PWD/demo" "$work/here/demo"
cd "$work/here" || exit 2
at_end() { "$tui" down "$work/here/D" >/dev/null 2>&1; }

shorter() { # line
	sed -E 's/--seeds 1\.\.2000/--seeds 1..20/; s/--seeds 1\.\.900000/--seeds 1..900/; s/^(paxos-tui matrix .*)/\1 --attack lie --seeds 0..5/
		s/^(paxos-tui bench .*)/\1 --values 200/
		s/^(paxos-tui (check|sim) --(mistake|attack) .*)/\1; [ $? = 1 ]/' <<<"$1"
}
count=0
while read -r line; do
	line=$(sed -E 's/ +# .*//' <<<"$line")
	case $line in
	*' attach '* | *' play '*) continue ;; # a dashboard
	*' ctl D '*) "$tui" ctl D state >/dev/null 2>&1 || "$tui" up D >/dev/null 2>&1 ;; # its last block was left
	esac
	count=$((count + 1))
	holds "the README's '$line' works" bash -c "PATH='$BUILD':\$PATH && $(shorter "$line")"
done < <(sed -n '/^```/,/^```/p' "$readme" | grep '^paxos-tui ')
holds "there are such lines" [ $count -ge 12 ]

# the scenario that it shows
sed -n '/^nodes 5$/,/^```/p' "$readme" | grep -v '^```' >shown.pxs
holds "its scenario holds, simulated" "$tui" run --sim shown.pxs
holds "and among processes" "$tui" run shown.pxs

# what it names is there
missing=
for one in $(grep -oE 'demo/[a-z0-9/-]+\.(pxs|png)' "$readme" | sort -u); do
	[ -f "$one" ] || missing+=" $one"
done
for one in $(grep -oE '`:?(paxos-tui )?play [a-z-]+`' "$readme" | grep -oE '[a-z-]+`$' | tr -d '`'); do
	[ -f "demo/$one.pxs" ] || missing+=" $one"
done
holds "every file and story that it names is there" [ -z "$missing" ]
[ -z "$missing" ] || echo "    $missing"
exit $bad
