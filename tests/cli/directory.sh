#!/bin/bash
# A cluster's directory on a full disk, with files that somebody deleted, under any umask: a sentence
# that names what is wrong, and nothing broken is left.
. "$(dirname "$0")/cli.bash"

D=$work/lab
at_end() { [ -d "$D" ] && "$tui" down "$D" >/dev/null 2>&1; }
files() { (cd "$D" && find . -type f -exec sha256sum {} +; find . -printf '%p %m\n') | sort; }

# No room for a byte, then for a little more each time.
for blocks in 0 1 2 4 8; do
	# what it says goes through a pipe, for files cannot grow
	call bash -c "(ulimit -f $blocks; exec '$tui' up '$D' -n 2 2>&1) | cat >&2; exit \${PIPESTATUS[0]}"
	if [ "$code" = 0 ]; then
		"$tui" down "$D"
		rm -rf "$D"
	elif [ "$code" != 2 ] || [[ $err != "paxos-tui: "* ]] || [ -e "$D" ]; then
		not_ok "up where no file may be longer than $blocks KiB" "$(shown) $(ls -A "$D")"
	fi
done
[ $bad = 0 ] && ok "up where files cannot grow says so and leaves nothing"
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	mkdir "$work/disk"
	for size in 4 8 16 32 64 128 512; do
		call unshare -m bash -c "mount -t tmpfs -o size=${size}k none '$work/disk' && '$tui' up '$work/disk/lab' -n 2
			code=\$?; [ \$code = 0 ] && '$tui' down '$work/disk/lab'; [ \$code = 0 ] || ls -A '$work/disk'; exit \$code"
		[ "$code" = 0 ] && continue
		if [ "$code" != 2 ] || [ -n "$out" ] || ! [[ $err == *[Ss]"pace"* || $err == *full* ]]; then
			not_ok "up on a disk of $size KiB" "$(shown)"
		fi
	done
	[ $bad = 0 ] && ok "up on a full disk says so and leaves nothing"
else
	skip "up on a full disk says so and leaves nothing" "only root may mount one"
fi

for mask in 777 077 000; do
	call bash -c "umask $mask; '$tui' up '$D' -n 2 && '$tui' ctl '$D' propose 1 apple && '$tui' ctl '$D' wait chosen 0 apple on all within 5s"
	if [ "$code" = 0 ] && [ -z "$(find "$D" -name '*key*' ! -perm 600)" ] && [ "$(stat -c %a "$D")" = 700 ]; then
		ok "a cluster works under umask $mask"
	else
		not_ok "a cluster works under umask $mask" "$(shown)"
	fi
	holds "and is ended" "$tui" down "$D"
	[ $mask != 000 ] && rm -rf "$D"
done

# A key that somebody brought along is no work of this program.
mkdir "$work/own"
head -c 20 "$D/operator.key" >"$work/own/operator.key"
refuses "a key that is none" 2 "paxos-tui: the key $work/own/operator.key can be read by others*" "$tui" up "$work/own"
chmod 600 "$work/own/operator.key"
refuses "nor if it is closed" 2 "paxos-tui: $work/own/operator.key is no key*" "$tui" up "$work/own"
holds "it stays, and nothing comes to it" [ "$(ls -A "$work/own")" = operator.key ]
cp -p "$D/operator.key" "$work/own/operator.key"
(ulimit -f 1; exec "$tui" up "$work/own" -n 1 2>&1) | cat >/dev/null
holds "a true one stays where a start fails" cmp "$D/operator.key" "$work/own/operator.key"
holds "and serves the next" "$tui" up "$work/own" -n 1
holds "which ends" "$tui" down "$work/own"

# What somebody deleted: told, and nothing is made in its place.
before=$(files)
mv "$D/operator.key" "$work/kept"
lacking=$(files)
refuses "without the operator's key" 2 "paxos-tui: the operator's key $D/operator.key is gone: *put it back*" "$tui" up "$D"
holds "and no other is made" [ "$(files)" = "$lacking" ]
mv "$work/kept" "$D/operator.key"
mv "$D/roster" "$work/kept"
lacking=$(files)
refuses "without the roster" 2 "paxos-tui: the roster $D/roster is gone: put it back; n1 has a copy in $D/n1/roster" "$tui" up "$D"
holds "and no other is made then" [ "$(files)" = "$lacking" ]
cp "$D/n1/roster" "$D/roster"
holds "with the copy it is whole again" [ "$(files)" = "$before" ]
holds "and goes on" "$tui" up "$D"
holds "with what it chose" "$tui" ctl "$D" expect chosen 0 apple on all within 5s
holds "down" "$tui" down "$D"
for file in operator.key roster; do
	cp -p "$D/$file" "$work/kept"
	for length in 0 20; do
		truncate -s $length "$D/$file"
		refuses "with $length bytes of its $file" 2 "paxos-tui: *$D/$file *" "$tui" up "$D"
	done
	mv "$work/kept" "$D/$file"
done
holds "whole again it goes on" "$tui" up "$D"
holds "and down" "$tui" down "$D"
exit $bad
